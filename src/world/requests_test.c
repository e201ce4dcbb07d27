/* SPDX-License-Identifier: Apache-2.0 */
/* What the world asks for, and answers that come at once, late, in part or not. */
#include <arpa/inet.h>

#include "world/exec_id.h"
#include "world/test_stream.h"
#include "world/world.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PATH_A "/system.slice/docker-" ID_A ".scope"
#define PLAIN  "/my/runc/box"

enum { CG_HOST = 10, CG_A = 20, CG_PLAIN = 40 };

/* The machine: what it knows, and how often it was asked. One writer for all answers, as the real
 * one has: an answer overwrites the record of the answer before. */
static struct {
    struct stream *stream;
    struct event_writer writer;
    unsigned metadata_after; /* answers from this call on */
    unsigned metadata_calls, process_calls, users_calls, cgroup_calls, container_calls;
    int container_answer;
    const char *passwd;
} machine;

/* The start time as /proc has it. */
static uint64_t tick_of(uint32_t pid)
{
    return exec_id_tick(start_of(pid));
}

static void begin(enum event_type type, uint32_t pid, uint64_t cgroup_id)
{
    struct event_header header = {
        .type = (uint16_t)type,
        .pid = pid,
        .cgroup_id = cgroup_id,
        .start_time = tick_of(pid),
        .comm = "found",
    };

    /* Poison what the last answer left. */
    if (machine.writer.data)
        memset(machine.writer.data, 0x5a, machine.writer.capacity);
    event_writer_begin(&machine.writer, &header);
}

static void answer(void)
{
    assert_int_equal(event_writer_finish(&machine.writer), 0);
    assert_int_equal(world_feed(machine.stream->world, machine.writer.data, machine.writer.len), 0);
}

static int ask_metadata(void *data, struct world *world, const char *id,
                        enum container_runtime hint, const char *path, uint32_t pid)
{
    assert_string_equal(id, ID_A);
    assert_true(!strcmp(path, PATH_A) || !strcmp(path, PLAIN));
    if (++machine.metadata_calls < machine.metadata_after)
        return -ENOENT;
    begin(EVENT_CONTAINER, 0, 0);
    event_writer_string(&machine.writer, PARAM_CONTAINER_ID, id);
    event_writer_string(&machine.writer, PARAM_CONTAINER_IMAGE, "img:1");
    answer();
    return 0;
}

static int ask_process(void *data, struct world *world, uint32_t pid, uint64_t start)
{
    machine.process_calls++;
    if (pid >= 100)
        return -ESRCH;
    begin(EVENT_PROCESS_FOUND, pid, pid == 50 ? CG_A : CG_HOST);
    event_writer_string(&machine.writer, PARAM_EXE_PATH, "/bin/found");
    event_writer_string(&machine.writer, PARAM_CGROUP, pid == 50 ? PATH_A : "/host");
    event_writer_number(&machine.writer, PARAM_PARENT_PID, pid - 1);
    event_writer_number(&machine.writer, PARAM_PARENT_START, (int64_t)tick_of(pid - 1));
    answer();
    return 0;
}

static int ask_users(void *data, struct world *world, const struct container *container,
                     uint32_t pid)
{
    machine.users_calls++;
    if (!machine.passwd)
        return -ENOENT;
    begin(EVENT_USERS, 0, 0);
    if (container)
        event_writer_string(&machine.writer, PARAM_CONTAINER_ID, container->id);
    event_writer_bytes(&machine.writer, PARAM_PASSWD, 0, machine.passwd, strlen(machine.passwd));
    event_writer_bytes(&machine.writer, PARAM_GROUP, 0, "staff:x:50:\n", 12);
    answer();
    return 0;
}

static int ask_cgroup(void *data, struct world *world, uint64_t cgroup_id, uint32_t pid)
{
    machine.cgroup_calls++;
    if (cgroup_id != CG_A)
        return -ENOENT;
    begin(EVENT_CGROUP_FOUND, pid, cgroup_id);
    event_writer_string(&machine.writer, PARAM_CGROUP, PATH_A);
    answer();
    return 0;
}

static int ask_container(void *data, struct world *world, uint64_t cgroup_id, const char *path,
                         struct cgroup_container *ret_container)
{
    machine.container_calls++;
    if (strcmp(path, PLAIN))
        return -ENOENT;
    if (machine.container_answer < 0)
        return machine.container_answer;
    ret_container->runtime = RUNTIME_RUNC;
    snprintf(ret_container->id, sizeof(ret_container->id), "%s", ID_A);
    begin(EVENT_CGROUP_FOUND, 0, cgroup_id);
    event_writer_string(&machine.writer, PARAM_CGROUP, path);
    event_writer_string(&machine.writer, PARAM_CONTAINER_ID, ID_A);
    event_writer_string(&machine.writer, PARAM_CONTAINER_RUNTIME, "runc");
    answer();
    return 0;
}

