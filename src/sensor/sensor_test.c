/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every act is really done on the running kernel, and the event it makes is looked at, parameter by
 * parameter. Needs root; prints why and skips where the sensor can't run.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "event/table.h"
#include "sensor/sensor.h"
#include "sensor/sensor_acts.h"
#include "sensor/sensor_test_tables.h"

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

static const char *prefix = ""; /* of the tests' names */

static bool perform(struct sensor *sensor, const struct act *act)
{
    struct search search = {.act = act};

    while (sensor_read(sensor, 0, look, &search) > 0)
        ;
    search = (struct search){.act = act};

    long result = act->run();
    if (result == -ENOSYS) {
        printf("SKIP sensor %s%s: this kernel has no such call\n", prefix, act->name);
        return true;
    }
    for (int i = 0; i < 100 && !search.matched; i++) {
        struct pollfd wait = {sensor_fd(sensor), POLLIN, 0};

        poll(&wait, 1, 5);
        sensor_read(sensor, 0, look, &search);
    }
    if (search.matched)
        printf("PASS sensor %s%s\n", prefix, act->name);
    else
        printf("FAIL sensor %s%s: %s%s (the call gave %ld)\n", prefix, act->name,
               search.seen ? "event differs: " : "no event", search.why, result);
    return search.matched;
}

static uint64_t filtered(const struct sensor *sensor)
{
    uint64_t counters[COUNTER_MAX];

    return sensor_counters(sensor, counters) < 0 ? 0 : counters[COUNTER_FILTERED_PATH];
}

/* With every map full: a listed path is found, another is not sent. */
static bool perform_full(struct sensor *sensor)
{
    const char *why = NULL;
    long paths = tables_largest(sensor);

    if (paths < 0) {
        why = strerror((int)-paths);
    } else {
        uint64_t before = filtered(sensor);

        for (size_t i = 0; i < acts_count && !why; i++)
            if (!strcmp(acts[i].name, "openat") && !perform(sensor, &acts[i]))
                why = "the event did not come";
        close(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
        if (!why && filtered(sensor) == before)
            why = "all was sent";
    }
    if (why)
        printf("FAIL sensor %sfull tables: %s\n", prefix, why);
    else
        printf("PASS sensor %sfull tables: %ld paths\n", prefix, paths);
    return !why;
}

static void print_program(void *data, const char *name, uint32_t verified)
{
    uint32_t *sum = data;

    printf("     verifier: %s, %u instructions\n", name, verified);
    *sum += verified;
}

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --tracepoint: where the kernel allows another means for system calls too. */
int main(int argc, char **argv)
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
    if (argc > 1 && !strcmp(argv[1], "--tracepoint")) {
        config.tracepoint = true;
        prefix = "tracepoint/";
    }
    uint64_t started = now_ms();
    if (sensor_open(&config, &sensor, &error) < 0) {
        printf("%s sensor: %s\n", error.code == -EPERM || error.code == -ENOENT ? "SKIP" : "FAIL",
               error.message);
        return error.code == -EPERM || error.code == -ENOENT ? 77 : 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    uint64_t opened = now_ms();
    uint32_t verified = 0;
    sensor_programs(sensor, print_program, &verified);
    printf("PASS sensor %sverifier: %u instructions looked at, open after %llu ms\n", prefix,
           verified, (unsigned long long)(opened - started));
    /* As by a reload: until here nothing but execs was asked for. */
    memset(config.needs.types, true, sizeof(config.needs.types));
    int r = sensor_set_needs(sensor, &config.needs);
    printf("%s sensor %sall calls: %s, %zu functions hooked after %llu ms\n",
           r < 0 ? "FAIL" : "PASS", prefix, strerror(-r), sensor_hooks(sensor),
           (unsigned long long)(now_ms() - opened));
    failed += r < 0;
    unsigned number = 0;
    r = sensor_check_calls(sensor, &number);
    printf(r < 0 ? "FAIL sensor %severy call: number %u does not come to the kernel side\n"
                 : "PASS sensor %severy call\n",
           prefix, number);
    failed += r < 0;
    acts_prepare();
    for (size_t i = 0; i < acts_count; i++)
        failed += !perform(sensor, &acts[i]);
    failed += !perform_full(sensor);

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
