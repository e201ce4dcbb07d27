/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/random.h"

#include <stdlib.h>
#include <string.h>

#include "event/table.h"
#include "rules/compare.h"

#define DEPTH  3
#define PARTS  4         /* of a rule, which all have to hold */
#define LISTS  WORDS_MAX /* one for each kind of words */
#define MACROS 6
#define TRIES  50

/* A field that a condition may name, found at random. */
struct choice {
    char text[96];
    enum field_type type;
    enum random_words words;
};

/* Arguments of fields; some only in brackets. */
static const char *const bracketed[] = {"0", "1", "2", "/data", "*"};
static const char *const keys[] = {"app",      "HOME", "PATH",   "name", "flags",   "mode", "fd",
                                   "res",      "uid",  "path",   "addr", "tuple",   "args", "user",
                                   "filename", "open", "openat", "euid", "oldpath", "cpu"};

static enum random_words words_of(const char *field)
{
    static const struct {
        const char *prefix;
        enum random_words words;
    } rows[] = {
        {"evt.type", WORDS_TYPE},  {"syscall.type", WORDS_TYPE}, {"evt.category", WORDS_RESULT},
        {"evt.res", WORDS_RESULT}, {"proc.exepath", WORDS_PATH}, {"proc.pexepath", WORDS_PATH},
        {"proc.cwd", WORDS_PATH},  {"proc.", WORDS_PROGRAM},     {"thread.", WORDS_PROGRAM},
        {"user.", WORDS_PERSON},   {"group.", WORDS_PERSON},     {"container.", WORDS_CONTAINER},
        {"k8s.", WORDS_CONTAINER},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (!strncmp(field, rows[i].prefix, strlen(rows[i].prefix)))
            return rows[i].words;
    return WORDS_PATH;
}

static void any_field(struct random *random, struct choice *choice)
{
    /* Those that rules ask most, and that the kernel's tables know of. */
    static const char *const usual[] = {
        "fd.name",       "fd.name",          "fd.directory",     "fd.filename",
        "fd.nameraw",    "fs.path.name",     "proc.name",        "proc.pname",
        "proc.exepath",  "proc.cmdline",     "proc.aname[2]",    "proc.aname",
        "user.uid",      "user.name",        "container.id",     "container.name",
        "evt.res",       "evt.rawres",       "evt.failed",       "fd.num",
        "fd.type",       "fd.typechar",      "evt.is_open_read", "evt.is_open_write",
        "proc.tty",      "fd.sip",           "fd.snet",          "fd.port",
        "fd.rport",      "fd.sport",         "fd.rip",           "fd.rnet",
        "fd.l4proto",    "evt.arg.path",     "evt.arg.newpath",  "evt.arg.oldpath",
        "evt.arg.name",  "evt.arg.linkpath", "evt.abspath.dst",  "fd.ip",
        "evt.arg.flags", "evt.type",         "evt.is_open_exec", "container.image.repository"};
    static size_t rows;
    const char *name;
    struct field_ref ref = {0};
    struct error error;
    unsigned tries = 0;

    while (!rows || field_at(rows))
        rows++;
    do {
        const struct field *row = field_at(below(random, rows));
        if (below(random, 2)) {
            snprintf(choice->text, sizeof(choice->text), "%s", ANY_OF(random, usual));
        } else if (row->argument == FIELD_NO_ARGUMENT ||
                   (row->argument == FIELD_OPTIONAL_INDEX && below(random, 2))) {
            snprintf(choice->text, sizeof(choice->text), "%s", row->name);
        } else if (row->argument == FIELD_OPTIONAL_INDEX || row->argument == FIELD_REQUIRED_INDEX) {
            snprintf(choice->text, sizeof(choice->text), "%s[%u]", row->name, below(random, 4));
        } else if (row->argument == FIELD_SUFFIX_KEY && below(random, 2)) {
            snprintf(choice->text, sizeof(choice->text), "%s.%s", row->name, ANY_OF(random, keys));
        } else {
            snprintf(choice->text, sizeof(choice->text), "%s[%s]", row->name,
                     below(random, 4) ? ANY_OF(random, keys) : ANY_OF(random, bracketed));
        }
    } while (field_find(choice->text, strlen(choice->text), &ref, &error) < 0 && ++tries < TRIES);
    assert_true(tries < TRIES);
    name = ref.field->name;
    choice->type = field_ref_type(&ref);
    choice->words = words_of(name);
    free((char *)ref.key);
}

static bool is_text(enum field_type type)
{
    return compare_class(type) == COMPARE_TEXT;
}

/* `tolower(basename(proc.name))` in place of the field, now and then. */
static void transform(struct random *random, struct choice *choice)
{
    static const char *const transformers[] = {"tolower", "toupper", "basename", "b64", "len"};

    while ((choice->type == FIELD_STRING || choice->type == FIELD_STRINGS) && !below(random, 6)) {
        char outer[sizeof(choice->text)];
        const char *name = ANY_OF(random, transformers);
        int len = snprintf(outer, sizeof(outer), "%s(%s)", name, choice->text);
        if (len >= (int)sizeof(outer))
            return;
        memcpy(choice->text, outer, sizeof(outer));
        if (!strcmp(name, "len"))
            choice->type = FIELD_NUMBER;
    }
}

static void add_number(struct random *random, enum field_type type, struct buf *out)
{
    static const long long numbers[] = {0,   1,   2,    3,     4,      -1,         -2,
                                        -13, 100, 1000, 34816, 101010, 1000000000, 2000000000};
    static const unsigned ports[] = {22, 53, 80, 443, 40000};

    if (type == FIELD_PORT)
        buf_printf(out, "%u", ANY_OF(random, ports));
    else if (!below(random, 8))
        buf_printf(out, "0x%x", below(random, 20));
    else
        buf_printf(out, "%lld", ANY_OF(random, numbers));
}

static const char *pattern(struct random *random, enum operator op)
{
    static const char *const globs[] = {
        "/etc/*",       "/home/*/.ssh/*", "*shadow",   "/etc/shad?w", "/[er]*",
        "*../*",        "/*/..*",         "c?t",       "*",           "[[:alpha:]]*",
        "*[!a-z]",      "[a-n]*",         "/[!u]*/?*", "SH*",         "/ETC/*",
        "*[[:digit:]]", "registry*web*",  "*[p"};
    static const char *const regexes[] = {"/etc/.*",  ".*shadow.*",  "[a-z]+", "(sh|cat|nginx)",
                                          ".*[0-9]+", "(/[^/]+)+/x", ".*",     "c.t|open.*"};
    static const char *const bytes[] = {"2f657463", "2F", "6361", "2f2e", "73", "6f70656e", "00"};
    static const char *const below_paths[] = {"/home/*/.ssh", "/e*",       "/etc/",   "/",
                                              "//usr//bin",   "/*/shadow", "/[ruv]*", "etc",
                                              "*/key",        "/usr/bin"};

    switch (op) {
    case OP_GLOB:
    case OP_IGLOB: return ANY_OF(random, globs);
    case OP_REGEX: return ANY_OF(random, regexes);
    case OP_BCONTAINS:
    case OP_BSTARTSWITH: return ANY_OF(random, bytes);
    case OP_PMATCH: return below(random, 2) ? ANY_OF(random, below_paths) : NULL;
    default: return NULL;
    }
}

/* Part of a word, for the operators that look for one. */
static void add_part(struct random *random, const char *word, enum operator op, struct buf *out)
{
    bool within = op == OP_CONTAINS || op == OP_ICONTAINS;
    size_t len = strlen(word), from = 0, to = len;

    if ((within || op == OP_ENDSWITH) && below(random, 2))
        from = below(random, len + 1);
    if ((within || op == OP_STARTSWITH) && below(random, 2))
        to = from + below(random, len - from + 1);
    buf_add_char(out, '\'');
    for (size_t i = from; i < to; i++) {
        bool raise = op == OP_ICONTAINS && word[i] >= 'a' && word[i] <= 'z' && below(random, 2);
        buf_add_char(out, (char)(word[i] - (raise ? 'a' - 'A' : 0)));
    }
    buf_add_char(out, '\'');
}

static void add_value(struct random *random, const struct choice *choice, enum operator op,
                      struct buf *out)
{
    static const char *const bools[] = {"true", "false", "1", "0", "TRUE"};
    static const char *const networks[] = {"10.0.0.0/8", "127.0.0.0/8",   "::/0",
                                           "0.0.0.0/0",  "2001:db8::/32", "10.0.0.0/30"};
    const char *other = is_text(choice->type) ? pattern(random, op) : NULL;

