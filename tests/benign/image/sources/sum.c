/* SPDX-License-Identifier: Apache-2.0 */
long sum_to(long last);

long sum_to(long last)
{
    long sum = 0;

    for (long n = 1; n <= last; n++)
        sum += n;
    return sum;
}
