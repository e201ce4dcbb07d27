/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cases/cases.h"
#include "event/event.h"

struct case_player {
    struct ruleset *rules;
    struct world *world;
    uint64_t now;  /* time of the latest record */
    size_t hits[]; /* by index of the rule */
};

static void on_alert(void *data, const struct alert *alert)
{
    struct case_player *player = data;
    struct rule_info info;

    for (size_t i = 0; i < rules_count(player->rules); i++) {
        rules_info(player->rules, i, &info);
        if (info.name == alert->rule.name || strcmp(info.name, alert->rule.name) == 0) {
            player->hits[i]++;
            return;
        }
    }
}

static void on_event(void *data, const struct judged_event *judged)
{
    struct case_player *player = data;

    rules_judge(player->rules, player->world, judged, on_alert, player);
}

int case_player_new(struct ruleset *rules, struct case_player **ret_player)
{
    struct case_player *player =
        calloc(1, sizeof(*player) + rules_count(rules) * sizeof(player->hits[0]));

    if (!player)
        return -ENOMEM;
    player->rules = rules;
    int r = world_new(NULL, NULL, on_event, player, &player->world);
    if (r < 0) {
        free(player);
        return r;
    }
    *ret_player = player;
    return 0;
}

void case_player_free(struct case_player *player)
{
    if (!player)
        return;
    world_free(player->world);
    free(player);
}

int case_player_record(void *data, const void *record, size_t size)
{
    const struct event_header *header = record;
    struct case_player *player = data;

    if (header->time > player->now) {
        player->now = header->time;
        world_tick(player->world, player->now);
    }
    return world_feed(player->world, record, size);
}

int case_player_records(struct case_player *player, const struct rule_case *test)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < test->record_count; i++)
        r = case_player_record(player, test->records[i].data, test->records[i].size);
    return r;
}

void case_player_end(struct case_player *player)
{
    world_flush(player->world);
}

size_t case_player_hits(const struct case_player *player, size_t rule)
{
    return player->hits[rule];
}
