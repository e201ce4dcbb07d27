/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_USERS_H
#define WORLD_USERS_H

/* Users and groups by number, from the text of passwd(5) and group(5) files. */

#include <stddef.h>
#include <stdint.h>

struct user {
    uint32_t id;
    const char *name, *home, *shell; /* home and shell are NULL for a group */
};

struct user_set;

/*
 * Lines that are no entry are skipped and counted in *ret_malformed; of two entries with one number
 * the first wins, as for getpwuid. The texts are not needed afterwards; either may be empty.
 */
int user_set_new(const char *passwd, size_t passwd_len, const char *group, size_t group_len,
                 struct user_set **ret_set, uint64_t *ret_malformed);
void user_set_free(struct user_set *set);

/* A stack of sets that are replaced but whose names may still be in use. */
void user_set_push(struct user_set **stack, struct user_set *set); /* NULL is allowed */
void user_set_free_all(struct user_set **stack);

/* NULL when unknown; `set` may be NULL. */
const struct user *user_set_user(const struct user_set *set, uint32_t uid);
const struct user *user_set_group(const struct user_set *set, uint32_t gid);

#endif
