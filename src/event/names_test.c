/* SPDX-License-Identifier: Apache-2.0 */
#include "event/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "event/endpoints.h"

struct number_row {
    enum render render;
    int64_t value;
    const char *text;
};

static const struct number_row numbers[] = {
    {RENDER_PLAIN, -1, "-1"},
    {RENDER_HEX, 255, "0xff"},
    {RENDER_OCTAL, 0644, "0644"},
    {RENDER_OCTAL, 0, "0"},
    {RENDER_FD, 7, "7"},
    {RENDER_FD, -ENOENT, "ENOENT"},
    {RENDER_DIRFD, AT_FDCWD, "AT_FDCWD"},
    {RENDER_DIRFD, 5, "5"},
    {RENDER_ERRNO, 0, "0"},
    {RENDER_ERRNO, -EACCES, "EACCES"},
    {RENDER_ERRNO, -512, "ERESTARTSYS"},
    {RENDER_ERRNO, -4000, "-4000"},
    {RENDER_ERRNO, 3, "3"},
    {RENDER_UID, 0, "0"},
    {RENDER_OPEN_FLAGS, O_RDONLY, "O_RDONLY"},
    {RENDER_OPEN_FLAGS, O_TRUNC | O_CREAT | O_WRONLY, "O_TRUNC|O_CREAT|O_WRONLY"},
    {RENDER_OPEN_FLAGS, O_RDWR | O_CLOEXEC, "O_RDWR|O_CLOEXEC"},
    {RENDER_OPEN_FLAGS, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC,
     "O_DIRECTORY|O_NONBLOCK|O_RDONLY|O_CLOEXEC"},
    {RENDER_OPEN_FLAGS, O_SYNC, "O_SYNC|O_DSYNC|O_RDONLY"},
    {RENDER_OPEN_FLAGS, O_TMPFILE | O_RDWR, "O_DIRECTORY|O_RDWR|O_TMPFILE"},
    {RENDER_OPEN_FLAGS, O_PATH | O_NOFOLLOW, "O_RDONLY|O_NOFOLLOW|O_PATH"},
    {RENDER_OPEN_FLAGS, 0x40000000, "O_RDONLY|0x40000000"},
    {RENDER_MODE, 04755, "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID"},
    {RENDER_MODE, 0, "0"},
    {RENDER_MODE, S_IFBLK | 0600, "S_IWUSR|S_IRUSR|S_IFBLK"},
    {RENDER_SOCKET_FAMILY, AF_PACKET, "AF_PACKET"},
    {RENDER_SOCKET_FAMILY, AF_UNIX, "AF_LOCAL"},
    {RENDER_SOCKET_FAMILY, 99, "99"},
    {RENDER_SOCKET_TYPE, 3, "3"},
    {RENDER_PTRACE_REQUEST, 16, "PTRACE_ATTACH"},
    {RENDER_PTRACE_REQUEST, 0x4206, "PTRACE_SEIZE"},
    {RENDER_PTRACE_REQUEST, 999, "PTRACE_UNKNOWN"},
    {RENDER_BPF_COMMAND, 5, "BPF_PROG_LOAD"},
    {RENDER_BPF_COMMAND, 250, "250"},
    {RENDER_CLONE_FLAGS, 0x10000000 | 0x20000 | 17, "CLONE_NEWNS|CLONE_NEWUSER"},
    {RENDER_CLONE_FLAGS, 17, "0"},
    {RENDER_CLONE_FLAGS, 0x80, "CLONE_NEWTIME"},
    {RENDER_SIGNAL, 9, "SIGKILL"},
    {RENDER_SIGNAL, 40, "40"},
    {RENDER_MOUNT_FLAGS, MS_BIND | MS_REC, "BIND|REC"},
    {RENDER_MOUNT_FLAGS, 0xC0ED0000 | MS_RDONLY, "RDONLY"},
    {RENDER_UMOUNT_FLAGS, MNT_DETACH, "DETACH"},
    {RENDER_PROT, 0, "PROT_NONE"},
    {RENDER_PROT, 7, "PROT_READ|PROT_WRITE|PROT_EXEC"},
    {RENDER_MMAP_FLAGS, 0x22, "MAP_PRIVATE|MAP_ANONYMOUS"},
    {RENDER_PRCTL_OPTION, 15, "PR_SET_NAME"},
    {RENDER_CAPABILITIES, 1 | 1 << 5, "CAP_CHOWN CAP_KILL"},
    {RENDER_EXE_FLAGS, FILE_FLAG_WRITABLE | FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER,
     "EXE_WRITABLE|EXE_UPPER_LAYER"},
    {RENDER_EXE_FLAGS, FILE_FLAG_MEMFD, "EXE_FROM_MEMFD"},
    {RENDER_EXE_FLAGS, FILE_FLAG_OVERLAY | FILE_FLAG_SETUID, "EXE_LOWER_LAYER"},
    {RENDER_EXE_FLAGS, 0, "0"},
    {RENDER_MEMFD_FLAGS, 3, "MFD_CLOEXEC|MFD_ALLOW_SEALING"},
    {RENDER_UNLINK_FLAGS, AT_REMOVEDIR, "AT_REMOVEDIR"},
    {RENDER_FCNTL_COMMAND, 0, "F_DUPFD"},
    {RENDER_FCNTL_COMMAND, F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"},
    {RENDER_KEYCTL_COMMAND, 1, "KEYCTL_JOIN_SESSION_KEYRING"},
    {RENDER_IO_URING_FLAGS, 2, "IORING_SETUP_SQPOLL"},
    {RENDER_ISOLATION_KIND, 0, "mnt_namespace"},
    {RENDER_ISOLATION_KIND, 14, "credentials"},
    {RENDER_ISOLATION_KIND, 16, "lsm_label"},
    {RENDER_ISOLATION_OWNER, 0, "host"},
    {RENDER_ISOLATION_OWNER, -1, "unknown"},
    {RENDER_ISOLATION_OWNER, 4711, "4711"},
};

static void numbers_read_as_falco_prints_them(void **state)
{
    _cleanup_buf_ struct buf buf = {0};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        buf_reset(&buf);
        assert_int_equal(names_render_number(&buf, numbers[i].render, numbers[i].value), 0);
        assert_string_equal(buf.data, numbers[i].text);
    }
}

