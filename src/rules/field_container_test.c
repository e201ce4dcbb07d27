/* SPDX-License-Identifier: Apache-2.0 */
/* container.*, k8s.*. */
#include "rules/field_testing.h"

#define ID      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SANDBOX "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CGROUP  "/kubepods/pod1/" ID

static void on_the_host(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"container.id", "host"},
        {"container.name", "host"},
        {"container.type", "host"},
        {"container.full_id", NULL},
        {"container.image", NULL},
        {"container.image.repository", NULL},
        {"container.privileged", NULL},
        {"container.mounts", NULL},
        {"container.mount[0]", NULL},
        {"container.labels", NULL},
        {"container.start_ts", NULL},
        {"k8s.pod.name", NULL},
        {"k8s.ns.name", NULL},
        {"k8s.pod.label[app]", NULL},
        {NULL, NULL},
    };

    fixture_open(&f);
    stream_begin(&f.s, EVENT_OPEN, 5, 0);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void tell_container(struct stream *s)
{
    stream_begin(s, EVENT_START, 0, 0);
    stream_number(s, PARAM_OFFSET, 0);
    assert_int_equal(stream_feed(s), 0);
    stream_begin(s, EVENT_CONTAINER, 0, 0);
    stream_text(s, PARAM_CONTAINER_ID, ID);
    stream_text(s, PARAM_CONTAINER_RUNTIME, "containerd");
    stream_text(s, PARAM_CONTAINER_NAME, "web");
    stream_text(s, PARAM_CONTAINER_IMAGE, "docker.io/library/nginx:1.25");
    stream_text(s, PARAM_CONTAINER_IMAGE_ID, "5ef79149e0ec");
    stream_text(s, PARAM_CONTAINER_IMAGE_DIGEST, "sha256:77");
    stream_number(s, PARAM_CONTAINER_FLAGS, CONTAINER_FLAG_PRIVILEGED | CONTAINER_FLAG_HOST_PID);
    stream_number(s, PARAM_CONTAINER_START, 2000 * SECOND);
    WORDS(s, PARAM_CONTAINER_LABELS, "app=web\0tier=a=b");
    WORDS(s, PARAM_CONTAINER_MOUNTS,
          "/lib/modules:/mnt/lib:ro:false:rprivate\0/data:/var/data:z:true:shared");
    stream_text(s, PARAM_CONTAINER_IP, "10.1.1.1");
    stream_text(s, PARAM_CONTAINER_USER, "nginx");
    stream_text(s, PARAM_POD_NAME, "web-0");
    stream_text(s, PARAM_POD_NAMESPACE, "shop");
    stream_text(s, PARAM_POD_UID, "8d3f");
    stream_text(s, PARAM_POD_SANDBOX_ID, SANDBOX);
    WORDS(s, PARAM_POD_LABELS, "app.kubernetes.io/name=shop\0x=");
    assert_int_equal(stream_feed(s), 0);
}

static void in_a_container(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"container.id", "aaaaaaaaaaaa"},
        {"container.full_id", ID},
        {"container.name", "web"},
        {"container.type", "containerd"},
        {"container.image", "docker.io/library/nginx:1.25"},
        {"container.image.id", "5ef79149e0ec"},
        {"container.image.repository", "docker.io/library/nginx"},
        {"container.image.tag", "1.25"},
        {"container.image.digest", "sha256:77"},
        {"container.privileged", "true"},
        {"container.host_pid", "true"},
        {"container.host_network", "false"},
        {"container.mounts",
         "/lib/modules:/mnt/lib:ro:false:rprivate,/data:/var/data:z:true:shared"},
        {"container.mount[0]", "/lib/modules:/mnt/lib:ro:false:rprivate"},
        {"container.mount[/data]", "/data:/var/data:z:true:shared"},
        {"container.mount[/lib/*]", "/lib/modules:/mnt/lib:ro:false:rprivate"},
        {"container.mount[2]", NULL},
        {"container.mount[/none]", NULL},
        {"container.mount.source[/var/*]", "/data"},
        {"container.mount.dest[/data]", "/var/data"},
        {"container.mount.mode[0]", "ro"},
        {"container.mount.rdwr[1]", "true"},
        {"container.mount.propagation[1]", "shared"},
        {"container.label.app", "web"},
        {"container.label[tier]", "a=b"},
        {"container.label[none]", NULL},
        {"container.start_ts", "2000000000000"},
        {"container.duration", "3000000000"},
        {"container.ip", "10.1.1.1"},
        {"container.user", "nginx"},
        {"container.cni.json", NULL},
        {"k8s.ns.name", "shop"},
        {"k8s.pod.name", "web-0"},
        {"k8s.pod.id", "8d3f"},
        {"k8s.pod.uid", "8d3f"},
        {"k8s.pod.sandbox_id", "bbbbbbbbbbbb"},
        {"k8s.pod.full_sandbox_id", SANDBOX},
        {"k8s.pod.label[app.kubernetes.io/name]", "shop"},
        {"k8s.pod.label.app.kubernetes.io/name", "shop"},
        {"k8s.pod.label[x]", ""},
        {"k8s.pod.labels", "app.kubernetes.io/name:shop, x:"},
        {"k8s.pod.ip", "10.1.1.1"},
        {"k8s.deployment.name", NULL},
        {"fd.containername", "aaaaaaaaaaaa:/etc/shadow"},
        {NULL, NULL},
    };

    fixture_open(&f);
    tell_container(&f.s);
    stream_cgroup(&f.s, 77, CGROUP, ID);
    stream_exec(&f.s, 9, "/usr/sbin/nginx", 77, CGROUP);
    stream_begin(&f.s, EVENT_OPEN, 9, 77);
    stream_header(&f.s)->time = 2003 * SECOND;
    stream_header(&f.s)->result = -EACCES;
    stream_text(&f.s, PARAM_NAME, "/etc/shadow");
    fixture_expect(&f, wants);
    fixture_close(&f);
}

/* A plain runc container: no file tells an image or a pod. */
static void a_bare_container(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"container.id", "bare"},
        {"container.full_id", "bare"},
        {"container.type", "runc"},
        {"container.image", NULL},
        {"container.image.tag", NULL},
        {"container.privileged", "false"},
        {"container.mounts", ""},
        {"container.labels", NULL},
        {"container.start_ts", NULL},
        {"container.duration", NULL},
        {"k8s.ns.name", NULL},
        {"k8s.pod.labels", NULL},
        {NULL, NULL},
    };

    fixture_open(&f);
    stream_begin(&f.s, EVENT_CONTAINER, 0, 0);
    stream_text(&f.s, PARAM_CONTAINER_ID, "bare");
    stream_text(&f.s, PARAM_CONTAINER_RUNTIME, "runc");
    assert_int_equal(stream_feed(&f.s), 0);
    stream_cgroup(&f.s, 78, "/bare", "bare");
    stream_begin(&f.s, EVENT_OPEN, 9, 78);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_the_host),
        cmocka_unit_test(in_a_container),
        cmocka_unit_test(a_bare_container),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
