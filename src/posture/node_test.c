/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "posture/check.h"
#include "world/tree_testing.h"

/* Words with a blank between them become a command line. */
static void run_process(struct tree *tree, unsigned pid, const char *words)
{
    char name[64];
    char *text = strdup(words);
    FILE *file;

    snprintf(name, sizeof(name), "proc/%u/cmdline", pid);
    file = fopen(tree_path(tree, name), "we");
    assert_non_null(file);
    size_t len = strlen(text) + 1;
    for (char *at = text; (at = strchr(at, ' '));)
        *at++ = '\0';
    if (file) {
        assert_int_equal(fwrite(text, 1, len, file), len);
        fclose(file);
    }
    free(text);
}

static enum verdict ask(const struct node_config *node, const char *id, char *why, size_t size)
{
    const struct check *check = check_find(id);
    struct check_options options = {0};
    struct check_run run;

    assert_non_null(check);
    struct subject subject = {
        .kind = check->subject, .source = SOURCE_NODE, .name = "node", .node = node};
    struct arena arena = {0};
    check_evaluate(check, &subject, &options, &arena, &run);
    assert_true(run.answered);
    snprintf(why, size, "%s:%u: %s",
             run.note_count && run.notes[0].evidence.file ? run.notes[0].evidence.file : "",
             run.note_count ? run.notes[0].evidence.line : 0,
             run.note_count ? run.notes[0].text : "");
    arena_done(&arena);
    return run.verdict;
}

struct expected {
    const char *id;
    enum verdict verdict;
    const char *why; /* its beginning */
};

static void check_all(struct tree *tree, const struct expected *expected)
{
    struct arena arena = {0};
    struct node_config node;
    char why[512];

    assert_int_equal(node_read(tree->root, &arena, &node), 0);
    for (; expected->id; expected++) {
        enum verdict verdict = ask(&node, expected->id, why, sizeof(why));
        if (verdict != expected->verdict || strncmp(why, expected->why, strlen(expected->why)) != 0)
            fail_msg("%s: %s, %s", expected->id, verdict_name(verdict), why);
    }
    arena_done(&arena);
}

#define F VERDICT_FAIL
#define P VERDICT_PASS
#define N VERDICT_NOT_APPLICABLE
#define U VERDICT_UNKNOWN

/* Nothing runs: a file of settings alone is nobody's. */
static void test_nothing(void **state)
{
    static const struct expected expected[] = {
        {"CIS-DOCKER-2.2", N, ""},
        {"CIS-DOCKER-2.7", N, ""},
        {"CIS-DOCKER-3.15", N, ""},
        {"CIS-KUBERNETES-1.2.1", N, ""},
        {"CIS-KUBERNETES-4.2.1", N, ""},
        {"CIS-KUBERNETES-1.1.13", N, ""},
        {"CIS-DOCKER-3.17", F, "/etc/docker/daemon.json:0"},
        {NULL},
    };
    struct tree tree;

    tree_make(&tree);
    tree_write(&tree, "etc/docker/daemon.json", "{\"icc\": true}", 1);
    assert_int_equal(chown(tree_path(&tree, "etc/docker/daemon.json"), 1, 1) < 0 && getuid() == 0,
                     0);
    if (getuid() == 0)
        check_all(&tree, expected);
    tree_remove(&tree);
}