static void small_numbers_have_names(void **state)
{
    _cleanup_buf_ struct buf buf = {0};

    assert_string_equal(names_errno(2), "ENOENT");
    assert_null(names_errno(-2));
    assert_null(names_errno(41));
    assert_null(names_errno(4095));
    assert_null(names_signal(0));
    assert_null(names_signal(64));
    assert_string_equal(names_capability(21), "CAP_SYS_ADMIN");
    assert_string_equal(names_capability(40), "CAP_CHECKPOINT_RESTORE");
    assert_null(names_capability(41));
    assert_string_equal(names_socket_family(2), "AF_INET");
    assert_null(names_socket_family(1000));

    assert_int_equal(names_capability_set(&buf, 0), 0);
    assert_int_equal(buf.len, 0);
    assert_int_equal(names_capability_set(&buf, ~0ull), 0);
    assert_non_null(strstr(buf.data, "CAP_BPF CAP_CHECKPOINT_RESTORE"));
}

struct join_row {
    const char *base, *name, *text;
};

static const struct join_row joins[] = {
    {"/home", "a/b", "/home/a/b"},
    {"/home/", "./a//b/", "/home/a/b"},
    {"/home/x", "../a/../../b", "/b"},
    {"/home", "/etc/passwd", "/etc/passwd"},
    {"/home", "/etc/../../x", "/x"},
    {"/", "a", "/a"},
    {"/", "..", "/"},
    {"/home", "", "/home"},
    {"", "a/../b", "b"},
    {"", "../../b", "../../b"},
    {"", "a/..", "."},
    {"", "..a/..", "."},
    {"", "", ""},
    {"/a/...", "..b", "/a/.../..b"},
};

static void paths_join_lexically(void **state)
{
    _cleanup_buf_ struct buf buf = {0};

    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
        const struct join_row *row = &joins[i];
        buf_reset(&buf);
        buf_add_string(&buf, "x/y:");
        assert_int_equal(
            names_join_path(&buf, row->base, strlen(row->base), row->name, strlen(row->name)), 0);
        assert_string_equal(buf.data + 4, row->text);
    }
}

