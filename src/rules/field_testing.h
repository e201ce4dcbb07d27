/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FIELD_TESTING_H
#define RULES_FIELD_TESTING_H

/* For tests: a world fed with records, and the text of fields of each event it judges. */

#include "base/cleanup.h"
#include "rules/field.h"
#include "world/test_stream.h"

/* Strings written as one literal: "a\0b". */
#define WORDS(stream, id, text) stream_strings(stream, id, text, sizeof(text))

struct want {
    const char *field;
    const char *text; /* NULL: the event has no such value */
};

struct fixture {
    struct stream s; /* its world is the fixture's */
    struct field_context context;
    const struct want *wants; /* of the next event; ends with field NULL */
    unsigned judged;
};

static inline void expect_field(struct field_context *context, const struct want *want)
{
    struct field_ref ref;
    struct field_value value;
    struct error error = {0};
    _cleanup_buf_ struct buf text = {0};

    if (field_find(want->field, strlen(want->field), &ref, &error) < 0)
        fail_msg("%s: %s", want->field, error.message);
    bool has = ref.field->extract(context, &ref, &value);
    if (has && value.type != field_ref_type(&ref))
        fail_msg("%s: value of type %d, not %d", want->field, value.type, field_ref_type(&ref));
    if (has)
        assert_int_equal(field_value_text(&value, &text), 0);
    if (has != !!want->text)
        fail_msg("%s is '%s', wanted '%s'", want->field, has ? text.data : "<NA>",
                 want->text ? want->text : "<NA>");
    if (has && strcmp(text.data ? text.data : "", want->text) != 0)
        fail_msg("%s is '%s', wanted '%s'", want->field, text.data, want->text);
    free((char *)ref.key);
}

/* Every row must survive every event: no crash, and a value of the type it promised. */
static inline void extract_all(struct field_context *context)
{
    const struct field *field;

    for (size_t i = 0; (field = field_at(i)); i++) {
        struct field_ref ref = {.field = field, .index = -1};
        struct field_value value;
        _cleanup_buf_ struct buf text = {0};

        if (field->argument == FIELD_REQUIRED_INDEX)
            ref.index = 0;
        if (field->argument == FIELD_REQUIRED_KEY || field->argument == FIELD_SUFFIX_KEY)
            ref.key = "name";
        if (!field->extract(context, &ref, &value))
            continue;
        if (value.type != field_ref_type(&ref))
            fail_msg("%s: value of another type than it promised", field->name);
        assert_int_equal(field_value_text(&value, &text), 0);
    }
}

static inline void fixture_judge(void *data, const struct judged_event *judged)
{
    struct fixture *fixture = data;

    fixture->judged++;
    fixture->context.world = fixture->s.world;
    fixture->context.judged = judged;
    fixture->context.event_number = fixture->judged;
    extract_all(&fixture->context);
    for (const struct want *want = fixture->wants; want && want->field; want++)
        expect_field(&fixture->context, want);
    fixture->wants = NULL;
    assert_int_equal(fixture->context.values_cut, 0);
    field_context_reset(&fixture->context);
}

static inline void fixture_open(struct fixture *fixture)
{
    *fixture = (struct fixture){.s.now = 1000 * SECOND};
    assert_int_equal(world_new(NULL, NULL, fixture_judge, fixture, &fixture->s.world), 0);
}

static inline void fixture_close(struct fixture *fixture)
{
    stream_close(&fixture->s);
    field_context_done(&fixture->context);
}

/* Feed the record in the writer; the event it makes must have these values. */
static inline void fixture_expect(struct fixture *fixture, const struct want *wants)
{
    unsigned before = fixture->judged;

    fixture->wants = wants;
    assert_int_equal(stream_feed(&fixture->s), 0);
    assert_int_equal(fixture->judged, before + 1);
}

#endif
