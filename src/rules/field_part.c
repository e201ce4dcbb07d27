/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field_part.h"

bool field_next_word(const char *words, uint32_t len, uint32_t *cursor, struct field_string *word)
{
    if (*cursor >= len)
        return false;
    word->data = words + *cursor;
    word->len = strnlen(word->data, len - *cursor);
    *cursor += (uint32_t)word->len + 1;
    return true;
}

int64_t field_wall_time(const struct field_context *context, uint64_t boot_time)
{
    return (int64_t)boot_time + world_clock_offset(context->world);
}

static void add_words(struct buf *buf, const char *words, uint32_t len, uint32_t cursor,
                      bool blank_first)
{
    struct field_string word;

    while (field_next_word(words, len, &cursor, &word)) {
        if (blank_first)
            buf_add_char(buf, ' ');
        buf_add(buf, word.data, word.len);
        blank_first = true;
    }
}

/* Where argv[1] begins. */
static uint32_t after_first(const struct process_image *image)
{
    struct field_string first;
    uint32_t cursor = 0;

    field_next_word(image->argv, image->argv_len, &cursor, &first);
    return cursor;
}

static bool first_argument(const struct process_image *image, struct field_value *value)
{
    struct field_string first;
    uint32_t cursor = 0;

    if (!field_next_word(image->argv, image->argv_len, &cursor, &first))
        return field_set_string(value, "");
    return field_set_bytes(value, first.data, first.len);
}

/* argv from its second on, behind `start` where there is one. */
static bool argument_line(struct field_context *context, const struct process_image *image,
                          const struct field_string *start, struct field_value *value)
{
    struct buf *buf = field_scratch(context);

    if (start)
        buf_add(buf, start->data, start->len);
    add_words(buf, image->argv, image->argv_len, after_first(image), start);
    return field_set_scratch(context, value);
}

static bool exe_line(struct field_context *context, const struct process_image *image,
                     struct field_value *value)
{
    struct field_value first;

    first_argument(image, &first);
    return argument_line(context, image, &first.string, value);
}

/* Falco: the value of a variable that is not set is the empty string. */
static bool environment(struct field_context *context, const struct process_image *image,
                        const char *key, struct field_value *value)
{
    struct field_string word;
    uint32_t cursor = 0;

    if (!key) {
        add_words(field_scratch(context), image->env, image->env_len, 0, false);
        return field_set_scratch(context, value);
    }
    size_t len = strlen(key);
    while (field_next_word(image->env, image->env_len, &cursor, &word))
        if (word.len > len && !memcmp(word.data, key, len) && word.data[len] == '=')
            return field_set_bytes(value, word.data + len + 1, word.len - len - 1);
    return field_set_string(value, "");
}

bool field_part(struct field_context *context, const struct process *process, enum part part,
                const char *key, struct field_value *value)
{
    if (!process)
        return false;
    const struct process_image *image = process->image;
    struct field_string name = {process->name, strnlen(process->name, sizeof(process->name))};

    switch (part) {
    case PART_NAME: return field_set_bytes(value, name.data, name.len);
    case PART_EXE: return first_argument(image, value);
    case PART_EXEPATH: return field_set_string(value, image->exe_path);
    case PART_ARGS: return argument_line(context, image, NULL, value);
    case PART_CMDLINE: return argument_line(context, image, &name, value);
    case PART_EXELINE: return exe_line(context, image, value);
    case PART_ENV: return environment(context, image, key, value);
    case PART_PID: return field_set_number(value, FIELD_NUMBER, process->id.pid);
    case PART_VPID: return process->vpid && field_set_number(value, FIELD_NUMBER, process->vpid);
    case PART_DURATION:
        return process->id.start_time &&
               field_set_number(
                   value, FIELD_DURATION,
                   (int64_t)(field_event(context)->header->time - process->id.start_time));
    case PART_START:
        return process->id.start_time &&
               field_set_number(value, FIELD_TIME,
                                field_wall_time(context, process->id.start_time));
    }
    return false;
}
