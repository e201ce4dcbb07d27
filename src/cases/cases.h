/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASES_CASES_H
#define CASES_CASES_H

/*
 * Unit tests for rules. A file holds cases; a case is a few events described in YAML, or the name
 * of a recording, and the rules that must fire. The events become records as the kernel side writes
 * them, with the facts that user space adds, so that a case is judged like a recording. The format:
 * docs/rules.md, "Testing rules".
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "rules/rules.h"

#define CASES_MAX        10000 /* of one file */
#define CASES_RULES_MAX  64    /* rule files that one file names */
#define CASE_EVENTS_MAX  1000
#define CASE_EXPECT_MAX  1000
#define CASE_RECORDS_MAX ((size_t)64 << 20) /* bytes of one file's records */

struct yaml_node;

struct case_record {
    const void *data; /* aligned to 8 */
    size_t size;
};

struct rule_case {
    const char *name;
    const char *file;
    unsigned line, column;
    const char *recording; /* path; NULL: the records below */
    struct case_record *records;
    size_t record_count;
    struct yaml_node *const *expect; /* scalars: names of rules */
    size_t expect_count;
    bool others_ignored; /* rules that are not expected may fire too */
};

struct case_file {
    const char **rules; /* paths of rule files and directories; none: the caller brings them */
    size_t rule_count;
    struct rule_case *cases;
    size_t count;
};

/*
 * Read the cases of `text`, which must outlive the arena, as the file `name`: paths in it are
 * relative to its directory. -EINVAL, -E2BIG and others with the place in *ret_error.
 */
int cases_load(const char *name, const char *text, size_t len, struct arena *arena,
               struct case_file *ret_file, struct error *ret_error);

/* Whether the set has every rule that the file expects: 0, or -ENOENT with the place of the name
 * that is wrong. */
int cases_check_rules(const struct case_file *file, const struct ruleset *rules,
                      struct error *ret_error);

/* One case being judged: a world of its own, and which rules fired. */
struct case_player;

/* `rules` are to be loaded with MATCHING_ALL, and outlive the player. */
int case_player_new(struct ruleset *rules, struct case_player **ret_player);
void case_player_free(struct case_player *player);

/* Judge one record, in order. 0; -EBADMSG for a malformed one (changes nothing); -ENOMEM. Has the
 * form of a recording's callback: `player` is the struct case_player. */
int case_player_record(void *player, const void *record, size_t size);

/* Judge the records of a case that names no recording. */
int case_player_records(struct case_player *player, const struct rule_case *test);

/* To be called after the last record: judges what is still held. */
void case_player_end(struct case_player *player);

/* How often the rule of this index fired, and whether the case expects it. */
size_t case_player_hits(const struct case_player *player, size_t rule);
bool case_expects(const struct rule_case *test, const char *rule);

#endif
