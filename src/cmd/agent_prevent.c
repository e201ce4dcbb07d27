/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent_prevent.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "enforce/exec_head.h"
#include "enforce/fanotify.h"
#include "event/table.h"
#include "rules/foresee.h"
#include "rules/response.h"
#include "sensor/permission.h"

#define MS            1000000ull
#define QUESTIONS     64   /* answered before other work has its turn */
#define CATCH_UP      4096 /* records taken first, so that the world knows who asks */
#define THREADS       8192 /* of each table, by the number of the thread */
#define PLACES        256
#define DENIAL_MEMORY (2000 * MS)
#define NAMESPACE_AGE (10000 * MS)
#define CHANGED_MAX   64

/* A call that was denied; its failure comes as an event of the sensor's. */
struct denial {
    uint32_t tid;
    uint16_t type;
    uint64_t when;
    char rule[128]; /* its name's start: rules may be reloaded meanwhile */
};

/* A mount namespace that was marked. */
struct place {
    uint32_t namespace;
    uint64_t when;
};

struct prevention {
    struct fanotify *fanotify;
    struct permission *permission;
    struct loop_source *source;
    uint32_t programs[THREADS]; /* threads in an execve that is to ask about an ELF interpreter */
    struct denial denials[THREADS];
    struct place places[PLACES];
    uint32_t changed[CHANGED_MAX]; /* processes whose mounts are to be looked at */
    size_t changed_count;
    uint64_t marked_late; /* processes that found no place there */
    uint64_t undescribed;
    uint64_t told_before; /* alerts of the failed calls */
    uint64_t late_told;   /* answers by the watchdog when a person was last told */
};

/* Of one question. */
struct asking {
    struct agent *agent;
    const struct fanotify_question *question;
    bool answered;
};

static void remember_denial(struct prevention *prevention, const struct alert *alert)
{
    const struct event_header *header = alert->judged->event->header;
    struct denial *denial = &prevention->denials[header->tid % THREADS];

    denial->tid = header->tid;
    denial->type = header->type;
    denial->when = loop_now();
    snprintf(denial->rule, sizeof(denial->rule), "%s", alert->rule.name);
}

bool agent_prevent_has_told(struct agent *agent, const struct alert *alert)
{
    const struct event_header *header = alert->judged->event->header;
    struct prevention *prevention = agent->prevention;

    if (!prevention || header->result != -EPERM || alert->rule.action != ACTION_DENY)
        return false;
    struct denial *denial = &prevention->denials[header->tid % THREADS];
    if (denial->tid != header->tid || denial->type != header->type ||
        loop_now() - denial->when > DENIAL_MEMORY ||
        strncmp(denial->rule, alert->rule.name, sizeof(denial->rule) - 1) != 0)
        return false;
    denial->tid = 0;
    prevention->told_before++;
    return true;
}

/* A rule denies: the answer goes first. */
static void on_denial(void *data, const struct alert *given)
{
    struct asking *asking = data;
    struct agent *agent = asking->agent;
    struct response response = {
        .asked = ACTION_DENY,
        .mode = MODE_ENFORCE,
        .means = MEANS_FANOTIFY,
        .error = EPERM,
    };
    struct alert alert = *given;

    int r = fanotify_answer(agent->prevention->fanotify, asking->question, true);
    asking->answered = true;
    if (r == 0) {
        remember_denial(agent->prevention, &alert);
    } else {
        response.result = r == -ETIME ? RESPONSE_NOT_PREVENTED : RESPONSE_FAILED;
        response.error = -r;
    }
    alert.response = &response;
    agent->alerts++;
    output_alert(agent->output, &alert);
}

static void judge_ahead(void *data, const struct judged_event *judged)
{
    struct asking *asking = data;

    rules_judge_foreseen(asking->agent->rules, asking->agent->world, judged, on_denial, asking);
}

/*
 * Whether the question is about the program that is to run, not about what the kernel takes along.
 * `device`: that the file is on, as the record says.
 */
static bool is_about_program(struct prevention *prevention,
                             const struct fanotify_question *question, uint64_t device,
                             bool *ret_interpreted)
{
    uint32_t *program = &prevention->programs[question->tid % THREADS];

    if (*program == question->tid) { /* its execve has neither failed nor ended */
        *program = 0;
        return false;
    }
    enum exec_head head = fanotify_may_read(prevention->fanotify, question->fd, device)
                              ? exec_head_of(question->fd)
                              : EXEC_ALONE;
    *ret_interpreted = head == EXEC_WITH_INTERPRETER;
    return head != EXEC_SCRIPT;
}

