/* SPDX-License-Identifier: Apache-2.0 */
#include "output/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

/*
 * syslog(3) does not tell when a message is lost, so the datagrams of the local protocol are made
 * here. SYSLOG_SOCKET is where libc's go.
 */
#ifndef SYSLOG_SOCKET
#define SYSLOG_SOCKET "/dev/log"
#endif
#define CUT_TO   8192 /* of a message the daemon finds too long */
#define CUT_MARK " [cut]"

struct syslog_state {
    int fd; /* -1 while not connected */
    struct buf packet;
};

static int connect_daemon(struct syslog_state *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SYSLOG_SOCKET};

    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return -errno;
    if (state->fd >= 0)
        close(state->fd);
    state->fd = TAKE_FD(fd);
    return 0;
}

static int syslog_open(struct sink *sink, const char *argument, struct error *ret_error)
{
    struct syslog_state *state = calloc(1, sizeof(*state));
    if (!state)
        return error_set(ret_error, -ENOMEM, "out of memory");
    state->fd = -1;

    int r = connect_daemon(state);
    if (r < 0) {
        free(state);
        return error_set(ret_error, r, "no syslog daemon at " SYSLOG_SOCKET ": %s", strerror(-r));
    }
    sink->state = state;
    return 0;
}

static int send_packet(struct syslog_state *state, size_t len)
{
    if (state->fd < 0)
        return -ENOTCONN;
    return send(state->fd, state->packet.data, len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* A daemon that was restarted has another socket; one message may be too long for it. */
static int deliver(struct syslog_state *state)
{
    int r = send_packet(state, state->packet.len);

    if (r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET) {
        r = connect_daemon(state);
        if (r == 0)
            r = send_packet(state, state->packet.len);
    }
    if (r == -EMSGSIZE && state->packet.len > CUT_TO) {
        memcpy(state->packet.data + CUT_TO - strlen(CUT_MARK), CUT_MARK, strlen(CUT_MARK));
        r = send_packet(state, CUT_TO);
    }
    return r;
}

static void syslog_write(struct sink *sink, enum rule_priority priority, const char *line,
                         size_t len)
{
    struct syslog_state *state = sink->state;
    time_t now = time(NULL);
    struct tm local = {0};
    char stamp[32];

    if (len && line[len - 1] == '\n')
        len--;
    localtime_r(&now, &local);
    strftime(stamp, sizeof(stamp), "%b %e %T", &local);
    buf_reset(&state->packet);
    /* rule priorities are syslog's severities */
    buf_printf(&state->packet, "<%d>%s bulwark[%d]: ", LOG_AUTHPRIV | (int)priority, stamp,
               (int)getpid());
    int r = buf_add(&state->packet, line, len);
    if (r == 0)
        r = deliver(state);
    if (r < 0)
        sink_lost(sink, 1, strerror(-r));
    else
        sink->written++;
}

static void syslog_close(struct sink *sink)
{
    struct syslog_state *state = sink->state;

    if (state->fd >= 0)
        close(state->fd);
    buf_done(&state->packet);
    free(state);
}

const struct sink_type sink_syslog = {
    .name = "syslog",
    .open = syslog_open,
    .write = syslog_write,
    .close = syslog_close,
};
