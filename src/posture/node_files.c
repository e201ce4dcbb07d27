/* SPDX-License-Identifier: Apache-2.0 */
/* Owners and modes of the files of runtimes and of Kubernetes. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "posture/kernel_internal.h"
#include "posture/node_internal.h"
#include "world/root_file.h"
#include "world/scan.h"

#define FILES_MAX   4096
#define ENTRIES_MAX 4096

/* The last part of a path may be a pattern; a role may have several places. */
static const struct {
    const char *role, *path;
} places[] = {
    {"docker.service", "/usr/lib/systemd/system/docker.service"},
    {"docker.service", "/lib/systemd/system/docker.service"},
    {"docker.service", "/etc/systemd/system/docker.service"},
    {"docker.socket", "/usr/lib/systemd/system/docker.socket"},
    {"docker.socket", "/lib/systemd/system/docker.socket"},
    {"docker.socket", "/etc/systemd/system/docker.socket"},
    {"docker.directory", "/etc/docker"},
    {"docker.registry", "/etc/docker/certs.d/*/*.crt"},
    {"docker.sock", "/run/docker.sock"},
    {"daemon.json", "/etc/docker/daemon.json"},
    {"docker.default", "/etc/default/docker"},
    {"docker.sysconfig", "/etc/sysconfig/docker"},
    {"containerd.sock", "/run/containerd/containerd.sock"},
    {"kubelet.service", "/etc/systemd/system/kubelet.service.d/*.conf"},
    {"kubelet.service", "/usr/lib/systemd/system/kubelet.service.d/*.conf"},
    {"kubelet.service", "/usr/lib/systemd/system/kubelet.service"},
    {"kubelet.service", "/etc/systemd/system/kubelet.service"},
    {"kubelet.conf", "/etc/kubernetes/kubelet.conf"},
    {"kubelet.config", "/var/lib/kubelet/config.yaml"},
    {"proxy.kubeconfig", "/var/lib/kube-proxy/kubeconfig.conf"},
    {"kube-apiserver.yaml", "/etc/kubernetes/manifests/kube-apiserver.yaml"},
    {"kube-controller-manager.yaml", "/etc/kubernetes/manifests/kube-controller-manager.yaml"},
    {"kube-scheduler.yaml", "/etc/kubernetes/manifests/kube-scheduler.yaml"},
    {"etcd.yaml", "/etc/kubernetes/manifests/etcd.yaml"},
    {"cni.config", "/etc/cni/net.d/*.conf"},
    {"cni.config", "/etc/cni/net.d/*.conflist"},
    {"etcd.data", "/var/lib/etcd"},
    {"admin.conf", "/etc/kubernetes/admin.conf"},
    {"admin.conf", "/etc/kubernetes/super-admin.conf"},
    {"scheduler.conf", "/etc/kubernetes/scheduler.conf"},
    {"controller-manager.conf", "/etc/kubernetes/controller-manager.conf"},
    {"pki.directory", "/etc/kubernetes/pki"},
    {"pki.directory", "/etc/kubernetes/pki/etcd"},
    {"pki.certificate", "/etc/kubernetes/pki/*.crt"},
    {"pki.certificate", "/etc/kubernetes/pki/etcd/*.crt"},
    {"pki.key", "/etc/kubernetes/pki/*.key"},
    {"pki.key", "/etc/kubernetes/pki/etcd/*.key"},
};

/* Files that options name; those that are the same as above are told once. */
static const struct {
    const char *role, *component, *flag, *key;
} named[] = {
    {"docker.ca", "dockerd", "tlscacert", NULL},
    {"docker.certificate", "dockerd", "tlscert", NULL},
    {"docker.key", "dockerd", "tlskey", NULL},
    {"daemon.json", "dockerd", "config-file", NULL},
    {"kubelet.conf", "kubelet", "kubeconfig", NULL},
    {"kubelet.config", "kubelet", "config", NULL},
    {"kubelet.ca", "kubelet", "client-ca-file", "authentication.x509.clientCAFile"},
    {"proxy.kubeconfig", "kube-proxy", "kubeconfig", NULL},
    {"scheduler.conf", "kube-scheduler", "kubeconfig", NULL},
    {"controller-manager.conf", "kube-controller-manager", "kubeconfig", NULL},
    {"etcd.data", "etcd", "data-dir", NULL},
};

static const struct {
    const char *fact, *file, *name;
} ids[] = {
    {"gid.docker", "etc/group", "docker"},
    {"uid.etcd", "etc/passwd", "etcd"},
    {"gid.etcd", "etc/group", "etcd"},
};

static bool is_known(const struct node_config *node, const char *role, const char *path)
{
    for (size_t i = 0; i < node->files.count; i++)
        if (!strcmp(node->files.items[i].component, role) &&
            !strcmp(node->files.items[i].path, path))
            return true;
    return false;
}

