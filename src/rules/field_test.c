/* SPDX-License-Identifier: Apache-2.0 */
/* The table itself: finding fields, memory of an event, texts of values. */
#include "event/table.h"
#include "rules/field_testing.h"

static void find_row(const char *text, const char *field, int64_t index, const char *key)
{
    struct field_ref ref = {0};
    struct error error = {0};

    if (field_find(text, strlen(text), &ref, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    assert_string_equal(ref.field->name, field);
    assert_int_equal(ref.index, index);
    if (key)
        assert_string_equal(ref.key, key);
    else
        assert_null(ref.key);
    free((char *)ref.key);
}

static void references_are_parsed(void **state)
{
    find_row("proc.name", "proc.name", -1, NULL);
    find_row("proc.aname", "proc.aname", -1, NULL);
    find_row("proc.aname[2]", "proc.aname", 2, NULL);
    find_row("proc.aname[\"2\"]", "proc.aname", 2, NULL);
    find_row("evt.arg.flags", "evt.arg", -1, "flags");
    find_row("evt.arg[flags]", "evt.arg", -1, "flags");
    find_row("evt.arg[0]", "evt.arg", 0, NULL);
    find_row("evt.rawarg.res", "evt.rawarg", -1, "res");
    find_row("evt.args", "evt.args", -1, NULL);
    find_row("evt.type.is.open", "evt.type.is", -1, "open");
    find_row("proc.env", "proc.env", -1, NULL);
    find_row("proc.env[HOME]", "proc.env", -1, "HOME");
    find_row("proc.env[\"A B\"]", "proc.env", -1, "A B");
    find_row("proc.env['a]b']", "proc.env", -1, "a]b");
    find_row("proc.env[\"a\\\"b\\\\\"]", "proc.env", -1, "a\"b\\");
    find_row("proc.aenv[3]", "proc.aenv", 3, "3");
    find_row("proc.aenv[HOME]", "proc.aenv", -1, "HOME");
    find_row("container.label[app.kubernetes.io/name]", "container.label", -1,
             "app.kubernetes.io/name");
    find_row("k8s.pod.label.app", "k8s.pod.label", -1, "app");
    find_row("k8s.pod.label.a.b.c", "k8s.pod.label", -1, "a.b.c");
    find_row("k8s.pod.labels", "k8s.pod.labels", -1, NULL);
    find_row("container.mount.source[/etc/*]", "container.mount.source", -1, "/etc/*");
    find_row("container.mount[1]", "container.mount", 1, "1");
    find_row("thread.cgroup.cpu", "thread.cgroup", -1, "cpu");
}

static void find_error(const char *text, size_t len, int code, const char *part)
{
    struct field_ref ref = {.index = 77};
    struct error error = {0};

    assert_int_equal(field_find(text, len, &ref, &error), code);
    assert_int_equal(ref.index, 77);
    assert_int_equal(error.code, code);
    if (!strstr(error.message, part))
        fail_msg("'%s' does not say '%s'", error.message, part);
    assert_int_equal(field_find(text, len, &ref, NULL), code);
}

static void wrong_references_say_why(void **state)
{
    static const struct {
        const char *text;
        int code;
        const char *part;
    } rows[] = {
        {"proc.nane", -ENOENT, "did you mean 'proc.name'?"},
        {"proc.cmdlin", -ENOENT, "did you mean 'proc.cmdline'?"},
        {"fd.nmae", -ENOENT, "'fd.nmae'"},
        {"completely.unlike.anything.that.there.is", -ENOENT, "unknown field"},
        {"proc.nane[2]", -ENOENT, "proc.name"},
        {"proc.name[2]", -EINVAL, "takes no argument"},
        {"proc.name.x", -ENOENT, "unknown field"},
        {"proc.aname[x]", -EINVAL, "takes a number"},
        {"proc.aname[-1]", -EINVAL, "takes a number"},
        {"proc.aname[]", -EINVAL, "empty"},
        {"proc.aname[12345678901234567890]", -EINVAL, "takes a number"},
        {"proc.aname[2", -EINVAL, "no closing bracket"},
        {"proc.aname[", -EINVAL, "no closing bracket"},
        {"proc.env[\"x]", -EINVAL, "quotes"},
        {"proc.env[\"]", -EINVAL, "quotes"},
        {"proc.env[\"\"]", -EINVAL, "empty"},
        {"container.mount", -EINVAL, "needs an argument: container.mount[KEY]"},
        {"evt.arg", -EINVAL, "needs an argument: evt.arg.NAME"},
        {"evt.arg.", -EINVAL, "needs an argument"},
        {"evt.arg.flag", -ENOENT, "did you mean 'flags'?"},
        {"evt.rawarg[0]", -EINVAL, "not a number"},
        {"evt.type.is.opn", -ENOENT, "did you mean 'open'?"},
        {"", -ENOENT, "1 to"},
        {"[", -ENOENT, "unknown field"},
        {"[x]", -ENOENT, "unknown field"},
    };
    char longest[600];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        find_error(rows[i].text, strlen(rows[i].text), rows[i].code, rows[i].part);
    memset(longest, 'x', sizeof(longest));
    find_error(longest, sizeof(longest), -ENOENT, "1 to");
    find_error(longest, 500, -ENOENT, "unknown field");
    find_error("proc\0name", 9, -ENOENT, "NUL");
}

static void every_row_is_whole(void **state)
{
    const struct field *field;
    size_t count = 0, filled = 0;

    for (; (field = field_at(count)); count++) {
        struct field_ref ref = {0};
        bool required = field->argument == FIELD_REQUIRED_INDEX ||
                        field->argument == FIELD_REQUIRED_KEY ||
                        field->argument == FIELD_SUFFIX_KEY;
        assert_non_null(field->extract);
        assert_non_null(field->description);
        assert_null(strchr(field->description, '\n'));
        assert_true(field->description[0]);
        filled += !!field->tiers;
        for (size_t other = 0; other < count; other++)
            assert_string_not_equal(field_at(other)->name, field->name);
        int r = field_find(field->name, strlen(field->name), &ref, NULL);
        assert_int_equal(r, required ? -EINVAL : 0);
        if (!required)
            assert_ptr_equal(ref.field, field);
    }
    assert_null(field_at(count + 1000));
    print_message("%zu fields, %zu of them filled\n", count, filled);
}

static void references_have_types(void **state)
{
    static const struct {
        const char *text;
        enum field_type type;
    } rows[] = {
        {"proc.aname", FIELD_STRINGS},     {"proc.aname[1]", FIELD_STRING},
        {"proc.apid", FIELD_STRINGS},      {"proc.apid[1]", FIELD_NUMBER},
        {"fd.types[0]", FIELD_STRING},     {"proc.aenv[HOME]", FIELD_STRING},
        {"evt.rawarg.res", FIELD_NUMBER},  {"evt.rawarg.oldpath", FIELD_STRING},
        {"evt.rawarg.addr", FIELD_STRING}, {"evt.arg.res", FIELD_STRING},
    };
    struct field_ref ref;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(field_find(rows[i].text, strlen(rows[i].text), &ref, NULL), 0);
        assert_int_equal(field_ref_type(&ref), rows[i].type);
        free((char *)ref.key);
    }
}

static void memory_is_bounded_and_kept(void **state)
{
    struct field_context context = {0};
    size_t total = 0;
    void *first = field_context_alloc(&context, 10), *next;

    assert_non_null(first);
    assert_null(field_context_alloc(&context, 2u << 20));
    assert_null(field_context_alloc(&context, SIZE_MAX));
    for (size_t size = 1; (next = field_context_alloc(&context, size)); size = size * 2 % 9973) {
        memset(next, 1, size);
        total += size;
        assert_true(total <= 2u << 20);
    }
    assert_true(total > 512u << 10);
    field_context_reset(&context);
    assert_ptr_equal(field_context_alloc(&context, 10), first);
    assert_non_null(field_context_alloc(&context, 900u << 10));
    field_context_reset(&context);
    assert_ptr_equal(field_context_alloc(&context, 10), first);
    field_context_done(&context);
    field_context_done(&context);
}

static void values_have_texts(void **state)
{
    const struct field_string list[] = {{"a", 1}, {"b c", 3}};
    const struct {
        struct field_value value;
        const char *text;
    } rows[] = {
        {{.type = FIELD_STRING, .string = {"x\0y", 1}}, "x"},
        {{.type = FIELD_NUMBER, .number = -5}, "-5"},
        {{.type = FIELD_BOOL, .number = 1}, "true"},
        {{.type = FIELD_BOOL}, "false"},
        {{.type = FIELD_PORT, .number = 443}, "443"},
        {{.type = FIELD_TIME, .number = 7}, "7"},
        {{.type = FIELD_TIME, .number = 7, .string = {"", 0}}, "7"},
        {{.type = FIELD_TIME, .number = 7, .string = {"07:00", 5}}, "07:00"},
        {{.type = FIELD_ADDRESS, .address = {10, 0, 0, 1}, .address_len = 4}, "10.0.0.1"},
        {{.type = FIELD_NETWORK, .address = {[15] = 1}, .address_len = 16}, "::1"},
        {{.type = FIELD_STRINGS, .list = list, .list_len = 2}, "(a,b c)"},
        {{.type = FIELD_STRINGS, .list = list, .list_len = 2, .is_ancestor_list = true}, "a,b c"},
    };
    _cleanup_buf_ struct buf buf = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_reset(&buf);
        assert_int_equal(field_value_text(&rows[i].value, &buf), 0);
        assert_string_equal(buf.data, rows[i].text);
    }
}

