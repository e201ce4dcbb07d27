/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of real state files, and what must be known of their containers. */
#include "world/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "world/facts_testing.h"
#include "world/tree_testing.h"

#define POD1    "178faf3f3b408df2747f51d1b3796da477f7f0bed2481928fe7678a1246705fe"
#define POD2    "e79fe49000f977eaf0279959da92419bf48f41e7f3c6e878c699526bd276ff4d"
#define SANDBOX "5f1c0d6e9b3a47288c5d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b"
#define CRI     "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"
#define DOCKER  "4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"

#define IMAGE_ID "0ec26911b92402b7fd951fcab763b195cc641094a0d0fe49b1487e437b15ea80"

#define EXPECTED_MAX 24

struct expected {
    enum param_id param;
    const char *text;
};

struct row {
    const char *tree, *id, *cgroup_path;
    enum container_runtime hint;
    uint32_t flags;
    uint64_t start_time; /* 0: not compared */
    struct expected expected[EXPECTED_MAX];
};

#define IS(param, text) {PARAM_##param, text}

static const struct row rows[] = {
    {"runc",
     "test1",
     "/test1",
     RUNTIME_RUNC,
     CONTAINER_FLAG_NO_NEW_PRIVS | CONTAINER_FLAG_SECCOMP | CONTAINER_FLAG_APPARMOR,
     1795508531555747979,
     {IS(CONTAINER_RUNTIME, "runc"), IS(CONTAINER_NAME, "test1"), IS(CONTAINER_IMAGE, "latest"),
      IS(CONTAINER_BUNDLE, "/srv/web"), IS(CONTAINER_ROOTFS, "/srv/rootfs"),
      IS(CONTAINER_MOUNTS, "/srv/data:/data:ro:false:rslave"), IS(CONTAINER_ENTRYPOINT, "sleep"),
      IS(CONTAINER_ENTRYPOINT, "600"), IS(CONTAINER_ENV, "TERM=xterm"),
      IS(CONTAINER_LABELS, "io.example=x"), IS(CONTAINER_USER, "0")}},
    {"runc",
     "unpacked",
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(CONTAINER_RUNTIME, "runc"), IS(CONTAINER_IMAGE, "bb"),
      IS(CONTAINER_IMAGE_DIGEST,
         "sha256:e604dc975704fb8426fe7de451119250bbb6c0a3dac5e9773a7f80f3ac6c2189")}},
    {"runc",
     "orphan",
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_PARTIAL,
     0,
     {IS(CONTAINER_RUNTIME, "runc"), IS(CONTAINER_NAME, "orphan"),
      IS(CONTAINER_BUNDLE, "/srv/gone")}},
    {"crun",
     "job1",
     "/job1/sub",
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_NO_NEW_PRIVS,
     1795508606733196000,
     {IS(CONTAINER_RUNTIME, "crun"), IS(CONTAINER_NAME, "job1"), IS(CONTAINER_IMAGE, "latest"),
      IS(CONTAINER_BUNDLE, "/srv/job"), IS(CONTAINER_ROOTFS, "/srv/rootfs"),
      IS(CONTAINER_ENTRYPOINT, "sleep")}},
    {"containerd",
     "facts-ctr1",
     "/default/facts-ctr1",
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(CONTAINER_RUNTIME, "containerd"), IS(CONTAINER_NAME, "facts-ctr1"),
      IS(CONTAINER_IMAGE, "docker.io/library/facts-busybox:bb"),
      IS(CONTAINER_IMAGE_DIGEST,
         "sha256:82056cfc075ccaaab02046f4873d732944857f26ea2d0ad90558f3a610a55389"),
      IS(CONTAINER_IMAGE_ID, "5c5af446d69e0f384e4a5e95fb9800f70c76f46ad2ca6267fcbbe08c6e8094f4"),
      IS(CONTAINER_LABELS, "com.example.team=blue"), IS(CONTAINER_LABELS, "who=facts"),
      IS(CONTAINER_ENV, "E1=v1"), IS(CONTAINER_MOUNTS, "/usr/share:/data:ro:false:"),
      IS(CONTAINER_BUNDLE, "/run/containerd/io.containerd.runtime.v2.task/default/facts-ctr1"),
      IS(CONTAINER_ROOTFS,
         "/run/containerd/io.containerd.runtime.v2.task/default/facts-ctr1/rootfs"),
      IS(CONTAINER_ENTRYPOINT, "/bin/sleep")}},
    {"containerd",
     "facts-ctr2",
     NULL,
     RUNTIME_CONTAINERD,
     CONTAINER_FLAG_PRIVILEGED | CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(CONTAINER_RUNTIME, "containerd"), IS(CONTAINER_NAME, "facts-ctr2")}},
    {"containerd",
     CRI,
     "/kubepods/burstable/pod0b9c5d1e/" CRI,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(CONTAINER_RUNTIME, "containerd"), IS(CONTAINER_NAME, "web"),
      IS(CONTAINER_IMAGE, "registry.example/shop/web:1.4"), IS(POD_NAME, "shop-0"),
      IS(POD_NAMESPACE, "prod"), IS(POD_UID, "0b9c5d1e-1111-2222-3333-444455556666"),
      IS(POD_SANDBOX_ID, SANDBOX), IS(POD_LABELS, "app=shop"), IS(POD_LABELS, "tier=web"),
      IS(CONTAINER_LABELS, "bulwark.drift=alert"),
      IS(CONTAINER_LABELS, "io.kubernetes.container.name=web")}},
    {"containerd",
     SANDBOX,
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_POD_SANDBOX | CONTAINER_FLAG_HOST_NETWORK | CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(POD_NAME, "shop-0"), IS(CONTAINER_ENTRYPOINT, "/pause"),
      IS(CONTAINER_LABELS, "app=shop")}},
    {"containerd-moved",
     "facts-ctr1",
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(CONTAINER_NAME, "facts-ctr1"), IS(CONTAINER_IMAGE, "docker.io/library/facts-busybox:bb"),
      IS(CONTAINER_LABELS, "who=facts")}},
    {"k3s",
     CRI,
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_NO_NEW_PRIVS,
     0,
     {IS(CONTAINER_RUNTIME, "containerd"), IS(CONTAINER_NAME, "web"),
      IS(CONTAINER_IMAGE, "registry.example/shop/web:1.4"), IS(POD_NAME, "shop-0")}},
    {"podman",
     POD1,
     "/libpod_parent/libpod-" POD1,
     RUNTIME_PODMAN,
     CONTAINER_FLAG_SECCOMP,
     0,
     {IS(CONTAINER_RUNTIME, "podman"), IS(CONTAINER_NAME, "facts-pod1"),
      IS(CONTAINER_IMAGE, "localhost/facts-bb:1"), IS(CONTAINER_IMAGE_ID, IMAGE_ID),
      IS(CONTAINER_IMAGE_DIGEST,
         "sha256:7044f143f981b09685ff1a99bb2ba23887590b2258e1217110d822cd2dc596d7"),
      IS(CONTAINER_LABELS, "a=b"), IS(CONTAINER_LABELS, "team=red"), IS(CONTAINER_ENV, "X=y"),
      IS(CONTAINER_MOUNTS, "/tmp:/mnt:ro:false:rprivate"), IS(CONTAINER_ENTRYPOINT, "/bin/sleep")}},
    {"podman",
     POD2,
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_PRIVILEGED,
     1795508578973809632,
     {IS(CONTAINER_RUNTIME, "podman"), IS(CONTAINER_NAME, "facts-pod2"),
      IS(CONTAINER_LABELS, "bulwark.drift=alert")}},
    {"podman",
     CRI,
     "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" CRI ".scope",
     RUNTIME_PODMAN,
     CONTAINER_FLAG_SECCOMP,
     0,
     {IS(CONTAINER_NAME, "mine"), IS(CONTAINER_IMAGE, "quay.example/tools:9")}},
    {"crio",
     CRI,
     NULL,
     RUNTIME_CRIO,
     CONTAINER_FLAG_PRIVILEGED | CONTAINER_FLAG_NO_NEW_PRIVS,
     1795508555394760983,
     {IS(CONTAINER_RUNTIME, "cri-o"), IS(CONTAINER_NAME, "web"),
      IS(CONTAINER_IMAGE, "registry.example/shop/web:1.4"), IS(POD_NAME, "shop-0"),
      IS(POD_NAMESPACE, "prod"), IS(POD_SANDBOX_ID, SANDBOX), IS(POD_LABELS, "app=shop"),
      IS(CONTAINER_LABELS, "team=shop"), IS(CONTAINER_IP, "10.85.0.7")}},
    {"docker",
     DOCKER,
     "/docker/" DOCKER,
     RUNTIME_DOCKER,
     CONTAINER_FLAG_PRIVILEGED | CONTAINER_FLAG_HOST_PID,
     1678161552405871518,
     {IS(CONTAINER_RUNTIME, "docker"), IS(CONTAINER_NAME, "web"), IS(CONTAINER_IMAGE, "nginx:1.23"),
      IS(CONTAINER_USER, "101"), IS(CONTAINER_IP, "172.17.0.2"),
      IS(CONTAINER_MOUNTS, "/srv/data:/data:ro:false:rprivate"),
      IS(CONTAINER_LABELS, "com.docker.compose.project=shop"),
      IS(CONTAINER_ENV, "NGINX_VERSION=1.23.3"), IS(CONTAINER_ENTRYPOINT, "daemon off;")}},
    {"broken",
     "types",
     NULL,
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_PARTIAL,
     0,
     {IS(CONTAINER_RUNTIME, "runc"), IS(CONTAINER_NAME, "types")}},
    {"broken",
     "odd name;x",
     "/odd",
     RUNTIME_UNKNOWN,
     CONTAINER_FLAG_PARTIAL,
     0,
     {IS(CONTAINER_NAME, "odd name;x")}},
    {"broken",
     "nodb",
     NULL,
     RUNTIME_UNKNOWN,
     0,
     0,
     {IS(CONTAINER_RUNTIME, "containerd"), IS(CONTAINER_ENTRYPOINT, "a")}},
};

