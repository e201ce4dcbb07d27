/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "event/endpoints.h"
#include "rules/field_row.h"
#include "rules/nearest.h"

#define BLOCK_SIZE   4096
#define MEMORY_MAX   (1u << 20) /* bytes per event */
#define KEY_MAX      512
#define INDEX_DIGITS 6

static const struct field_rows *const classes[] = {
    &field_rows_event,    &field_rows_event_time, &field_rows_event_arg,  &field_rows_process,
    &field_rows_ancestor, &field_rows_file,       &field_rows_path,       &field_rows_network,
    &field_rows_user,     &field_rows_container,  &field_rows_kubernetes, &field_rows_other,
};

#define CLASSES (sizeof(classes) / sizeof(classes[0]))

struct block {
    struct block *next;
    size_t size, used;
    max_align_t data[];
};

/* Newest first; the oldest is kept over events, so that most of them allocate nothing. */
static size_t blocks_size(const struct block *block)
{
    size_t size = 0;

    for (; block; block = block->next)
        size += block->size;
    return size;
}

void *field_context_alloc(struct field_context *context, size_t size)
{
    struct block *block = context->blocks;

    if (size > MEMORY_MAX)
        return NULL;
    size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        if (blocks_size(block) + room > MEMORY_MAX + BLOCK_SIZE)
            return NULL;
        struct block *added = malloc(sizeof(*added) + room);
        if (!added)
            return NULL;
        *added = (struct block){.next = block, .size = room};
        context->blocks = block = added;
    }
    void *at = (char *)block->data + block->used;
    block->used += size;
    return at;
}

static void drop_blocks(struct field_context *context, bool all)
{
    struct block *block = context->blocks;

    while (block && (all || block->next || block->size > BLOCK_SIZE)) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    if (block)
        block->used = 0;
    context->blocks = block;
}

void field_context_reset(struct field_context *context)
{
    drop_blocks(context, false);
    buf_reset(&context->arena);
}

void field_context_done(struct field_context *context)
{
    drop_blocks(context, true);
    buf_done(&context->arena);
}

struct buf *field_scratch(struct field_context *context)
{
    buf_reset(&context->arena);
    return &context->arena;
}

bool field_set_scratch(struct field_context *context, struct field_value *value)
{
    const struct buf *text = &context->arena;
    char *copy = text->failed ? NULL : field_context_alloc(context, text->len + 1);

    if (!copy) {
        context->values_cut++;
        return false;
    }
    memcpy(copy, text->data ? text->data : "", text->len + 1);
    return field_set_bytes(value, copy, text->len);
}

bool field_unfilled(struct field_context *context, const struct field_ref *ref,
                    struct field_value *value)
{
    return false;
}

const struct field *field_at(size_t index)
{
    for (size_t i = 0; i < CLASSES; i++) {
        if (index < classes[i]->count)
            return &classes[i]->rows[index];
        index -= classes[i]->count;
    }
    return NULL;
}

const char *field_change_name(enum field_change_place place)
{
    static const char *const names[FIELD_CHANGE_MAX] = {
#define CHANGE_NAME(type, member, NAME) [FIELD_CHANGE_AT_##NAME] = #member,
        FILTER_ACTOR_LIST(CHANGE_NAME)
#undef CHANGE_NAME
            [FIELD_CHANGE_AT_CONTAINER_FACTS] = "container_facts",
        [FIELD_CHANGE_AT_USER_FACTS] = "user_facts",
        [FIELD_CHANGE_AT_NOTHING] = "nothing",
    };

    return names[place];
}

enum field_type field_ref_type(const struct field_ref *ref)
{
    if (ref->field->extract && !strcmp(ref->field->name, "evt.rawarg"))
        return field_rawarg_type(ref->key);
    if (ref->field->type == FIELD_STRINGS && (ref->index >= 0 || ref->key))
        return ref->field->element;
    return ref->field->type;
}

