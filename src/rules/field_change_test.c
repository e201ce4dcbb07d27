/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each field of class PROCESS says that it changes with is all that it changes with: one thing
 * after another is changed, and the other fields must keep their values. The kernel side's masks
 * hold by that.
 */
#include "rules/field_row.h"
#include "rules/field_testing.h"
#include "rules/rules.h"

#define ID      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CGROUP  "/kubepods/pod1/"
#define NEAREST 2 /* ancestors by index: the process and its parent */

#define ROWS_MAX  512
#define TEXTS_MAX (ROWS_MAX * NEAREST)
#define TEXT_MAX  256

enum { PARENT = 20, CHILD = 30, CGROUP_OF_ID = 7, CGROUP_OF_OTHER = 8 };

struct texts {
    const struct field *fields[TEXTS_MAX];
    char items[TEXTS_MAX][TEXT_MAX];
    size_t count;
};

struct scene {
    struct stream s;
    struct field_context context;
    struct texts *now;
    struct event_header header; /* of the acts to come: who the process is */
};

static void note(struct scene *scene, struct field_ref *ref)
{
    struct texts *texts = scene->now;
    struct field_value value;
    _cleanup_buf_ struct buf text = {0};

    assert_true(texts->count < TEXTS_MAX);
    bool has = ref->field->extract(&scene->context, ref, &value);
    if (has)
        assert_int_equal(field_value_text(&value, &text), 0);
    snprintf(texts->items[texts->count], TEXT_MAX, "%s",
             !has        ? "<NA>"
             : text.data ? text.data
                         : "");
    texts->fields[texts->count++] = ref->field;
}

/* All near values of class PROCESS. */
static void look(void *data, const struct judged_event *judged)
{
    struct scene *scene = data;
    const struct field *field;

    scene->context.world = scene->s.world;
    scene->context.judged = judged;
    scene->now->count = 0;
    for (size_t i = 0; (field = field_at(i)); i++) {
        struct field_ref ref = {.field = field, .index = -1};
        if (field->class != FIELD_OF_PROCESS || field->reach == FIELD_FAR)
            continue;
        if (field->argument == FIELD_REQUIRED_KEY || field->argument == FIELD_SUFFIX_KEY)
            ref.key = "app";
        if (field->reach == FIELD_NEAR) {
            note(scene, &ref);
            continue;
        }
        for (ref.index = 0; ref.index < NEAREST; ref.index++)
            note(scene, &ref);
    }
    field_context_reset(&scene->context);
}

static void begin(struct scene *scene, enum event_type type, uint32_t pid)
{
    stream_begin(&scene->s, type, pid, scene->header.cgroup_id);
    if (pid != CHILD)
        return;
    struct event_header *header = stream_header(&scene->s), fresh = *header;
    *header = scene->header;
    header->type = fresh.type;
    header->time = fresh.time;
    header->size = fresh.size;
    header->pid = header->tid = pid;
    header->start_time = fresh.start_time;
    memcpy(header->comm, fresh.comm, sizeof(header->comm));
}

static void feed(struct scene *scene)
{
    assert_int_equal(stream_feed(&scene->s), 0);
}

static void execute(struct scene *scene, uint32_t pid, const char *exe, uint64_t number)
{
    struct stream *s = &scene->s;

    begin(scene, EVENT_EXECVE, pid);
    snprintf(stream_header(s)->comm, EVENT_COMM_LEN, "%s", strrchr(exe, '/') + 1);
    stream_text(s, PARAM_EXE_PATH, exe);
    event_writer_string(&s->writer, PARAM_CWD, "/work");
    stream_strings(s, PARAM_ARGV, exe, strlen(exe) + 1);
    stream_strings(s, PARAM_ENVP, exe, strlen(exe) + 1);
    stream_number(s, PARAM_VPID, pid);
    stream_number(s, PARAM_VTID, pid);
    stream_number(s, PARAM_EXE_INODE, number);
    stream_number(s, PARAM_EXE_CTIME, number * SECOND);
    stream_number(s, PARAM_EXE_MTIME, number * SECOND);
    stream_number(s, PARAM_EXE_FLAGS, number % 2 ? FILE_FLAG_UPPER_LAYER | FILE_FLAG_OVERLAY : 0);
    stream_number(s, PARAM_STDIO, number % 2 ? FILE_TYPE_FIFO : FILE_TYPE_CHARACTER);
    feed(scene);
}