struct made {
    struct event_writer writer;
    struct event_header header;
    struct event event;
};

static void begin(struct made *made, enum event_type type, int64_t result)
{
    made->header = (struct event_header){.type = (uint16_t)type, .result = result};
    event_writer_begin(&made->writer, &made->header);
}

static void finish(struct made *made)
{
    assert_int_equal(event_writer_finish(&made->writer), 0);
    assert_int_equal(event_decode(made->writer.data, made->writer.len, &made->event), 0);
}

static void expect_arg(const struct event *event, const char *name, const char *text)
{
    _cleanup_buf_ struct buf buf = {0};
    const struct event_type_info *info = event_type_info(event->header->type);
    const struct event_arg *arg = event_arg_by_name(info, name);

    assert_non_null(arg);
    if (!text) {
        assert_false(names_render_arg(&buf, event, arg));
        assert_int_equal(buf.len, 0);
        return;
    }
    assert_true(names_render_arg(&buf, event, arg));
    assert_string_equal(buf.data ? buf.data : "", text);
}

static void arguments_of_an_open(void **state)
{
    struct made made = {0};

    begin(&made, EVENT_OPENAT, 3);
    event_writer_number(&made.writer, PARAM_DIRFD, AT_FDCWD);
    event_writer_string(&made.writer, PARAM_NAME, "../etc/shadow");
    event_writer_string(&made.writer, PARAM_NAME_BASE, "/root");
    event_writer_number(&made.writer, PARAM_OPEN_FLAGS, O_TRUNC | O_CREAT | O_WRONLY);
    event_writer_number(&made.writer, PARAM_MODE, 0600);
    event_writer_number(&made.writer, PARAM_FILE_FLAGS,
                        FILE_FLAG_CREATED | FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER);
    finish(&made);
    expect_arg(&made.event, "fd", "3");
    expect_arg(&made.event, "dirfd", "AT_FDCWD");
    expect_arg(&made.event, "name", "/etc/shadow");
    expect_arg(&made.event, "flags", "O_TRUNC|O_CREAT|O_WRONLY|O_F_CREATED|FD_UPPER_LAYER");
    expect_arg(&made.event, "mode", "0600");
    expect_arg(&made.event, "ino", NULL);

    begin(&made, EVENT_OPEN, 3);
    event_writer_string(&made.writer, PARAM_NAME, "../shadow");
    event_writer_string(&made.writer, PARAM_PATH, "/etc/shadow");
    finish(&made);
    expect_arg(&made.event, "name", "/etc/shadow");
    event_writer_done(&made.writer);
}

static void arguments_of_an_exec(void **state)
{
    struct made made = {0};

    begin(&made, EVENT_EXECVE, -ENOENT);
    event_writer_bytes(&made.writer, PARAM_ARGV, 0, "sh\0-c\0a b", 9);
    event_writer_bytes(&made.writer, PARAM_NAME, PARAM_FLAG_UNREADABLE, "", 0);
    event_writer_number(&made.writer, PARAM_EXE_FLAGS, FILE_FLAG_MEMFD | FILE_FLAG_WRITABLE);
    finish(&made);
    expect_arg(&made.event, "res", "ENOENT");
    expect_arg(&made.event, "args", "-c a b");
    expect_arg(&made.event, "flags", "EXE_WRITABLE|EXE_FROM_MEMFD");
    expect_arg(&made.event, "name", NULL);
    expect_arg(&made.event, "env", NULL);
    event_writer_done(&made.writer);
}

static struct event_socket tcp(enum socket_role role)
{
    struct event_socket socket = {
        .family = AF_INET,
        .type = SOCK_STREAM,
        .protocol = IPPROTO_TCP,
        .role = (uint8_t)role,
        .local_port = 40000,
        .remote_port = 443,
    };

    inet_pton(AF_INET, "10.0.0.2", socket.local_address);
    inet_pton(AF_INET, "93.184.216.34", socket.remote_address);
    return socket;
}