static int unknown_field(const char *text, size_t len, struct error *error)
{
    struct nearest nearest = nearest_start(text, len);
    char hint[96];

    for (size_t i = 0; field_at(i); i++)
        nearest_offer(&nearest, field_at(i)->name);
    return error_set(error, -ENOENT, "unknown field '%.*s'%s", len > 100 ? 100 : (int)len, text,
                     nearest_hint(&nearest, hint, sizeof(hint)));
}

static const struct field *find_row(const char *name, size_t len)
{
    for (size_t i = 0; i < CLASSES; i++) {
        const struct field *rows = classes[i]->rows;
        for (size_t j = 0; j < classes[i]->count; j++)
            if (!strncmp(rows[j].name, name, len) && !rows[j].name[len])
                return &rows[j];
    }
    return NULL;
}

/* The row whose name and a dot begin `text`: "evt.arg" for "evt.arg.flags". The longest wins. */
static const struct field *find_suffix_row(const char *text, size_t len)
{
    for (size_t end = len; end > 0; end--) {
        if (text[end - 1] != '.')
            continue;
        const struct field *row = find_row(text, end - 1);
        if (row && row->argument == FIELD_SUFFIX_KEY)
            return row;
    }
    return NULL;
}

static bool parse_index(const char *text, int64_t *ret_index)
{
    int64_t index = 0;
    size_t len = strlen(text);

    if (!len || len > INDEX_DIGITS)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        index = index * 10 + (text[i] - '0');
    }
    *ret_index = index;
    return true;
}

/* The text between the brackets without its quotes; *ret_key is the caller's. */
static int unquote(const char *text, size_t len, char **ret_key, struct error *error)
{
    char quote = len && (text[0] == '"' || text[0] == '\'') ? text[0] : 0;
    size_t used = 0;

    if (quote && (len < 2 || text[len - 1] != quote))
        return error_set(error, -EINVAL, "the quotes of the argument [%.*s] do not match", (int)len,
                         text);
    if (quote) {
        text++;
        len -= 2;
    }
    _cleanup_free_ char *key = malloc(len + 1);
    if (!key)
        return error_set(error, -ENOMEM, "out of memory");
    for (size_t i = 0; i < len; i++) {
        if (quote && text[i] == '\\' && i + 1 < len)
            i++;
        if (!text[i])
            return error_set(error, -EINVAL, "the argument holds a NUL byte");
        key[used++] = text[i];
    }
    key[used] = '\0';
    if (!used)
        return error_set(error, -EINVAL, "the argument in brackets is empty");
    *ret_key = TAKE_PTR(key);
    return 0;
}

static int take_index(const struct field *row, const char *key, struct field_ref *ref,
                      struct error *error)
{
    if (parse_index(key, &ref->index))
        return 0;
    return error_set(error, -EINVAL, "'%s' takes a number in brackets, at most %d digits, not '%s'",
                     row->name, INDEX_DIGITS, key);
}

/* Fits the argument to the row. `bracketed`: it stood in brackets. Takes *key when it keeps it. */
static int take_argument(const struct field *row, char **key, bool bracketed, struct field_ref *ref,
                         struct error *error)
{
    switch (row->argument) {
    case FIELD_NO_ARGUMENT:
        return error_set(error, -EINVAL, "field '%s' takes no argument, '%s' was given", row->name,
                         *key);
    case FIELD_OPTIONAL_INDEX:
    case FIELD_REQUIRED_INDEX: return take_index(row, *key, ref, error);
    case FIELD_OPTIONAL_KEY:
    case FIELD_REQUIRED_KEY: parse_index(*key, &ref->index); break;
    case FIELD_SUFFIX_KEY:
        if (bracketed && parse_index(*key, &ref->index) && row->accepts)
            return row->accepts(NULL, error) ? 0 : -EINVAL;
        break;
    }
    if (row->accepts && !row->accepts(*key, error))
        return -ENOENT;
    ref->key = TAKE_PTR(*key);
    return 0;
}

