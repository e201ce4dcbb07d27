/* SPDX-License-Identifier: Apache-2.0 */
#include "world/hash.h"

#include <sys/random.h>

uint64_t hash_seed;

__attribute__((constructor)) static void set_seed(void)
{
    /* Early in boot there may be none: the tables then work as well, but are known beforehand. */
    if (getrandom(&hash_seed, sizeof(hash_seed), GRND_NONBLOCK) != sizeof(hash_seed))
        hash_seed = 0;
}
