/* SPDX-License-Identifier: Apache-2.0 */
/* evt.arg, evt.rawarg, evt.args: what the call was given. */
#include <errno.h>
#include <inttypes.h>

#include "event/names.h"
#include "event/table.h"
#include "rules/field_fd.h"
#include "rules/nearest.h"

#define ID_UNSET 0xffffffffu

static bool accepts_name(const char *key, struct error *error)
{
    struct nearest nearest = nearest_start(key, strlen(key));
    char hint[96];

    if (event_arg_name_exists(key))
        return true;
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        for (size_t i = 0; info && i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
            nearest_offer(&nearest, info->named[i].name);
    }
    error_set(error, -ENOENT, "no event has an argument '%.100s'%s", key,
              nearest_hint(&nearest, hint, sizeof(hint)));
    return false;
}

/* NULL stands for a number: evt.arg[0]. */
static bool accepts_arg(const char *key, struct error *error)
{
    return !key || accepts_name(key, error);
}

static bool accepts_raw(const char *key, struct error *error)
{
    if (key)
        return accepts_name(key, error);
    error_set(error, -EINVAL, "evt.rawarg takes the name of an argument, not a number");
    return false;
}

static const struct event_arg *find_arg(const struct event_type_info *info,
                                        const struct field_ref *ref)
{
    if (ref->key)
        return event_arg_by_name(info, ref->key);
    for (int64_t i = 0; i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
        if (i == ref->index)
            return &info->named[i];
    return NULL;
}

/* Users and groups by name, as rules compare them: `evt.arg.uid = root`. */
static const char *owner_name(struct field_context *context, enum render render, uint32_t id)
{
    const struct container *container = context->judged->container;
    const char *name;

    if (id == ID_UNSET)
        return "<NONE>";
    name = render == RENDER_UID ? world_user_name(context->world, container, id)
                                : world_group_name(context->world, container, id);
    return name || id ? name : "root";
}

static bool is_owner(enum render render)
{
    return render == RENDER_UID || render == RENDER_GID;
}

static bool add_arg(struct field_context *context, struct buf *buf, const struct event_arg *arg)
{
    const struct event *event = field_event(context);

    if (is_owner(arg->render) && event_has(event, arg->param)) {
        const char *name =
            owner_name(context, arg->render, (uint32_t)event_number(event, arg->param, 0));
        if (name)
            return buf_add_string(buf, name) == 0;
    }
    return names_render_arg(buf, event, arg);
}

static bool arg(struct field_context *context, const struct field_ref *ref,
                struct field_value *value)
{
    const struct event_arg *row =
        find_arg(event_type_info(field_event(context)->header->type), ref);

    return row && add_arg(context, field_scratch(context), row) &&
           field_set_scratch(context, value);
}

static bool is_number(const struct event_arg *row)
{
    return !row->param || param_info(row->param)->kind == PARAM_KIND_NUMBER;
}

enum field_type field_rawarg_type(const char *key)
{
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        const struct event_arg *row = info && key ? event_arg_by_name(info, key) : NULL;
        if (row && !is_number(row))
            return FIELD_STRING;
    }
    return FIELD_NUMBER;
}

static bool raw_arg(struct field_context *context, const struct field_ref *ref,
                    struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_arg *row = find_arg(event_type_info(event->header->type), ref);

    if (!row || (row->param && !event_has(event, row->param)))
        return false;
    if (is_number(row)) {
        int64_t n = row->param ? event_number(event, row->param, 0) : event->header->result;
        if (field_rawarg_type(ref->key) == FIELD_NUMBER)
            return field_set_number(value, FIELD_NUMBER, n);
        buf_printf(field_scratch(context), "%" PRId64, n);
        return field_set_scratch(context, value);
    }
    switch (param_info(row->param)->kind) {
    case PARAM_KIND_STRING:
    case PARAM_KIND_BYTES: return field_set_param(value, event_param(event, row->param));
    default:
        return names_render_arg(field_scratch(context), event, row) &&
               field_set_scratch(context, value);
    }
}

/* "<f>/etc/passwd": what stands behind the number of the event's own open file. */
static bool add_fd_text(struct field_context *context, const struct event_arg *row,
                        struct field_value *text)
{
    const struct event *event = field_event(context);
    int64_t n = row->param ? event_number(event, row->param, -1) : event->header->result;
    struct field_ref type_ref = {.index = -1};
    struct field_value type_char;
    struct fd_view view;

    if (!field_fd_view(event, &view) || !view.exists || view.number != n ||
        field_find("fd.typechar", strlen("fd.typechar"), &type_ref, NULL) < 0 ||
        !type_ref.field->extract(context, &type_ref, &type_char) || !field_fd_name(context, text))
        return false;

    struct field_value name = *text;
    struct buf *buf = field_scratch(context);
    buf_printf(buf, "<%.*s>", (int)type_char.string.len, type_char.string.data);
    buf_add(buf, name.string.data, name.string.len);
    return field_set_scratch(context, text);
}

