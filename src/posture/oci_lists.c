/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/oci_lists.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "world/json_get.h"
#include "world/oci.h"

static struct evidence item_evidence(struct declaration *declaration, const char *path, size_t i,
                                     const char *text)
{
    char place[128];

    snprintf(place, sizeof(place), "%s[%zu]", path, i);
    return declaration_evidence(declaration, place, text);
}

static char *copy_or_null(struct declaration *declaration, const char *text)
{
    return text ? declaration_copy(declaration, text) : NULL;
}

void oci_add_variables(struct declaration *declaration, const json_t *array, const char *path)
{
    size_t i;
    json_t *item;

    json_array_foreach (array, i, item) {
        const char *text = json_string_value(item);
        const char *equals = text ? strchr(text, '=') : NULL;
        if (!equals || i >= OCI_LIST_MAX)
            continue;
        struct config_pair *pair = declare_item(declaration, &declaration->config->environment);
        if (!pair)
            return;
        pair->name = arena_copy(declaration->arena, text, (size_t)(equals - text));
        pair->value = declaration_copy(declaration, equals + 1);
        declaration->no_memory |= !pair->name;
        pair->evidence = item_evidence(declaration, path, i, pair->name);
    }
}

/* What is named here is the container's own unless it joins the host's; the rest is the host's. */
static void read_namespaces(struct declaration *declaration, const json_t *config)
{
    static const struct {
        const char *type;
        enum namespace_kind kind;
        enum config_setting id;
    } kinds[] = {
        {"pid", NAMESPACE_PID, CONFIG_HOST_PID},
        {"ipc", NAMESPACE_IPC, CONFIG_HOST_IPC},
        {"network", NAMESPACE_NETWORK, CONFIG_HOST_NETWORK},
        {"uts", NAMESPACE_UTS, CONFIG_HOST_UTS},
        {"user", NAMESPACE_USER, CONFIG_HOST_USERS},
        {"cgroup", NAMESPACE_CGROUP, CONFIG_HOST_CGROUP},
        {"mount", NAMESPACE_MOUNT, CONFIG_HOST_MOUNT},
    };
    static const char host_path[] = "/proc/1/ns/", member[] = "linux/namespaces";
    const json_t *list = json_at(config, member);
    size_t n;
    json_t *item;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        bool host = true;
        struct evidence evidence = declaration_evidence(declaration, member, "not in the list");
        const char *path = NULL;
        json_array_foreach (list, n, item) {
            const char *type = json_text(item, "type");
            if (!type || strcmp(type, kinds[i].type) != 0)
                continue;
            path = json_text(item, "path");
            host = path && !strncmp(path, host_path, strlen(host_path));
            evidence = item_evidence(declaration, member, n, path ? path : type);
        }
        struct config_namespace *one = declare_item(declaration, &declaration->config->namespaces);
        if (!one)
            return;
        *one = (struct config_namespace){
            .kind = kinds[i].kind,
            .host = host,
            .path = path && *path ? copy_or_null(declaration, path) : NULL,
            .evidence = evidence,
        };
        config_set_flag(declaration->config->settings, kinds[i].id, host, evidence);
    }
}

static void read_id_maps(struct declaration *declaration, const json_t *config, const char *path,
                         bool group)
{
    size_t i;
    json_t *item;

    json_array_foreach (json_at(config, path), i, item) {
        if (i >= OCI_LIST_MAX)
            return;
        struct config_id_map *map = declare_item(declaration, &declaration->config->id_maps);
        if (!map)
            return;
        *map = (struct config_id_map){
            .group = group,
            .inside = (uint32_t)json_integer_value(json_at(item, "containerID")),
            .outside = (uint32_t)json_integer_value(json_at(item, "hostID")),
            .count = (uint32_t)json_integer_value(json_at(item, "size")),
            .evidence = item_evidence(declaration, path, i, NULL),
        };
    }
}

struct options {
    bool bind;
    struct buf text;
};

static void read_options(const json_t *array, struct config_mount *mount, struct options *options,
                         struct declaration *declaration)
{
    size_t i;
    json_t *item;

