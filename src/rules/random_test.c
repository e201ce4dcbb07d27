/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random rules over random events. Whatever evaluating all rules finds, looking up which to
 * evaluate finds too, and the kernel's tables let through, with the actor's mask and without. What
 * the linter says of a rule is so.
 * BULWARK_RANDOM_SETS and BULWARK_RANDOM_EVENTS make it long; BULWARK_RANDOM_SEED repeats a run.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "event/table.h"
#include "rules/access.h"
#include "rules/evaluate.h"
#include "rules/field_testing.h"
#include "rules/filter_lookup.h"
#include "rules/lint.h"

#define FEW   4
#define MANY  (3 * ACCESS_RULES_MIN)
#define DEPTH 3
#define PARTS 4 /* of a rule, which all have to hold */

static uint64_t state;

static unsigned below(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 16) % n);
}

#define ANY_OF(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])

static const char *const paths[] = {
    "/",          "/etc",       "/etc/",          "/etc/shadow",      "/etc/shadow.bak",
    "/etc/pam.d", "/root/.ssh", "/root/.ssh/key", "/usr/bin/python3", "/usr/bin",
    "/var/log",   "/var",       "/home/a/.ssh/k", "/tmp/..x",         "/e",
    "/etcetera",  "/dev/null",  "/lib/x.so",      "shadow",           "memfd:x",
};
static const char *const names[] = {
    "/etc/shadow", "../../etc/shadow", "/etc/../etc/shadow", "/etc//shadow", "/etc/./x", "/etc/",
    "x",           "/nonexistent/y",   "/root/.ssh/key",     "/tmp/..x",     "/"};
static const char *const globs[] = {"/etc/*", "/home/*/.ssh/*", "*shadow", "/etc/shad?w",
                                    "/[er]*", "*../*",          "/*/..*"};
static const char *const programs[] = {"cat", "nginx", "sh", "python3"};
static const enum event_type types[] = {
    EVENT_OPEN, EVENT_OPENAT, EVENT_OPENAT2, EVENT_CREAT, EVENT_UNLINK,
    EVENT_DUP2, EVENT_CHMOD,  EVENT_SENDTO,  EVENT_MMAP,  EVENT_OPEN_BY_HANDLE_AT};

static void add_path_atom(struct buf *out, const char *field)
{
    static const char *const one[] = {"=", "!=", "startswith", "endswith", "contains"};

    switch (below(5)) {
    case 0: buf_printf(out, "%s in (%s, %s)", field, ANY_OF(paths), ANY_OF(paths)); break;
    case 1: buf_printf(out, "%s pmatch (%s, %s)", field, ANY_OF(paths), ANY_OF(paths)); break;
    case 2: buf_printf(out, "%s glob '%s'", field, ANY_OF(globs)); break;
    default: buf_printf(out, "%s %s %s", field, ANY_OF(one), ANY_OF(paths));
    }
}

static void add_atom(struct buf *out)
{
    static const char *const path_fields[] = {"fd.name", "fd.name", "fd.directory", "fd.nameraw",
                                              "fs.path.name"};
    static const char *const flags[] = {"evt.is_open_read", "evt.is_open_write", "evt.is_open_exec",
                                        "evt.failed", "evt.is_open_create"};
    static const char *const orders[] = {"<", "<=", ">", ">=", "=", "!="};
    static const char *const plain[] = {
        "evt.res = SUCCESS",
        "evt.res = ENOENT",
        "evt.res in (SUCCESS, EACCES)",
        "fd.typechar = f",
        "fd.type = file",
        "fd.typechar != d",
        "fd.type in (directory, file)",
        "fd.type exists",
        "fd.name exists",
        "proc.pname = sh",
        "user.uid != 0",
        "proc.tty = 0",
        "container",
        "fd.filename exists",
        "evt.category = file",
        "proc.aname[2] = sh",
    };

    switch (below(8)) {
    case 0:
    case 1: add_path_atom(out, ANY_OF(path_fields)); break;
    case 2:
        buf_printf(out, "evt.type in (%s, %s)", event_type_info(ANY_OF(types))->name,
                   event_type_info(ANY_OF(types))->name);
        break;
    case 3: buf_printf(out, "%s = %s", ANY_OF(flags), below(2) ? "true" : "false"); break;
    case 4:
        buf_printf(out, "%s %s %d", below(2) ? "fd.num" : "evt.rawres", ANY_OF(orders),
                   (int)below(5) - 2);
        break;
    case 5: buf_printf(out, "proc.name %s %s", below(2) ? "=" : "!=", ANY_OF(programs)); break;
    case 6: buf_printf(out, "fd.filename in (shadow, %s)", ANY_OF(programs)); break;
    default: {
        const char *text = ANY_OF(plain);
        buf_printf(out, "%s", strcmp(text, "container") != 0 ? text : "container.id != host");
    }
    }
}

