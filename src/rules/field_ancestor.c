/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field_part.h"

static bool parent(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    return field_part(context, context->judged->process->parent, (enum part)ref->field->detail,
                      NULL, value);
}

/* Without a parent that is known, the kernel's first processes have 0, as everywhere on Linux. */
static bool parent_pid(struct field_context *context, const struct field_ref *ref,
                       struct field_value *value)
{
    const struct process *process = context->judged->process;

    if (!process->parent && process->id.pid <= 2)
        return field_set_number(value, FIELD_NUMBER, 0);
    return parent(context, ref, value);
}

/* [0] is the process itself. */
static const struct process *ancestor(const struct field_context *context, int64_t index)
{
    const struct process *process = context->judged->process;

    while (process && index-- > 0)
        process = process->parent;
    return process;
}

/* One part of each ancestor, the parent first. */
static bool ancestor_list(struct field_context *context, enum part part, struct field_value *value)
{
    const struct process *first = context->judged->process->parent, *process;
    struct field_value one, text;
    size_t count = 0;

    for (process = first; process && count < FIELD_LIST_MAX; process = process->parent)
        count++;
    if (process)
        context->values_cut++;

    struct field_string *list = field_context_alloc(context, count * sizeof(*list));
    if (!list) {
        context->values_cut++;
        return false;
    }
    process = first;
    for (size_t i = 0; i < count; i++, process = process->parent) {
        list[i] = (struct field_string){"", 0};
        if (!field_part(context, process, part, NULL, &one))
            continue;
        if (one.type != FIELD_STRING) { /* a pid: lists are of texts */
            field_value_text(&one, field_scratch(context));
            if (!field_set_scratch(context, &text))
                continue;
            one = text;
        }
        list[i] = one.string;
    }
    *value = (struct field_value){
        .type = FIELD_STRINGS,
        .is_ancestor_list = true,
        .list = list,
        .list_len = count,
    };
    return true;
}

static bool ancestors(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    enum part part = (enum part)ref->field->detail;

    if (ref->index < 0)
        return ancestor_list(context, part, value);
    return field_part(context, ancestor(context, ref->index), part, NULL, value);
}

/* proc.aenv[2]: the environment of one ancestor; [NAME]: the first value on the way up. */
static bool environments(struct field_context *context, const struct field_ref *ref,
                         struct field_value *value)
{
    const struct process *process = context->judged->process->parent;

    if (!ref->key || ref->index >= 0)
        return ancestors(context, ref, value);
    for (size_t i = 0; process && i < FIELD_LIST_MAX; i++, process = process->parent)
        if (field_part(context, process, PART_ENV, ref->key, value) && value->string.len)
            return true;
    return field_set_string(value, "");
}

/*
 * The kernel keeps the number of a session or group from being used again while it has members, so
 * whoever has it now is the leader. When it has ended and is forgotten, Falco's rule: the eldest of
 * the unbroken line of ancestors in the same session or group.
 */
static const struct process *session_leader(const struct field_context *context)
{
    const struct process *process = context->judged->process;
    uint32_t sid = process->sid;
    const struct process *leader = sid ? world_process_by_pid(context->world, sid) : NULL;

    if (leader && leader->sid == sid)
        return leader;
    for (size_t i = 0; i < FIELD_LIST_MAX && process->parent && process->parent->sid == sid; i++)
        process = process->parent;
    return process;
}

static const struct process *group_leader(const struct field_context *context)
{
    const struct process *process = context->judged->process;
    uint32_t pgid = process->pgid;
    const struct process *leader = pgid ? world_process_by_pid(context->world, pgid) : NULL;

    if (leader && leader->pgid == pgid)
        return leader;
    for (size_t i = 0; i < FIELD_LIST_MAX && process->parent && process->parent->pgid == pgid; i++)
        process = process->parent;
    return process;
}

static bool of_session(struct field_context *context, const struct field_ref *ref,
                       struct field_value *value)
{
    return field_part(context, session_leader(context), (enum part)ref->field->detail, NULL, value);
}

static bool of_group(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    return field_part(context, group_leader(context), (enum part)ref->field->detail, NULL, value);
}

