/* SPDX-License-Identifier: Apache-2.0 */
#include "world/json_get.h"

#include <string.h>

const json_t *json_at(const json_t *object, const char *path)
{
    while (object && *path) {
        const char *slash = strchrnul(path, '/');
        /* json_object_get answers NULL for what is no object. */
        object = json_object_getn(object, path, (size_t)(slash - path));
        path = *slash ? slash + 1 : slash;
    }
    return object;
}

const char *json_text(const json_t *object, const char *path)
{
    return json_string_value(json_at(object, path));
}

const char *json_member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}
