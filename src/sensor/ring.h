/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RING_H
#define SENSOR_RING_H

/*
 * Reader of one BPF ring buffer, by the layout the kernel documents
 * (Documentation/bpf/ringbuf.rst): unlike libbpf's reader it can look at the next record without
 * taking it, which merging two rings by time needs.
 */

#include <stddef.h>
#include <stdint.h>

struct ring {
    int map_fd;
    size_t size; /* bytes of data, a power of two */
    size_t page;
    uint64_t *consumer;       /* position, written here */
    const uint64_t *producer; /* position, written by the kernel */
    const char *data;         /* mapped twice in a row: no record wraps */
};

/* Maps the ring of `map_fd`, which stays the caller's. */
int ring_open(struct ring *ring, int map_fd, size_t size);
void ring_close(struct ring *ring);

/* The oldest record not taken, or NULL when there is none ready. *ret_size is its length. */
const void *ring_peek(struct ring *ring, size_t *ret_size);

/* Take the record that ring_peek returned; its memory is the kernel's again. */
void ring_take(struct ring *ring, size_t size);

#endif
