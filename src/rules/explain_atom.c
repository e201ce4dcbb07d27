/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/explain_atom.h"

#include <string.h>

#include "rules/explain_text.h"
#include "rules/filter_lookup.h"
#include "rules/truth_network.h"

#define OF_OPENS       "open, openat, openat2, creat"
#define OF_NAMES       "calls that name a path and return no file"
#define OF_PEERS       "connect, sendto, sendmsg, sendmmsg"
#define PATH_OPERATORS "=, in, startswith, pmatch"

static const struct {
    const char *name;
    const char *how;      /* it is decided */
    const char *too_much; /* what an operator is that is not */
    const char *instead;  /* operators that are */
    unsigned first, last; /* index of its keys, where it has few */
    const char *only;     /* what it is looked up for */
} dimensions[DIMENSION_MAX] = {
    [DIMENSION_PROCESS] = {.name = "process", .how = "the answer is kept for the acting process"},
    [DIMENSION_TYPE] = {"type", "by the type of the event", "more than the type tells", "= or in",
                        0, FILTER_TYPE_COUNT - 1},
    [DIMENSION_RESULT] = {"result", "by the result of the call", "more than the result tells",
                          "= or in", 0, FILTER_RESULT_LAST - 1},
    [DIMENSION_OPEN] = {"open", "by the flags of an open and the kind of file or socket",
                        "more than flags and kind of file tell", "=", 1, FILTER_OPEN_COUNT - 1,
                        OF_OPENS " and calls on sockets"},
    [DIMENSION_RAW] = {"raw", "by whether the name given to an open holds \"..\"",
                       "more than whether it holds \"..\" tells", NULL, 1, 1, OF_OPENS},
    [DIMENSION_PATH] = {"path", "by a list of paths of opens and of what they begin with",
                        "more than a list of paths tells", PATH_OPERATORS, 0, 0, OF_OPENS},
    [DIMENSION_NAME] = {"name", "by a list of names of opened files",
                        "more than a list of names tells", "= or in", 0, 0, OF_OPENS},
    [DIMENSION_ARGUMENT] = {"argument", "by a list of paths that calls name",
                            "more than a list of paths tells", PATH_OPERATORS, 0, 0, OF_NAMES},
    [DIMENSION_ARGUMENT2] = {"second argument", "by a list of paths that calls name second",
                             "more than a list of paths tells", PATH_OPERATORS, 0, 0, OF_NAMES},
    [DIMENSION_ADDRESS] = {"address", "by a list of networks that clients talk to",
                           "more than a list of networks tells", "= or in", 0, 0, OF_PEERS},
    [DIMENSION_PORT] = {"port", "by a list of ports that clients talk to",
                        "more than a list of ports tells", "= or in", 0, 0, OF_PEERS},
};

static bool is_listed(enum dimension dimension)
{
    return dimension >= DIMENSION_PATH;
}

const char *explain_looked_up_for(enum dimension dimension)
{
    return dimensions[dimension].only;
}

const char *explain_dimension(enum dimension dimension)
{
    return dimensions[dimension].name;
}

/* The answers to one atom, over all keys. */
struct answers {
    struct truths *truths;
    struct atom *atom;
    enum dimension dimension;
    unsigned truth[TRUTH_EITHER + 1];
};

static void answer(struct answers *answers, const struct key *key)
{
    struct term term = {.kind = TERM_ATOM, .atom = answers->atom};
    unsigned truth = 0;

    for (int negated = 0; negated < 2; negated++) {
        struct literal literal = {&term, negated};
        struct conjunction one = {&literal, 1};
        const struct alternatives alternatives = {.items = &one, .count = 1};
        if (truth_may_hold(answers->truths, &alternatives, key))
            truth |= negated ? TRUTH_FALSE : TRUTH_TRUE;
    }
    answers->truth[truth]++;
}

static int answer_text(void *data, const char *text, size_t len, bool whole)
{
    struct answers *answers = data;
    const struct key key = {
        .dimension = answers->dimension, .text = text, .len = len, .whole = whole};

    answer(answers, &key);
    return 0;
}

static bool is_key(enum dimension dimension, unsigned index)
{
    return dimension != DIMENSION_TYPE || event_type_info(index);
}

/* What no list of the rules names: other paths, other names, other addresses and ports. */
static struct key other_key(enum dimension dimension)
{
    static const struct network all = {0};

    return (struct key){
        .dimension = dimension, .text = "/", .len = dimension != DIMENSION_NAME, .network = &all};
}

