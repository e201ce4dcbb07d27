/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/filter_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MASKS_BYTES (FILTER_MASKS * sizeof(struct filter_mask))

int filter_maps_open(struct filter_maps *maps, int masks)
{
    void *mapped = mmap(NULL, MASKS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, masks, 0);

    if (mapped == MAP_FAILED)
        return -errno;
    maps->masks = mapped;
    return 0;
}

void filter_maps_close(struct filter_maps *maps)
{
    if (maps->masks)
        munmap(maps->masks, MASKS_BYTES);
    maps->masks = NULL;
}

/*
 * Programs run within RCU read sections; this is the one call by which user space can wait for
 * those. Where it is not allowed, tables are at least a reload old before their slot is written
 * again.
 */
void wait_for_programs(void)
{
    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* Delete all of a slot. Every kind of key is at most this long; `at`: where it holds its slot. */
static void empty(int map, size_t at, uint32_t slot)
{
    union {
        struct filter_path_key path;
        struct filter_name_key name;
        struct filter_address_key address;
        struct filter_port_key port;
        char bytes[sizeof(struct filter_path_key)];
    } key, next;
    bool more = bpf_map_get_next_key(map, NULL, &next) == 0;

    while (more) {
        uint32_t of;
        key = next;
        more = bpf_map_get_next_key(map, &key, &next) == 0;
        memcpy(&of, key.bytes + at, sizeof(of));
        if ((of & FILTER_TABLE_SLOT) == slot)
            bpf_map_delete_elem(map, &key);
    }
}

static int add(int map, const void *key, const struct filter_vector *columns)
{
    return bpf_map_update_elem(map, key, columns, BPF_ANY) < 0 ? -errno : 0;
}

static int add_path(const struct filter_maps *maps, uint32_t slot, const struct filter_path *path)
{
    struct filter_path_key key = {.table = FILTER_TABLE(slot, path->text)};
    size_t len = path->len + path->whole; /* with its NUL */

    if (len >= FILTER_PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(key.path, path->path, path->len);
    key.bits = (uint32_t)FILTER_PATH_BITS(len);
    return add(maps->paths, &key, &path->columns);
}

static int add_name(const struct filter_maps *maps, uint32_t slot, const struct filter_name *name)
{
    struct filter_name_key key = {.slot = slot};

    if (name->len >= FILTER_NAME_MAX - 1)
        return -ENAMETOOLONG;
    memcpy(key.name, name->name, name->len);
    return add(maps->names, &key, &name->columns);
}

static int add_address(const struct filter_maps *maps, uint32_t slot,
                       const struct filter_address *address)
{
    struct filter_address_key key = {.bits = FILTER_ADDRESS_BITS(address->prefix), .slot = slot};

    memcpy(key.address, address->address, sizeof(key.address));
    return add(maps->addresses, &key, &address->columns);
}

static int add_port(const struct filter_maps *maps, uint32_t slot, const struct filter_port *port)
{
    const struct filter_port_key key = {.slot = slot, .port = port->port};

    return add(maps->ports, &key, &port->columns);
}

static int fill(struct filter_maps *maps, uint32_t slot, const struct filter_tables *tables)
{
    int r = 0;

    empty(maps->paths, offsetof(struct filter_path_key, table), slot);
    empty(maps->names, offsetof(struct filter_name_key, slot), slot);
    empty(maps->addresses, offsetof(struct filter_address_key, slot), slot);
    empty(maps->ports, offsetof(struct filter_port_key, slot), slot);
    maps->slots[slot] = tables->slot;
    maps->slots[slot].number = maps->number + 1;
    maps->unsteady[slot] = tables->unsteady;
    for (size_t i = 0; i < tables->path_count && r == 0; i++)
        r = add_path(maps, slot, &tables->paths[i]);
    for (size_t i = 0; i < tables->name_count && r == 0; i++)
        r = add_name(maps, slot, &tables->names[i]);
    for (size_t i = 0; i < tables->address_count && r == 0; i++)
        r = add_address(maps, slot, &tables->addresses[i]);
    for (size_t i = 0; i < tables->port_count && r == 0; i++)
        r = add_port(maps, slot, &tables->ports[i]);
    return r;
}

int filter_maps_set(struct filter_maps *maps, const struct filter_tables *tables,
                    enum filter_mode mode)
{
    struct filter_state state = *maps->state;

    if (mode != FILTER_OFF) {
        state.slot ^= 1;
        int r = fill(maps, state.slot, tables);
        if (r < 0)
            return r;
        maps->number++;
        maps->entries =
            tables->path_count + tables->name_count + tables->address_count + tables->port_count;
    }
    state.mode = (uint16_t)mode;
    /* The kernel side may raise the epoch meanwhile. */
    struct filter_state old = *maps->state;
    do
        state.epoch = old.epoch + 1;
    while (!__atomic_compare_exchange(maps->state, &old, &state, false, __ATOMIC_ACQ_REL,
                                      __ATOMIC_RELAXED));
    maps->epoch++;
    wait_for_programs();
    return 0;
}

void filter_maps_void(struct filter_maps *maps)
{
    __atomic_fetch_add(&maps->state->epoch, 1, __ATOMIC_ACQ_REL);
    maps->epoch++;
}

void filter_maps_voided(struct filter_maps *maps, uint32_t epoch)
{
    if ((int32_t)(epoch - maps->epoch_resumed) > 0)
        maps->epoch++;
}

void filter_maps_resume(struct filter_maps *maps)
{
    maps->epoch = maps->epoch_resumed =
        __atomic_add_fetch(&maps->state->epoch, 1, __ATOMIC_ACQ_REL);
}
