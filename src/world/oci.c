/* SPDX-License-Identifier: Apache-2.0 */
#include "world/oci.h"

#include <string.h>

#include "base/buf.h"
#include "event/names.h"
#include "world/json_get.h"

/* Annotations that hold an image's name, the better ones first. */
static const char *const image_annotations[] = {
    "io.kubernetes.cri.image-name",      /* containerd CRI */
    "io.kubernetes.cri-o.ImageName",     /* CRI-O */
    "org.opencontainers.image.ref.name", /* OCI image-spec, annotations.md; `runc spec` users */
    "org.opencontainers.image.title",
};

static uint64_t capability(const char *name)
{
    const char *known;

    for (unsigned i = 0; i < 64 && (known = names_capability(i)); i++)
        if (!strcmp(known, name))
            return 1ull << i;
    return 0;
}

uint64_t oci_capabilities(const json_t *names)
{
    uint64_t set = 0;
    size_t i;
    json_t *item;

    json_array_foreach (names, i, item) {
        if (json_is_string(item))
            set |= capability(json_string_value(item));
    }
    return set;
}

static void apply_capabilities(const json_t *config, struct container_facts *facts)
{
    const json_t *bounding = json_at(config, "process/capabilities/bounding");

    if (!json_is_array(bounding) || facts->bounding_known)
        return;
    facts->bounding |= oci_capabilities(bounding);
    facts->bounding_known = true;
}

/* As runtimes take it: a profile without a default action is none. */
static void apply_restrictions(const json_t *config, struct container_facts *facts)
{
    const char *action = json_text(config, "linux/seccomp/defaultAction");
    const char *profile = json_text(config, "process/apparmorProfile");

    if (action && *action)
        facts->flags |= CONTAINER_FLAG_SECCOMP;
    if (json_is_true(json_at(config, "process/noNewPrivileges")))
        facts->flags |= CONTAINER_FLAG_NO_NEW_PRIVS;
    if (profile && *profile && strcmp(profile, "unconfined") != 0)
        facts->flags |= CONTAINER_FLAG_APPARMOR;
}

bool oci_allows_all_devices(const json_t *config)
{
    bool all = true; /* no rules: no limit */
    size_t i;
    json_t *rule;

    json_array_foreach (json_at(config, "linux/resources/devices"), i, rule) {
        const char *type = json_text(rule, "type"), *access = json_text(rule, "access");
        const json_t *major = json_at(rule, "major"), *minor = json_at(rule, "minor");
        if (type && *type && strcmp(type, "a"))
            continue;
        if ((json_is_integer(major) && json_integer_value(major) >= 0) ||
            (json_is_integer(minor) && json_integer_value(minor) >= 0))
            continue;
        if (access && (!strchr(access, 'r') || !strchr(access, 'w')))
            continue;
        all = json_is_true(json_at(rule, "allow"));
    }
    return all;
}

/* Whether the container shares the host's namespace of this type. */
static bool shares_namespace(const json_t *config, const char *wanted)
{
    const json_t *namespaces = json_at(config, "linux/namespaces");
    size_t i;
    json_t *item;

    if (!json_is_array(namespaces))
        return false;
    json_array_foreach (namespaces, i, item) {
        const char *type = json_text(item, "type"), *path = json_text(item, "path");
        if (type && !strcmp(type, wanted))
            return path && !strncmp(path, "/proc/1/ns/", strlen("/proc/1/ns/"));
    }
    return true;
}

static void apply_flags(const json_t *config, struct container_facts *facts)
{
    static const struct {
        const char *type;
        uint32_t flag;
    } namespaces[] = {
        {"pid", CONTAINER_FLAG_HOST_PID},
        {"network", CONTAINER_FLAG_HOST_NETWORK},
        {"ipc", CONTAINER_FLAG_HOST_IPC},
    };

    for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++)
        if (shares_namespace(config, namespaces[i].type))
            facts->flags |= namespaces[i].flag;
    uint64_t full = OCI_CAPABILITIES_FULL & facts->host_bounding;
    if (facts->bounding_known && (facts->bounding & full) == full &&
        !json_is_object(json_at(config, "linux/seccomp")) && oci_allows_all_devices(config))
        facts->flags |= CONTAINER_FLAG_PRIVILEGED;
}

