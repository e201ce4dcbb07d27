/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/guard_sockets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "rules/filter_internal.h"
#include "rules/guard_check.h"

DEFINE_CLEANUP(struct world *, world_free);

static const struct {
    const char *name;
    enum event_type types[4];
} acts[] = {
    [SOCKET_CONNECT] = {"connect", {EVENT_CONNECT}},
    [SOCKET_BIND] = {"bind", {EVENT_BIND}},
    [SOCKET_SEND] = {"send", {EVENT_SENDTO, EVENT_SENDMSG, EVENT_SENDMMSG}},
};

/* What programs look up, besides who acts; what asks for a path is of no socket they meet. */
#define LOOKED_UP                                                                                  \
    (DIMENSION_BIT(OPEN) | DIMENSION_BIT(ADDRESS) | DIMENSION_BIT(PORT) | DIMENSION_BIT(TYPE) |    \
     DIMENSION_BIT(RESULT) | DIMENSION_BIT(CONTAINER) | DIMENSION_BIT(EXECUTABLE) |                \
     DIMENSION_BIT(IMAGE) | DIMENSION_BIT(PATH))

bool event_is_of_socket(unsigned type)
{
    for (size_t act = 0; act < SOCKET_ACTS; act++)
        for (size_t i = 0; i < 4 && acts[act].types[i]; i++)
            if (acts[act].types[i] == type)
                return true;
    return false;
}

static bool column_has_act(struct truths *truths, const struct column *column, enum socket_act act)
{
    for (size_t i = 0; i < 4 && acts[act].types[i]; i++)
        if (guard_column_has_type(truths, column, acts[act].types[i]))
            return true;
    return false;
}

/* Whether the programs meet acts of such sockets. */
static bool is_met(enum socket_act act, unsigned family, unsigned kind)
{
    bool internet = family == FILTER_FAMILY_INET || family == FILTER_FAMILY_INET6;

    return internet &&
           (kind == FILTER_SOCKET_UDP || (kind == FILTER_SOCKET_TCP && act != SOCKET_SEND));
}

/* Whether a column is about no act that the programs don't meet. */
static bool is_whole(struct truths *truths, const struct column *column, enum socket_act act)
{
    uint32_t asked = column_asks(column);
    bool of_peer = asked & (DIMENSION_BIT(ADDRESS) | DIMENSION_BIT(PORT));

    /* A path: a local socket. Who sends on a connected one meets no program, but did before. */
    if (asked & DIMENSION_BIT(PATH) ||
        (act == SOCKET_SEND && !column_has_act(truths, column, SOCKET_CONNECT)))
        return false;
    for (unsigned family = 0; family <= FILTER_FAMILY_UNIX; family++) {
        for (unsigned kind = 0; kind < FILTER_SOCKET_KINDS; kind++) {
            const struct key key = {.dimension = DIMENSION_OPEN,
                                    .index = FILTER_SOCKET(family, kind)};
            bool other = family == FILTER_FAMILY_OTHER || family == FILTER_FAMILY_UNIX;
            if (!is_met(act, family, kind) && !(other && of_peer) &&
                filter_column_may_hold(truths, column, &key))
                return false;
        }
    }
    return true;
}

/* What is not known of some sockets that are met: acts of those get past. An IPv6 socket may talk
 * IPv4, and is of that type to rules then. */
static const struct atom *undecided(struct truths *truths, const struct term *term)
{
    const struct atom *found = NULL;

    if (term->kind == TERM_ATOM) {
        if (guard_dimension(term->atom) != DIMENSION_OPEN)
            return NULL;
        for (unsigned kind = FILTER_SOCKET_TCP; kind < FILTER_SOCKET_KINDS && !found; kind++)
            for (unsigned family = FILTER_FAMILY_INET; family <= FILTER_FAMILY_INET6; family++) {
                const struct key key = {.dimension = DIMENSION_OPEN,
                                        .index = FILTER_SOCKET(family, kind)};
                if (truth_of_atom(truths, term->atom, &key) == TRUTH_EITHER)
                    found = term->atom;
            }
        return found;
    }
    for (size_t i = 0; i < term->count && !found; i++)
        found = undecided(truths, term->children[i]);
    return found;
}