static const struct world_requests requests = {
    .container_metadata = ask_metadata,
    .process = ask_process,
    .users = ask_users,
    .cgroup = ask_cgroup,
    .cgroup_container = ask_container,
};

static struct stream s;

static int setup(void **state)
{
    memset(&machine, 0, sizeof(machine));
    machine.stream = &s;
    stream_open(&s, NULL, &requests);
    return 0;
}

static int teardown(void **state)
{
    stream_close(&s);
    event_writer_done(&machine.writer);
    return 0;
}

static void test_metadata_at_once(void **state)
{
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    assert_int_equal(s.count, 1);
    assert_string_equal(stream_last(&s)->image, "img:1");
    assert_int_equal(machine.metadata_calls, 1);
    assert_int_equal(world_counters(s.world)->events_held, 0);
    stream_exec(&s, 201, "/bin/b", CG_A, PATH_A);
    assert_int_equal(machine.metadata_calls, 1);
}

static void test_metadata_backs_off(void **state)
{
    machine.metadata_after = 4;
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    uint64_t at = s.now;
    uint64_t due = at + 5 * MS; /* then 10, then 20 later */
    assert_int_equal(machine.metadata_calls, 1);
    assert_true(world_tick(s.world, at + 1) == due);
    assert_true(world_tick(s.world, due) == due + 10 * MS);
    assert_int_equal(machine.metadata_calls, 2);
    assert_true(world_tick(s.world, due + 10 * MS) == due + 30 * MS);
    assert_int_equal(machine.metadata_calls, 3);
    assert_int_equal(s.count, 0);
    world_tick(s.world, due + 30 * MS);
    assert_int_equal(machine.metadata_calls, 4);
    assert_int_equal(s.count, 1);
    assert_string_equal(stream_last(&s)->image, "img:1");
    world_tick(s.world, due + 10 * SECOND);
    assert_int_equal(machine.metadata_calls, 4);
}

static void test_metadata_never(void **state)
{
    machine.metadata_after = 1000;
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    world_tick(s.world, s.now + 500 * MS);
    assert_int_equal(s.count, 1);
    uint64_t due = s.now;
    for (unsigned i = 0; i < 100; i++) /* it is asked for on and on, but ever less */
        due = world_tick(s.world, due);
    assert_in_range(machine.metadata_calls, 8, 20);
    assert_int_equal(world_counters(s.world)->containers_unnamed, 1);
}

/* Between two times that are far apart by now, its first program runs, and is told with its name.
 */
static void test_metadata_at_exec(void **state)
{
    machine.metadata_after = 1000;
    stream_attach(&s, 200, CG_A, PATH_A);
    world_tick(s.world, s.now + 700 * MS);
    unsigned calls = machine.metadata_calls;
    machine.metadata_after = 0;
    s.now += 800 * MS;
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    assert_int_equal(machine.metadata_calls, calls + 1);
    assert_string_equal(stream_last(&s)->image, "img:1");
    stream_exec(&s, 201, "/bin/a", CG_A, PATH_A);
    assert_int_equal(machine.metadata_calls, calls + 1);
}

static void test_container_started_again(void **state)
{
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    stream_event(&s, EVENT_PROCEXIT, 200, CG_A);
    world_tick(s.world, s.now + 3 * SECOND);
    s.now += 4 * SECOND;
    stream_exec(&s, 201, "/bin/a", CG_A + 1, PATH_A);
    assert_int_equal(machine.metadata_calls, 2);
    assert_int_equal(s.count, 3);
}

static void test_plain_runc(void **state)
{
    machine.container_answer = -EAGAIN;
    stream_attach(&s, 200, CG_PLAIN, PLAIN);
    assert_string_equal(stream_last(&s)->container, "");
    stream_event(&s, EVENT_OPEN, 200, CG_PLAIN);
    assert_int_equal(machine.container_calls, 1);
    machine.container_answer = 0; /* the state file is there at the exec of the entry point */
    stream_exec(&s, 200, "/bin/entry", CG_PLAIN, PLAIN);
    assert_string_equal(stream_last(&s)->container, ID_A);
    assert_string_equal(stream_last(&s)->image, "img:1");
    stream_event(&s, EVENT_OPEN, 200, CG_PLAIN);
    stream_exec(&s, 200, "/bin/next", CG_PLAIN, PLAIN);
    assert_int_equal(machine.container_calls, 2);

    stream_exec(&s, 201, "/bin/host", CG_HOST, "/host");
    stream_exec(&s, 201, "/bin/host2", CG_HOST, "/host");
    assert_int_equal(machine.container_calls, 3); /* a final answer is kept */
}

