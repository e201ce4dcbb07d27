/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/load_rules.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define FEW_WARNINGS   10
#define BUILD_LOCATION "/src/cmd/bulwark" /* of the executable in a build directory */

const char *builtin_rules(void)
{
    static char path[PATH_MAX];
    static const char beside[] = "/../rules";
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof(beside));

    if (len > (ssize_t)strlen(BUILD_LOCATION)) {
        char *end = path + len - strlen(BUILD_LOCATION);
        if (memcmp(end, BUILD_LOCATION, strlen(BUILD_LOCATION)) == 0) {
            memcpy(end, beside, sizeof(beside));
            if (access(path, R_OK) == 0)
                return path;
        }
    }
    return BULWARK_RULES_DIR;
}

static void print_warnings(const struct rules_warnings *warnings, enum warnings_shown shown)
{
    size_t limit = shown == WARNINGS_ALL ? warnings->count : FEW_WARNINGS;
    size_t total = warnings->count + warnings->dropped;
    char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];

    if (shown == WARNINGS_NONE)
        return;
    for (size_t i = 0; i < warnings->count && i < limit; i++)
        fprintf(stderr, "%s [%s]\n", error_format(&warnings->items[i].at, place, sizeof(place)),
                warnings->items[i].code);
    if (total > limit)
        fprintf(stderr, "... and %zu more warnings%s\n", total - limit,
                shown == WARNINGS_ALL ? "" : ", see bulwark rules check");
}

int load_rules(const struct texts *paths, const struct rules_options *options,
               enum warnings_shown shown, struct ruleset **ret_rules, size_t *ret_warnings)
{
    const char *builtin = builtin_rules();
    struct rules_warnings warnings = {0};
    struct error error = {0};

    int r =
        rules_load_files(paths->count ? paths->items : &builtin, paths->count ? paths->count : 1,
                         options, &warnings, ret_rules, &error);
    print_warnings(&warnings, shown);
    if (ret_warnings)
        *ret_warnings = warnings.count + warnings.dropped;
    rules_warnings_done(&warnings);
    if (r < 0) {
        char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];
        fprintf(stderr, "%s\n", error_format(&error, place, sizeof(place)));
    }
    return r;
}
