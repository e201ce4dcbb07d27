/* SPDX-License-Identifier: Apache-2.0 */
/* Acts done by a ring of io_uring: no call of theirs is made. */
#include "acts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
    int fd;
    char *queues;
    struct io_uring_params params;
    struct io_uring_sqe *entries;
};

static int ring_open(struct ring *ring)
{
    memset(ring, 0, sizeof(*ring));
    ring->fd = (int)syscall(SYS_io_uring_setup, 2U, &ring->params);
    if (ring->fd < 0)
        return -1;
    size_t sent = ring->params.sq_off.array + ring->params.sq_entries * sizeof(uint32_t);
    size_t done = ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
    ring->queues = mmap(NULL, sent > done ? sent : done, PROT_READ | PROT_WRITE, MAP_SHARED,
                        ring->fd, IORING_OFF_SQ_RING);
    ring->entries = mmap(NULL, ring->params.sq_entries * sizeof(struct io_uring_sqe),
                         PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
    return ring->queues == MAP_FAILED || (void *)ring->entries == MAP_FAILED ? -1 : 0;
}

static uint32_t *ring_word(struct ring *ring, uint32_t offset)
{
    return (uint32_t *)(void *)(ring->queues + offset);
}

/* One act; its result, -1 with errno. */
static int ring_do(struct ring *ring, const struct io_uring_sqe *act)
{
    ring->entries[0] = *act;
    *ring_word(ring, ring->params.sq_off.array) = 0;
    __atomic_add_fetch(ring_word(ring, ring->params.sq_off.tail), 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring->fd, 1U, 1U, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
        return -1;
    struct io_uring_cqe *done = (void *)(ring->queues + ring->params.cq_off.cqes);
    if (done->res < 0)
        errno = -done->res;
    return done->res < 0 ? -1 : done->res;
}

/* The ring is made at once, the act done when `until` is there. */
static int by_ring(const char *name, const struct io_uring_sqe *act, const char *until)
{
    struct ring ring;

    if (ring_open(&ring))
        return impossible(name);
    if (until)
        wait_until(until);
    return did(name, ring_do(&ring, act));
}

static int open_by_ring(int argc, char **argv)
{
    struct io_uring_sqe act = {.opcode = IORING_OP_OPENAT,
                               .fd = AT_FDCWD,
                               .addr = (uintptr_t)argv[0],
                               .open_flags = O_RDONLY};
    return by_ring("ring-open", &act, argc > 1 ? argv[1] : NULL);
}

static int rename_by_ring(int argc, char **argv)
{
    struct io_uring_sqe act = {.opcode = IORING_OP_RENAMEAT,
                               .fd = AT_FDCWD,
                               .addr = (uintptr_t)argv[0],
                               .addr2 = (uintptr_t)argv[1],
                               .len = (uint32_t)AT_FDCWD};
    return by_ring("ring-rename", &act, argc > 2 ? argv[2] : NULL);
}

static int connect_by_ring(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)number(argv[1], 0))};
    if (inet_pton(AF_INET, argv[0], &address.sin_addr) != 1)
        return ACT_USAGE;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct io_uring_sqe act = {
        .opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)&address, .off = sizeof(address)};
    return by_ring("ring-connect", &act, argc > 2 ? argv[2] : NULL);
}

const struct act ring_acts[] = {
    {"ring-open", 1, open_by_ring, "PATH [UNTIL]"},
    {"ring-rename", 2, rename_by_ring, "OLD NEW [UNTIL]"},
    {"ring-connect", 2, connect_by_ring, "ADDRESS PORT [UNTIL]"},
    {0},
};
