/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASES_CASE_INTERNAL_H
#define CASES_CASE_INTERNAL_H

/* Shared by the files that turn YAML into records. */

#include <stdint.h>

#include "base/buf.h"
#include "cases/cases.h"
#include "event/event.h"
#include "event/table.h"
#include "yaml/yaml_source.h"

/* When the first event happens, CLOCK_BOOTTIME ns: after the start of every process. */
#define CASE_BEGINNING 10000000000ull

/* A process of a case: the same node is the same process, as is the same `pid`. */
struct case_actor {
    const struct yaml_node *node;      /* NULL: nothing is said of it */
    const struct yaml_node *container; /* NULL: the host */
    const struct case_actor *parent;
    uint32_t pid;
};

/* What is known while the records of one case are made. */
struct case_builder {
    struct arena *arena;
    struct error *error;
    struct rule_case *test;
    const struct yaml_node *node; /* of the case */
    struct event_writer writer;
    uint64_t written[(PARAM_ID_MAX + 63) / 64]; /* parameters of the record in the writer */
    size_t *total;                              /* bytes of records, over the whole file */
    uint64_t now;
    const struct yaml_node *users;
    struct case_actor **actors;
    size_t actor_count;
    const struct yaml_node **containers;
    size_t container_count;
};

/* A key of a mapping, and the parameter that its value becomes. */
enum case_key_kind {
    CASE_KEY_OTHER, /* looked at by other code */
    CASE_KEY_PARAM, /* by the parameter's kind */
};

struct case_key {
    const char *name;
    enum case_key_kind kind;
    enum param_id param;
};

#define CASE_KEY(key_name) {.name = key_name}
#define CASE_KEY_OF(key_name, param_id)                                                            \
    {.name = key_name, .kind = CASE_KEY_PARAM, .param = param_id}

/* case_record.c: records, one at a time. */
void case_begin(struct case_builder *builder, const struct event_header *header);
bool case_written(const struct case_builder *builder, enum param_id id);
void case_write_number(struct case_builder *builder, enum param_id id, int64_t value);
void case_write_bytes(struct case_builder *builder, enum param_id id, const void *data, size_t len);
/* Parse the value by the parameter's kind and write it; errors at the node. */
int case_write_value(struct case_builder *builder, enum param_id id, enum render render,
                     const struct yaml_node *value);
/* Those of `rows` that are parameters and not written yet. */
int case_write_keys(struct case_builder *builder, const struct yaml_node *mapping,
                    const struct case_key *rows, size_t count);
/* Add the record in the writer to the case; errors at `node`. */
int case_end(struct case_builder *builder, const struct yaml_node *node);

/* case_value.c: 0, or an error at the node. */
int case_error_memory(struct error *error);
int case_check_keys(struct error *error, const struct yaml_node *node, const char *what,
                    const struct case_key *rows, size_t count);
int case_text(struct error *error, const struct yaml_node *node, const char **ret_text);
int case_bool(struct error *error, const struct yaml_node *node, bool *ret_value);
/* A number, or the names that `render` prints for one, joined by "|". */
int case_number(struct error *error, const struct yaml_node *node, enum render render,
                int64_t *ret_value);
int case_number_within(struct error *error, const struct yaml_node *node, int64_t min, int64_t max,
                       int64_t *ret_value);
/* One name of a list: the value of its row. */
struct case_word {
    const char *name;
    int64_t value;
};
int case_word(struct error *error, const struct yaml_node *node, const struct case_word *rows,
              size_t count, int64_t *ret_value);
/* The same, or a list of such names, whose values are joined. */
int case_words(struct error *error, const struct yaml_node *node, const struct case_word *rows,
               size_t count, int64_t *ret_value);
/* NUL-terminated strings: a list, a mapping as KEY=VALUE, or a text split at blanks. */
int case_strings(struct error *error, const struct yaml_node *node, struct buf *strings);

/* case_address.c */
/* "1.2.3.4:80", "[::1]:80", or the path of a unix socket, as a struct sockaddr. */
int case_sockaddr(struct error *error, const struct yaml_node *node, struct buf *address);
/* {local, remote, protocol, role, family}. */
int case_socket(struct error *error, const struct yaml_node *node, struct event_socket *ret_socket);

/* case_actor.c: who acts. */
/* START and the host's facts: the first records of a case. */
int case_start(struct case_builder *builder);
/* Whether a container is none: not given, or the word "host". */
bool case_is_host(const struct yaml_node *node);
/* The container's facts, once per case; NULL is the host. */
int case_container(struct case_builder *builder, const struct yaml_node *node);
/* The process, and its parents, as PROCESS_FOUND; for a program's start (`is_exec`) without what
 * the event itself will tell. */
int case_actor(struct case_builder *builder, const struct yaml_node *node,
               const struct yaml_node *container, bool is_exec,
               const struct case_actor **ret_actor);
/* What the process says for the header, and for the parameters of an exec. */
int case_actor_header(struct case_builder *builder, const struct case_actor *actor,
                      struct event_header *header);
int case_actor_params(struct case_builder *builder, const struct case_actor *actor);
/* A key of the actor's mapping, NULL when it has none. */
struct yaml_node *case_actor_get(const struct case_actor *actor, const char *key);

/* case_event.c */
/* `defaults`: mappings in which a process and a container are looked up that the event lacks, the
 * nearest first. */
int case_event(struct case_builder *builder, const struct yaml_node *node,
               const struct yaml_node *const *defaults, size_t default_count);

/* The value of the first mapping that has the key, NULL when none has. */
struct yaml_node *case_inherited(const struct yaml_node *const *mappings, size_t count,
                                 const char *key);

#endif
