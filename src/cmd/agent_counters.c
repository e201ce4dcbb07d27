/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/log.h"
#include "cmd/agent_prevent.h"
#include "event/event.h"
#include "event/table.h"

#define NS_PER_S      1000000000ull
#define WARNING_PAUSE (10 * NS_PER_S) /* between two warnings of the same kind of loss */

/* Kernel counters whose growth means that an event is gone, and those that mean it is incomplete.
 */
static bool is_loss(unsigned id)
{
    return strncmp(sensor_counter_name((enum counter_id)id), "drop_", 5) == 0;
}

/* Events that the kernel side did not send for want of a rule, by what told. */
static bool is_filtered(unsigned id)
{
    return strncmp(sensor_counter_name((enum counter_id)id), "filtered_", 9) == 0;
}

static bool is_truncation(unsigned id)
{
    return strncmp(sensor_counter_name((enum counter_id)id), "truncated_", 10) == 0;
}

/* All zero when they can't be read. */
static void read_sensor(const struct agent *agent, uint64_t ret_counters[COUNTER_MAX])
{
    memset(ret_counters, 0, COUNTER_MAX * sizeof(*ret_counters));
    if (agent->sensor)
        sensor_counters(agent->sensor, ret_counters);
}

static uint64_t sum_of(const uint64_t counters[COUNTER_MAX], bool (*chosen)(unsigned))
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < COUNTER_MAX; i++)
        sum += chosen(i) ? counters[i] : 0;
    return sum;
}

/* The second field of statm is what is resident, in pages. */
static uint64_t resident_bytes(void)
{
    _cleanup_free_ char *text = NULL;

    if (read_file("/proc/self/statm", 4096, &text, NULL) < 0)
        return 0;
    const char *second = strchr(text, ' ');
    return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void print_sink(void *data, const char *sink, uint64_t written, uint64_t failed,
                       const char *last_error)
{
    fprintf(stderr, COUNTER_LINE "output: sink=%s written=%" PRIu64 " failed=%" PRIu64 "%s%s%s\n",
            sink, written, failed, last_error[0] ? " last_error=\"" : "", last_error,
            last_error[0] ? "\"" : "");
}

/*
 * Rules that something was sent for, or that fired: how many events, and which share of those that
 * the kernel side looked up. Of what is sent always nothing is known here.
 */
static void print_rules(const struct ruleset *rules, uint64_t filtered)
{
    uint64_t looked_up = filtered + rules_counters(rules)->looked_up;
    struct rule_info info;

    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        if (info.sent || info.hits)
            fprintf(stderr,
                    COUNTER_LINE "rule: sent=%" PRIu64 " share=%.4f%% alerts=%" PRIu64
                                 " name=\"%s\"\n",
                    info.sent, looked_up ? 100.0 * (double)info.sent / (double)looked_up : 0.0,
                    info.hits, info.name);
    }
}

static void print_agent(const struct agent *agent)
{
    fprintf(stderr,
            COUNTER_LINE "agent: uptime_s=%.1f records=%" PRIu64 " alerts=%" PRIu64
                         " feed_failed=%" PRIu64 " filter_missed=%" PRIu64
                         " resident_bytes=%" PRIu64 " map_bytes=%" PRIu64,
            (double)(loop_now() - agent->started) / 1e9, agent->records, agent->alerts,
            agent->feed_failed, agent->filter_missed, resident_bytes(),
            sensor_map_bytes(agent->sensor));
    if (agent->recorder)
        fprintf(stderr, " recorded=%" PRIu64 " recorded_bytes=%" PRIu64 " recording_failed=%d",
                recorder_records(agent->recorder), recorder_bytes(agent->recorder),
                -agent->recording_failed);
    fputc('\n', stderr);
}

void agent_print_counters(const struct agent *agent)
{
    const struct world_counters *world = world_counters(agent->world);
    const struct facts_counters *facts = facts_counters(agent->facts);
    uint64_t sensor[COUNTER_MAX];

    print_agent(agent);

    const struct isolation_counters *isolation = agent_isolation_counters(agent->isolation);
    fprintf(stderr,
            COUNTER_LINE "isolation: containers=%" PRIu64 " evicted=%" PRIu64 " refused=%" PRIu64
                         " outlived=%" PRIu64 "\n",
            isolation->containers, isolation->evicted, isolation->refused, isolation->outlived);

    const struct drift_counters *drift = agent_drift_counters(agent->drift);
    fprintf(stderr, COUNTER_LINE "drift: seconds=%.3f", (double)drift->time / 1e9);
#define PRINT_DRIFT(field, text) fprintf(stderr, " " text "=%" PRIu64, drift->field);
    DRIFT_COUNTER_LIST(PRINT_DRIFT)
#undef PRINT_DRIFT
    fputc('\n', stderr);

    read_sensor(agent, sensor);
    fputs(COUNTER_LINE "sensor:", stderr);
    for (unsigned i = 0; i < COUNTER_MAX; i++)
        fprintf(stderr, " %s=%" PRIu64, sensor_counter_name((enum counter_id)i), sensor[i]);

    uint64_t filtered = sum_of(sensor, is_filtered);
    fprintf(stderr, " filtered=%" PRIu64, filtered);

    fputs("\n" COUNTER_LINE "events:", stderr);
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (agent->records_of[type] && event_type_info(type))
            fprintf(stderr, " %s=%" PRIu64, event_type_info(type)->name, agent->records_of[type]);

    fputs("\n" COUNTER_LINE "world:", stderr);
#define PRINT_WORLD(field, text) fprintf(stderr, " " text "=%" PRIu64, world->field);
    WORLD_COUNTER_LIST(PRINT_WORLD)
#undef PRINT_WORLD
    fprintf(stderr, " processes=%" PRIu64 " containers=%" PRIu64, world->processes,
            world->containers);

    fputs("\n" COUNTER_LINE "facts:", stderr);
#define PRINT_FACTS(field, text) fprintf(stderr, " " text "=%" PRIu64, facts->field);
    FACTS_COUNTER_LIST(PRINT_FACTS)
#undef PRINT_FACTS

    if (agent->rules) {
        const struct rules_counters *rules = rules_counters(agent->rules);
        fputs("\n" COUNTER_LINE "rules:", stderr);
#define PRINT_RULES(field, text) fprintf(stderr, " " text "=%" PRIu64, rules->field);
        RULES_COUNTER_LIST(PRINT_RULES)
#undef PRINT_RULES
    }
    fputc('\n', stderr);
    agent_prevent_print(agent);
    agent_print_guard(agent);
    if (agent->rules)
        print_rules(agent->rules, filtered);

    agent_print_responses(agent);
    output_counters(agent->output, print_sink, NULL);
    agent_print_noise(agent);
}

