/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/stub.h"
#include "rules/filter_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/table.h"
#include "rules/field.h"
#include "rules/oracle.h"

#define VALUES_MAX 64

struct stub_value {
    char field[64];
    struct field_value value;
    struct field_string elements[8];
};

static struct stub_value values[VALUES_MAX];
static size_t value_count;
static unsigned extractions[VALUES_MAX];

struct error stub_error;
struct rules_warnings stub_warnings;
struct stub_alert stub_alerts[8];

static bool extract(struct field_context *context, const struct field_ref *ref,
                    struct field_value *ret_value);

#define FIELD(text, kind, ...)                                                                     \
    {.name = text, .type = FIELD_##kind, .extract = extract, .description = "", __VA_ARGS__}

static const struct field rows[] = {
    FIELD("evt.type", STRING),
    FIELD("evt.num", NUMBER),
    FIELD("evt.res", STRING),
    FIELD("evt.rawres", NUMBER),
    FIELD("evt.time", TIME),
    FIELD("evt.dir", STRING, .deprecated = true),
    FIELD("evt.arg", STRING, .argument = FIELD_SUFFIX_KEY),
    FIELD("evt.is_open_read", BOOL),
    FIELD("proc.name", STRING),
    FIELD("proc.pname", STRING),
    FIELD("proc.cmdline", STRING),
    FIELD("proc.cwd", STRING, .needs = FIELD_NEEDS_DIRECTORY),
    FIELD("proc.duration", DURATION),
    FIELD("proc.aname", STRINGS, .argument = FIELD_OPTIONAL_INDEX, .element = FIELD_STRING),
    FIELD("proc.env", STRINGS, .needs = FIELD_NEEDS_ENVIRONMENT, .argument = FIELD_OPTIONAL_KEY,
          .element = FIELD_STRING),
    FIELD("fd.name", STRING),
    FIELD("fd.num", NUMBER),
    FIELD("fd.sip", ADDRESS),
    FIELD("fd.cip", ADDRESS),
    FIELD("fd.ip", ADDRESS),
    FIELD("fd.net", NETWORK),
    FIELD("fd.port", PORT),
    FIELD("fd.sport", PORT),
    FIELD("fd.sip.name", NAMES, .needs = FIELD_NEEDS_NAMES),
    FIELD("container.id", STRING),
    FIELD("container.name", STRING),
    FIELD("container.image.repository", STRING),
    FIELD("container.image.tag", STRING),
    FIELD("k8s.pod.name", STRING),
    FIELD("k8s.ns.name", STRING),
    FIELD("k8s.pod.labels", STRINGS),
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void name_of(const struct field_ref *ref, char *buffer, size_t size)
{
    if (ref->key)
        snprintf(buffer, size, "%s[%s]", ref->field->name, ref->key);
    else if (ref->index >= 0)
        snprintf(buffer, size, "%s[%d]", ref->field->name, (int)ref->index);
    else
        snprintf(buffer, size, "%s", ref->field->name);
}

static bool extract(struct field_context *context, const struct field_ref *ref,
                    struct field_value *ret_value)
{
    char name[64];

    if (strcmp(ref->field->name, "evt.type") == 0) {
        const char *type = event_type_info(context->judged->event->header->type)->name;
        *ret_value = (struct field_value){.type = FIELD_STRING, .string = {type, strlen(type)}};
        return true;
    }
    if (strcmp(ref->field->name, "evt.num") == 0) {
        *ret_value =
            (struct field_value){.type = FIELD_NUMBER, .number = (int64_t)context->event_number};
        return true;
    }
    name_of(ref, name, sizeof(name));
    for (size_t i = 0; i < value_count; i++) {
        if (strcmp(values[i].field, name) == 0) {
            extractions[i]++;
            *ret_value = values[i].value;
            return true;
        }
    }
    return false;
}

enum field_type field_ref_type(const struct field_ref *ref)
{
    bool picked = ref->field->type == FIELD_STRINGS && (ref->index >= 0 || ref->key);

    return picked ? ref->field->element : ref->field->type;
}

int field_find(const char *text, size_t len, struct field_ref *ret_ref, struct error *ret_error)
{
    const char *bracket = memchr(text, '[', len);
    size_t name_len = bracket ? (size_t)(bracket - text) : len;

    for (size_t i = 0; i < ROWS; i++) {
        const struct field *row = &rows[i];
        size_t row_len = strlen(row->name);
        bool suffixed =
            row->argument == FIELD_SUFFIX_KEY && name_len > row_len + 1 && text[row_len] == '.';
        if (strncmp(row->name, text, row_len) != 0 || (name_len != row_len && !suffixed))
            continue;
        if (bracket && row->argument == FIELD_NO_ARGUMENT)
            return error_set(ret_error, -EINVAL, "field %s takes no argument", row->name);
        *ret_ref = (struct field_ref){.field = row, .index = -1};
        if (bracket && row->argument == FIELD_OPTIONAL_INDEX)
            ret_ref->index = strtol(bracket + 1, NULL, 10);
        else if (bracket)
            ret_ref->key = strndup(bracket + 1, len - name_len - 2);
        else if (suffixed)
            ret_ref->key = strndup(text + row_len + 1, name_len - row_len - 1);
        return 0;
    }
    return error_set(ret_error, -ENOENT, "field '%.*s' does not exist", (int)len, text);
}

int field_value_text(const struct field_value *value, struct buf *buf)
{
    switch (value->type) {
    case FIELD_STRING: return buf_add(buf, value->string.data, value->string.len);
    case FIELD_BOOL: return buf_add_string(buf, value->number ? "true" : "false");
    case FIELD_STRINGS:
        for (size_t i = 0; i < value->list_len; i++) {
            buf_add_string(buf, i ? "," : "");
            buf_add(buf, value->list[i].data, value->list[i].len);
        }
        return buf->failed;
    default: return buf_printf(buf, "%lld", (long long)value->number);
    }
}

void *field_context_alloc(struct field_context *context, size_t size)
{
    void **block = calloc(1, sizeof(void *) * 2 + size);

    *block = context->blocks;
    context->blocks = block;
    return block + 2;
}

void field_context_reset(struct field_context *context)
{
    while (context->blocks) {
        void **block = context->blocks;
        context->blocks = *block;
        free(block);
    }
}

void field_context_done(struct field_context *context)
{
    field_context_reset(context);
    buf_done(&context->arena);
}

bool world_address_has_name(struct world *world, const struct container *container,
                            const uint8_t *address, size_t len, const char *name)
{
    return strcmp(name, "db.example.org") == 0;
}

const char *world_hostname(const struct world *world)
{
    return "host";
}

static struct stub_value *set(const char *field, enum field_type type)
{
    struct stub_value *value = &values[value_count++];

    assert_true(value_count <= VALUES_MAX);
    *value = (struct stub_value){.value = {.type = type}};
    snprintf(value->field, sizeof(value->field), "%s", field);
    return value;
}

void stub_reset(void)
{
    value_count = 0;
    memset(extractions, 0, sizeof(extractions));
}

void stub_string(const char *field, const char *text)
{
    set(field, FIELD_STRING)->value.string = (struct field_string){text, strlen(text)};
}

static enum field_type row_type(const char *field)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, field) == 0)
            return rows[i].type;
    return FIELD_STRING;
}

