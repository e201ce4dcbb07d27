/* SPDX-License-Identifier: Apache-2.0 */
/* fd.* of sockets. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "rules/field_testing.h"

#define ESTABLISHED 1
#define CLOSED      7

static struct event_socket socket_to(const char *local, uint16_t local_port, const char *remote,
                                     uint16_t remote_port)
{
    struct event_socket socket = {
        .family = AF_INET,
        .type = SOCK_STREAM,
        .protocol = IPPROTO_TCP,
        .state = ESTABLISHED,
        .local_port = local_port,
        .remote_port = remote_port,
    };

    assert_int_equal(inet_pton(AF_INET, local, socket.local_address), 1);
    if (remote)
        assert_int_equal(inet_pton(AF_INET, remote, socket.remote_address), 1);
    return socket;
}

static void begin(struct fixture *f, enum event_type type, int64_t result,
                  const struct event_socket *socket)
{
    stream_begin(&f->s, type, 5, 0);
    stream_header(&f->s)->result = result;
    stream_number(&f->s, PARAM_FD, 4);
    if (socket)
        event_writer_bytes(&f->s.writer, PARAM_SOCKET, 0, socket, sizeof(*socket));
}

static void a_client(void **state)
{
    struct fixture f;
    struct event_socket socket = socket_to("10.0.0.2", 40000, "93.184.216.34", 443);
    static const struct want wants[] = {
        {"fd.num", "4"},
        {"fd.type", "ipv4"},
        {"fd.typechar", "4"},
        {"fd.name", "10.0.0.2:40000->93.184.216.34:443"},
        {"fd.directory", NULL},
        {"fd.cip", "10.0.0.2"},
        {"fd.sip", "93.184.216.34"},
        {"fd.lip", "10.0.0.2"},
        {"fd.rip", "93.184.216.34"},
        {"fd.snet", "93.184.216.34"},
        {"fd.cport", "40000"},
        {"fd.sport", "443"},
        {"fd.lport", "40000"},
        {"fd.rport", "443"},
        {"fd.sproto", "443"},
        {"fd.l4proto", "tcp"},
        {"fd.sockfamily", "ip"},
        {"fd.is_server", "false"},
        {"fd.connected", "true"},
        {"fd.name_changed", "true"},
        {"fd.sip.name", ""},
        {"evt.category", "net"},
        {"evt.arg.tuple", "10.0.0.2:40000->93.184.216.34:443"},
        {NULL, NULL},
    };

    fixture_open(&f);
    socket.role = SOCKET_ROLE_CLIENT;
    begin(&f, EVENT_CONNECT, 0, &socket);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void a_server(void **state)
{
    struct fixture f;
    struct event_socket socket = socket_to("10.0.0.2", 22, "10.9.9.9", 50000);
    static const struct want accepted[] = {
        {"fd.num", "6"},
        {"fd.name", "10.9.9.9:50000->10.0.0.2:22"},
        {"fd.cip", "10.9.9.9"},
        {"fd.sip", "10.0.0.2"},
        {"fd.lip", "10.0.0.2"},
        {"fd.rip", "10.9.9.9"},
        {"fd.sport", "22"},
        {"fd.rport", "50000"},
        {"fd.is_server", "true"},
        {"fd.name_changed", "false"},
        {NULL, NULL},
    };
    static const struct want listening[] = {
        {"fd.name", "0.0.0.0:8080"},
        {"fd.sip", "0.0.0.0"},
        {"fd.sport", "8080"},
        {"fd.cip", NULL},
        {"fd.lport", NULL},
        {"fd.rip.name", NULL},
        {"fd.ip", "0.0.0.0"},
        {"fd.port", "8080"},
        {"fd.connected", "false"},
        {"fd.is_server", "true"},
        {NULL, NULL},
    };
    static const struct want failed[] = {
        {"fd.num", "-1"}, {"fd.typechar", "4"}, {"fd.type", NULL}, {"fd.sip", NULL}, {NULL, NULL}};

    fixture_open(&f);
    socket.role = SOCKET_ROLE_SERVER;
    begin(&f, EVENT_ACCEPT4, 6, &socket);
    fixture_expect(&f, accepted);

    socket = socket_to("0.0.0.0", 8080, NULL, 0);
    socket.role = SOCKET_ROLE_SERVER;
    socket.state = CLOSED;
    begin(&f, EVENT_LISTEN, 0, &socket);
    fixture_expect(&f, listening);

    begin(&f, EVENT_ACCEPT, -EAGAIN, NULL);
    fixture_expect(&f, failed);
    fixture_close(&f);
}

/* What fd.ip, fd.net and fd.port hold: both ends. */
static void either_end(void **state)
{
    struct event_socket socket = socket_to("10.0.0.2", 40000, "10.0.0.3", 443);
    struct event_header header = {.type = EVENT_CONNECT};
    struct event_writer writer = {0};
    struct event event;
    struct judged_event judged = {.event = &event};
    struct field_context context = {.judged = &judged};
    struct field_value value;
    struct field_ref ref;

    event_writer_begin(&writer, &header);
    event_writer_number(&writer, PARAM_FD, 3);
    event_writer_bytes(&writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    assert_int_equal(event_writer_finish(&writer), 0);
    assert_int_equal(event_decode(writer.data, writer.len, &event), 0);

    assert_int_equal(field_find("fd.net", 6, &ref, NULL), 0);
    assert_true(ref.field->extract(&context, &ref, &value));
    assert_true(value.is_pair);
    assert_int_equal(value.type, FIELD_NETWORK);
    assert_memory_equal(value.address, socket.local_address, 4);
    assert_memory_equal(value.address2, socket.remote_address, 4);

    assert_int_equal(field_find("fd.port", 7, &ref, NULL), 0);
    assert_true(ref.field->extract(&context, &ref, &value));
    assert_true(value.is_pair);
    assert_int_equal(value.number, 40000);
    assert_int_equal(value.number2, 443);

    assert_int_equal(field_find("fd.sip", 6, &ref, NULL), 0);
    assert_true(ref.field->extract(&context, &ref, &value));
    assert_false(value.is_pair);
    event_writer_done(&writer);
    field_context_done(&context);
}

static void datagrams(void **state)
{
    struct fixture f;
    struct event_socket socket = socket_to("0.0.0.0", 5353, NULL, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    static const struct want sent[] = {
        {"fd.name", "0.0.0.0:5353->8.8.8.8:53"},
        {"fd.sip", "8.8.8.8"},
        {"fd.sport", "53"},
        {"fd.l4proto", "udp"},
        {"fd.connected", "false"},
        {"fd.name_changed", "true"},
        {"evt.is_io_write", "true"},
        {"evt.io_dir", "write"},
        {"evt.buflen", "12"},
        {"evt.buflen.in", NULL},
        {"evt.arg.addr", "8.8.8.8:53"},
        {NULL, NULL},
    };
    static const struct want received[] = {
        {"fd.name", "0.0.0.0:5353->8.8.8.8:53"},
        {"fd.is_server", "false"},
        {"evt.is_io_read", "true"},
        {"evt.buffer", "abc"},
        {"evt.arg.data", "abc"},
        {NULL, NULL},
    };

    fixture_open(&f);
    socket.type = SOCK_DGRAM;
    socket.protocol = IPPROTO_UDP;
    socket.state = CLOSED;
    inet_pton(AF_INET, "8.8.8.8", &to.sin_addr);
    begin(&f, EVENT_SENDTO, 12, &socket);
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, sent);

    begin(&f, EVENT_RECVFROM, 3, &socket);
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    event_writer_bytes(&f.s.writer, PARAM_DATA, 0, "abc", 3);
    fixture_expect(&f, received);
    fixture_close(&f);
}

/* The kernel takes more for an address than one of the socket's family. */
static void peers_as_the_kernel_takes_them(void **state)
{
    struct fixture f;
    struct event_socket v4 = socket_to("0.0.0.0", 5353, "8.8.8.8", 53);
    struct event_socket v6 = {.family = AF_INET6, .local_port = 5353};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(54)};
    static const struct want past[] = {{"fd.name", "0.0.0.0:5353->9.9.9.9:54"}, {NULL, NULL}};
    static const struct want own[] = {{"fd.name", "0.0.0.0:5353->8.8.8.8:53"}, {NULL, NULL}};

    fixture_open(&f);
    v4.type = v6.type = SOCK_DGRAM;
    v4.protocol = v6.protocol = IPPROTO_UDP;
    inet_pton(AF_INET, "9.9.9.9", &to.sin_addr);
    begin(&f, EVENT_SENDTO, 1, &v4); /* another than it is connected to */
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, past);
    begin(&f, EVENT_CONNECT, 0, &v4);
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, own);
    begin(&f, EVENT_SENDTO, 1, &v6); /* IPv4 by an IPv6 socket */
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, past);
    to.sin_family = AF_UNSPEC;
    begin(&f, EVENT_SENDTO, 1, &v4);
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, past);
    begin(&f, EVENT_CONNECT, 0, &v4);
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, own);
    v4.type = SOCK_STREAM;
    begin(&f, EVENT_SENDTO, 1, &v4); /* a stream heeds no name */
    event_writer_bytes(&f.s.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    fixture_expect(&f, own);
    fixture_close(&f);
}

