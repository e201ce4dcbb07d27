/* SPDX-License-Identifier: Apache-2.0 */
/* evt.time and its kin: a time as number, and as text where people read it. */
#include <inttypes.h>
#include <time.h>

#include "rules/field_row.h"

#define NS_PER_S 1000000000ull

enum form { FORM_TIME, FORM_TIME_S, FORM_ISO8601, FORM_DATETIME, FORM_DATETIME_S };

static const struct {
    char after_date; /* 0: without the date */
    bool utc, with_ns;
    const char *after;
} forms[] = {
    [FORM_TIME] = {0, false, true, ""},          [FORM_TIME_S] = {0, false, false, ""},
    [FORM_ISO8601] = {'T', true, true, "+0000"}, [FORM_DATETIME] = {' ', false, true, ""},
    [FORM_DATETIME_S] = {' ', false, false, ""},
};

static bool formatted(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    uint64_t wall = context->judged->wall_time;
    enum form form = (enum form)ref->field->detail;
    time_t seconds = (time_t)(wall / NS_PER_S);
    struct tm tm = {0};

    if (!(forms[form].utc ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)))
        return false;
    struct buf *buf = field_scratch(context);
    if (forms[form].after_date)
        buf_printf(buf, "%04d-%02d-%02d%c", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                   forms[form].after_date);
    buf_printf(buf, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (forms[form].with_ns)
        buf_printf(buf, ".%09" PRIu64, (uint64_t)(wall % NS_PER_S));
    buf_add_string(buf, forms[form].after);
    if (!field_set_scratch(context, value))
        return false;
    value->type = FIELD_TIME;
    value->number = (int64_t)wall;
    return true;
}

enum raw { RAW_ALL, RAW_SECONDS, RAW_NS };

static bool raw(struct field_context *context, const struct field_ref *ref,
                struct field_value *value)
{
    uint64_t wall = context->judged->wall_time;

    switch ((enum raw)ref->field->detail) {
    case RAW_ALL: break;
    case RAW_SECONDS: wall /= NS_PER_S; break;
    case RAW_NS: wall %= NS_PER_S; break;
    }
    return field_set_number(value, ref->field->type, (int64_t)wall);
}

#define NO_BEGINNING "the beginning of a live run is not kept"

static const struct field rows[] = {
    EVENT_ROW("evt.time", TIME, formatted, FORM_TIME, "time of day with ns, in local time",
              .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.time.s", TIME, formatted, FORM_TIME_S, "time of day, in local time",
              .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.time.iso8601", TIME, formatted, FORM_ISO8601,
              "date and time with ns, in UTC, as ISO 8601 writes it", .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.datetime", TIME, formatted, FORM_DATETIME,
              "date and time with ns, in local time", .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.datetime.s", TIME, formatted, FORM_DATETIME_S, "date and time, in local time",
              .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.outputtime", TIME, formatted, FORM_TIME, "evt.time", .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.rawtime", TIME, raw, RAW_ALL, "ns since 1970", .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.rawtime.s", NUMBER, raw, RAW_SECONDS, "whole seconds since 1970",
              .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.rawtime.ns", NUMBER, raw, RAW_NS, "ns of the second",
              .needs = FIELD_NEEDS_CLOCK),
    UNFILLED("evt.reltime", DURATION, EVENT, NO_BEGINNING, "ns since the capture began"),
    UNFILLED("evt.reltime.s", NUMBER, EVENT, NO_BEGINNING, "seconds since the capture began"),
    UNFILLED("evt.reltime.ns", NUMBER, EVENT, NO_BEGINNING, "ns of evt.reltime"),
};

const struct field_rows field_rows_event_time = FIELD_ROWS(rows);