static void socket_tuples(void **state)
{
    struct made made = {0};
    struct event_socket socket = tcp(SOCKET_ROLE_CLIENT);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/run/docker.sock"};

    begin(&made, EVENT_CONNECT, 0);
    event_writer_bytes(&made.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    finish(&made);
    expect_arg(&made.event, "tuple", "10.0.0.2:40000->93.184.216.34:443");

    socket = tcp(SOCKET_ROLE_SERVER);
    begin(&made, EVENT_ACCEPT4, 5);
    event_writer_bytes(&made.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    finish(&made);
    expect_arg(&made.event, "tuple", "93.184.216.34:443->10.0.0.2:40000");

    memset(socket.remote_address, 0, sizeof(socket.remote_address));
    socket.remote_port = 0;
    begin(&made, EVENT_LISTEN, 0);
    event_writer_bytes(&made.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    finish(&made);
    struct endpoints ends;
    assert_true(endpoints_of_event(&made.event, &ends));
    assert_true(ends.is_server);
    assert_false(ends.has_remote);

    inet_pton(AF_INET, "1.2.3.4", &to.sin_addr);
    begin(&made, EVENT_CONNECT, -ECONNREFUSED);
    event_writer_bytes(&made.writer, PARAM_SOCKET_ADDRESS, 0, &to, sizeof(to));
    finish(&made);
    expect_arg(&made.event, "addr", "1.2.3.4:80");
    assert_true(endpoints_of_event(&made.event, &ends));
    assert_true(ends.has_remote);
    assert_false(ends.is_server);

    socket = (struct event_socket){.family = AF_UNIX, .type = SOCK_STREAM};
    begin(&made, EVENT_CONNECT, 0);
    event_writer_bytes(&made.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    event_writer_bytes(&made.writer, PARAM_SOCKET_ADDRESS, 0, &path, sizeof(path));
    finish(&made);
    expect_arg(&made.event, "tuple", "/run/docker.sock");
    expect_arg(&made.event, "addr", "/run/docker.sock");
    assert_false(endpoints_of_event(&made.event, &ends));
    event_writer_done(&made.writer);
}

static void mapped_addresses_are_ipv4(void **state)
{
    struct made made = {0};
    struct event_socket socket = {.family = AF_INET6, .remote_port = 53, .local_port = 9};

    inet_pton(AF_INET6, "::ffff:10.1.2.3", socket.remote_address);
    begin(&made, EVENT_SENDTO, 1);
    event_writer_bytes(&made.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    finish(&made);
    expect_arg(&made.event, "tuple", "0.0.0.0:9->10.1.2.3:53");

    inet_pton(AF_INET6, "2001:db8::1", socket.remote_address);
    begin(&made, EVENT_SENDTO, 1);
    event_writer_bytes(&made.writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    finish(&made);
    expect_arg(&made.event, "tuple", ":::9->2001:db8::1:53");
    event_writer_done(&made.writer);
}

static void short_addresses_are_refused(void **state)
{
    _cleanup_buf_ struct buf buf = {0};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    for (size_t len = 0; len < offsetof(struct sockaddr_in6, sin6_scope_id); len++)
        assert_false(endpoints_add_sockaddr(&buf, &in6, len));
    assert_int_equal(buf.len, 0);
    assert_true(endpoints_add_sockaddr(&buf, "\1\0@@", 4)); /* AF_UNIX on little endian */
}

static void l4_protocols(void **state)
{
    struct event_socket socket = tcp(SOCKET_ROLE_CLIENT);

    assert_string_equal(names_l4_protocol(&socket), "tcp");
    socket.protocol = 0;
    assert_string_equal(names_l4_protocol(&socket), "tcp");
    socket.type = SOCK_DGRAM;
    assert_string_equal(names_l4_protocol(&socket), "udp");
    socket.protocol = IPPROTO_ICMP;
    assert_string_equal(names_l4_protocol(&socket), "icmp");
    socket.type = SOCK_RAW;
    assert_string_equal(names_l4_protocol(&socket), "raw");
    socket.family = AF_UNIX;
    assert_null(names_l4_protocol(&socket));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_as_falco_prints_them),
        cmocka_unit_test(small_numbers_have_names),
        cmocka_unit_test(paths_join_lexically),
        cmocka_unit_test(arguments_of_an_open),
        cmocka_unit_test(arguments_of_an_exec),
        cmocka_unit_test(socket_tuples),
        cmocka_unit_test(mapped_addresses_are_ipv4),
        cmocka_unit_test(short_addresses_are_refused),
        cmocka_unit_test(l4_protocols),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
