/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/truth.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "rules/evaluate.h"
#include "rules/truth_network.h"
#include "rules/truth_path.h"

#define SUCCESS 3 /* some descriptor */

/* An event made up from what a key says. */
struct made_up {
    struct event_header header;
    struct event event;
    struct process_image image;
    struct process process;
    struct judged_event judged;
    struct event_socket socket;
    int64_t numbers[4];
    unsigned used;
};

static void begin(struct made_up *up, enum event_type type, int64_t result)
{
    memset(up, 0, sizeof(*up));
    up->header.type = (uint16_t)type;
    up->header.result = result;
    up->event.header = &up->header;
    up->image.exe_path = up->image.filename = up->image.argv = up->image.env = up->image.cwd = "";
    up->process.image = &up->image;
    up->judged = (struct judged_event){.event = &up->event, .process = &up->process};
}

static void add(struct made_up *up, enum param_id id, const void *data, size_t len)
{
    up->event.present[id / 64] |= 1ull << (id % 64);
    up->event.params[id] = (struct event_param){.data = data, .len = (uint32_t)len};
}

static void add_number(struct made_up *up, enum param_id id, int64_t value)
{
    int64_t *slot = &up->numbers[up->used++];

    *slot = value;
    add(up, id, slot, sizeof(*slot));
}

static enum truth ask(struct truths *truths, struct atom *atom, const struct made_up *up)
{
    struct term term = {.kind = TERM_ATOM, .atom = atom};

    evaluate_begin(truths->rules, truths->world, &up->judged);
    return evaluate_term(truths->rules, &term) ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth of_type(struct truths *truths, struct atom *atom, const struct key *key)
{
    struct made_up up;

    if (!event_type_info(key->index))
        return TRUTH_EITHER;
    begin(&up, key->index, 0);
    return ask(truths, atom, &up);
}

/* A number of which is known that it is not negative, compared with one. */
static enum truth of_natural(const struct atom *atom)
{
    int64_t n = atom->operand_count == 1 && !atom->modifier ? atom->operands[0].number : 0;

    switch (atom->op) {
    case OP_EXISTS: return TRUTH_TRUE;
    case OP_GE: return n <= 0 ? TRUTH_TRUE : TRUTH_EITHER;
    case OP_GT: return n < 0 ? TRUTH_TRUE : TRUTH_EITHER;
    case OP_LT: return n <= 0 ? TRUTH_FALSE : TRUTH_EITHER;
    case OP_LE:
    case OP_EQ: return n < 0 ? TRUTH_FALSE : TRUTH_EITHER;
    case OP_NE: return n < 0 ? TRUTH_TRUE : TRUTH_EITHER;
    default: return TRUTH_EITHER;
    }
}

static bool is_number(const struct atom *atom)
{
    const char *name = atom->left->ref.field->name;

    return !strcmp(name, "evt.rawres") || !strcmp(name, "fd.num");
}

static enum truth of_result(struct truths *truths, struct atom *atom, const struct key *key)
{
    struct made_up up;

    if (key->index >= FILTER_RESULT_LAST)
        return TRUTH_EITHER;
    if (!key->index && is_number(atom))
        return of_natural(atom);
    begin(&up, EVENT_OPENAT, key->index ? -(int64_t)key->index : SUCCESS);
    return ask(truths, atom, &up);
}

/* An open with these flags. `mode`: of the inode, 0 when nothing is known of it. */
static enum truth of_open_mode(struct truths *truths, struct atom *atom, unsigned bits, int opened,
                               unsigned mode, unsigned file_flags)
{
    bool failed = opened == FILTER_OPENED_FAILED, makes_executable = bits >> 2 & 1;
    struct made_up up;

    begin(&up, EVENT_OPENAT, failed ? -ENOENT : SUCCESS);
    add_number(&up, PARAM_OPEN_FLAGS, (bits & 3) | (makes_executable ? O_CREAT : 0));
    add_number(&up, PARAM_MODE, makes_executable ? S_IXUSR : 0);
    if (mode) {
        add_number(&up, PARAM_FILE_MODE, mode);
        add_number(&up, PARAM_FILE_FLAGS, file_flags);
    }
    return ask(truths, atom, &up);
}

/* A client of 192.0.2.1, or of its address mapped into IPv6, or of an IPv6 one. */
static enum truth of_client(struct truths *truths, struct atom *atom, unsigned family,
                            unsigned kind, bool maps, unsigned port)
{
    static const uint8_t v4[4] = {192, 0, 2, 1};
    static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
    static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
    struct made_up up;

    begin(&up, EVENT_CONNECT, 0);
    up.socket = (struct event_socket){
        .family = (uint16_t)family,
        .type = kind == FILTER_SOCKET_UDP ? SOCK_DGRAM : SOCK_STREAM,
        .protocol = kind == FILTER_SOCKET_UDP ? IPPROTO_UDP : IPPROTO_TCP,
        .role = SOCKET_ROLE_CLIENT,
        .remote_port = (uint16_t)port,
    };
    if (family == AF_INET)
        memcpy(up.socket.remote_address, v4, sizeof(v4));
    else if (family == AF_INET6)
        memcpy(up.socket.remote_address, maps ? mapped : v6, sizeof(v6));
    add(&up, PARAM_SOCKET, &up.socket, sizeof(up.socket));
    add_number(&up, PARAM_FD, SUCCESS);
    return ask(truths, atom, &up);
}

static enum truth of_socket(struct truths *truths, struct atom *atom, unsigned index)
{
    static const unsigned families[] = {[FILTER_FAMILY_INET] = AF_INET,
                                        [FILTER_FAMILY_INET6] = AF_INET6,
                                        [FILTER_FAMILY_UNIX] = AF_UNIX};
    unsigned family = families[index / FILTER_SOCKET_KINDS], kind = index % FILTER_SOCKET_KINDS;
    const char *name = atom->left->ref.field->name;
    bool of_kind = !strcmp(name, "fd.l4proto");

