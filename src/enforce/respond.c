/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/respond.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "enforce/freezer.h"
#include "enforce/kill.h"
#include "enforce/paused.h"

#define NS_PER_S 1000000000ull
/* What is remembered as done, past which the oldest is forgotten: it would only be done again. */
#define KILLED_MAX 256
#define PAUSED_MAX 64

struct paused_container {
    char id[CONTAINER_ID_MAX];
    uint64_t since; /* CLOCK_BOOTTIME, ns: an event after it tells that the container was thawed */
};

struct responder {
    const struct responder_config *config;
    struct freezer *freezer;
    struct respond_counters counters;
    struct exec_id killed[KILLED_MAX];
    size_t next_killed;
    struct paused_container paused[PAUSED_MAX];
    size_t next_paused;
    double tokens;
    uint64_t filled; /* when */
};

int responder_new(const struct responder_config *config, struct responder **ret_responder)
{
    struct responder *responder = calloc(1, sizeof(*responder));

    if (!responder)
        return -ENOMEM;
    responder->config = config;
    responder->tokens = config->rate;
    responder->filled = loop_now();
    int r = freezer_new(&responder->freezer);
    if (r < 0) {
        responder_free(responder);
        return r;
    }
    *ret_responder = responder;
    return 0;
}

void responder_free(struct responder *responder)
{
    if (!responder)
        return;
    freezer_free(responder->freezer);
    free(responder);
}

static bool take_token(struct responder *responder)
{
    uint64_t now = loop_now();
    double rate = responder->config->rate;

    if (!responder->config->rate)
        return true;
    responder->tokens += rate * (double)(now - responder->filled) / (double)NS_PER_S;
    responder->filled = now;
    if (responder->tokens > rate)
        responder->tokens = rate;
    if (responder->tokens < 1)
        return false;
    responder->tokens--;
    return true;
}

/* What a means returned, as a result. */
static void set_result(struct response *response, int r)
{
    switch (r) {
    case 0: response->result = RESPONSE_DONE; break;
    case -ESRCH: response->result = RESPONSE_GONE; break;
    case -ECANCELED: response->result = RESPONSE_REFUSED; break;
    case -EDQUOT: response->result = RESPONSE_LIMITED; break;
    default: response->result = RESPONSE_FAILED; response->error = -r;
    }
}

static bool was_killed(const struct responder *responder, struct exec_id id)
{
    for (size_t i = 0; i < KILLED_MAX; i++)
        if (memcmp(&responder->killed[i], &id, sizeof(id)) == 0)
            return true;
    return false;
}

/* 1: done before. */
static int kill_actor(struct responder *responder, struct world *world,
                      const struct judged_event *judged)
{
    const struct event_header *header = judged->event->header;
    struct exec_id id = {.pid = header->pid, .start_time = header->start_time};

    if (header->flags & (EVENT_FLAG_SYNTHETIC | EVENT_FLAG_KTHREAD))
        return -ECANCELED;
    if (was_killed(responder, id))
        return 1;
    if (!take_token(responder))
        return -EDQUOT;
    int r = kill_process(id);
    if (r == 0)
        responder->killed[responder->next_killed++ % KILLED_MAX] = id;
    return r;
}

static struct paused_container *find_paused(struct responder *responder, const char *id)
{
    for (size_t i = 0; i < PAUSED_MAX; i++)
        if (strcmp(responder->paused[i].id, id) == 0)
            return &responder->paused[i];
    return NULL;
}

static int freeze(struct responder *responder, const char *id, const char *directory)
{
    const char *records = responder->config->paused;

    /* Kept first: one that is frozen and not known of would stay so. */
    bool kept = paused_add(records, id, directory) == 0;
    int r = freezer_set(directory, true);
    if (r < 0 && kept)
        paused_remove(records, id);
    responder->counters.unrecorded += r == 0 && !kept;
    return r;
}

