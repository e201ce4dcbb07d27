/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards of the root cgroup on the running kernel: connecting, binding and sending succeed without
 * them, are refused with EPERM by them, and are told of. Needs root; where the kernel can't, it
 * skips.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event/event.h"
#include "sensor/guard.h"
#include "sensor/libbpf_words.h"
#include "sensor/sensor.h"

#define PORT  9
#define OTHER 10

static int reach(int domain, in_port_t port, enum event_type type)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const struct sockaddr *address = domain == AF_INET ? (void *)&in : (void *)&in6;
    socklen_t len = domain == AF_INET ? sizeof(in) : sizeof(in6);
    int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    long r;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -errno;
    if (type == EVENT_CONNECT)
        r = connect(fd, address, len);
    else if (type == EVENT_BIND)
        r = bind(fd, address, len);
    else
        r = sendto(fd, "x", 1, 0, address, len);
    r = r < 0 ? -errno : 0;
    close(fd);
    return (int)r;
}

static const struct {
    const char *name;
    int domain;
    enum event_type type;
} acts[] = {
    {"connect4", AF_INET, EVENT_CONNECT}, {"connect6", AF_INET6, EVENT_CONNECT},
    {"bind4", AF_INET, EVENT_BIND},       {"bind6", AF_INET6, EVENT_BIND},
    {"sendmsg4", AF_INET, EVENT_SENDMSG}, {"sendmsg6", AF_INET6, EVENT_SENDMSG},
};

#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* In a child: the process that has the guards may do everything. */
static int perform(size_t act, in_port_t port)
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(-reach(acts[act].domain, port, acts[act].type));
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return -EIO;
    return -WEXITSTATUS(status);
}

static struct filter_vector all(void)
{
    struct filter_vector vector;

    memset(&vector, 0xff, sizeof(vector));
    return vector;
}

/* Column 0: connecting or sending to PORT; column 1: binding. */
static void make_rules(struct guard_rules *rules, struct filter_tables *tables)
{
    static struct filter_port port = {.port = PORT};
    struct filter_slot *slot = &tables->slot;

    memset(slot->small, 0xff, sizeof(slot->small));
    memset(slot->small, 0, sizeof(slot->small[0]) * EVENT_TYPE_MAX);
    slot->small[EVENT_CONNECT].words[0] = slot->small[EVENT_SENDMSG].words[0] = 1;
    slot->small[EVENT_BIND].words[0] = 2;
    for (size_t i = 0; i < ACTS; i++)
        rules->types[acts[i].type] = true;
    port.columns = slot->addresses_unasked = slot->other_names = all();
    tables->ports = &port;
    tables->port_count = 1;
    slot->asks_ports = true;
    slot->other_ports = slot->ports_unasked = all();
    slot->other_ports.words[0] &= ~1ull;
    slot->ports_unasked.words[0] &= ~1ull;
    rules->tables = tables;
    rules->slot.host.words[0] = 3;
    rules->means = GUARD_BY_CGROUP;
}

static int failed;

static void report(const char *name, const char *of, const char *why)
{
    if (why)
        printf("FAIL guard/cgroup %s%s: %s\n", name, of, why);
    else
        printf("PASS guard/cgroup %s%s\n", name, of);
    failed += why != NULL;
}

static int note(void *data, const void *record, size_t size)
{
    struct event event;

    if (event_decode(record, size, &event) < 0 || !(event.header->flags & EVENT_FLAG_DENIED))
        return 0;
    bool whole = event.header->result == -EPERM && event_has(&event, PARAM_SOCKET) &&
                 event_has(&event, PARAM_COLUMNS) &&
                 event_has(&event, PARAM_SOCKET_ADDRESS) == (event.header->type != EVENT_BIND);
    *(unsigned *)data += whole;
    return 0;
}

static void check(size_t act, struct sensor *sensor)
{
    unsigned told = 0;
    char why[128];

    while (sensor_read(sensor, 0, note, &told) > 0)
        ;
    told = 0;
    int with = perform(act, PORT);
    while (sensor_read(sensor, 0, note, &told) > 0)
        ;
    snprintf(why, sizeof(why), "%s, %u whole records", strerror(-with), told);
    report(acts[act].name, "", with == -EPERM && told == 1 ? NULL : why);
    if (acts[act].type == EVENT_BIND)
        return;
    int other = perform(act, OTHER);
    report(acts[act].name, " to another port", other < 0 ? strerror(-other) : NULL);
}

int main(void)
{
    const struct sensor_config config = {0};
    struct filter_tables *tables = calloc(1, sizeof(*tables));
    struct guard_rules *rules = calloc(1, sizeof(*rules));
    struct sensor *sensor = NULL;
    struct guard *guard = NULL;
    struct error error = {0};

    if (setvbuf(stdout, NULL, _IONBF, 0) != 0 || !tables || !rules)
        return 1;
    if (guard_probe(GUARD_BY_CGROUP, &error) < 0) {
        printf("SKIP guard/cgroup: %s\n", error.message);
        return 0;
    }
    for (size_t i = 0; i < ACTS; i++) {
        int r = perform(i, PORT);
        report(acts[i].name, " without", r < 0 ? strerror(-r) : NULL);
    }
    make_rules(rules, tables);
    if (sensor_open(&config, &sensor, &error) < 0 ||
        guard_open(rules, NULL, 0, sensor_bulk_ring(sensor), &guard, &error) < 0) {
        printf("FAIL guard/cgroup load: %s\n%s\n", error.message, libbpf_words());
        return 1;
    }
    printf("PASS guard/cgroup load: %zu hooks\n", guard_hooks(guard));
    for (size_t i = 0; i < ACTS; i++)
        check(i, sensor);
    guard_close(guard);
    sensor_close(sensor);
    for (size_t i = 0; i < ACTS; i++) {
        int r = perform(i, PORT);
        report(acts[i].name, " after", r < 0 ? strerror(-r) : NULL);
    }
    free(tables);
    free(rules);
    return failed != 0;
}
