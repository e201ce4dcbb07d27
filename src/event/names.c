/* SPDX-License-Identifier: Apache-2.0 */
#include "event/names.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "event/endpoints.h"
#include "event/names_table.h"

#define AT_FDCWD_NUMBER (-100)

/* mount(2) still takes the magic number of old programs in its upper half, and ignores it. */
#define MOUNT_MAGIC      0xC0ED0000u
#define MOUNT_MAGIC_MASK 0xffff0000u

static int add_flags(struct buf *buf, const struct names_table *table, uint64_t value)
{
    uint64_t left = value & ~table->ignored;
    const char *bar = "";

    for (size_t i = 0; i < table->count; i++) {
        const struct names_row *row = &table->rows[i];
        if ((value & row->mask) != row->value)
            continue;
        left &= ~row->mask;
        buf_add_string(buf, bar);
        buf_add_string(buf, row->name);
        bar = "|";
    }
    if (left)
        buf_printf(buf, "%s0x%" PRIx64, bar, left);
    else if (!*bar)
        buf_add_string(buf, table->zero ? table->zero : "0");
    return buf->failed;
}

static int add_enum(struct buf *buf, const struct names_table *table, uint64_t value)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].value == value)
            return buf_add_string(buf, table->rows[i].name);
    if (table->other)
        return buf_add_string(buf, table->other);
    return buf_printf(buf, "%" PRId64, (int64_t)value);
}

static int add_or_number(struct buf *buf, const char *name, int64_t value)
{
    return name ? buf_add_string(buf, name) : buf_printf(buf, "%" PRId64, value);
}

int names_render_number(struct buf *buf, enum render render, int64_t value)
{
    const struct names_table *table = names_table(render);

    if (table) {
        uint64_t bits = (uint64_t)value;
        if (render == RENDER_MOUNT_FLAGS && (bits & MOUNT_MAGIC_MASK) == MOUNT_MAGIC)
            bits &= ~(uint64_t)MOUNT_MAGIC_MASK;
        return table->is_enum ? add_enum(buf, table, bits) : add_flags(buf, table, bits);
    }

    switch (render) {
    case RENDER_HEX: return buf_printf(buf, "0x%" PRIx64, (uint64_t)value);
    case RENDER_OCTAL: return buf_printf(buf, "%#" PRIo64, (uint64_t)value);
    case RENDER_ERRNO:
    case RENDER_FD:
        return add_or_number(buf, value < 0 && value > -4096 ? names_errno((int)-value) : NULL,
                             value);
    case RENDER_DIRFD:
        return add_or_number(buf, value == AT_FDCWD_NUMBER ? "AT_FDCWD" : NULL, value);
    case RENDER_SIGNAL:
        return add_or_number(buf, value >= 0 && value < 128 ? names_signal((int)value) : NULL,
                             value);
    case RENDER_CAPABILITIES: return names_capability_set(buf, (uint64_t)value);
    default: return buf_printf(buf, "%" PRId64, value);
    }
}

static enum param_id base_of(enum param_id id)
{
    return id == PARAM_NAME2 ? PARAM_NAME2_BASE : PARAM_NAME_BASE;
}

static void add_path(struct buf *buf, const struct event *event, enum param_id id,
                     const struct event_param *name)
{
    const struct event_param *base = event_param(event, base_of(id));
    const struct event_param *opened = event_param(event, PARAM_PATH);
    bool relative = !name->len || name->data[0] != '/';

    /* The kernel side leaves the base out when it has the opened file itself. */
    if (relative && !base && opened &&
        event_type_info(event->header->type)->family == FAMILY_OPEN) {
        buf_add(buf, opened->data, opened->len);
        return;
    }
    names_join_path(buf, base ? base->data : "", base ? base->len : 0, name->data, name->len);
}

static void add_strings(struct buf *buf, const struct event_param *param, bool skip_first)
{
    uint32_t cursor = 0, len;
    const char *string, *blank = "";

    if (skip_first)
        event_next_string(param, &cursor, &string, &len);
    while (event_next_string(param, &cursor, &string, &len)) {
        buf_add_string(buf, blank);
        buf_add(buf, string, len);
        blank = " ";
    }
}

static void add_bytes(struct buf *buf, const struct event_param *param)
{
    for (uint32_t i = 0; i < param->len; i++) {
        char c = param->data[i];
        buf_add_char(buf, c >= ' ' && c <= '~' ? c : '.');
    }
}

