/* SPDX-License-Identifier: Apache-2.0 */
/* What rules ask for and what becomes of it: children of this test, in real cgroups. */
#include "enforce/respond.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/loop.h"
#include "enforce/freezer.h"
#include "enforce/paused.h"
#include "enforce/respond_testing.h"
#include "event/event.h"
#include "world/cgroupfs.h"

#define SECOND 1000000000ull

static void ignore_event(void *data, const struct judged_event *judged)
{
}

/* One event of a process, and the alert of a rule. */
struct fixture {
    struct event_header header;
    struct event event;
    struct judged_event judged;
    struct alert alert;
    char records[64];
    struct responder_config config;
    struct world *world;
    struct responder *responder;
    struct response response;
};

static void begin(struct fixture *fixture, uint32_t rate)
{
    *fixture = (struct fixture){.records = "/tmp/bulwark-paused-XXXXXX"};
    assert_non_null(mkdtemp(fixture->records));
    fixture->config = (struct responder_config){.paused = fixture->records, .rate = rate};
    fixture->event.header = &fixture->header;
    fixture->judged.event = &fixture->event;
    fixture->alert.judged = &fixture->judged;
    assert_int_equal(world_new(NULL, NULL, ignore_event, NULL, &fixture->world), 0);
    assert_int_equal(responder_new(&fixture->config, &fixture->responder), 0);
}

static void end(struct fixture *fixture)
{
    responder_free(fixture->responder);
    world_free(fixture->world);
    rmdir(fixture->records);
}

static void act_as(struct fixture *fixture, pid_t pid)
{
    struct exec_id id = exec_id_of(pid);

    fixture->header.pid = id.pid;
    fixture->header.start_time = id.start_time;
    fixture->header.time = loop_now();
}

static enum response_result ask(struct fixture *fixture, enum rule_action action,
                                enum rule_mode mode)
{
    fixture->alert.rule.action = action;
    fixture->alert.rule.mode = mode;
    assert_true(respond(fixture->responder, fixture->world, &fixture->alert, &fixture->response));
    assert_int_equal(fixture->response.asked, action);
    assert_int_equal(fixture->response.mode, mode);
    return fixture->response.result;
}

static void only_what_is_asked_is_done(void **state)
{
    struct fixture f;
    pid_t child = start_child(NULL, NULL);

    begin(&f, 0);
    act_as(&f, child);
    assert_false(respond(f.responder, f.world, &f.alert, &f.response));
    assert_int_equal(ask(&f, ACTION_KILL, MODE_AUDIT), RESPONSE_AUDIT);
    assert_int_equal(f.response.means, MEANS_SIGNAL);
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_AUDIT), RESPONSE_AUDIT);
    f.header.result = -ENOENT;
    assert_int_equal(ask(&f, ACTION_DENY, MODE_ENFORCE), RESPONSE_NOT_PREVENTED);
    assert_int_equal(f.response.means, MEANS_NONE);
    f.header.result = 0;
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_ENFORCE), RESPONSE_REFUSED); /* the host */
    assert_true(lives(child));
    f.header.flags = EVENT_FLAG_SYNTHETIC;
    assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_REFUSED);
    assert_true(lives(child));
    f.header.flags = 0;
    assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_DONE);
    assert_true(was_killed(child));
    const struct respond_counters *counters = respond_counters(f.responder);
    assert_int_equal(counters->audit, 2);
    assert_int_equal(counters->not_prevented, 1);
    assert_int_equal(counters->refused, 2);
    assert_int_equal(counters->done, 1);
    assert_int_equal(counters->failed, 0);
    end(&f);
}

static void what_was_not_denied_is_killed(void **state)
{
    struct fixture f;
    pid_t child = start_child(NULL, NULL);

    begin(&f, 0);
    act_as(&f, child);
    assert_int_equal(ask(&f, ACTION_DENY, MODE_AUDIT), RESPONSE_AUDIT);
    assert_true(lives(child));
    assert_int_equal(ask(&f, ACTION_DENY, MODE_ENFORCE), RESPONSE_DONE);
    assert_int_equal(f.response.means, MEANS_SIGNAL);
    assert_string_equal(response_result_name(&f.response), "killed");
    assert_true(was_killed(child));
    end(&f);
}

