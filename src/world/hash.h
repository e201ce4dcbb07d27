/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_HASH_H
#define WORLD_HASH_H

/*
 * uthash that fails instead of ending the program: after HASH_ADD, a handle whose `tbl` is NULL was
 * not added for want of memory.
 */

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#endif
