/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random rules over random events of processes that change on the way. Whatever the plain evaluator
 * finds, the compiled rules find too and nothing more, whether all are evaluated or looked up which
 * to evaluate, and the kernel's tables let it through, with the masks made on the way and without.
 * What the linter says of a rule is so.
 *
 * BULWARK_RANDOM_SETS, _EVENTS and _RULES (of a set, at most) make it long, _SEED makes it another;
 * _FIRST is the number of the first set: one set is the same whatever the others are.
 */
#include "event/table.h"
#include "rules/access.h"
#include "rules/evaluate.h"
#include "rules/filter_lookup.h"
#include "rules/filter_model.h"
#include "rules/lint.h"
#include "rules/oracle.h"
#include "rules/random.h"

#include "base/cleanup.h"

#define FEW    4
#define MANY   (5 * ACCESS_RULES_MIN)
#define BATCH  25 /* sets that see one run of the events */
#define ACTORS 61 /* masks of a set: some have to go for others */

static unsigned seed, rules_max;

/* One set of rules, and all that judges by it. */
struct set {
    unsigned number;
    struct ruleset *rules;
    struct oracle *oracle;
    struct filter_model *model;
    struct {
        bool never, hidden;
    } *told; /* what the linter said of rules, by their place */
    const char *alerts[MANY];
    unsigned alert_count;
};

struct run {
    struct stream stream;
    struct set sets[BATCH];
    unsigned set_count;
    uint64_t events, judged, matched, sent, findings;
    uint64_t skipped;                   /* rules that were not evaluated */
    bool seen[OP_MAX][MODIFIER_MAX][2]; /* comparisons that were true, and false */
};

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* r12 */
static unsigned place_of(const char *name)
{
    return (unsigned)strtoul(name + 1, NULL, 10);
}

static unsigned keep_findings(struct set *set, const struct lint_findings *findings)
{
    unsigned count = 0;

    for (size_t i = 0; i < findings->count; i++) {
        const struct lint_finding *finding = &findings->items[i];
        bool never = !strcmp(finding->code, "LINT_NEVER");
        bool hidden =
            !strcmp(finding->code, "LINT_SHADOWED") || !strcmp(finding->code, "LINT_DUPLICATE");
        if (!never && !hidden)
            continue;
        set->told[place_of(finding->rule)].never |= never;
        set->told[place_of(finding->rule)].hidden |= hidden;
        count++;
    }
    return count;
}

/* Both the linter and the oracle look at what was loaded. */
struct inspection {
    struct rules_options lint;
    struct oracle **oracle;
};

static int inspect(void *data, struct checker *checker, const struct rules_source *sources,
                   size_t count)
{
    const struct inspection *inspection = data;

    int r = oracle_inspect((void *)inspection->oracle, checker, sources, count);
    return r < 0 ? r
                 : inspection->lint.inspect(inspection->lint.inspect_data, checker, sources, count);
}

static unsigned make_set(struct set *set, unsigned number)
{
    _cleanup_(lint_findings_done) struct lint_findings findings = {0};
    _cleanup_buf_ struct buf text = {0};
    struct inspection inspection = {.oracle = &set->oracle};
    const struct rules_options options = {.matching = MATCHING_ALL,
                                          .minimum_priority = PRIORITY_DEBUG,
                                          .inspect = inspect,
                                          .inspect_data = &inspection};
    struct rules_warnings warnings = {0};
    struct error error = {0};
    struct random random;

    *set = (struct set){.number = number};
    lint_ask(&inspection.lint, &findings);
    random_start(&random, (uint64_t)seed << 32 | number);
    random_rules(&random, number % 4 || rules_max < MANY ? FEW : MANY, &text);
    const struct rules_source source = {"random", text.data, text.len};
    if (rules_load(&source, 1, &options, &warnings, &set->rules, &error) < 0)
        fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, text.data);
    rules_warnings_done(&warnings);
    set->told = calloc(rules_count(set->rules), sizeof(*set->told));
    assert_non_null(set->told);
    assert_int_equal(filter_model_new(ACTORS, &set->model), 0);
    return keep_findings(set, &findings);
}

static void free_set(struct set *set)
{
    rules_free(set->rules);
    oracle_free(set->oracle);
    filter_model_free(set->model);
    free(set->told);
}

/* Fails, and says how to come here again. */
static void disagree(const struct set *set, const struct judged_event *judged, const char *rule,
                     const char *how)
{
    const struct event_header *header = judged->event->header;
    const struct event_param *path = event_param(judged->event, PARAM_PATH);
    struct rule_info info = {.condition = ""};

    if (rule)
        rules_info(set->rules, place_of(rule), &info);
    fail_msg("%s: %s of %s, result %lld, %.*s\n%s\nBULWARK_RANDOM_SEED=%u BULWARK_RANDOM_FIRST=%u "
             "BULWARK_RANDOM_SETS=1",
             how, event_type_info(header->type)->name, judged->process->name,
             (long long)header->result, path ? (int)path->len : 0, path ? path->data : "",
             info.condition, seed, set->number);
}

static void remember(void *data, const struct alert *alert)
{
    struct set *set = data;

    set->alerts[set->alert_count++] = alert->rule.name;
}

/* In the rules' own memory of this event: no rule is judged twice. */
static unsigned evaluate_all(const struct set *set, const struct judged_event *judged,
                             const char *all[MANY])
{
    const struct rule_index *index = &set->rules->by_type[judged->event->header->type];
    unsigned count = 0;

    for (size_t i = 0; i < index->count; i++) {
        const struct rule *rule = index->rules[i];
        if (!evaluate_term(set->rules, rule->condition))
            continue;
        unsigned place = place_of(rule->info.name);
        if (set->told[place].never || (set->told[place].hidden && !count))
            disagree(set, judged, rule->info.name, "the linter said that it never matches");
        all[count++] = rule->info.name;
    }
    return count;
}