/* A file that is not there is no entry; one that can't be looked at is unknown. */
static int add_file(struct node_reader *reader, const char *role, const char *path)
{
    _cleanup_close_ int fd = root_open(reader->root_fd, path, O_PATH);
    struct stat st = {0};

    if (fd == -ENOENT || fd == -ENOTDIR || reader->node->files.count == FILES_MAX ||
        is_known(reader->node, role, path))
        return 0;
    int error = fd < 0 ? fd : fstat(fd, &st) < 0 ? -errno : 0;
    struct node_file *file = config_list_add(reader->arena, &reader->node->files);
    if (!file)
        return -ENOMEM;
    *file = (struct node_file){
        .component = role,
        .path = kernel_text(reader->arena, "%s", path),
        .presence = error < 0 ? PRESENCE_UNKNOWN : PRESENCE_SET,
        .mode = st.st_mode,
        .uid = st.st_uid,
        .gid = st.st_gid,
    };
    file->evidence = (struct evidence){
        .source = SOURCE_NODE,
        .file = file->path,
        .text = error < 0 ? kernel_text(reader->arena, "%s", strerror(-error))
                          : kernel_text(reader->arena, "mode %04o, owner %u:%u", st.st_mode & 07777,
                                        st.st_uid, st.st_gid),
    };
    return file->path ? 0 : -ENOMEM;
}

static int add_matching(struct node_reader *reader, const char *role, const char *path);

struct pattern_search {
    struct node_reader *reader;
    const char *role;
    const char *directory, *pattern, *end; /* "/etc/docker/certs.d/", "*", "/x" */
};

static int add_entry(void *data, int dir_fd, const char *name)
{
    const struct pattern_search *search = data;
    _cleanup_free_ char *below = NULL;

    if (*name == '.' || strchr(name, '*') || fnmatch(search->pattern, name, 0) != 0)
        return 0;
    if (asprintf(&below, "%s%s%s", search->directory, name, search->end) < 0) {
        below = NULL;
        return -ENOMEM;
    }
    return add_matching(search->reader, search->role, below);
}

/* Each entry of the directory in front of the first pattern. */
static int add_pattern(struct node_reader *reader, const char *role, const char *path,
                       const char *star)
{
    const char *start = star;
    while (start[-1] != '/')
        start--;
    const char *end = strchrnul(star, '/');
    _cleanup_free_ char *directory = strndup(path, (size_t)(start - path));
    _cleanup_free_ char *pattern = strndup(start, (size_t)(end - start));
    struct pattern_search search = {reader, role, directory, pattern, end};

    if (!directory || !pattern)
        return -ENOMEM;
    return directory_visit(root_open(reader->root_fd, directory, O_RDONLY | O_DIRECTORY),
                           ENTRIES_MAX, add_entry, &search);
}

static int add_matching(struct node_reader *reader, const char *role, const char *path)
{
    const char *star = strchr(path, '*');

    return star ? add_pattern(reader, role, path, star) : add_file(reader, role, path);
}

/* "name:x:ID:...": the third field of the line that begins with the name. */
static int add_id(struct node_reader *reader, const char *fact, const char *file, const char *name)
{
    _cleanup_free_ char *text = NULL;
    size_t len = strlen(name);

    if (root_read(reader->root_fd, file, NODE_FILE_MAX, &text, NULL) < 0)
        return 0;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        if (strncmp(line, name, len) != 0 || line[len] != ':')
            continue;
        const char *at = strchr(line + len + 1, ':');
        char number[16];
        uint32_t id;
        if (!at)
            return 0;
        at++;
        if (!scan_u32(&at, &id))
            return 0;
        snprintf(number, sizeof(number), "%u", id);
        return node_add_fact(reader, fact, number,
                             (struct evidence){.source = SOURCE_NODE, .file = file});
    }
    return 0;
}

/* podman has such files too, and they are nothing to Kubernetes. */
static bool is_wanted(const struct node_config *node, const char *role)
{
    return strcmp(role, "cni.config") != 0 || node_has_component(node, "kubelet");
}

int node_read_files(struct node_reader *reader)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < sizeof(ids) / sizeof(*ids); i++)
        r = add_id(reader, ids[i].fact, ids[i].file, ids[i].name);
    for (size_t i = 0; r >= 0 && i < sizeof(named) / sizeof(*named); i++) {
        const struct node_option *option =
            node_option(reader->node, named[i].component, named[i].flag, named[i].key);
        if (option && *option->value == '/')
            r = add_file(reader, named[i].role, option->value);
    }
    for (size_t i = 0; r >= 0 && i < sizeof(places) / sizeof(*places); i++)
        if (is_wanted(reader->node, places[i].role))
            r = add_matching(reader, places[i].role, places[i].path);
    return r;
}