/* One "name=value" or, where the value has a number and a text, "name=number(text)". */
static void add_named(struct field_context *context, struct buf *out, const struct event_arg *row)
{
    const struct event *event = field_event(context);
    struct field_value text = {0};
    bool has_text;

    if (row->param && !event_has(event, row->param)) {
        buf_printf(out, "%s=<NA> ", row->name);
        return;
    }
    if (is_number(row) && row->render == RENDER_FD && event_number(event, row->param, 0) >= 0)
        has_text = add_fd_text(context, row, &text);
    else
        has_text =
            add_arg(context, field_scratch(context), row) && field_set_scratch(context, &text);

    buf_printf(out, "%s=", row->name);
    if (is_number(row)) {
        int64_t n = row->param ? event_number(event, row->param, 0) : event->header->result;
        size_t at = out->len;
        bool plain = row->render == RENDER_HEX || row->render == RENDER_OCTAL;
        names_render_number(out, plain ? row->render : RENDER_PLAIN, n);
        if (has_text && !(out->len - at == text.string.len &&
                          !memcmp(out->data + at, text.string.data, text.string.len)))
            buf_printf(out, "(%.*s)", (int)text.string.len, text.string.data);
    } else if (has_text) {
        buf_add(out, text.string.data, text.string.len);
    } else {
        buf_add_string(out, "<NA>");
    }
    buf_add_char(out, ' ');
}

static bool all(struct field_context *context, const struct field_ref *ref,
                struct field_value *value)
{
    const struct event_type_info *info = event_type_info(field_event(context)->header->type);
    _cleanup_buf_ struct buf out = {0};

    for (size_t i = 0; i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
        add_named(context, &out, &info->named[i]);
    struct buf *buf = field_scratch(context);
    if (out.failed) {
        context->values_cut++;
        return false;
    }
    buf_add(buf, out.data ? out.data : "", out.len ? out.len - 1 : 0);
    return field_set_scratch(context, value);
}

/* `detail`: 1 for the first path, 2 for the second. */
static bool absolute_path(struct field_context *context, const struct field_ref *ref,
                          struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_type_info *info = event_type_info(event->header->type);
    enum param_id wanted = ref->field->detail == 2 ? PARAM_NAME2 : PARAM_NAME;

    for (size_t i = 0; i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
        if (info->named[i].render == RENDER_PATH && info->named[i].param == wanted)
            return names_render_arg(field_scratch(context), event, &info->named[i]) &&
                   field_set_scratch(context, value);
    if (ref->field->detail != 2 && info->type == EVENT_OPEN_BY_HANDLE_AT)
        return field_set_param(value, event_param(event, PARAM_PATH));
    return false;
}

static bool buffer(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    return field_set_param(value, event_param(field_event(context), PARAM_DATA));
}

enum flow { FLOW_ALL, FLOW_IN, FLOW_OUT };

static bool buffer_length(struct field_context *context, const struct field_ref *ref,
                          struct field_value *value)
{
    const struct event *event = field_event(context);
    enum flow flow = (enum flow)ref->field->detail;

    if (event_type_info(event->header->type)->family != FAMILY_SOCKET_DATA ||
        event->header->result < 0)
        return false;
    bool in = event->header->type >= EVENT_RECVFROM && event->header->type <= EVENT_RECVMMSG;
    if ((flow == FLOW_IN && !in) || (flow == FLOW_OUT && in))
        return false;
    return field_set_number(value, FIELD_NUMBER, event->header->result);
}

#define NO_FILE_DATA "reads and writes of files are not watched"

static const struct field rows[] = {
    EVENT_ROW("evt.args", STRING, all, 0, "all arguments: name=value, one blank apart",
              .needs = FIELD_NEEDS_ROLES),
    LOOKED_UP_ROW("evt.arg", STRING, ARGUMENT, arg, 0,
                  "one argument as text, by name or place: evt.arg.flags, evt.arg[0]",
                  .argument = FIELD_SUFFIX_KEY, .accepts = accepts_arg, .needs = FIELD_NEEDS_ROLES),
    EVENT_ROW("evt.rawarg", STRING, raw_arg, 0,
              "one argument by name as it is, a number where it is one: evt.rawarg.flags",
              .argument = FIELD_SUFFIX_KEY, .accepts = accepts_raw),
    EVENT_ROW("evt.info", STRING, all, 0, "evt.args", .needs = FIELD_NEEDS_ROLES),
    EVENT_ROW("evt.buffer", STRING, buffer, 0, "bytes sent or received", .limits = "only of DNS"),
    EVENT_ROW("evt.buflen", NUMBER, buffer_length, FLOW_ALL, "how many bytes went over a socket"),
    EVENT_ROW("evt.buflen.in", NUMBER, buffer_length, FLOW_IN, "how many bytes were received"),
    EVENT_ROW("evt.buflen.out", NUMBER, buffer_length, FLOW_OUT, "how many bytes were sent"),
    EVENT_ROW("evt.buflen.net", NUMBER, buffer_length, FLOW_ALL,
              "how many bytes went over a socket"),
    EVENT_ROW("evt.buflen.net.in", NUMBER, buffer_length, FLOW_IN, "how many bytes were received"),
    EVENT_ROW("evt.buflen.net.out", NUMBER, buffer_length, FLOW_OUT, "how many bytes were sent"),
    UNFILLED("evt.buflen.file", NUMBER, EVENT, NO_FILE_DATA, "bytes read or written"),
    UNFILLED("evt.buflen.file.in", NUMBER, EVENT, NO_FILE_DATA, "bytes read"),
    UNFILLED("evt.buflen.file.out", NUMBER, EVENT, NO_FILE_DATA, "bytes written"),
    LOOKED_UP_ROW("evt.abspath", STRING, ARGUMENT, absolute_path, 1,
                  "path the call works on, made absolute"),
    LOOKED_UP_ROW("evt.abspath.src", STRING, ARGUMENT, absolute_path, 1,
                  "first path of a call that names two, made absolute"),
    LOOKED_UP_ROW("evt.abspath.dst", STRING, ARGUMENT2, absolute_path, 2,
                  "second path of a call that names two, made absolute"),
};

const struct field_rows field_rows_event_arg = FIELD_ROWS(rows);
