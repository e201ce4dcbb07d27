/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: socket_acts WAY PORT [times COUNT]
 * Reach PORT of this machine by one way of connecting or sending, with somebody there to be
 * reached. Exit 0: it got there; 1: EPERM, and nothing got there; 2: it could not be tried; 3:
 * EPERM, but something got there. With a count: prints the time of one in ns, and how many were not
 * refused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FREE_PORT        7001 /* that nobody forbids */
#define NOT_TO_BE_CLOSED (-2)

static in_port_t port;

static struct sockaddr_in v4(const char *address, in_port_t to)
{
    struct sockaddr_in made = {.sin_family = AF_INET, .sin_port = htons(to)};

    inet_pton(AF_INET, address, &made.sin_addr);
    return made;
}

static struct sockaddr_in6 v6(const char *address, in_port_t to)
{
    struct sockaddr_in6 made = {.sin6_family = AF_INET6, .sin6_port = htons(to)};

    inet_pton(AF_INET6, address, &made.sin6_addr);
    return made;
}

static int connected(int domain, int type, const void *address, socklen_t len)
{
    int fd = socket(domain, type | SOCK_CLOEXEC, 0);

    return connect(fd, address, len) < 0 ? -1 : fd;
}

static int connect4(int type, const char *to)
{
    struct sockaddr_in address = v4(to, port);

    return connected(AF_INET, type, &address, sizeof(address));
}

static int connect6(int type, const char *to)
{
    struct sockaddr_in6 address = v6(to, port);

    return connected(AF_INET6, type, &address, sizeof(address));
}

static int tcp4(void)
{
    return connect4(SOCK_STREAM, "127.0.0.1");
}

static int tcp4_and_wait(void)
{
    int fd = tcp4();

    sleep(5);
    return fd;
}

static int tcp_any(void)
{
    return connect4(SOCK_STREAM, "0.0.0.0");
}

static int tcp6(void)
{
    return connect6(SOCK_STREAM, "::1");
}

static int tcp6_any(void)
{
    return connect6(SOCK_STREAM, "::");
}

static int tcp_mapped(void)
{
    return connect6(SOCK_STREAM, "::ffff:127.0.0.1");
}

