/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "yaml/yaml_source.h"

/*
 * From a place in a scalar's value back to the place in the file: both are walked side by side by
 * the rules of the scalar's style. Where they disagree the walk stops, which leaves the last place
 * that was sure.
 */
struct walk {
    const char *text; /* of the file */
    size_t at, end;
    size_t indent; /* of a block scalar */
};

static size_t skip_blanks(const struct walk *walk, size_t at)
{
    while (at < walk->end && (walk->text[at] == ' ' || walk->text[at] == '\t'))
        at++;
    return at;
}

/* Behind line breaks and the indentation after them; `at` unchanged when there is no break. */
static size_t skip_breaks(const struct walk *walk, size_t at)
{
    size_t blank = skip_blanks(walk, at), len, start = at;

    while ((len = utf8_line_break(walk->text + blank, walk->end - blank))) {
        at = blank + len;
        blank = skip_blanks(walk, at);
    }
    return at == start ? start : blank;
}

static bool step_flow(struct walk *walk, char c)
{
    if (c == ' ' || c == '\n') {
        size_t next = skip_breaks(walk, walk->at);
        if (next != walk->at) {
            /* n breaks make n - 1 newlines in the value: all are stepped over with the first */
            walk->at = next;
            return true;
        }
    }
    if (walk->at >= walk->end || walk->text[walk->at] != c)
        return c == '\n';
    walk->at++;
    return true;
}

static bool step_single_quoted(struct walk *walk, char c)
{
    if (c == '\'' && walk->at + 1 < walk->end && walk->text[walk->at] == '\'' &&
        walk->text[walk->at + 1] == '\'') {
        walk->at += 2;
        return true;
    }
    return step_flow(walk, c);
}

static bool step_double_quoted(struct walk *walk, char c)
{
    while (walk->at + 1 < walk->end && walk->text[walk->at] == '\\') {
        char escape = walk->text[walk->at + 1];
        size_t len = utf8_line_break(walk->text + walk->at + 1, walk->end - walk->at - 1);
        if (len) {
            walk->at = skip_blanks(walk, walk->at + 1 + len);
            continue;
        }
        walk->at += escape == 'x' ? 4 : escape == 'u' ? 6 : escape == 'U' ? 10 : 2;
        return walk->at <= walk->end;
    }
    /* the further bytes of a character that was written as an escape */
    if (utf8_is_continuation(c) && walk->at < walk->end && walk->text[walk->at] != c)
        return true;
    return step_flow(walk, c);
}

static void next_line(struct walk *walk, size_t break_len)
{
    walk->at += break_len;
    for (size_t i = 0; i < walk->indent && walk->at < walk->end && walk->text[walk->at] == ' '; i++)
        walk->at++;
}

static bool step_block(struct walk *walk, char c)
{
    size_t len = utf8_line_break(walk->text + walk->at, walk->end - walk->at);

    if (len && (c == '\n' || c == ' ')) {
        next_line(walk, len);
        return true;
    }
    /* n breaks that are folded make n - 1 newlines */
    while (len) {
        next_line(walk, len);
        len = utf8_line_break(walk->text + walk->at, walk->end - walk->at);
    }
    if (walk->at >= walk->end || walk->text[walk->at] != c)
        return c == '\n';
    walk->at++;
    return true;
}

/* From the indicator ("|", ">-", ...) to the first character of a block scalar. */
static void start_block(struct walk *walk)
{
    while (walk->at < walk->end && !utf8_line_break(walk->text + walk->at, walk->end - walk->at))
        walk->at++;

    size_t line = walk->at;
    for (;;) {
        size_t len = utf8_line_break(walk->text + line, walk->end - line);
        if (!len)
            break;
        line += len;
        size_t first = line;
        while (first < walk->end && walk->text[first] == ' ')
            first++;
        walk->indent = first - line;
        walk->at = first;
        if (!utf8_line_break(walk->text + first, walk->end - first))
            break;
        line = first;
    }
}

void yaml_position(const struct yaml_node *scalar, size_t offset, unsigned *ret_line,
                   unsigned *ret_column)
{
    static bool (*const steps[])(struct walk *, char) = {
        [YAML_PLAIN] = step_flow,
        [YAML_SINGLE_QUOTED] = step_single_quoted,
        [YAML_DOUBLE_QUOTED] = step_double_quoted,
        [YAML_LITERAL] = step_block,
        [YAML_FOLDED] = step_block,
    };
    const struct yaml_file *file = scalar->file;
    struct walk walk = {.text = file->text, .at = scalar->start, .end = file->len};

    if (scalar->style == YAML_SINGLE_QUOTED || scalar->style == YAML_DOUBLE_QUOTED)
        walk.at++;
    if (scalar->style == YAML_LITERAL || scalar->style == YAML_FOLDED)
        start_block(&walk);
    for (size_t i = 0; i < offset && i < scalar->len; i++)
        if (!steps[scalar->style](&walk, scalar->value[i]))
            break;
    /* what is meant is a token, never the blank before it */
    if (offset < scalar->len && !isspace((unsigned char)scalar->value[offset]))
        walk.at = skip_breaks(&walk, walk.at);

    size_t low = 0, high = file->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (file->lines[middle] <= walk.at)
            low = middle;
        else
            high = middle;
    }
    *ret_line = (unsigned)low + 1;
    *ret_column = (unsigned)(walk.at - file->lines[low]) + 1;
}