/* 1: done before. */
static int pause_container(struct responder *responder, struct world *world,
                           const struct judged_event *judged)
{
    const struct event_header *header = judged->event->header;
    _cleanup_free_ char *directory = NULL;

    if (!judged->container || header->flags & EVENT_FLAG_SYNTHETIC)
        return -ECANCELED;
    struct paused_container *paused = find_paused(responder, judged->container->id);
    if (paused && header->time <= paused->since)
        return 1;
    if (!take_token(responder))
        return -EDQUOT;
    int r = freezer_find(responder->freezer, world, judged, &directory);
    if (r == 0)
        r = freeze(responder, judged->container->id, directory);
    if (r < 0)
        return r;
    if (!paused)
        paused = &responder->paused[responder->next_paused++ % PAUSED_MAX];
    memcpy(paused->id, judged->container->id, sizeof(paused->id));
    paused->since = loop_now();
    return 0;
}

static const struct {
    enum response_means means;
    /* 0, 1 when it was done before, or -errno: -ESRCH, -ECANCELED and -EDQUOT as set_result says */
    int (*act)(struct responder *, struct world *, const struct judged_event *);
} actions[] = {
    [ACTION_ALERT] = {MEANS_NONE, NULL},
    [ACTION_DENY] = {MEANS_SIGNAL, kill_actor}, /* what has happened all the same */
    [ACTION_KILL] = {MEANS_SIGNAL, kill_actor},
    [ACTION_PAUSE] = {MEANS_FREEZER, pause_container},
};

static void count(struct respond_counters *counters, enum response_result result)
{
    uint64_t *const by_result[] = {
        [RESPONSE_DONE] = &counters->done,
        [RESPONSE_AUDIT] = &counters->audit,
        [RESPONSE_FAILED] = &counters->failed,
        [RESPONSE_NOT_PREVENTED] = &counters->not_prevented,
        [RESPONSE_GONE] = &counters->gone,
        [RESPONSE_REFUSED] = &counters->refused,
        [RESPONSE_LIMITED] = &counters->limited,
    };

    ++*by_result[result];
}

bool respond(struct responder *responder, struct world *world, const struct alert *alert,
             struct response *ret_response)
{
    const struct rule_info *rule = &alert->rule;
    struct response response = {
        .asked = rule->action, .mode = rule->mode, .means = actions[rule->action].means};

    if (rule->action == ACTION_ALERT)
        return false;
    if (rule->mode == MODE_AUDIT) {
        response.result = RESPONSE_AUDIT;
    } else if (rule->action == ACTION_DENY && alert->judged->event->header->result < 0) {
        response.result = RESPONSE_NOT_PREVENTED; /* it failed by itself */
        response.means = MEANS_NONE;
    } else {
        int r = actions[rule->action].act(responder, world, alert->judged);
        if (r > 0) {
            responder->counters.repeated++;
            *ret_response = response; /* done */
            return true;
        }
        set_result(&response, r);
    }
    count(&responder->counters, response.result);
    *ret_response = response;
    return true;
}

static bool has_capability(unsigned capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    return syscall(SYS_capget, &header, data) == 0 &&
           data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

int respond_check(const struct responder *responder, enum rule_action action,
                  struct error *ret_error)
{
    const char *mount = freezer_mount(responder->freezer);

    switch (action) {
    case ACTION_ALERT:
    case ACTION_DENY: /* by other means, which tell of themselves */
    case ACTION_MAX: return 0;
    case ACTION_KILL:
        if (has_capability(CAP_KILL))
            return 0;
        return error_set(ret_error, -EPERM, "CAP_KILL is missing: processes of others live on");
    case ACTION_PAUSE:
        if (!mount)
            return error_set(ret_error, -ENOENT, "no hierarchy of cgroups is mounted that freezes");
        if (access(mount, W_OK) == 0)
            return 0;
        return error_set(ret_error, -errno, "%s can't be written: %s", mount, strerror(errno));
    }
    return 0;
}

const struct respond_counters *respond_counters(const struct responder *responder)
{
    return &responder->counters;
}