static bool denies(const struct rule *rule)
{
    return rule->info.action == ACTION_DENY;
}

bool rule_kept_by_sockets(const struct rule *rule)
{
    return rule_denies(rule) && rule->sockets && rule->sockets->kept;
}

static void look_at_rule(struct truths *truths, struct rule *rule)
{
    struct rule_sockets *sockets = rule->sockets;
    struct guard_unknown unknown;

    for (size_t act = 0; act < SOCKET_ACTS; act++)
        for (size_t i = 0; i < 4 && acts[act].types[i]; i++)
            sockets->asks[act] |= type_set_has(&rule->condition->match, acts[act].types[i]);
    const struct atom *atom = undecided(truths, rule->condition);
    if (guard_find_unknown(truths, rule->condition, &unknown))
        snprintf(sockets->why, sizeof(sockets->why), "%.190s; %s", unknown.why, unknown.instead);
    else
        sockets->undecided = atom;
    for (size_t act = 0; act < SOCKET_ACTS; act++) {
        sockets->kept |= sockets->asks[act] && !sockets->why[0];
        sockets->whole[act] = !atom;
    }
}

static void look_at_column(struct truths *truths, const struct column *column)
{
    struct rule_sockets *sockets = column->parts->rule->sockets;
    bool unknown = column->parts->unsplit || column_asks(column) & ~LOOKED_UP;

    for (unsigned act = 0; act < SOCKET_ACTS; act++) {
        if (!column_has_act(truths, column, act))
            continue;
        if (unknown && !sockets->why[0]) {
            sockets->kept = false;
            snprintf(sockets->why, sizeof(sockets->why), "%s",
                     column->parts->unsplit ? "its condition is too entangled"
                                            : "it asks for a file: make it rules of their own");
        }
        sockets->whole[act] &= is_whole(truths, column, act);
    }
}

int rules_foresee_sockets(struct ruleset *rules)
{
    const struct rules_counters before = rules->counters;
    const struct world_requests none = {0};
    _cleanup_(world_freep) struct world *world = NULL;
    struct columns columns;

    int r = world_new(NULL, &none, NULL, NULL, &world);
    if (r < 0)
        return r;
    struct truths truths = {.rules = rules, .world = world, .exact = true};
    for (size_t i = 0; i < rules->rule_count; i++) {
        struct rule *rule = rules->rules[i];
        if (!denies(rule))
            continue;
        rule->sockets = arena_alloc(&rules->arena, sizeof(*rule->sockets));
        if (!rule->sockets)
            return -ENOMEM;
        look_at_rule(&truths, rule);
    }
    r = columns_make_of(rules, &rules->arena, denies, guard_dimension, &columns);
    for (size_t c = 0; r == 0 && c < columns.count; c++)
        look_at_column(&truths, &columns.items[c]);
    rules->counters = before; /* nothing was judged */
    rules->context.values_cut = before.values_cut;
    return r;
}

const struct rule_sockets *rules_sockets(const struct ruleset *rules, size_t index)
{
    return rules->rules[index]->sockets;
}

static void add_what_gets_past(struct buf *buf, const struct rule_sockets *sockets,
                               enum socket_act act)
{
    if (sockets->undecided)
        buf_printf(buf, ", but where the kernel does not know '%.100s' before it",
                   sockets->undecided->key);
    else if (act == SOCKET_SEND)
        buf_add_string(buf, ", but by a connected socket, unless the rule names connect too, or "
                            "one that is not UDP");
    else
        buf_add_string(buf, ", but of sockets that are neither TCP nor UDP");
}

bool rule_sockets_text(const struct rule_sockets *sockets, struct buf *buf)
{
    const char *separator = buf->len ? "; " : "";
    bool all = true;

    for (unsigned act = 0; act < SOCKET_ACTS; act++) {
        if (!sockets->asks[act])
            continue;
        if (!sockets->kept)
            buf_printf(buf, "%s%s is not denied: %s", separator, acts[act].name, sockets->why);
        else
            buf_printf(buf, "%s%s is denied by programs of the root cgroup", separator,
                       acts[act].name);
        if (sockets->kept && !sockets->whole[act])
            add_what_gets_past(buf, sockets, act);
        all &= sockets->kept && sockets->whole[act];
        separator = "; ";
    }
    return all;
}