    if (!strncmp(name, "evt.", strlen("evt."))) /* is no open, whatever the socket */
        family = AF_UNIX;
    if (!family || is_number(atom) || (of_kind && !kind && family != AF_UNIX))
        return TRUTH_EITHER;
    enum truth truth = of_client(truths, atom, family, kind, false, 1);
    return family == AF_INET6 ? truth | of_client(truths, atom, family, kind, true, 1) : truth;
}

static enum truth of_port(struct truths *truths, struct atom *atom, const struct key *key)
{
    return key->whole ? of_client(truths, atom, AF_INET, FILTER_SOCKET_TCP, false, key->index)
                      : truth_of_other_ports(atom);
}

static enum truth of_open(struct truths *truths, struct atom *atom, const struct key *key)
{
    const char *name = atom->left->ref.field->name;
    bool of_file = !strcmp(name, "fd.type") || !strcmp(name, "fd.typechar");
    bool reads_or_writes = !strcmp(name, "evt.is_open_read") || !strcmp(name, "evt.is_open_write");

    if (!key->index) {
        if (!reads_or_writes)
            return TRUTH_EITHER;
        struct made_up up;
        begin(&up, EVENT_UNLINK, 0);
        return ask(truths, atom, &up);
    }
    if (key->index >= FILTER_SOCKET_AT)
        return of_socket(truths, atom, key->index - FILTER_SOCKET_AT);
    unsigned bits = (key->index - 1) & 7, opened = (key->index - 1) >> 3;
    if (opened != FILTER_OPENED_FAILED && is_number(atom))
        return of_natural(atom);
    if (!of_file)
        return of_open_mode(truths, atom, bits, (int)opened, 0, 0);
    switch (opened) {
    case FILTER_OPENED_REGULAR: /* a memfd is one too; it can't be opened by a name */
        if (truths->exact)
            return of_open_mode(truths, atom, bits, (int)opened, S_IFREG, 0);
        return of_open_mode(truths, atom, bits, (int)opened, S_IFREG, 0) |
               of_open_mode(truths, atom, bits, (int)opened, S_IFREG, FILE_FLAG_MEMFD);
    case FILTER_OPENED_DIRECTORY: return of_open_mode(truths, atom, bits, (int)opened, S_IFDIR, 0);
    case FILTER_OPENED_DEVICE: return of_open_mode(truths, atom, bits, (int)opened, S_IFCHR, 0);
    case FILTER_OPENED_FAILED: return of_open_mode(truths, atom, bits, (int)opened, 0, 0);
    default: return TRUTH_EITHER;
    }
}

/* Whether every string that the operand finds holds "..". */
static bool wants_dots(const struct operand *operand, enum operator op)
{
    const struct field_string *text = &operand->string;
    bool is_glob = op == OP_GLOB || op == OP_IGLOB;

    return memmem(text->data, text->len, "..", 2) &&
           !(is_glob &&
             (memchr(text->data, '[', text->len) || memchr(text->data, '\\', text->len)));
}

static enum truth of_raw(const struct atom *atom, const struct key *key)
{
    switch (atom->op) {
    case OP_EQ:
    case OP_IN:
    case OP_CONTAINS:
    case OP_STARTSWITH:
    case OP_ENDSWITH:
    case OP_GLOB:
    case OP_IGLOB: break;
    default: return TRUTH_EITHER;
    }
    if (!key->index || atom->modifier)
        return TRUTH_EITHER;
    for (size_t i = 0; i < atom->operand_count; i++)
        if (!wants_dots(&atom->operands[i], atom->op))
            return TRUTH_EITHER;
    return TRUTH_FALSE;
}

/* A path that is known, of a file, a directory or what is neither: fd.directory knows no such. */
static enum truth of_file(struct truths *truths, struct atom *atom, const char *path, size_t len)
{
    static const unsigned modes[] = {S_IFREG, S_IFDIR, S_IFSOCK};
    unsigned truth = 0;

