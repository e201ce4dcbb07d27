/* SPDX-License-Identifier: Apache-2.0 */
#include "world/cgroup_path.h"

#include <string.h>

enum id_kind {
    ID_HEX,  /* 64 lowercase hexadecimal digits */
    ID_TASK, /* Fargate's: 32 hexadecimal digits, '-', decimal digits */
    ID_NAME, /* what runc and crun take for an id: [A-Za-z0-9_+.-]+ */
};

enum verdict { CONTAINER, NO_CONTAINER };

/*
 * A row matches one component of the path: PREFIX, an id, SUFFIX; below a component that starts
 * with PARENT, if one is given. The first row that matches decides.
 */
struct rule {
    const char *parent;
    const char *prefix, *suffix;
    enum id_kind id;
    enum verdict verdict;
    enum container_runtime runtime;
};

static const struct rule rules[] = {
    /* monitors of containers, which live beside them: conmon's --cgroup under systemd */
    {NULL, "crio-conmon-", ".scope", ID_HEX, NO_CONTAINER, RUNTIME_CRIO},
    {NULL, "crio-conmon-", "", ID_HEX, NO_CONTAINER, RUNTIME_CRIO},
    {NULL, "libpod-conmon-", ".scope", ID_HEX, NO_CONTAINER, RUNTIME_PODMAN},
    /* podman 4.3, cgroupfs: a pod's own cgroup, /libpod_parent/POD/libpod-ID */
    {"libpod_parent", "", "", ID_HEX, NO_CONTAINER, RUNTIME_PODMAN},
    /* LXC's systems are no application containers, whatever their name */
    {"lxc", "", "", ID_NAME, NO_CONTAINER, RUNTIME_UNKNOWN},

    /* systemd driver: SLICE:PREFIX:ID makes SLICE/PREFIX-ID.scope (runc, libcontainer's
     * documentation of cgroupsPath); the prefixes are each runtime's own */
    {NULL, "docker-", ".scope", ID_HEX, CONTAINER, RUNTIME_DOCKER},
    {NULL, "cri-containerd-", ".scope", ID_HEX, CONTAINER, RUNTIME_CONTAINERD},
    {NULL, "nerdctl-", ".scope", ID_HEX, CONTAINER, RUNTIME_CONTAINERD},
    {NULL, "crio-", ".scope", ID_HEX, CONTAINER, RUNTIME_CRIO},
    {NULL, "libpod-", ".scope", ID_HEX, CONTAINER, RUNTIME_PODMAN},
    /* plain `runc --systemd-cgroup run ID`, `crun --systemd-cgroup run ID` */
    {NULL, "runc-", ".scope", ID_NAME, CONTAINER, RUNTIME_RUNC},
    {NULL, "crun-", ".scope", ID_NAME, CONTAINER, RUNTIME_CRUN},

    /* cgroupfs driver */
    {NULL, "libpod-payload-", "", ID_HEX, CONTAINER, RUNTIME_PODMAN}, /* --cgroups=split */
    {NULL, "libpod-", "", ID_HEX, CONTAINER, RUNTIME_PODMAN},         /* /libpod_parent/libpod-ID */
    {NULL, "crio-", "", ID_HEX, CONTAINER, RUNTIME_CRIO},  /* /kubepods/.../podUID/crio-ID */
    {"docker", "", "", ID_HEX, CONTAINER, RUNTIME_DOCKER}, /* /docker/ID, dockerd's default */
    {NULL, "", "", ID_TASK, CONTAINER, RUNTIME_UNKNOWN},   /* /ecs/TASK/TASK-NUMBER: Fargate */
    /* /kubepods/burstable/podUID/ID (containerd, dockershim), /ecs/TASK/ID, /NAMESPACE/ID
     * (nerdctl), docker --cgroup-parent: a 64-digit id tells the container, not who made it */
    {NULL, "", "", ID_HEX, CONTAINER, RUNTIME_UNKNOWN},
};

/* runtimes that were given SLICE:PREFIX:ID but use cgroupfs make it one component's name */
static const struct {
    const char *prefix;
    enum container_runtime runtime;
} colon_prefixes[] = {
    {"cri-containerd", RUNTIME_CONTAINERD},
    {"docker", RUNTIME_DOCKER},
    {"nerdctl", RUNTIME_CONTAINERD},
    {"crio", RUNTIME_CRIO},
    {"libpod", RUNTIME_PODMAN},
};

