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

/* Names are those of the container's own files. */
#define CHANGES_BY_NAMES (CHANGES_BY_CONTAINER | FIELD_CHANGES_WITH(USER_FACTS))
#define CHANGES_BY_USER  (CHANGES_BY_NAMES | FIELD_CHANGES_WITH(EUID))

static const struct field rows[] = {
    PROCESS_ROW("user.uid", NUMBER, FIELD_CHANGES_WITH(EUID), user, USER_UID, "effective user id"),
    PROCESS_ROW("user.name", STRING, CHANGES_BY_USER, user, USER_NAME,
                "name of the effective user, by the container's own passwd file"),
    PROCESS_ROW("user.homedir", STRING, CHANGES_BY_USER, user, USER_HOME,
                "home directory of the effective user"),
    PROCESS_ROW("user.shell", STRING, CHANGES_BY_USER, user, USER_SHELL,
                "login shell of the effective user"),
    PROCESS_ROW("user.loginuid", NUMBER, FIELD_CHANGES_WITH(LOGIN_UID), user, USER_LOGIN_UID,
                "id of the user that logged in, -1 when none did"),
    PROCESS_ROW("user.loginname", STRING, FIELD_CHANGES_WITH(LOGIN_UID) | CHANGES_BY_NAMES, user,
                USER_LOGIN_NAME, "name of the user that logged in"),
    PROCESS_ROW("group.gid", NUMBER, FIELD_CHANGES_WITH(EGID), group, GROUP_GID,
                "effective group id"),
    PROCESS_ROW("group.name", STRING, FIELD_CHANGES_WITH(EGID) | CHANGES_BY_NAMES, group,
                GROUP_NAME, "name of the effective group"),
};

const struct field_rows field_rows_user = FIELD_ROWS(rows);