    /* Guards: what has the name is a file. */
    for (size_t i = 0; i < (truths->exact ? 1 : sizeof(modes) / sizeof(modes[0])); i++) {
        struct made_up up;
        begin(&up, EVENT_OPENAT, SUCCESS);
        add(&up, PARAM_PATH, path, len);
        add_number(&up, PARAM_FILE_MODE, modes[i]);
        truth |= ask(truths, atom, &up);
    }
    return truth;
}

static enum truth of_name(struct truths *truths, struct atom *atom, const struct key *key)
{
    char path[FILTER_NAME_MAX + 8];

    if (!key->whole)
        return truth_of_other_names(atom);
    int len = snprintf(path, sizeof(path), "/x/%.*s", (int)key->len, key->text);
    return of_file(truths, atom, path, (size_t)len);
}

/* A type whose calls name a path that the atom's field tells. */
static enum event_type type_of_argument(const struct atom *atom)
{
    const char *name = atom->left->ref.key;

    for (unsigned type = 0; name && type < EVENT_TYPE_MAX; type++)
        if (dimension_looks_up_arguments(type) && event_arg_by_name(event_type_info(type), name))
            return (enum event_type)type;
    return EVENT_RENAME; /* evt.abspath: it names two */
}

/* A call that names this path; of calls that name none under this name, comparisons are false. */
static enum truth of_argument(struct truths *truths, struct atom *atom, const struct key *key)
{
    bool second = key->dimension == DIMENSION_ARGUMENT2;
    struct made_up up;

    if (!key->whole)
        return truth_below(atom, key->text, key->len) | (truths->exact ? 0 : TRUTH_FALSE);
    begin(&up,
          !strcmp(atom->left->ref.field->name, "fs.path.name") ? EVENT_UNLINK
                                                               : type_of_argument(atom),
          0);
    add(&up, second ? PARAM_NAME2 : PARAM_NAME, key->text, key->len);
    return ask(truths, atom, &up) | (truths->exact ? 0 : TRUTH_FALSE);
}

/* A path of the acting process's executable, or of its parent's. */
static enum truth of_executable(struct truths *truths, struct atom *atom, const struct key *key)
{
    _cleanup_free_ char *path = strndup(key->text, key->len);
    bool of_parent = key->dimension == DIMENSION_PARENT;
    struct made_up up;

    if (!key->whole)
        return truth_below(atom, key->text, key->len);
    if (!path)
        return TRUTH_EITHER;
    begin(&up, EVENT_EXECVE, 0);
    struct process_image image = up.image;
    struct process parent = {.image = &image, .id = {.pid = 1, .start_time = 1}};
    up.process.parent = of_parent ? &parent : NULL;
    (of_parent ? &image : &up.image)->exe_path = path;
    return ask(truths, atom, &up);
}

/* FILTER_LAYER of the executable, or of the file at hand. */
static enum truth of_layer(struct truths *truths, struct atom *atom, const struct key *key)
{
    static const uint32_t flags[] = {FILE_FLAG_OVERLAY, FILE_FLAG_UPPER_LAYER, FILE_FLAG_MEMFD,
                                     FILE_FLAG_UNLINKED};
    uint32_t all = 0;
    struct made_up up;

    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        all |= key->index >> i & 1 ? flags[i] : 0;
    begin(&up, EVENT_OPENAT, SUCCESS);
    up.image.exe_flags = all;
    add_number(&up, PARAM_FILE_FLAGS, all);
    add_number(&up, PARAM_FILE_MODE, S_IFREG);
    add(&up, PARAM_PATH, "/x", 2);
    return ask(truths, atom, &up);
}

static enum truth of_domain(struct truths *truths, struct atom *atom, const struct key *key)
{
    struct made_up up;