    switch (compare_class(choice->type)) {
    case COMPARE_NUMBER: add_number(random, choice->type, out); return;
    case COMPARE_BOOL: buf_add_string(out, ANY_OF(random, bools)); return;
    case COMPARE_ADDRESS:
        buf_add_string(out, choice->type == FIELD_NETWORK && below(random, 2)
                                ? ANY_OF(random, networks)
                                : random_address(random));
        return;
    case COMPARE_TEXT: break;
    }
    if (other)
        buf_printf(out, "'%s'", other);
    else
        add_part(random, random_word(random, choice->words), op, out);
}

/* `values`: at least one, and no name of a list. */
static void add_list(struct random *random, const struct choice *choice, enum operator op,
                     bool values, struct buf *out)
{
    unsigned count = below(random, 5);
    bool plain = is_text(choice->type) && !values && !pattern(random, op);

    buf_add_char(out, '(');
    for (unsigned i = 0; i < count + values; i++) {
        buf_add_string(out, i ? ", " : "");
        if (plain && !below(random, 4))
            buf_printf(out, "l%u", (unsigned)choice->words);
        else
            add_value(random, choice, op, out);
    }
    buf_add_char(out, ')');
}

/* `val(field)` of another field of the same kind; false when none is found. */
static bool add_right_field(struct random *random, const struct choice *left, enum operator op,
                            struct buf *out)
{
    struct choice right;

