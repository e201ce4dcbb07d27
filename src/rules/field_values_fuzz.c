/* SPDX-License-Identifier: Apache-2.0 */
/* Every row over any record, whose header is made valid: sockets, paths and flags as they come. */
#include <string.h>

#include "base/cleanup.h"
#include "rules/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
    struct field_context context;
    struct world *world;
};

static void extract(struct field_context *context, const struct field *field, const char *key)
{
    struct field_ref ref = {.field = field, .index = -1, .key = key};
    struct field_value value;
    _cleanup_buf_ struct buf text = {0};

    if (!field->extract(context, &ref, &value))
        return;
    if (value.type != field_ref_type(&ref))
        abort();
    field_value_text(&value, &text);
}

static void judge(void *data, const struct judged_event *judged)
{
    static const char *const keys[] = {"name", "res", "addr", "flags", "tuple", "uid"};
    struct target *target = data;
    const struct field *field;

    target->context.world = target->world;
    target->context.judged = judged;
    for (size_t i = 0; (field = field_at(i)); i++) {
        bool with_key =
            field->argument == FIELD_REQUIRED_KEY || field->argument == FIELD_SUFFIX_KEY;
        for (size_t key = 0; key < (with_key ? sizeof(keys) / sizeof(keys[0]) : 1); key++)
            extract(&target->context, field, with_key ? keys[key] : NULL);
    }
    field_context_reset(&target->context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = size & ~(size_t)7;
    struct target target = {0};

    if (whole < sizeof(struct event_header))
        return 0;
    _cleanup_free_ struct event_header *record = malloc(whole);
    if (!record || world_new(NULL, NULL, judge, &target, &target.world) < 0)
        return 0;
    memcpy(record, data, whole);
    record->size = (uint32_t)whole;
    record->comm[EVENT_COMM_LEN - 1] = '\0';
    world_feed(target.world, record, whole);
    world_flush(target.world);
    world_free(target.world);
    field_context_done(&target.context);
    return 0;
}