static void add_condition(struct buf *out, unsigned depth)
{
    unsigned kind = depth ? below(5) : 0;

    if (kind <= 1) {
        add_atom(out);
        return;
    }
    buf_printf(out, kind == 4 ? "not (" : "(");
    unsigned parts = kind == 4 ? 1 : 2 + below(2);
    for (unsigned i = 0; i < parts; i++) {
        buf_printf(out, "%s", !i ? "" : kind == 2 ? " and " : " or ");
        add_condition(out, depth - 1);
    }
    buf_printf(out, ")");
}

/* What the linter said of rules, by their place. */
static struct {
    bool never, hidden;
} told[MANY];

static unsigned keep_findings(const struct lint_findings *findings)
{
    unsigned count = 0;

    memset(told, 0, sizeof(told));
    for (size_t i = 0; i < findings->count; i++) {
        const struct lint_finding *finding = &findings->items[i];
        unsigned rule = (unsigned)strtoul(finding->rule + 1, NULL, 10);
        bool hidden =
            !strcmp(finding->code, "LINT_SHADOWED") || !strcmp(finding->code, "LINT_DUPLICATE");
        told[rule].never |= !strcmp(finding->code, "LINT_NEVER");
        told[rule].hidden |= hidden;
        count += hidden || told[rule].never;
    }
    return count;
}

static struct ruleset *random_rules(struct buf *text, unsigned count, unsigned *ret_told)
{
    struct rules_options options = {.matching = MATCHING_ALL, .minimum_priority = PRIORITY_DEBUG};
    _cleanup_(lint_findings_done) struct lint_findings findings = {0};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct error error = {0};

    lint_ask(&options, &findings);
    buf_reset(text);
    for (unsigned i = 0; i < count; i++) {
        buf_printf(text, "- rule: r%u\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: \"",
                   i);
        for (unsigned part = 0; part < PARTS; part++) {
            buf_printf(text, part ? " and " : "");
            add_condition(text, below(DEPTH + 1));
        }
        buf_printf(text, "\"\n");
    }
    const struct rules_source source = {"random", text->data, text->len};
    if (rules_load(&source, 1, &options, &warnings, &rules, &error) < 0)
        fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, text->data);
    rules_warnings_done(&warnings);
    *ret_told += keep_findings(&findings);
    return rules;
}

struct judge {
    struct stream stream;
    struct ruleset *rules;
    const char *condition; /* that matched last */
    unsigned events, matched, passed;
    uint64_t skipped; /* rules that were not evaluated */
};

static void remember(void *data, const struct alert *alert)
{
    struct judge *judge = data;

    judge->condition = alert->rule.condition;
}

