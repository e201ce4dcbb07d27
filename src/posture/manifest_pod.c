/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/manifest_pod.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "posture/manifest.h"

/* Sources of a volume. */
static const char *const volume_types[] = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "hostPath",
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
};

static int add_annotation(void *data, const struct field *member, const char *name,
                          const char *value)
{
    struct {
        struct field_reader *reader;
        struct pod_config *pod;
    } *context = data;
    struct config_pair *pair = config_list_add(context->reader->arena, &context->pod->annotations);

    if (!pair)
        return -ENOMEM;
    *pair = (struct config_pair){name, value, field_evidence(context->reader, member)};
    return 0;
}

static void read_annotations(struct field_reader *reader, const struct field *metadata,
                             struct pod_config *pod)
{
    struct {
        struct field_reader *reader;
        struct pod_config *pod;
    } context = {reader, pod};
    struct field annotations = field_get(reader, metadata, "annotations", FIELD_OBJECT);

    field_pairs(reader, &annotations, add_annotation, &context);
}

/* A key that is none of the known sources: one that this program is too old for. */
static const char *unknown_source(const struct field *volume)
{
    for (size_t i = 0; i + 1 < volume->node->count; i += 2) {
        const char *key = volume->node->items[i]->value;
        if (volume->node->items[i + 1]->kind == YAML_MAPPING && strcmp(key, "<<") != 0)
            return key;
    }
    return NULL;
}

static void read_volume(struct field_reader *reader, const struct field *field,
                        struct config_volume *volume)
{
    struct field source = {0}, host;

    *volume = (struct config_volume){.name = ""};
    field_text(reader, field, "name", &volume->name);
    for (size_t i = 0; i < sizeof(volume_types) / sizeof(volume_types[0]); i++) {
        struct field found = field_get(reader, field, volume_types[i], FIELD_OBJECT);
        if (!found.node)
            continue;
        if (volume->type)
            return field_error(reader, &found, -EINVAL, "the volume has %s already", volume->type);
        volume->type = volume_types[i];
        source = found;
    }
    if (!volume->type && reader->status == 0)
        volume->type = unknown_source(field);
    /* Kubernetes takes a volume that says nothing for this */
    if (!volume->type)
        volume->type = "emptyDir";
    volume->evidence =
        source.node ? field_evidence(reader, &source) : field_evidence(reader, field);
    host = field_get(reader, field, "hostPath", FIELD_OBJECT);
    if (!host.node)
        return;
    volume->host_path = "";
    if (field_text(reader, &host, "path", &volume->host_path))
        volume->evidence = field_evidence_of(reader, &host, "path");
}

static void read_volumes(struct field_reader *reader, const struct field *spec,
                         struct pod_config *pod)
{
    struct field list = field_get(reader, spec, "volumes", FIELD_LIST);

    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = field_item(reader, &list, i);
        struct config_volume *volume = config_list_add(reader->arena, &pod->volumes);
        if (!volume)
            return field_no_memory(reader);
        if (item.node)
            read_volume(reader, &item, volume);
    }
}

static void read_sysctls(struct field_reader *reader, const struct field *security,
                         struct pod_config *pod)
{
    struct field list = field_get(reader, security, "sysctls", FIELD_LIST);

    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = field_item(reader, &list, i);
        struct config_pair *sysctl = config_list_add(reader->arena, &pod->sysctls);
        if (!sysctl)
            return field_no_memory(reader);
        *sysctl = (struct config_pair){.name = "", .value = ""};
        field_text(reader, &item, "name", &sysctl->name);
        field_text(reader, &item, "value", &sysctl->value);
        sysctl->evidence = field_evidence_of(reader, &item, "name");
    }
}

/* The type of a profile: one that is there without a type has the type "". */
static void read_profile(struct field_reader *reader, const struct field *security, const char *key,
                         struct setting *settings, enum config_setting type,
                         enum config_setting path)
{
    struct field profile = field_get(reader, security, key, FIELD_OBJECT);

    if (!profile.node)
        return;
    config_set_text(settings, type, "", field_evidence(reader, &profile));
    field_set_text(reader, &profile, "type", settings, type);
    field_set_text(reader, &profile, "localhostProfile", settings, path);
}

