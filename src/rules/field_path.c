/* SPDX-License-Identifier: Apache-2.0 */
/* fs.path.*: paths that a call names without opening them. */
#include "event/names.h"
#include "event/table.h"
#include "rules/field_row.h"

enum place { PLACE_NAME, PLACE_SOURCE, PLACE_TARGET };

/* Which arguments hold them; Falco calls a link the source and what it leads to the target. */
static const struct path_row {
    enum event_type type;
    const char *place[3]; /* by enum place; NULL: none */
} path_rows[] = {
    {EVENT_OPEN, {"name"}},
    {EVENT_OPENAT, {"name"}},
    {EVENT_OPENAT2, {"name"}},
    {EVENT_CREAT, {"name"}},
    {EVENT_MKDIR, {"path"}},
    {EVENT_MKDIRAT, {"path"}},
    {EVENT_RMDIR, {"path"}},
    {EVENT_UNLINK, {"path"}},
    {EVENT_UNLINKAT, {"name"}},
    {EVENT_MKNOD, {"path"}},
    {EVENT_MKNODAT, {"path"}},
    {EVENT_CHMOD, {"filename"}},
    {EVENT_FCHMODAT, {"filename"}},
    {EVENT_FCHMODAT2, {"filename"}},
    {EVENT_CHOWN, {"path"}},
    {EVENT_LCHOWN, {"path"}},
    {EVENT_FCHOWNAT, {"pathname"}},
    {EVENT_TRUNCATE, {"path"}},
    {EVENT_CHDIR, {"path"}},
    {EVENT_CHROOT, {"path"}},
    {EVENT_SETXATTR, {"path"}},
    {EVENT_LSETXATTR, {"path"}},
    {EVENT_UMOUNT, {"name"}},
    {EVENT_UMOUNT2, {"name"}},
    {EVENT_OPEN_TREE, {"path"}},
    {EVENT_FSPICK, {"path"}},
    {EVENT_RENAME, {NULL, "oldpath", "newpath"}},
    {EVENT_RENAMEAT, {NULL, "oldpath", "newpath"}},
    {EVENT_RENAMEAT2, {NULL, "oldpath", "newpath"}},
    {EVENT_LINK, {NULL, "newpath", "oldpath"}},
    {EVENT_LINKAT, {NULL, "newpath", "oldpath"}},
    {EVENT_SYMLINK, {NULL, "linkpath", "target"}},
    {EVENT_SYMLINKAT, {NULL, "linkpath", "target"}},
    {EVENT_MOUNT, {NULL, "dev", "dir"}},
    {EVENT_MOVE_MOUNT, {NULL, "from_path", "to_path"}},
    {EVENT_PIVOT_ROOT, {NULL, "new_root", "put_old"}},
};

static const struct event_arg *find_arg(const struct event *event, enum place place)
{
    const struct event_type_info *info = event_type_info(event->header->type);

    for (size_t i = 0; i < sizeof(path_rows) / sizeof(path_rows[0]); i++)
        if (path_rows[i].type == info->type)
            return path_rows[i].place[place] ? event_arg_by_name(info, path_rows[i].place[place])
                                             : NULL;
    return NULL;
}

#define RAW 0x10

/* fchmod, fchown: the path of the open file. */
static bool by_descriptor(const struct event *event, struct field_value *value)
{
    switch (event->header->type) {
    case EVENT_FCHMOD:
    case EVENT_FCHOWN:
    case EVENT_FTRUNCATE:
    case EVENT_FSETXATTR:
    case EVENT_FCHDIR: return field_set_param(value, event_param(event, PARAM_PATH));
    default: return false;
    }
}

/* Falco: only of calls that succeeded, opens excepted. */
static bool path(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    const struct event *event = field_event(context);
    enum place place = (enum place)(ref->field->detail & ~RAW);
    const struct event_arg *arg = find_arg(event, place);

    if (event->header->result < 0 && event_type_info(event->header->type)->family != FAMILY_OPEN)
        return false;
    if (!arg)
        return place == PLACE_NAME && by_descriptor(event, value);
    if (ref->field->detail & RAW)
        return field_set_param(value, event_param(event, arg->param));
    return names_render_arg(field_scratch(context), event, arg) &&
           field_set_scratch(context, value);
}

static const struct field rows[] = {
    LOOKED_UP_ROW("fs.path.name", STRING, ARGUMENT, path, PLACE_NAME,
                  "path that the call works on, made absolute"),
    EVENT_ROW("fs.path.nameraw", STRING, path, PLACE_NAME | RAW,
              "path that the call works on, as given"),
    EVENT_ROW("fs.path.source", STRING, path, PLACE_SOURCE,
              "where a rename or mount takes from; the link that link and symlink make"),
    EVENT_ROW("fs.path.sourceraw", STRING, path, PLACE_SOURCE | RAW, "fs.path.source as given"),
    EVENT_ROW("fs.path.target", STRING, path, PLACE_TARGET,
              "where a rename or mount puts it; what a new link leads to"),
    EVENT_ROW("fs.path.targetraw", STRING, path, PLACE_TARGET | RAW, "fs.path.target as given"),
};

const struct field_rows field_rows_path = FIELD_ROWS(rows);
