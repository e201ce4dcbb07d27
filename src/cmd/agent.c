/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/agent_prevent.h"
#include "cmd/command.h"
#include "cmd/load_rules.h"
#include "cmd/notify.h"
#include "cmd/other_agent.h"
#include "sensor/noise.h"

#define MS            1000000ull
#define BATCH         1024       /* records between two looks at timers and signals */
#define DRAIN_TIME    (400 * MS) /* of the second that SIGTERM leaves */
#define LOSS_INTERVAL (1000 * MS)
#define AGENT_NICE    (-10)

void agent_record(struct agent *agent, const void *record, size_t size)
{
    if (!agent->recorder || agent->recording_failed)
        return;
    int r = recorder_add(agent->recorder, record, size);
    if (r == 0)
        return;
    agent->recording_failed = r;
    log_error("recording %s ends here: %s", agent->options->record, strerror(-r));
    if (agent->options->record_only && agent->loop)
        loop_stop(agent->loop);
}

void agent_feed(struct agent *agent, struct event_writer *writer)
{
    if (event_writer_finish(writer) == 0) {
        if (world_feed(agent->world, writer->data, writer->len) == -ENOMEM)
            agent->feed_failed++;
        agent_record(agent, writer->data, writer->len);
    } else {
        agent->feed_failed++;
    }
    event_writer_done(writer);
}

static void feed_drift(void *data, struct event_writer *writer)
{
    struct agent *agent = data;

    agent_feed(agent, writer);
    output_flush(agent->output);
}

static void record_fact(void *data, const void *record, size_t size)
{
    struct agent *agent = data;

    agent_forget_masks(agent);
    if (agent->isolation) /* processes of a container come after it */
        agent_isolation_learn(agent->isolation, agent->world, record, size);
    agent_record(agent, record, size);
}

static void on_alert(void *data, const struct alert *alert)
{
    struct agent *agent = data;

    if (agent_guard_has_told(agent, alert) || agent_prevent_has_told(agent, alert))
        return;
    agent->alerts++;
    agent_check_filter(agent, alert);
    if (!agent_guard_missed(agent, alert))
        agent_respond(agent, alert);
}

static void judge(void *data, const struct judged_event *judged)
{
    struct agent *agent = data;

    if (agent_judge_denied(agent, judged))
        return;
    agent_note_sent(agent, judged->event);
    if (!agent->options->record_only)
        rules_judge(agent->rules, agent->world, judged, on_alert, agent);
    if (!agent->options->record_only && agent->options->priority >= PRIORITY_CRITICAL)
        drop_alert_judge(&agent->drop_alert, agent->world, judged, on_alert, agent);
    agent_learn_mask(agent, judged);
}

/* Recorded after the world took it: facts it asked for on the way stand before it (world/facts.h).
 */
static int on_record(void *data, const void *record, size_t size)
{
    struct agent *agent = data;

    const struct event_header *header = record;

    agent->records++;
    if (!agent_isolation_holds(agent->isolation, record, size))
        return 0;
    if (header->type < EVENT_TYPE_MAX)
        agent->records_of[header->type]++;
    if (world_feed(agent->world, record, size) == -ENOMEM)
        agent->feed_failed++;
    agent_isolation_learn(agent->isolation, agent->world, record, size);
    agent_prevent_note(agent, header);
    agent_masks_voided(agent, header);
    agent_guard_containers(agent);
    agent_record(agent, record, size);
    agent_drift_note(agent->drift, record, size);
    return 0;
}

/* Let the world's time pass, and come back when it wants to. */
static int tick_world(struct agent *agent)
{
    uint64_t now = loop_now();
    uint64_t due = world_tick(agent->world, now);

    if (due == agent->world_due)
        return 0;
    agent->world_due = due;
    return loop_timer_set(agent->world_timer,
                          due == UINT64_MAX ? UINT64_MAX
                          : due > now       ? due - now
                                            : MS,
                          0);
}

int agent_read(struct agent *agent, size_t limit)
{
    int r = sensor_read(agent->sensor, limit, on_record, agent);

    if (r < 0) {
        log_error("can't read the event rings: %s", strerror(-r));
        return r;
    }
    agent_prevent_follow(agent);
    return 0;
}

static int read_rings(struct agent *agent)
{
    int r = agent_read(agent, BATCH);
    if (r < 0)
        return r;
    r = tick_world(agent);
    output_flush(agent->output);
    if (r == 0 && sensor_busy(agent->sensor))
        r = loop_timer_set(agent->poll_timer, MS, 0);
    return r;
}

