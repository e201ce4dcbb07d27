/* SPDX-License-Identifier: Apache-2.0 */
#include "world/world.h"

#include "world/test_stream.h"

#define ID   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PATH "/system.slice/docker-" ID ".scope"

enum { CG = 20 };

struct foreseen {
    unsigned count;
    char name[16], exe[64], cwd[64], parent[16], container[CONTAINER_ID_MAX];
    uint32_t argc, flags, sid;
};

static void note(void *data, const struct judged_event *judged)
{
    struct foreseen *foreseen = data;
    const struct process *process = judged->process;

    foreseen->count++;
    snprintf(foreseen->name, sizeof(foreseen->name), "%s", process->name);
    snprintf(foreseen->exe, sizeof(foreseen->exe), "%s", process->image->exe_path);
    snprintf(foreseen->cwd, sizeof(foreseen->cwd), "%s", process_cwd(process));
    snprintf(foreseen->parent, sizeof(foreseen->parent), "%s",
             process->parent ? process->parent->name : "");
    snprintf(foreseen->container, sizeof(foreseen->container), "%s",
             judged->container ? judged->container->id : "");
    foreseen->argc = process->image->argc;
    foreseen->flags = process->image->exe_flags;
    foreseen->sid = process->sid;
}

static struct foreseen foresee(struct stream *s)
{
    struct foreseen foreseen = {0};

    assert_int_equal(event_writer_finish(&s->writer), 0);
    assert_int_equal(world_foresee(s->world, s->writer.data, s->writer.len, note, &foreseen), 0);
    assert_int_equal(foreseen.count, 1);
    return foreseen;
}

static void begin_exec(struct stream *s, uint32_t pid, const char *path)
{
    stream_begin(s, EVENT_EXECVE, pid, CG);
    stream_text(s, PARAM_EXE_PATH, path);
    stream_text(s, PARAM_CWD, "/srv/");
    stream_number(s, PARAM_EXE_FLAGS, FILE_FLAG_UPPER_LAYER);
    stream_number(s, PARAM_SID, 7);
}

/* The process is told as it would be, and stays as it is. */
static void test_exec(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 1, "/bin/sh", CG, PATH);
    stream_container(&s, ID, "image");
    stream_clone(&s, 1, 2, CG);
    unsigned judged = s.count;

    begin_exec(&s, 2, "/opt/tools/a-program-of-a-long-name");
    struct foreseen told = foresee(&s);
    assert_string_equal(told.name, "a-program-of-a-");
    assert_string_equal(told.exe, "/opt/tools/a-program-of-a-long-name");
    assert_string_equal(told.cwd, "/srv");
    assert_string_equal(told.parent, "sh");
    assert_string_equal(told.container, ID);
    assert_int_equal(told.argc, 0);
    assert_int_equal(told.flags, FILE_FLAG_UPPER_LAYER);
    assert_int_equal(told.sid, 7);

    const struct process *process = stream_process(&s, 2);
    assert_string_equal(process->image->exe_path, "/bin/sh");
    assert_string_equal(process->name, "comm");
    assert_int_not_equal(process->sid, 7);
    assert_int_equal(s.count, judged);

    begin_exec(&s, 2, "memfd:x");
    assert_string_equal(foresee(&s).name, "memfd:x");
    stream_close(&s);
}

static void test_open(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 1, "/bin/sh", CG, PATH);
    stream_container(&s, ID, "image");
    stream_begin(&s, EVENT_OPENAT, 1, CG);
    stream_text(&s, PARAM_PATH, "/etc/shadow");
    struct foreseen told = foresee(&s);
    assert_string_equal(told.exe, "/bin/sh");
    assert_string_equal(told.container, ID);

    /* One that no event has told of. */
    stream_begin(&s, EVENT_OPENAT, 9, CG);
    assert_string_equal(foresee(&s).container, ID);
    assert_int_equal(world_counters(s.world)->processes_made_up, 1);
    stream_close(&s);
}

static void test_malformed(void **state)
{
    struct foreseen foreseen = {0};
    struct stream s;
    uint64_t nothing = 0;

    stream_open(&s, NULL, NULL);
    assert_int_equal(world_foresee(s.world, &nothing, sizeof(nothing), note, &foreseen), -EBADMSG);
    assert_int_equal(foreseen.count, 0);
    assert_int_equal(world_counters(s.world)->malformed_records, 1);
    stream_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
