/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets. Every peer is this process itself, on an address of its own network namespace. */
#include "acts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t len;
};

static struct address make_address(const char *host, const char *port)
{
    struct address address = {0};
    uint16_t net_port = htons((uint16_t)number(port, 0));
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = net_port;
        address.len = sizeof(address.v4);
    } else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = net_port;
        address.len = sizeof(address.v6);
    } else {
        fprintf(stderr, "not an address: \"%s\"\n", host);
        exit(ACT_USAGE);
    }
    return address;
}

/* A listener at the address; -1 with errno when it is not ours to bind. */
static int listener(const struct address *address)
{
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, &address->any, address->len) || listen(fd, 4)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Connect to a listener of our own; without one (address not ours) the attempt is made anyway. */
static int connect_tcp(int argc, char **argv)
{
    struct address address = make_address(argv[0], argv[1]);
    listener(&address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return did("connect", connect(fd, &address.any, address.len));
}

/* The data goes with the handshake: no connect() is called. */
static int fast_open(int argc, char **argv)
{
    struct address address = make_address(argv[0], argv[1]);
    listener(&address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return did("fast-open", sendto(fd, "x", 1, MSG_FASTOPEN, &address.any, address.len));
}

static int send_udp(int argc, char **argv)
{
    struct address address = make_address(argv[0], argv[1]);
    int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return did("udp-send", sendto(fd, "x", 1, 0, &address.any, address.len));
}

static int connect_udp(int argc, char **argv)
{
    struct address address = make_address(argv[0], argv[1]);
    int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return did("connect-udp", connect(fd, &address.any, address.len));
}

static int listen_tcp(int argc, char **argv)
{
    struct address address = make_address("0.0.0.0", argv[0]);
    return did("listen", listener(&address));
}

/* A program whose three standard descriptors are a connection, as a reverse shell's are. */
static int shell_on_socket(int argc, char **argv)
{
    struct address address = make_address(argv[0], argv[1]);
    int server = listener(&address);
    int fd = socket(address.any.sa_family, SOCK_STREAM, 0);
    if (server < 0 || connect(fd, &address.any, address.len))
        return impossible("socket-shell");
    int peer = accept(server, NULL, NULL);
    if (peer < 0 || write(peer, "exit\n", 5) != 5)
        return impossible("socket-shell");
    int pid = fork();
    if (!pid) {
        for (int i = 0; i < 3; i++)
            dup2(fd, i);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status = wait_for(pid);
    did("socket-shell", 0);
    return status > 128 ? status : ACT_DONE; /* killed */
}

static const struct {
    const char *name;
    int domain, type, protocol;
} kinds[] = {
    {"packet", AF_PACKET, SOCK_RAW, 0x0300 /* ETH_P_ALL, network order */},
    {"raw", AF_INET, SOCK_RAW, IPPROTO_ICMP},
    {"alg", AF_ALG, SOCK_SEQPACKET, 0},
    {"can", AF_CAN, SOCK_RAW, 1},
    {"vsock", AF_VSOCK, SOCK_STREAM, 0},
    {"netlink", AF_NETLINK, SOCK_RAW, 0},
    {"tcp", AF_INET, SOCK_STREAM, 0},
    {"udp", AF_INET, SOCK_DGRAM, 0},
};

static int make_socket(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(kinds[i].name, argv[0]))
            return did("socket", socket(kinds[i].domain, kinds[i].type, kinds[i].protocol));
    fprintf(stderr, "no such socket: \"%s\"\n", argv[0]);
    return ACT_USAGE;
}

/* Connect to a unix socket; a path or "@name". With "serve" it is bound by us first. */
static int connect_unix(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(argv[0]);
    if (len >= sizeof(address.sun_path))
        return ACT_USAGE;
    memcpy(address.sun_path, argv[0], len);
    if (argv[0][0] == '@')
        address.sun_path[0] = 0;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (argc > 1 && !strcmp(argv[1], "serve")) {
        int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(server, (struct sockaddr *)&address, size) || listen(server, 1))
            return impossible("connect-unix");
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return did("connect-unix", connect(fd, (struct sockaddr *)&address, size));
}

static size_t put_name(unsigned char *out, const char *name)
{
    size_t at = 0;
    while (*name) {
        size_t len = strcspn(name, ".");
        out[at++] = (unsigned char)len;
        memcpy(out + at, name, len);
        at += len;
        name += len + (name[len] == '.');
    }
    out[at++] = 0;
    return at;
}

/* Ask ourselves for a name on 127.0.0.1:53, as libc does, and answer with the given address. */
static int dns(int argc, char **argv)
{
    struct address server_address = make_address("127.0.0.1", "53"), from = {.len = sizeof(from)};
    struct in_addr answer;
    if (strlen(argv[0]) > 200 || inet_pton(AF_INET, argv[1], &answer) != 1)
        return ACT_USAGE;
    unsigned char packet[512] = {0x12, 0x34, 0x01, 0x00, 0, 1}; /* id, recursion, one question */
    size_t len = 12 + put_name(packet + 12, argv[0]);
    memcpy(packet + len, "\0\1\0\1", 4);
    len += 4;
    int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(server, &server_address.any, server_address.len))
        return impossible("dns");
    if (connect(client, &server_address.any, server_address.len) ||
        send(client, packet, len, 0) != (ssize_t)len)
        return impossible("dns");
    if (recvfrom(server, packet, sizeof(packet), 0, &from.any, &from.len) != (ssize_t)len)
        return impossible("dns");
    packet[2] = 0x81; /* an answer */
    packet[3] = 0x80;
    packet[7] = 1;
    memcpy(packet + len, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12); /* the name above, A, IN, 60 s */
    memcpy(packet + len + 12, &answer, 4);
    len += 16;
    sendto(server, packet, len, 0, &from.any, from.len);
    return did("dns", recvfrom(client, packet, sizeof(packet), 0, NULL, NULL));
}

const struct act network_acts[] = {
    {"connect", 2, connect_tcp, "ADDRESS PORT"},
    {"fast-open", 2, fast_open, "ADDRESS PORT"},
    {"udp-send", 2, send_udp, "ADDRESS PORT"},
    {"connect-udp", 2, connect_udp, "ADDRESS PORT"},
    {"listen", 1, listen_tcp, "PORT"},
    {"socket-shell", 3, shell_on_socket, "ADDRESS PORT PROGRAM [ARGUMENT]..."},
    {"socket", 1, make_socket, "packet|raw|alg|can|vsock|netlink|tcp|udp"},
    {"connect-unix", 1, connect_unix, "PATH|@NAME [serve]"},
    {"dns", 2, dns, "NAME ADDRESS"},
    {0},
};
