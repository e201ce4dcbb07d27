/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/hook.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "posture/oci_config.h"
#include "world/json_get.h"

#define ID_MAX 1024 /* bytes of a container's id */

/* Annotations that tell the image: engines' own before those that an image's author can set. */
static const char *const image_annotations[] = {
    "io.kubernetes.cri.image-name",
    "io.kubernetes.cri-o.ImageName",
    "io.podman.annotations.image-name",
    "org.opencontainers.image.ref.name",
};

static int load_object(const char *name, const char *text, size_t len, size_t max,
                       json_t **ret_json, struct error *ret_error)
{
    json_error_t error;

    if (len > max)
        return error_set_at(ret_error, -E2BIG, name, 1, 1, "longer than %zu bytes", max);
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        return error_set_at(ret_error, -EINVAL, name, (unsigned)(error.line > 0 ? error.line : 1),
                            (unsigned)(error.column > 0 ? error.column : 1), "%s", error.text);
    if (!json_is_object(json)) {
        json_decref(json);
        return error_set_at(ret_error, -EINVAL, name, 1, 1, "a JSON object is expected");
    }
    *ret_json = json;
    return 0;
}

static int read_text(const json_t *json, const char *name, const char *key, size_t max,
                     struct arena *arena, const char **ret_text, struct error *ret_error)
{
    const char *text = json_text(json, key);

    if (!text || !*text)
        return error_set_at(ret_error, -EINVAL, name, 1, 1, "no '%s' in it", key);
    if (strlen(text) > max)
        return error_set_at(ret_error, -E2BIG, name, 1, 1, "'%s' is longer than %zu bytes", key,
                            max);
    *ret_text = arena_copy(arena, text, strlen(text));
    return *ret_text ? 0 : error_set(ret_error, -ENOMEM, "out of memory");
}

int hook_state_read(const char *name, const char *text, size_t len, struct arena *arena,
                    struct hook_state *ret_state, struct error *ret_error)
{
    _cleanup_json_ json_t *json = NULL;
    struct hook_state state = {.status = ""};

    int r = load_object(name, text, len, HOOK_STATE_MAX, &json, ret_error);
    if (r == 0)
        r = read_text(json, name, "id", ID_MAX, arena, &state.id, ret_error);
    if (r == 0)
        r = read_text(json, name, "bundle", PATH_MAX, arena, &state.bundle, ret_error);
    if (r == 0 && *state.bundle != '/')
        r = error_set_at(ret_error, -EINVAL, name, 1, 1, "'bundle' is no absolute path: '%.100s'",
                         state.bundle);
    if (r == 0 && json_text(json, "status"))
        r = read_text(json, name, "status", ID_MAX, arena, &state.status, ret_error);
    if (r < 0)
        return r;
    state.pid = json_integer_value(json_object_get(json, "pid"));
    *ret_state = state;
    return 0;
}

int hook_config_read(const char *file, const char *text, size_t len, const struct hook_state *state,
                     struct arena *arena, struct container_config *ret_config,
                     struct error *ret_error)
{
    _cleanup_json_ json_t *json = NULL;

    int r = load_object(file, text, len, HOOK_CONFIG_MAX, &json, ret_error);
    if (r < 0)
        return r;
    if (!json_text(json, "ociVersion"))
        return error_set_at(ret_error, -EINVAL, file, 1, 1,
                            "no 'ociVersion' in it: no configuration of a container");
    r = oci_config_read(json, file, state->bundle, arena, ret_config);
    return r < 0 ? error_set(ret_error, r, "%s: out of memory", file) : 0;
}

static int add(struct hook_verdict *verdict, const struct hook_violation *violation,
               struct arena *arena)
{
    struct hook_violation *item =
        arena_grow(arena, &verdict->items, &verdict->count, sizeof(*item));

    if (!item)
        return -ENOMEM;
    *item = *violation;
    return 0;
}

/* The first note of the worst answer says why. */
static struct hook_violation violation_of(const struct check_run *run)
{
    struct hook_violation violation = {
        .check = run->check, .verdict = run->verdict, .text = run->check->title};

    for (size_t i = 0; i < run->note_count; i++) {
        if (run->notes[i].verdict != run->verdict)
            continue;
        violation.text = run->notes[i].text;
        violation.field = run->notes[i].evidence.field;
        break;
    }
    return violation;
}