static void answer_network(struct answers *answers)
{
    const struct atom *atom = answers->atom;

    for (size_t i = 0; i < atom->operand_count; i++) {
        const struct network network = network_of_operand(&atom->operands[i]);
        const struct key key = {.dimension = answers->dimension,
                                .network = &network,
                                .index = (unsigned)atom->operands[i].number & UINT16_MAX,
                                .whole = true};
        answer(answers, &key);
    }
}

static void answer_all(struct answers *answers)
{
    enum dimension dimension = answers->dimension;
    struct key key = other_key(dimension);

    if (is_listed(dimension)) {
        answer(answers, &key);
        if (dimension == DIMENSION_ADDRESS || dimension == DIMENSION_PORT)
            answer_network(answers);
        else
            truth_keys(answers->atom, answer_text, answers);
        return;
    }
    for (unsigned i = dimensions[dimension].first; i <= dimensions[dimension].last; i++) {
        key = (struct key){.dimension = dimension, .index = i};
        if (is_key(dimension, i))
            answer(answers, &key);
    }
}

static bool is_of_process(const struct slot *slot)
{
    return !slot || slot->ref.field->class == FIELD_OF_PROCESS;
}

static enum explain_place without_dimension(const struct atom *atom, struct buf *reason)
{
    const char *field = atom->left->ref.field->name;

    if (is_of_process(atom->left) && is_of_process(atom->right)) {
        buf_printf(reason, "%s may change while the process and its parent stay as they are",
                   field);
        return EXPLAIN_FAR;
    }
    if (atom->right)
        buf_add_string(reason, "two fields of the event are compared");
    else if (atom->left->transformer_count)
        buf_printf(reason, "%s() is not applied in the kernel",
                   transformer_name(atom->left->transformers[0]));
    else
        buf_printf(reason, "the kernel has no table for %s", field);
    return EXPLAIN_USER;
}

enum explain_place explain_atom_place(struct truths *truths, struct atom *atom, struct buf *reason)
{
    enum dimension dimension = dimension_of_atom(atom);
    struct answers answers = {.truths = truths, .atom = atom, .dimension = dimension};

    if (dimension == DIMENSION_UNKNOWN)
        return without_dimension(atom, reason);
    if (dimension == DIMENSION_PROCESS) {
        buf_add_string(reason, dimensions[dimension].how);
        return EXPLAIN_MASK;
    }
    answer_all(&answers);
    bool decided = answers.truth[TRUTH_TRUE] || answers.truth[TRUTH_FALSE];
    if (!decided) {
        buf_printf(reason, "'%s%s%s' is %s", operator_info(atom->op)->name,
                   atom->modifier ? " " : "", atom->modifier ? modifier_name(atom->modifier) : "",
                   dimensions[dimension].too_much);
        return EXPLAIN_USER;
    }
    buf_add_string(reason, dimensions[dimension].how);
    return answers.truth[TRUTH_EITHER] || dimension == DIMENSION_RAW ? EXPLAIN_KERNEL_PART
                                                                     : EXPLAIN_KERNEL;
}

void explain_atom_advice(struct buf *advice, const struct atom *atom, enum explain_place place,
                         unsigned values_max)
{
    enum dimension dimension = dimension_of_atom(atom);
    const char *instead = NULL;

    if (place == EXPLAIN_FAR && atom->left->ref.field->reach == FIELD_NEAR_BY_INDEX)
        instead = "proc.pname and its like, or index 0 or 1, are asked once per process";
    else if (place == EXPLAIN_USER && dimension == DIMENSION_UNKNOWN && !atom->right &&
             atom->left->transformer_count)
        instead = "the field without a transformer may be";
    else if (place == EXPLAIN_USER && dimension != DIMENSION_UNKNOWN)
        instead = dimensions[dimension].instead;
    if (!instead)
        return;
    buf_add_char(advice, '`');
    explain_atom_text(advice, atom, values_max);
    buf_printf(advice, "` can't be decided in the kernel: %s", instead);
    if (instead == dimensions[dimension < DIMENSION_MAX ? dimension : 0].instead)
        buf_add_string(advice, " can");
}

bool explain_narrows(struct truths *truths, const struct alternatives *alternatives,
                     enum dimension dimension)
{
    struct key key = other_key(dimension);

    if (dimension == DIMENSION_PROCESS)
        return !alternatives_always_hold(alternatives);
    if (is_listed(dimension))
        return !truth_may_hold(truths, alternatives, &key);
    for (unsigned i = dimensions[dimension].first; i <= dimensions[dimension].last; i++) {
        key = (struct key){.dimension = dimension, .index = i};
        if (is_key(dimension, i) && !truth_may_hold(truths, alternatives, &key))
            return true;
    }
    return false;
}
