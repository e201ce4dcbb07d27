/* SPDX-License-Identifier: Apache-2.0 */
#include "world/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1000000000ull

struct address_key {
    uint64_t scope;
    uint64_t len; /* of the address */
    uint8_t address[16];
};

struct named_address {
    struct address_key key;
    UT_hash_handle hh;
    LIST_HEAD(names_of_address, address_name) names; /* the one learned last first */
    unsigned count;
};

struct names_scope {
    uint64_t id;
    UT_hash_handle hh;
    struct address_name_list ages;
    uint32_t count;
};

struct address_name {
    TAILQ_ENTRY(address_name) age;       /* over all */
    TAILQ_ENTRY(address_name) scope_age; /* within the scope */
    LIST_ENTRY(address_name) link;       /* of the same address */
    struct named_address *owner;
    struct names_scope *scope;
    uint64_t expires;
    char name[];
};

void address_names_init(struct address_names *names, uint32_t limit)
{
    *names = (struct address_names){.limit = limit ? limit : 1};
    TAILQ_INIT(&names->ages);
}

static void forget_if_empty(struct address_names *names, struct named_address *owner,
                            struct names_scope *scope)
{
    if (owner && !owner->count) {
        HASH_DEL(names->by_address, owner);
        free(owner);
    }
    if (scope && !scope->count) {
        HASH_DEL(names->by_scope, scope);
        free(scope);
    }
}

static void drop(struct address_names *names, struct address_name *name)
{
    TAILQ_REMOVE(&names->ages, name, age);
    TAILQ_REMOVE(&name->scope->ages, name, scope_age);
    LIST_REMOVE(name, link);
    names->count--;
    name->owner->count--;
    name->scope->count--;
    forget_if_empty(names, name->owner, name->scope);
    free(name);
}

static void evict(struct address_names *names, struct address_name *name, uint64_t now)
{
    names->evicted += name->expires > now;
    drop(names, name);
}

void address_names_done(struct address_names *names)
{
    while (!TAILQ_EMPTY(&names->ages))
        drop(names, TAILQ_FIRST(&names->ages));
}

static struct address_key make_key(uint64_t scope, const uint8_t *address, size_t len)
{
    struct address_key key = {.scope = scope, .len = len};

    memcpy(key.address, address, len == 4 ? 4 : 16);
    return key;
}

static struct named_address *find_address(const struct address_names *names, uint64_t scope,
                                          const uint8_t *address, size_t len)
{
    struct named_address *owner;

    if (!names->by_address)
        return NULL;
    struct address_key key = make_key(scope, address, len);
    HASH_FIND(hh, names->by_address, &key, sizeof(key), owner);
    return owner;
}

static struct names_scope *find_scope(const struct address_names *names, uint64_t id)
{
    struct names_scope *scope;

    HASH_FIND(hh, names->by_scope, &id, sizeof(id), scope);
    return scope;
}

static struct named_address *get_address(struct address_names *names, uint64_t scope,
                                         const uint8_t *address, size_t len)
{
    struct named_address *owner = find_address(names, scope, address, len);

    if (owner)
        return owner;
    owner = calloc(1, sizeof(*owner));
    if (!owner)
        return NULL;
    owner->key = make_key(scope, address, len);
    HASH_ADD(hh, names->by_address, key, sizeof(owner->key), owner);
    if (!owner->hh.tbl) {
        free(owner);
        return NULL;
    }
    return owner;
}

static struct names_scope *get_scope(struct address_names *names, uint64_t id)
{
    struct names_scope *scope = find_scope(names, id);

    if (scope)
        return scope;
    scope = calloc(1, sizeof(*scope));
    if (!scope)
        return NULL;
    scope->id = id;
    TAILQ_INIT(&scope->ages);
    HASH_ADD(hh, names->by_scope, id, sizeof(scope->id), scope);
    if (!scope->hh.tbl) {
        free(scope);
        return NULL;
    }
    return scope;
}

static struct address_name *find_name(const struct named_address *owner, const char *text)
{
    struct address_name *name;