static int tcp_fast_open(void)
{
    struct sockaddr_in address = v4("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&address, sizeof(address)) < 0 ? -1 : fd;
}

static int udp4(void)
{
    int fd = connect4(SOCK_DGRAM, "127.0.0.1");

    return fd < 0 || send(fd, "x", 1, 0) < 0 ? -1 : fd;
}

static int udp6(void)
{
    int fd = connect6(SOCK_DGRAM, "::1");

    return fd < 0 || send(fd, "x", 1, 0) < 0 ? -1 : fd;
}

/* One that has another peer already. */
static int udp_again(void)
{
    struct sockaddr_in first = v4("127.0.0.1", FREE_PORT), address = v4("127.0.0.1", port);
    int fd = connected(AF_INET, SOCK_DGRAM, &first, sizeof(first));

    if (fd < 0 || connect(fd, (void *)&address, sizeof(address)) < 0)
        return -1;
    return send(fd, "x", 1, 0) < 0 ? -1 : fd;
}

/* One call alone, for its time. */
static int only_connect(void)
{
    static int fd = -1;
    struct sockaddr_in address = v4("127.0.0.1", port);

    if (fd < 0)
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return connect(fd, (void *)&address, sizeof(address)) < 0 ? -1 : NOT_TO_BE_CLOSED;
}

static int udp_v4_by_v6(void)
{
    struct sockaddr_in address = v4("127.0.0.1", port);
    int fd = connected(AF_INET6, SOCK_DGRAM, &address, sizeof(address));

    return fd < 0 || send(fd, "x", 1, 0) < 0 ? -1 : fd;
}

static int sent(int domain, const void *address, socklen_t len)
{
    int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return sendto(fd, "x", 1, 0, address, len) < 0 ? -1 : fd;
}

static int send4(void)
{
    struct sockaddr_in address = v4("127.0.0.1", port);

    return sent(AF_INET, &address, sizeof(address));
}

static int send_unspecified(void)
{
    struct sockaddr_in address = v4("127.0.0.1", port);

    address.sin_family = AF_UNSPEC;
    return sent(AF_INET, &address, sizeof(address));
}

static int send_v4_by_v6(void)
{
    struct sockaddr_in address = v4("127.0.0.1", port);

    return sent(AF_INET6, &address, sizeof(address));
}

static int send6(void)
{
    struct sockaddr_in6 address = v6("::1", port);

    return sent(AF_INET6, &address, sizeof(address));
}

static int send_mapped(void)
{
    struct sockaddr_in6 address = v6("::ffff:127.0.0.1", port);

    return sent(AF_INET6, &address, sizeof(address));
}

static int send_message(void)
{
    struct sockaddr_in address = v4("127.0.0.1", port);
    char byte = 'x';
    struct iovec data = {&byte, 1};
    struct mmsghdr message = {.msg_hdr = {.msg_name = &address,
                                          .msg_namelen = sizeof(address),
                                          .msg_iov = &data,
                                          .msg_iovlen = 1}};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return sendmsg(fd, &message.msg_hdr, 0) < 0 || sendmmsg(fd, &message, 1, 0) < 0 ? -1 : fd;
}

/* To another than the socket is connected to. */
static int send_past(void)
{
    struct sockaddr_in first = v4("127.0.0.1", FREE_PORT), address = v4("127.0.0.1", port);
    int fd = connected(AF_INET, SOCK_DGRAM, &first, sizeof(first));

    return fd < 0 || sendto(fd, "x", 1, 0, (void *)&address, sizeof(address)) < 0 ? -1 : fd;
}

/* Where nobody has to be there. */
static int bind_to(int type)
{
    struct sockaddr_in address = v4("127.0.0.1", FREE_PORT);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    return bind(fd, (void *)&address, sizeof(address)) < 0 ? -1 : fd;
}

static int bind_tcp(void)
{
    return bind_to(SOCK_STREAM);
}

static int bind_udp(void)
{
    return bind_to(SOCK_DGRAM);
}

static int bind_tcp6(void)
{
    struct sockaddr_in6 address = v6("::1", FREE_PORT);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return bind(fd, (void *)&address, sizeof(address)) < 0 ? -1 : fd;
}

static int bind_local(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0sockets-test"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return bind(fd, (void *)&address, sizeof(address)) < 0 ? -1 : fd;
}

static const struct way {
    const char *name;
    int (*reach)(void);
    int type; /* of who is there: 0: nobody */
} ways[] = {
    {"tcp4", tcp4, SOCK_STREAM},
    {"tcp4-and-wait", tcp4_and_wait, SOCK_STREAM},
    {"tcp-any", tcp_any, SOCK_STREAM},
    {"tcp6", tcp6, SOCK_STREAM},
    {"tcp6-any", tcp6_any, SOCK_STREAM},
    {"tcp-mapped", tcp_mapped, SOCK_STREAM},
    {"tcp-fast-open", tcp_fast_open, SOCK_STREAM},
    {"udp4", udp4, SOCK_DGRAM},
    {"udp6", udp6, SOCK_DGRAM},
    {"udp-again", udp_again, SOCK_DGRAM},
    {"udp-v4-by-v6", udp_v4_by_v6, SOCK_DGRAM},
    {"send4", send4, SOCK_DGRAM},
    {"send-unspecified", send_unspecified, SOCK_DGRAM},
    {"send-v4-by-v6", send_v4_by_v6, SOCK_DGRAM},
    {"send6", send6, SOCK_DGRAM},
    {"send-mapped", send_mapped, SOCK_DGRAM},
    {"send-message", send_message, SOCK_DGRAM},
    {"send-past", send_past, SOCK_DGRAM},
    {"only-connect", only_connect, 0},
    {"bind-tcp", bind_tcp, 0},
    {"bind-udp", bind_udp, 0},
    {"bind-tcp6", bind_tcp6, 0},
    {"bind-local", bind_local, 0},
};

static int serve(int type)
{
    struct sockaddr_in6 address = v6("::", port);
    int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0), one = 1, none = 0;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &none, sizeof(none));
    if (bind(fd, (void *)&address, sizeof(address)) < 0 ||
        (type == SOCK_STREAM && listen(fd, 4096) < 0))
        return -1;
    return fd;
}

static bool has_come(int server)
{
    struct pollfd wait = {.fd = server, .events = POLLIN};

    return server >= 0 && poll(&wait, 1, 50) > 0;
}

static void repeat(const struct way *way, long count)
{
    struct timespec from, to;
    long reached = 0;

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < count; i++) {
        int fd = way->reach();
        reached += fd != -1;
        if (fd >= 0)
            close(fd);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    printf("%.0f %ld\n", ns / (double)count, reached);
}

int main(int argc, char **argv)
{
    const struct way *way = NULL;

    for (size_t i = 0; argc > 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
        if (!strcmp(ways[i].name, argv[1]))
            way = &ways[i];
    if (!way)
        return 2;
    port = (in_port_t)strtoul(argv[2], NULL, 10);
    int server = way->type ? serve(way->type) : -1;
    if (way->type && server < 0) {
        perror("listen");
        return 2;
    }
    if (argc > 4) {
        repeat(way, strtol(argv[4], NULL, 10));
        return 0;
    }
    int fd = way->reach(), error = errno;
    if (fd < 0 && error == EPERM)
        return has_come(server) ? 3 : 1;
    if (fd < 0 || (way->type && !has_come(server))) {
        printf("%s\n", fd < 0 ? strerror(error) : "nothing came");
        return 2;
    }
    return 0;
}
