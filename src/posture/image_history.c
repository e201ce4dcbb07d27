/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/image_history.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "posture/kernel_internal.h"
#include "world/image_config.h"
#include "world/json_get.h"

static int not_known(struct container_config *config, const struct evidence *evidence)
{
    config->image_steps.presence = PRESENCE_UNKNOWN;
    config->image_steps.evidence = *evidence;
    return evidence->text ? 0 : -ENOMEM;
}

/* The evidence never holds the step: there may be a secret in it. */
int image_history_parse(const json_t *image, const char *file, struct arena *arena,
                        struct container_config *config)
{
    const json_t *history = json_at(image, "history");
    struct evidence evidence = {.source = SOURCE_RUNTIME, .file = file, .field = "history"};
    size_t i;
    json_t *entry;

    if (json_array_size(history) > IMAGE_STEPS_MAX || (history && !json_is_array(history))) {
        evidence.text = history && !json_is_array(history) ? "has the wrong type" : "is too long";
        return not_known(config, &evidence);
    }
    config->image_steps.presence = PRESENCE_SET;
    config->image_steps.evidence = evidence;
    json_array_foreach (history, i, entry) {
        const char *text = json_text(entry, "created_by");
        if (!text)
            continue;
        struct config_step *step = config_list_add(arena, &config->image_steps);
        if (!step)
            return -ENOMEM;
        step->text = arena_copy(arena, text, strlen(text));
        step->evidence = evidence;
        step->evidence.field = kernel_text(arena, "history[%zu].created_by", i);
        if (!step->text || !step->evidence.field)
            return -ENOMEM;
    }
    return 0;
}

int image_history_read(struct facts *facts, const struct container *container, struct arena *arena,
                       struct container_config *config)
{
    _cleanup_json_ json_t *image = NULL;
    _cleanup_free_ char *path = NULL;

    config->image_steps.presence = PRESENCE_UNSET;
    if (!*container->image && !*container->image_id && !*container->image_digest)
        return 0;
    int r = image_config_read(facts, container, &image, &path);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        struct evidence evidence = {
            .source = SOURCE_RUNTIME,
            .text =
                kernel_text(arena, "the configuration of the image %s: %s",
                            *container->image ? container->image : container->image_id,
                            r == -ENOENT ? "it is not where runtimes keep images" : strerror(-r)),
        };
        return not_known(config, &evidence);
    }
    const char *file = kernel_text(arena, "/%s", path);
    return file ? image_history_parse(image, file, arena, config) : -ENOMEM;
}