    if (!owner)
        return NULL;
    LIST_FOREACH(name, &owner->names, link)
    if (!strcasecmp(name->name, text))
        return name;
    return NULL;
}

static void make_room(struct address_names *names, uint64_t scope_id, const uint8_t *address,
                      size_t len, uint64_t now)
{
    struct named_address *owner = find_address(names, scope_id, address, len);
    uint32_t share = names->limit / NAMES_SCOPE_SHARE ? names->limit / NAMES_SCOPE_SHARE : 1;

    if (owner && owner->count >= NAMES_PER_ADDRESS) {
        struct address_name *last = LIST_FIRST(&owner->names);
        while (LIST_NEXT(last, link))
            last = LIST_NEXT(last, link);
        evict(names, last, now);
    }
    struct names_scope *scope = find_scope(names, scope_id);
    if (scope && scope->count >= share)
        evict(names, TAILQ_FIRST(&scope->ages), now);
    if (names->count >= names->limit)
        evict(names, TAILQ_FIRST(&names->ages), now);
}

static int add(struct address_names *names, uint64_t scope_id, const uint8_t *address, size_t len,
               const char *text, struct address_name **ret_name)
{
    size_t size = strlen(text) + 1;
    struct named_address *owner = get_address(names, scope_id, address, len);
    struct names_scope *scope = get_scope(names, scope_id);
    struct address_name *name = malloc(sizeof(*name) + size);

    if (!owner || !scope || !name) {
        free(name);
        forget_if_empty(names, owner, scope);
        return -ENOMEM;
    }
    memcpy(name->name, text, size);
    name->owner = owner;
    name->scope = scope;
    TAILQ_INSERT_TAIL(&names->ages, name, age);
    TAILQ_INSERT_TAIL(&scope->ages, name, scope_age);
    LIST_INSERT_HEAD(&owner->names, name, link);
    names->count++;
    owner->count++;
    scope->count++;
    *ret_name = name;
    return 0;
}

int address_names_learn(struct address_names *names, uint64_t scope, const uint8_t *address,
                        size_t len, const char *text, uint64_t now, uint32_t ttl)
{
    struct address_name *name;

    if ((len != 4 && len != 16) || !*text)
        return -EINVAL;
    name = find_name(find_address(names, scope, address, len), text);
    if (name) {
        TAILQ_REMOVE(&names->ages, name, age);
        TAILQ_INSERT_TAIL(&names->ages, name, age);
        TAILQ_REMOVE(&name->scope->ages, name, scope_age);
        TAILQ_INSERT_TAIL(&name->scope->ages, name, scope_age);
        LIST_REMOVE(name, link);
        LIST_INSERT_HEAD(&name->owner->names, name, link);
    } else {
        make_room(names, scope, address, len, now);
        int r = add(names, scope, address, len, text, &name);
        if (r < 0)
            return r;
    }
    ttl = ttl < NAMES_TTL_MIN ? NAMES_TTL_MIN : ttl > NAMES_TTL_MAX ? NAMES_TTL_MAX : ttl;
    uint64_t life = ttl * NS_PER_S;
    name->expires = now > UINT64_MAX - life ? UINT64_MAX : now + life;
    return 0;
}

bool address_names_has(const struct address_names *names, uint64_t scope, const uint8_t *address,
                       size_t len, const char *text, uint64_t now)
{
    const struct address_name *name = find_name(find_address(names, scope, address, len), text);

    return name && name->expires > now;
}

const char *address_names_last(const struct address_names *names, uint64_t scope,
                               const uint8_t *address, size_t len, uint64_t now)
{
    const struct named_address *owner = find_address(names, scope, address, len);
    const struct address_name *name;

    if (!owner)
        return NULL;
    LIST_FOREACH(name, &owner->names, link)
    if (name->expires > now)
        return name->name;
    return NULL;
}

void address_names_forget_scope(struct address_names *names, uint64_t id)
{
    struct names_scope *scope = find_scope(names, id);

    for (uint32_t left = scope ? scope->count : 0; left; left--)
        drop(names, TAILQ_FIRST(&scope->ages));
}