/* A DROP record tells a replay, and the world, what is missing from the stream. */
static void tell_world(struct agent *agent, unsigned id, uint64_t lost)
{
    struct event_header header = {.type = EVENT_DROP,
                                  .flags = EVENT_FLAG_SYNTHETIC,
                                  .time = loop_now(),
                                  .result = (int64_t)lost};
    struct event_writer writer = {0};

    event_writer_begin(&writer, &header);
    event_writer_string(&writer, PARAM_TEXT, sensor_counter_name((enum counter_id)id));
    if (event_writer_finish(&writer) == 0) {
        world_feed(agent->world, writer.data, writer.len);
        agent_record(agent, writer.data, writer.len);
    }
    event_writer_done(&writer);
}

struct sink_losses {
    uint64_t failed;
    char last[256]; /* "file:/x: No space left on device" */
};

static void sum_sink(void *data, const char *sink, uint64_t written, uint64_t failed,
                     const char *last_error)
{
    struct sink_losses *losses = data;

    losses->failed += failed;
    if (failed)
        snprintf(losses->last, sizeof(losses->last), "%s: %s", sink, last_error);
}

/* "12 drop_bulk_ring_full, 3 drop_record_full" of what came since the last time. */
static uint64_t list_losses(const struct agent *agent, const uint64_t sensor[COUNTER_MAX],
                            struct buf *list)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < COUNTER_MAX; i++) {
        uint64_t lost = is_loss(i) ? sensor[i] - agent->told.sensor[i] : 0;
        if (lost)
            buf_printf(list, "%s%" PRIu64 " %s", sum ? ", " : "", lost,
                       sensor_counter_name((enum counter_id)i));
        sum += lost;
    }
    return sum;
}

void agent_check_losses(struct agent *agent)
{
    _cleanup_buf_ struct buf list = {0};
    struct sink_losses sinks = {0};
    uint64_t sensor[COUNTER_MAX], now = loop_now();

    read_sensor(agent, sensor);
    for (unsigned i = 0; i < COUNTER_MAX; i++) {
        uint64_t lost = is_loss(i) ? sensor[i] - agent->dropped_in_recording[i] : 0;
        if (lost)
            tell_world(agent, i, lost);
        agent->dropped_in_recording[i] = sensor[i];
    }
    agent_tell_noise(agent);

    agent_resume_masks(agent,
                       sensor[COUNTER_DROP_CRITICAL_RING_FULL] + sensor[COUNTER_DROP_SCRATCH_BUSY]);

    if (agent->told.when && now - agent->told.when < WARNING_PAUSE)
        return;
    uint64_t lost = list_losses(agent, sensor, &list);
    output_counters(agent->output, sum_sink, &sinks);
    if (lost)
        log_warning("%" PRIu64 " events were lost: %s", lost, list.failed ? "" : list.data);
    if (sinks.failed > agent->told.outputs)
        log_warning("%" PRIu64 " alerts could not be written: %s",
                    sinks.failed - agent->told.outputs, sinks.last);
    if (!lost && sinks.failed == agent->told.outputs)
        return;
    memcpy(agent->told.sensor, sensor, sizeof(sensor));
    agent->told.outputs = sinks.failed;
    agent->told.when = now;
}

void agent_print_summary(const struct agent *agent)
{
    static const struct losses_told never;
    const struct world_counters *world = world_counters(agent->world);
    struct agent since_start = {.told = never};
    _cleanup_buf_ struct buf list = {0};
    struct sink_losses sinks = {0};
    uint64_t sensor[COUNTER_MAX];

    read_sensor(agent, sensor);
    uint64_t lost = list_losses(&since_start, sensor, &list);
    output_counters(agent->output, sum_sink, &sinks);
    log_info("stopped after %.1f s: %" PRIu64 " events, %" PRIu64 " alerts, %" PRIu64
             " lost%s%s%s, %" PRIu64 " truncated, %" PRIu64 " held, %" PRIu64 " alerts not written",
             (double)(loop_now() - agent->started) / 1e9, agent->records, agent->alerts, lost,
             lost ? " (" : "", lost && !list.failed ? list.data : "", lost ? ")" : "",
             sum_of(sensor, is_truncation), world->events_held, sinks.failed);
    agent_print_responses_summary(agent);
    if (agent->recorder)
        log_info("recorded %" PRIu64 " records, %" PRIu64 " bytes in %s",
                 recorder_records(agent->recorder), recorder_bytes(agent->recorder),
                 agent->options->record);
}