static void one_signal_is_enough(void **state)
{
    struct fixture f;
    pid_t child = start_child(NULL, NULL), other = start_child(NULL, NULL);

    begin(&f, 0);
    act_as(&f, child);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_DONE);
    assert_int_equal(respond_counters(f.responder)->done, 1);
    assert_int_equal(respond_counters(f.responder)->repeated, 4);
    assert_true(was_killed(child));
    assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_DONE); /* of late events too */
    act_as(&f, other);
    assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_DONE);
    assert_int_equal(respond_counters(f.responder)->done, 2);
    assert_true(was_killed(other));
    act_as(&f, getpid());
    f.header.start_time += SECOND;
    f.header.pid = (uint32_t)other;
    assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_GONE);
    end(&f);
}

static void the_rate_is_bounded(void **state)
{
    struct fixture f;
    pid_t children[3];
    unsigned killed = 0;

    for (unsigned i = 0; i < 3; i++)
        children[i] = start_child(NULL, NULL);
    begin(&f, 2);
    for (unsigned i = 0; i < 3; i++) {
        act_as(&f, children[i]);
        killed += ask(&f, ACTION_KILL, MODE_ENFORCE) == RESPONSE_DONE;
    }
    assert_int_equal(killed, 2);
    assert_int_equal(f.response.result, RESPONSE_LIMITED);
    assert_int_equal(respond_counters(f.responder)->limited, 1);
    assert_true(lives(children[2]));
    usleep(600000);
    act_as(&f, children[2]);
    assert_int_equal(ask(&f, ACTION_KILL, MODE_ENFORCE), RESPONSE_DONE);
    for (unsigned i = 0; i < 3; i++)
        assert_true(was_killed(children[i]));
    end(&f);
}

/* A container of this test: cgroups of one name in the hierarchies that can freeze. */
struct stage {
    struct cgroupfs cgroupfs;
    int root_fd;
    unsigned v1; /* the freezer's hierarchy, 0: none */
    char id[32];
    char path[64], inner_path[80];
    char *v2_top, *v2_inner, *v1_top, *v1_inner;
    uint64_t top_id, inner_id;
};

static unsigned v1_freezer(const struct cgroupfs *cgroupfs)
{
    for (unsigned i = 0; i < cgroupfs->count; i++)
        if (cgroupfs->mounts[i].hierarchy && strstr(cgroupfs->mounts[i].path, "freezer"))
            return cgroupfs->mounts[i].hierarchy;
    return 0;
}

static bool make_cgroups(struct stage *stage, unsigned hierarchy, char **top, char **inner)
{
    return cgroupfs_directory(&stage->cgroupfs, hierarchy, stage->path, top) == 0 &&
           cgroupfs_directory(&stage->cgroupfs, hierarchy, stage->inner_path, inner) == 0 &&
           mkdir(*top, 0755) == 0 && mkdir(*inner, 0755) == 0;
}

static void remove_cgroups(struct stage *stage)
{
    char *const directories[] = {stage->v1_inner, stage->v1_top, stage->v2_inner, stage->v2_top};

    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        for (unsigned k = 0; directories[i] && rmdir(directories[i]) < 0 && errno == EBUSY; k++) {
            assert_true(k < 100);
            usleep(10000); /* until the dead have left it */
        }
        free(directories[i]);
    }
    cgroupfs_done(&stage->cgroupfs);
    close(stage->root_fd);
}