static void test_docker(void **state)
{
    static const struct expected expected[] = {
        {"CIS-DOCKER-2.1", F, ""},
        {"CIS-DOCKER-2.2", P, "/etc/docker/daemon.json:2: icc is 'false'"},
        {"CIS-DOCKER-2.3", F, "/proc/7/cmdline:0: log-level is 'debug'"},
        {"CIS-DOCKER-2.4", P, ""},
        {"CIS-DOCKER-2.5", F, "/etc/docker/daemon.json:3: "},
        {"CIS-DOCKER-2.7", F, "/proc/7/cmdline:0: it listens at tcp://0.0.0.0:2375 without"},
        {"CIS-DOCKER-2.8", P, "/etc/docker/daemon.json:4: "},
        {"CIS-DOCKER-2.9", F, ""},
        {"CIS-DOCKER-2.14", P, "/proc/7/cmdline:0: no-new-privileges is 'true'"},
        {"CIS-DOCKER-2.16", F, ""},
        {"CIS-DOCKER-3.18", F, "/etc/docker/daemon.json:0: /etc/docker/daemon.json has mode 0666"},
        {"CIS-DOCKER-3.6", P, "/etc/docker:0: /etc/docker has mode 0700"},
        {NULL},
    };
    struct tree tree;

    tree_make(&tree);
    run_process(&tree, 7,
                "/usr/bin/dockerd -H tcp://0.0.0.0:2375 --log-level debug --no-new-privileges");
    tree_write(&tree, "etc/docker/daemon.json",
               "{\n \"icc\": false,\n \"insecure-registries\": [\"10.0.0.1:5000\"],\n"
               " \"default-ulimits\": {\"nofile\": {\"Hard\": 64000}}\n}\n",
               1);
    assert_int_equal(chmod(tree_path(&tree, "etc/docker/daemon.json"), 0666), 0);
    check_all(&tree, expected);
    tree_remove(&tree);
}

/* A file that can't be understood tells nothing, and that is not a pass. */
static void test_broken(void **state)
{
    static const struct expected expected[] = {
        {"CIS-DOCKER-2.2", U, "/etc/docker/daemon.json:0: "},
        {"CIS-KUBERNETES-4.2.1", U, "/var/lib/kubelet/config.yaml:0: "},
        {"CIS-KUBERNETES-4.2.4", F, "/proc/8/cmdline:0: read-only-port is '10255'"},
        {NULL},
    };
    struct tree tree;

    tree_make(&tree);
    run_process(&tree, 7, "dockerd");
    run_process(&tree, 8, "/usr/bin/kubelet --read-only-port=10255");
    tree_write(&tree, "etc/docker/daemon.json", "{\"icc\": fal", 1);
    tree_write(&tree, "var/lib/kubelet/config.yaml", "a: 1\na: 2\n", 1);
    check_all(&tree, expected);
    tree_remove(&tree);
}

static void test_kubelet(void **state)
{
    static const struct expected expected[] = {
        {"CIS-KUBERNETES-4.2.1", P, "/etc/kubelet.yaml:3: "},
        {"CIS-KUBERNETES-4.2.2", F, "/proc/8/cmdline:0: authorization-mode is 'AlwaysAllow'"},
        {"CIS-KUBERNETES-4.2.3", P, "/etc/kubelet.yaml:5: "},
        {"CIS-KUBERNETES-4.2.4", F, "/etc/kubelet.yaml:8: readOnlyPort"},
        {"CIS-KUBERNETES-4.2.9", F, ""},
        {"CIS-KUBERNETES-4.2.11", F, "/etc/kubelet.yaml:10: "},
        {"CIS-KUBERNETES-4.2.14", F, ""},
        {"CIS-KUBERNETES-4.1.7", P, "/etc/ca.crt:0: "},
        {"CIS-KUBERNETES-4.1.9", F, "/etc/kubelet.yaml:0: "},
        {NULL},
    };
    struct tree tree;

    tree_make(&tree);
    run_process(&tree, 8,
                "/usr/bin/kubelet --config=/etc/kubelet.yaml --authorization-mode=AlwaysAllow");
    tree_write(&tree, "etc/ca.crt", "x", 1);
    tree_write(&tree, "etc/kubelet.yaml",
               "authentication:\n  anonymous:\n    enabled: false\n  x509:\n"
               "    clientCAFile: /etc/ca.crt\nauthorization:\n  mode: Webhook\n"
               "readOnlyPort: 10255\nfeatureGates:\n  RotateKubeletServerCertificate: false\n",
               1);
    assert_int_equal(chmod(tree_path(&tree, "etc/kubelet.yaml"), 0644), 0);
    check_all(&tree, expected);
    tree_remove(&tree);
}