/* What the kernel knows of the opened file stands behind the caller's flags, as in Falco. */
static void add_opened_flags(struct buf *buf, const struct event *event)
{
    uint64_t flags = (uint64_t)event_number(event, PARAM_FILE_FLAGS, 0);

    if (flags & FILE_FLAG_CREATED)
        buf_add_string(buf, "|O_F_CREATED");
    if (flags & FILE_FLAG_UPPER_LAYER)
        buf_add_string(buf, "|FD_UPPER_LAYER");
    else if (flags & FILE_FLAG_OVERLAY)
        buf_add_string(buf, "|FD_LOWER_LAYER");
}

static bool add_number_arg(struct buf *buf, const struct event *event, const struct event_arg *arg)
{
    int64_t value = arg->param ? event_number(event, arg->param, 0) : event->header->result;

    names_render_number(buf, arg->render, value);
    if (arg->param == PARAM_OPEN_FLAGS && arg->render == RENDER_OPEN_FLAGS)
        add_opened_flags(buf, event);
    return true;
}

bool names_render_arg(struct buf *buf, const struct event *event, const struct event_arg *arg)
{
    if (!arg->param)
        return add_number_arg(buf, event, arg);

    const struct event_param *param = event_param(event, arg->param);
    const struct param_info *info = param_info(arg->param);

    if (!param || !info || ((param->flags & PARAM_FLAG_UNREADABLE) && !param->len))
        return false;
    switch (info->kind) {
    case PARAM_KIND_NUMBER: return add_number_arg(buf, event, arg);
    case PARAM_KIND_STRING:
        if (arg->render == RENDER_PATH)
            add_path(buf, event, arg->param, param);
        else
            buf_add(buf, param->data, param->len);
        return true;
    case PARAM_KIND_STRINGS:
        /* Falco's `args` leaves argv[0] to `exe`. */
        add_strings(buf, param, arg->param == PARAM_ARGV);
        return true;
    case PARAM_KIND_BYTES:
        if (arg->render == RENDER_SOCKADDR)
            return endpoints_add_sockaddr(buf, param->data, param->len);
        add_bytes(buf, param);
        return true;
    case PARAM_KIND_SOCKET: return endpoints_add_name(buf, event);
    }
    return false;
}

const char *names_socket_family(unsigned family)
{
    const struct names_table *table = names_table(RENDER_SOCKET_FAMILY);

    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].value == family)
            return table->rows[i].name;
    return NULL;
}

const char *names_l4_protocol(const struct event_socket *socket)
{
    if (socket->family != AF_INET && socket->family != AF_INET6)
        return NULL;
    if (socket->type == SOCK_RAW)
        return "raw";
    switch (socket->protocol) {
    case IPPROTO_TCP: return "tcp";
    case IPPROTO_UDP: return "udp";
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6: return "icmp";
    case 0: return socket->type == SOCK_STREAM ? "tcp" : socket->type == SOCK_DGRAM ? "udp" : NULL;
    default: return NULL;
    }
}

/* Appends the parts of `path` to what stands in *buf from `start` on. */
static void join_parts(struct buf *buf, size_t start, bool absolute, const char *path, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *slash = memchr(path + at, '/', len - at);
        size_t part = slash ? (size_t)(slash - path) - at : len - at;
        const char *name = path + at;
        at += part + 1;

        if (!part || (part == 1 && name[0] == '.'))
            continue;
        if (part == 2 && name[0] == '.' && name[1] == '.') {
            char *text = buf->data ? buf->data + start : NULL;
            size_t have = buf->len - start;
            bool is_up = have >= 2 && !memcmp(text + have - 2, "..", 2) &&
                         (have == 2 || text[have - 3] == '/');
            if (have && !is_up) {
                char *last = memrchr(text, '/', have);
                buf->len = last ? (size_t)(last - buf->data) : start;
                buf->data[buf->len] = '\0';
                continue;
            }
            if (absolute)
                continue;
        }
        if (absolute || buf->len > start)
            buf_add_char(buf, '/');
        buf_add(buf, name, part);
    }
}

int names_join_path(struct buf *buf, const char *base, size_t base_len, const char *name,
                    size_t name_len)
{
    size_t start = buf->len;
    bool own = name_len && name[0] == '/';
    bool absolute = own || (base_len && base[0] == '/');

    if (!own)
        join_parts(buf, start, absolute, base, base_len);
    join_parts(buf, start, absolute, name, name_len);
    if (!buf->failed && buf->len == start && (absolute || base_len || name_len))
        buf_add_char(buf, absolute ? '/' : '.');
    return buf->failed;
}