/* False, and told, where this can't be. */
static bool set_stage(struct stage *stage)
{
    *stage = (struct stage){.root_fd = open("/", O_PATH | O_DIRECTORY)};
    assert_int_equal(cgroupfs_init(&stage->cgroupfs, stage->root_fd), 0);
    snprintf(stage->id, sizeof(stage->id), "bulwark-test-%d", (int)getpid());
    snprintf(stage->path, sizeof(stage->path), "/%s", stage->id);
    snprintf(stage->inner_path, sizeof(stage->inner_path), "/%s/inner", stage->id);
    stage->v1 = v1_freezer(&stage->cgroupfs);
    if (make_cgroups(stage, 0, &stage->v2_top, &stage->v2_inner) &&
        (!stage->v1 || make_cgroups(stage, stage->v1, &stage->v1_top, &stage->v1_inner)) &&
        cgroupfs_id(&stage->cgroupfs, 0, stage->path, &stage->top_id) == 0 &&
        cgroupfs_id(&stage->cgroupfs, 0, stage->inner_path, &stage->inner_id) == 0)
        return true;
    print_message("SKIP freezer: no cgroup can be made here: %s\n", strerror(errno));
    remove_cgroups(stage);
    return false;
}

static void enter(const char *directory, pid_t pid)
{
    _cleanup_free_ char *file = NULL, *text = NULL;

    assert_true(asprintf(&file, "%s/cgroup.procs", directory) > 0);
    assert_true(asprintf(&text, "%d", (int)pid) > 0);
    _cleanup_close_ int fd = open(file, O_WRONLY);
    assert_int_equal(write_all(fd, text, strlen(text)), 0);
}

/* The world learns that the outer cgroup is the container's. */
static void found_container(struct fixture *f, const struct stage *stage)
{
    struct event_header header = {.type = EVENT_CGROUP_FOUND,
                                  .flags = EVENT_FLAG_SYNTHETIC,
                                  .time = loop_now(),
                                  .cgroup_id = stage->top_id};
    struct event_writer writer = {0};

    event_writer_begin(&writer, &header);
    event_writer_string(&writer, PARAM_CGROUP, stage->path);
    event_writer_string(&writer, PARAM_CONTAINER_ID, stage->id);
    assert_int_equal(event_writer_finish(&writer), 0);
    assert_int_equal(world_feed(f->world, writer.data, writer.len), 0);
    event_writer_done(&writer);
    f->judged.container = world_container(f->world, stage->id);
    assert_non_null(f->judged.container);
}

static void count_on(void *data)
{
    for (volatile uint32_t *counter = data;; usleep(1000))
        ++*counter;
}

static bool changes_within(const volatile uint32_t *counter, unsigned ms)
{
    uint32_t before = *counter;

    for (unsigned i = 0; i < ms && *counter == before; i++)
        usleep(1000);
    return *counter != before;
}

#define PATIENCE_MS 5000 /* of a machine that has other work */

static bool goes_on(const volatile uint32_t *counter)
{
    return changes_within(counter, PATIENCE_MS);
}

/* A freezer takes a moment. */
static bool stands(const volatile uint32_t *counter)
{
    for (unsigned i = 0; i < PATIENCE_MS / 200; i++)
        if (!changes_within(counter, 200))
            return true;
    return false;
}

struct listed {
    unsigned count;
    char id[64], directory[256];
};

static int list(void *data, const char *id, const char *directory)
{
    struct listed *listed = data;

    listed->count++;
    snprintf(listed->id, sizeof(listed->id), "%s", id);
    snprintf(listed->directory, sizeof(listed->directory), "%s", directory);
    return 0;
}

static struct listed list_paused(const struct fixture *f)
{
    struct listed listed = {0};

    assert_int_equal(paused_visit(f->records, list, &listed), 0);
    return listed;
}

