/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that deny, kept by the kernel before the act: what the guards are told, and what they tell.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/agent.h"
#include "rules/guard.h"
#include "rules/response.h"
#include "sensor/guard.h"
#include "sensor/guard_pins.h"

#define DENIED_SLOTS 1024
#define DENIED_TIME  1000000000ull /* ns in which the failed call of a denied act is told of */

/* Whom a rule kept from what: the call then fails, and its event must not alert again. */
struct denied {
    uint64_t start_time, time;
    uint32_t tid;
};

struct agent_guard {
    struct guard *guard;
    uint32_t changes;             /* of containers, when the cgroups were told last */
    struct guard_cgroup *cgroups; /* as told, by id */
    size_t count;
    struct denied denied[DENIED_SLOTS];
    uint64_t refused; /* records of refused acts */
    uint64_t missed;  /* acts that a rule denies and that took place */
};

/* What cgroups are to be told. */
struct gathering {
    struct ruleset *rules;
    struct world *world;
    struct guard_cgroup *items;
    size_t count, room;
    bool failed;
};

static void gather(void *data, uint64_t id, struct container *container)
{
    struct gathering *to = data;

    if (to->count == to->room) {
        size_t room = to->room ? 2 * to->room : 64;
        struct guard_cgroup *items = reallocarray(to->items, room, sizeof(*items));
        if (!items) {
            to->failed = true;
            return;
        }
        to->items = items;
        to->room = room;
    }
    struct guard_cgroup *slot = &to->items[to->count++];
    slot->id = id;
    rules_guard_container(to->rules, to->world, container, &slot->columns);
}

static int compare(const void *a, const void *b)
{
    const struct guard_cgroup *left = a, *right = b;

    return left->id < right->id ? -1 : left->id > right->id;
}

static int gather_all(struct ruleset *rules, struct world *world, struct gathering *ret)
{
    *ret = (struct gathering){.rules = rules, .world = world};
    world_each_cgroup(world, gather, ret);
    if (ret->failed) {
        free(ret->items);
        return -ENOMEM;
    }
    if (ret->count)
        qsort(ret->items, ret->count, sizeof(*ret->items), compare);
    return 0;
}

/* Both are in order. */
static void tell_difference(struct agent_guard *own, const struct gathering *now)
{
    _cleanup_free_ struct guard_cgroup *changed = calloc(now->count + 1, sizeof(*changed));
    _cleanup_free_ uint64_t *gone = calloc(own->count + 1, sizeof(*gone));
    size_t changed_count = 0, gone_count = 0, old = 0;

    if (!changed || !gone)
        return;
    for (size_t i = 0; i < now->count; i++) {
        while (old < own->count && own->cgroups[old].id < now->items[i].id)
            gone[gone_count++] = own->cgroups[old++].id;
        bool known = old < own->count && own->cgroups[old].id == now->items[i].id;
        if (!known || memcmp(&own->cgroups[old].columns, &now->items[i].columns,
                             sizeof(now->items[i].columns)) != 0)
            changed[changed_count++] = now->items[i];
        old += known;
    }
    while (old < own->count)
        gone[gone_count++] = own->cgroups[old++].id;
    if (!changed_count && !gone_count)
        return;
    int r = guard_set_cgroups(own->guard, changed, changed_count, gone, gone_count);
    if (r < 0)
        log_error("a container is not guarded as the rules say: %s", strerror(-r));
}

void agent_guard_containers(struct agent *agent)
{
    struct agent_guard *own = agent->guard;
    struct gathering now;

    if (!own || !own->guard || own->changes == world_container_changes(agent->world))
        return;
    own->changes = world_container_changes(agent->world);
    if (gather_all(agent->rules, agent->world, &now) < 0)
        return;
    tell_difference(own, &now);
    free(own->cgroups);
    own->cgroups = now.items;
    own->count = now.count;
}

/* A guard with the hooks that the rules need: the present one if it has them. */
static int put_in_force(struct agent *agent, const struct guard_rules *rules,
                        const struct gathering *cgroups, struct error *ret_error)
{
    struct agent_guard *own = agent->guard;
    struct guard *guard = NULL;

    int r =
        own->guard ? guard_set_rules(own->guard, rules, cgroups->items, cgroups->count) : -ENOENT;
    if (r != -ENOENT)
        return r < 0 ? error_set(ret_error, r, "can't fill the guards' tables: %s", strerror(-r))
                     : 0;
    r = guard_open(rules, cgroups->items, cgroups->count, sensor_bulk_ring(agent->sensor), &guard,
                   ret_error);
    if (r < 0)
        return r;
    guard_close(own->guard); /* only now: nothing is let through in between */
    own->guard = guard;
    struct error why;
    if (guard_pins_replace(guard, GUARD_PINS, &why) < 0)
        log_warning("what rules deny is denied while the agent runs, no longer: %s", why.message);
    log_info("%zu hooks of the %s refuse what rules deny", guard_hooks(guard),
             rules->means == GUARD_BY_LSM ? "LSM" : "root cgroup and of tasks");
    return 0;
}

/* No rule denies any more, or none did: nor does what an agent before has left. */
static void end_guard(struct agent *agent)
{
    struct error why;

    if (guard_pins_remove(GUARD_PINS, &why) < 0)
        log_error("%s", why.message);
    if (agent->guard) {
        guard_close(agent->guard->guard);
        agent->guard->guard = NULL;
    }
}

/* The LSM where it can be had; what has begun by one means goes on by it. */
static enum guard_means means_for(const struct agent *agent)
{
    struct error why;

    if (agent->guard && agent->guard->guard)
        return guard_means(agent->guard->guard);
    return !agent->options->no_lsm && guard_probe(GUARD_BY_LSM, &why) == 0 ? GUARD_BY_LSM
                                                                           : GUARD_BY_CGROUP;
}