static void test_control_plane(void **state)
{
    static const struct expected expected[] = {
        {"CIS-KUBERNETES-1.2.1", F, ""},
        {"CIS-KUBERNETES-1.2.2", P, ""},
        {"CIS-KUBERNETES-1.2.6", P, "/etc/kubernetes/manifests/kube-apiserver.yaml:10: "},
        {"CIS-KUBERNETES-1.2.7", P, ""},
        {"CIS-KUBERNETES-1.2.8", P, ""},
        {"CIS-KUBERNETES-1.2.14", F, ""},
        {"CIS-KUBERNETES-1.2.17", F, "/etc/kubernetes/manifests/kube-apiserver.yaml:11: "},
        {"CIS-KUBERNETES-2.2", N, ""},
        {"CIS-KUBERNETES-1.1.1", F, ""},
        {"CIS-KUBERNETES-1.1.21", F, "/etc/kubernetes/pki/ca.key:0: "},
        {"CIS-KUBERNETES-1.1.20", P, "/etc/kubernetes/pki/ca.crt:0: "},
        {NULL},
    };
    struct tree tree;

    tree_make(&tree);
    tree_write(&tree, "etc/kubernetes/manifests/kube-apiserver.yaml",
               "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-apiserver\nspec:\n"
               "  containers:\n  - name: kube-apiserver\n    command:\n    - kube-apiserver\n"
               "    - --authorization-mode=Node,RBAC\n    - --audit-log-maxage=7\n",
               1);
    tree_write(&tree, "etc/kubernetes/pki/ca.crt", "x", 1);
    tree_write(&tree, "etc/kubernetes/pki/ca.key", "x", 1);
    assert_int_equal(chmod(tree_path(&tree, "etc/kubernetes/manifests/kube-apiserver.yaml"), 0644),
                     0);
    assert_int_equal(chmod(tree_path(&tree, "etc/kubernetes/pki/ca.key"), 0640), 0);
    check_all(&tree, expected);
    tree_remove(&tree);
}

/* The words of a static pod's container, however they are shared out. */
static void test_static_pods(void **state)
{
    static const struct {
        const char *container, *why; /* of check 1.3.2, profiling */
        enum verdict verdict;
    } rows[] = {
        {"command: [kube-controller-manager, --profiling=false]", "x.yaml:6: ", P},
        {"command: [/usr/local/bin/kube-controller-manager], args: [--profiling=false]",
         "x.yaml:6: profiling is 'false'", P},
        {"command: [kube-controller-manager, --profiling], args: ['false']", "x.yaml:6: ", P},
        {"command: [kube-controller-manager, --profiling=false], args: [--profiling=true]",
         "x.yaml:6: profiling is 'true'", F},
        {"args: [kube-controller-manager, --profiling=false]", "x.yaml:6: ", P},
        {"image: 'k.example:5000/kube-controller-manager:v1.30@sha256:00', args: "
         "[--profiling=false]",
         "x.yaml:6: ", P},
        {"image: x, name: kube-controller-manager, args: [--profiling=false]", "x.yaml:6: ", P},
        {"image: kube-controller-manager, command: [], args: null", "", F},
        {"command: [/go-runner, --log-file=/l, --also-stdout, /bin/kube-controller-manager], "
         "args: [--profiling=false]",
         "x.yaml:6: ", P},
        {"name: kube-controller-manager, command: [/bin/sh, -c, kube-controller-manager]",
         "x.yaml:0: the configuration of kube-controller-manager: the command '/bin/sh' ", U},
        {"image: x, args: [--profiling=false]", "", N},
        {"image: kube-controller-manager, command: [sleep], args: [--profiling=false]",
         "x.yaml:0: ", U},
        {"command: [sleep, kube-controller-manager], args: [--profiling=false]", "", N},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *file = *rows[i].why ? "/etc/kubernetes/manifests/" : "";
        char text[512], why[300];
        struct tree tree;
        tree_make(&tree);
        snprintf(text, sizeof(text),
                 "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n"
                 "  - {%s}\n",
                 rows[i].container);
        snprintf(why, sizeof(why), "%s%s", file, rows[i].why);
        tree_write(&tree, "etc/kubernetes/manifests/x.yaml", text, 1);
        const struct expected expected[] = {{"CIS-KUBERNETES-1.3.2", rows[i].verdict, why}, {NULL}};
        check_all(&tree, expected);
        tree_remove(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),       cmocka_unit_test(test_docker),
        cmocka_unit_test(test_broken),        cmocka_unit_test(test_kubelet),
        cmocka_unit_test(test_control_plane), cmocka_unit_test(test_static_pods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
