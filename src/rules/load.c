/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "rules/access.h"
#include "rules/adjust.h"
#include "rules/atom.h"
#include "rules/compile.h"
#include "rules/filter_internal.h"
#include "rules/matcher.h"

/*
 * What a regular expression may take; more, and it counts as no match. With JIT the first alone
 * holds, and the stack is 32 KiB of the machine's own.
 */
#define REGEX_MATCH_LIMIT 100000 /* steps */
#define REGEX_DEPTH_LIMIT 4000   /* points to go back to at a time */
#define REGEX_HEAP_LIMIT  1024   /* KiB */

DEFINE_CLEANUP(struct ruleset *, rules_free);

static int make_ruleset(const struct rules_options *options, struct ruleset **ret_rules)
{
    _cleanup_(rules_freep) struct ruleset *rules = calloc(1, sizeof(*rules));

    if (!rules)
        return -ENOMEM;
    rules->matching = options->matching;
    rules->output.max = (size_t)1 << 20;
    rules->text.max = (size_t)1 << 20;
    rules->extra.max = (size_t)1 << 20;
    rules->match_data = pcre2_match_data_create(1, NULL);
    rules->match_context = pcre2_match_context_create(NULL);
    if (!rules->match_data || !rules->match_context)
        return -ENOMEM;
    pcre2_set_match_limit(rules->match_context, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(rules->match_context, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(rules->match_context, REGEX_HEAP_LIMIT);
    *ret_rules = TAKE_PTR(rules);
    return 0;
}

static int collect_source(struct collector *collector, const struct rules_source *source)
{
    struct yaml_documents documents;

    int r = yaml_load(source->name, source->text, source->len, collector->arena, &documents,
                      collector->error);
    for (size_t i = 0; r == 0 && i < documents.count; i++)
        r = collect_document(collector, documents.items[i]);
    return r;
}

int rules_load(const struct rules_source *sources, size_t count,
               const struct rules_options *options, struct rules_warnings *warnings,
               struct ruleset **ret_rules, struct error *ret_error)
{
    _cleanup_(rules_freep) struct ruleset *rules = NULL;
    _cleanup_arena_ struct arena arena = {0};
    struct error ignored;
    struct error *error = ret_error ? ret_error : &ignored;
    struct collector collector = {.arena = &arena, .warnings = warnings, .error = error};

    int r = make_ruleset(options, &rules);
    if (r < 0)
        return error_set(error, r, "out of memory");
    for (size_t i = 0; i < count && r == 0; i++)
        r = collect_source(&collector, &sources[i]);
    if (r == 0)
        r = additions_read(&collector, options->append_outputs, options->append_output_count);
    if (r == 0) {
        struct checker checker = {rules, &collector, error};
        switches_apply(&collector, options->switches, options->switch_count);
        r = compile_rules(&checker, options);
        if (r == 0 && options->inspect)
            r = options->inspect(options->inspect_data, &checker, sources, count);
    }
    if (r == 0) {
        r = matcher_make(rules, MATCHER_STATES_MAX);
        if (r == 0)
            r = access_make(rules);
        if (r == 0)
            r = filter_make(rules);
        if (r < 0)
            error_set(error, r, "out of memory");
    }
    collector_done(&collector);
    if (r == 0)
        *ret_rules = TAKE_PTR(rules);
    return r;
}

void rules_free(struct ruleset *rules)
{
    if (!rules)
        return;
    for (struct slot *slot = rules->slots; slot; slot = slot->hh.next)
        free((void *)slot->ref.key);
    for (struct atom *atom = rules->atoms; atom; atom = atom->hh.next)
        atom_done(atom);
    HASH_CLEAR(hh, rules->slots);
    HASH_CLEAR(hh, rules->atoms);
    pcre2_match_data_free(rules->match_data);
    pcre2_match_context_free(rules->match_context);
    field_context_done(&rules->context);
    buf_done(&rules->output);
    buf_done(&rules->text);
    buf_done(&rules->extra);
    arena_done(&rules->arena);
    free(rules);
}

/* The texts of files, while they load. */
struct files {
    struct rules_source *sources;
    size_t count, room;
};

static void files_done(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free((void *)files->sources[i].name);
        free((void *)files->sources[i].text);
    }
    free(files->sources);
}

static int add_file(struct files *files, const char *path, struct error *error)
{
    _cleanup_free_ char *text = NULL, *name = strdup(path);
    size_t len;

    if (files->count == files->room) {
        size_t room = files->room ? files->room * 2 : 8;
        struct rules_source *sources = realloc(files->sources, room * sizeof(*sources));
        if (!sources)
            return error_set(error, -ENOMEM, "out of memory");
        files->sources = sources;
        files->room = room;
    }
    if (!name)
        return error_set(error, -ENOMEM, "out of memory");
    int r = read_file(path, YAML_FILE_MAX, &text, &len);
    if (r == -EFBIG)
        return error_set_at(error, r, path, 0, 0, "the file is larger than %zu MiB",
                            YAML_FILE_MAX >> 20);
    if (r < 0)
        return error_set_at(error, r, path, 0, 0, "cannot be read: %s", strerror(-r));
    files->sources[files->count++] =
        (struct rules_source){.name = TAKE_PTR(name), .text = TAKE_PTR(text), .len = len};
    return 0;
}

static int is_rule_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_directory(struct files *files, const char *path, struct error *error)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_rule_file, compare_entries), r = 0;

    if (count < 0)
        return error_set_at(error, -errno, path, 0, 0, "cannot be read: %s", strerror(errno));
    if (count == 0)
        r = error_set_at(error, -ENOENT, path, 0, 0, "the directory has no *.yaml and no *.yml");
    for (int i = 0; i < count; i++) {
        _cleanup_free_ char *file = NULL;
        if (r == 0 && asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0) {
            file = NULL;
            r = error_set(error, -ENOMEM, "out of memory");
        }
        if (r == 0)
            r = add_file(files, file, error);
        free(entries[i]);
    }
    free(entries);
    return r;
}

int rules_load_files(const char *const *paths, size_t count, const struct rules_options *options,
                     struct rules_warnings *warnings, struct ruleset **ret_rules,
                     struct error *ret_error)
{
    _cleanup_(files_done) struct files files = {0};

    for (size_t i = 0; i < count; i++) {
        struct stat st;
        int r;
        if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
            r = add_directory(&files, paths[i], ret_error);
        else
            r = add_file(&files, paths[i], ret_error);
        if (r < 0)
            return r;
    }
    return rules_load(files.sources, files.count, options, warnings, ret_rules, ret_error);
}
