/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a case: its processes, containers and users, as records of user space. */
#include <errno.h>
#include <string.h>

#include "cases/case_internal.h"

#define COUNT(array)    (sizeof(array) / sizeof((array)[0]))
#define HOSTNAME        "test"
#define HOST_NAMESPACE  1
#define HOST_CGROUP     1
#define FIRST_CGROUP    2                   /* of a container */
#define CLOCK_OFFSET    1767225600000000000 /* 2026-01-01T00:00:00Z: where a case's clock begins */
#define PID_MAX         999999
#define FIRST_PID       (PID_MAX + 1) /* of those that the file gives none */
#define START_STEP      1000u         /* ns of start time for each pid: ids don't repeat */
#define USERS_MAX       65536         /* bytes of names: the world takes no more */
#define UNSET_LOGIN_UID UINT32_MAX
#define ROOT_USER       "root:x:0:0:root:/root:/bin/sh\n"

static const struct case_key process_keys[] = {
    CASE_KEY("name"),
    CASE_KEY("pid"),
    CASE_KEY("parent"),
    CASE_KEY("uid"),
    CASE_KEY("gid"),
    CASE_KEY("euid"),
    CASE_KEY("egid"),
    CASE_KEY("loginuid"),
    CASE_KEY("capabilities"),
    CASE_KEY("stdin"),
    CASE_KEY("stdout"),
    CASE_KEY("stderr"),
    CASE_KEY_OF("exe", PARAM_EXE_PATH),
    CASE_KEY_OF("filename", PARAM_FILENAME),
    CASE_KEY_OF("cmdline", PARAM_ARGV),
    CASE_KEY_OF("env", PARAM_ENVP),
    CASE_KEY_OF("cwd", PARAM_CWD),
    CASE_KEY_OF("tty", PARAM_TTY),
    CASE_KEY_OF("sid", PARAM_SID),
    CASE_KEY_OF("pgid", PARAM_PGID),
    CASE_KEY_OF("vpid", PARAM_VPID),
    CASE_KEY_OF("vsid", PARAM_VSID),
    CASE_KEY_OF("vpgid", PARAM_VPGID),
    CASE_KEY_OF("exe_flags", PARAM_EXE_FLAGS),
    CASE_KEY_OF("exe_inode", PARAM_EXE_INODE),
};

static const struct case_key container_keys[] = {
    CASE_KEY("privileged"),
    CASE_KEY("host_pid"),
    CASE_KEY("host_network"),
    CASE_KEY("host_ipc"),
    CASE_KEY("pod"),
    CASE_KEY_OF("id", PARAM_CONTAINER_ID),
    CASE_KEY_OF("name", PARAM_CONTAINER_NAME),
    CASE_KEY_OF("runtime", PARAM_CONTAINER_RUNTIME),
    CASE_KEY_OF("image", PARAM_CONTAINER_IMAGE),
    CASE_KEY_OF("image_id", PARAM_CONTAINER_IMAGE_ID),
    CASE_KEY_OF("image_digest", PARAM_CONTAINER_IMAGE_DIGEST),
    CASE_KEY_OF("user", PARAM_CONTAINER_USER),
    CASE_KEY_OF("ip", PARAM_CONTAINER_IP),
    CASE_KEY_OF("labels", PARAM_CONTAINER_LABELS),
    CASE_KEY_OF("env", PARAM_CONTAINER_ENV),
    CASE_KEY_OF("mounts", PARAM_CONTAINER_MOUNTS),
    CASE_KEY_OF("entrypoint", PARAM_CONTAINER_ENTRYPOINT),
};

static const struct case_key pod_keys[] = {
    CASE_KEY_OF("name", PARAM_POD_NAME),     CASE_KEY_OF("namespace", PARAM_POD_NAMESPACE),
    CASE_KEY_OF("uid", PARAM_POD_UID),       CASE_KEY_OF("sandbox_id", PARAM_POD_SANDBOX_ID),
    CASE_KEY_OF("labels", PARAM_POD_LABELS),
};