bool oci_is_propagation(const char *option)
{
    static const char *const names[] = {"private", "rprivate", "shared",     "rshared",
                                        "slave",   "rslave",   "unbindable", "runbindable"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strcmp(names[i], option))
            return true;
    return false;
}

/* Only what is bound in from outside: every container has its own /proc, /dev and so on. */
static void apply_mount(const json_t *mount, struct container_facts *facts)
{
    const char *source = json_text(mount, "source"), *type = json_text(mount, "type");
    const char *destination = json_text(mount, "destination"), *propagation = "";
    bool bind = type && !strcmp(type, "bind"), writable = true;
    size_t i;
    json_t *item;

    json_array_foreach (json_at(mount, "options"), i, item) {
        const char *option = json_string_value(item);
        if (!option)
            continue;
        if (!strcmp(option, "bind") || !strcmp(option, "rbind"))
            bind = true;
        else if (!strcmp(option, "ro") || !strcmp(option, "rw"))
            writable = option[1] == 'w';
        else if (oci_is_propagation(option))
            propagation = option;
    }
    if (!bind || !source || !destination)
        return;

    _cleanup_buf_ struct buf line = {.max = 2 * FACT_TEXT_BYTES};
    if (buf_printf(&line, "%s:%s:%s:%s:%s", source, destination, writable ? "" : "ro",
                   writable ? "true" : "false", propagation) == 0)
        container_facts_add(facts, FACT_MOUNTS, line.data);
    else
        facts->truncated[FACT_MOUNTS] = true;
}

static void apply_strings(const json_t *array, enum fact_list which, struct container_facts *facts)
{
    size_t i;
    json_t *item;

    if (facts->lists[which].len)
        return;
    json_array_foreach (array, i, item) {
        const char *string = json_string_value(item);
        if (string)
            container_facts_add(facts, which, string);
    }
}

static void apply_user(const json_t *config, struct container_facts *facts)
{
    const json_t *uid = json_at(config, "process/user/uid");
    const json_t *gid = json_at(config, "process/user/gid");
    char text[64];

    container_facts_text(facts, FACT_USER, json_text(config, "process/user/username"));
    if (!json_is_integer(uid))
        return;
    if (json_is_integer(gid) && json_integer_value(gid))
        snprintf(text, sizeof(text), "%lld:%lld", (long long)json_integer_value(uid),
                 (long long)json_integer_value(gid));
    else
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(uid));
    container_facts_text(facts, FACT_USER, text);
}

/* A relative root is below the bundle. */
static void apply_root(const json_t *config, struct container_facts *facts)
{
    const char *root = json_text(config, "root/path"), *bundle = facts->text[FACT_BUNDLE];
    _cleanup_buf_ struct buf path = {.max = FACT_TEXT_BYTES};

    if (!root || !*root)
        return;
    if (*root == '/')
        container_facts_text(facts, FACT_ROOTFS, root);
    else if (bundle && buf_printf(&path, "%s/%s", bundle, root) == 0)
        container_facts_text(facts, FACT_ROOTFS, path.data);
}

void oci_apply(const json_t *config, struct container_facts *facts)
{
    apply_root(config, facts);
    apply_strings(json_at(config, "process/env"), FACT_ENV, facts);
    apply_strings(json_at(config, "process/args"), FACT_ENTRYPOINT, facts);
    apply_user(config, facts);
    apply_capabilities(config, facts);
    apply_flags(config, facts);
    apply_restrictions(config, facts);
    if (!facts->lists[FACT_MOUNTS].len) {
        size_t i;
        json_t *mount;
        json_array_foreach (json_at(config, "mounts"), i, mount) {
            apply_mount(mount, facts);
        }
    }
}

void oci_apply_image(const json_t *config, struct container_facts *facts)
{
    const json_t *annotations = json_at(config, "annotations");

    for (size_t i = 0; i < sizeof(image_annotations) / sizeof(*image_annotations); i++)
        container_facts_text(facts, FACT_IMAGE,
                             json_member_text(annotations, image_annotations[i]));
}

void oci_apply_umoci(const json_t *umoci, struct container_facts *facts)
{
    const json_t *walk = json_at(umoci, "from_descriptor_path/descriptor_walk");
    const json_t *first = json_array_get(walk, 0);

    container_facts_text(facts, FACT_IMAGE_DIGEST, json_text(first, "digest"));
    container_facts_text(
        facts, FACT_IMAGE,
        json_member_text(json_at(first, "annotations"), "org.opencontainers.image.ref.name"));
}
