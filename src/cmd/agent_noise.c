/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent.h"

#include <inttypes.h>
#include <stdio.h>

#include "event/event.h"
#include "sensor/noise.h"

static const enum param_id params[NOISE_MAX] = {
    [NOISE_DEDUPLICATED] = PARAM_DEDUPLICATED,
    [NOISE_RATE_LIMITED] = PARAM_RATE_LIMITED,
    [NOISE_RING_FULL] = PARAM_RING_FULL,
    [NOISE_CRITICAL_RING_FULL] = PARAM_CRITICAL_RING_FULL,
};

/* A record of what was not sent: the world, rules and the recording take it as any other. */
static void tell_world(void *data, uint64_t cgroup, const uint64_t grown[NOISE_MAX],
                       const uint64_t total[NOISE_MAX])
{
    struct agent *agent = data;
    struct event_header header = {.type = EVENT_CONTAINER_DROP,
                                  .flags = EVENT_FLAG_SYNTHETIC,
                                  .time = loop_now(),
                                  .cgroup_id = cgroup};
    struct event_writer writer = {0};

    for (unsigned cause = 0; cause < NOISE_MAX; cause++)
        header.result += cause == NOISE_DEDUPLICATED ? 0 : (int64_t)grown[cause];
    event_writer_begin(&writer, &header);
    for (unsigned cause = 0; cause < NOISE_MAX; cause++)
        event_writer_number(&writer, params[cause], (int64_t)grown[cause]);
    agent_feed(agent, &writer);
}

void agent_tell_noise(struct agent *agent)
{
    sensor_read_noise(agent->sensor, loop_now(), tell_world, agent);
}

static void print_row(void *data, uint64_t cgroup, const uint64_t grown[NOISE_MAX],
                      const uint64_t total[NOISE_MAX])
{
    const struct agent *agent = data;
    const struct container *container = world_cgroup_container(agent->world, cgroup);

    fprintf(stderr, COUNTER_LINE "container: cgroup=%" PRIu64 " id=%s", cgroup,
            container ? container->id
            : cgroup  ? "host"
                      : "unknown");
    for (unsigned cause = 0; cause < NOISE_MAX; cause++)
        fprintf(stderr, " %s=%" PRIu64, noise_cause_name((enum noise_cause)cause), total[cause]);
    fputc('\n', stderr);
}

void agent_print_noise(const struct agent *agent)
{
    sensor_list_noise(agent->sensor, print_row, (void *)(uintptr_t)agent);
}
