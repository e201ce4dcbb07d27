/* SPDX-License-Identifier: Apache-2.0 */
#include "event/table.h"
#include "rules/columns.h"

/* The kernel side sees the thread itself and its parent: who looks further is asked each time. */
static bool is_near(const struct field_ref *ref)
{
    switch (ref->field->reach) {
    case FIELD_NEAR: return true;
    case FIELD_NEAR_BY_INDEX: return ref->index == 0 || ref->index == 1;
    case FIELD_FAR: break;
    }
    return false;
}

static bool is_of_process(const struct slot *slot)
{
    return slot->ref.field->class == FIELD_OF_PROCESS && is_near(&slot->ref);
}

bool dimension_looks_up_arguments(unsigned type)
{
    const struct event_type_info *info = event_type_info(type);

    /* Of setxattr evt.arg.name is the attribute's, of all others it is a path. */
    return info && info->family == FAMILY_PATH && type != EVENT_SETXATTR && type != EVENT_LSETXATTR;
}

/* The path argument of this name, as long as it is the same one of all calls that have it. */
static enum dimension dimension_of_argument(const char *name)
{
    enum dimension dimension = DIMENSION_UNKNOWN;

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        const struct event_arg *arg =
            dimension_looks_up_arguments(type) ? event_arg_by_name(info, name) : NULL;
        if (!arg)
            continue;
        enum dimension here = arg->render != RENDER_PATH  ? DIMENSION_UNKNOWN
                              : arg->param == PARAM_NAME  ? DIMENSION_ARGUMENT
                              : arg->param == PARAM_NAME2 ? DIMENSION_ARGUMENT2
                                                          : DIMENSION_UNKNOWN;
        if (here == DIMENSION_UNKNOWN || (dimension != DIMENSION_UNKNOWN && dimension != here))
            return DIMENSION_UNKNOWN;
        dimension = here;
    }
    return dimension;
}

enum dimension dimension_of_atom(const struct atom *atom)
{
    const struct field *field = atom->left->ref.field;

    if (is_of_process(atom->left) && (!atom->right || is_of_process(atom->right)))
        return DIMENSION_PROCESS;
    if (atom->right || atom->left->transformer_count || field->class == FIELD_OF_PROCESS)
        return DIMENSION_UNKNOWN;
    if (field->dimension == DIMENSION_ARGUMENT && field->argument) /* evt.arg: told by the name */
        return atom->left->ref.key ? dimension_of_argument(atom->left->ref.key) : DIMENSION_UNKNOWN;
    return field->dimension;
}
