/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COLLECT_H
#define RULES_COLLECT_H

/*
 * The items of rule files, merged: what was redefined, appended, overridden or switched is applied,
 * nothing is compiled yet. All lives in the loader's arena.
 */

#include "rules/ast.h"
#include "rules/rules.h"
#include "rules/table.h"
#include "yaml/yaml_source.h"

struct term;

#define LIST_VALUES_MAX 100000 /* of one list, with the lists it names */

#define LIST_DEPTH_MAX 200 /* lists that name lists out of order */

enum list_state { LIST_NEW, LIST_RESOLVING, LIST_RESOLVED };

struct list_def {
    const char *name;
    const struct yaml_node *node;
    struct yaml_node **items;
    size_t count;
    /* What has an index of `visibility` or more is not seen; a redefinition keeps the index. */
    uint32_t index, visibility;
    bool used;
    enum list_state state;
    struct ast_value *values;
    size_t value_count;
    UT_hash_handle hh;
};

enum macro_state { MACRO_NEW, MACRO_VISITING, MACRO_VISITED };

struct macro_def {
    const char *name;
    const struct yaml_node *node;
    struct origin condition;
    uint32_t index, visibility;
    bool used;
    enum macro_state state;
    struct ast *ast;
    struct term *term; /* once some rule used it */
    UT_hash_handle hh;
};

struct exception_def {
    const char *name;
    const struct yaml_node *node;
    const struct yaml_node *fields; /* NULL when not given */
    const struct yaml_node *comps;  /* likewise */
    const struct yaml_node **values;
    size_t value_count;
};

struct rule_def {
    const char *name;
    const struct yaml_node *node;
    struct origin condition, output, description;
    const struct ast *ast; /* of the condition with its exceptions, once compiled */
    enum rule_priority priority;
    enum rule_action action;
    enum rule_mode mode;
    const char *source;
    bool unknown_source;
    bool enabled, warn_evttypes, skip_if_unknown;
    const char **tags;
    size_t tag_count;
    struct exception_def *exceptions;
    size_t exception_count;
    UT_hash_handle hh;
};

struct output_addition; /* adjust.h */

struct collector {
    struct arena *arena;
    struct rules_warnings *warnings;
    struct error *error;
    struct list_def *lists; /* hashes by name, in order of first definition */
    struct macro_def *macros;
    struct rule_def *rules;
    struct output_addition *additions;
    size_t addition_count;
    uint32_t next_index;
    unsigned list_depth;
};

/* Add the items of one document. */
int collect_document(struct collector *collector, const struct yaml_node *document);

/* Frees what uthash allocated; the rest is the arena's. */
void collector_done(struct collector *collector);

struct list_def *collect_find_list(const struct collector *collector, const char *name);
struct macro_def *collect_find_macro(const struct collector *collector, const char *name);
struct rule_def *collect_find_rule(const struct collector *collector, const char *name);

/* The values of each list, with those of the lists it names. */
int lists_resolve(struct collector *collector);

/* Parse every macro, and check that those they use exist, earlier, without a circle. */
int macros_resolve(struct collector *collector);

/* The condition with its exceptions: "(condition) and not (...)", joined. */
int exceptions_apply(struct collector *collector, const struct rule_def *rule,
                     struct origin *ret_condition);

/* Between the files of the collector. */

int list_resolve(struct collector *collector, struct list_def *list);

int collect_rule(struct collector *collector, const struct yaml_node *item);

/* Read the `exceptions` of a rule into `list`. `append`: fields may be missing, and what is named
 * like one that is there adds values to it. */
int exceptions_read(struct collector *collector, struct rule_def *rule,
                    const struct yaml_node *node, bool append);

int collect_no_memory(struct collector *collector);

void collect_warn(struct collector *collector, const char *code, const struct yaml_node *node,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The scalar under a key. Missing: -EINVAL when required, else *ret_node is NULL. */
int collect_scalar(struct collector *collector, const struct yaml_node *item, const char *key,
                   bool required, const struct yaml_node **ret_node);

int collect_bool(struct collector *collector, const struct yaml_node *scalar, bool *ret_value);

/* Warn of each key that is not in the NULL-terminated list. */
void collect_unknown_keys(struct collector *collector, const struct yaml_node *item,
                          const char *const *keys);

/* `append: true`, with its warning. */
int collect_append_flag(struct collector *collector, const struct yaml_node *item,
                        bool *ret_append);

/* What `override` says of one key. */
enum override { OVERRIDE_NONE, OVERRIDE_APPEND, OVERRIDE_REPLACE };

int collect_override(struct collector *collector, const struct yaml_node *key,
                     const struct yaml_node *value, bool can_append, bool can_replace,
                     enum override *ret_override);

#endif
