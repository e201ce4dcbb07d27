/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

/*
 * Where alerts go. Each sink is one file and one row; an alert is formatted once per format and
 * written to every sink. A sink that fails counts its losses and never stops the others.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rules/rules.h"

enum output_format {
    OUTPUT_TEXT, /* "12:34:56.123456789: Warning Output | ..." ; coloured on a terminal */
    OUTPUT_JSON, /* Falco's alert JSON, one line */
};

struct output;

int output_new(struct output **ret_output);
void output_free(struct output *output); /* flushes */

/*
 * Add a sink by its description: "stdout", "file:PATH", "syslog". `format` applies to it.
 * -EINVAL with the known ones named when the description is none; -E2BIG past OUTPUT_SINKS_MAX.
 */
#define OUTPUT_SINKS_MAX 16
int output_add(struct output *output, const char *sink, enum output_format format,
               struct error *ret_error);

/* Write one alert to every sink. Sinks may buffer it until output_flush. SIGPIPE must be ignored.
 */
void output_alert(struct output *output, const struct alert *alert);

/* Flush. A reader that does not read holds this up for half a second once, then loses alerts. */
void output_flush(struct output *output);
/* Reopen files (log rotation). One that can't be opened anew stays as it was. */
int output_reopen(struct output *output, struct error *ret_error);

/* Visit the counters: name ("file:/x.json"), written, failed (alerts lost), last error text. */
typedef void (*output_visit)(void *data, const char *sink, uint64_t written, uint64_t failed,
                             const char *last_error);
void output_counters(const struct output *output, output_visit visit, void *data);

#endif
