/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "posture/manifest_pod.h"

#define CPU_PERIOD 100000 /* microseconds: the kubelet's */

static void read_security(struct field_reader *reader, const struct field *field,
                          struct container_config *container)
{
    struct field security = field_get(reader, field, "securityContext", FIELD_OBJECT);
    struct field capabilities = field_get(reader, &security, "capabilities", FIELD_OBJECT);
    struct setting *settings = container->settings;

    manifest_security(reader, &security, settings);
    field_set_flag(reader, &security, "privileged", settings, CONFIG_PRIVILEGED);
    field_set_flag(reader, &security, "allowPrivilegeEscalation", settings,
                   CONFIG_ALLOW_PRIVILEGE_ESCALATION);
    field_set_flag(reader, &security, "readOnlyRootFilesystem", settings, CONFIG_READ_ONLY_ROOT);
    field_set_text(reader, &security, "procMount", settings, CONFIG_PROC_MOUNT);
    field_set_texts(reader, &capabilities, "add", settings, CONFIG_CAPABILITIES_ADD);
    field_set_texts(reader, &capabilities, "drop", settings, CONFIG_CAPABILITIES_DROP);
}

static void read_ports(struct field_reader *reader, const struct field *field,
                       struct container_config *container)
{
    struct field list = field_get(reader, field, "ports", FIELD_LIST);

    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = field_item(reader, &list, i);
        struct config_port *port = config_list_add(reader->arena, &container->ports);
        if (!port)
            return field_no_memory(reader);
        *port = (struct config_port){0};
        field_number(reader, &item, "hostPort", INT32_MIN, INT32_MAX, &port->host);
        field_number(reader, &item, "containerPort", INT32_MIN, INT32_MAX, &port->container);
        field_text(reader, &item, "protocol", &port->protocol);
        field_text(reader, &item, "hostIP", &port->address);
        port->evidence = field_evidence_of(reader, &item, "hostPort");
    }
}

static void add_peer(struct field_reader *reader, const struct field *handler, const char *key,
                     const char *kind, struct container_config *container)
{
    struct field action = field_get(reader, handler, key, FIELD_OBJECT);

    if (!action.node)
        return;
    struct config_peer *peer = config_list_add(reader->arena, &container->peers);
    if (!peer)
        return field_no_memory(reader);
    *peer = (struct config_peer){.host = "", .kind = kind};
    field_text(reader, &action, "host", &peer->host);
    peer->evidence = field_evidence_of(reader, &action, "host");
}

static void read_peers(struct field_reader *reader, const struct field *field,
                       struct container_config *container)
{
    static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe"};
    static const char *const hooks[] = {"postStart", "preStop"};
    struct field lifecycle = field_get(reader, field, "lifecycle", FIELD_OBJECT);

    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
        struct field probe = field_get(reader, field, probes[i], FIELD_OBJECT);
        add_peer(reader, &probe, "httpGet", probes[i], container);
        add_peer(reader, &probe, "tcpSocket", probes[i], container);
    }
    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        struct field hook = field_get(reader, &lifecycle, hooks[i], FIELD_OBJECT);
        add_peer(reader, &hook, "httpGet", hooks[i], container);
        add_peer(reader, &hook, "tcpSocket", hooks[i], container);
    }
}

static void read_environment(struct field_reader *reader, const struct field *field,
                             struct container_config *container)
{
    struct field list = field_get(reader, field, "env", FIELD_LIST);

    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = field_item(reader, &list, i);
        struct config_pair *variable = config_list_add(reader->arena, &container->environment);
        if (!variable)
            return field_no_memory(reader);
        *variable = (struct config_pair){.name = "", .value = ""};
        field_text(reader, &item, "name", &variable->name);
        field_text(reader, &item, "value", &variable->value);
        variable->evidence = field_evidence_of(reader, &item, "name");
        variable->evidence.text = NULL; /* it may be a secret */
    }
}

static const struct config_volume *find_volume(const struct pod_config *pod, const char *name)
{
    for (size_t i = 0; i < pod->volumes.count; i++) {
        if (strcmp(pod->volumes.items[i].name, name) == 0)
            return &pod->volumes.items[i];
    }
    return NULL;
}

static const char *propagation_name(const char *mode)
{
    static const char *const names[][2] = {
        {"None", "rprivate"}, {"HostToContainer", "rslave"}, {"Bidirectional", "rshared"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i][0], mode) == 0)
            return names[i][1];
    }
    return mode;
}