static void check_row(const struct row *row)
{
    struct facts *facts = testing_facts(row->tree);
    struct world_requests requests = facts_requests(facts);

    int r = requests.container_metadata(facts, NULL, row->id, row->hint, row->cgroup_path, 0);
    if (r < 0)
        fail_msg("%s/%s: %s", row->tree, row->id, strerror(-r));
    const struct event *event = testing_record(EVENT_CONTAINER, 0);
    assert_non_null(event);
    assert_true(testing_has(event, PARAM_CONTAINER_ID, row->id));
    for (const struct expected *e = row->expected; e->text; e++) {
        const struct event_param *param = event_param(event, e->param);
        if (!testing_has(event, e->param, e->text))
            fail_msg("%s/%s: param %d is '%.*s', not '%s'", row->tree, row->id, e->param,
                     param ? (int)param->len : 0, param ? param->data : "", e->text);
    }
    int64_t flags = event_number(event, PARAM_CONTAINER_FLAGS, -1);
    if (flags != row->flags)
        fail_msg("%s/%s: flags %lx, not %x", row->tree, row->id, (long)flags, row->flags);
    if (row->start_time)
        assert_int_equal(event_number(event, PARAM_CONTAINER_START, 0), row->start_time);
    testing_forget();
    facts_free(facts);
}

