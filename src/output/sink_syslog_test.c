/* SPDX-License-Identifier: Apache-2.0 */
#include "output/sink.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* Stands for the daemon. */
static int listen_as_daemon(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SYSLOG_SOCKET};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    unlink(SYSLOG_SOCKET);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void write_line(struct sink *sink, const char *line)
{
    sink_syslog.write(sink, PRIORITY_WARNING, line, strlen(line));
}

static void assert_received(int fd, const char *tail)
{
    char packet[512];
    ssize_t len = recv(fd, packet, sizeof(packet) - 1, MSG_DONTWAIT);

    assert_true(len > 0);
    packet[len] = '\0';
    assert_memory_equal(packet, "<84>", 4); /* authpriv.warning */
    assert_non_null(strstr(packet, " bulwark["));
    assert_string_equal(packet + len - strlen(tail), tail);
}

static void messages_arrive_with_their_severity(void **state)
{
    struct sink sink = {.type = &sink_syslog};
    struct error error = {0};
    int fd = listen_as_daemon();

    assert_int_equal(sink_syslog.open(&sink, NULL, &error), 0);
    write_line(&sink, "Warning x\n");
    assert_received(fd, "]: Warning x");
    assert_int_equal(sink.written, 1);
    sink_syslog.close(&sink);
    close(fd);
}

static void a_restarted_daemon_is_found_again(void **state)
{
    struct sink sink = {.type = &sink_syslog};
    struct error error = {0};
    int fd = listen_as_daemon();

    assert_int_equal(sink_syslog.open(&sink, NULL, &error), 0);
    close(fd);
    write_line(&sink, "lost\n");
    assert_int_equal(sink.failed, 1);
    assert_true(sink.last_error[0]);

    fd = listen_as_daemon();
    write_line(&sink, "found\n");
    assert_received(fd, "]: found");
    assert_int_equal(sink.written, 1);
    sink_syslog.close(&sink);
    close(fd);
}

static void a_daemon_that_does_not_read_is_counted(void **state)
{
    struct sink sink = {.type = &sink_syslog};
    struct error error = {0};
    int fd = listen_as_daemon();

    assert_int_equal(sink_syslog.open(&sink, NULL, &error), 0);
    for (int i = 0; i < 2000; i++)
        write_line(&sink, "again\n");
    assert_int_equal(sink.written + sink.failed, 2000);
    assert_true(sink.failed > 0);
    sink_syslog.close(&sink);
    close(fd);
}

static void a_message_too_long_is_cut(void **state)
{
    struct sink sink = {.type = &sink_syslog};
    struct error error = {0};
    int fd = listen_as_daemon();
    size_t size = 8u << 20;
    char *line = malloc(size), packet[10000];

    assert_non_null(line);
    memset(line, 'x', size);
    assert_int_equal(sink_syslog.open(&sink, NULL, &error), 0);
    sink_syslog.write(&sink, PRIORITY_WARNING, line, size);
    assert_int_equal(sink.written, 1);
    ssize_t len = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
    assert_true(len > 6 && memcmp(packet + len - 6, " [cut]", 6) == 0);
    sink_syslog.close(&sink);
    free(line);
    close(fd);
}

static void no_daemon_is_told_at_start(void **state)
{
    struct sink sink = {.type = &sink_syslog};
    struct error error = {0};

    unlink(SYSLOG_SOCKET);
    assert_int_equal(sink_syslog.open(&sink, NULL, &error), -ENOENT);
    assert_non_null(strstr(error.message, "no syslog daemon at " SYSLOG_SOCKET));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_with_their_severity),
        cmocka_unit_test(a_restarted_daemon_is_found_again),
        cmocka_unit_test(a_daemon_that_does_not_read_is_counted),
        cmocka_unit_test(a_message_too_long_is_cut),
        cmocka_unit_test(no_daemon_is_told_at_start),
    };
    char directory[] = "/tmp/syslog-XXXXXX";

    if (!mkdtemp(directory) || chdir(directory) < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(SYSLOG_SOCKET);
    rmdir(directory);
    return failed;
}
