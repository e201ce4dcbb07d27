/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/foresee.h"

#include <stdio.h>
#include <string.h>

#include "rules/evaluate.h"
#include "rules/judge.h"

/* Fields whose values are not known before the act, or not for sure. */
enum certainty {
    BY_CALLER, /* the caller's memory: it can change it meanwhile */
    BY_RESULT, /* the call's result, which is a number from 0 up */
    BY_ACT,    /* the act makes it */
    KNOWN,     /* an exception of a row below it */
};

#define OPEN_BIT (1u << FORESEEN_OPEN)
#define EXEC_BIT (1u << FORESEEN_EXEC)
#define BOTH     (OPEN_BIT | EXEC_BIT)

/* A name that ends in `*` is a start. The first row that fits a field counts. */
static const struct field_row {
    const char *name;
    enum certainty certainty;
    unsigned acts;
} field_rows[] = {
    {"evt.num", BY_ACT, BOTH},
    {"evt.cpu", BY_ACT, BOTH},
    {"evt.repeated", BY_ACT, BOTH},
    {"evt.rawres", BY_RESULT, OPEN_BIT},
    {"evt.is_open_create", BY_ACT, OPEN_BIT},
    {"evt.args", BY_CALLER, BOTH},
    {"evt.arg.flags", KNOWN, EXEC_BIT},
    {"evt.arg.dev", KNOWN, OPEN_BIT},
    {"evt.arg.ino", KNOWN, OPEN_BIT},
    {"evt.arg.mode", KNOWN, OPEN_BIT},
    {"evt.arg.dirfd", KNOWN, OPEN_BIT},
    {"evt.arg.exe_ino", KNOWN, EXEC_BIT},
    {"evt.arg.trusted_exepath", KNOWN, EXEC_BIT},
    {"evt.arg.cwd", KNOWN, EXEC_BIT},
    {"evt.arg.res", KNOWN, EXEC_BIT},
    {"evt.arg*", BY_CALLER, BOTH},
    {"evt.rawarg*", BY_CALLER, BOTH},
    {"evt.info", BY_CALLER, BOTH},
    {"fd.num", BY_RESULT, OPEN_BIT},
    {"fd.uid", BY_ACT, OPEN_BIT},
    {"fd.nameraw", BY_CALLER, OPEN_BIT},
    {"fs.path.*", BY_CALLER, BOTH},
    /* Of an exec they speak of the new program. */
    {"proc.name", BY_CALLER, EXEC_BIT},
    {"proc.exe", BY_CALLER, EXEC_BIT},
    {"proc.args", BY_CALLER, EXEC_BIT},
    {"proc.cmdline", BY_CALLER, EXEC_BIT},
    {"proc.exeline", BY_CALLER, EXEC_BIT},
    {"proc.cmdnargs", BY_CALLER, EXEC_BIT},
    {"proc.cmdlenargs", BY_CALLER, EXEC_BIT},
    {"proc.env", BY_CALLER, EXEC_BIT},
    {"proc.a*", BY_CALLER, EXEC_BIT}, /* [0] is the process itself: certainty_of */
    {"proc.sname", BY_CALLER, EXEC_BIT},
    {"proc.sid.*", BY_CALLER, EXEC_BIT},
    {"proc.vpgid.*", BY_CALLER, EXEC_BIT},
    {"proc.pgid.*", BY_CALLER, EXEC_BIT},
    {"proc.loginshellid", BY_CALLER, EXEC_BIT},
    {"proc.std*", BY_ACT, EXEC_BIT},
    {"thread.cap*", BY_ACT, EXEC_BIT},
    {"thread.cgroup*", KNOWN, EXEC_BIT},
    {"thread.*", BY_ACT, EXEC_BIT}, /* the executing thread becomes the first */
    {"user.login*", KNOWN, EXEC_BIT},
    {"user.*", BY_ACT, EXEC_BIT}, /* set-user-id */
    {"group.*", BY_ACT, EXEC_BIT},
};