struct judgement {
    struct hook_policy *policy;
    struct subject subject;
    struct check_options options;
    time_t now;
    struct arena *arena;
    struct hook_verdict *verdict;
};

static int ask(struct judgement *judgement, const struct check *check)
{
    const struct waiver *expired = NULL;
    struct check_run run;

    if (!hook_policy_has(judgement->policy, check) ||
        !check_applies(check, &judgement->subject, &judgement->options))
        return 0;
    check_evaluate(check, &judgement->subject, &judgement->options, judgement->arena, &run);
    if (run.no_memory)
        return -ENOMEM;
    bool bad = run.verdict == VERDICT_FAIL ||
               (run.verdict == VERDICT_UNKNOWN && !judgement->policy->allow_unknown);
    if (!bad)
        return 0;
    if (waivers_find(&judgement->policy->waivers, check->id, judgement->subject.name,
                     judgement->now, &expired)) {
        judgement->verdict->waived++;
        return 0;
    }
    const struct hook_violation violation = violation_of(&run);
    return add(judgement->verdict, &violation, judgement->arena);
}

static const char *annotation(const struct container_config *config, const char *name)
{
    for (size_t i = 0; i < config->annotations.count; i++) {
        const struct config_pair *pair = &config->annotations.items[i];
        if (pair->name && pair->value && !strcmp(pair->name, name) && *pair->value)
            return pair->value;
    }
    return NULL;
}

static void find_image(const struct container_config *config, struct hook_verdict *verdict)
{
    static const char mark[] = "@sha256:";
    const struct setting *image = &config->settings[CONFIG_IMAGE];
    const struct setting *digest = &config->settings[CONFIG_IMAGE_DIGEST];

    if (image->presence == PRESENCE_SET)
        verdict->image = image->text;
    if (digest->presence == PRESENCE_SET)
        verdict->digest = digest->text;
    for (size_t i = 0; !verdict->image && i < sizeof(image_annotations) / sizeof(char *); i++)
        verdict->image = annotation(config, image_annotations[i]);
    const char *at = verdict->image ? strstr(verdict->image, mark) : NULL;
    if (at && !verdict->digest)
        verdict->digest = at + 1;
}

static int judge_image(struct judgement *judgement)
{
    struct hook_verdict *verdict = judgement->verdict;
    struct hook_violation violation = {.verdict = VERDICT_FAIL};
    char text[512];

    if (hook_policy_allows_image(judgement->policy, verdict->image, verdict->digest))
        return 0;
    if (verdict->image || verdict->digest)
        snprintf(text, sizeof(text), "the image '%.300s' is not in the list of allowed ones",
                 verdict->image ? verdict->image : verdict->digest);
    else
        snprintf(text, sizeof(text), "no annotation tells its image, and only some are allowed");
    violation.text = arena_copy(judgement->arena, text, strlen(text));
    return violation.text ? add(verdict, &violation, judgement->arena) : -ENOMEM;
}

static const char *subject_name(const struct hook_state *state, struct arena *arena)
{
    char text[ID_MAX + 16];

    int len = snprintf(text, sizeof(text), "container/%s", state->id);
    return len < 0 ? NULL : arena_copy(arena, text, strlen(text));
}

int hook_judge(struct hook_policy *policy, const struct hook_state *state,
               const struct container_config *config, time_t now, struct arena *arena,
               struct hook_verdict *ret_verdict)
{
    struct hook_verdict verdict = {0};
    struct judgement judgement = {
        .policy = policy,
        .subject = {.kind = SUBJECT_CONTAINER,
                    .source = SOURCE_OCI,
                    .name = subject_name(state, arena),
                    .container = config},
        .options.kubernetes_minor = KUBERNETES_MINOR_NEWEST,
        .now = now,
        .arena = arena,
        .verdict = &verdict,
    };

    if (!judgement.subject.name)
        return -ENOMEM;
    find_image(config, &verdict);
    int r = judge_image(&judgement);
    for (size_t t = 0; t < check_table_count; t++)
        for (size_t i = 0; r == 0 && i < check_tables[t]->count; i++)
            r = ask(&judgement, &check_tables[t]->checks[i]);
    if (r == 0)
        *ret_verdict = verdict;
    return r;
}