static const struct case_word container_flags[] = {
    {"privileged", CONTAINER_FLAG_PRIVILEGED},
    {"host_pid", CONTAINER_FLAG_HOST_PID},
    {"host_network", CONTAINER_FLAG_HOST_NETWORK},
    {"host_ipc", CONTAINER_FLAG_HOST_IPC},
};

/* What a standard descriptor is, by the names of fd.type. */
static const struct case_word stdio_types[] = {
    {"none", FILE_TYPE_NONE},           {"file", FILE_TYPE_REGULAR},
    {"directory", FILE_TYPE_DIRECTORY}, {"character", FILE_TYPE_CHARACTER},
    {"block", FILE_TYPE_BLOCK},         {"pipe", FILE_TYPE_FIFO},
    {"ipv4", FILE_TYPE_SOCKET_INET},    {"ipv6", FILE_TYPE_SOCKET_INET6},
    {"unix", FILE_TYPE_SOCKET_UNIX},    {"anonymous", FILE_TYPE_ANONYMOUS},
};

struct yaml_node *case_inherited(const struct yaml_node *const *mappings, size_t count,
                                 const char *key)
{
    for (size_t i = 0; i < count; i++) {
        struct yaml_node *value = yaml_get(mappings[i], key);
        if (value)
            return value;
    }
    return NULL;
}

bool case_is_host(const struct yaml_node *node)
{
    return !node || (node->kind == YAML_SCALAR && strcmp(node->value, "host") == 0);
}

/* Names of users as a passwd file: of the host (`id` NULL) or of a container. */
static int add_users(struct case_builder *builder, const struct yaml_node *id)
{
    const struct event_header header = {.type = EVENT_USERS, .flags = EVENT_FLAG_SYNTHETIC};
    const struct yaml_node *users = builder->users;
    _cleanup_buf_ struct buf passwd = {.max = USERS_MAX};

    if (users && users->kind != YAML_MAPPING)
        return yaml_error(builder->error, users, -EINVAL,
                          "users must be a mapping of name and uid");
    for (size_t i = 0; users && i < users->count; i += 2) {
        const struct yaml_node *name = users->items[i];
        int64_t uid;
        if (!name->len || strpbrk(name->value, ":\n"))
            return yaml_error(builder->error, name, -EINVAL, "not the name of a user");
        int r = case_number_within(builder->error, users->items[i + 1], 0, UINT32_MAX, &uid);
        if (r < 0)
            return r;
        buf_printf(&passwd, "%s:x:%u:%u::/:/bin/sh\n", name->value, (unsigned)uid, (unsigned)uid);
    }
    buf_add_string(&passwd, ROOT_USER);
    if (passwd.failed)
        return yaml_error(builder->error, users ? users : builder->node, passwd.failed,
                          "too many users");

    case_begin(builder, &header);
    if (id)
        case_write_bytes(builder, PARAM_CONTAINER_ID, id->value, id->len);
    case_write_bytes(builder, PARAM_PASSWD, passwd.data, passwd.len);
    return case_end(builder, builder->node);
}

/* `node` is the container's, NULL for the host's cgroup. */
static int add_cgroup(struct case_builder *builder, const struct yaml_node *node, uint64_t cgroup)
{
    const struct event_header header = {
        .type = EVENT_CGROUP_FOUND, .flags = EVENT_FLAG_SYNTHETIC, .cgroup_id = cgroup};
    const struct yaml_node *id = node ? yaml_get(node, "id") : NULL,
                           *runtime = node ? yaml_get(node, "runtime") : NULL;
    _cleanup_buf_ struct buf path = {0};

    buf_printf(&path, "/%s", id ? id->value : "");
    if (path.failed)
        return case_error_memory(builder->error);
    case_begin(builder, &header);
    case_write_bytes(builder, PARAM_CGROUP, path.data, path.len);
    if (id)
        case_write_bytes(builder, PARAM_CONTAINER_ID, id->value, id->len);
    if (runtime)
        case_write_bytes(builder, PARAM_CONTAINER_RUNTIME, runtime->value, runtime->len);
    return case_end(builder, node ? node : builder->node);
}

