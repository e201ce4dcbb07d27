/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_JSON_GET_H
#define WORLD_JSON_GET_H

/* Reading of JSON whose shape is not to be trusted: what has the wrong type is not there. */

#include <jansson.h>

#include "base/cleanup.h"

/* json_decrefp is jansson's own. */
#define _cleanup_json_ _cleanup_(json_decrefp)

/* The member at "a/b/c"; NULL when it or an object on the way is missing. Borrowed. */
const json_t *json_at(const json_t *object, const char *path);

/* The string there, else NULL. Borrowed. */
const char *json_text(const json_t *object, const char *path);

/* A member whose name may hold slashes. */
const char *json_member_text(const json_t *object, const char *name);

#endif