static int missing_argument(const struct field *row, struct error *error)
{
    static const char *const shapes[] = {
        [FIELD_REQUIRED_INDEX] = "[NUMBER]",
        [FIELD_REQUIRED_KEY] = "[KEY]",
        [FIELD_SUFFIX_KEY] = ".NAME",
    };

    return error_set(error, -EINVAL, "field '%s' needs an argument: %s%s", row->name, row->name,
                     shapes[row->argument]);
}

static int find_plain(const char *text, size_t len, struct field_ref *ref, struct error *error)
{
    const struct field *row = find_row(text, len);

    if (row) {
        ref->field = row;
        return row->argument >= FIELD_SUFFIX_KEY || row->argument == FIELD_REQUIRED_INDEX ||
                       row->argument == FIELD_REQUIRED_KEY
                   ? missing_argument(row, error)
                   : 0;
    }
    row = find_suffix_row(text, len);
    if (!row)
        return unknown_field(text, len, error);

    size_t prefix = strlen(row->name) + 1;
    _cleanup_free_ char *key = strndup(text + prefix, len - prefix);
    if (!key)
        return error_set(error, -ENOMEM, "out of memory");
    if (!key[0])
        return missing_argument(row, error);
    ref->field = row;
    return take_argument(row, &key, false, ref, error);
}

static int find_bracketed(const char *text, size_t len, size_t open, struct field_ref *ref,
                          struct error *error)
{
    const struct field *row = find_row(text, open);
    _cleanup_free_ char *key = NULL;

    if (!row)
        return unknown_field(text, open, error);
    if (text[len - 1] != ']')
        return error_set(error, -EINVAL, "the argument of '%s' has no closing bracket", row->name);
    int r = unquote(text + open + 1, len - open - 2, &key, error);
    if (r < 0)
        return r;
    ref->field = row;
    return take_argument(row, &key, true, ref, error);
}

int field_find(const char *text, size_t len, struct field_ref *ret_ref, struct error *ret_error)
{
    struct field_ref ref = {.index = -1};
    const char *open;
    int r;

    if (!len || len > KEY_MAX)
        return error_set(ret_error, -ENOENT, "a field name has 1 to %d bytes, this has %zu",
                         KEY_MAX, len);
    if (memchr(text, '\0', len))
        return error_set(ret_error, -ENOENT, "a field name holds no NUL byte");
    open = memchr(text, '[', len);
    r = open ? find_bracketed(text, len, (size_t)(open - text), &ref, ret_error)
             : find_plain(text, len, &ref, ret_error);
    if (r < 0)
        return r;
    *ret_ref = ref;
    return 0;
}

static int add_list(const struct field_value *value, struct buf *buf)
{
    if (!value->is_ancestor_list)
        buf_add_char(buf, '(');
    for (size_t i = 0; i < value->list_len; i++) {
        if (i)
            buf_add_char(buf, ',');
        buf_add(buf, value->list[i].data, value->list[i].len);
    }
    return value->is_ancestor_list ? buf->failed : buf_add_char(buf, ')');
}

int field_value_text(const struct field_value *value, struct buf *buf)
{
    switch (value->type) {
    case FIELD_STRING:
    case FIELD_NAMES: return buf_add(buf, value->string.data, value->string.len);
    case FIELD_TIME:
        if (value->string.len)
            return buf_add(buf, value->string.data, value->string.len);
        break;
    case FIELD_BOOL: return buf_add_string(buf, value->number ? "true" : "false");
    case FIELD_ADDRESS:
    case FIELD_NETWORK: return endpoints_add_address(buf, value->address, value->address_len);
    case FIELD_STRINGS: return add_list(value, buf);
    case FIELD_NUMBER:
    case FIELD_DURATION:
    case FIELD_PORT: break;
    }
    return buf_printf(buf, "%" PRId64, value->number);
}
