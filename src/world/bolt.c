/* SPDX-License-Identifier: Apache-2.0 */
#include "world/bolt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fnv.h"

#define BOLT_MAGIC     0xed0cdaedu
#define BOLT_VERSION   2
#define BOLT_DEPTH_MAX 32
#define BOLT_PAGES_MAX 4096       /* read in one session */
#define BOLT_BYTES_MAX (4u << 20) /* of one page with its overflow pages */
#define PAGE_BRANCH    0x01
#define PAGE_LEAF      0x02
#define PAGE_META      0x04
#define LEAF_BUCKET    0x01

struct page_header {
    uint64_t id;
    uint16_t flags, count;
    uint32_t overflow;
};

struct meta {
    uint32_t magic, version, page_size, flags;
    uint64_t root, sequence, freelist, high_water, transaction, checksum;
};

/* One shape for both kinds: a branch element has no flags and value, its last word is a page. */
struct element {
    bool bucket;
    const char *key;
    size_t key_len;
    const char *value;
    size_t value_len;
    uint64_t child; /* branch only */
};

/* A page in memory; an inline bucket's is the tail of its parent's value. */
struct page {
    char *data;
    size_t size;
    struct page_header header;
};

static void page_done(struct page *page)
{
    free(page->data);
    page->data = NULL;
}

#define _cleanup_page_ _cleanup_(page_done)

