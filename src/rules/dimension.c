/* SPDX-License-Identifier: Apache-2.0 */
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

enum dimension dimension_of_atom(const struct atom *atom)
{
    const struct field *field = atom->left->ref.field;

    if (is_of_process(atom->left) && (!atom->right || is_of_process(atom->right)))
        return DIMENSION_PROCESS;
    if (atom->right || atom->left->transformer_count || field->class == FIELD_OF_PROCESS)
        return DIMENSION_UNKNOWN;
    return field->dimension;
}
