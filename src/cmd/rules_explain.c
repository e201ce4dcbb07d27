/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules_explain.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/json.h"
#include "rules/explain.h"
#include "rules/filter_lookup.h"
#include "rules/foresee.h"
#include "rules/nearest.h"
#include "sensor/recording.h"

/* How much of long lists people are shown; programs get all. */
#define VALUES_SHOWN 6
#define TYPES_SHOWN  12
#define TEXTS_SHOWN  8

/* Events of a recording, as the kernel side would have treated them if this were the only rule. */
struct counts {
    uint64_t of_types;      /* that the rule is tried on */
    uint64_t sent_always;   /* of those: of types that are not looked up */
    uint64_t sent;          /* of those: all that leave the kernel */
    uint64_t sent_unmasked; /* likewise, as long as nothing is known of who acts */
    uint64_t matched;
};

struct explained {
    struct explanation what;
    struct rules_needs needs;
    size_t index;
    struct counts counts;
    const char *denial; /* of a rule that denies: what it gets without BPF LSM; else NULL */
};

struct explaining {
    struct ruleset *rules;
    struct world *world;
    struct arena arena;
    struct explained *items;
    size_t count;
    uint64_t events, malformed, now;
};

DEFINE_CLEANUP(struct world *, world_free);

static void ignore_alert(void *data, const struct alert *alert)
{
    (void)data;
    (void)alert;
}

static void count_event(struct explaining *explaining, struct explained *rule,
                        const struct event *event, const struct filter_vector *mask)
{
    const struct filter_tables *tables = rules_filter(explaining->rules);
    unsigned type = event->header->type;
    struct filter_vector masked = rule->what.mask;

    if (!rule->needs.types[type] || !rule->what.info.enabled)
        return;
    for (size_t i = 0; i < FILTER_WORDS; i++)
        masked.words[i] &= mask->words[i];
    rule->counts.of_types++;
    rule->counts.sent_always += !tables->slot.types[type];
    rule->counts.sent_unmasked += filter_lookup(tables, event, &rule->what.mask);
    rule->counts.sent += filter_lookup(tables, event, &masked);
}

static void judge(void *data, const struct judged_event *judged)
{
    struct explaining *explaining = data;
    struct filter_vector mask;

    explaining->events++;
    if (judged->event->header->type >= EVENT_TYPE_MAX)
        return;
    rules_judge(explaining->rules, explaining->world, judged, ignore_alert, NULL);
    rules_mask(explaining->rules, judged, &mask);
    for (size_t i = 0; i < explaining->count; i++)
        count_event(explaining, &explaining->items[i], judged->event, &mask);
}

/* The clock of a replay is the recording's. */
static int on_record(void *data, const void *record, size_t size)
{
    const struct event_header *header = record;
    struct explaining *explaining = data;

    if (header->time > explaining->now) {
        explaining->now = header->time;
        world_tick(explaining->world, explaining->now);
    }
    int r = world_feed(explaining->world, record, size);
    if (r == -EBADMSG)
        explaining->malformed++;
    return r == -ENOMEM ? r : 0;
}

static int count_recording(struct explaining *explaining, const char *path)
{
    _cleanup_(world_freep) struct world *world = NULL;
    char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];
    struct error error = {0};
    bool truncated = false;

    int r = world_new(NULL, NULL, judge, explaining, &world);
    if (r < 0)
        return r;
    explaining->world = world;
    r = recording_read(path, on_record, explaining, &truncated, &error);
    world_flush(world);
    if (r < 0)
        log_error("%s", error.code ? error_format(&error, place, sizeof(place)) : strerror(-r));
    if (truncated)
        log_warning("%s ends within a record: that one is left out", path);
    if (explaining->malformed)
        log_warning("%" PRIu64 " records are malformed and left out", explaining->malformed);
    for (size_t i = 0; i < explaining->count; i++) {
        struct rule_info info;
        rules_info(explaining->rules, explaining->items[i].index, &info);
        explaining->items[i].counts.matched = info.hits;
    }
    return r;
}

