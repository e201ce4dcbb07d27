/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/filter_lookup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct lookup {
    const struct filter_tables *tables;
    const struct event *event;
    struct filter_vector candidates;
};

static bool narrow(struct lookup *lookup, const struct filter_vector *with)
{
    uint64_t any = 0;

    for (size_t i = 0; i < FILTER_WORDS; i++)
        any |= lookup->candidates.words[i] &= with->words[i];
    return any;
}

static const struct filter_vector *small(const struct lookup *lookup, unsigned index)
{
    return &lookup->tables->slot.small[index];
}

static unsigned opened_as(const struct event *event)
{
    if (event->header->result < 0)
        return FILTER_OPENED_FAILED;
    switch (event_number(event, PARAM_FILE_MODE, 0) & S_IFMT) {
    case S_IFREG: return FILTER_OPENED_REGULAR;
    case S_IFDIR: return FILTER_OPENED_DIRECTORY;
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO: return FILTER_OPENED_DEVICE;
    default: return FILTER_OPENED_OTHER;
    }
}

static bool by_open(struct lookup *lookup)
{
    int64_t flags = event_number(lookup->event, PARAM_OPEN_FLAGS, 0);
    bool makes_executable = (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) &&
                            event_number(lookup->event, PARAM_MODE, 0) & 0111;
    int64_t access = event_number(lookup->event, PARAM_FILE_OPEN_FLAGS, flags) & O_ACCMODE;
    unsigned index = FILTER_OPEN((unsigned)access, makes_executable, opened_as(lookup->event));

    return narrow(lookup, small(lookup, FILTER_OPEN_AT + index));
}

static bool covers(const struct filter_path *listed, const struct event_param *path)
{
    return path->len >= listed->len && !memcmp(path->data, listed->path, listed->len) &&
           (!listed->whole || path->len == listed->len);
}

static bool by_path(struct lookup *lookup, const struct event_param *path)
{
    const struct filter_tables *tables = lookup->tables;
    const struct filter_path *best = NULL;

    if (!tables->slot.asks_paths || !path->len || memchr(path->data, '\0', path->len))
        return true;
    for (size_t i = 0; i < tables->path_count; i++) {
        const struct filter_path *listed = &tables->paths[i];
        if (covers(listed, path) &&
            (!best || listed->len + listed->whole > best->len + best->whole))
            best = listed;
    }
    return !best || narrow(lookup, &best->columns);
}

static bool by_name(struct lookup *lookup, const struct event_param *path)
{
    const struct filter_tables *tables = lookup->tables;
    const char *slash = memrchr(path->data, '/', path->len);

    if (!tables->slot.asks_names || !slash || slash + 1 == path->data + path->len)
        return true;
    const char *name = slash + 1;
    size_t len = (size_t)(path->data + path->len - name);
    for (size_t i = 0; i < tables->name_count; i++)
        if (tables->names[i].len == len && !memcmp(tables->names[i].name, name, len))
            return narrow(lookup, &tables->names[i].columns);
    return narrow(lookup, &tables->slot.other_names);
}

/* Absolute, with no part that an absolute path has not. */
static bool is_plain(const struct event_param *name)
{
    return name->len > 1 && name->data[0] == '/' && name->data[name->len - 1] != '/' &&
           !memmem(name->data, name->len, "//", 2) && !memmem(name->data, name->len, "/.", 2);
}

static bool by_name_given(struct lookup *lookup)
{
    const struct event_param *name = event_param(lookup->event, PARAM_NAME);

    if (!name || !name->len || name->flags & (PARAM_FLAG_TRUNCATED | PARAM_FLAG_UNREADABLE))
        return true;
    if (!memmem(name->data, name->len, "..", 2) &&
        !narrow(lookup, small(lookup, FILTER_RAW_AT + 1)))
        return false;
    return lookup->event->header->result >= 0 || !is_plain(name) || by_path(lookup, name);
}

static bool by_file(struct lookup *lookup)
{
    const struct event_param *path = event_param(lookup->event, PARAM_PATH);

    if (!path || path->flags & (PARAM_FLAG_TRUNCATED | PARAM_FLAG_UNREADABLE))
        return true;
    return by_name(lookup, path) && by_path(lookup, path);
}

bool filter_lookup_opens(unsigned type)
{
    return type == EVENT_OPEN || type == EVENT_OPENAT || type == EVENT_OPENAT2;
}

bool filter_lookup(const struct filter_tables *tables, const struct event *event,
                   const struct filter_vector *mask)
{
    const struct event_header *header = event->header;
    struct lookup lookup = {.tables = tables, .event = event};
    int64_t error = header->result < 0 ? -header->result : 0;

    if (header->type >= EVENT_TYPE_MAX || !tables->slot.types[header->type])
        return true;
    if (error > FILTER_RESULT_LAST || error < 0)
        error = FILTER_RESULT_LAST;
    lookup.candidates = *small(&lookup, FILTER_TYPE_AT + header->type);
    if (!narrow(&lookup, small(&lookup, FILTER_RESULT_AT + (unsigned)error)) ||
        (mask && !narrow(&lookup, mask)))
        return false;
    return !filter_lookup_opens(header->type) ||
           (by_open(&lookup) && by_name_given(&lookup) && by_file(&lookup));
}
