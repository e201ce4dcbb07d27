/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

/* What a sink is to this folder: a const row, and the state of one that is open. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "output/output.h"

struct sink {
    const struct sink_type *type;
    char *name; /* as described: "file:/x.json" */
    enum output_format format;
    bool colour;      /* set by open */
    uint64_t written; /* alerts handed to the system */
    uint64_t failed;  /* alerts lost */
    char last_error[128];
    void *state; /* of the type */
};

struct sink_type {
    const char *name;
    const char *argument; /* "PATH": what must follow "name:"; NULL when nothing may */
    /* Sets sink->state and sink->colour. */
    int (*open)(struct sink *sink, const char *argument, struct error *ret_error);
    /* One alert, its newline included. Counts it as written or failed, now or when flushed. */
    void (*write)(struct sink *sink, enum rule_priority priority, const char *line, size_t len);
    void (*flush)(struct sink *sink);                          /* NULL: never buffers */
    int (*reopen)(struct sink *sink, struct error *ret_error); /* NULL: nothing to reopen */
    void (*close)(struct sink *sink);
};

extern const struct sink_type sink_stdout, sink_file, sink_syslog;

/* Count `alerts` as lost, for `reason`. */
void sink_lost(struct sink *sink, uint64_t alerts, const char *reason);

#endif