    if (op == OP_REGEX || op == OP_BCONTAINS || op == OP_BSTARTSWITH || op == OP_PMATCH ||
        left->type == FIELD_NAMES)
        return false;
    for (unsigned i = 0; i < TRIES; i++) {
        any_field(random, &right);
        transform(random, &right);
        if (compare_class(right.type) != compare_class(left->type))
            continue;
        buf_printf(out, "%s", strchr(right.text, '(') ? "" : "val(");
        buf_printf(out, "%s%s", right.text, strchr(right.text, '(') ? "" : ")");
        return true;
    }
    return false;
}

static void add_any_atom(struct random *random, struct buf *out)
{
    struct choice choice;
    enum operator op;

    any_field(random, &choice);
    transform(random, &choice);
    do
        op = OP_EXISTS + below(random, OP_MAX - OP_EXISTS);
    while (!compare_supports(choice.type, op));
    enum operator_class class = operator_info(op)->class;
    bool is_type = !strcmp(choice.text, "evt.type") && /* names what is no event: an error */
                   (op == OP_EQ || op == OP_NE || op == OP_IN);
    buf_printf(out, "%s %s", choice.text, operator_info(op)->name);
    if (class == OPERATOR_UNARY)
        return;
    buf_add_char(out, ' ');
    if (!below(random, 8) && add_right_field(random, &choice, op, out))
        return;
    bool modified = class == OPERATOR_STRING && !below(random, 5);
    if (modified)
        buf_printf(out, "%s ", modifier_name(1 + below(random, MODIFIER_MAX - 1)));
    if (modified || class == OPERATOR_LIST)
        add_list(random, &choice, op, is_type, out);
    else
        add_value(random, &choice, op, out);
}

static void add_types(struct random *random, struct buf *out)
{
    static const char *const types[] = {"open",
                                        "openat",
                                        "openat2",
                                        "creat",
                                        "unlink",
                                        "rename",
                                        "dup2",
                                        "chmod",
                                        "execve",
                                        "clone",
                                        "connect",
                                        "accept4",
                                        "sendto",
                                        "setuid",
                                        "mmap",
                                        "prctl",
                                        "open_by_handle_at",
                                        "recvfrom",
                                        "procexit",
                                        "kill"};

    buf_printf(out, "evt.type in (%s, %s, %s)", ANY_OF(random, types), ANY_OF(random, types),
               ANY_OF(random, types));
}

/* What most rules are decided by, and filed under: who acts, and on what file. */
static void add_plain(struct random *random, struct buf *out)
{
    static const char *const operators[] = {"startswith", "=", "in", "pmatch", "!="};
    static const char *const fields[] = {"fd.name", "fs.path.name", "fd.directory"};
    static const char *const actors[] = {"proc.name",
                                         "proc.pname",
                                         "proc.exepath",
                                         "user.name",
                                         "container.name",
                                         "container.id",
                                         "proc.aname[1]",
                                         "proc.pcmdline",
                                         "group.name",
                                         "proc.pexepath",
                                         "container.user",
                                         "user.loginname",
                                         "container.image.repository"};
    bool actor = below(random, 2);
    const char *field = actor ? ANY_OF(random, actors) : ANY_OF(random, fields);
    const char *name = ANY_OF(random, operators);
    enum operator op = operator_by_name(name, strlen(name));
    struct choice choice = {.type = FIELD_STRING, .words = words_of(field)};

    buf_printf(out, "%s %s ", field, name);
    if (operator_info(op)->class == OPERATOR_LIST)
        add_list(random, &choice, op, true, out);
    else
        add_value(random, &choice, op, out);
}

static void add_condition(struct random *random, unsigned depth, unsigned macros, struct buf *out)
{
    unsigned kind = depth ? below(random, 6) : 0;

    if (kind <= 1) {
        if (!below(random, 5))
            add_types(random, out);
        else if (macros && !below(random, 6))
            buf_printf(out, "m%u", below(random, macros));
        else
            add_any_atom(random, out);
        return;
    }
    buf_add_string(out, kind == 5 ? "not (" : "(");
    unsigned parts = kind == 5 ? 1 : 2 + below(random, 2);
    for (unsigned i = 0; i < parts; i++) {
        buf_add_string(out, !i ? "" : kind == 2 ? " and " : " or ");
        add_condition(random, depth - 1, macros, out);
    }
    buf_add_char(out, ')');
}

static void add_exceptions(struct random *random, struct buf *out)
{
    buf_printf(out,
               "  exceptions:\n"
               "    - name: pair\n      fields: [proc.name, fd.name]\n      comps: [=, %s]\n"
               "      values:\n        - ['%s', '%s']\n        - ['%s', '%s']\n"
               "    - name: one\n      fields: proc.pname\n      comps: in\n      values: ['%s']\n",
               below(random, 2) ? "startswith" : "=", random_word(random, WORDS_PROGRAM),
               random_word(random, WORDS_PATH), random_word(random, WORDS_PROGRAM),
               random_word(random, WORDS_PATH), random_word(random, WORDS_PROGRAM));
}

void random_rules(struct random *random, unsigned count, struct buf *text)
{
    buf_reset(text);
    for (unsigned i = 0; i < LISTS; i++) {
        buf_printf(text, "- list: l%u\n  items: ['%s', '%s'", i,
                   random_word(random, (enum random_words)i),
                   random_word(random, (enum random_words)i));
        buf_printf(text, i && below(random, 2) ? ", l%u]\n" : "]\n", i - 1);
    }
    for (unsigned i = 0; i < MACROS; i++) {
        buf_printf(text, "- macro: m%u\n  condition: |\n    (", i);
        add_condition(random, 2, i, text);
        buf_add_string(text, ")\n");
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned parts = 2 + below(random, PARTS - 1);
        buf_printf(text, "- rule: r%u\n  desc: d\n  output: o\n  priority: NOTICE\n", i);
        buf_add_string(text, "  condition: |\n    ");
        for (unsigned part = 0; part < parts; part++) {
            buf_add_string(text, part ? " and " : "");
            if (!part && below(random, 4)) /* as most rules */
                add_types(random, text);
            else if (part == 1 && below(random, 4))
                add_plain(random, text);
            else
                add_condition(random, below(random, DEPTH + 1), MACROS, text);
        }
        buf_add_char(text, '\n');
        if (!below(random, 4))
            add_exceptions(random, text);
    }
}
