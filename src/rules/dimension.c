/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/columns.h"

/* Fields the kernel side knows something of, beyond those of processes. */
static const struct {
    const char *field;
    enum dimension dimension;
} rows[] = {
    {"evt.type", DIMENSION_TYPE},
    {"evt.type.is", DIMENSION_TYPE},
    {"evt.category", DIMENSION_TYPE},
    {"evt.dir", DIMENSION_TYPE},
    {"evt.source", DIMENSION_TYPE},
    {"syscall.type", DIMENSION_TYPE},
    {"evt.res", DIMENSION_RESULT},
    {"evt.rawres", DIMENSION_RESULT},
    {"evt.failed", DIMENSION_RESULT},
    {"evt.is_open_read", DIMENSION_OPEN},
    {"evt.is_open_write", DIMENSION_OPEN},
    {"evt.is_open_exec", DIMENSION_OPEN},
    {"fd.num", DIMENSION_OPEN},
    {"fd.type", DIMENSION_OPEN},
    {"fd.typechar", DIMENSION_OPEN},
    {"fd.nameraw", DIMENSION_RAW},
    {"fd.name", DIMENSION_PATH},
    {"fd.directory", DIMENSION_PATH},
    {"fd.filename", DIMENSION_NAME},
};

/*
 * Fields of processes whose value can change without a change of the actor's number: those that
 * walk past the parent. The kernel side sees the thread itself and its parent.
 */
static bool walks_far(const struct field_ref *ref)
{
    static const char *const walks[] = {
        "proc.loginshellid",
        "proc.pidns_init_start_ts",
        "proc.exe_ino.ctime_duration_pidns_start",
    };
    const char *name = ref->field->name;

    for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
        if (!strcmp(name, walks[i]))
            return true;
    /* proc.aname[0] is the process, [1] its parent; without an index, all of them. */
    bool ancestors = !strncmp(name, "proc.a", 6) && strcmp(name, "proc.args") != 0;
    return ancestors && (ref->index < 0 || ref->index > 1);
}

static bool is_of_process(const struct slot *slot)
{
    return slot->ref.field->class == FIELD_OF_PROCESS && !walks_far(&slot->ref);
}

enum dimension dimension_of_atom(const struct atom *atom)
{
    if (is_of_process(atom->left) && (!atom->right || is_of_process(atom->right)))
        return DIMENSION_PROCESS;
    if (atom->right || atom->left->transformer_count)
        return DIMENSION_UNKNOWN;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!strcmp(rows[i].field, atom->left->ref.field->name))
            return rows[i].dimension;
    return DIMENSION_UNKNOWN;
}