void stub_number(const char *field, int64_t number)
{
    set(field, row_type(field))->value.number = number;
}

static uint8_t put_address(uint8_t bytes[16], const char *address)
{
    if (inet_pton(AF_INET, address, bytes) == 1)
        return 4;
    assert_int_equal(inet_pton(AF_INET6, address, bytes), 1);
    return 16;
}

void stub_address(const char *field, const char *address)
{
    struct field_value *value = &set(field, row_type(field))->value;

    value->address_len = put_address(value->address, address);
}

void stub_pair(const char *field, const char *first, const char *second)
{
    stub_address(field, first);

    struct field_value *value = &values[value_count - 1].value;
    value->is_pair = true;
    put_address(value->address2, second);
}

void stub_number_pair(const char *field, int64_t first, int64_t second)
{
    stub_number(field, first);

    struct field_value *value = &values[value_count - 1].value;
    value->is_pair = true;
    value->number2 = second;
}

void stub_list(const char *field, const char *const *elements)
{
    struct stub_value *list = set(field, FIELD_STRINGS);

    list->value.is_ancestor_list = strcmp(field, "proc.aname") == 0;
    list->value.list = list->elements;
    for (; *elements; elements++)
        list->elements[list->value.list_len++] =
            (struct field_string){*elements, strlen(*elements)};
}