static void expect_same(const struct set *set, const struct judged_event *judged,
                        const char *const *plain, size_t plain_count, const char *const *names,
                        size_t count, const char *who)
{
    size_t i = 0;

    while (i < plain_count && i < count && !strcmp(plain[i], names[i]))
        i++;
    if (i < plain_count || i < count)
        disagree(set, judged, i < plain_count ? plain[i] : names[i], who);
}

static void note_seen(struct run *run, const struct ruleset *rules)
{
    for (const struct atom *atom = rules->atoms; atom; atom = atom->hh.next)
        if (atom->stamp == rules->stamp)
            run->seen[atom->op][atom->modifier][atom->result] = true;
}

static void judge_by_set(struct run *run, struct set *set, const struct judged_event *judged)
{
    const struct rule_index *index = &set->rules->by_type[judged->event->header->type];
    uint64_t evaluations = rules_counters(set->rules)->evaluations;
    const char *all[MANY], *const *plain;

    set->alert_count = 0;
    rules_judge(set->rules, run->stream.world, judged, remember, set);
    evaluations = rules_counters(set->rules)->evaluations - evaluations;
    size_t count = oracle_judge(set->oracle, run->stream.world, judged, &plain);
    expect_same(set, judged, plain, count, set->alerts, set->alert_count, "as compiled");
    note_seen(run, set->rules);
    expect_same(set, judged, plain, count, all, evaluate_all(set, judged, all), "all evaluated");
    if (count && !filter_lookup(rules_filter(set->rules), judged->event, NULL))
        disagree(set, judged, plain[0], "the kernel's tables drop it");
    bool sends = filter_model_sends(set->model, set->rules, judged);
    if (count && !sends)
        disagree(set, judged, plain[0], "the actor's mask drops it");
    run->judged++;
    run->matched += count > 0;
    run->sent += sends;
    run->skipped += index->count - evaluations;
}

static void judge_event(void *data, const struct judged_event *judged)
{
    struct run *run = data;

    run->events++;
    for (unsigned i = 0; i < run->set_count; i++)
        judge_by_set(run, &run->sets[i], judged);
}

/* The same events for every batch of sets, from the beginning. */
static void feed(struct run *run, unsigned events)
{
    struct machine machine;

    run->stream = (struct stream){.now = 1000 * SECOND};
    assert_int_equal(world_new(NULL, NULL, judge_event, run, &run->stream.world), 0);
    machine_start(&machine, seed);
    for (unsigned i = 0; i < events; i++) {
        machine_next(&machine, &run->stream);
        if (event_type_info(stream_header(&run->stream)->type)->family == FAMILY_FACT)
            for (unsigned k = 0; k < run->set_count; k++)
                filter_model_forget(run->sets[k].model);
        assert_int_equal(stream_feed(&run->stream), 0);
    }
    world_flush(run->stream.world);
    stream_close(&run->stream);
}

/* Each operator was asked for what it is and for what it is not; so was each modifier. */
static void expect_seen(const struct run *run)
{
    for (enum operator op = OP_EXISTS; op < OP_MAX; op++)
        for (unsigned result = 0; result < 2; result++)
            if (!run->seen[op][MODIFIER_NONE][result])
                fail_msg("'%s' was never %s", operator_info(op)->name, result ? "true" : "false");
    for (enum modifier modifier = MODIFIER_ONEOF; modifier < MODIFIER_MAX; modifier++)
        for (unsigned result = 0; result < 2; result++) {
            bool seen = false;
            for (enum operator op = OP_EXISTS; op < OP_MAX; op++)
                seen |= run->seen[op][modifier][result];
            if (!seen)
                fail_msg("'%s' was never %s", modifier_name(modifier), result ? "true" : "false");
        }
}

static void all_agree(void **unused)
{
    unsigned sets = from_environment("BULWARK_RANDOM_SETS", 100);
    unsigned events = from_environment("BULWARK_RANDOM_EVENTS", 1500);
    unsigned first = from_environment("BULWARK_RANDOM_FIRST", 0);
    struct run *run = calloc(1, sizeof(*run));

    assert_non_null(run);
    seed = from_environment("BULWARK_RANDOM_SEED", 0);
    rules_max = from_environment("BULWARK_RANDOM_RULES", MANY);
    for (unsigned done = 0; done < sets; done += run->set_count) {
        run->set_count = sets - done < BATCH ? sets - done : BATCH;
        for (unsigned i = 0; i < run->set_count; i++)
            run->findings += make_set(&run->sets[i], first + done + i);
        feed(run, events);
        for (unsigned i = 0; i < run->set_count; i++)
            free_set(&run->sets[i]);
    }
    print_message("%u sets, %llu judgements: %llu matched, %llu let through, %llu rules not looked "
                  "at; %llu rules said to be "
                  "hidden or never to match\n",
                  sets, (unsigned long long)run->judged, (unsigned long long)run->matched,
                  (unsigned long long)run->sent, (unsigned long long)run->skipped,
                  (unsigned long long)run->findings);
    /* It says something only when rules do match, and when events are dropped. */
    if (sets > 50 && events > 500) {
        assert_true(run->judged > (uint64_t)sets * events * 9 / 10);
        assert_true(run->matched > run->judged / 50 && run->sent < run->judged * 9 / 10);
        assert_true(run->skipped > run->judged / 4);
        if (sets >= (seed ? 300 : 100)) /* of a few sets chance decides */
            expect_seen(run);
    }
    free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_agree)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
