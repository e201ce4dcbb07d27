/* SPDX-License-Identifier: Apache-2.0 */
#include "output/format.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "rules/response.h"

#define NS_PER_S         1000000000
#define REPLACEMENT      "\xef\xbf\xbd" /* U+FFFD */
#define EVENT_TIME_FIELD "evt.time"

/* Length of the well-formed UTF-8 sequence at `s` (Unicode table 3-7), 0 when there is none. */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, len;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (s[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (s[0] < rows[i].first_low || s[0] > rows[i].first_high)
            continue;
        if (left < rows[i].len || s[1] < rows[i].second_low || s[1] > rows[i].second_high)
            return 0;
        for (size_t k = 2; k < rows[i].len; k++) {
            if (s[k] < 0x80 || s[k] > 0xbf)
                return 0;
        }
        return rows[i].len;
    }
    return 0;
}

static void add_escaped_ascii(struct buf *buf, unsigned char c)
{
    static const char short_escapes[128] = {
        ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
        ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
    };

    if (short_escapes[c])
        buf_printf(buf, "\\%c", short_escapes[c]);
    else
        buf_printf(buf, "\\u%04x", c);
}

/* The inside of a JSON string. */
static void add_escaped(struct buf *buf, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t left = strlen(text), plain = 0;

    /* `plain` bytes before `s` are good as they are and not yet added */
    while (left) {
        size_t len = utf8_sequence(s, left);
        bool is_c1 = len == 2 && s[0] == 0xc2 && s[1] < 0xa0;
        bool is_good =
            len > 1 ? !is_c1
                    : len == 1 && s[0] >= 0x20 && s[0] != 0x7f && s[0] != '"' && s[0] != '\\';
        if (is_good) {
            plain += len;
        } else {
            buf_add(buf, s - plain, plain);
            plain = 0;
            if (is_c1)
                buf_printf(buf, "\\u%04x", s[1]);
            else if (len)
                add_escaped_ascii(buf, s[0]);
            else
                buf_add_string(buf, REPLACEMENT);
        }
        s += len ? len : 1;
        left -= len ? len : 1;
    }
    buf_add(buf, s - plain, plain);
}

static void add_string(struct buf *buf, const char *text)
{
    buf_add_char(buf, '"');
    add_escaped(buf, text);
    buf_add_char(buf, '"');
}

static void add_strings(struct buf *buf, const char *const *strings)
{
    buf_add_char(buf, '[');
    for (size_t i = 0; strings && strings[i]; i++) {
        if (i)
            buf_add_char(buf, ',');
        add_string(buf, strings[i]);
    }
    buf_add_char(buf, ']');
}

static void add_field(struct buf *buf, const struct alert_field *field)
{
    add_string(buf, field->name);
    buf_add_char(buf, ':');
    if (field->list)
        add_strings(buf, field->list);
    else if (!field->text)
        buf_add_string(buf, "null");
    else if (field->is_bool)
        buf_add_string(buf, field->number ? "true" : "false");
    else if (field->is_number)
        buf_printf(buf, "%" PRId64, field->number);
    else
        add_string(buf, field->text);
}

static void add_member(struct buf *buf, const struct alert_field *field, bool *first)
{
    if (!*first)
        buf_add_char(buf, ',');
    *first = false;
    add_field(buf, field);
}

/* The fields come sorted by name; evt.time goes to its place among them. */
static void add_fields(struct buf *buf, const struct alert *alert)
{
    const struct alert_field event_time = {
        .name = EVENT_TIME_FIELD, .text = "", .is_number = true, .number = (int64_t)alert->time};
    bool first = true, time_added = false;

    buf_add_char(buf, '{');
    for (size_t i = 0; i < alert->field_count; i++) {
        int order = strcmp(alert->fields[i].name, EVENT_TIME_FIELD);
        if (order >= 0 && !time_added) {
            add_member(buf, &event_time, &first);
            time_added = true;
        }
        if (order)
            add_member(buf, &alert->fields[i], &first);
    }
    if (!time_added)
        add_member(buf, &event_time, &first);
    buf_add_char(buf, '}');
}

int format_json(struct buf *buf, const struct alert *alert)
{
    time_t seconds = (time_t)(alert->time / NS_PER_S);
    struct tm utc = {0};
    _cleanup_buf_ struct buf line = {0};

    int r = format_text(&line, alert, false);
    if (r < 0)
        return r;
    gmtime_r(&seconds, &utc);

    buf_add_char(buf, '{');
    if (alert->response) {
        buf_add_string(buf, "\"action\":");
        response_json(buf, alert->response);
        buf_add_char(buf, ',');
    }
    buf_add_string(buf, "\"hostname\":");
    add_string(buf, alert->hostname ? alert->hostname : "");
    buf_add_string(buf, ",\"output\":");
    add_string(buf, line.data);
    buf_add_string(buf, ",\"output_fields\":");
    add_fields(buf, alert);
    buf_printf(buf, ",\"priority\":\"%s\",\"rule\":", rule_priority_name(alert->rule.priority));
    add_string(buf, alert->rule.name);
    buf_add_string(buf, ",\"source\":");
    add_string(buf, alert->rule.source);
    buf_add_string(buf, ",\"tags\":");
    add_strings(buf, alert->rule.tags);
    buf_printf(buf, ",\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%09" PRIu64 "Z\"}",
               utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
               alert->time % NS_PER_S);
    return buf->failed;
}