static void other_families(void **state)
{
    struct fixture f;
    struct event_socket socket = {.family = AF_UNIX, .type = SOCK_STREAM};
    static const struct want to_docker[] = {
        {"fd.type", "unix"},       {"fd.typechar", "u"}, {"fd.name", "/run/docker.sock"},
        {"fd.sockfamily", "unix"}, {"fd.sip", NULL},     {"fd.l4proto", "<NA>"},
        {"fd.is_server", "false"}, {NULL, NULL},
    };
    static const struct want to_log[] = {{"evt.is_syslog", "true"}, {NULL, NULL}};
    static const struct want packet[] = {
        {"evt.arg.domain", "AF_PACKET"},
        {"evt.rawarg.domain", "17"},
        {"fd.type", "unknown"},
        {"fd.num", "7"},
        {"fd.name", NULL},
        {NULL, NULL},
    };
    static const struct want fresh[] = {
        {"fd.type", "ipv6"}, {"fd.typechar", "6"}, {"fd.l4proto", "udp"}, {NULL, NULL}};

    fixture_open(&f);
    begin(&f, EVENT_CONNECT, 0, &socket);
    stream_text(&f.s, PARAM_SOCKET_PEER_PATH, "/run/docker.sock");
    fixture_expect(&f, to_docker);

    begin(&f, EVENT_SENDTO, 9, &socket);
    stream_text(&f.s, PARAM_SOCKET_PEER_PATH, "/dev/log");
    fixture_expect(&f, to_log);

    stream_begin(&f.s, EVENT_SOCKET, 5, 0);
    stream_header(&f.s)->result = 7;
    stream_number(&f.s, PARAM_DOMAIN, AF_PACKET);
    stream_number(&f.s, PARAM_SOCKET_TYPE, SOCK_RAW);
    fixture_expect(&f, packet);

    stream_begin(&f.s, EVENT_SOCKET, 5, 0);
    stream_header(&f.s)->result = 7;
    stream_number(&f.s, PARAM_DOMAIN, AF_INET6);
    stream_number(&f.s, PARAM_SOCKET_TYPE, SOCK_DGRAM | SOCK_CLOEXEC);
    fixture_expect(&f, fresh);
    fixture_close(&f);
}

/* A reverse shell's dup2 of its socket onto standard input. */
static void a_socket_duplicated(void **state)
{
    struct fixture f;
    struct event_socket socket = socket_to("10.0.0.2", 40000, "10.0.0.3", 4444);
    static const struct want wants[] = {
        {"evt.rawres", "0"},
        {"fd.num", "0"},
        {"fd.type", "ipv4"},
        {"evt.arg.oldfd", "4"},
        {"fd.name", "10.0.0.2:40000->10.0.0.3:4444"},
        {"fd.sip", "10.0.0.3"},
        {NULL, NULL},
    };

    fixture_open(&f);
    socket.role = SOCKET_ROLE_CLIENT;
    begin(&f, EVENT_DUP2, 0, &socket);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client),
        cmocka_unit_test(a_server),
        cmocka_unit_test(either_end),
        cmocka_unit_test(datagrams),
        cmocka_unit_test(peers_as_the_kernel_takes_them),
        cmocka_unit_test(other_families),
        cmocka_unit_test(a_socket_duplicated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