struct span {
    const char *data;
    size_t len;
};

static bool is_hex(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((data[i] >= '0' && data[i] <= '9') || (data[i] >= 'a' && data[i] <= 'f')))
            return false;
    return true;
}

static bool is_name(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((data[i] >= '0' && data[i] <= '9') || (data[i] >= 'a' && data[i] <= 'z') ||
              (data[i] >= 'A' && data[i] <= 'Z') || strchr("_+.-", data[i])))
            return false;
    return len > 0 && len < CONTAINER_ID_MAX;
}

static bool is_task(const char *data, size_t len)
{
    if (len < 34 || len > 32 + 1 + 20 || !is_hex(data, 32) || data[32] != '-')
        return false;
    for (size_t i = 33; i < len; i++)
        if (data[i] < '0' || data[i] > '9')
            return false;
    return true;
}

static bool is_id(enum id_kind kind, const char *data, size_t len)
{
    switch (kind) {
    case ID_HEX: return len == 64 && is_hex(data, len);
    case ID_TASK: return is_task(data, len);
    case ID_NAME: return is_name(data, len);
    }
    return false;
}

static bool starts_with(struct span span, const char *prefix)
{
    size_t len = strlen(prefix);

    return span.len >= len && !memcmp(span.data, prefix, len);
}

static bool rule_matches(const struct rule *rule, struct span parent, struct span component,
                         struct span *ret_id)
{
    size_t prefix = strlen(rule->prefix), suffix = strlen(rule->suffix);

    if (component.len <= prefix + suffix || !starts_with(component, rule->prefix) ||
        memcmp(component.data + component.len - suffix, rule->suffix, suffix))
        return false;
    if (rule->parent && (parent.len != strlen(rule->parent) || !starts_with(parent, rule->parent)))
        return false;
    *ret_id = (struct span){component.data + prefix, component.len - prefix - suffix};
    return is_id(rule->id, ret_id->data, ret_id->len);
}

static bool colons_match(struct span component, struct span *ret_id,
                         enum container_runtime *ret_runtime)
{
    const char *first = memchr(component.data, ':', component.len);

    if (!first)
        return false;
    struct span rest = {first + 1, component.len - (size_t)(first + 1 - component.data)};
    for (size_t i = 0; i < sizeof(colon_prefixes) / sizeof(*colon_prefixes); i++) {
        size_t len = strlen(colon_prefixes[i].prefix);
        if (!starts_with(rest, colon_prefixes[i].prefix) || rest.len == len ||
            rest.data[len] != ':')
            continue;
        *ret_id = (struct span){rest.data + len + 1, rest.len - len - 1};
        *ret_runtime = colon_prefixes[i].runtime;
        return is_id(ID_HEX, ret_id->data, ret_id->len);
    }
    return false;
}

/* 1: a container, 0: certainly none, -1: the component tells nothing. */
static int judge(struct span parent, struct span component, struct cgroup_container *container)
{
    struct span id;
    enum verdict verdict = CONTAINER;
    enum container_runtime runtime;
    bool found = colons_match(component, &id, &runtime);

    for (size_t i = 0; !found && i < sizeof(rules) / sizeof(*rules); i++) {
        found = rule_matches(&rules[i], parent, component, &id);
        verdict = rules[i].verdict;
        runtime = rules[i].runtime;
    }
    if (!found)
        return -1;
    if (verdict == NO_CONTAINER)
        return 0;
    container->runtime = runtime;
    memcpy(container->id, id.data, id.len);
    container->id[id.len] = '\0';
    return 1;
}

static struct span last_component(const char *path, size_t *len)
{
    while (*len && path[*len - 1] == '/')
        (*len)--;
    size_t start = *len;
    while (start && path[start - 1] != '/')
        start--;
    struct span component = {path + start, *len - start};
    *len = start;
    return component;
}

bool cgroup_path_container(const char *path, struct cgroup_container *ret_container)
{
    size_t len = strlen(path);
    struct cgroup_container container;

    struct span component = last_component(path, &len);
    while (component.len) {
        struct span parent = last_component(path, &len);
        int r = judge(parent, component, &container);
        if (r >= 0) {
            if (r)
                *ret_container = container;
            return r;
        }
        component = parent;
    }
    return false;
}