static void read_mounts(struct field_reader *reader, const struct field *field,
                        const struct pod_config *pod, struct container_config *container)
{
    struct field list = field_get(reader, field, "volumeMounts", FIELD_LIST);

    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = field_item(reader, &list, i);
        struct config_mount *mount = config_list_add(reader->arena, &container->mounts);
        const char *name = "", *propagation = NULL;
        if (!mount)
            return field_no_memory(reader);
        *mount = (struct config_mount){0};
        field_text(reader, &item, "name", &name);
        field_text(reader, &item, "mountPath", &mount->destination);
        field_text(reader, &item, "mountPropagation", &propagation);
        field_flag(reader, &item, "readOnly", &mount->read_only);
        mount->propagation = propagation ? propagation_name(propagation) : NULL;
        mount->evidence = field_evidence_of(reader, &item, "mountPath");
        reader->steps += pod->volumes.count;
        const struct config_volume *volume = find_volume(pod, name);
        mount->type = volume ? volume->type : NULL;
        mount->host_path = volume && volume->host_path;
        mount->source = mount->host_path ? volume->host_path : name;
    }
}

/* "256Mi", "0.5", "500m"; false when it is no quantity. */
static bool parse_quantity(const char *text, double *ret_value)
{
    static const struct {
        const char *suffix;
        double factor;
    } rows[] = {
        {"", 1},        {"m", 1e-3},    {"k", 1e3},     {"M", 1e6},
        {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},
        {"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40},
        {"Pi", 0x1p50}, {"Ei", 0x1p60}, {"u", 1e-6},    {"n", 1e-9},
    };
    char *end;

    double number = strtod(text, &end);
    if (end == text || !isfinite(number))
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].suffix, end) == 0) {
            *ret_value = number * rows[i].factor;
            return fabs(*ret_value) < 0x1p43;
        }
    }
    return false;
}

static void read_limits(struct field_reader *reader, const struct field *field,
                        struct container_config *container)
{
    static const struct {
        const char *key;
        enum config_setting id;
        double unit;
    } rows[] = {
        {"memory", CONFIG_MEMORY_LIMIT, 1},
        {"cpu", CONFIG_CPU_QUOTA, CPU_PERIOD},
    };
    struct field resources = field_get(reader, field, "resources", FIELD_OBJECT);
    struct field limits = field_get(reader, &resources, "limits", FIELD_OBJECT);
    const char *text;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double value;
        if (!field_quantity(reader, &limits, rows[i].key, &text))
            continue;
        struct field at = field_get(reader, &limits, rows[i].key, FIELD_SCALAR);
        if (!parse_quantity(text, &value))
            return field_error(reader, &at, -EINVAL, "'%.100s' is no quantity", text);
        config_set_number(container->settings, rows[i].id, (int64_t)(value * rows[i].unit),
                          field_evidence(reader, &at));
        if (rows[i].id == CONFIG_CPU_QUOTA)
            config_set_number(container->settings, CONFIG_CPU_PERIOD, CPU_PERIOD,
                              field_evidence(reader, &at));
    }
}

static void read_image(struct field_reader *reader, const struct field *field,
                       struct container_config *container)
{
    struct setting *image = &container->settings[CONFIG_IMAGE];

    field_set_text(reader, field, "image", container->settings, CONFIG_IMAGE);
    field_set_text(reader, field, "imagePullPolicy", container->settings, CONFIG_IMAGE_PULL_POLICY);
    const char *at = image->presence == PRESENCE_SET ? strchr(image->text, '@') : NULL;
    if (at)
        config_set_text(container->settings, CONFIG_IMAGE_DIGEST, at + 1, image->evidence);
}

void manifest_container(struct field_reader *reader, const struct field *field,
                        const struct pod_config *pod, struct container_config *container)
{
    container->source = SOURCE_MANIFEST;
    container->pod = pod;
    container->evidence = field_evidence(reader, field);
    container_config_set_unset(container);
    field_set_text(reader, field, "name", container->settings, CONFIG_NAME);
    field_set_text(reader, field, "restartPolicy", container->settings, CONFIG_RESTART_POLICY);
    field_set_texts(reader, field, "command", container->settings, CONFIG_COMMAND);
    field_set_texts(reader, field, "args", container->settings, CONFIG_ARGUMENTS);
    read_image(reader, field, container);
    read_security(reader, field, container);
    read_ports(reader, field, container);
    read_peers(reader, field, container);
    read_environment(reader, field, container);
    read_mounts(reader, field, pod, container);
    read_limits(reader, field, container);
}