int case_start(struct case_builder *builder)
{
    const struct event_header header = {
        .type = EVENT_START, .flags = EVENT_FLAG_SYNTHETIC, .mount_namespace = HOST_NAMESPACE};

    case_begin(builder, &header);
    case_write_number(builder, PARAM_OFFSET, CLOCK_OFFSET);
    case_write_bytes(builder, PARAM_TEXT, HOSTNAME, strlen(HOSTNAME));
    int r = case_end(builder, builder->node);
    if (r == 0)
        r = add_cgroup(builder, NULL, HOST_CGROUP);
    if (r == 0)
        r = add_users(builder, NULL);
    return r;
}

/* The container's place among those met: its cgroup and namespaces are told by it. */
static size_t container_index(const struct case_builder *builder, const struct yaml_node *node)
{
    size_t i = 0;

    while (i < builder->container_count && builder->containers[i] != node)
        i++;
    return i;
}

static int write_container_flags(struct case_builder *builder, const struct yaml_node *node)
{
    int64_t flags = 0;
    bool is_set;

    for (size_t i = 0; i < COUNT(container_flags); i++) {
        const struct yaml_node *value = yaml_get(node, container_flags[i].name);
        int r = value ? case_bool(builder->error, value, &is_set) : 0;
        if (r < 0)
            return r;
        if (value && is_set)
            flags |= container_flags[i].value;
    }
    case_write_number(builder, PARAM_CONTAINER_FLAGS, flags);
    return 0;
}

static int check_container(struct case_builder *builder, const struct yaml_node *node)
{
    struct error *error = builder->error;

    int r = case_check_keys(error, node, "a container", container_keys, COUNT(container_keys));
    if (r < 0)
        return r;
    const struct yaml_node *id = yaml_get(node, "id"), *runtime = yaml_get(node, "runtime"),
                           *pod = yaml_get(node, "pod");
    if (!id)
        return yaml_error(error, node, -EINVAL, "a container needs an id");
    if (id->kind != YAML_SCALAR || !id->len || id->len >= CONTAINER_ID_MAX)
        return yaml_error(error, id, -EINVAL, "an id is a text of 1 to %d bytes",
                          CONTAINER_ID_MAX - 1);
    if (runtime && (runtime->kind != YAML_SCALAR ||
                    container_runtime_by_name(runtime->value, runtime->len) == RUNTIME_UNKNOWN))
        return yaml_error(
            error, runtime, -EINVAL,
            "no runtime that is known: runc, crun, containerd, cri-o, podman, docker");
    return pod ? case_check_keys(error, pod, "a pod", pod_keys, COUNT(pod_keys)) : 0;
}

int case_container(struct case_builder *builder, const struct yaml_node *node)
{
    const struct event_header header = {.type = EVENT_CONTAINER, .flags = EVENT_FLAG_SYNTHETIC};
    size_t index = container_index(builder, node);

    if (!node || index < builder->container_count)
        return 0;
    int r = check_container(builder, node);
    if (r < 0)
        return r;
    const struct yaml_node **slot = arena_grow(builder->arena, &builder->containers,
                                               &builder->container_count, sizeof(const void *));
    if (!slot)
        return case_error_memory(builder->error);
    *slot = node;

    const struct yaml_node *pod = yaml_get(node, "pod");
    case_begin(builder, &header);
    r = case_write_keys(builder, node, container_keys, COUNT(container_keys));
    if (r == 0 && pod)
        r = case_write_keys(builder, pod, pod_keys, COUNT(pod_keys));
    if (r == 0)
        r = write_container_flags(builder, node);
    if (r == 0)
        r = case_end(builder, node);
    if (r == 0)
        r = add_cgroup(builder, node, FIRST_CGROUP + index);
    if (r == 0)
        r = add_users(builder, yaml_get(node, "id"));
    return r;
}