static json_t *texts_json(const struct explain_texts *texts)
{
    json_t *array = json_array();

    for (size_t i = 0; i < texts->count; i++)
        json_array_append_new(array, json_of_text(texts->items[i]));
    return array;
}

static json_t *types_json(const struct explanation *what)
{
    json_t *array = json_array();

    for (size_t i = 0; i < what->type_count; i++)
        json_array_append_new(
            array, json_pack("{s:s, s:b, s:s*, s:s*}", "type", what->types[i].name, "looked_up",
                             !what->types[i].sent_because, "sent_because",
                             what->types[i].sent_because, "partial", what->types[i].partial));
    return array;
}

static json_t *columns_json(const struct explanation *what)
{
    json_t *array = json_array();

    for (size_t i = 0; i < what->column_count; i++) {
        const struct explained_column *column = &what->columns[i];
        json_t *parts = json_array();
        for (size_t p = 0; p < column->part_count; p++)
            json_array_append_new(parts, json_pack("{s:s, s:o, s:b}", "dimension",
                                                   column->parts[p].dimension, "any_of",
                                                   texts_json(&column->parts[p].texts), "narrows",
                                                   column->parts[p].narrows));
        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:b, s:o}", "parts", parts, "shared_with",
                                        texts_json(&column->shared_with), "widened",
                                        column->widened, "sends", json_of_text(column->sends)));
    }
    return array;
}

static json_t *atoms_json(const struct explanation *what)
{
    json_t *array = json_array();

    for (size_t i = 0; i < what->atom_count; i++) {
        const struct explained_atom *atom = &what->atoms[i];
        json_array_append_new(array, json_pack("{s:o, s:o, s:s, s:o}", "comparison",
                                               json_of_text(atom->text), "macro",
                                               json_of_text(atom->macro), "decided",
                                               explain_place_name(atom->place), "reason",
                                               json_of_text(atom->reason)));
    }
    return array;
}

static json_t *counts_json(const struct explaining *explaining, const struct counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "events", (json_int_t)explaining->events,
                     "of_types", (json_int_t)counts->of_types, "sent_always",
                     (json_int_t)counts->sent_always, "sent", (json_int_t)counts->sent,
                     "sent_before_masks", (json_int_t)counts->sent_unmasked, "matched",
                     (json_int_t)counts->matched);
}

static json_t *rule_json(const struct explaining *explaining, const struct explained *rule,
                         bool counted)
{
    const struct explanation *what = &rule->what;

    return json_pack(
        "{s:o, s:o, s:i, s:b, s:s, s:s, s:s*, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o*}", "rule",
        json_of_text(what->info.name), "file", json_of_text(what->info.file), "line",
        (int)what->info.line, "enabled", what->info.enabled, "action",
        rule_action_name(what->info.action), "mode", rule_mode_name(what->info.mode), "without_lsm",
        rule->denial, "condition", json_of_text(what->info.condition), "types", types_json(what),
        "columns", columns_json(what), "unsplit", what->unsplit, "comparisons", atoms_json(what),
        "verdict", json_of_text(what->verdict), "advice", texts_json(&what->advice), "recording",
        counted ? counts_json(explaining, &rule->counts) : NULL);
}

/* The names of the types with the same reason, in one line. */
static void print_types_of(const struct explanation *what, const char *because)
{
    size_t count = 0;

    for (size_t i = 0; i < what->type_count; i++) {
        const char *why = what->types[i].sent_because;
        if (why != because && !(why && because && strcmp(why, because) == 0))
            continue;
        if (!count++)
            printf("  %s%s: ", because ? "sent always, " : "looked up", because ? because : "");
        if (count <= TYPES_SHOWN)
            printf("%s%s", count > 1 ? ", " : "", what->types[i].name);
    }
    if (count > TYPES_SHOWN)
        printf(", and %zu more", count - TYPES_SHOWN);
    if (count)
        putchar('\n');
}

static bool reason_is_new(const struct explanation *what, size_t at)
{
    const char *why = what->types[at].sent_because;

    for (size_t i = 0; i < at; i++) {
        const char *before = what->types[i].sent_because;
        if (before == why || (before && why && strcmp(before, why) == 0))
            return false;
    }
    return true;
}