static int on_rings(void *data, int fd, uint32_t events)
{
    return read_rings(data);
}

static int on_poll_timer(void *data, uint64_t expirations)
{
    return read_rings(data);
}

static int on_world_timer(void *data, uint64_t expirations)
{
    struct agent *agent = data;

    agent->world_due = UINT64_MAX; /* it has gone off */
    int r = tick_world(agent);
    output_flush(agent->output);
    return r;
}

static int on_loss_timer(void *data, uint64_t expirations)
{
    agent_check_losses(data);
    agent_prevent_check(data);
    return 0;
}

static int on_stats_timer(void *data, uint64_t expirations)
{
    agent_print_counters(data);
    return 0;
}

static int on_duration(void *data, uint64_t expirations)
{
    struct agent *agent = data;

    loop_stop(agent->loop);
    return 0;
}

static int on_stop_signal(void *data, int number)
{
    struct agent *agent = data;

    loop_stop(agent->loop);
    return 0;
}

/* What the sensor has to send for these rules; everything when there are none. */
static struct sensor_needs needs_of(struct ruleset *rules)
{
    struct rules_needs by_rules = {0};
    struct sensor_needs needs = {0};

    if (rules) {
        rules_needs(rules, &by_rules);
        memcpy(needs.types, by_rules.types, sizeof(needs.types));
        needs.env = by_rules.env;
        needs.dns = by_rules.dns;
        agent_prevent_needs(rules, &needs);
    } else {
        memset(needs.types, true, sizeof(needs.types));
        needs.env = needs.dns = true;
    }
    return needs;
}

static size_t enabled_rules(const struct ruleset *rules)
{
    size_t enabled = 0;

    for (size_t i = 0; i < rules_count(rules); i++) {
        struct rule_info info;
        rules_info(rules, i, &info);
        enabled += info.enabled;
    }
    return enabled;
}

/* A recording of everything needs no rules. */
static int load(const struct agent *agent, struct ruleset **ret_rules)
{
    if (agent->options->all_events)
        return 0;

    const struct rules_options options = {
        .matching = agent->options->all_matches ? MATCHING_ALL : MATCHING_FIRST,
        .minimum_priority = agent->options->priority,
        .mode = agent->options->mode,
    };

    int r = load_rules(&agent->options->rules, &agent->options->choice, &options, WARNINGS_FEW,
                       ret_rules, NULL);
    if (r == 0 && !enabled_rules(*ret_rules))
        log_warning("no rule is enabled: nothing is looked for");
    return r;
}

/* New rules are compiled aside and swapped whole; bad ones leave the old ones running. */
static void reload_rules(struct agent *agent)
{
    struct ruleset *rules = NULL;

    if (load(agent, &rules) < 0) {
        log_error("the rules were not reloaded, the old ones stay in force");
        return;
    }
    struct sensor_needs needs = needs_of(rules);
    int r = sensor_set_needs(agent->sensor, &needs);
    if (r < 0) {
        log_error("the sensor refuses the new rules' needs (%s), the old rules stay in force",
                  strerror(-r));
        rules_free(rules);
        return;
    }
    facts_want_env(agent->facts, needs.env);
    agent_drift_want(agent->drift, needs.types[EVENT_CONFIG_DRIFT]);
    struct error error = {0};
    r = agent_set_guard(agent, rules, &error);
    if (r < 0) {
        char text[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];
        log_error("%s: the old rules stay in force", error_format(&error, text, sizeof(text)));
        rules_free(rules);
        return;
    }
    struct ruleset *old = agent->rules;
    agent->rules = rules;
    agent_set_filter(agent);
    rules_free(old);
    if (!agent_guard_is_whole(agent))
        agent_prevent(agent);
    agent_check_actions(agent);
    log_info("reloaded: %zu rules", rules_count(rules));
}

static int on_reload_signal(void *data, int number)
{
    struct agent *agent = data;
    struct error error = {0};
    char state[64];

    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, loop_now() / 1000);
    notify_manager(state);
    if (agent->rules)
        reload_rules(agent);
    if (output_reopen(agent->output, &error) < 0)
        log_error("%s", error.message);
    notify_manager("READY=1");
    return 0;
}

static int add_timer(struct agent *agent, loop_timer_callback callback, uint64_t first,
                     uint64_t period, struct loop_source **ret_timer)
{
    struct loop_source *timer;

    int r = loop_add_timer(agent->loop, callback, agent, &timer);
    if (r == 0)
        r = loop_timer_set(timer, first, period);
    if (r == 0 && ret_timer)
        *ret_timer = timer;
    return r;
}

