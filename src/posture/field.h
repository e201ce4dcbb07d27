/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_FIELD_H
#define POSTURE_FIELD_H

/*
 * Fields of a Kubernetes manifest, typed and merged as kubectl takes them: YAML 1.1's plain words
 * for booleans, numbers in any base, null as left out, "<<" in the order of the keys (what comes
 * later wins), and no conversion between types.
 *
 * The first error stays: later calls find nothing, whoever reads asks `status` once at the end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "posture/model.h"
#include "yaml/yaml_source.h"

struct field_reader {
    struct arena *arena;
    struct error *error;
    int status;     /* 0 or -errno; the error is set then */
    uint64_t steps; /* keys that were compared, which merged mappings multiply */
};

#define FIELD_STEPS_MAX 100000000

/* A node and how it was reached; `parent` must stay while the field is used. */
struct field {
    const struct field *parent;
    const char *key; /* NULL: item `index` of the parent */
    size_t index;
    const struct yaml_node *node; /* NULL: left out, or null */
};

enum field_type { FIELD_OBJECT, FIELD_LIST, FIELD_SCALAR };

/* The member of an object; its node is NULL when it is left out or the parent's is. */
struct field field_get(struct field_reader *reader, const struct field *parent, const char *key,
                       enum field_type type);
/* Item of a list, which must be an object; null is an empty object, as kubectl has it. */
struct field field_item(struct field_reader *reader, const struct field *list, size_t index);
size_t field_count(const struct field *list);

/* Whether the member is there; the default stays in *value otherwise. */
bool field_flag(struct field_reader *reader, const struct field *parent, const char *key,
                bool *value);
bool field_number(struct field_reader *reader, const struct field *parent, const char *key,
                  int64_t min, int64_t max, int64_t *value);
bool field_text(struct field_reader *reader, const struct field *parent, const char *key,
                const char **value);
/* A text or a number, as text. */
bool field_quantity(struct field_reader *reader, const struct field *parent, const char *key,
                    const char **value);

/* The same, into a setting, with its evidence. */
void field_set_flag(struct field_reader *reader, const struct field *parent, const char *key,
                    struct setting *settings, enum config_setting id);
void field_set_number(struct field_reader *reader, const struct field *parent, const char *key,
                      struct setting *settings, enum config_setting id);
void field_set_text(struct field_reader *reader, const struct field *parent, const char *key,
                    struct setting *settings, enum config_setting id);
/* A list of texts. */
void field_set_texts(struct field_reader *reader, const struct field *parent, const char *key,
                     struct setting *settings, enum config_setting id);

/* Every member whose value is a text: labels, annotations. */
typedef int (*field_pair_function)(void *data, const struct field *member, const char *name,
                                   const char *value);
void field_pairs(struct field_reader *reader, const struct field *object,
                 field_pair_function function, void *data);

/* Where a field is; of a member that is left out, its parent. */
struct evidence field_evidence(struct field_reader *reader, const struct field *field);
struct evidence field_evidence_of(struct field_reader *reader, const struct field *parent,
                                  const char *key);

/* The first error stays. */
void field_error(struct field_reader *reader, const struct field *field, int code,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
void field_no_memory(struct field_reader *reader);

#endif