static int read_at(int fd, void *data, size_t len, uint64_t offset)
{
    char *p = data;

    while (len) {
        ssize_t n = pread(fd, p, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EBADMSG;
        p += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

static bool read_meta(int fd, uint64_t offset, struct meta *ret_meta)
{
    char data[sizeof(struct page_header) + sizeof(struct meta)];
    struct page_header header;
    struct meta meta;

    if (read_at(fd, data, sizeof(data), offset) < 0)
        return false;
    memcpy(&header, data, sizeof(header));
    memcpy(&meta, data + sizeof(header), sizeof(meta));
    if (!(header.flags & PAGE_META) || meta.magic != BOLT_MAGIC || meta.version != BOLT_VERSION ||
        meta.page_size < 512 || meta.page_size > 65536 || meta.page_size & (meta.page_size - 1) ||
        meta.checksum != fnv1a(FNV1A_START, &meta, offsetof(struct meta, checksum)))
        return false;
    *ret_meta = meta;
    return true;
}

/* The two metas are written in turn; one of them may be half written at any time. */
static int newest_meta(int fd, struct meta *ret_meta)
{
    struct meta first, second;
    bool have_first = read_meta(fd, 0, &first);
    uint64_t second_at = have_first ? first.page_size : 4096;
    bool have_second = read_meta(fd, second_at, &second);

    if (!have_first && !have_second)
        return -EBADMSG;
    *ret_meta =
        have_first && (!have_second || first.transaction > second.transaction) ? first : second;
    return 0;
}

int bolt_begin(int fd, struct bolt *ret_bolt)
{
    struct meta meta;
    int r = newest_meta(fd, &meta);

    if (r < 0)
        return r;
    *ret_bolt = (struct bolt){
        .fd = fd,
        .page_size = meta.page_size,
        .pages_left = BOLT_PAGES_MAX,
        .root = meta.root,
        .high_water = meta.high_water,
        .transaction = meta.transaction,
    };
    return 0;
}

int bolt_end(const struct bolt *bolt)
{
    struct meta meta;
    int r = newest_meta(bolt->fd, &meta);

    if (r < 0)
        return r;
    return meta.transaction == bolt->transaction ? 0 : -EAGAIN;
}

static int page_read(struct bolt *bolt, uint64_t id, struct page *ret_page)
{
    struct page_header header;

    if (id < 2 || id >= bolt->high_water || id > INT64_MAX / bolt->page_size || !bolt->pages_left)
        return -EBADMSG;
    bolt->pages_left--;
    int r = read_at(bolt->fd, &header, sizeof(header), id * bolt->page_size);
    if (r < 0)
        return r;
    uint64_t size = (uint64_t)bolt->page_size * ((uint64_t)header.overflow + 1);
    if (header.id != id || size > BOLT_BYTES_MAX)
        return -EBADMSG;

    _cleanup_free_ char *data = malloc((size_t)size);
    if (!data)
        return -ENOMEM;
    r = read_at(bolt->fd, data, (size_t)size, id * bolt->page_size);
    if (r < 0)
        return r;
    *ret_page = (struct page){.data = TAKE_PTR(data), .size = (size_t)size, .header = header};
    return 0;
}

static int page_inline(const char *data, size_t size, struct page *ret_page)
{
    struct page page = {.size = size};

    if (size < sizeof(page.header))
        return -EBADMSG;
    memcpy(&page.header, data, sizeof(page.header));
    page.data = malloc(size);
    if (!page.data)
        return -ENOMEM;
    memcpy(page.data, data, size);
    *ret_page = page;
    return 0;
}

static int element_at(const struct page *page, unsigned index, struct element *ret_element)
{
    size_t at = sizeof(struct page_header) + (size_t)index * 16;
    uint32_t words[4];

    if (at + sizeof(words) > page->size)
        return -EBADMSG;
    memcpy(words, page->data + at, sizeof(words));

    bool leaf = page->header.flags & PAGE_LEAF;
    uint64_t key_at = at + (leaf ? words[1] : words[0]);
    uint64_t key_len = leaf ? words[2] : words[1];
    uint64_t value_len = leaf ? words[3] : 0;
    if (key_at + key_len + value_len > page->size)
        return -EBADMSG;
    *ret_element = (struct element){
        .bucket = leaf && words[0] & LEAF_BUCKET,
        .key = page->data + key_at,
        .key_len = (size_t)key_len,
        .value = page->data + key_at + key_len,
        .value_len = (size_t)value_len,
    };
    if (!leaf)
        memcpy(&ret_element->child, words + 2, sizeof(ret_element->child));
    return 0;
}

static int compare(const struct element *element, const char *key, size_t len)
{
    size_t common = element->key_len < len ? element->key_len : len;
    int r = memcmp(element->key, key, common);

    return r ? r : (element->key_len > len) - (element->key_len < len);
}

/* Index of the last element whose key is at most `key`; -ENOENT when all are greater. */
static int search(const struct page *page, const char *key, size_t len, struct element *ret_element)
{
    unsigned low = 0, high = page->header.count;
    struct element element;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        int r = element_at(page, middle, &element);
        if (r < 0)
            return r;
        if (compare(&element, key, len) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    /* A key before the first of a branch page still belongs to its first child. */
    if (!low && (page->header.flags & PAGE_LEAF || !page->header.count))
        return -ENOENT;
    return element_at(page, low ? low - 1 : 0, ret_element);
}

/* Replaces *page by the leaf page that would hold `key`, and finds it there. */
static int descend(struct bolt *bolt, struct page *page, const char *key, size_t len,
                   struct element *ret_element)
{
    for (unsigned depth = 0; depth < BOLT_DEPTH_MAX; depth++) {
        struct element element;
        int r = search(page, key, len, &element);
        if (r < 0)
            return r;
        if (page->header.flags & PAGE_LEAF) {
            if (compare(&element, key, len))
                return -ENOENT;
            *ret_element = element;
            return 0;
        }
        if (!(page->header.flags & PAGE_BRANCH))
            return -EBADMSG;
        struct page child;
        r = page_read(bolt, element.child, &child);
        if (r < 0)
            return r;
        page_done(page);
        *page = child;
    }
    return -EBADMSG;
}

/* The root page of the bucket that is `element`'s value. */
static int enter(struct bolt *bolt, const struct element *element, struct page *ret_page)
{
    uint64_t root;

    if (!element->bucket || element->value_len < 16)
        return element->bucket ? -EBADMSG : -ENOENT;
    memcpy(&root, element->value, sizeof(root));
    if (root)
        return page_read(bolt, root, ret_page);
    return page_inline(element->value + 16, element->value_len - 16, ret_page);
}

static int open_bucket(struct bolt *bolt, const char *const path[], size_t count,
                       struct page *ret_page)
{
    _cleanup_page_ struct page page = {0};
    int r = page_read(bolt, bolt->root, &page);

    for (size_t i = 0; r >= 0 && i < count; i++) {
        struct element element;
        struct page next;
        r = descend(bolt, &page, path[i], strlen(path[i]), &element);
        if (r < 0)
            break;
        r = enter(bolt, &element, &next);
        if (r < 0)
            break;
        page_done(&page);
        page = next;
    }
    if (r < 0)
        return r;
    *ret_page = page;
    page.data = NULL;
    return 0;
}

static size_t path_length(const char *const path[])
{
    size_t count = 0;

    while (path[count])
        count++;
    return count;
}

int bolt_get(struct bolt *bolt, const char *const path[], struct buf *value)
{
    _cleanup_page_ struct page page = {0};
    size_t count = path_length(path);
    struct element element;

    if (!count)
        return -ENOENT;
    int r = open_bucket(bolt, path, count - 1, &page);
    if (r < 0)
        return r;
    r = descend(bolt, &page, path[count - 1], strlen(path[count - 1]), &element);
    if (r < 0)
        return r;
    if (element.bucket)
        return -ENOENT;
    buf_reset(value);
    return buf_add(value, element.value, element.value_len);
}

static int each_page(struct bolt *bolt, const struct page *page, unsigned depth,
                     bolt_each_key callback, void *data)
{
    if (depth == BOLT_DEPTH_MAX || !(page->header.flags & (PAGE_LEAF | PAGE_BRANCH)))
        return -EBADMSG;
    for (unsigned i = 0; i < page->header.count; i++) {
        struct element element;
        int r = element_at(page, i, &element);
        if (r < 0)
            return r;
        if (page->header.flags & PAGE_LEAF) {
            r = callback(data, element.key, element.key_len, element.bucket ? NULL : element.value,
                         element.bucket ? 0 : element.value_len);
        } else {
            _cleanup_page_ struct page child = {0};
            r = page_read(bolt, element.child, &child);
            if (r >= 0)
                r = each_page(bolt, &child, depth + 1, callback, data);
        }
        if (r)
            return r;
    }
    return 0;
}

int bolt_each(struct bolt *bolt, const char *const path[], bolt_each_key callback, void *data)
{
    _cleanup_page_ struct page page = {0};
    int r = open_bucket(bolt, path, path_length(path), &page);

    return r < 0 ? r : each_page(bolt, &page, 0, callback, data);
}