bool agent_guard_is_whole(const struct agent *agent)
{
    const struct agent_guard *own = agent->guard;

    return own && own->guard && guard_means(own->guard) == GUARD_BY_LSM;
}

int agent_set_guard(struct agent *agent, struct ruleset *rules, struct error *ret_error)
{
    const struct rules_guard *made = NULL;
    struct gathering cgroups;
    struct error why; /* the kernel lacks it: then other means serve */

    if (!rules || agent->options->record_only)
        return 0;
    if (!rules_deny(rules)) {
        end_guard(agent);
        return 0;
    }
    enum guard_means means = means_for(agent);
    if (!(agent->guard && agent->guard->guard) && guard_probe(means, &why) < 0)
        return 0;
    int r = means == GUARD_BY_LSM ? rules_make_guard(rules, &made, ret_error)
                                  : rules_make_socket_guard(rules, &made, ret_error);
    if (r < 0)
        return r;
    if (!made) {
        end_guard(agent);
        return 0;
    }
    if (!agent->guard && !(agent->guard = calloc(1, sizeof(*agent->guard))))
        return error_set(ret_error, -ENOMEM, "out of memory");
    struct agent_guard *own = agent->guard;
    struct guard_rules tables = {.tables = &made->tables, .slot = made->slot, .means = means};
    memcpy(tables.types, made->types, sizeof(tables.types));
    rules_guard_container(rules, agent->world, NULL, &tables.slot.host);
    own->changes = world_container_changes(agent->world);
    r = gather_all(rules, agent->world, &cgroups);
    if (r < 0)
        return error_set(ret_error, r, "out of memory");
    r = put_in_force(agent, &tables, &cgroups, ret_error);
    free(own->cgroups);
    own->cgroups = cgroups.items;
    own->count = cgroups.count;
    return r;
}

void agent_close_guard(struct agent *agent)
{
    struct error why;

    if (!agent->guard)
        return;
    if (agent->guard->guard && !agent->options->keep_guards &&
        guard_pins_remove(GUARD_PINS, &why) < 0)
        log_error("%s", why.message);
    guard_close(agent->guard->guard);
    free(agent->guard->cgroups);
    free(agent->guard);
    agent->guard = NULL;
}

static struct denied *slot_of(struct agent_guard *own, const struct event_header *header)
{
    return &own->denied[header->tid % DENIED_SLOTS];
}

static void on_denied(void *data, const struct alert *alert)
{
    struct agent *agent = data;
    const struct response response = {.asked = ACTION_DENY,
                                      .mode = MODE_ENFORCE,
                                      .result = RESPONSE_DONE,
                                      .means =
                                          agent_guard_is_whole(agent) ? MEANS_LSM : MEANS_CGROUP,
                                      .error = EPERM};
    struct alert told = *alert;

    told.response = &response;
    agent->alerts++;
    output_alert(agent->output, &told);
}

bool agent_judge_denied(struct agent *agent, const struct judged_event *judged)
{
    const struct event_header *header = judged->event->header;
    struct agent_guard *own = agent->guard;
    struct filter_left left;

    if (!(header->flags & EVENT_FLAG_DENIED))
        return false;
    const struct event_param *param = event_param(judged->event, PARAM_COLUMNS);
    if (!own || !own->guard || !param || param->len != sizeof(left))
        return true;
    memcpy(&left, param->data, sizeof(left));
    own->refused++;
    *slot_of(own, header) =
        (struct denied){.start_time = header->start_time, .time = header->time, .tid = header->tid};
    if (left.tables == guard_number(own->guard))
        rules_judge_denied(agent->rules, agent->world, judged, &left.columns, on_denied, agent);
    return true;
}

bool agent_guard_has_told(struct agent *agent, const struct alert *alert)
{
    const struct event_header *header = alert->judged->event->header;
    struct agent_guard *own = agent->guard;

    if (alert->rule.action != ACTION_DENY)
        return false;
    if (alert->judged->process->outside) {
        agent->denials_of_runtimes++;
        return true;
    }
    if (!own || header->result != -EPERM)
        return false;
    const struct denied *denied = slot_of(own, header);
    return denied->tid == header->tid && denied->start_time == header->start_time &&
           header->time - denied->time < DENIED_TIME;
}

bool agent_guard_missed(struct agent *agent, const struct alert *alert)
{
    static const struct response response = {.asked = ACTION_DENY,
                                             .mode = MODE_ENFORCE,
                                             .result = RESPONSE_NOT_PREVENTED,
                                             .means = MEANS_LSM};
    struct alert told = *alert;

    /* Elsewhere what was not prevented is answered by a signal. */
    if (alert->rule.action != ACTION_DENY || alert->rule.mode != MODE_ENFORCE ||
        !agent_guard_is_whole(agent))
        return false;
    agent->guard->missed++;
    told.response = &response;
    output_alert(agent->output, &told);
    return true;
}

void agent_print_guard(const struct agent *agent)
{
    const struct agent_guard *own = agent->guard;
    uint64_t counters[COUNTER_MAX] = {0};

    if (!own || !own->guard || guard_counters(own->guard, counters) < 0)
        return;
    fprintf(stderr,
            COUNTER_LINE "guards: hooks=%zu denied=%" PRIu64 " told=%" PRIu64 " unseen=%" PRIu64
                         " not_prevented=%" PRIu64 " of_runtimes=%" PRIu64 " lost=%" PRIu64
                         " cgroups=%zu\n",
            guard_hooks(own->guard), counters[COUNTER_DENIED], own->refused,
            counters[COUNTER_DENIED_UNSEEN], own->missed, agent->denials_of_runtimes,
            counters[COUNTER_DROP_BULK_RING_FULL], own->count);
}