static void judge_event(void *data, const struct judged_event *judged)
{
    struct judge *judge = data;
    const struct filter_tables *tables = rules_filter(judge->rules);
    struct filter_vector mask;

    uint64_t evaluations = rules_counters(judge->rules)->evaluations;
    unsigned matches = rules_judge(judge->rules, judge->stream.world, judged, remember, judge);
    /* In the rules' own memory of this event: no rule is judged twice. */
    const struct rule_index *index = &judge->rules->by_type[judged->event->header->type];
    unsigned plain = 0;
    for (size_t i = 0; i < index->count; i++) {
        const struct rule *rule = index->rules[i];
        unsigned place = (unsigned)strtoul(rule->info.name + 1, NULL, 10);
        if (!evaluate_term(judge->rules, rule->condition))
            continue;
        if (told[place].never || (told[place].hidden && !plain))
            fail_msg("the linter said it never matches: %s", rule->info.condition);
        plain++;
    }
    assert_int_equal(matches, plain);
    rules_mask(judge->rules, judged, &mask);
    bool passes = filter_lookup(tables, judged->event, &mask);
    const struct event_param *path = event_param(judged->event, PARAM_PATH);
    if (matches && (!passes || !filter_lookup(tables, judged->event, NULL)))
        fail_msg("an event that matches would be dropped: %s %lld %.*s mode %llo flags %llo\n%s",
                 event_type_info(judged->event->header->type)->name,
                 (long long)judged->event->header->result, path ? (int)path->len : 0,
                 path ? path->data : "", (long long)event_number(judged->event, PARAM_FILE_MODE, 0),
                 (long long)event_number(judged->event, PARAM_OPEN_FLAGS, 0), judge->condition);
    judge->events++;
    judge->matched += matches > 0;
    judge->skipped += index->count - (rules_counters(judge->rules)->evaluations - evaluations);
    judge->passed += passes;
}

static void random_event(struct stream *s)
{
    static const int64_t results[] = {0, 3, 3, 3, -2, -13, 1};
    static const unsigned modes[] = {S_IFREG | 0644, S_IFREG | 0755, S_IFDIR, S_IFCHR, S_IFIFO, 0};
    enum event_type type = ANY_OF(types);
    unsigned program = below(sizeof(programs) / sizeof(programs[0]));

    stream_begin(s, type, 100 + program, 0);
    struct event_header *header = stream_header(s);
    int64_t result = header->result = ANY_OF(results);
    header->uid = below(2) * 1000;
    snprintf(header->comm, sizeof(header->comm), "%s", programs[program]);
    bool opens = event_type_info(type)->family == FAMILY_OPEN;
    if (opens) {
        event_writer_string(&s->writer, PARAM_NAME, ANY_OF(names));
        event_writer_string(&s->writer, PARAM_NAME_BASE, "/root");
        event_writer_number(&s->writer, PARAM_OPEN_FLAGS, below(4) | below(2) * O_CREAT);
        event_writer_number(&s->writer, PARAM_MODE, below(2) ? 0644 : 0755);
    } else if (below(2)) {
        event_writer_number(&s->writer, PARAM_FD, 4);
    }
    if (result >= 0 && opens) {
        char path[64];
        snprintf(path, sizeof(path), "%s%s", ANY_OF(paths), below(4) ? "" : "/more");
        event_writer_string(&s->writer, PARAM_PATH, path);
        unsigned mode = ANY_OF(modes);
        bool memfd = S_ISREG(mode) && !below(4);
        event_writer_number(&s->writer, PARAM_FILE_MODE, mode);
        event_writer_number(&s->writer, PARAM_FILE_FLAGS, memfd ? FILE_FLAG_MEMFD : 0);
    }
}

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void matches_are_let_through(void **unused)
{
    unsigned sets = from_environment("BULWARK_RANDOM_SETS", 60);
    unsigned events = from_environment("BULWARK_RANDOM_EVENTS", 300);
    _cleanup_buf_ struct buf text = {0};
    struct judge judge = {.stream.now = 1000 * SECOND};
    unsigned findings = 0;

    state = 88172645463325252ull + from_environment("BULWARK_RANDOM_SEED", 0);
    assert_int_equal(world_new(NULL, NULL, judge_event, &judge, &judge.stream.world), 0);
    for (unsigned set = 0; set < sets; set++) {
        judge.rules = random_rules(&text, set % 4 ? FEW : MANY, &findings);
        for (unsigned i = 0; i < events; i++) {
            random_event(&judge.stream);
            assert_int_equal(stream_feed(&judge.stream), 0);
        }
        rules_free(judge.rules);
    }
    stream_close(&judge.stream);
    print_message("%u sets, %u events: %u matched, %u let through; %u rules said to be hidden\n",
                  sets, judge.events, judge.matched, judge.passed, findings);
    assert_int_equal(judge.events, sets * events);
    /* It says something only when rules do match, and when events are dropped. */
    assert_true(judge.matched > judge.events / 50 && judge.passed < judge.events);
    if (sets > 8)
        assert_true(judge.skipped > judge.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(matches_are_let_through)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