static void test_table(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        check_row(&rows[i]);
}

static void test_cgroups_by_state(void **state)
{
    static const struct {
        const char *tree, *path, *id;
        enum container_runtime runtime;
    } cgroups[] = {
        {"runc", "/test1", "test1", RUNTIME_RUNC},
        {"runc", "/system.slice/job.service/test1", "test1", RUNTIME_RUNC},
        {"runc", "/test1/init.scope", "test1", RUNTIME_RUNC},
        {"runc", "/test12", NULL, 0},
        {"runc", "/system.slice/job.service", NULL, 0},
        {"runc", "/", NULL, 0},
        {"crun", "/job1", "job1", RUNTIME_CRUN},
        {"containerd", "/default/facts-ctr1", "facts-ctr1", RUNTIME_CONTAINERD},
        {"broken", "/", NULL, 0},
        {"broken", "/system.slice", NULL, 0},
    };

    for (size_t i = 0; i < sizeof(cgroups) / sizeof(*cgroups); i++) {
        struct facts *facts = testing_facts(cgroups[i].tree);
        struct world_requests requests = facts_requests(facts);
        struct cgroup_container container;
        int r = requests.cgroup_container(facts, NULL, 77, cgroups[i].path, &container);
        if (!cgroups[i].id) {
            /* A fresh checkout's directories may still count as being made. */
            assert_true(r == -ENOENT || r == -EAGAIN);
            assert_int_equal(testing_count(EVENT_CGROUP_FOUND), 0);
        } else {
            assert_int_equal(r, 0);
            assert_string_equal(container.id, cgroups[i].id);
            assert_int_equal(container.runtime, cgroups[i].runtime);
            const struct event *event = testing_record(EVENT_CGROUP_FOUND, 0);
            assert_non_null(event);
            assert_int_equal(event->header->cgroup_id, 77);
            assert_true(testing_has(event, PARAM_CGROUP, cgroups[i].path));
            assert_true(testing_has(event, PARAM_CONTAINER_ID, cgroups[i].id));
        }
        testing_forget();
        facts_free(facts);
    }
}