static const char *const reasons[] = {
    [BY_CALLER] = "lies in the caller's memory, which can be changed until the act",
    [BY_RESULT] = "is known by the act's result",
    [BY_ACT] = "is made by the act",
};

static bool fits(const struct field_row *row, const char *name)
{
    size_t len = strlen(row->name);

    if (row->name[len - 1] == '*')
        return !strncmp(row->name, name, len - 1);
    return !strcmp(row->name, name);
}

/* With its key where the field has one: evt.arg.flags. */
static enum certainty certainty_of(const struct slot *slot, enum foreseen act)
{
    char name[64];
    const struct field_ref *ref = &slot->ref;
    /* proc.aname and its kin are of the ancestors, but for [0]. */
    bool of_ancestors = ref->field->reach == FIELD_NEAR_BY_INDEX && ref->index != 0;

    if (ref->key && ref->field->argument == FIELD_SUFFIX_KEY)
        snprintf(name, sizeof(name), "%s.%s", ref->field->name, ref->key);
    else
        snprintf(name, sizeof(name), "%s", ref->field->name);
    for (size_t i = 0; i < sizeof(field_rows) / sizeof(field_rows[0]); i++) {
        const struct field_row *row = &field_rows[i];
        if (!(row->acts & 1u << act) || !fits(row, name))
            continue;
        return of_ancestors ? KNOWN : row->certainty;
    }
    return KNOWN;
}

/* Whether a comparison has one and the same answer for all results of a call that succeeds. */
static bool same_for_all_results(const struct atom *atom)
{
    if (atom->op == OP_EXISTS)
        return true;
    if (atom->right || atom->left->transformer_count)
        return false;
    for (size_t i = 0; i < atom->operand_count; i++) {
        int64_t number = atom->operands[i].number;
        switch (atom->op) {
        case OP_GE:
        case OP_LT:
            if (number > 0)
                return false;
            break;
        case OP_GT:
        case OP_LE:
        case OP_EQ:
        case OP_NE:
        case OP_IN:
            if (number >= 0)
                return false;
            break;
        default: return false;
        }
    }
    return true;
}

/* NULL when the comparison is decided before the act. */
static const char *why_not(const struct atom *atom, enum foreseen act, const char **ret_field)
{
    const struct slot *slots[] = {atom->left, atom->right};

    for (size_t i = 0; i < 2; i++) {
        enum certainty certainty = slots[i] ? certainty_of(slots[i], act) : KNOWN;
        if (certainty == KNOWN || (certainty == BY_RESULT && same_for_all_results(atom)))
            continue;
        *ret_field = slots[i]->name;
        return reasons[certainty];
    }
    return NULL;
}

static bool can_be(const struct term *term, enum foreseen act)
{
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if ((act == FORESEEN_EXEC ? event_executes(type) : event_opens(type)) &&
            type_set_has(&term->match, type))
            return true;
    return false;
}

/* The first field that is not known before the act, NULL when all are; a part that can't hold for
 * such an act counts not. */
static const char *unknown(const struct term *term, enum foreseen act, const char **ret_why)
{
    const char *field = NULL;

    if (term->kind == TERM_ATOM) {
        *ret_why = why_not(term->atom, act, &field);
        return field;
    }
    for (size_t i = 0; i < term->count && !field; i++)
        if (term->kind != TERM_OR || can_be(term->children[i], act))
            field = unknown(term->children[i], act, ret_why);
    return field;
}

/* See enforce/fanotify_marks.c. */
static bool is_left_out(const struct field_string *path)
{
    static const char *const places[] = {"/proc", "/dev"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        size_t len = strlen(places[i]);
        if (path->len >= len && !memcmp(path->data, places[i], len) &&
            (path->len == len || path->data[len] == '/'))
            return true;
    }
    return false;
}

static bool names_what_is_left_out(const struct term *term)
{
    if (term->kind == TERM_ATOM) {
        const struct atom *atom = term->atom;
        bool named = atom->left->ref.field->dimension == DIMENSION_PATH;
        for (size_t i = 0; named && i < atom->operand_count; i++)
            if (is_left_out(&atom->operands[i].string))
                return true;
        return false;
    }
    for (size_t i = 0; i < term->count; i++)
        if (names_what_is_left_out(term->children[i]))
            return true;
    return false;
}

