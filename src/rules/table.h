/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TABLE_H
#define RULES_TABLE_H

/* uthash that leaves an element out, and says so, instead of ending the process without memory. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)
#include <uthash.h>

#endif
