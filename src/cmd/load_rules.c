/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/load_rules.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define FEW_WARNINGS   10
#define PLACE_MAX      (ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32)
#define BUILD_LOCATION "/src/cmd/bulwark" /* of the executable in a build directory */

/* Where the built-in rules are: beside the build when run from there, else as installed. */
static const char *builtin_rules(void)
{
    static char path[PATH_MAX];
    static const char beside[] = "/../rules";
    char executable[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", executable, sizeof(executable) - sizeof(beside));

    if (len > (ssize_t)strlen(BUILD_LOCATION)) {
        char *end = executable + len - strlen(BUILD_LOCATION);
        if (memcmp(end, BUILD_LOCATION, strlen(BUILD_LOCATION)) == 0) {
            memcpy(end, beside, sizeof(beside));
            if (realpath(executable, path))
                return path;
        }
    }
    return BULWARK_RULES_DIR;
}

static int find_builtin_rules(const char **ret_path)
{
    const char *path = builtin_rules();

    if (access(path, F_OK) < 0) {
        int r = -errno;
        log_error("%s, where the built-in rules should be: %s. Install bulwark (make install), or "
                  "name rules with -r",
                  path, strerror(-r));
        return r;
    }
    *ret_path = path;
    return 0;
}

static void print_warnings(const struct rules_warnings *warnings, enum warnings_shown shown)
{
    size_t limit = shown == WARNINGS_ALL ? warnings->count : FEW_WARNINGS;
    size_t total = warnings->count + warnings->dropped;
    char place[PLACE_MAX];

    if (shown == WARNINGS_NONE)
        return;
    for (size_t i = 0; i < warnings->count && i < limit; i++)
        fprintf(stderr, "%s [%s]\n", error_format(&warnings->items[i].at, place, sizeof(place)),
                warnings->items[i].code);
    if (total > limit)
        fprintf(stderr, "... and %zu more warnings%s\n", total - limit,
                shown == WARNINGS_ALL ? "" : ", see bulwark rules check");
}

static int load_paths(const char *const *paths, size_t count, const struct rules_options *options,
                      enum warnings_shown shown, struct ruleset **ret_rules, size_t *ret_warnings)
{
    struct rules_warnings warnings = {0};
    struct error error = {0};

    int r = rules_load_files(paths, count, options, &warnings, ret_rules, &error);
    print_warnings(&warnings, shown);
    if (ret_warnings)
        *ret_warnings = warnings.count + warnings.dropped;
    rules_warnings_done(&warnings);
    if (r < 0) {
        char place[PLACE_MAX];
        fprintf(stderr, "%s\n", error_format(&error, place, sizeof(place)));
    }
    return r;
}

static void warn_unmatched(const struct rule_switch *item)
{
    if (!item->matched)
        log_warning("--%s %s: no rule has such a name or tag", item->enable ? "enable" : "disable",
                    item->pattern);
}

int load_rules(const struct texts *paths, const struct rules_choice *choice,
               const struct rules_options *options, enum warnings_shown shown,
               struct ruleset **ret_rules, size_t *ret_warnings)
{
    static const struct rules_choice none;
    struct rule_switches switches = (choice ? choice : &none)->switches; /* counted in */
    const struct texts *outputs = &(choice ? choice : &none)->append_outputs;
    struct rules_options chosen = *options;
    const char *builtin;
    int r;

    chosen.switches = switches.items;
    chosen.switch_count = switches.count;
    chosen.append_outputs = outputs->items;
    chosen.append_output_count = outputs->count;
    if (paths->count) {
        r = load_paths(paths->items, paths->count, &chosen, shown, ret_rules, ret_warnings);
    } else {
        r = find_builtin_rules(&builtin);
        if (r == 0)
            r = load_paths(&builtin, 1, &chosen, shown, ret_rules, ret_warnings);
    }
    for (size_t i = 0; r == 0 && i < switches.count; i++)
        warn_unmatched(&switches.items[i]);
    return r;
}