unsigned stub_extractions(const char *field)
{
    for (size_t i = 0; i < value_count; i++)
        if (strcmp(values[i].field, field) == 0)
            return extractions[i];
    return 0;
}

struct ruleset *stub_load_options(const char *yaml, const struct rules_options *options)
{
    struct rules_source source = {"test.yaml", yaml, strlen(yaml)};
    struct ruleset *rules = NULL;

    rules_warnings_done(&stub_warnings);
    stub_error = (struct error){0};
    int r = rules_load(&source, 1, options, &stub_warnings, &rules, &stub_error);
    assert_int_equal(r == 0, rules != NULL);
    if (r < 0)
        assert_int_equal(stub_error.code, r);
    return rules;
}

static const struct rules_options stub_options = {
    .matching = MATCHING_ALL, .minimum_priority = PRIORITY_DEBUG, .no_suggested_output = true};

struct ruleset *stub_load(const char *yaml)
{
    return stub_load_options(yaml, &stub_options);
}

static void condition_yaml(struct buf *yaml, const char *condition)
{
    buf_printf(yaml,
               "- rule: rule\n  desc: d\n  output: o\n  priority: INFO\n  condition: |\n    %s\n",
               condition);
}

unsigned stub_warned(const char *code, const char *text)
{
    unsigned count = 0;

    for (size_t i = 0; i < stub_warnings.count; i++)
        count += strcmp(stub_warnings.items[i].code, code) == 0 &&
                 strstr(stub_warnings.items[i].at.message, text) != NULL;
    return count;
}

struct ruleset *stub_load_condition(const char *condition)
{
    _cleanup_buf_ struct buf yaml = {0};

    condition_yaml(&yaml, condition);
    struct ruleset *rules = stub_load(yaml.data);
    if (!rules)
        print_error("%.80s: column %u: %s\n", condition, stub_error.column, stub_error.message);
    return rules;
}

static void describe_field(struct buf *buf, const struct alert_field *field)
{
    buf_printf(buf, "%s%s=", buf->len ? ", " : "", field->name);
    if (!field->text)
        buf_add_string(buf, "-");
    else if (field->is_number || field->is_bool)
        buf_printf(buf, "%s%lld", field->is_bool ? "?" : "#", (long long)field->number);
    else if (!field->list)
        buf_add_string(buf, field->text);
    for (const char *const *element = field->list; element && *element; element++)
        buf_printf(buf, "[%s]", *element);
}

static void on_alert(void *data, const struct alert *alert)
{
    unsigned *count = data;
    struct stub_alert *slot = &stub_alerts[*count % 8];
    _cleanup_buf_ struct buf fields = {0};

    ++*count;
    assert_string_equal(alert->hostname, "host");
    snprintf(slot->rule, sizeof(slot->rule), "%s", alert->rule.name);
    snprintf(slot->output, sizeof(slot->output), "%s", alert->output);
    for (size_t i = 0; i < alert->field_count; i++)
        describe_field(&fields, &alert->fields[i]);
    snprintf(slot->fields, sizeof(slot->fields), "%s", fields.data ? fields.data : "");
}

