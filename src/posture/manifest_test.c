/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: which pods they have, what is read of them, and what is refused where. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "posture/manifest.h"

#define POD        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
#define CONTAINERS "  containers: [{name: a, image: i}]\n"

/* What is seen of each pod, for a look from outside. */
struct seen {
    struct buf names;
    void (*look)(const struct pod_config *pod);
};

static int see(void *data, const struct pod_config *pod)
{
    struct seen *seen = data;

    buf_printf(&seen->names, "%s/%s/%s ", pod->kind,
               pod->namespace_name ? pod->namespace_name : "-", pod->name);
    if (seen->look)
        seen->look(pod);
    return seen->names.failed;
}

static int read_text(const char *text, struct seen *seen, struct manifest_counts *counts,
                     struct error *error)
{
    return manifest_read("f.yaml", text, strlen(text), see, seen, counts, error);
}

static void expect_pods(const char *text, const char *names)
{
    struct manifest_counts counts = {0};
    struct error error = {0};
    struct seen seen = {0};

    if (read_text(text, &seen, &counts, &error) < 0)
        fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, text);
    assert_string_equal(seen.names.data ? seen.names.data : "", names);
    buf_done(&seen.names);
}

#define SPEC "spec: {containers: [{name: a}]}"

static void every_kind_has_its_pod(void **state)
{
    static const char *const texts[][2] = {
        {"{apiVersion: v1, kind: Pod, metadata: {name: q, namespace: s}, " SPEC "}", "Pod/s/q "},
        {"{apiVersion: v1, kind: Pod, metadata: {generateName: g-}, " SPEC "}", "Pod/-/g- "},
        {"{apiVersion: v1, kind: Pod, " SPEC "}", "Pod/-/ "},
        {"{apiVersion: v1, kind: PodTemplate, metadata: {name: q}, template: {" SPEC "}}",
         "PodTemplate/-/q "},
        {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: q}, spec: {template: {" SPEC
         "}}}",
         "Deployment/-/q "},
        {"{apiVersion: extensions/v1beta1, kind: Deployment, spec: {template: {" SPEC "}}}",
         "Deployment/-/ "},
        {"{apiVersion: apps/v1, kind: StatefulSet, spec: {template: {" SPEC "}}}",
         "StatefulSet/-/ "},
        {"{apiVersion: apps/v1, kind: DaemonSet, spec: {template: {" SPEC "}}}", "DaemonSet/-/ "},
        {"{apiVersion: apps/v1, kind: ReplicaSet, spec: {template: {" SPEC "}}}", "ReplicaSet/-/ "},
        {"{apiVersion: v1, kind: ReplicationController, spec: {template: {" SPEC "}}}",
         "ReplicationController/-/ "},
        {"{apiVersion: batch/v1, kind: Job, spec: {template: {" SPEC "}}}", "Job/-/ "},
        {"{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: {" SPEC
         "}}}}}",
         "CronJob/-/ "},
        /* others, and the same names in other groups */
        {"{apiVersion: v1, kind: Service, spec: {template: 5}}", ""},
        {"{apiVersion: batch.volcano.sh/v1, kind: Job, spec: {tasks: []}}", ""},
        {"{apiVersion: serving.knative.dev/v1, kind: Service, spec: {}}", ""},
        /* lists */
        {"{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, " SPEC "}, "
         "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: "
         "x}, " SPEC "}]}]}",
         "Pod/-/ Pod/-/x "},
        {"{apiVersion: v1, kind: PodList, items: [{metadata: {name: x}, " SPEC "}]}", "Pod/-/x "},
        {"{apiVersion: v1, kind: List, items: []}", ""},
        {"{apiVersion: v1, kind: List, items: null}", ""},
        /* documents */
        {"# a\n---\n---\n" POD CONTAINERS "---\n~\n---\n" POD CONTAINERS "...\n",
         "Pod/-/p Pod/-/p "},
        {"\xef\xbb\xbf" POD CONTAINERS, "Pod/-/p "},
        {"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\n\t\"spec\":{\"containers\":[{\"name\":\"a\"}]}"
         "}",
         "Pod/-/ "},
        /* JSON's own keys, that YAML would take for booleans */
        {"{apiVersion: v1, kind: Pod, on: 1, yes: 2, " SPEC "}", "Pod/-/ "},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_pods(texts[i][0], texts[i][1]);
}

/* Line, column and a part of the message. */
static void what_is_wrong_is_refused_where_it_is(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *message;
    } rows[] = {
        {"", 1, 1, "no object"},
        {"# x\n", 1, 1, "no object"},
        {"hello", 1, 1, "found a single value"},
        {"- a\n", 1, 1, "found a list"},
        {"a: b\n", 1, 1, "needs a 'kind'"},
        {"kind: Pod\n", 1, 1, "needs an 'apiVersion'"},
        {"apiVersion: v1\nkind: 5\n", 2, 7, "kind: a string is expected, '5' is a number"},
        {"apiVersion: v1\nkind: [Pod]\n", 2, 7, "found a list"},
        {"apiVersion: v1\nkind: Pod\n", 1, 1, "spec: a Pod needs it"},
        {"apiVersion: v1\nkind: Pod\nspec: null\n", 1, 1, "spec: a Pod needs it"},
        {"apiVersion: v1\nkind: Pod\nspec: 7\n", 3, 7, "spec: an object is expected"},
        {"apiVersion: apps/v1\nkind: Deployment\nspec:\n  x: 1\n", 4, 3,
         "spec.template: a Deployment"},
        {POD "  x: 1\n", 5, 3, "at least one container"},
        {POD "  containers: []\n", 5, 15, "at least one container"},
        {POD "  containers: {}\n", 5, 15, "spec.containers: a list is expected"},
        {POD "  containers: [5]\n", 5, 16, "spec.containers[0]: an object is expected"},
        {POD "  containers:\n  - name: a\n    image: 1.5\n", 7, 12, "spec.containers[0].image"},
        {POD "  containers:\n  - name: yes\n", 6, 11, "'yes' is a boolean"},
        {POD CONTAINERS "  hostPID: 'true'\n", 6, 12, "a boolean is expected, 'true' is a string"},
        {POD CONTAINERS "  hostPID: 1\n", 6, 12, "a boolean is expected"},
        {POD CONTAINERS "  hostPID: tRue\n", 6, 12, "'tRue' is a string"},
        {POD CONTAINERS "  hostPID: !x true\n", 6, 12, "its tag does not fit"},
        {POD CONTAINERS "  hostPID: !!int true\n", 6, 12, "its tag does not fit"},
        {POD CONTAINERS "  securityContext: []\n", 6, 20, "an object is expected"},
        {POD CONTAINERS "  securityContext: {runAsUser: '0'}\n", 6, 32, "a whole number"},
        {POD CONTAINERS "  securityContext: {runAsUser: 1.5}\n", 6, 32, "a whole number"},
        {POD CONTAINERS "  securityContext: {runAsUser: .inf}\n", 6, 32, "a whole number"},
        {POD CONTAINERS "  securityContext: {runAsUser: 9223372036854775808}\n", 6, 32, "whole"},
        {POD CONTAINERS "  securityContext: {sysctls: [{name: a, value: 1}]}\n", 6, 48, "a string"},
        {POD "  containers: [{name: a, ports: [{hostPort: 3000000000}]}]\n", 5, 45, "out of range"},
        {POD "  containers: [{name: a, resources: {limits: {memory: lots}}}]\n", 5, 55,
         "no quantity"},
        {POD "  containers: [{name: a, command: [5]}]\n", 5, 36, "a string is expected"},
        {POD CONTAINERS "  volumes: [{name: v, hostPath: /etc}]\n", 6, 33, "an object is expected"},
        {POD CONTAINERS "  volumes: [{name: v, emptyDir: {}, hostPath: {}}]\n", 6, 47,
         "volumes[0].hostPath: the volume has emptyDir already"},
        {"apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: 1}}\nspec: {containers: [{}]}\n",
         3, 29, "metadata.annotations.a: a string is expected"},
        {POD CONTAINERS "  <<: 5\n  hostPID: true\n", 6, 7, "'<<' takes a mapping"},
        {POD CONTAINERS "  hostPID: true\n  hostPID: true\n", 7, 3, "comes twice"},
        {POD CONTAINERS "  x: &a [*a]\n", 6, 10, "names no anchor"},
        {POD CONTAINERS "  x: [a\n", 7, 1, "not valid YAML"},
        {POD CONTAINERS "  x: \xff\n", 6, 6, "byte 0xff is not UTF-8"},
        {POD CONTAINERS "  x: \"a\\0\"\n", 6, 6, "NUL"},
        {POD CONTAINERS "  ? [a]\n  : b\n", 6, 5, "a key must be"},
        {"apiVersion: v1\nkind: List\nitems: {}\n", 3, 8, "items: a list is expected"},
        {"apiVersion: v1\nkind: List\nitems: [{a: b}]\n", 3, 9,
         "items[0]: an object of Kubernetes needs"},
        {POD CONTAINERS "---\n" POD "  containers: 5\n", 11, 15, "a list is expected"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct manifest_counts counts = {77, 77};
        struct error error = {0};
        struct seen seen = {0};
        int r = read_text(rows[i].text, &seen, &counts, &error);
        buf_done(&seen.names);
        if (r >= 0 || !strstr(error.message, rows[i].message) || error.line != rows[i].line ||
            error.column != rows[i].column)
            fail_msg("%zu: %s:%u:%u: %s, expected %u:%u: %s\n%s", i, error.file, error.line,
                     error.column, error.message, rows[i].line, rows[i].column, rows[i].message,
                     rows[i].text);
        assert_string_equal(error.file, "f.yaml");
        assert_int_equal(error.code, r);
        assert_int_equal(counts.pods, 77);
    }
}

/* Text that is small, and much once its aliases are followed. */
static void bombs_are_refused(void **state)
{
    _cleanup_buf_ struct buf text = {.max = 64 << 20};
    struct manifest_counts counts;
    struct error error = {0};
    struct seen seen = {0};

    buf_add_string(&text, POD CONTAINERS "  x0: &x0 [a, a, a, a, a, a, a, a, a]\n");
    for (int i = 1; i < 12; i++)
        buf_printf(&text, "  x%d: &x%d [*x%d, *x%d, *x%d, *x%d, *x%d, *x%d, *x%d]\n", i, i, i - 1,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_int_equal(read_text(text.data, &seen, &counts, &error), -E2BIG);
    assert_true(error.line > 5);
    assert_non_null(strstr(error.message, "YAML nodes"));

    buf_reset(&text);
    buf_add_string(&text, POD "  containers: [&c {name: a}");
    for (int i = 0; i < MANIFEST_CONTAINERS_MAX; i++)
        buf_add_string(&text, ", *c");
    buf_add_string(&text, "]\n");
    assert_int_equal(read_text(text.data, &seen, &counts, &error), -E2BIG);
    assert_non_null(strstr(error.message, "containers"));

    buf_reset(&text);
    buf_add_string(&text, POD CONTAINERS "  x: ");
    for (int i = 0; i < MANIFEST_DEPTH_MAX; i++)
        buf_add_char(&text, '[');
    assert_int_equal(read_text(text.data, &seen, &counts, &error), -E2BIG);
    assert_non_null(strstr(error.message, "nested"));

    /* mappings that are merged into mappings that are merged: looked through for each key */
    buf_reset(&text);
    buf_add_string(&text, POD CONTAINERS "  x0: &x0 {a: 1}\n");
    for (int i = 1; i < 16; i++)
        buf_printf(&text, "  x%d: &x%d {<<: [*x%d, *x%d]}\n", i, i, i - 1, i - 1);
    buf_add_string(&text, "  volumes: [");
    for (int i = 0; i < 4; i++)
        buf_add_string(&text, "{name: v, <<: *x15}, ");
    buf_add_string(&text, "]\n");
    int r = read_text(text.data, &seen, &counts, &error);
    assert_true(r == 0 || r == -E2BIG);

    buf_reset(&text);
    for (int i = 0; i < 1000001; i++)
        buf_add_char(&text, '\n');
    assert_int_equal(read_text(text.data, &seen, &counts, &error), -E2BIG);
    assert_int_equal(error.line, 1000000);

    buf_reset(&text);
    while (text.len <= MANIFEST_FILE_MAX)
        buf_add_string(&text, "# sixteen bytes.\n");
    assert_int_equal(read_text(text.data, &seen, &counts, &error), -EFBIG);
    assert_int_equal(error.line, 1);
    buf_done(&seen.names);
}

static const struct setting *pod_setting(const struct pod_config *pod, enum config_setting id)
{
    return &pod->settings[id];
}

static void look_at_merges(const struct pod_config *pod)
{
    const struct setting *pid = pod_setting(pod, CONFIG_HOST_PID);
    const struct setting *ipc = pod_setting(pod, CONFIG_HOST_IPC);

    /* what comes later wins, as kubectl's parser has it; of a list the first */
    assert_true(pid->flag);
    assert_false(ipc->flag);
    assert_true(pod_setting(pod, CONFIG_HOST_NETWORK)->flag);
    assert_int_equal(pid->evidence.line, 2);
    assert_string_equal(pid->evidence.field, "spec.hostPID");
}

static void merges_are_followed_in_order(void **state)
{
    struct manifest_counts counts;
    struct seen seen = {.look = look_at_merges};
    static const char text[] = "x:\n- &a {hostPID: true, hostIPC: true}\n- &b {hostPID: false, "
                               "hostNetwork: true}\napiVersion: v1\nkind: Pod\nspec:\n"
                               "  hostPID: false\n  <<: [*a, *b]\n  hostIPC: false\n" CONTAINERS;

    assert_int_equal(read_text(text, &seen, &counts, NULL), 0);
    buf_done(&seen.names);
}

static void look_at_all(const struct pod_config *pod)
{
    const struct container_config *first = pod->containers[0], *second = pod->containers[1];

    assert_int_equal(pod->container_count, 2);
    assert_int_equal(first->kind, CONTAINER_INIT);
    assert_int_equal(second->kind, CONTAINER_REGULAR);
    assert_int_equal(second->settings[CONFIG_MEMORY_LIMIT].number, 256 << 20);
    assert_int_equal(second->settings[CONFIG_CPU_QUOTA].number, 50000);
    assert_string_equal(second->settings[CONFIG_IMAGE_DIGEST].text, "sha256:00");
    assert_int_equal(second->mounts.count, 1);
    assert_true(second->mounts.items[0].host_path);
    assert_string_equal(second->mounts.items[0].source, "/var/run");
    assert_string_equal(second->mounts.items[0].propagation, "rshared");
    assert_true(second->mounts.items[0].read_only);
    assert_string_equal(second->environment.items[0].name, "KEY");
    assert_null(second->environment.items[0].evidence.text);
    assert_int_equal(second->settings[CONFIG_READ_ONLY_ROOT].presence, PRESENCE_SET);
    assert_int_equal(first->settings[CONFIG_READ_ONLY_ROOT].presence, PRESENCE_UNSET);
    /* inherited */
    assert_int_equal(container_setting(first, CONFIG_UID)->number, 7);
    assert_int_equal(container_setting(second, CONFIG_UID)->number, 8);
    assert_int_equal(container_setting(first, CONFIG_PRIVILEGED)->presence, PRESENCE_UNSET);
    assert_string_equal(pod_setting(pod, CONFIG_SERVICE_ACCOUNT)->text, "robot");
    assert_false(pod_setting(pod, CONFIG_SERVICE_ACCOUNT_TOKEN)->flag);
}

static void settings_are_read(void **state)
{
    static const char text[] =
        POD "  serviceAccountName: robot\n  automountServiceAccountToken: no\n"
            "  securityContext: {runAsUser: 7}\n"
            "  volumes: [{name: v, hostPath: {path: /var/run}}]\n"
            "  initContainers: [{name: i}]\n"
            "  containers:\n  - name: a\n    image: reg/x@sha256:00\n"
            "    env: [{name: KEY, value: secret}]\n"
            "    resources: {limits: {memory: 256Mi, cpu: 500m}}\n"
            "    volumeMounts: [{name: v, mountPath: /host, readOnly: true, "
            "mountPropagation: Bidirectional}]\n"
            "    securityContext: {runAsUser: 8, readOnlyRootFilesystem: true}\n";
    struct manifest_counts counts;
    struct error error = {0};
    struct seen seen = {.look = look_at_all};

    if (read_text(text, &seen, &counts, &error) < 0)
        fail_msg("%u:%u: %s", error.line, error.column, error.message);
    buf_done(&seen.names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_pod),
        cmocka_unit_test(what_is_wrong_is_refused_where_it_is),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(merges_are_followed_in_order),
        cmocka_unit_test(settings_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
