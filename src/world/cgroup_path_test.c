/* SPDX-License-Identifier: Apache-2.0 */
#include "world/cgroup_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define A    "4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"
#define B    "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"
#define P    "pod0b9c5d1e_1111_2222_3333_444455556666"
#define NONE NULL

struct row {
    const char *path;
    const char *id; /* NULL: no container */
    enum container_runtime runtime;
};

static const struct row rows[] = {
    /* Docker: the cgroupfs driver's default parent; systemd driver; --cgroup-parent */
    {"/docker/" A, A, RUNTIME_DOCKER},
    {"/system.slice/docker-" A ".scope", A, RUNTIME_DOCKER},
    {"/user.slice/user-1000.slice/user@1000.service/app.slice/docker-" A ".scope", A,
     RUNTIME_DOCKER},                               /* rootless */
    {"/actions_job/" A, A, RUNTIME_UNKNOWN},        /* GitHub's runners: docker --cgroup-parent */
    {"/docker/" A "/docker/" B, B, RUNTIME_DOCKER}, /* docker in docker: the inner one */
    {"/docker/" A "/kubelet/kubepods/besteffort/" P "/" B, B, RUNTIME_UNKNOWN}, /* kind */
    {"/docker/" A "/system.slice/cron.service", A, RUNTIME_DOCKER},             /* systemd inside */
    {"/docker/" A "/init.scope", A, RUNTIME_DOCKER},
    {"/docker/buildx", NONE, 0},
    {"/docker", NONE, 0},
    /* Kubernetes with containerd: cgroupfs and systemd drivers, and the mismatch of the two */
    {"/kubepods/burstable/" P "/" A, A, RUNTIME_UNKNOWN},
    {"/kubepods/" P "/" A, A, RUNTIME_UNKNOWN}, /* guaranteed */
    {"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" P ".slice/cri-containerd-" A
     ".scope",
     A, RUNTIME_CONTAINERD},
    {"/system.slice/containerd.service/kubepods-burstable-" P ".slice:cri-containerd:" A, A,
     RUNTIME_CONTAINERD},
    {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" P ".slice/docker-" A ".scope",
     A, RUNTIME_DOCKER}, /* cri-dockerd */
    {"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" P ".slice", NONE, 0},
    {"/kubepods/besteffort/" P, NONE, 0},
    {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-" P ".slice/cri-containerd-" A
     ".scope",
     A, RUNTIME_CONTAINERD}, /* kind on v2 */
    /* CRI-O, and its monitor */
    {"/kubepods.slice/kubepods-" P ".slice/crio-" A ".scope", A, RUNTIME_CRIO},
    {"/kubepods/burstable/" P "/crio-" A, A, RUNTIME_CRIO},
    {"/kubepods.slice/kubepods-" P ".slice/crio-" A ".scope/container", A, RUNTIME_CRIO}, /* crun */
    {"/kubepods.slice/kubepods-" P ".slice/crio-conmon-" A ".scope", NONE, 0},
    {"/kubepods/burstable/" P "/crio-conmon-" A, NONE, 0},
    /* podman: systemd, cgroupfs (4.3.1 run by hand), rootless, split, pods, monitors */
    {"/machine.slice/libpod-" A ".scope", A, RUNTIME_PODMAN},
    {"/machine.slice/libpod-" A ".scope/container", A, RUNTIME_PODMAN},
    {"/libpod_parent/libpod-" A, A, RUNTIME_PODMAN},
    {"/libpod_parent/" B "/libpod-" A, A, RUNTIME_PODMAN},
    {"/libpod_parent/" B, NONE, 0}, /* a pod's own */
    {"/libpod_parent/conmon", NONE, 0},
    {"/libpod_parent", NONE, 0},
    {"/machine.slice/libpod-conmon-" A ".scope", NONE, 0},
    {"/machine.slice/machine-libpod_pod_" B ".slice/libpod-" A ".scope", A, RUNTIME_PODMAN},
    {"/machine.slice/machine-libpod_pod_" B ".slice", NONE, 0},
    {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" A ".scope/container", A,
     RUNTIME_PODMAN},
    {"/system.slice/web.service/libpod-payload-" A, A, RUNTIME_PODMAN},
    {"/system.slice/web.service/supervisor", NONE, 0},
    /* nerdctl */
    {"/system.slice/nerdctl-" A ".scope", A, RUNTIME_CONTAINERD},
    {"/default/" A, A, RUNTIME_UNKNOWN},
    {"/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-" A ".scope", A,
     RUNTIME_CONTAINERD},
    /* plain runc and crun under systemd; by cgroupfs no name tells (state files do) */
    {"/system.slice/runc-test1.scope", "test1", RUNTIME_RUNC},
    {"/user.slice/runc-my.web+1_a-b.scope", "my.web+1_a-b", RUNTIME_RUNC},
    {"/system.slice/crun-job1.scope", "job1", RUNTIME_CRUN},
    {"/system.slice/crun-job1.scope/container", "job1", RUNTIME_CRUN},
    {"/test1", NONE, 0},
    {"/default/facts-ctr1", NONE, 0},
    /* Amazon ECS: EC2, Fargate */
    {"/ecs/5a1b2c3d4e5f60718293a4b5c6d7e8f9/" A, A, RUNTIME_UNKNOWN},
    {"/ecs/5a1b2c3d4e5f60718293a4b5c6d7e8f9/5a1b2c3d4e5f60718293a4b5c6d7e8f9-2858726187",
     "5a1b2c3d4e5f60718293a4b5c6d7e8f9-2858726187", RUNTIME_UNKNOWN},
    {"/ecs/web/5a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/" A, A, RUNTIME_UNKNOWN},
    {"/" A, A, RUNTIME_UNKNOWN},
    /* LXC, nspawn, services, sessions: no containers of ours */
    {"/lxc/web", NONE, 0},
    {"/lxc/" A, NONE, 0},
    {"/lxc.payload.web/system.slice/nginx.service", NONE, 0},
    {"/lxc/web/docker/" A, A, RUNTIME_DOCKER}, /* docker in lxc */
    {"/machine.slice/systemd-nspawn@web.service/payload", NONE, 0},
    {"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", NONE, 0},
    {"/system.slice/docker.service", NONE, 0},
    {"/system.slice/containerd.service", NONE, 0},
    {"/user.slice/user-1000.slice/session-3.scope", NONE, 0},
    {"/init.scope", NONE, 0},
    {"/", NONE, 0},
    /* not what they look like */
    {"", NONE, 0},
    {"///", NONE, 0},
    {"//docker//" A "//", A, RUNTIME_DOCKER},
    {"/docker/" A "0", NONE, 0},
    {"/docker/4F797C539E6C745DE61A93CA3FF892358ECBCACCD8414D5DB545C38428142970", NONE, 0},
    {"/system.slice/docker-.scope", NONE, 0},
    {"/system.slice/docker-" A "x.scope", NONE, 0},
    {"/system.slice/runc-.scope", NONE, 0},
    {"/system.slice/runc-a b.scope", NONE, 0},
    {"/system.slice/runc-\xff\xfe\x01.scope", NONE, 0},
    {"/x:cri-containerd:" A "/\xe9", A, RUNTIME_CONTAINERD},
    {"/x:cri-containerd:", NONE, 0},
    {":::", NONE, 0},
};

static void test_table(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct cgroup_container container = {0};
        bool found = cgroup_path_container(rows[i].path, &container);
        if (found != (rows[i].id != NULL))
            fail_msg("%s: %s", rows[i].path, found ? container.id : "not found");
        if (!found)
            continue;
        assert_string_equal(container.id, rows[i].id);
        if (container.runtime != rows[i].runtime)
            fail_msg("%s: runtime %d, not %d", rows[i].path, container.runtime, rows[i].runtime);
    }
}

static void test_long_names(void **state)
{
    struct cgroup_container container;
    char name[8000], path[8192];

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    snprintf(path, sizeof(path), "/runc-%s.scope", name);
    assert_false(cgroup_path_container(path, &container));

    name[CONTAINER_ID_MAX - 1] = '\0';
    snprintf(path, sizeof(path), "/runc-%s.scope", name);
    assert_true(cgroup_path_container(path, &container));
    assert_int_equal(strlen(container.id), CONTAINER_ID_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
