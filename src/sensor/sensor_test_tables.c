/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sensor_test_tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sensor/filter.h"
#include "sensor/sensor_acts.h"

#define PATHS 65536 /* of filter_paths and filter_names in bpf/lib/maps.h */
#define NAMES 16384
#define PEERS 16384 /* of filter_addresses and filter_ports */
#define ROOM  40

static const struct filter_vector all = {{~0ull, ~0ull, ~0ull, ~0ull}};

static void fill_paths(struct filter_tables *tables, char (*texts)[ROOM])
{
    for (size_t i = 0; i < PATHS; i++) {
        struct filter_path *path = &tables->paths[i];

        snprintf(texts[i], ROOM, "/bulwark-tables/%zu/%zu", i % 256, i);
        *path = (struct filter_path){.path = texts[i], .len = strlen(texts[i]), .whole = true};
        path->columns.words[i % FILTER_WORDS] = 1ull << (i % 64);
    }
    tables->paths[0] = (struct filter_path){.path = ""};
    tables->paths[PATHS - 1] = (struct filter_path){
        .path = ACTS_FILE, .len = strlen(ACTS_FILE), .whole = true, .columns = all};
    tables->path_count = PATHS;
}

static void fill_names(struct filter_tables *tables, char (*texts)[ROOM])
{
    for (size_t i = 0; i < NAMES; i++) {
        snprintf(texts[i], ROOM, "bulwark-name-%zu", i);
        tables->names[i] =
            (struct filter_name){.name = texts[i], .len = strlen(texts[i]), .columns = all};
    }
    tables->name_count = NAMES;
}

static void fill_peers(struct filter_tables *tables)
{
    for (unsigned i = 0; i < PEERS; i++) {
        tables->addresses[i] = (struct filter_address){
            .address = {[12] = 10, [13] = (unsigned char)(i >> 8), [14] = (unsigned char)i},
            .prefix = 120,
            .columns = all};
        tables->ports[i] = (struct filter_port){.port = i + 1, .columns = all};
    }
    tables->address_count = tables->port_count = PEERS;
}

long tables_largest(struct sensor *sensor)
{
    _cleanup_free_ struct filter_path *paths = calloc(PATHS, sizeof(*paths));
    _cleanup_free_ struct filter_name *names = calloc(NAMES, sizeof(*names));
    _cleanup_free_ struct filter_address *addresses = calloc(PEERS, sizeof(*addresses));
    _cleanup_free_ struct filter_port *ports = calloc(PEERS, sizeof(*ports));
    _cleanup_free_ char(*texts)[ROOM] = calloc(PATHS + NAMES, ROOM);
    _cleanup_free_ struct filter_tables *tables = calloc(1, sizeof(*tables));

    if (!paths || !names || !addresses || !ports || !texts || !tables)
        return -ENOMEM;
    *tables = (struct filter_tables){
        .paths = paths, .names = names, .addresses = addresses, .ports = ports};
    tables->slot.asks_names = tables->slot.asks_texts[FILTER_TEXT_PATH] = 1;
    tables->slot.types[EVENT_OPENAT] = FILTER_LOOKED_UP;
    for (size_t i = 0; i < FILTER_SMALL_COUNT; i++)
        tables->slot.small[i] = all;
    /* Fewer columns than all, so that names are looked up. */
    tables->slot.other_names = all;
    tables->slot.other_names.words[0] = 1;
    fill_paths(tables, texts);
    fill_names(tables, texts + PATHS);
    fill_peers(tables);
    tables->column_count = FILTER_COLUMNS;
    int r = sensor_set_filter(sensor, tables, FILTER_ON);
    return r < 0 ? r : (long)tables->path_count;
}