void rules_foresight(const struct ruleset *rules, size_t index,
                     struct rule_foresight *ret_foresight)
{
    const struct term *condition = rules->rules[index]->condition;
    struct rule_foresight foresight = {0};

    for (int act = 0; act < FORESEEN_MAX; act++) {
        foresight.asks[act] = can_be(condition, (enum foreseen)act);
        if (!foresight.asks[act])
            continue;
        foresight.field[act] = unknown(condition, (enum foreseen)act, &foresight.why[act]);
        foresight.foreseen[act] = !foresight.field[act];
    }
    foresight.left_out = foresight.asks[FORESEEN_OPEN] && names_what_is_left_out(condition);
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        bool matches = type_set_has(&condition->match, type);
        foresight.sockets |= matches && event_is_of_socket(type);
        foresight.others |=
            matches && !event_executes(type) && !event_opens(type) && !event_is_of_socket(type);
    }
    *ret_foresight = foresight;
}

void rule_foresight_without(struct rule_foresight *foresight)
{
    foresight->others |= foresight->asks[FORESEEN_OPEN] || foresight->asks[FORESEEN_EXEC];
    memset(foresight->asks, false, sizeof(foresight->asks));
    foresight->left_out = false;
}

bool rule_foresight_text(const struct rule_foresight *foresight, const struct rule_sockets *sockets,
                         struct buf *buf)
{
    static const char *const acts[] = {[FORESEEN_OPEN] = "open", [FORESEEN_EXEC] = "exec"};
    const char *separator = "";
    bool others = foresight->others || (foresight->sockets && !sockets);
    bool all = !others && !foresight->left_out;

    for (int act = 0; act < FORESEEN_MAX; act++) {
        if (!foresight->asks[act])
            continue;
        if (foresight->foreseen[act])
            buf_printf(buf, "%s%s is denied by fanotify", separator, acts[act]);
        else
            buf_printf(buf, "%s%s is not denied: %s %s", separator, acts[act],
                       foresight->field[act], foresight->why[act]);
        all &= foresight->foreseen[act];
        separator = "; ";
    }
    if (foresight->left_out)
        buf_printf(buf, "%sthat of files of /proc and /dev is not", separator);
    if (foresight->sockets && sockets)
        all &= rule_sockets_text(sockets, buf);
    if (others)
        buf_printf(buf, "%s%s not denied", buf->len ? "; " : "",
                   buf->len ? "its other events are" : "its events are");
    return all;
}

void rules_foresees(struct ruleset *rules, bool ret_wanted[FORESEEN_MAX])
{
    memset(ret_wanted, false, FORESEEN_MAX * sizeof(*ret_wanted));
    for (size_t i = 0; i < rules->rule_count; i++) {
        struct rule_foresight foresight;

        if (!rule_denies(rules->rules[i]))
            continue;
        rules_foresight(rules, i, &foresight);
        for (int act = 0; act < FORESEEN_MAX; act++) {
            ret_wanted[act] |= foresight.foreseen[act];
            rules->rules[i]->foreseen[act] = foresight.foreseen[act];
        }
    }
}

bool rules_judge_foreseen(struct ruleset *rules, struct world *world,
                          const struct judged_event *judged, rules_alert alert, void *data)
{
    unsigned type = judged->event->header->type;
    enum foreseen act = event_executes(type) ? FORESEEN_EXEC : FORESEEN_OPEN;

    if (type >= EVENT_TYPE_MAX)
        return false;
    evaluate_begin(rules, world, judged);
    const struct rule_index *index = &rules->by_type[type];
    for (size_t i = 0; i < index->count; i++) {
        struct rule *rule = index->rules[i];
        if (!rule->foreseen[act])
            continue;
        rules->counters.evaluations++;
        if (!evaluate_term(rules, rule->condition))
            continue;
        judge_raise(rules, world, judged, rule, alert, data);
        return true;
    }
    return false;
}
