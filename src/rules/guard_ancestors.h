/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GUARD_ANCESTORS_H
#define RULES_GUARD_ANCESTORS_H

#include "base/arena.h"
#include "event/filter_tables.h"

/*
 * Files that rules name must keep their names: *ret_protects are the columns that are about opens
 * of listed paths alone, and the table FILTER_TEXT_ANCESTOR gets those paths and the directories
 * above them. 0 or -errno.
 */
int guard_protect(struct arena *arena, struct filter_tables *tables,
                  struct filter_vector *ret_protects);

#endif
