/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COMPILED_H
#define RULES_COMPILED_H

/*
 * A rule set as the evaluator sees it. Equal fields share one slot and equal comparisons share one
 * atom over all rules; a macro's term is shared by all that use it. Each remembers its value for
 * the event at hand, so nothing is computed twice for one event.
 */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "event/table.h"
#include "rules/ast.h"
#include "rules/field.h"
#include "rules/foresee.h"
#include "rules/rules.h"
#include "rules/string_set.h"
#include "rules/table.h"

struct type_set {
    uint64_t bits[EVENT_TYPE_MAX / 64];
};

static inline bool type_set_has(const struct type_set *set, unsigned type)
{
    return type < EVENT_TYPE_MAX && (set->bits[type / 64] >> (type % 64) & 1);
}

static inline void type_set_add(struct type_set *set, unsigned type)
{
    set->bits[type / 64] |= 1ull << (type % 64);
}

/* A field as rules name it, with its transformers. */
struct slot {
    const char *name;                           /* as written first */
    struct field_ref ref;                       /* the key is owned */
    uint8_t transformers[AST_TRANSFORMERS_MAX]; /* from the inside out */
    uint8_t transformer_count;
    enum field_type field_type; /* of the field's value */
    enum field_type type;       /* of the transformed one */
    /* of the event with this stamp */
    uint64_t stamp;
    bool present, hashed;
    uint64_t hash; /* of a string value, once `hashed` */
    struct field_value value;
    UT_hash_handle hh;
};

/* One right-hand value. */
struct operand {
    struct field_string string; /* NUL-terminated; bytes for bcontains and bstartswith */
    int64_t number;
    uint8_t address[16];
    uint8_t address_len, prefix_bits;
    pcre2_code *regex; /* owned */
    bool is_pattern;   /* of pmatch: some part of the path is a pattern */
};

/* How the values that many rules compare a field with are found at once (matcher.h). */
enum way { WAY_EQUAL, WAY_PREFIX, WAY_PATH, WAY_SUFFIX, WAY_PART, WAY_PART_FOLDED };

/* A value that some rules compare a field with, once for all of them. */
struct pattern {
    struct engine *engine;
    struct field_string text; /* numbers and addresses: their bytes */
    bool whole;               /* else the start of an operand that is to be looked at itself */
    uint64_t hash;
    uint64_t stamp; /* of the last event whose value matched */
};

/* All patterns of one slot that are found one way. */
struct engine {
    struct slot *slot;
    enum way way;
    uint32_t first, count; /* in the set's patterns */
    struct trie *trie;     /* NULL for WAY_EQUAL, which has a hash of pattern numbers plus one */
    uint32_t *table;
    size_t mask;
    uint64_t lengths;
    uint64_t stamp; /* of the event it was last run for */
    uint32_t *hits; /* pattern numbers that event's value matched */
    uint32_t hit_count;
    uint64_t asked_stamp; /* of the event of which `asked` comparisons were made one by one */
    size_t asked;
};

/* A comparison. */
struct atom {
    const char *key;           /* its canonical text, which makes it unique */
    struct slot *left, *right; /* right: NULL unless a field stands there */
    enum operator op;
    enum modifier modifier;
    struct operand *operands;
    size_t operand_count;
    struct string_set *set; /* for list operators on strings, else NULL */
    struct engine *engine;  /* matcher.h; NULL: it is compared one by one */
    uint32_t *patterns;     /* numbers of its patterns, ascending, one for each operand */
    size_t pattern_count;
    bool decided; /* by which patterns match: else it can hold only when one does */
    uint64_t stamp;
    bool result;
    UT_hash_handle hh;
};

enum term_kind { TERM_AND, TERM_OR, TERM_NOT, TERM_ATOM };

struct term {
    enum term_kind kind;
    bool shared;         /* used in more than one place: remembers its result */
    bool visited;        /* while loading: its needs are known */
    bool unsteady;       /* may be another for an event that is the same: event/noise.h */
    uint8_t needs;       /* of its fields: bits of enum field_need */
    uint32_t dimensions; /* columns.c: what it looks at, as this function says */
    enum dimension (*noted_by)(const struct atom *atom);
    uint32_t weight; /* columns.c: how many terms it is, macros written out */
    bool result;
    uint64_t stamp;
    const char *macro; /* the macro it is, NULL when it is none */
    struct atom *atom;
    struct term **children;
    size_t count;
    unsigned depth;
    uint32_t first;         /* child that decided last: most events are decided by the same one */
    struct type_set match;  /* events for which it can be true */
    struct type_set reject; /* events for which it can be false */
};

struct format_part {
    const char *text; /* NULL for a field */
    size_t len;
    struct slot *slot;
};

struct format_field {
    const char *name;
    struct slot *slot;
    const struct format *text; /* instead of a slot: the value is this text, made up */
};

/* An output template. */
struct format {
    struct format_part *parts;
    size_t part_count;
    struct format_field *fields; /* by name, each once */
    size_t field_count;
};

struct rule {
    struct rule_info info;        /* hits and sent too */
    uint64_t sent_stamp;          /* filter.c: of the event that was counted last */
    bool foreseen[FORESEEN_MAX];  /* foresee.c: judged before such acts */
    struct rule_sockets *sockets; /* guard_sockets.c: NULL until it is asked for */
    struct term *condition;
    struct format output;
};

/* Whether acts are to be refused for it. */
static inline bool rule_denies(const struct rule *rule)
{
    return rule->info.enabled && rule->info.action == ACTION_DENY &&
           rule->info.mode == MODE_ENFORCE;
}

/* Rules that can match an event of one type, in order. */
struct rule_index {
    struct rule **rules;
    size_t count;
    bool has_actions;      /* some rule does more than alert */
    struct access *access; /* access.h; NULL: all are evaluated */
};

struct ruleset {
    struct arena arena;
    enum rule_matching matching;
    struct rule **rules;
    size_t rule_count;
    struct slot *slots; /* hash by name */
    struct atom *atoms; /* hash by key */
    struct rule_index by_type[EVENT_TYPE_MAX];
    struct rules_needs needs;
    struct rules_counters counters;
    struct pattern *patterns;
    uint32_t pattern_count;
    struct filter *filter; /* what the kernel side is told */
    struct guard *guard;   /* and its LSM programs: NULL until they are asked for */
    /* evaluation */
    uint64_t stamp;
    struct field_context context;
    pcre2_match_data *match_data;
    pcre2_match_context *match_context;
    struct buf output;
    struct buf text;
    struct buf extra;                 /* format_field.text */
    uint64_t *found, *found_words;    /* access.c */
    size_t found_count;               /* of found_words */
    struct alert_field *alert_fields; /* room for the rule with the most */
};

#endif