static int open_loop(struct agent *agent)
{
    const struct agent_options *options = agent->options;
    static const struct {
        int number;
        loop_signal_callback callback;
    } signals[] = {{SIGTERM, on_stop_signal}, {SIGINT, on_stop_signal}, {SIGHUP, on_reload_signal}};

    signal(SIGPIPE, SIG_IGN);
    int r = loop_new(&agent->loop);
    for (size_t i = 0; r == 0 && i < sizeof(signals) / sizeof(signals[0]); i++)
        r = loop_add_signal(agent->loop, signals[i].number, signals[i].callback, agent, NULL);
    if (r == 0)
        r = add_timer(agent, on_poll_timer, UINT64_MAX, 0, &agent->poll_timer);
    if (r == 0)
        r = add_timer(agent, on_world_timer, UINT64_MAX, 0, &agent->world_timer);
    if (r == 0)
        r = add_timer(agent, on_loss_timer, LOSS_INTERVAL, LOSS_INTERVAL, NULL);
    if (r == 0 && options->stats)
        r = add_timer(agent, on_stats_timer, options->stats, options->stats, NULL);
    if (r == 0 && options->duration)
        r = add_timer(agent, on_duration, options->duration, 0, NULL);
    if (r < 0)
        log_error("can't set up the event loop: %s", strerror(-r));
    return r;
}

static int open_outputs(struct agent *agent)
{
    static const char *const standard[] = {"stdout"};
    const struct texts *wanted = &agent->options->outputs;
    const char *const *sinks = wanted->count ? wanted->items : standard;
    enum output_format format = agent->options->json ? OUTPUT_JSON : OUTPUT_TEXT;
    struct error error = {0};

    int r = output_new(&agent->output);
    if (r < 0 || agent->options->record_only)
        return r;
    for (size_t i = 0; i < (wanted->count ? wanted->count : 1); i++) {
        r = output_add(agent->output, sinks[i], format, &error);
        if (r < 0) {
            log_error("%s", error.message);
            return r;
        }
    }
    return 0;
}

static int open_world(struct agent *agent)
{
    struct error error = {0};

    int r = facts_new("/", record_fact, agent, &agent->facts, &error);
    if (r < 0) {
        log_error("%s", error.message);
        return r;
    }
    struct world_requests requests = facts_requests(agent->facts);
    r = world_new(NULL, &requests, judge, agent, &agent->world);
    if (r < 0)
        log_error("can't make the world: %s", strerror(-r));
    return r;
}

static int open_sensor(struct agent *agent)
{
    const struct sensor_config config = {
        .needs = needs_of(agent->rules),
        .critical_ring_bytes = agent->options->critical_ring,
        .bulk_ring_bytes = agent->options->bulk_ring,
        .tracepoint = agent->options->tracepoint,
    };
    struct error error = {0};

    facts_want_env(agent->facts, config.needs.env);
    int r = sensor_open(&config, &agent->sensor, &error);
    if (r < 0) {
        log_error("%s", error.message);
        return r;
    }
    if (sensor_hooks(agent->sensor))
        log_info("system calls are told of by fexit: %zu functions of the kernel are hooked",
                 sensor_hooks(agent->sensor));
    agent_set_filter(agent);
    sensor_set_window(agent->sensor, agent->options->dedup_window);
    sensor_set_rate(agent->sensor, agent->options->bulk_rate, agent->options->bulk_burst);
    r = agent_isolation_new(agent->sensor, &agent->isolation);
    if (r < 0) {
        log_error("can't prepare to compare what containers have: %s", strerror(-r));
        return r;
    }
    r = agent_drift_new(agent->loop, agent->world, agent->isolation, feed_drift, agent,
                        &agent->drift);
    if (r < 0) {
        log_error("can't prepare to look at how containers are configured: %s", strerror(-r));
        return r;
    }
    agent_drift_want(agent->drift, config.needs.types[EVENT_CONFIG_DRIFT]);
    r = loop_add_fd(agent->loop, sensor_fd(agent->sensor), EPOLLIN, on_rings, agent, NULL);
    if (r < 0)
        log_error("can't wait for events: %s", strerror(-r));
    return r;
}

static int open_recorder(struct agent *agent)
{
    struct error error = {0};

    if (!agent->options->record)
        return 0;
    int r = recorder_open(agent->options->record, agent->options->record_overwrite,
                          &agent->recorder, &error);
    if (r < 0)
        log_error("%s", error.message);
    return r;
}

