/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_DECLARATION_H
#define POSTURE_DECLARATION_H

/*
 * Reading a model from JSON. `path` is a member's place ("process/user/uid"), which becomes the
 * evidence's field with dots. What has the wrong type is unknown, with a text that says so.
 */

#include <jansson.h>

#include "posture/model.h"

struct declaration {
    enum source source;
    const char *file; /* in the arena */
    struct arena *arena;
    struct container_config *config;
    bool no_memory; /* something is missing for want of memory */
};

struct evidence declaration_evidence(struct declaration *declaration, const char *path,
                                     const char *text);

/* NULL when there is no memory, which is noted. */
char *declaration_copy(struct declaration *declaration, const char *text);

/* Each leaves the setting as it was when the member is missing or null. */
void declare_flag(struct declaration *declaration, const json_t *object, const char *path,
                  enum config_setting id);
void declare_number(struct declaration *declaration, const json_t *object, const char *path,
                    enum config_setting id);
void declare_text(struct declaration *declaration, const json_t *object, const char *path,
                  enum config_setting id);
void declare_texts(struct declaration *declaration, const json_t *object, const char *path,
                   enum config_setting id);

/* A value that is known otherwise, by the member at `path`. */
void declare_flag_value(struct declaration *declaration, const char *path, enum config_setting id,
                        bool value, const char *text);
void declare_number_value(struct declaration *declaration, const char *path, enum config_setting id,
                          int64_t value);

/* A new item of a list in the model, with its evidence; NULL without memory, which is noted. */
#define declare_item(declaration, list)                                                            \
    ({                                                                                             \
        __auto_type _new = config_list_add((declaration)->arena, (list));                          \
        (declaration)->no_memory |= !_new;                                                         \
        _new;                                                                                      \
    })

#endif