/* Whatever event there is, with no parameter and with each kind, no row goes astray. */
static void every_row_takes_every_event(void **state)
{
    struct fixture f;

    fixture_open(&f);
    for (unsigned type = 1; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        if (!info || info->family == FAMILY_FACT)
            continue;
        for (int with = 0; with < 3; with++) {
            stream_begin(&f.s, type, 50, 0);
            stream_header(&f.s)->result = with == 1 ? -ENOENT : with;
            for (unsigned id = 1; with && id < PARAM_ID_MAX; id++) {
                const struct param_info *param = param_info(id);
                struct event_socket socket = {.family = with == 1 ? 1 : 10};
                if (!param || (id >= PARAM_CHILD_PID && id <= PARAM_CHILD_VTID))
                    continue;
                if (param->kind == PARAM_KIND_NUMBER)
                    stream_number(&f.s, id, with == 1 ? UINT64_MAX : 2);
                else if (param->kind == PARAM_KIND_SOCKET)
                    event_writer_bytes(&f.s.writer, id, 0, &socket, sizeof(socket));
                else
                    event_writer_bytes(&f.s.writer, id, 0, "\2\0a/../b", with == 1 ? 0 : 8);
            }
            assert_int_equal(stream_feed(&f.s), 0);
        }
    }
    assert_true(f.judged > 200);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_parsed),       cmocka_unit_test(wrong_references_say_why),
        cmocka_unit_test(every_row_is_whole),          cmocka_unit_test(references_have_types),
        cmocka_unit_test(memory_is_bounded_and_kept),  cmocka_unit_test(values_have_texts),
        cmocka_unit_test(every_row_takes_every_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
