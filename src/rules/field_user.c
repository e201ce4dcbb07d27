/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field_row.h"

#define UNSET 0xffffffffu

enum user { USER_UID, USER_NAME, USER_HOME, USER_SHELL, USER_LOGIN_UID, USER_LOGIN_NAME };

/* Falco's user is the effective one. Root has its name where no passwd file tells. */
static bool user_text(struct field_context *context, enum user what, uint32_t uid,
                      struct field_value *value)
{
    const struct container *container = context->judged->container;
    const char *text = NULL, *of_root = NULL;

    if (uid == UNSET)
        return false;
    switch (what) {
    case USER_HOME:
        text = world_user_home(context->world, container, uid);
        of_root = "/root";
        break;
    case USER_SHELL: text = world_user_shell(context->world, container, uid); break;
    default:
        text = world_user_name(context->world, container, uid);
        of_root = "root";
        break;
    }
    if (!text && !uid)
        text = of_root;
    return field_set_string(value, text);
}

static bool user(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    const struct event_header *header = field_event(context)->header;
    enum user what = (enum user)ref->field->detail;

    switch (what) {
    case USER_UID: return field_set_number(value, FIELD_NUMBER, header->euid);
    case USER_LOGIN_UID:
        return field_set_number(value, FIELD_NUMBER,
                                header->login_uid == UNSET ? -1 : (int64_t)header->login_uid);
    case USER_LOGIN_NAME: return user_text(context, what, header->login_uid, value);
    default: return user_text(context, what, header->euid, value);
    }
}

enum group { GROUP_GID, GROUP_NAME };

static bool group(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    uint32_t gid = field_event(context)->header->egid;
    const char *name;

    if (ref->field->detail == GROUP_GID)
        return field_set_number(value, FIELD_NUMBER, gid);
    name = world_group_name(context->world, context->judged->container, gid);
    return field_set_string(value, name || gid ? name : "root");
}

static const struct field rows[] = {
    ROW("user.uid", NUMBER, PROCESS, user, USER_UID, "effective user id"),
    ROW("user.name", STRING, PROCESS, user, USER_NAME,
        "name of the effective user, by the container's own passwd file"),
    ROW("user.homedir", STRING, PROCESS, user, USER_HOME, "home directory of the effective user"),
    ROW("user.shell", STRING, PROCESS, user, USER_SHELL, "login shell of the effective user"),
    ROW("user.loginuid", NUMBER, PROCESS, user, USER_LOGIN_UID,
        "id of the user that logged in, -1 when none did"),
    ROW("user.loginname", STRING, PROCESS, user, USER_LOGIN_NAME,
        "name of the user that logged in"),
    ROW("group.gid", NUMBER, PROCESS, group, GROUP_GID, "effective group id"),
    ROW("group.name", STRING, PROCESS, group, GROUP_NAME, "name of the effective group"),
};

const struct field_rows field_rows_user = FIELD_ROWS(rows);
