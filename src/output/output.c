/* SPDX-License-Identifier: Apache-2.0 */
#include "output/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "output/format.h"
#include "output/sink.h"

static const struct sink_type *const sink_types[] = {&sink_stdout, &sink_file, &sink_syslog};

#define SINK_TYPES (sizeof(sink_types) / sizeof(sink_types[0]))

/* The texts an alert can have; made once per alert, when a sink first wants one. */
enum variant { VARIANT_TEXT, VARIANT_COLOUR, VARIANT_JSON, VARIANT_MAX };

struct output {
    struct sink sinks[OUTPUT_SINKS_MAX];
    size_t count;
    struct buf lines[VARIANT_MAX];
};

int output_new(struct output **ret_output)
{
    struct output *output = calloc(1, sizeof(*output));

    if (!output)
        return -ENOMEM;
    *ret_output = output;
    return 0;
}

void output_free(struct output *output)
{
    if (!output)
        return;
    output_flush(output);
    for (size_t i = 0; i < output->count; i++) {
        output->sinks[i].type->close(&output->sinks[i]);
        free(output->sinks[i].name);
    }
    for (size_t i = 0; i < VARIANT_MAX; i++)
        buf_done(&output->lines[i]);
    free(output);
}

void sink_lost(struct sink *sink, uint64_t alerts, const char *reason)
{
    sink->failed += alerts;
    snprintf(sink->last_error, sizeof(sink->last_error), "%s", reason);
}

/* The row a description names, and what follows its colon (NULL when nothing does). */
static const struct sink_type *find_type(const char *description, const char **ret_argument)
{
    for (size_t i = 0; i < SINK_TYPES; i++) {
        size_t len = strlen(sink_types[i]->name);
        if (strncmp(description, sink_types[i]->name, len) != 0)
            continue;
        if (description[len] && description[len] != ':')
            continue;
        *ret_argument = description[len] && description[len + 1] ? description + len + 1 : NULL;
        return sink_types[i];
    }
    return NULL;
}

static int unknown_sink(const char *description, struct error *ret_error)
{
    _cleanup_buf_ struct buf known = {0};

    for (size_t i = 0; i < SINK_TYPES; i++)
        buf_printf(&known, "%s%s%s%s", i ? ", " : "", sink_types[i]->name,
                   sink_types[i]->argument ? ":" : "",
                   sink_types[i]->argument ? sink_types[i]->argument : "");
    return error_set(ret_error, -EINVAL, "unknown output '%s', expected one of: %s", description,
                     known.failed ? "" : known.data);
}

int output_add(struct output *output, const char *sink, enum output_format format,
               struct error *ret_error)
{
    const char *argument = NULL;
    const struct sink_type *type = find_type(sink, &argument);

    if (!type || !type->argument != !argument)
        return unknown_sink(sink, ret_error);
    if (output->count == OUTPUT_SINKS_MAX)
        return error_set(ret_error, -E2BIG, "more than %d outputs, the last is '%s'",
                         OUTPUT_SINKS_MAX, sink);

    struct sink made = {.type = type, .format = format};
    _cleanup_free_ char *name = strdup(sink);
    if (!name)
        return error_set(ret_error, -ENOMEM, "out of memory");
    int r = type->open(&made, argument, ret_error);
    if (r < 0)
        return r;
    made.name = TAKE_PTR(name);
    output->sinks[output->count++] = made;
    return 0;
}

/* NULL when it could not be made. */
static const struct buf *alert_line(struct output *output, const struct alert *alert,
                                    enum variant variant)
{
    struct buf *line = &output->lines[variant];

    if (line->failed || line->len)
        return line->failed ? NULL : line;
    if (variant == VARIANT_JSON)
        format_json(line, alert);
    else
        format_text(line, alert, variant == VARIANT_COLOUR);
    return buf_add_char(line, '\n') < 0 ? NULL : line;
}

void output_alert(struct output *output, const struct alert *alert)
{
    for (size_t i = 0; i < VARIANT_MAX; i++)
        buf_reset(&output->lines[i]);
    for (size_t i = 0; i < output->count; i++) {
        struct sink *sink = &output->sinks[i];
        enum variant variant = sink->format == OUTPUT_JSON ? VARIANT_JSON
                               : sink->colour              ? VARIANT_COLOUR
                                                           : VARIANT_TEXT;
        const struct buf *line = alert_line(output, alert, variant);
        if (line)
            sink->type->write(sink, alert->rule.priority, line->data, line->len);
        else
            sink_lost(sink, 1, strerror(-output->lines[variant].failed));
    }
}

void output_flush(struct output *output)
{
    for (size_t i = 0; i < output->count; i++) {
        if (output->sinks[i].type->flush)
            output->sinks[i].type->flush(&output->sinks[i]);
    }
}

int output_reopen(struct output *output, struct error *ret_error)
{
    int first = 0;

    for (size_t i = 0; i < output->count; i++) {
        struct sink *sink = &output->sinks[i];
        int r = sink->type->reopen ? sink->type->reopen(sink, first ? NULL : ret_error) : 0;
        if (r < 0 && !first)
            first = r;
    }
    return first;
}

void output_counters(const struct output *output, output_visit visit, void *data)
{
    for (size_t i = 0; i < output->count; i++) {
        const struct sink *sink = &output->sinks[i];
        visit(data, sink->name, sink->written, sink->failed, sink->last_error);
    }
}
