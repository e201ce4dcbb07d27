/* SPDX-License-Identifier: Apache-2.0 */
/* An event of a case as the record that the kernel side would send. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cases/case_internal.h"
#include "rules/nearest.h"

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define DESCRIPTOR     3   /* of a call that makes or takes one, when the file tells none */
#define PARAMS_OF_CALL 120 /* ids from here on belong to facts */
#define HINT_MAX       64
#define DEFAULTS_MAX   4

static const struct case_key event_keys[] = {
    CASE_KEY("type"), CASE_KEY("process"), CASE_KEY("container"),
    CASE_KEY("args"), CASE_KEY("compat"),  CASE_KEY("to_agent"),
};

/* An argument of the event, by its own names or by that of the parameter. */
struct target {
    enum param_id param; /* 0: the result */
    enum render render;
};

static bool is_result_fd(const struct event_type_info *info)
{
    return info->named[0].name && !info->named[0].param && info->named[0].render == RENDER_FD;
}

static bool same_ignoring_case(const char *name, const char *text)
{
    return strcasecmp(name, text) == 0;
}

static bool find_target(const struct event_type_info *info, const char *name,
                        struct target *ret_target)
{
    const struct event_arg *arg = event_arg_by_name(info, name);

    if (strcmp(name, "result") == 0 || (arg && !arg->param)) {
        *ret_target = (struct target){0, RENDER_ERRNO};
        return true;
    }
    if (arg) {
        *ret_target = (struct target){arg->param, arg->render};
        return true;
    }
    for (unsigned id = 1; id < PARAMS_OF_CALL; id++) {
        const struct param_info *param = param_info(id);
        if (!param || !same_ignoring_case(param->name, name))
            continue;
        *ret_target = (struct target){id, RENDER_PLAIN};
        for (size_t i = 0; i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
            if (info->named[i].param == id)
                ret_target->render = info->named[i].render;
        return true;
    }
    return false;
}

static int unknown_argument(struct case_builder *builder, const struct event_type_info *info,
                            const struct yaml_node *key)
{
    struct nearest nearest = nearest_start(key->value, key->len);
    char hint[HINT_MAX];

    nearest_offer(&nearest, "result");
    for (size_t i = 0; i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
        nearest_offer(&nearest, info->named[i].name);
    return yaml_error(builder->error, key, -EINVAL, "%s has no argument '%.100s'%s", info->name,
                      key->value, nearest_hint(&nearest, hint, sizeof(hint)));
}

static int read_type(struct case_builder *builder, const struct yaml_node *node,
                     const struct event_type_info **ret_info)
{
    const struct yaml_node *type = yaml_get(node, "type");
    char hint[HINT_MAX];
    const char *name = NULL;

    if (!type)
        return yaml_error(builder->error, node, -EINVAL, "an event needs a type");
    int r = case_text(builder->error, type, &name);
    if (r < 0)
        return r;
    const struct event_type_info *info = event_type_info(event_type_by_name(name));
    if (info && info->family != FAMILY_FACT) {
        *ret_info = info;
        return 0;
    }
    struct nearest nearest = nearest_start(name, strlen(name));
    for (unsigned i = 0; i < EVENT_TYPE_MAX; i++) {
        info = event_type_info(i);
        if (info && info->family != FAMILY_FACT)
            nearest_offer(&nearest, info->name);
    }
    return yaml_error(builder->error, type, -EINVAL, "'%.100s' is no event%s", name,
                      nearest_hint(&nearest, hint, sizeof(hint)));
}

static int check_arguments(struct case_builder *builder, const struct event_type_info *info,
                           const struct yaml_node *args)
{
    if (args && args->kind != YAML_MAPPING)
        return yaml_error(builder->error, args, -EINVAL, "args must be a mapping");
    return 0;
}

/* The result goes into the header, which comes before all parameters. */
static int read_result(struct case_builder *builder, const struct event_type_info *info,
                       const struct yaml_node *args, int64_t *ret_result)
{
    int64_t result = is_result_fd(info) ? DESCRIPTOR : 0;
    const struct yaml_node *seen = NULL;
    struct target target;

    for (size_t i = 0; args && i < args->count; i += 2) {
        const struct yaml_node *key = args->items[i];
        if (!find_target(info, key->value, &target))
            return unknown_argument(builder, info, key);
        if (target.param)
            continue;
        if (seen)
            return yaml_error(builder->error, key, -EINVAL, "the result is given already, as '%s'",
                              seen->value);
        seen = key;
        int r = case_number(builder->error, args->items[i + 1], target.render, &result);
        if (r < 0)
            return r;
    }
    *ret_result = result;
    return 0;
}

static int write_arguments(struct case_builder *builder, const struct event_type_info *info,
                           const struct yaml_node *args)
{
    struct target target;

    for (size_t i = 0; args && i < args->count; i += 2) {
        const struct yaml_node *key = args->items[i];
        if (!find_target(info, key->value, &target) || !target.param)
            continue;
        if (case_written(builder, target.param))
            return yaml_error(builder->error, key, -EINVAL,
                              "'%.100s' is another name of an argument that is given already",
                              key->value);
        int r = case_write_value(builder, target.param, target.render, args->items[i + 1]);
        if (r < 0)
            return r;
    }
    return 0;
}

static const struct yaml_node *find_argument(const struct event_type_info *info,
                                             const struct yaml_node *args, enum param_id id)
{
    struct target target;

    for (size_t i = 0; args && i < args->count; i += 2)
        if (find_target(info, args->items[i]->value, &target) && target.param == id)
            return args->items[i + 1];
    return NULL;
}

static bool call_has(const struct event_type_info *info, enum param_id id)
{
    for (size_t i = 0; i < EVENT_ARGS; i++)
        if (info->args[i].kind != ARG_NONE && info->args[i].kind != ARG_SKIP &&
            info->args[i].param == id)
            return true;
    return false;
}

/* A relative name starts from a directory that the kernel side sends along. */
static void complete_base(struct case_builder *builder, const struct yaml_node *name,
                          const struct yaml_node *cwd, enum param_id base)
{
    if (name && name->value[0] != '/' && cwd && cwd->kind == YAML_SCALAR &&
        !case_written(builder, base))
        case_write_bytes(builder, base, cwd->value, cwd->len);
}

static void copy_path(struct case_builder *builder, const struct yaml_node *from, enum param_id to)
{
    if (from && from->value[0] == '/' && !case_written(builder, to))
        case_write_bytes(builder, to, from->value, from->len);
}

/* What the kernel side always sends, and follows from what is given. */
static void complete(struct case_builder *builder, const struct event_type_info *info,
                     const struct yaml_node *args, const struct case_actor *actor, int64_t result)
{
    const struct yaml_node *name = find_argument(info, args, PARAM_NAME),
                           *path = find_argument(info, args, PARAM_PATH),
                           *cwd = case_actor_get(actor, "cwd");
    bool is_open = info->family == FAMILY_OPEN, has_file;

    complete_base(builder, name, cwd, PARAM_NAME_BASE);
    complete_base(builder, find_argument(info, args, PARAM_NAME2), cwd, PARAM_NAME2_BASE);
    if (call_has(info, PARAM_NAME) && (is_open || info->type == EVENT_CHDIR)) {
        copy_path(builder, path, PARAM_NAME);
        if (result >= 0)
            copy_path(builder, name, PARAM_PATH);
    }
    if (is_open && call_has(info, PARAM_OPEN_FLAGS) && !case_written(builder, PARAM_OPEN_FLAGS))
        case_write_number(builder, PARAM_OPEN_FLAGS, O_RDONLY);
    if (call_has(info, PARAM_DIRFD) && !case_written(builder, PARAM_DIRFD) &&
        info->type != EVENT_OPEN_BY_HANDLE_AT)
        case_write_number(builder, PARAM_DIRFD, AT_FDCWD);

    has_file = case_written(builder, PARAM_PATH);
    if (call_has(info, PARAM_FD) && !case_written(builder, PARAM_FD) &&
        (has_file || info->family == FAMILY_NETWORK || info->family == FAMILY_SOCKET_DATA))
        case_write_number(builder, PARAM_FD, DESCRIPTOR);
    if (has_file && !is_open && !case_written(builder, PARAM_FILE_MODE))
        case_write_number(builder, PARAM_FILE_MODE, S_IFREG | 0644);
}

static int find_actor(struct case_builder *builder, const struct yaml_node *node,
                      const struct yaml_node *const *defaults, size_t count, bool is_exec,
                      const struct case_actor **ret_actor)
{
    const struct yaml_node *places[DEFAULTS_MAX] = {node};

    for (size_t i = 0; i < count && i + 1 < DEFAULTS_MAX; i++)
        places[i + 1] = defaults[i];
    const struct yaml_node *process = case_inherited(places, count + 1, "process"),
                           *container = case_inherited(places, count + 1, "container");
    if (case_is_host(container))
        container = NULL;
    int r = case_container(builder, container);
    return r < 0 ? r : case_actor(builder, process, container, is_exec, ret_actor);
}

static int read_flags(struct case_builder *builder, const struct yaml_node *node,
                      unsigned *ret_flags)
{
    static const struct {
        const char *key;
        unsigned flag;
    } rows[] = {{"compat", EVENT_FLAG_COMPAT}, {"to_agent", EVENT_FLAG_TO_AGENT}};

    *ret_flags = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct yaml_node *value = yaml_get(node, rows[i].key);
        bool set = false;
        int r = value ? case_bool(builder->error, value, &set) : 0;
        if (r < 0)
            return r;
        *ret_flags |= set ? rows[i].flag : 0;
    }
    return 0;
}

int case_event(struct case_builder *builder, const struct yaml_node *node,
               const struct yaml_node *const *defaults, size_t default_count)
{
    const struct event_type_info *info = NULL;
    const struct case_actor *actor = NULL;
    struct event_header header = {0};
    int64_t result = 0;
    unsigned flags = 0;

    int r = case_check_keys(builder->error, node, "an event", event_keys, COUNT(event_keys));
    if (r == 0)
        r = read_type(builder, node, &info);
    if (r < 0)
        return r;
    const struct yaml_node *args = yaml_get(node, "args");
    r = read_flags(builder, node, &flags);
    if (r == 0)
        r = check_arguments(builder, info, args);
    if (r == 0)
        r = read_result(builder, info, args, &result);
    if (r < 0)
        return r;

    bool is_exec = event_executes(info->type) && result >= 0;
    r = find_actor(builder, node, defaults, default_count, is_exec, &actor);
    if (r == 0)
        r = case_actor_header(builder, actor, &header);
    if (r < 0)
        return r;
    header.type = (uint16_t)info->type;
    header.result = result;
    header.flags = (uint16_t)(flags | (info->critical ? EVENT_FLAG_CRITICAL : 0));
    case_begin(builder, &header);
    r = write_arguments(builder, info, args);
    if (r == 0 && is_exec)
        r = case_actor_params(builder, actor);
    if (r < 0)
        return r;
    complete(builder, info, args, actor, result);
    return case_end(builder, node);
}