    json_array_foreach (array, i, item) {
        const char *option = json_string_value(item);
        if (!option || i >= OCI_LIST_MAX)
            continue;
        buf_printf(&options->text, "%s%s", options->text.len ? "," : "", option);
        if (!strcmp(option, "bind") || !strcmp(option, "rbind"))
            options->bind = true;
        else if (!strcmp(option, "ro") || !strcmp(option, "rro") || !strcmp(option, "rw"))
            mount->read_only = strcmp(option, "rw") != 0;
        else if (!strcmp(option, "nosuid") || !strcmp(option, "suid"))
            mount->no_suid = *option == 'n';
        else if (!strcmp(option, "noexec") || !strcmp(option, "exec"))
            mount->no_exec = *option == 'n';
        else if (!strcmp(option, "nodev") || !strcmp(option, "dev"))
            mount->no_dev = *option == 'n';
        else if (oci_is_propagation(option))
            mount->propagation = copy_or_null(declaration, option);
    }
}

static void read_mounts(struct declaration *declaration, const json_t *config)
{
    size_t i;
    json_t *item;

    json_array_foreach (json_at(config, "mounts"), i, item) {
        const char *type = json_text(item, "type"), *source = json_text(item, "source");
        const char *destination = json_text(item, "destination");
        struct options options = {.text = {.max = 65536}};
        if (i >= OCI_LIST_MAX)
            return;
        struct config_mount *mount = declare_item(declaration, &declaration->config->mounts);
        if (!mount)
            return;
        read_options(json_at(item, "options"), mount, &options, declaration);
        mount->source = copy_or_null(declaration, source);
        mount->destination = copy_or_null(declaration, destination);
        mount->type = copy_or_null(declaration, options.bind ? "bind" : type);
        mount->host_path =
            (options.bind || (type && !strcmp(type, "bind"))) && source && *source == '/';
        mount->options =
            options.text.data ? declaration_copy(declaration, options.text.data) : NULL;
        mount->evidence = item_evidence(declaration, "mounts", i, source);
        buf_done(&options.text);
    }
}

static int64_t number_or(const json_t *object, const char *path, int64_t otherwise)
{
    const json_t *value = json_at(object, path);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static char device_type(const json_t *item)
{
    const char *type = json_text(item, "type");

    if (!type || !*type)
        return 'a';
    return *type == 'u' ? 'c' : *type;
}

static void read_devices(struct declaration *declaration, const json_t *config, const char *path,
                         bool nodes)
{
    size_t i;
    json_t *item;

    json_array_foreach (json_at(config, path), i, item) {
        const char *access = json_text(item, "access"), *name = json_text(item, "path");
        if (i >= OCI_LIST_MAX)
            return;
        struct config_device *device = declare_item(declaration, &declaration->config->devices);
        if (!device)
            return;
        *device = (struct config_device){
            .path = nodes ? copy_or_null(declaration, name) : NULL,
            .type = device_type(item),
            .major = number_or(item, "major", -1),
            .minor = number_or(item, "minor", -1),
            .access = copy_or_null(declaration, access ? access : "rwm"),
            .allow = nodes || json_is_true(json_at(item, "allow")),
            .evidence = item_evidence(declaration, path, i, name),
        };
    }
}

#define READ_PAIRS(declaration, config, member, list)                                              \
    do {                                                                                           \
        const char *_key;                                                                          \
        json_t *_value;                                                                            \
        json_object_foreach ((json_t *)json_at((config), (member)), _key, _value) {                \
            if (!json_is_string(_value))                                                           \
                continue;                                                                          \
            struct config_pair *_pair = declare_item((declaration), (list));                       \
            if (!_pair)                                                                            \
                break;                                                                             \
            _pair->name = declaration_copy((declaration), _key);                                   \
            _pair->value = declaration_copy((declaration), json_string_value(_value));             \
            _pair->evidence =                                                                      \
                declaration_evidence((declaration), (member), json_string_value(_value));          \
        }                                                                                          \
    } while (0)

void oci_read_lists(struct declaration *declaration, const json_t *config)
{
    struct container_config *container = declaration->config;

    oci_add_variables(declaration, json_at(config, "process/env"), "process/env");
    read_namespaces(declaration, config);
    read_id_maps(declaration, config, "linux/uidMappings", false);
    read_id_maps(declaration, config, "linux/gidMappings", true);
    read_mounts(declaration, config);
    read_devices(declaration, config, "linux/devices", true);
    read_devices(declaration, config, "linux/resources/devices", false);
    READ_PAIRS(declaration, config, "linux/sysctl", &container->sysctls);
    READ_PAIRS(declaration, config, "annotations", &container->annotations);
}