static void test_broken_files_are_counted(void **state)
{
    static const char *const missing[] = {"halfjson", "latin1", DOCKER, "..", ".", "", "a/b"};
    struct facts *facts = testing_facts("broken");
    struct world_requests requests = facts_requests(facts);

    for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
        int r = requests.container_metadata(facts, NULL, missing[i], RUNTIME_UNKNOWN, NULL, 0);
        if (strcmp(missing[i], DOCKER) != 0)
            assert_true(r < 0);
    }
    assert_int_equal(facts_counters(facts)->runtime_files_malformed, 2);
    assert_int_equal(requests.container_metadata(facts, NULL, "nodb", RUNTIME_UNKNOWN, NULL, 0), 0);
    assert_int_equal(facts_counters(facts)->runtime_files_malformed, 3); /* meta.db */
    testing_forget();
    facts_free(facts);
}

/* A machine with nothing on it yet. */
static struct world_requests begin(struct tree *tree, struct facts **ret_facts)
{
    tree_make(tree);
    assert_int_equal(facts_new(tree->root, NULL, NULL, ret_facts, NULL), 0);
    return facts_requests(*ret_facts);
}

static void end(struct facts *facts, struct tree *tree)
{
    testing_forget();
    facts_free(facts);
    tree_remove(tree);
}

/* A container that appears, is being made, has its state, and is gone. */
static void test_refresh(void **state)
{
    struct tree tree;
    struct facts *facts = NULL;
    struct cgroup_container container;

    struct world_requests requests = begin(&tree, &facts);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), -ENOENT);

    tree_mkdir(&tree, "run/crun/a");
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), -EAGAIN);
    tree_write(&tree, "run/crun/a/status", "{\"cgroup-path\": \"/a\"", 1);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), -EAGAIN);
    tree_write(&tree, "run/crun/a/new", "{\"cgroup-path\": \"/a\", \"bundle\": \"/b\"}", 1);
    char *from = strdup(tree_path(&tree, "run/crun/a/new"));
    assert_int_equal(rename(from, tree_path(&tree, "run/crun/a/status")), 0);
    free(from);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), 0);
    assert_string_equal(container.id, "a");
    assert_int_equal(unlink(tree_path(&tree, "run/crun/a/status")), 0);
    assert_int_equal(rmdir(tree_path(&tree, "run/crun/a")), 0);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), -ENOENT);

    end(facts, &tree);
}

static void set_age(struct tree *tree, const char *name, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - seconds}};

    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, tree_path(tree, name), times, 0), 0);
}

