/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every act is really done on the running kernel, and the event it makes is looked at, parameter by
 * parameter. Needs root; prints why and skips where the sensor can't run.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "event/table.h"
#include "sensor/sensor.h"
#include "sensor/sensor_acts.h"

struct search {
    const struct act *act;
    bool seen;
    bool matched;
    char why[512];
};

static bool parameters_match(struct search *search, const struct event *event)
{
    for (const struct expect *e = search->act->expects; e->param; e++) {
        const struct event_param *param = event_param(event, e->param);

        if (!param) {
            snprintf(search->why, sizeof(search->why), "no %s", param_info(e->param)->name);
            return false;
        }
        if (e->string ? param->len == e->len && !memcmp(param->data, e->string, e->len)
                      : event_number(event, e->param, 0) == e->number)
            continue;
        if (e->string)
            snprintf(search->why, sizeof(search->why), "%s is \"%.*s\"", param_info(e->param)->name,
                     (int)param->len, param->data);
        else
            snprintf(search->why, sizeof(search->why), "%s is %lld", param_info(e->param)->name,
                     (long long)event_number(event, e->param, 0));
        return false;
    }
    if (search->act->check && !search->act->check(event)) {
        snprintf(search->why, sizeof(search->why), "its own check says no");
        return false;
    }
    return true;
}

static int look(void *data, const void *record, size_t size)
{
    struct search *search = data;
    struct event event;

    if (event_decode(record, size, &event) < 0) {
        snprintf(search->why, sizeof(search->why), "a record breaks the format");
        return 0;
    }
    const struct event_header *header = event.header;
    const struct act *act = search->act;
    if (search->matched || header->type != act->type || header->uid != 0)
        return 0;
    search->seen = true;
    if (act->result == ANY ? header->result < 0
                           : act->result != -1 && header->result != act->result) {
        snprintf(search->why, sizeof(search->why), "result %lld", (long long)header->result);
        return 0;
    }
    if ((header->flags & act->flags) != act->flags) {
        snprintf(search->why, sizeof(search->why), "flags %x", header->flags);
        return 0;
    }
    search->matched = parameters_match(search, &event);
    return 0;
}

static bool perform(struct sensor *sensor, const struct act *act)
{
    struct search search = {.act = act};

    while (sensor_read(sensor, 0, look, &search) > 0)
        ;
    search = (struct search){.act = act};

    long result = act->run();
    if (result == -ENOSYS) {
        printf("SKIP sensor %s: this kernel has no such call\n", act->name);
        return true;
    }
    for (int i = 0; i < 100 && !search.matched; i++) {
        struct pollfd wait = {sensor_fd(sensor), POLLIN, 0};

        poll(&wait, 1, 5);
        sensor_read(sensor, 0, look, &search);
    }
    if (search.matched)
        printf("PASS sensor %s\n", act->name);
    else
        printf("FAIL sensor %s: %s%s (the call gave %ld)\n", act->name,
               search.seen ? "event differs: " : "no event", search.why, result);
    return search.matched;
}

int main(void)
{
    struct sensor_config config = {.include_self = true, .needs = {.env = true, .dns = true}};
    struct error error = {0};
    struct sensor *sensor;
    uint64_t counters[COUNTER_MAX];
    int failed = 0;

    if (geteuid() != 0) {
        printf("SKIP sensor: needs root\n");
        return 77;
    }
    memset(config.needs.types, true, sizeof(config.needs.types));
    if (sensor_open(&config, &sensor, &error) < 0) {
        printf("%s sensor: %s\n", error.code == -EPERM || error.code == -ENOENT ? "SKIP" : "FAIL",
               error.message);
        return error.code == -EPERM || error.code == -ENOENT ? 77 : 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    acts_prepare();
    for (size_t i = 0; i < acts_count; i++)
        failed += !perform(sensor, &acts[i]);

    if (sensor_counters(sensor, counters) < 0)
        failed++;
    for (int i = 0; i < COUNTER_MAX; i++)
        if (counters[i] && i != COUNTER_EVENTS_BULK && i != COUNTER_EVENTS_CRITICAL)
            printf("     counter %s %llu\n", sensor_counter_name(i),
                   (unsigned long long)counters[i]);
    sensor_close(sensor);

    acts_clean();
    return failed ? 1 : 0;
}
