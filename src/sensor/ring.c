/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

int ring_open(struct ring *ring, int map_fd, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
    if (consumer == MAP_FAILED)
        return -errno;
    void *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
    if (producer == MAP_FAILED) {
        int r = -errno;
        munmap(consumer, page);
        return r;
    }
    *ring = (struct ring){
        .map_fd = map_fd,
        .size = size,
        .page = page,
        .consumer = consumer,
        .producer = producer,
        .data = (const char *)producer + page,
    };
    return 0;
}

void ring_close(struct ring *ring)
{
    if (!ring->consumer)
        return;
    munmap(ring->consumer, ring->page);
    munmap((void *)(uintptr_t)ring->producer, ring->page + 2 * ring->size);
    *ring = (struct ring){0};
}

static uint64_t record_span(uint32_t length)
{
    return (((uint64_t)length + BPF_RINGBUF_HDR_SZ) + 7) & ~7ull;
}

const void *ring_peek(struct ring *ring, size_t *ret_size)
{
    uint64_t at = *ring->consumer;

    while (at < __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE)) {
        const char *record = ring->data + (at & (ring->size - 1));
        uint32_t length = __atomic_load_n((const uint32_t *)(const void *)record, __ATOMIC_ACQUIRE);

        if (length & BPF_RINGBUF_BUSY_BIT)
            return NULL;
        if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
            *ret_size = length;
            return record + BPF_RINGBUF_HDR_SZ;
        }
        at += record_span(length & ~BPF_RINGBUF_DISCARD_BIT);
        __atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
    }
    return NULL;
}

void ring_take(struct ring *ring, size_t size)
{
    __atomic_store_n(ring->consumer, *ring->consumer + record_span((uint32_t)size),
                     __ATOMIC_RELEASE);
}
