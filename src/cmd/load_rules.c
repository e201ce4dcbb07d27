/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/load_rules.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/files.h"
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

static bool rule_matches(const struct rule_info *info, const char *pattern)
{
    if (fnmatch(pattern, info->name, FNM_CASEFOLD) == 0)
        return true;
    for (size_t i = 0; info->tags && info->tags[i]; i++) {
        if (fnmatch(pattern, info->tags[i], FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

/* Adds what a rule file would say to turn the rule off. */
static void add_toggle(struct buf *text, const char *name)
{
    buf_add_string(text, "- rule: \"");
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            buf_add_char(text, '\\');
        buf_add_char(text, *name);
    }
    buf_add_string(text, "\"\n  enabled: false\n  override:\n    enabled: replace\n");
}

/* A rule file, as an unnamed descriptor, that turns off what matches. -errno on failure. */
static int toggles_file(const struct ruleset *rules, const struct texts *disable)
{
    _cleanup_buf_ struct buf text = {0};
    size_t hits[TEXTS_MAX] = {0};

    for (size_t i = 0; i < rules_count(rules); i++) {
        struct rule_info info;
        bool any = false;
        rules_info(rules, i, &info);
        for (size_t p = 0; p < disable->count; p++) {
            bool matches = rule_matches(&info, disable->items[p]);
            hits[p] += matches;
            any = any || matches;
        }
        if (any)
            add_toggle(&text, info.name);
    }
    for (size_t p = 0; p < disable->count; p++) {
        if (!hits[p])
            log_warning("--disable %s: no rule has such a name or tag", disable->items[p]);
    }
    if (text.failed)
        return text.failed;

    _cleanup_close_ int fd = memfd_create("disabled-rules", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = text.len ? write_all(fd, text.data, text.len) : 0;
    return r < 0 ? r : TAKE_FD(fd);
}

int load_rules(const struct texts *paths, const struct texts *disable,
               const struct rules_options *options, enum warnings_shown shown,
               struct ruleset **ret_rules, size_t *ret_warnings)
{
    const char *all[TEXTS_MAX + 1];
    size_t count = paths->count ? paths->count : 1;
    struct ruleset *rules = NULL;
    char toggles_path[64];
    int r = 0;

    if (paths->count)
        memcpy(all, paths->items, paths->count * sizeof(all[0]));
    else
        r = find_builtin_rules(&all[0]);
    if (r == 0)
        r = load_paths(all, count, options, shown, &rules, ret_warnings);
    if (r < 0 || !disable || !disable->count) {
        if (r == 0)
            *ret_rules = rules;
        return r;
    }

    /* names are only known once the rules are loaded: a second time, with the toggles */
    _cleanup_close_ int toggles = toggles_file(rules, disable);
    rules_free(rules);
    if (toggles < 0) {
        log_error("can't disable rules: %s", strerror(-toggles));
        return toggles;
    }
    snprintf(toggles_path, sizeof(toggles_path), "/proc/self/fd/%d", toggles);
    all[count++] = toggles_path;
    return load_paths(all, count, options, WARNINGS_NONE, ret_rules, NULL);
}