static void tell_container(struct scene *scene, const char *id, const char *name)
{
    struct stream *s = &scene->s;

    begin(scene, EVENT_CONTAINER, 0);
    stream_text(s, PARAM_CONTAINER_ID, id);
    stream_text(s, PARAM_CONTAINER_NAME, name);
    stream_text(s, PARAM_CONTAINER_IMAGE, name);
    stream_text(s, PARAM_POD_NAME, name);
    feed(scene);
}

static void tell_users(struct scene *scene, const char *passwd)
{
    begin(scene, EVENT_USERS, 0);
    stream_text(&scene->s, PARAM_CONTAINER_ID, ID);
    event_writer_string(&scene->s.writer, PARAM_PASSWD, passwd);
    feed(scene);
}

/* The acts. Whatever they are, an event of the child follows and is looked at. */

static void act_nothing(struct scene *scene)
{
}

static void act_exec(struct scene *scene)
{
    execute(scene, CHILD, "/usr/bin/other", 4);
}

static void act_parent_exec(struct scene *scene)
{
    execute(scene, PARENT, "/usr/bin/supervisor", 6);
}

static void act_ids(struct scene *scene)
{
    scene->header.uid += 1000;
    scene->header.gid += 1000;
}

static void act_euid(struct scene *scene)
{
    scene->header.euid = 33;
}

static void act_egid(struct scene *scene)
{
    scene->header.egid = 33;
}

static void act_login(struct scene *scene)
{
    scene->header.login_uid = 33;
}

static void act_effective(struct scene *scene)
{
    scene->header.cap_effective = 3;
}

static void act_permitted(struct scene *scene)
{
    scene->header.cap_permitted = 3;
}

static void act_inheritable(struct scene *scene)
{
    scene->header.cap_inheritable = 3;
}

static void act_users(struct scene *scene)
{
    tell_users(scene, "admin:x:0:0::/admin:/bin/sh\n");
}

static void act_container_facts(struct scene *scene)
{
    tell_container(scene, ID, "renamed");
}

static void act_cgroup(struct scene *scene)
{
    scene->header.cgroup_id = CGROUP_OF_OTHER;
    begin(scene, EVENT_CGROUP_ATTACH, CHILD);
    stream_text(&scene->s, PARAM_CGROUP, CGROUP OTHER);
    feed(scene);
}

static const struct act {
    const char *name;
    void (*perform)(struct scene *scene);
    uint32_t with; /* fields that change with one of these may have another value, and one has */
} acts[] = {
    {"another event", act_nothing, 0},
    {"exec", act_exec, CHANGES_BY_EXEC},
    {"the parent's exec", act_parent_exec, FIELD_CHANGES_WITH(PARENT_EXEC)},
    {"real ids", act_ids, 0},
    {"effective user", act_euid, FIELD_CHANGES_WITH(EUID)},
    {"effective group", act_egid, FIELD_CHANGES_WITH(EGID)},
    {"login", act_login, FIELD_CHANGES_WITH(LOGIN_UID)},
    {"effective capabilities", act_effective, FIELD_CHANGES_WITH(CAP_EFFECTIVE)},
    {"permitted capabilities", act_permitted, FIELD_CHANGES_WITH(CAP_PERMITTED)},
    {"inheritable capabilities", act_inheritable, FIELD_CHANGES_WITH(CAP_INHERITABLE)},
    {"users", act_users, FIELD_CHANGES_WITH(USER_FACTS)},
    {"facts of the container", act_container_facts, FIELD_CHANGES_WITH(CONTAINER_FACTS)},
    {"cgroup", act_cgroup, FIELD_CHANGES_WITH(CGROUP)},
};