static void print_types(const struct explanation *what)
{
    printf("types of events: %zu\n", what->type_count);
    for (size_t i = 0; i < what->type_count; i++)
        if (reason_is_new(what, i))
            print_types_of(what, what->types[i].sent_because);
    for (size_t i = 0; i < what->type_count; i++)
        if (what->types[i].partial)
            printf("  not all are events: %s, %s\n", what->types[i].name, what->types[i].partial);
}

static void print_texts(const struct explain_texts *texts, const char *between)
{
    for (size_t i = 0; i < texts->count && i < TEXTS_SHOWN; i++)
        printf("%s%s", i ? between : "", texts->items[i]);
    if (texts->count > TEXTS_SHOWN)
        printf("%sand %zu more", between, texts->count - TEXTS_SHOWN);
}

static void print_column(const struct explained_column *column)
{
    printf("  sends      %s\n", column->sends);
    for (size_t p = 0; p < column->part_count; p++) {
        const struct explained_part *part = &column->parts[p];
        printf("    %-8s %s", part->dimension, part->narrows ? "" : "(drops little) ");
        print_texts(&part->texts, "\n             or ");
        putchar('\n');
    }
    if (column->shared_with.count || column->widened) {
        printf("    shared   %s", column->shared_with.count ? "with " : "by its own ways to match");
        print_texts(&column->shared_with, ", ");
        printf("%s\n", column->widened ? ": there is room for no more columns, so that more is sent"
                                       : ": they differ in one dimension, nothing is lost");
    }
}

static bool same_decision(const struct explained_atom *a, const struct explained_atom *b)
{
    return a->place == b->place && strcmp(a->reason, b->reason) == 0;
}

/* The comparisons that are decided as the one at `first`, unless there is such a one before. */
static void print_decision(const struct explanation *what, size_t first)
{
    const struct explained_atom *atoms = what->atoms;

    for (size_t i = 0; i < first; i++)
        if (same_decision(&atoms[i], &atoms[first]))
            return;
    printf("  %s: %s\n", explain_place_text(atoms[first].place), atoms[first].reason);
    for (size_t i = first; i < what->atom_count; i++) {
        if (!same_decision(&atoms[i], &atoms[first]))
            continue;
        const char *macro = atoms[i].macro;
        printf("    %s%s%s%s\n", atoms[i].text, macro ? " [" : "", macro ? macro : "",
               macro ? "]" : "");
    }
}

static void print_atoms(const struct explanation *what)
{
    puts("comparisons, and where each is decided (with the macro it stands in):");
    for (unsigned place = 0; place < EXPLAIN_PLACE_MAX; place++)
        for (size_t i = 0; i < what->atom_count; i++)
            if (what->atoms[i].place == place)
                print_decision(what, i);
}

static void print_condition(const char *condition)
{
    printf("condition: ");
    for (; *condition; condition++) {
        putchar(*condition);
        if (*condition == '\n')
            printf("  ");
    }
    putchar('\n');
}

static void print_counts(const struct explaining *explaining, const struct counts *counts)
{
    printf("recording: of %" PRIu64 " events %" PRIu64 " are of its types; %" PRIu64
           " of them would leave the kernel for it (%" PRIu64
           " of types that are sent always), %" PRIu64
           " as long as nothing is known of who acts; %" PRIu64 " match\n",
           explaining->events, counts->of_types, counts->sent, counts->sent_always,
           counts->sent_unmasked, counts->matched);
}

static void print_rule(const struct explaining *explaining, const struct explained *rule,
                       bool counted)
{
    const struct explanation *what = &rule->what;

    printf("%s%s\n%s:%u\n", what->info.name, what->info.enabled ? "" : " (disabled)",
           what->info.file, what->info.line);
    if (what->info.action != ACTION_ALERT)
        printf("action: %s, mode: %s\n", rule_action_name(what->info.action),
               rule_mode_name(what->info.mode));
    if (rule->denial)
        printf("without BPF LSM: %s\n", rule->denial);
    print_condition(what->info.condition);
    print_types(what);
    printf("columns: %zu\n", what->column_count);
    for (size_t i = 0; i < what->column_count; i++)
        print_column(&what->columns[i]);
    print_atoms(what);
    if (counted)
        print_counts(explaining, &rule->counts);
    for (size_t i = 0; i < what->advice.count; i++)
        printf("what would help: %s\n", what->advice.items[i]);
    printf("%s\n", what->verdict);
}