unsigned stub_judge(struct ruleset *rules, enum event_type type)
{
    struct event_header header = {.type = (uint16_t)type};
    struct event event = {.header = &header};
    struct judged_event judged = {.event = &event, .wall_time = 7};
    unsigned count = 0;

    memset(stub_alerts, 0, sizeof(stub_alerts));
    unsigned matches = rules_judge(rules, NULL, &judged, on_alert, &count);
    assert_int_equal(matches, count);
    return count;
}

/* What the language says of the event that stub_judge makes. */
static bool oracle_holds(struct oracle *oracle)
{
    struct event_header header = {.type = EVENT_OPENAT};
    struct event event = {.header = &header};
    struct judged_event judged = {.event = &event, .wall_time = 7};
    const char *const *names;

    return oracle_judge(oracle, NULL, &judged, &names);
}

bool stub_holds(const char *condition)
{
    struct oracle *oracle = NULL;
    struct rules_options options = stub_options;
    _cleanup_buf_ struct buf yaml = {0};

    oracle_ask(&options, &oracle);
    condition_yaml(&yaml, condition);
    struct ruleset *rules = stub_load_options(yaml.data, &options);
    if (!rules)
        fail_msg("%.80s: column %u: %s", condition, stub_error.column, stub_error.message);
    bool holds = stub_judge(rules, EVENT_OPENAT);
    if (oracle_holds(oracle) == !holds)
        fail_msg("%s: %s, so the plain evaluator says", condition, holds ? "false" : "true");
    oracle_free(oracle);
    rules_free(rules);
    return holds;
}

const char *stub_fired(const char *yaml)
{
    static char names[sizeof(stub_alerts) / sizeof(stub_alerts[0]) * sizeof(stub_alerts[0].rule)];
    struct ruleset *rules = stub_load(yaml);
    size_t len = 0;

    names[0] = '\0';
    if (!rules)
        return NULL;
    unsigned count = stub_judge(rules, EVENT_OPENAT);
    rules_free(rules);
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i ? " " : "",
                                stub_alerts[i].rule);
    return names;
}

static bool is_at(const struct error *error, unsigned line, unsigned column, const char *message)
{
    return error->line == line && error->column == column && strstr(error->message, message);
}

void stub_expect_errors(const struct stub_error_row *rows_wanted, size_t count)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        const struct stub_error_row *row = &rows_wanted[i];
        struct ruleset *rules = stub_load(row->yaml);
        if (!rules && is_at(&stub_error, row->line, row->column, row->message))
            continue;
        print_error("%swanted %u:%u: %s\ngot    %u:%u: %s\n\n", row->yaml, row->line, row->column,
                    row->message, stub_error.line, stub_error.column,
                    rules ? "no error" : stub_error.message);
        rules_free(rules);
        failed++;
    }
    assert_int_equal(failed, 0);
}

static bool warned_at(const struct stub_warning_row *row)
{
    unsigned found = 0;

    for (size_t i = 0; i < stub_warnings.count; i++) {
        const struct rules_warning *warning = &stub_warnings.items[i];
        found += strcmp(warning->code, row->code) == 0 &&
                 is_at(&warning->at, row->line, row->column, row->message);
    }
    return found == 1;
}

void stub_expect_warnings(const struct stub_warning_row *rows_wanted, size_t count)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        const struct stub_warning_row *row = &rows_wanted[i];
        struct ruleset *rules = stub_load(row->yaml);
        if (!rules || !warned_at(row)) {
            print_error("%swanted %u:%u: %s %s\n%s\n", row->yaml, row->line, row->column, row->code,
                        row->message, rules ? "got" : stub_error.message);
            for (size_t k = 0; k < stub_warnings.count; k++)
                print_error("%u:%u: %s %s\n", stub_warnings.items[k].at.line,
                            stub_warnings.items[k].at.column, stub_warnings.items[k].code,
                            stub_warnings.items[k].at.message);
            failed++;
        }
        rules_free(rules);
    }
    assert_int_equal(failed, 0);
}

/* The tables for the kernel are made of real fields: filter_test.c. */
int filter_make(struct ruleset *rules)
{
    return 0;
}