    begin(&up, EVENT_SOCKET, SUCCESS);
    add_number(&up, PARAM_DOMAIN, key->index);
    return ask(truths, atom, &up);
}

static enum truth of_kind(struct truths *truths, struct atom *atom, const struct key *key)
{
    struct made_up up;

    begin(&up, EVENT_MKNODAT, SUCCESS);
    add_number(&up, PARAM_MODE, key->index << 12);
    return ask(truths, atom, &up);
}

static enum truth of_target(struct truths *truths, struct atom *atom, const struct key *key)
{
    struct made_up up;

    begin(&up, EVENT_KILL, SUCCESS);
    up.header.flags = key->index ? EVENT_FLAG_TO_AGENT : 0;
    return ask(truths, atom, &up);
}

/* Of a container of which nothing is known but that it is one. */
static enum truth of_container(struct truths *truths, struct atom *atom)
{
    struct made_up up;

    if (!atom->operand_count && atom->op != OP_EXISTS) /* an empty list has nothing */
        return TRUTH_FALSE;
    if (strcmp(atom->left->ref.field->name, "container.id") != 0 || !truth_listed(atom))
        return TRUTH_EITHER;
    for (size_t i = 0; i < atom->operand_count; i++)
        if (strcmp(atom->operands[i].string.data, "host") != 0)
            return TRUTH_EITHER;
    begin(&up, EVENT_EXECVE, 0);
    struct container container = {.id = "unknown", .short_id = "unknown"};
    up.process.container = &container;
    up.judged.container = &container;
    return ask(truths, atom, &up);
}

enum truth truth_of_atom(struct truths *truths, struct atom *atom, const struct key *key)
{
    switch (key->dimension) {
    case DIMENSION_TYPE: return of_type(truths, atom, key);
    case DIMENSION_RESULT: return of_result(truths, atom, key);
    case DIMENSION_OPEN: return of_open(truths, atom, key);
    case DIMENSION_RAW: return of_raw(atom, key);
    case DIMENSION_NAME: return of_name(truths, atom, key);
    case DIMENSION_ARGUMENT:
    case DIMENSION_ARGUMENT2: return of_argument(truths, atom, key);
    case DIMENSION_ADDRESS: return truth_of_address(atom, key->network);
    case DIMENSION_PORT: return of_port(truths, atom, key);
    case DIMENSION_EXECUTABLE:
    case DIMENSION_PARENT: return of_executable(truths, atom, key);
    case DIMENSION_IMAGE:
    case DIMENSION_LAYER: return of_layer(truths, atom, key);
    case DIMENSION_CONTAINER: return of_container(truths, atom);
    case DIMENSION_DOMAIN: return of_domain(truths, atom, key);
    case DIMENSION_KIND: return of_kind(truths, atom, key);
    case DIMENSION_TARGET: return of_target(truths, atom, key);
    case DIMENSION_PATH:
        return key->whole ? of_file(truths, atom, key->text, key->len)
                          : truth_below(atom, key->text, key->len);
    default: return TRUTH_EITHER;
    }
}

static enum truth invert(enum truth truth)
{
    return truth == TRUTH_EITHER ? truth : truth ^ TRUTH_EITHER;
}

static enum truth of_term(struct truths *truths, struct term *term, const struct key *key)
{
    if (term->kind == TERM_ATOM)
        return truth_of_atom(truths, term->atom, key);
    if (term->kind == TERM_NOT)
        return invert(of_term(truths, term->children[0], key));

    enum truth decides = term->kind == TERM_AND ? TRUTH_FALSE : TRUTH_TRUE;
    enum truth truth = invert(decides);
    for (size_t i = 0; i < term->count; i++) {
        enum truth child = of_term(truths, term->children[i], key);
        if (child == decides)
            return decides;
        truth |= child; /* decided the other way, or either */
    }
    return truth;
}

bool truth_conjunction_may_hold(struct truths *truths, const struct conjunction *conjunction,
                                const struct key *key)
{
    for (size_t i = 0; i < conjunction->count; i++) {
        const struct literal *literal = &conjunction->literals[i];
        enum truth truth = of_term(truths, literal->term, key);
        if (truth == (literal->negated ? TRUTH_TRUE : TRUTH_FALSE) ||
            (truths->exact && truth == TRUTH_EITHER))
            return false;
    }
    return true;
}

bool truth_may_hold(struct truths *truths, const struct alternatives *alternatives,
                    const struct key *key)
{
    for (size_t i = 0; i < alternatives->count; i++)
        if (truth_conjunction_may_hold(truths, &alternatives->items[i], key))
            return true;
    return false;
}
