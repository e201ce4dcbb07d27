/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drop_alert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "rules/format.h"

#define PAUSE_NS    30000000000ull /* Falco's rate, .03333 a second, with a burst of one */
#define NUMBER_ROOM 24

/* Numbers are texts there, as Falco's are. By name, as alerts want them. */
static const struct {
    const char *name;
    enum param_id param; /* 0: what is lost in all */
} rows[] = {
    {"n_deduplicated", PARAM_DEDUPLICATED},
    {"n_drops", 0},
    {"n_drops_critical_ring_full", PARAM_CRITICAL_RING_FULL},
    {"n_drops_rate_limited", PARAM_RATE_LIMITED},
    {"n_drops_ring_full", PARAM_RING_FULL},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void tell(const struct drop_alert *drop_alert, const struct world *world,
                 const struct judged_event *judged, rules_alert callback, void *data)
{
    const struct container *container = judged->container;
    const char *name = container && container->name[0] ? container->name : NULL;
    int64_t lost = judged->event->header->result;
    char texts[ROWS + 1][NUMBER_ROOM];
    _cleanup_buf_ struct buf output = {0};
    struct alert_field fields[ROWS + 3] = {
        {.name = "container.id", .text = container ? container->short_id : "host"},
        {.name = "container.name", .text = container ? name : "host"},
    };
    size_t count = 2;

    for (size_t i = 0; i < ROWS; i++) {
        int64_t number = rows[i].param ? event_number(judged->event, rows[i].param, 0) : lost;
        snprintf(texts[i], sizeof(texts[i]), "%" PRId64, number);
        fields[count++] = (struct alert_field){.name = rows[i].name, .text = texts[i]};
    }
    snprintf(texts[ROWS], sizeof(texts[ROWS]), "%" PRIu64, drop_alert->unreported);
    fields[count++] = (struct alert_field){.name = "n_drops_unreported", .text = texts[ROWS]};
    buf_printf(&output, DROP_ALERT_NAME ". %" PRId64 " events dropped in the last second. | ",
               lost);
    buf_printf(&output, "container_id=%s container_name=", fields[0].text);
    if (fields[1].text)
        format_escape(&output, fields[1].text, strlen(fields[1].text));
    else
        buf_add_string(&output, "<NA>");
    for (size_t i = 2; i < count; i++)
        buf_printf(&output, " %s=%s", fields[i].name + strlen("n_"), fields[i].text);

    const struct alert alert = {
        .rule = {.name = DROP_ALERT_NAME,
                 .description = "Events that rules may match were lost.",
                 .condition = "",
                 .output = "",
                 .source = "internal",
                 .file = "",
                 .priority = PRIORITY_CRITICAL,
                 .enabled = true},
        .time = judged->wall_time,
        .hostname = world_hostname(world),
        .output = output.failed ? DROP_ALERT_NAME : output.data,
        .fields = fields,
        .field_count = count,
        .judged = judged,
    };
    callback(data, &alert);
}

void drop_alert_judge(struct drop_alert *drop_alert, const struct world *world,
                      const struct judged_event *judged, rules_alert callback, void *data)
{
    const struct event_header *header = judged->event->header;

    if (header->type != EVENT_CONTAINER_DROP || header->result <= 0)
        return;
    if (drop_alert->told && header->time - drop_alert->told < PAUSE_NS) {
        drop_alert->unreported += (uint64_t)header->result;
        return;
    }
    drop_alert->told = header->time;
    tell(drop_alert, world, judged, callback, data);
    drop_alert->unreported = 0;
}
