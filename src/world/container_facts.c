/* SPDX-License-Identifier: Apache-2.0 */
#include "world/container_facts.h"

#include <string.h>

static const enum param_id text_params[FACT_TEXT_MAX] = {
    [FACT_NAME] = PARAM_CONTAINER_NAME,
    [FACT_IMAGE] = PARAM_CONTAINER_IMAGE,
    [FACT_IMAGE_ID] = PARAM_CONTAINER_IMAGE_ID,
    [FACT_IMAGE_DIGEST] = PARAM_CONTAINER_IMAGE_DIGEST,
    [FACT_USER] = PARAM_CONTAINER_USER,
    [FACT_IP] = PARAM_CONTAINER_IP,
    [FACT_ROOTFS] = PARAM_CONTAINER_ROOTFS,
    [FACT_BUNDLE] = PARAM_CONTAINER_BUNDLE,
    [FACT_POD_NAME] = PARAM_POD_NAME,
    [FACT_POD_NAMESPACE] = PARAM_POD_NAMESPACE,
    [FACT_POD_UID] = PARAM_POD_UID,
    [FACT_POD_SANDBOX_ID] = PARAM_POD_SANDBOX_ID,
};

/* All lists and texts at their limit still fit into one record. */
static const struct {
    enum param_id param;
    size_t max;
} lists[FACT_LIST_MAX] = {
    [FACT_LABELS] = {PARAM_CONTAINER_LABELS, 16384},
    [FACT_POD_LABELS] = {PARAM_POD_LABELS, 8192},
    [FACT_MOUNTS] = {PARAM_CONTAINER_MOUNTS, 16384},
    [FACT_ENV] = {PARAM_CONTAINER_ENV, 16384},
    [FACT_ENTRYPOINT] = {PARAM_CONTAINER_ENTRYPOINT, 8192},
};

_Static_assert(FACT_TEXT_MAX *FACT_TEXT_BYTES + 16384 * 3 + 8192 * 2 + 4096 <= EVENT_RECORD_MAX,
               "a record takes all facts");

void container_facts_init(struct container_facts *facts)
{
    *facts = (struct container_facts){.host_bounding = UINT64_MAX};
    for (unsigned i = 0; i < FACT_LIST_MAX; i++)
        facts->lists[i].max = lists[i].max;
}

void container_facts_done(struct container_facts *facts)
{
    for (unsigned i = 0; i < FACT_TEXT_MAX; i++)
        free(facts->text[i]);
    for (unsigned i = 0; i < FACT_LIST_MAX; i++)
        buf_done(&facts->lists[i]);
    container_facts_init(facts);
}

void container_facts_text(struct container_facts *facts, enum fact_text which, const char *value)
{
    if (value && *value && !facts->text[which] && strlen(value) < FACT_TEXT_BYTES)
        facts->text[which] = strdup(value);
}

static void add(struct container_facts *facts, enum fact_list which, const char *const parts[],
                unsigned count)
{
    struct buf *list = &facts->lists[which];
    size_t before = list->len;

    for (unsigned i = 0; i < count; i++)
        buf_add_string(list, parts[i]);
    buf_add_char(list, '\0');
    if (!list->failed)
        return;
    facts->truncated[which] = true;
    list->len = before;
    list->failed = 0;
}

void container_facts_add(struct container_facts *facts, enum fact_list which, const char *string)
{
    add(facts, which, (const char *const[]){string}, 1);
}

void container_facts_label(struct container_facts *facts, enum fact_list which, const char *key,
                           const char *value)
{
    add(facts, which, (const char *const[]){key, "=", value}, 3);
}

void container_facts_start(struct container_facts *facts, uint64_t ns)
{
    if (!facts->start_time)
        facts->start_time = ns;
}

int container_facts_record(const struct container_facts *facts, const char *id,
                           const struct event_header *header, struct event_writer *writer)
{
    event_writer_begin(writer, header);
    event_writer_string(writer, PARAM_CONTAINER_ID, id);
    event_writer_string(writer, PARAM_CONTAINER_RUNTIME, container_runtime_name(facts->runtime));
    for (unsigned i = 0; i < FACT_TEXT_MAX; i++)
        if (facts->text[i])
            event_writer_string(writer, text_params[i], facts->text[i]);
    for (unsigned i = 0; i < FACT_LIST_MAX; i++)
        if (facts->lists[i].len || facts->truncated[i])
            event_writer_bytes(writer, lists[i].param,
                               facts->truncated[i] ? PARAM_FLAG_TRUNCATED : 0, facts->lists[i].data,
                               facts->lists[i].len);
    event_writer_number(writer, PARAM_CONTAINER_FLAGS, facts->flags);
    if (facts->start_time)
        event_writer_number(writer, PARAM_CONTAINER_START, (int64_t)facts->start_time);
    if (facts->bounding_known)
        event_writer_number(writer, PARAM_CONTAINER_CAPS, (int64_t)facts->bounding);
    return event_writer_finish(writer);
}