static int judge_record(struct asking *asking, const void *record, size_t size,
                        bool *ret_interpreted)
{
    struct agent *agent = asking->agent;
    struct event event;

    int r = event_decode(record, size, &event);
    if (r < 0)
        return r;
    if (asking->question->exec &&
        !is_about_program(agent->prevention, asking->question,
                          (uint64_t)event_number(&event, PARAM_EXE_DEVICE, 0), ret_interpreted))
        return 0;
    return world_foresee(agent->world, record, size, judge_ahead, asking);
}

static void judge_question(struct agent *agent, const struct fanotify_question *question)
{
    struct prevention *prevention = agent->prevention;
    struct asking asking = {.agent = agent, .question = question};
    bool interpreted = false;
    const void *record;
    size_t size;

    int r = permission_describe(prevention->permission, question->fd, question->tid, question->exec,
                                &record, &size);
    if (r == 0)
        r = judge_record(&asking, record, size, &interpreted);
    if (r < 0 && r != -ENODATA && r != -ESRCH)
        prevention->undescribed++;
    if (asking.answered)
        return;
    if (interpreted)
        prevention->programs[question->tid % THREADS] = question->tid;
    fanotify_answer(prevention->fanotify, question, false);
}

static int on_questions(void *data, int fd, uint32_t events)
{
    struct agent *agent = data;
    struct fanotify_question question;

    /* Who asks may have been made a moment ago. */
    int r = agent_read(agent, CATCH_UP);
    for (int i = 0; i < QUESTIONS && r >= 0; i++) {
        r = fanotify_next(agent->prevention->fanotify, &question);
        if (r <= 0)
            break;
        judge_question(agent, &question);
    }
    output_flush(agent->output);
    return r < 0 ? r : 0;
}

static bool changes_mounts(unsigned type)
{
    switch (type) {
    case EVENT_PIVOT_ROOT:
    case EVENT_CHROOT:
    case EVENT_MOUNT:
    case EVENT_MOVE_MOUNT:
    case EVENT_UNSHARE:
    case EVENT_SETNS:
    case EVENT_OPEN_TREE: return true;
    default: return false;
    }
}

void agent_prevent_needs(struct ruleset *rules, struct sensor_needs *needs)
{
    bool wanted[FORESEEN_MAX];

    rules_foresees(rules, wanted);
    if (!wanted[FORESEEN_EXEC] && !wanted[FORESEEN_OPEN])
        return;
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        needs->types[type] |= changes_mounts(type);
}

static void note_changed(struct prevention *prevention, uint32_t pid)
{
    for (size_t i = 0; i < prevention->changed_count; i++)
        if (prevention->changed[i] == pid)
            return;
    if (prevention->changed_count < CHANGED_MAX)
        prevention->changed[prevention->changed_count++] = pid;
    else
        prevention->marked_late++;
}

/* New, or looked at long ago: numbers of namespaces are given again. */
static bool is_new_place(struct prevention *prevention, uint32_t namespace)
{
    struct place *place = &prevention->places[namespace % PLACES];
    uint64_t now = loop_now();

    if (place->namespace == namespace && now - place->when < NAMESPACE_AGE)
        return false;
    *place = (struct place){.namespace = namespace, .when = now};
    return true;
}

void agent_prevent_note(struct agent *agent, const struct event_header *header)
{
    struct prevention *prevention = agent->prevention;

    if (!prevention)
        return;
    if (event_executes(header->type) || header->type == EVENT_PROCEXIT) {
        uint32_t *program = &prevention->programs[header->tid % THREADS];
        if (*program == header->tid)
            *program = 0;
    }
    if (header->result < 0 || !(changes_mounts(header->type) || event_executes(header->type)))
        return;
    /* A container is not known to be one before its runtime has made it. */
    const struct process *process = world_process_by_pid(agent->world, header->pid);
    if (!(process && process->container) && header->pid_namespace == INITIAL_PID_NAMESPACE &&
        !world_cgroup_container(agent->world, header->cgroup_id))
        return;
    if (changes_mounts(header->type) || is_new_place(prevention, header->mount_namespace))
        note_changed(prevention, header->pid);
}

void agent_prevent_follow(struct agent *agent)
{
    struct prevention *prevention = agent->prevention;

    if (!prevention || !prevention->changed_count)
        return;
    for (size_t i = 0; i < prevention->changed_count; i++)
        fanotify_mark_container(prevention->fanotify, prevention->changed[i]);
    prevention->changed_count = 0;
}