static void open_scene(struct scene *scene, struct texts *texts)
{
    *scene = (struct scene){.s.now = 1000 * SECOND, .now = texts};
    assert_int_equal(world_new(NULL, NULL, look, scene, &scene->s.world), 0);
    scene->header = (struct event_header){.cgroup_id = CGROUP_OF_ID, .login_uid = 0};
    begin(scene, EVENT_START, 0);
    stream_number(&scene->s, PARAM_OFFSET, 5000 * SECOND);
    feed(scene);
    tell_container(scene, ID, "web");
    tell_container(scene, OTHER, "shop");
    stream_cgroup(&scene->s, CGROUP_OF_ID, CGROUP ID, ID);
    stream_cgroup(&scene->s, CGROUP_OF_OTHER, CGROUP OTHER, OTHER);
    tell_users(scene, "root:x:0:0::/root:/bin/bash\nwww:x:33:33::/www:/bin/false\n");
    execute(scene, PARENT, "/usr/bin/parent", 2);
    stream_clone(&scene->s, PARENT, CHILD, CGROUP_OF_ID);
    execute(scene, CHILD, "/usr/bin/child", 3);
}

static void act_and_compare(const struct act *act, struct texts *before, struct texts *after)
{
    struct scene scene;
    size_t changed = 0;

    open_scene(&scene, before);
    begin(&scene, EVENT_OPEN, CHILD);
    feed(&scene);
    scene.now = after;
    act->perform(&scene);
    begin(&scene, EVENT_CHMOD, CHILD); /* another type, another result, another thread */
    stream_header(&scene.s)->result = -ENOENT;
    stream_header(&scene.s)->tid = CHILD + 1;
    stream_header(&scene.s)->cpu = 1;
    stream_text(&scene.s, PARAM_NAME, "/etc/x");
    feed(&scene);

    assert_int_equal(before->count, after->count);
    assert_true(before->count > 50);
    for (size_t i = 0; i < before->count; i++) {
        const struct field *field = before->fields[i];
        if (strcmp(before->items[i], after->items[i]) == 0)
            continue;
        changed++;
        if (!(field->changes & act->with))
            fail_msg("%s: %s changes from '%s' to '%s', and its row does not say so", act->name,
                     field->name, before->items[i], after->items[i]);
    }
    if (act->with && !changed)
        fail_msg("%s: nothing changed", act->name);
    stream_close(&scene.s);
    field_context_done(&scene.context);
}

static void values_change_with_nothing_else(void **state)
{
    struct texts *before = calloc(1, sizeof(*before)), *after = calloc(1, sizeof(*after));

    assert_non_null(before);
    assert_non_null(after);
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        act_and_compare(&acts[i], before, after);
    free(before);
    free(after);
}

/* What the columns of a row have to do with each other. */
static void every_row_says_what_it_changes_with(void **state)
{
    const struct field *field;
    uint32_t changes = 0;

    for (size_t i = 0; (field = field_at(i)); i++) {
        changes |= field->changes;
        bool of_process = field->class == FIELD_OF_PROCESS,
             filled = field->extract != field_unfilled;
        if (of_process != !!field->changes)
            fail_msg("%s: what does it change with?", field->name);
        if (of_process != (field->dimension == DIMENSION_PROCESS))
            fail_msg("%s: the dimension is not that of its class", field->name);
        if (!of_process && field->reach)
            fail_msg("%s: only fields of processes reach far", field->name);
        if (filled != !!field->tiers || (!filled && !field->limits))
            fail_msg("%s: in which tiers is it filled, or why is it not?", field->name);
        if ((field->changes & CHANGES_NEVER) && field->changes != CHANGES_NEVER)
            fail_msg("%s: it changes with nothing, and with something", field->name);
    }
    for (unsigned place = 0; place < FIELD_CHANGE_MAX; place++) {
        assert_non_null(field_change_name(place));
        if (!(changes >> place & 1))
            fail_msg("%s is compared, and no field changes with it", field_change_name(place));
    }
}

