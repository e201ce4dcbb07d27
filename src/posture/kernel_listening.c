/* SPDX-License-Identifier: Apache-2.0 */
/* Ports that are listened at in the container's network namespace: /proc/PID/net. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "world/scan.h"

#define NET_BYTES_MAX (4u << 20)
#define PORTS_MAX     1024

static const struct table {
    const char *file, *protocol;
    unsigned state; /* TCP_LISTEN; of UDP: not connected */
    bool v6;
} tables[] = {
    {"net/tcp", "tcp", 0x0a, false},
    {"net/tcp6", "tcp", 0x0a, true},
    {"net/udp", "udp", 0x07, false},
    {"net/udp6", "udp", 0x07, true},
};

/* Words of 32 bits, each in the machine's own order. */
static bool parse_address(const char *hex, bool v6, char *text, size_t size)
{
    uint32_t words[4];
    size_t count = v6 ? 4 : 1;

    for (size_t i = 0; i < count; i++) {
        char word[9];
        const char *at = word;
        uint64_t number;
        if (strspn(hex + 8 * i, "0123456789abcdefABCDEF") < 8)
            return false;
        snprintf(word, sizeof(word), "%.8s", hex + 8 * i);
        if (!scan_number(&at, 16, &number))
            return false;
        words[i] = (uint32_t)number;
    }
    return inet_ntop(v6 ? AF_INET6 : AF_INET, words, text, (socklen_t)size);
}

/* "  0: 00000000:0016 00000000:0000 0A ..." */
static bool parse_line(const struct table *table, const char *line, char *address, size_t size,
                       uint64_t *ret_port)
{
    const char *at = strchr(line, ':');
    uint64_t state;

    if (!at)
        return false;
    at += 1 + strspn(at + 1, " ");
    if (!parse_address(at, table->v6, address, size))
        return false;
    at += table->v6 ? 32 : 8;
    if (*at != ':')
        return false;
    at++;
    if (!scan_number(&at, 16, ret_port))
        return false;
    at += strspn(at, " ");
    at += strcspn(at, " ");
    return scan_number(&at, 16, &state) && state == table->state;
}

static int read_table(struct kernel_reader *reader, const struct table *table)
{
    struct container_config *config = reader->config;
    _cleanup_free_ char *text = NULL;
    int r = read_file_at(reader->process_fd, table->file, NET_BYTES_MAX, &text, NULL);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    if (config->ports.presence == PRESENCE_UNKNOWN) {
        config->ports.presence = PRESENCE_UNSET;
        config->ports.evidence = kernel_evidence(reader, table->file, NULL, NULL);
    }
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        char address[INET6_ADDRSTRLEN];
        uint64_t port;
        if (!parse_line(table, line, address, sizeof(address), &port) ||
            config->ports.count == PORTS_MAX)
            continue;
        struct config_port *item = config_list_add(reader->arena, &config->ports);
        if (!item)
            return -ENOMEM;
        *item = (struct config_port){
            .container = (int64_t)port,
            .protocol = table->protocol,
            .address = kernel_text(reader->arena, "%s", address),
            .evidence = kernel_evidence(reader, table->file, NULL,
                                        kernel_text(reader->arena, "%s %s port %u", table->protocol,
                                                    address, (unsigned)port)),
        };
    }
    return 0;
}

/* Of the host's namespace it would be the host's own that are told. */
int kernel_read_listening(struct kernel_reader *reader)
{
    const struct setting *host = &reader->config->settings[CONFIG_HOST_NETWORK];

    if (host->presence != PRESENCE_SET || host->flag)
        return 0;
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
        int r = read_table(reader, &tables[i]);
        if (r < 0)
            return r;
    }
    return 0;
}