#define ANCESTORS(name, part, picked, about)                                                       \
    PROCESS_ROW(name, STRINGS, CHANGES_BY_EXEC | CHANGES_BY_PARENTS_EXEC, ancestors, part, about,  \
                .argument = FIELD_OPTIONAL_INDEX, .element = FIELD_##picked,                       \
                .reach = FIELD_NEAR_BY_INDEX)

static const struct field rows[] = {
    PROCESS_ROW("proc.pexe", STRING, CHANGES_BY_PARENTS_EXEC, parent, PART_EXE,
                "proc.exe of the parent"),
    ANCESTORS("proc.aexe", PART_EXE, STRING,
              "proc.exe of every ancestor, or of one: [1] is the parent"),
    PROCESS_ROW("proc.pexepath", STRING, CHANGES_BY_PARENTS_EXEC, parent, PART_EXEPATH,
                "proc.exepath of the parent"),
    ANCESTORS("proc.aexepath", PART_EXEPATH, STRING,
              "proc.exepath of every ancestor, or of one: [1] is the parent"),
    PROCESS_ROW("proc.pname", STRING, CHANGES_BY_PARENTS_EXEC, parent, PART_NAME,
                "proc.name of the parent"),
    ANCESTORS("proc.aname", PART_NAME, STRING,
              "proc.name of every ancestor, or of one: [1] is the parent"),
    ANCESTORS("proc.aargs", PART_ARGS, STRING,
              "proc.args of every ancestor, or of one: [1] is the parent"),
    PROCESS_ROW("proc.pcmdline", STRING, CHANGES_BY_PARENTS_EXEC, parent, PART_CMDLINE,
                "proc.cmdline of the parent"),
    ANCESTORS("proc.acmdline", PART_CMDLINE, STRING,
              "proc.cmdline of every ancestor, or of one: [1] is the parent"),
    PROCESS_ROW(
        "proc.aenv", STRINGS, CHANGES_BY_EXEC | CHANGES_BY_PARENTS_EXEC, environments, PART_ENV,
        "proc.env of every ancestor, of one ([2]), or the nearest value of a variable ([NAME])",
        .argument = FIELD_OPTIONAL_KEY, .element = FIELD_STRING, .reach = FIELD_NEAR_BY_INDEX,
        .needs = FIELD_NEEDS_ENVIRONMENT),
    PROCESS_ROW("proc.ppid", NUMBER, CHANGES_BY_PARENT, parent_pid, PART_PID,
                "pid of the process that made this one"),
    ANCESTORS("proc.apid", PART_PID, NUMBER, "pid of every ancestor, or of one: [1] is the parent"),
    PROCESS_ROW("proc.pvpid", NUMBER, CHANGES_BY_PARENT, parent, PART_VPID,
                "pid of the parent in its own pid namespace"),
    EVENT_ROW("proc.ppid.duration", DURATION, parent, PART_DURATION, "ns since the parent was made",
              .needs = FIELD_NEEDS_CLOCK),
    PROCESS_ROW("proc.ppid.ts", TIME, CHANGES_BY_PARENT, parent, PART_START,
                "when the parent was made"),
    EVENT_ROW("proc.sname", STRING, of_session, PART_NAME, "proc.name of the session's leader",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.sid.exe", STRING, of_session, PART_EXE, "proc.exe of the session's leader",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.sid.exepath", STRING, of_session, PART_EXEPATH,
              "proc.exepath of the session's leader", .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.vpgid.name", STRING, of_group, PART_NAME,
              "proc.name of the process group's leader", .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.vpgid.exe", STRING, of_group, PART_EXE,
              "proc.exe of the process group's leader", .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.vpgid.exepath", STRING, of_group, PART_EXEPATH,
              "proc.exepath of the process group's leader", .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.pgid.name", STRING, of_group, PART_NAME,
              "proc.name of the process group's leader", .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.pgid.exe", STRING, of_group, PART_EXE, "proc.exe of the process group's leader",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.pgid.exepath", STRING, of_group, PART_EXEPATH,
              "proc.exepath of the process group's leader", .needs = FIELD_NEEDS_SESSIONS),
};

const struct field_rows field_rows_ancestor = FIELD_ROWS(rows);