/* What acts is in a cgroup below the container's; the whole container is to stand. */
static void a_container_stands_and_goes_on(void **state)
{
    volatile uint32_t *counter =
        mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct stage stage;
    struct fixture f;

    if (!set_stage(&stage))
        skip();
    const char *expected = stage.v1 ? stage.v1_top : stage.v2_top;
    begin(&f, 0);
    found_container(&f, &stage);
    pid_t child = start_child(count_on, (void *)counter);
    enter(stage.v2_inner, child);
    if (stage.v1)
        enter(stage.v1_inner, child);
    act_as(&f, child);
    f.header.cgroup_id = stage.inner_id;

    assert_true(goes_on(counter));
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_ENFORCE), RESPONSE_DONE);
    assert_true(stands(counter));
    struct listed listed = list_paused(&f);
    assert_int_equal(listed.count, 1);
    assert_string_equal(listed.id, stage.id);
    assert_string_equal(listed.directory, expected);

    /* what it did before it stood asks for nothing more, what comes later does */
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_ENFORCE), RESPONSE_DONE);
    assert_int_equal(respond_counters(f.responder)->repeated, 1);
    assert_int_equal(freezer_set(listed.directory, false), 0);
    assert_true(goes_on(counter));
    assert_int_equal(list_paused(&f).count, 0);
    f.header.time = loop_now();
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_ENFORCE), RESPONSE_DONE);
    assert_int_equal(respond_counters(f.responder)->done, 2);
    assert_true(stands(counter));
    assert_int_equal(freezer_set(expected, false), 0);
    assert_int_equal(paused_remove(f.records, stage.id), 0);
    end_child(child);
    end(&f);
    remove_cgroups(&stage);
}

/* A cgroup that others are in too, this program among them, is not frozen. */
static void others_are_not_paused(void **state)
{
    struct stage stage;
    struct fixture f;
    struct cgroupfs home;
    uint64_t root_id;

    if (!set_stage(&stage))
        skip();
    begin(&f, 0);
    found_container(&f, &stage);
    pid_t child = start_child(NULL, NULL), stranger = start_child(NULL, NULL);
    enter(stage.v2_top, child);
    if (stage.v1) {
        enter(stage.v1_top, child);
        enter(stage.v1_top, stranger);
    }
    act_as(&f, child);
    f.header.cgroup_id = stage.top_id;
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_ENFORCE), RESPONSE_DONE);
    assert_true(freezer_is_set(stage.v2_top));
    if (stage.v1)
        assert_false(freezer_is_set(stage.v1_top));
    assert_int_equal(freezer_set(stage.v2_top, false), 0);
    paused_remove(f.records, stage.id);

    pid_t self = fork(); /* as the agent in a container */
    if (self == 0) {
        enter(stage.v2_top, getpid());
        if (stage.v1)
            enter(stage.v1_top, getpid());
        f.header.time = loop_now();
        _exit(ask(&f, ACTION_PAUSE, MODE_ENFORCE) == RESPONSE_REFUSED ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(self, &status, 0), self);
    assert_int_equal(status, 0);
    assert_false(freezer_is_set(stage.v2_top));

    /* the machine's cgroup, whatever the event says of containers */
    assert_int_equal(cgroupfs_init(&home, stage.root_fd), 0);
    assert_int_equal(cgroupfs_id(&home, 0, "/", &root_id), 0);
    f.header.cgroup_id = root_id;
    cgroupfs_done(&home);
    f.header.time = loop_now();
    assert_int_equal(ask(&f, ACTION_PAUSE, MODE_ENFORCE), RESPONSE_REFUSED);

    end_child(child);
    end_child(stranger);
    end(&f);
    remove_cgroups(&stage);
}

/* Its id is a file's name, or is not kept. */
static void records_are_of_this_directory(void **state)
{
    struct fixture f;

    begin(&f, 0);
    assert_int_equal(paused_add(f.records, "../x", "/none"), -EINVAL);
    assert_int_equal(paused_add(f.records, "..", "/none"), -EINVAL);
    assert_int_equal(paused_add(f.records, "", "/none"), -EINVAL);
    assert_int_equal(paused_add(f.records, "gone", "/none"), 0);
    assert_int_equal(list_paused(&f).count, 0);
    assert_int_equal(paused_remove(f.records, "gone"), -ENOENT); /* the look has removed it */
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_asked_is_done),
        cmocka_unit_test(what_was_not_denied_is_killed),
        cmocka_unit_test(one_signal_is_enough),
        cmocka_unit_test(the_rate_is_bounded),
        cmocka_unit_test(a_container_stands_and_goes_on),
        cmocka_unit_test(others_are_not_paused),
        cmocka_unit_test(records_are_of_this_directory),
    };

    return cmocka_run_group_tests(tests, need_process_descriptors, NULL);
}
