/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

/*
 * A decoded record, and the writer that makes records in user space. Decoding copies nothing: the
 * values point into the record, which must outlive the event.
 */

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/abi.h"

struct event_param {
    const char *data; /* not NUL-terminated */
    uint32_t len;
    uint8_t flags; /* PARAM_FLAG_* */
};

struct event {
    const struct event_header *header;
    uint64_t present[(PARAM_ID_MAX + 63) / 64]; /* bit per enum param_id */
    struct event_param params[PARAM_ID_MAX];    /* meaningful only where the bit is set */
};

/*
 * Check a whole record of `size` bytes (header, sizes, ids, kinds, comm's NUL) and fill *event.
 * -EBADMSG when it breaks a rule of the format; *event is then undefined.
 * `record` must be aligned to 8.
 */
int event_decode(const void *record, size_t size, struct event *event);

static inline bool event_has(const struct event *event, enum param_id id)
{
    return event->present[id / 64] >> (id % 64) & 1;
}

/* The parameter, or NULL when the event has none. */
static inline const struct event_param *event_param(const struct event *event, enum param_id id)
{
    return event_has(event, id) ? &event->params[id] : NULL;
}

/* Number, or `missing` when absent. The parameter must be of kind NUMBER. */
int64_t event_number(const struct event *event, enum param_id id, int64_t missing);

/* The socket, or NULL when absent. */
const struct event_socket *event_socket(const struct event *event);

/* Next string of a STRINGS parameter: *cursor starts at 0; false at the end. */
bool event_next_string(const struct event_param *param, uint32_t *cursor, const char **ret_string,
                       uint32_t *ret_len);

/* Builds one record; the memory is reused. A record that grows too long fails with -E2BIG. */
struct event_writer {
    char *data;
    size_t len;
    size_t capacity;
    int failed; /* 0 or the first -errno; check at event_writer_finish */
};

void event_writer_begin(struct event_writer *writer, const struct event_header *header);
void event_writer_number(struct event_writer *writer, enum param_id id, int64_t value);
void event_writer_bytes(struct event_writer *writer, enum param_id id, uint8_t flags,
                        const void *data, size_t len);
void event_writer_string(struct event_writer *writer, enum param_id id, const char *string);
/* 0 with the record in writer->data, its size in writer->len; or the first error. */
int event_writer_finish(struct event_writer *writer);
void event_writer_done(struct event_writer *writer);

#endif
