/* SPDX-License-Identifier: Apache-2.0 */
#include "world/facts_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kept {
    void *data;
    size_t size;
} *records;
static size_t record_count;
static struct event decoded;

int world_feed(struct world *world, const void *record, size_t size)
{
    struct kept *grown = realloc(records, (record_count + 1) * sizeof(*records));
    void *data = malloc(size);

    assert_non_null(grown);
    assert_non_null(data);
    memcpy(data, record, size);
    records = grown;
    records[record_count++] = (struct kept){data, size};
    assert_int_equal(event_decode(data, size, &decoded), 0);
    return 0;
}

void testing_forget(void)
{
    for (size_t i = 0; i < record_count; i++)
        free(records[i].data);
    free(records);
    records = NULL;
    record_count = 0;
}

static const struct event *decode(size_t i)
{
    assert_int_equal(event_decode(records[i].data, records[i].size, &decoded), 0);
    return &decoded;
}

const struct event *testing_record(enum event_type type, size_t n)
{
    for (size_t i = 0; i < record_count; i++)
        if (decode(i)->header->type == type && n-- == 0)
            return &decoded;
    return NULL;
}

size_t testing_count(enum event_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < record_count; i++)
        count += decode(i)->header->type == type;
    return count;
}

const struct event *testing_find(enum event_type type, enum param_id id, const char *text)
{
    for (size_t i = 0; i < record_count; i++)
        if (decode(i)->header->type == type && testing_has(&decoded, id, text))
            return &decoded;
    return NULL;
}

bool testing_has(const struct event *event, enum param_id id, const char *text)
{
    const struct event_param *param = event_param(event, id);
    uint32_t cursor = 0, len;
    const char *string;

    while (param && event_next_string(param, &cursor, &string, &len))
        if (len == strlen(text) && !memcmp(string, text, len))
            return true;
    return false;
}

struct facts *testing_facts(const char *name)
{
    char path[4096];
    struct facts *facts = NULL;

    snprintf(path, sizeof(path), TEST_DATA "/%s", name);
    assert_int_equal(facts_new(path, NULL, NULL, &facts, NULL), 0);
    return facts;
}