static void test_cgroup_asked(void **state)
{
    stream_event(&s, EVENT_OPEN, 200, CG_A);
    assert_string_equal(stream_last(&s)->container, ID_A);
    stream_event(&s, EVENT_OPEN, 200, CG_A);
    assert_int_equal(machine.cgroup_calls, 1);
    stream_event(&s, EVENT_OPEN, 201, 777); /* nobody knows: not asked for at every event */
    stream_event(&s, EVENT_OPEN, 202, 777);
    assert_int_equal(machine.cgroup_calls, 2);
    s.now += SECOND;
    stream_event(&s, EVENT_OPEN, 203, 777);
    assert_int_equal(machine.cgroup_calls, 3);
}

static void test_process_asked(void **state)
{
    stream_event(&s, EVENT_OPEN, 50, CG_A);
    assert_string_equal(stream_last(&s)->exe, "/bin/found");
    assert_string_equal(stream_last(&s)->container, ID_A);
    assert_int_equal(world_counters(s.world)->processes_made_up, 0);
    const struct process *process = stream_process(&s, 50);
    assert_non_null(process);
    assert_true(process->from_proc);
    assert_int_equal(process->parent->id.pid, 49); /* its ancestors, as far as the bound */
    assert_in_range(machine.process_calls, 2, 20);

    unsigned calls = machine.process_calls;
    stream_event(&s, EVENT_OPEN, 100, CG_HOST);
    stream_event(&s, EVENT_OPEN, 100, CG_HOST);
    assert_int_equal(machine.process_calls, calls + 1);
    assert_string_equal(stream_last(&s)->name, "comm");
    assert_string_equal(stream_last(&s)->exe, "");
    assert_int_equal(world_counters(s.world)->processes_made_up, 1);
    stream_exec(&s, 100, "/bin/real", CG_HOST, NULL);
    assert_string_equal(stream_last(&s)->exe, "/bin/real");
}

static void test_found_before_clone(void **state)
{
    /* The snapshot saw the child before its clone is read: later truth stays. */
    ask_process(NULL, s.world, 30, 0);
    stream_exec(&s, 200, "/bin/maker", CG_HOST, "/host");
    stream_clone(&s, 200, 30, CG_HOST);
    const struct process *child = stream_process(&s, 30);
    assert_string_equal(child->image->exe_path, "/bin/found");
    assert_string_equal(child->name, "found");
    /* And facts that come after the event change nothing. */
    stream_exec(&s, 30, "/bin/later", CG_HOST, "/host");
    assert_string_equal(child->image->exe_path, "/bin/later");
}

static void test_users(void **state)
{
    const uint8_t pods_api[4] = {10, 96, 0, 1};

    assert_null(world_user_name(s.world, NULL, 0));
    assert_null(world_user_name(s.world, NULL, 0));
    assert_int_equal(machine.users_calls, 1);
    s.now += 11 * SECOND;
    machine.passwd = "toor:x:0:0:root:/toor:/bin/zsh\n";
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A); /* the container's are read */
    machine.passwd = "root:x:0:0:root:/root:/bin/sh\nbad\n";
    const char *root = world_user_name(s.world, NULL, 0);
    assert_string_equal(root, "root");
    assert_int_equal(world_counters(s.world)->users_malformed, 1);
    assert_string_equal(world_group_name(s.world, NULL, 50), "staff");
    machine.passwd = "toor:x:0:0:root:/toor:/bin/zsh\n";
    const struct container *container = world_container(s.world, ID_A);
    assert_string_equal(world_user_home(s.world, container, 0), "/toor");
    assert_string_equal(world_user_shell(s.world, container, 0), "/bin/zsh");
    assert_null(world_user_home(s.world, container, 77));

    /* What was given out stays readable until the next record, also when it is read again. */
    world_tick(s.world, s.now + 20 * SECOND);
    assert_null(world_user_name(s.world, NULL, 12345));
    assert_string_equal(root, "root");
    assert_string_equal(world_user_name(s.world, NULL, 0), "toor");

    assert_false(world_address_has_name(s.world, container, pods_api, 4, "kubernetes"));
    stream_begin(&s, EVENT_CONTAINER, 0, 0);
    stream_text(&s, PARAM_CONTAINER_ID, ID_A);
    stream_strings(&s, PARAM_CONTAINER_ENV, "KUBERNETES_SERVICE_HOST=10.96.0.1", 34);
    stream_feed(&s);
    assert_true(world_address_has_name(s.world, container, pods_api, 4, "Kubernetes.default.svc."));
    assert_true(world_address_has_name(s.world, container, pods_api, 4,
                                       "kubernetes.default.svc.cluster.local"));
    assert_false(world_address_has_name(s.world, NULL, pods_api, 4, "kubernetes"));
    assert_string_equal(world_address_name(s.world, container, pods_api, 4),
                        "kubernetes.default.svc");
}