static int print_all(const struct explaining *explaining, const struct explain_request *request)
{
    json_t *array = request->json ? json_array() : NULL;

    for (size_t i = 0; i < explaining->count; i++) {
        const struct explained *rule = &explaining->items[i];
        if (request->json) {
            json_array_append_new(array, rule_json(explaining, rule, request->recording));
            continue;
        }
        if (i)
            putchar('\n');
        print_rule(explaining, rule, request->recording);
    }
    return request->json ? json_print(array) : EXIT_FINE;
}

/* Those that are called exactly so, else those that the pattern fits. */
static int find_rules(struct explaining *explaining, const char *name, bool pattern)
{
    for (size_t i = 0; i < rules_count(explaining->rules); i++) {
        struct rule_info info;
        rules_info(explaining->rules, i, &info);
        if (pattern ? fnmatch(name, info.name, FNM_CASEFOLD) : strcmp(name, info.name))
            continue;
        struct explained *item =
            arena_grow(&explaining->arena, &explaining->items, &explaining->count, sizeof(*item));
        if (!item)
            return -ENOMEM;
        item->index = i;
    }
    return 0;
}

static void tell_nearest(const struct explaining *explaining, const char *name)
{
    struct nearest nearest = nearest_start(name, strlen(name));
    char hint[128];

    for (size_t i = 0; i < rules_count(explaining->rules); i++) {
        struct rule_info info;
        rules_info(explaining->rules, i, &info);
        nearest_offer(&nearest, info.name);
    }
    log_error("no rule is called '%s'%s", name, nearest_hint(&nearest, hint, sizeof(hint)));
}

static int explain_denial(struct explaining *explaining, struct explained *item)
{
    _cleanup_buf_ struct buf words = {0};
    struct rule_foresight foresight;

    if (item->what.info.action != ACTION_DENY)
        return 0;
    if (!rules_sockets(explaining->rules, item->index) &&
        rules_foresee_sockets(explaining->rules) < 0)
        return -ENOMEM;
    rules_foresight(explaining->rules, item->index, &foresight);
    rule_foresight_text(&foresight, rules_sockets(explaining->rules, item->index), &words);
    if (words.failed)
        return words.failed;
    item->denial = arena_copy(&explaining->arena, words.data, words.len);
    return item->denial ? 0 : -ENOMEM;
}

static int explain_all(struct explaining *explaining, unsigned values_max)
{
    int r = 0;

    for (size_t i = 0; i < explaining->count && r == 0; i++) {
        struct explained *item = &explaining->items[i];
        rules_rule_needs(explaining->rules, item->index, &item->needs);
        r = rules_explain(explaining->rules, item->index, values_max, &explaining->arena,
                          &item->what);
        if (r == 0)
            r = explain_denial(explaining, item);
    }
    return r;
}

int rules_explain_print(struct ruleset *rules, const struct explain_request *request)
{
    struct explaining explaining = {.rules = rules};

    int r = find_rules(&explaining, request->name, false);
    if (r == 0 && !explaining.count)
        r = find_rules(&explaining, request->name, true);
    if (r == 0 && !explaining.count)
        tell_nearest(&explaining, request->name);
    if (r == 0)
        r = explain_all(&explaining, request->json ? 0 : VALUES_SHOWN);
    if (r == -ENOMEM)
        log_error("out of memory");
    if (r == 0 && request->recording && explaining.count)
        r = count_recording(&explaining, request->recording);
    int code = r == 0 && explaining.count ? print_all(&explaining, request) : EXIT_ERROR;
    arena_done(&explaining.arena);
    return code;
}