static int open_guard(struct agent *agent)
{
    struct error error = {0};
    char text[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];

    int r = agent_set_guard(agent, agent->rules, &error);
    if (r < 0)
        log_error("%s", error_format(&error, text, sizeof(text)));
    return r;
}

/* The sensor is attached first and read last: nothing happens unseen in between. */
static int open_agent(struct agent *agent)
{
    int r = load(agent, &agent->rules);
    if (r == 0)
        r = open_loop(agent);
    if (r == 0)
        r = open_outputs(agent);
    if (r == 0 && agent->rules && !agent->options->record_only)
        r = agent_open_responder(agent);
    if (r == 0)
        r = open_recorder(agent);
    if (r == 0)
        r = open_world(agent);
    if (r == 0)
        r = open_sensor(agent);
    if (r < 0)
        return r;

    r = facts_feed_start(agent->facts, agent->world);
    if (r == 0)
        r = facts_feed_machine(agent->facts, agent->world);
    if (r < 0) {
        log_error("can't read the state of this machine: %s", strerror(-r));
        return r;
    }
    r = open_guard(agent);
    if (r == 0 && !agent_guard_is_whole(agent))
        agent_prevent(agent);
    return r;
}

static void greet(struct agent *agent)
{
    const struct world_counters *counters = world_counters(agent->world);
    int64_t other = 0;

    agent->lock_fd = other_agent_lock(&other);
    if (other > 0)
        log_warning("another agent runs on this host (pid %" PRId64 "): each sees everything, "
                    "alerts come twice",
                    other);
    char purpose[64];
    if (agent->options->record_only)
        snprintf(purpose, sizeof(purpose), "recording");
    else
        snprintf(purpose, sizeof(purpose), "%zu rules", rules_count(agent->rules));
    log_info("ready: %s, %" PRIu64 " containers, %" PRIu64 " processes", purpose,
             counters->containers, counters->processes);
    if (agent->responder) {
        agent_check_actions(agent);
        agent_tell_paused();
    }
    if (!agent->options->record_only && !world_next_container(agent->world, NULL))
        log_info("no container is running. To see alerts, in a second terminal: sudo make demo");
    notify_manager("READY=1");
}

/* Take what the rings still hold, for a bounded time: a busy machine never stops making events. */
static void drain(struct agent *agent)
{
    uint64_t deadline = loop_now() + DRAIN_TIME;

    while (loop_now() < deadline) {
        if (sensor_read(agent->sensor, BATCH, on_record, agent) <= 0)
            break;
    }
    world_flush(agent->world);
    output_flush(agent->output);
}

static void close_agent(struct agent *agent)
{
    agent_drift_free(agent->drift);
    agent_isolation_free(agent->isolation);
    agent_close_guard(agent);
    agent_prevent_end(agent);
    sensor_close(agent->sensor);
    world_free(agent->world);
    facts_free(agent->facts);
    responder_free(agent->responder);
    output_free(agent->output);
    rules_free(agent->rules);
    free(agent->filter);
    loop_free(agent->loop);
    int r = recorder_close(agent->recorder);
    if (r < 0 && !agent->recording_failed)
        log_error("recording %s is not whole: %s", agent->options->record, strerror(-r));
    if (agent->lock_fd >= 0)
        close(agent->lock_fd);
}

/*
 * Before other work: a container may live for a few ms, and its runtime's files with it. Best
 * effort; the agent sleeps when nothing happens.
 */
static void take_priority(void)
{
    if (setpriority(PRIO_PROCESS, 0, AGENT_NICE) < 0)
        log_debug("can't raise the priority: %s", strerror(errno));
}

int agent_run(const struct agent_options *options)
{
    struct agent agent = {
        .options = options, .lock_fd = -1, .world_due = UINT64_MAX, .started = loop_now()};

    take_priority();
    int r = open_agent(&agent);
    if (r == 0) {
        greet(&agent);
        r = loop_run(agent.loop);
        notify_manager("STOPPING=1");
        drain(&agent);
        agent_check_losses(&agent);
        world_flush(agent.world);
        output_flush(agent.output);
        if (options->stats)
            agent_print_counters(&agent);
        agent_print_summary(&agent);
        if (agent.responder)
            agent_tell_paused();
    }
    if (agent.recorder) {
        int flushed = recorder_flush(agent.recorder);
        if (!agent.recording_failed)
            agent.recording_failed = flushed;
    }
    bool recording_failed = agent.recording_failed && options->record_only;
    close_agent(&agent);
    return r < 0 || recording_failed ? EXIT_ERROR : EXIT_FINE;
}