/* Those that ran before. */
static void mark_all(struct agent *agent)
{
    for (struct process *process = NULL; (process = world_next_process(agent->world, process));)
        if (process->container && !process->exit_time)
            fanotify_mark_container(agent->prevention->fanotify, process->id.pid);
}

static int open_prevention(struct agent *agent, struct error *ret_error)
{
    const struct fanotify_config config = {
        .limit = agent->options->fanotify_limit,
        .late_deny = agent->options->fanotify_late_deny,
    };
    struct prevention *prevention = calloc(1, sizeof(*prevention));

    if (!prevention)
        return error_set(ret_error, -ENOMEM, "out of memory");
    agent->prevention = prevention;
    int r = permission_open(&prevention->permission, ret_error);
    if (r == 0)
        r = fanotify_open(&config, &prevention->fanotify, ret_error);
    if (r == 0)
        r = loop_add_fd(agent->loop, fanotify_fd(prevention->fanotify), EPOLLIN, on_questions,
                        agent, &prevention->source);
    if (r < 0)
        agent_prevent_end(agent);
    return r;
}

void agent_prevent(struct agent *agent)
{
    bool wanted[FORESEEN_MAX] = {false};
    struct error error = {0};
    int r = 0;

    if (agent->rules && !agent->options->record_only)
        rules_foresees(agent->rules, wanted);
    bool any = wanted[FORESEEN_EXEC] || wanted[FORESEEN_OPEN];
    if (any && !agent->prevention)
        r = open_prevention(agent, &error);
    if (r == 0 && agent->prevention)
        r = fanotify_want(agent->prevention->fanotify, wanted[FORESEEN_EXEC],
                          wanted[FORESEEN_OPEN]);
    if (r < 0) {
        log_warning("nothing is denied before it happens: %s",
                    error.message[0] ? error.message : strerror(-r));
        return;
    }
    if (agent->prevention && any)
        mark_all(agent);
}

void agent_prevent_end(struct agent *agent)
{
    struct prevention *prevention = agent->prevention;

    if (!prevention)
        return;
    loop_remove(prevention->source);
    fanotify_close(prevention->fanotify);
    permission_close(prevention->permission);
    free(prevention);
    agent->prevention = NULL;
}

void agent_prevent_check(struct agent *agent)
{
    struct fanotify_counters counters;

    if (!agent->prevention)
        return;
    int r = fanotify_keep(agent->prevention->fanotify);
    if (r < 0)
        log_warning("no watchdog for fanotify: %s", strerror(-r));
    fanotify_read_counters(agent->prevention->fanotify, &counters);
    uint64_t late = counters.late_allowed + counters.late_denied + counters.full;
    if (late == agent->prevention->late_told)
        return;
    log_warning("%" PRIu64 " acts that rules could deny were %s without being judged: the answer "
                "took too long",
                late - agent->prevention->late_told,
                agent->options->fanotify_late_deny ? "denied" : "allowed");
    agent->prevention->late_told = late;
}

/* The upper end, in microseconds, of the bucket in which that share of all lies. */
static uint64_t waited(const struct fanotify_counters *counters, uint64_t thousandths)
{
    uint64_t all = 0, seen = 0;

    for (size_t i = 0; i < FANOTIFY_BUCKETS; i++)
        all += counters->waited[i];
    for (size_t i = 0; i < FANOTIFY_BUCKETS; i++) {
        seen += counters->waited[i];
        if (seen * 1000 >= all * thousandths)
            return fanotify_bucket_end(i);
    }
    return 0;
}

void agent_prevent_print(const struct agent *agent)
{
    const struct prevention *prevention = agent->prevention;
    struct fanotify_counters counters;

    if (!prevention)
        return;
    fanotify_read_counters(prevention->fanotify, &counters);
    fputs(COUNTER_LINE "fanotify:", stderr);
#define PRINT_COUNTER(field, text) fprintf(stderr, " " text "=%" PRIu64, counters.field);
    FANOTIFY_COUNTER_LIST(PRINT_COUNTER)
#undef PRINT_COUNTER
    fprintf(stderr,
            " undescribed=%" PRIu64 " told_before=%" PRIu64 " marked_late=%" PRIu64
            " waited_median_us=%" PRIu64 " waited_999_us=%" PRIu64 "\n",
            prevention->undescribed, prevention->told_before, prevention->marked_late,
            waited(&counters, 500), waited(&counters, 999));
}
