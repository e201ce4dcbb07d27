/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cases/case_internal.h"

#define COUNT(array)          (sizeof(array) / sizeof((array)[0]))
#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_CLOSE       7
#define TCP_STATE_LISTEN      10

struct address {
    sa_family_t family;
    uint8_t bytes[16];
    uint16_t port;
};

/* "1.2.3.4", "1.2.3.4:80", "::1", "[::1]:80". */
static bool parse_address(const char *text, struct address *ret_address)
{
    const char *colon = strchr(text, ':'), *port = NULL;
    struct address address = {.family = AF_INET};
    char host[INET6_ADDRSTRLEN];
    size_t len = strlen(text);

    if (*text == '[') {
        address.family = AF_INET6;
        text++;
        len = strcspn(text, "]");
        if (!text[len] || (text[len + 1] && text[len + 1] != ':'))
            return false;
        port = text[len + 1] ? text + len + 2 : NULL;
    } else if (colon && strchr(colon + 1, ':')) {
        address.family = AF_INET6;
    } else if (colon) {
        len = (size_t)(colon - text);
        port = colon + 1;
    }
    if (len >= sizeof(host))
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    if (inet_pton(address.family, host, address.bytes) != 1)
        return false;
    if (port) {
        char *end;
        unsigned long number = strtoul(port, &end, 10);
        if (!isdigit((unsigned char)*port) || *end || number > UINT16_MAX)
            return false;
        address.port = (uint16_t)number;
    }
    *ret_address = address;
    return true;
}

static int read_address(struct error *error, const struct yaml_node *node,
                        struct address *ret_address)
{
    const char *text = NULL;
    int r = case_text(error, node, &text);

    if (r == 0 && !parse_address(text, ret_address))
        r = yaml_error(error, node, -EINVAL,
                       "'%.100s' is no address (1.2.3.4:80, [2001:db8::1]:80)", text);
    return r;
}

static int add_unix(struct error *error, const struct yaml_node *node, struct buf *address)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    bool is_abstract = node->value[0] == '@'; /* as tools print it: a NUL comes first */

    if (node->len >= sizeof(un.sun_path))
        return yaml_error(error, node, -E2BIG,
                          "the path of a unix socket is at most %zu bytes long",
                          sizeof(un.sun_path) - 1);
    memcpy(un.sun_path, node->value, node->len);
    if (is_abstract)
        un.sun_path[0] = '\0';
    return buf_add(address, &un, offsetof(struct sockaddr_un, sun_path) + node->len + !is_abstract);
}

int case_sockaddr(struct error *error, const struct yaml_node *node, struct buf *address)
{
    struct address read;
    const char *text = NULL;

    int r = case_text(error, node, &text);
    if (r == 0 && (*text == '/' || *text == '@'))
        return add_unix(error, node, address);
    if (r == 0)
        r = read_address(error, node, &read);
    if (r < 0)
        return r;
    if (read.family == AF_INET) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(read.port)};
        memcpy(&in.sin_addr, read.bytes, sizeof(in.sin_addr));
        return buf_add(address, &in, sizeof(in));
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(read.port)};
    memcpy(&in6.sin6_addr, read.bytes, sizeof(in6.sin6_addr));
    return buf_add(address, &in6, sizeof(in6));
}

static const struct case_key socket_keys[] = {
    CASE_KEY("family"),   CASE_KEY("local"), CASE_KEY("remote"),
    CASE_KEY("protocol"), CASE_KEY("role"),
};

static const struct case_word families[] = {
    {"ipv4", AF_INET},
    {"ipv6", AF_INET6},
    {"unix", AF_UNIX},
    {"netlink", AF_NETLINK},
};

static const struct case_word roles[] = {
    {"client", SOCKET_ROLE_CLIENT},
    {"server", SOCKET_ROLE_SERVER},
};

static const struct case_word protocols[] = {
    {"tcp", IPPROTO_TCP},
    {"udp", IPPROTO_UDP},
    {"icmp", IPPROTO_ICMP},
    {"raw", IPPROTO_RAW},
};

static uint16_t socket_type(uint16_t protocol)
{
    switch (protocol) {
    case IPPROTO_TCP: return SOCK_STREAM;
    case IPPROTO_UDP:
    case IPPROTO_ICMP: return SOCK_DGRAM;
    default: return SOCK_RAW;
    }
}

static int read_end(struct error *error, const struct yaml_node *node, uint8_t bytes[16],
                    uint16_t *port, uint16_t *family)
{
    struct address address = {0};

    if (!node)
        return 0;
    int r = read_address(error, node, &address);
    if (r < 0)
        return r;
    if (*family && *family != address.family)
        return yaml_error(error, node, -EINVAL,
                          "an address of another family than the other end's");
    *family = address.family;
    *port = address.port;
    memcpy(bytes, address.bytes, sizeof(address.bytes));
    return 0;
}

int case_socket(struct error *error, const struct yaml_node *node, struct event_socket *ret_socket)
{
    struct event_socket socket = {.protocol = IPPROTO_TCP, .cookie = 1};
    const struct yaml_node *value;
    int64_t number;

    int r = case_check_keys(error, node, "a socket", socket_keys, COUNT(socket_keys));
    if (r < 0)
        return r;
    if ((value = yaml_get(node, "family"))) {
        r = case_word(error, value, families, COUNT(families), &number);
        socket.family = r == 0 ? (uint16_t)number : 0;
    }
    if (r == 0 && (value = yaml_get(node, "protocol"))) {
        r = case_word(error, value, protocols, COUNT(protocols), &number);
        socket.protocol = r == 0 ? (uint16_t)number : 0;
    }
    if (r == 0 && (value = yaml_get(node, "role"))) {
        r = case_word(error, value, roles, COUNT(roles), &number);
        socket.role = r == 0 ? (uint8_t)number : 0;
    }
    const struct yaml_node *local = yaml_get(node, "local"), *remote = yaml_get(node, "remote");
    if (r == 0)
        r = read_end(error, local, socket.local_address, &socket.local_port, &socket.family);
    if (r == 0)
        r = read_end(error, remote, socket.remote_address, &socket.remote_port, &socket.family);
    if (r == 0 && !socket.family)
        r = yaml_error(error, node, -EINVAL, "a socket needs local, remote or family");
    if (r < 0)
        return r;
    if (socket.family == AF_UNIX || socket.family == AF_NETLINK)
        socket.protocol = 0;
    socket.type = socket.family == AF_UNIX ? SOCK_STREAM : socket_type(socket.protocol);
    socket.state = remote                              ? TCP_STATE_ESTABLISHED
                   : socket.role == SOCKET_ROLE_SERVER ? TCP_STATE_LISTEN
                                                       : TCP_STATE_CLOSE;
    *ret_socket = socket;
    return 0;
}
