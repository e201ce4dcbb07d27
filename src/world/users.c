/* SPDX-License-Identifier: Apache-2.0 */
#include "world/users.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FIELDS_MAX 7

struct users {
    struct user *items; /* by id */
    size_t count;
};

struct user_set {
    struct users users, groups;
    char *text; /* where the strings live */
    struct user_set *next;
};

/* How a line of one of the two files is read. */
struct layout {
    unsigned fields;
    unsigned id;
    unsigned home, shell; /* 0: none */
};

static const struct layout passwd_layout = {.fields = 7, .id = 2, .home = 5, .shell = 6};
static const struct layout group_layout = {.fields = 4, .id = 2};

void user_set_free(struct user_set *set)
{
    if (!set)
        return;
    free(set->users.items);
    free(set->groups.items);
    free(set->text);
    free(set);
}

void user_set_push(struct user_set **stack, struct user_set *set)
{
    if (!set)
        return;
    set->next = *stack;
    *stack = set;
}

void user_set_free_all(struct user_set **stack)
{
    while (*stack) {
        struct user_set *set = *stack;
        *stack = set->next;
        user_set_free(set);
    }
}

DEFINE_CLEANUP(struct user_set *, user_set_free);

static bool parse_id(const char *text, uint32_t *ret_id)
{
    uint64_t id = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        id = id * 10 + (uint64_t)(*text - '0');
        if (id > UINT32_MAX)
            return false;
    }
    *ret_id = (uint32_t)id;
    return true;
}

/* Splits one NUL-terminated line in place. */
static bool parse_line(char *line, const struct layout *layout, struct user *ret_user)
{
    const char *fields[FIELDS_MAX] = {line};
    unsigned count = 1;

    for (char *at = line; *at; at++) {
        if (*at != ':')
            continue;
        if (count == layout->fields)
            return false;
        *at = '\0';
        fields[count++] = at + 1;
    }
    if (count != layout->fields || !*fields[0] || !parse_id(fields[layout->id], &ret_user->id))
        return false;
    ret_user->name = fields[0];
    ret_user->home = layout->home ? fields[layout->home] : NULL;
    ret_user->shell = layout->shell ? fields[layout->shell] : NULL;
    return true;
}

/* Entries of NIS ("+", "-") and comments are no users, and no mistake. */
static bool is_ignored(const char *line)
{
    return !*line || strchr("#+-", *line);
}

static int compare(const void *a, const void *b)
{
    const struct user *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->name < y->name ? -1 : 1; /* names are in the order of the lines */
}

static int parse(char *text, size_t len, const struct layout *layout, struct users *users,
                 uint64_t *malformed)
{
    size_t lines = 1;

    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    users->items = calloc(lines, sizeof(*users->items));
    if (!users->items)
        return -ENOMEM;

    char *end = text + len;
    for (char *line = text; line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        if (!next)
            next = end;
        *next = '\0';
        if (strlen(line) != (size_t)(next - line))
            (*malformed)++;
        else if (!is_ignored(line)) {
            if (parse_line(line, layout, &users->items[users->count]))
                users->count++;
            else
                (*malformed)++;
        }
        line = next + 1;
    }
    if (!users->count)
        return 0;
    qsort(users->items, users->count, sizeof(*users->items), compare);
    struct user *fit = realloc(users->items, users->count * sizeof(*users->items));
    users->items = fit ? fit : users->items;
    return 0;
}

int user_set_new(const char *passwd, size_t passwd_len, const char *group, size_t group_len,
                 struct user_set **ret_set, uint64_t *ret_malformed)
{
    _cleanup_(user_set_freep) struct user_set *set = calloc(1, sizeof(*set));
    uint64_t malformed = 0;

    if (!set)
        return -ENOMEM;
    set->text = malloc(passwd_len + group_len + 2);
    if (!set->text)
        return -ENOMEM;
    if (passwd_len)
        memcpy(set->text, passwd, passwd_len);
    if (group_len)
        memcpy(set->text + passwd_len + 1, group, group_len);

    int r = parse(set->text, passwd_len, &passwd_layout, &set->users, &malformed);
    if (r < 0)
        return r;
    r = parse(set->text + passwd_len + 1, group_len, &group_layout, &set->groups, &malformed);
    if (r < 0)
        return r;
    *ret_malformed = malformed;
    *ret_set = TAKE_PTR(set);
    return 0;
}

static const struct user *find(const struct users *users, uint32_t id)
{
    size_t low = 0, high = users->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (users->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < users->count && users->items[low].id == id ? &users->items[low] : NULL;
}

const struct user *user_set_user(const struct user_set *set, uint32_t uid)
{
    return set ? find(&set->users, uid) : NULL;
}

const struct user *user_set_group(const struct user_set *set, uint32_t gid)
{
    return set ? find(&set->groups, gid) : NULL;
}