/* A process on its way into a container saw other files: the next one is asked. */
static void test_users_of_another_process(void **state)
{
    const struct container *container;

    machine.passwd = "root:x:0:0:root:/root:/bin/sh\n";
    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    assert_int_equal(machine.users_calls, 1); /* nobody has asked for a name */
    container = world_container(s.world, ID_A);
    assert_null(world_user_name(s.world, container, 1));
    assert_null(world_user_name(s.world, container, 1));
    unsigned calls = machine.users_calls;
    machine.passwd = "daemon:x:1:1:daemon:/:/bin/sh\n";
    stream_exec(&s, 201, "/bin/b", CG_A, PATH_A);
    assert_string_equal(world_user_name(s.world, container, 1), "daemon");
    assert_int_equal(machine.users_calls, calls + 1);
}

static const char dns_message[] = "\1\2\x81\x80\0\1\0\1\0\0\0\0"
                                  "\3api\7example\3com\0\0\1\0\1"
                                  "\xc0\x0c\0\1\0\1\0\0\0\x05\0\4\xc0\0\2\x07";

static void receive(uint32_t pid, uint64_t cgroup, uint16_t port, const char *message, size_t len,
                    uint16_t type)
{
    struct event_socket socket = {.family = AF_INET, .type = type, .remote_port = port};

    stream_begin(&s, EVENT_RECVFROM, pid, cgroup);
    stream_header(&s)->result = (int64_t)len;
    event_writer_bytes(&s.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    event_writer_bytes(&s.writer, PARAM_DATA, 0, message, len);
    assert_int_equal(stream_feed(&s), 0);
}

static void test_dns(void **state)
{
    const uint8_t address[4] = {192, 0, 2, 7};
    const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7};
    const size_t len = sizeof(dns_message) - 1;

    stream_exec(&s, 200, "/bin/a", CG_A, PATH_A);
    stream_exec(&s, 201, "/bin/host", CG_HOST, "/host");
    const struct container *container = world_container(s.world, ID_A);
    receive(200, CG_A, 5353, dns_message, len, SOCK_DGRAM);
    assert_null(world_address_name(s.world, container, address, 4));
    receive(200, CG_A, 53, dns_message, len, SOCK_DGRAM);
    assert_true(world_address_has_name(s.world, container, address, 4, "API.example.com"));
    assert_true(world_address_has_name(s.world, container, mapped, 16, "api.example.com."));
    assert_string_equal(world_address_name(s.world, container, mapped, 16), "api.example.com");
    assert_false(world_address_has_name(s.world, container, address, 4, "example.com"));
    assert_false(world_address_has_name(s.world, NULL, address, 4, "api.example.com"));
    assert_int_equal(world_counters(s.world)->dns_answers, 1);

    /* The host's answers hold for containers too; over TCP, and by the sender's address. */
    char stream_message[sizeof(dns_message) + 1] = {0, (char)len};
    memcpy(stream_message + 2, dns_message, len);
    receive(201, CG_HOST, 53, stream_message, 2, SOCK_STREAM);
    receive(201, CG_HOST, 53, stream_message, len + 2, SOCK_STREAM);
    assert_true(world_address_has_name(s.world, NULL, address, 4, "api.example.com"));
    world_tick(s.world, s.now + 61 * SECOND);
    assert_null(world_address_name(s.world, container, address, 4));

    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(53)};
    stream_begin(&s, EVENT_RECVMSG, 201, CG_HOST);
    event_writer_bytes(&s.writer, PARAM_SOCKET_ADDRESS, 0, &from, sizeof(from));
    event_writer_bytes(&s.writer, PARAM_DATA, 0, dns_message, len);
    stream_header(&s)->time += 61 * SECOND;
    assert_int_equal(stream_feed(&s), 0);
    assert_true(world_address_has_name(s.world, container, address, 4, "api.example.com"));
    receive(201, CG_HOST, 53, dns_message, len - 3, SOCK_DGRAM);
    assert_int_equal(world_counters(s.world)->dns_malformed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(test_metadata_at_once),
        TEST(test_metadata_backs_off),
        TEST(test_metadata_never),
        TEST(test_metadata_at_exec),
        TEST(test_container_started_again),
        TEST(test_plain_runc),
        TEST(test_cgroup_asked),
        TEST(test_process_asked),
        TEST(test_found_before_clone),
        TEST(test_users),
        TEST(test_users_of_another_process),
        TEST(test_dns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