/* Who asks for one of these has the sensor watch what it is learned from. */
static void rows_say_what_has_to_be_watched(void **state)
{
    static const struct {
        const char *start; /* of the fields' names; those that end in a blank are whole */
        uint8_t needs;
    } groups[] = {
        {"proc.sid", FIELD_NEEDS_SESSIONS},
        {"proc.sname", FIELD_NEEDS_SESSIONS},
        {"proc.pgid", FIELD_NEEDS_SESSIONS},
        {"proc.vpgid", FIELD_NEEDS_SESSIONS},
        {"proc.tty", FIELD_NEEDS_SESSIONS},
        {"proc.is_sid_leader", FIELD_NEEDS_SESSIONS},
        {"proc.is_pgid_leader", FIELD_NEEDS_SESSIONS},
        {"proc.is_vpgid_leader", FIELD_NEEDS_SESSIONS},
        {"proc.cwd", FIELD_NEEDS_DIRECTORY},
        {"proc.env", FIELD_NEEDS_ENVIRONMENT},
        {"proc.aenv", FIELD_NEEDS_ENVIRONMENT},
        {"evt.time", FIELD_NEEDS_CLOCK},
        {"evt.datetime", FIELD_NEEDS_CLOCK},
        {"evt.outputtime", FIELD_NEEDS_CLOCK},
        {"evt.rawtime", FIELD_NEEDS_CLOCK},
        {"evt.num", FIELD_NEEDS_CLOCK},
        {"evt.cpu", FIELD_NEEDS_CLOCK},
        {"evt.repeated", FIELD_NEEDS_CLOCK},
        {"proc.duration", FIELD_NEEDS_CLOCK},
        {"proc.ppid.duration", FIELD_NEEDS_CLOCK},
        {"container.duration", FIELD_NEEDS_CLOCK},
        {"fd.cip", FIELD_NEEDS_ROLES},
        {"fd.sip", FIELD_NEEDS_ROLES},
        {"fd.cport", FIELD_NEEDS_ROLES},
        {"fd.sport", FIELD_NEEDS_ROLES},
        {"fd.cnet", FIELD_NEEDS_ROLES},
        {"fd.snet", FIELD_NEEDS_ROLES},
        {"fd.cproto", FIELD_NEEDS_ROLES},
        {"fd.sproto", FIELD_NEEDS_ROLES},
        {"fd.is_server", FIELD_NEEDS_ROLES},
        {"fd.name ", FIELD_NEEDS_ROLES},
        {"fd.containername", FIELD_NEEDS_ROLES},
        {"evt.args ", FIELD_NEEDS_ROLES},
        {"evt.arg ", FIELD_NEEDS_ROLES},
        {"evt.info", FIELD_NEEDS_ROLES},
    };
    const struct field *field;

    for (size_t i = 0; (field = field_at(i)); i++) {
        uint8_t needs = field->type == FIELD_NAMES ? FIELD_NEEDS_NAMES : 0;
        char name[64];

        snprintf(name, sizeof(name), "%s ", field->name);
        for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
            if (strncmp(name, groups[g].start, strlen(groups[g].start)) == 0)
                needs |= groups[g].needs;
        if (field->needs != needs)
            fail_msg("%s needs %u, not %u", field->name, needs, field->needs);
    }
}

/* Of a file nobody need know which end it is. */
static void roles_are_watched_for_sockets_only(void **state)
{
    static const struct {
        const char *condition;
        bool watched;
    } rows[] = {
        {"evt.type = sendto and fd.name = x", true},
        {"evt.type = dup2 and evt.args contains x", true},
        {"fd.name = x", true},
        {"evt.type = sendto and fd.num = 1", false},
        {"evt.type in (openat, unlinkat) and fd.name = x", false},
    };
    char yaml[256];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int len = snprintf(yaml, sizeof(yaml),
                           "- {rule: r, desc: d, output: o, priority: INFO, condition: \"%s\"}",
                           rows[i].condition);
        const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
        const struct rules_source source = {"test.yaml", yaml, (size_t)len};
        struct rules_needs needs;
        struct ruleset *rules;
        struct error error;

        assert_int_equal(rules_load(&source, 1, &options, NULL, &rules, &error), 0);
        rules_needs(rules, &needs);
        if (needs.types[EVENT_LISTEN] != rows[i].watched)
            fail_msg("%s: watched %d", rows[i].condition, needs.types[EVENT_LISTEN]);
        rules_free(rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_what_it_changes_with),
        cmocka_unit_test(rows_say_what_has_to_be_watched),
        cmocka_unit_test(roles_are_watched_for_sockets_only),
        cmocka_unit_test(values_change_with_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
