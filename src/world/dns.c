/* SPDX-License-Identifier: Apache-2.0 */
#include "world/dns.h"

#include <errno.h>
#include <string.h>

#define HEADER_LEN   12
#define CHAIN_MAX    16  /* names from the one asked for to the one that has the addresses */
#define RECORDS_MAX  256 /* answers looked at */
#define POINTERS_MAX 64  /* compression pointers followed in one name */

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, CLASS_IN = 1 };

struct reader {
    const uint8_t *data;
    size_t len;
    size_t at;
    bool cut; /* ran into the end of the data */
};

struct chain {
    char names[CHAIN_MAX][DNS_NAME_MAX];
    unsigned count;
};

static bool read_u16(struct reader *reader, uint16_t *ret_value)
{
    if (reader->len - reader->at < 2) {
        reader->cut = true;
        return false;
    }
    *ret_value = (uint16_t)(reader->data[reader->at] << 8 | reader->data[reader->at + 1]);
    reader->at += 2;
    return true;
}

static bool read_u32(struct reader *reader, uint32_t *ret_value)
{
    uint16_t high, low;

    if (!read_u16(reader, &high) || !read_u16(reader, &low))
        return false;
    *ret_value = (uint32_t)high << 16 | low;
    return true;
}

static bool add_label(char *name, size_t *len, const uint8_t *label, size_t label_len)
{
    if (*len + label_len + 1 >= DNS_NAME_MAX)
        return false;
    if (*len)
        name[(*len)++] = '.';
    for (size_t i = 0; i < label_len; i++) {
        uint8_t c = label[i];
        /* A dot or an odd byte within a label would make the text name something else. */
        if (c <= ' ' || c >= 0x7f || c == '.')
            return false;
        name[(*len)++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    return true;
}

/* A pointer may only go back, so that no loop is possible. */
static bool read_name(struct reader *reader, char name[DNS_NAME_MAX])
{
    size_t at = reader->at, end = 0, len = 0, lowest = reader->at;
    unsigned pointers = 0;

    for (;;) {
        if (at >= reader->len) {
            reader->cut = !end;
            return false;
        }
        uint8_t size = reader->data[at];
        if (!size)
            break;
        if ((size & 0xc0) == 0xc0) {
            if (at + 1 >= reader->len) {
                reader->cut = !end;
                return false;
            }
            size_t target = (size_t)(size & 0x3f) << 8 | reader->data[at + 1];
            if (!end)
                end = at + 2;
            if (target >= lowest || ++pointers > POINTERS_MAX)
                return false;
            at = lowest = target;
            continue;
        }
        if (size & 0xc0)
            return false;
        if (reader->len - at - 1 < size) {
            reader->cut = !end;
            return false;
        }
        if (!add_label(name, &len, reader->data + at + 1, size))
            return false;
        at += 1u + size;
    }
    name[len] = '\0';
    reader->at = end ? end : at + 1;
    return true;
}

static int find_in_chain(const struct chain *chain, const char *name)
{
    for (unsigned i = 0; i < chain->count; i++)
        if (!strcmp(chain->names[i], name))
            return (int)i;
    return -1;
}

struct record {
    char owner[DNS_NAME_MAX];
    uint16_t type, class;
    uint32_t ttl;
    size_t data; /* offset and length of its data */
    uint16_t len;
};

static bool read_record(struct reader *reader, struct record *record)
{
    if (!read_name(reader, record->owner) || !read_u16(reader, &record->type) ||
        !read_u16(reader, &record->class) || !read_u32(reader, &record->ttl) ||
        !read_u16(reader, &record->len))
        return false;
    if (reader->len - reader->at < record->len) {
        reader->cut = true;
        return false;
    }
    record->data = reader->at;
    reader->at += record->len;
    return true;
}

/* False when the alias is malformed. */
static bool follow_alias(const struct reader *message, const struct record *record,
                         struct chain *chain)
{
    struct reader reader = {
        .data = message->data, .len = record->data + record->len, .at = record->data};
    char target[DNS_NAME_MAX];

    if (!read_name(&reader, target) || reader.at != record->data + record->len)
        return false;
    /* Answers come in the order of the chain. */
    if (find_in_chain(chain, record->owner) == (int)chain->count - 1 && chain->count < CHAIN_MAX &&
        find_in_chain(chain, target) < 0)
        memcpy(chain->names[chain->count++], target, sizeof(target));
    return true;
}

/* How many names were told the address; -EBADMSG for a wrong length. */
static int tell_address(const struct reader *message, const struct record *record,
                        const struct chain *chain, dns_answer answer, void *data)
{
    size_t len = record->type == TYPE_A ? 4 : 16;
    int last = find_in_chain(chain, record->owner);

    if (record->len != len)
        return -EBADMSG;
    for (int i = 0; i <= last; i++)
        answer(data, chain->names[i], message->data + record->data, len, record->ttl);
    return last + 1;
}

/* 1 for a response that may hold addresses, 0 for another message, -EBADMSG. */
static int read_header(struct reader *reader, uint16_t *ret_answers)
{
    uint16_t id, flags, questions, rest;

    if (!read_u16(reader, &id) || !read_u16(reader, &flags) || !read_u16(reader, &questions) ||
        !read_u16(reader, ret_answers) || !read_u16(reader, &rest) || !read_u16(reader, &rest))
        return -EBADMSG;
    bool response = flags & 0x8000;
    unsigned opcode = flags >> 11 & 0xf, code = flags & 0xf;
    return response && !opcode && !code && questions == 1 && *ret_answers;
}

int dns_parse(const uint8_t *message, size_t len, bool truncated, dns_answer answer, void *data)
{
    struct reader reader = {.data = message, .len = len};
    struct chain chain = {.count = 1};
    struct record record;
    uint16_t answers, type, class;
    int told = 0;

    int r = read_header(&reader, &answers);
    if (r <= 0)
        return r;
    if (!read_name(&reader, chain.names[0]) || !read_u16(&reader, &type) ||
        !read_u16(&reader, &class))
        return reader.cut && truncated ? 0 : -EBADMSG;

    for (unsigned i = 0; i < answers && i < RECORDS_MAX; i++) {
        if (!read_record(&reader, &record))
            return reader.cut && truncated ? told : -EBADMSG;
        if (record.class != CLASS_IN)
            continue;
        if (record.type == TYPE_CNAME && !follow_alias(&reader, &record, &chain))
            return -EBADMSG;
        if (record.type == TYPE_A || record.type == TYPE_AAAA) {
            r = tell_address(&reader, &record, &chain, answer, data);
            if (r < 0)
                return r;
            told += r;
        }
    }
    return told;
}
