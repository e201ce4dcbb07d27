/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

long sum_to(long last);

int main(int argc, char **argv)
{
    printf("%ld\n", sum_to(argc > 1 ? strtol(argv[1], NULL, 10) : 1));
    return 0;
}