void manifest_security(struct field_reader *reader, const struct field *security,
                       struct setting *settings)
{
    struct field selinux = field_get(reader, security, "seLinuxOptions", FIELD_OBJECT);
    struct field windows = field_get(reader, security, "windowsOptions", FIELD_OBJECT);

    read_profile(reader, security, "seccompProfile", settings, CONFIG_SECCOMP_TYPE,
                 CONFIG_SECCOMP_PATH);
    read_profile(reader, security, "appArmorProfile", settings, CONFIG_APPARMOR_TYPE,
                 CONFIG_APPARMOR_PROFILE);
    field_set_number(reader, security, "runAsUser", settings, CONFIG_UID);
    field_set_number(reader, security, "runAsGroup", settings, CONFIG_GID);
    field_set_flag(reader, security, "runAsNonRoot", settings, CONFIG_RUN_AS_NON_ROOT);
    field_set_text(reader, &selinux, "user", settings, CONFIG_SELINUX_USER);
    field_set_text(reader, &selinux, "role", settings, CONFIG_SELINUX_ROLE);
    field_set_text(reader, &selinux, "type", settings, CONFIG_SELINUX_TYPE);
    field_set_text(reader, &selinux, "level", settings, CONFIG_SELINUX_LEVEL);
    field_set_flag(reader, &windows, "hostProcess", settings, CONFIG_WINDOWS_HOST_PROCESS);
    field_set_text(reader, &windows, "runAsUserName", settings, CONFIG_WINDOWS_USER);
}

static void read_containers(struct field_reader *reader, const struct field *spec, const char *key,
                            enum container_kind kind, struct pod_config *pod)
{
    struct field list = field_get(reader, spec, key, FIELD_LIST);

    if (field_count(&list) > MANIFEST_CONTAINERS_MAX)
        field_error(reader, &list, -E2BIG, "more than %d containers", MANIFEST_CONTAINERS_MAX);
    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = field_item(reader, &list, i);
        struct container_config *container = arena_alloc(reader->arena, sizeof(*container));
        struct container_config **slot =
            arena_grow(reader->arena, &pod->containers, &pod->container_count, sizeof(*slot));
        if (!container || !slot)
            return field_no_memory(reader);
        *slot = container;
        container->kind = kind;
        manifest_container(reader, &item, pod, container);
    }
    if (kind == CONTAINER_REGULAR && !field_count(&list))
        field_error(reader, &list, -EINVAL, "a pod needs at least one container");
}

void manifest_pod(struct field_reader *reader, const struct field *metadata,
                  const struct field *spec, struct pod_config *pod)
{
    static const struct {
        const char *key;
        enum config_setting id;
    } flags[] = {
        {"hostNetwork", CONFIG_HOST_NETWORK},
        {"hostPID", CONFIG_HOST_PID},
        {"hostIPC", CONFIG_HOST_IPC},
        {"hostUsers", CONFIG_HOST_USERS},
        {"shareProcessNamespace", CONFIG_SHARE_PROCESS_NAMESPACE},
        {"automountServiceAccountToken", CONFIG_SERVICE_ACCOUNT_TOKEN},
    };
    struct field security = field_get(reader, spec, "securityContext", FIELD_OBJECT);
    struct field os = field_get(reader, spec, "os", FIELD_OBJECT);

    pod_config_set_unset(pod);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        field_set_flag(reader, spec, flags[i].key, pod->settings, flags[i].id);
    field_set_text(reader, spec, "serviceAccount", pod->settings, CONFIG_SERVICE_ACCOUNT);
    field_set_text(reader, spec, "serviceAccountName", pod->settings, CONFIG_SERVICE_ACCOUNT);
    field_set_text(reader, spec, "restartPolicy", pod->settings, CONFIG_RESTART_POLICY);
    field_set_text(reader, &os, "name", pod->settings, CONFIG_OS);
    manifest_security(reader, &security, pod->settings);
    read_annotations(reader, metadata, pod);
    read_sysctls(reader, &security, pod);
    read_volumes(reader, spec, pod);
    read_containers(reader, spec, "initContainers", CONTAINER_INIT, pod);
    read_containers(reader, spec, "containers", CONTAINER_REGULAR, pod);
    read_containers(reader, spec, "ephemeralContainers", CONTAINER_EPHEMERAL, pod);
}