struct yaml_node *case_actor_get(const struct case_actor *actor, const char *key)
{
    return actor->node ? yaml_get(actor->node, key) : NULL;
}

static uint64_t start_time(uint32_t pid)
{
    return (uint64_t)pid * START_STEP;
}

/* The kernel's short name: given, or the beginning of the program's. */
static int set_name(struct case_builder *builder, const struct case_actor *actor, char *comm)
{
    const struct yaml_node *name = case_actor_get(actor, "name"),
                           *exe = case_actor_get(actor, "exe");
    const char *text = NULL;

    int r = name ? case_text(builder->error, name, &text) : 0;
    if (r < 0)
        return r;
    if (name && name->len >= EVENT_COMM_LEN)
        return yaml_error(builder->error, name, -E2BIG, "the kernel keeps %d bytes of a name",
                          EVENT_COMM_LEN - 1);
    if (!name && exe) {
        r = case_text(builder->error, exe, &text);
        const char *slash = r == 0 ? strrchr(text, '/') : NULL;
        text = slash ? slash + 1 : text;
    }
    if (r == 0 && (name || exe))
        snprintf(comm, EVENT_COMM_LEN, "%s", text);
    return r;
}

static int set_capabilities(struct case_builder *builder, const struct case_actor *actor,
                            struct event_header *header)
{
    const struct yaml_node *node = case_actor_get(actor, "capabilities");
    int64_t value = 0, part = 0;
    int r = 0;

    if (!node)
        return 0;
    if (node->kind == YAML_SCALAR && strcmp(node->value, "all") == 0)
        value = -1;
    else if (node->kind == YAML_SCALAR)
        r = case_number(builder->error, node, RENDER_CAPABILITIES, &value);
    else if (node->kind == YAML_MAPPING)
        r = yaml_error(builder->error, node, -EINVAL, "capabilities must be a list, or all");
    for (size_t i = 0; node->kind == YAML_SEQUENCE && r == 0 && i < node->count; i++) {
        r = case_number(builder->error, node->items[i], RENDER_CAPABILITIES, &part);
        if (r == 0)
            value |= part;
    }
    header->cap_effective = header->cap_permitted = (uint64_t)value;
    return r;
}

static int set_ids(struct case_builder *builder, const struct case_actor *actor,
                   struct event_header *header)
{
    const struct {
        const char *key;
        uint32_t *slot;
        uint32_t otherwise;
    } rows[] = {
        {"uid", &header->uid, 0},
        {"gid", &header->gid, 0},
        {"euid", &header->euid, UINT32_MAX}, /* as uid, gid */
        {"egid", &header->egid, UINT32_MAX},
        {"loginuid", &header->login_uid, UNSET_LOGIN_UID},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct yaml_node *node = case_actor_get(actor, rows[i].key);
        int64_t id = rows[i].otherwise;
        int r = node ? case_number_within(builder->error, node, 0, UINT32_MAX, &id) : 0;
        if (r < 0)
            return r;
        *rows[i].slot = (uint32_t)id;
    }
    header->euid = case_actor_get(actor, "euid") ? header->euid : header->uid;
    header->egid = case_actor_get(actor, "egid") ? header->egid : header->gid;
    header->fsuid = header->euid;
    return 0;
}

int case_actor_header(struct case_builder *builder, const struct case_actor *actor,
                      struct event_header *header)
{
    bool on_host = !actor->container;
    uint32_t number = (uint32_t)container_index(builder, actor->container) + FIRST_CGROUP;

    header->pid = header->tid = actor->pid;
    header->start_time = start_time(actor->pid);
    header->cgroup_id = on_host ? HOST_CGROUP : number;
    header->mount_namespace = on_host ? HOST_NAMESPACE : number;
    header->pid_namespace = on_host ? INITIAL_PID_NAMESPACE : number;
    int r = set_name(builder, actor, header->comm);
    if (r == 0)
        r = set_ids(builder, actor, header);
    if (r == 0)
        r = set_capabilities(builder, actor, header);
    return r;
}