/* A runtime that is slow: its state file comes when the directory is old and the root unchanged. */
static void test_state_comes_late(void **state)
{
    struct tree tree;
    struct facts *facts = NULL;
    struct cgroup_container container;

    struct world_requests requests = begin(&tree, &facts);
    tree_mkdir(&tree, "run/runc/a");
    set_age(&tree, "run/runc/a", 3600);
    set_age(&tree, "run/runc", 3600);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), -ENOENT);
    tree_write(&tree, "run/runc/a/state.json", "{\"cgroup_paths\": {\"\": \"/sys/fs/cgroup/a\"}}",
               1);
    set_age(&tree, "run/runc", 3600);
    assert_int_equal(requests.container_metadata(facts, NULL, "a", RUNTIME_RUNC, NULL, 0), 0);

    end(facts, &tree);
}

/* crun's container runs before its status is there: it has its name and image all the same. */
static void test_crun_early(void **state)
{
    static const char config[] =
        "{\"root\": {\"path\": \"rootfs\"}, \"process\": {\"args\": [\"sleep\"]}, \"annotations\": "
        "{\"org.opencontainers.image.ref.name\": \"registry.example/a:1\"}}";
    struct tree tree;
    struct facts *facts = NULL;
    struct cgroup_container container;

    struct world_requests requests = begin(&tree, &facts);
    tree_write(&tree, "run/crun/a/config.json", "{\"root\": {", 1);
    assert_true(requests.container_metadata(facts, NULL, "a", RUNTIME_CRUN, NULL, 0) < 0);
    tree_write(&tree, "run/crun/a/config.json", config, 1);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), -EAGAIN);
    assert_int_equal(requests.container_metadata(facts, NULL, "a", RUNTIME_CRUN, NULL, 0), 0);
    const struct event *event = testing_record(EVENT_CONTAINER, 0);
    assert_non_null(event);
    assert_true(testing_has(event, PARAM_CONTAINER_NAME, "a"));
    assert_true(testing_has(event, PARAM_CONTAINER_IMAGE, "registry.example/a:1"));
    assert_int_equal(event_number(event, PARAM_CONTAINER_FLAGS, -1), CONTAINER_FLAG_PARTIAL);

    tree_write(&tree, "run/crun/a/status", "{\"cgroup-path\": \"/a\", \"bundle\": \"/b\"}", 1);
    assert_int_equal(requests.cgroup_container(facts, NULL, 1, "/a", &container), 0);
    assert_string_equal(container.id, "a");
    assert_int_equal(requests.container_metadata(facts, NULL, "a", RUNTIME_CRUN, NULL, 0), 0);
    event = testing_record(EVENT_CONTAINER, 1);
    assert_true(event && testing_has(event, PARAM_CONTAINER_BUNDLE, "/b"));

    end(facts, &tree);
}

/* What no runtime writes: devices, FIFOs, links out of the root, directories, huge files. */
static void test_strange_files(void **state)
{
    struct tree tree;
    struct facts *facts = NULL;

    tree_make(&tree);
    assert_int_equal(mkfifo(tree_path(&tree, "run/runc/a/state.json"), 0600), 0);
    assert_int_equal(symlink("/dev/zero", tree_path(&tree, "run/runc/b/state.json")), 0);
    assert_int_equal(symlink("state.json", tree_path(&tree, "run/runc/c/state.json")), 0);
    tree_mkdir(&tree, "run/runc/d/state.json");
    tree_write(&tree, "run/runc/e/state.json", "", 1);
    assert_int_equal(truncate(tree_path(&tree, "run/runc/e/state.json"), (off_t)1 << 40), 0);

    assert_int_equal(facts_new(tree.root, NULL, NULL, &facts, NULL), 0);
    struct world_requests requests = facts_requests(facts);
    for (const char *name = "abcde"; *name; name++) {
        char id[2] = {*name};
        assert_true(requests.container_metadata(facts, NULL, id, RUNTIME_RUNC, NULL, 0) < 0);
    }
    assert_int_equal(testing_count(EVENT_CONTAINER), 0);
    assert_true(facts_counters(facts)->runtime_files_unreadable >= 3);
    facts_free(facts);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_cgroups_by_state),
        cmocka_unit_test(test_broken_files_are_counted),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_state_comes_late),
        cmocka_unit_test(test_crun_early),
        cmocka_unit_test(test_strange_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