static int write_stdio(struct case_builder *builder, const struct case_actor *actor)
{
    static const char *const keys[] = {"stdin", "stdout", "stderr"};
    int64_t stdio = 0, type = 0;

    for (size_t i = 0; i < COUNT(keys); i++) {
        const struct yaml_node *node = case_actor_get(actor, keys[i]);
        type = FILE_TYPE_CHARACTER; /* /dev/null, a terminal */
        int r = node ? case_word(builder->error, node, stdio_types, COUNT(stdio_types), &type) : 0;
        if (r < 0)
            return r;
        stdio |= type << (8 * i);
    }
    case_write_number(builder, PARAM_STDIO, stdio);
    return 0;
}

int case_actor_params(struct case_builder *builder, const struct case_actor *actor)
{
    const struct yaml_node *exe = case_actor_get(actor, "exe");
    int r = 0;

    if (actor->node)
        r = case_write_keys(builder, actor->node, process_keys, COUNT(process_keys));
    if (r == 0 && exe && !case_written(builder, PARAM_FILENAME))
        r = case_write_value(builder, PARAM_FILENAME, RENDER_PLAIN, exe);
    if (r == 0)
        r = write_stdio(builder, actor);
    if (r < 0)
        return r;
    if (!case_written(builder, PARAM_VPID))
        case_write_number(builder, PARAM_VPID, actor->pid);
    if (actor->parent) {
        case_write_number(builder, PARAM_PARENT_PID, actor->parent->pid);
        case_write_number(builder, PARAM_PARENT_START, (int64_t)start_time(actor->parent->pid));
    }
    return 0;
}

static int new_actor(struct case_builder *builder, const struct yaml_node *node,
                     const struct yaml_node *container, struct case_actor **ret_actor)
{
    struct case_actor *actor = arena_alloc(builder->arena, sizeof(*actor));
    const struct yaml_node *pid_node, *parent;
    int64_t pid = 0;
    int r = 0;

    if (!actor)
        return case_error_memory(builder->error);
    if (node)
        r = case_check_keys(builder->error, node, "a process", process_keys, COUNT(process_keys));
    if (r < 0)
        return r;
    *actor = (struct case_actor){.node = node, .container = container};
    if ((pid_node = case_actor_get(actor, "pid")))
        r = case_number_within(builder->error, pid_node, 1, PID_MAX, &pid);
    if (r == 0 && (parent = case_actor_get(actor, "parent")))
        r = case_actor(builder, parent, container, false, &actor->parent);
    if (r < 0)
        return r;
    struct case_actor **slot =
        arena_grow(builder->arena, &builder->actors, &builder->actor_count, sizeof(*slot));
    if (!slot)
        return case_error_memory(builder->error);
    actor->pid = pid ? (uint32_t)pid : FIRST_PID + (uint32_t)builder->actor_count - 1;
    *slot = actor;
    *ret_actor = actor;
    return 0;
}

int case_actor(struct case_builder *builder, const struct yaml_node *node,
               const struct yaml_node *container, bool is_exec, const struct case_actor **ret_actor)
{
    struct event_header header = {.type = EVENT_PROCESS_FOUND, .flags = EVENT_FLAG_SYNTHETIC};
    struct case_actor *actor = NULL;

    for (size_t i = 0; i < builder->actor_count; i++) {
        if (builder->actors[i]->node == node && builder->actors[i]->container == container) {
            *ret_actor = builder->actors[i];
            return 0;
        }
    }
    int r = new_actor(builder, node, container, &actor);
    if (r < 0 || is_exec) {
        *ret_actor = actor;
        return r;
    }
    r = case_actor_header(builder, actor, &header);
    if (r < 0)
        return r;
    case_begin(builder, &header);
    r = case_actor_params(builder, actor);
    if (r == 0)
        r = case_end(builder, node ? node : builder->node);
    *ret_actor = actor;
    return r;
}
