/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/loop.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "posture/hook.h"
#include "world/json_get.h"
#include "yaml/yaml_source.h"

#define POLICY_DEFAULT "/etc/bulwark/hook.yaml"
#define STDIN_NAME     "state"
#define TOLD_MAX       8             /* reasons on standard error */
#define STDIN_TIME     5000000000ull /* ns that the runtime may take to tell its state */
#define ERROR_ROOM     (ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32)

struct hook_options {
    const char *policy;
    const char *on_error;
};

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct hook_options, member), .help = option_help

static const struct option_row rows[] = {
    {OPTION("policy", TEXT, policy, "which containers may start (" POLICY_DEFAULT ")"),
     .value = "FILE"},
    {OPTION("on-error", TEXT, on_error,
            "open or closed: what becomes of a container that can't be judged (closed); "
            "the policy's on_error goes first"),
     .value = "WORD"},
};

static const struct usage usage = {
    .command = "hook",
    .summary = "Refuse a container that a policy does not let start. Called by a runtime as its\n"
               "createRuntime hook, with the OCI state on standard input; asks no network.\n\n"
               "Exit code 0 to let it start, 1 when the policy refuses it, 2 when it could not be\n"
               "judged and such a container must not start.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
};

struct hook_run {
    struct arena arena;
    struct hook_policy policy;
    struct hook_state state;
    struct container_config config;
    struct hook_verdict verdict;
};

static void hook_run_done(struct hook_run *run)
{
    arena_done(&run->arena);
}

/* The runtime closes its end; one that does not is waited for no longer than this. */
static int read_stdin(struct arena *arena, const char **ret_text, size_t *ret_len,
                      struct error *error)
{
    uint64_t deadline = loop_now() + STDIN_TIME;
    _cleanup_free_ char *text = malloc(HOOK_STATE_MAX + 1);
    size_t len = 0;

    if (!text)
        return error_set(error, -ENOMEM, "out of memory");
    for (;;) {
        struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
        uint64_t now = loop_now();
        int ready = now < deadline ? poll(&wait, 1, (int)((deadline - now) / 1000000 + 1)) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return error_set(error, -ETIMEDOUT, STDIN_NAME ": not whole within 5 s");
        ssize_t count = read(STDIN_FILENO, text + len, HOOK_STATE_MAX + 1 - len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_set(error, -errno, STDIN_NAME ": %s", strerror(errno));
        len += (size_t)count;
        if (count == 0 || len > HOOK_STATE_MAX)
            break;
    }
    *ret_text = arena_copy(arena, text, len);
    *ret_len = len;
    return *ret_text ? 0 : error_set(error, -ENOMEM, "out of memory");
}

static int read_whole(struct arena *arena, const char *path, size_t max, const char **ret_text,
                      size_t *ret_len, struct error *error)
{
    _cleanup_free_ char *text = NULL;

    int r = read_file(path, max, &text, ret_len);
    if (r < 0)
        return error_set_at(error, r, path, 0, 0, "%s", strerror(-r));
    *ret_text = arena_copy(arena, text, *ret_len);
    return *ret_text ? 0 : error_set(error, -ENOMEM, "out of memory");
}

/* Beside the policy, unless it has a place of its own. */
static int load_waivers(struct hook_run *run, const char *policy, struct error *error)
{
    const char *file = run->policy.waivers_file, *text;
    const char *slash = strrchr(policy, '/');
    char path[PATH_MAX];
    size_t len;

    if (!file)
        return 0;
    int wanted = *file == '/' || !slash
                     ? snprintf(path, sizeof(path), "%s", file)
                     : snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - policy), policy, file);
    if (wanted < 0 || (size_t)wanted >= sizeof(path))
        return error_set_at(error, -ENAMETOOLONG, policy, 0, 0,
                            "the path of 'waivers' is too long");
    int r = read_whole(&run->arena, path, YAML_FILE_MAX, &text, &len, error);
    return r < 0 ? r : waivers_load(path, text, len, &run->arena, &run->policy.waivers, error);
}

static int load_policy(struct hook_run *run, const char *path, struct error *error)
{
    const char *text;
    size_t len;

    int r = read_whole(&run->arena, path, HOOK_POLICY_MAX, &text, &len, error);
    if (r == 0)
        r = hook_policy_load(path, text, len, &run->arena, &run->policy, error);
    return r < 0 ? r : load_waivers(run, path, error);
}

static int read_state(struct hook_run *run, struct error *error)
{
    const char *text;
    size_t len = 0;

    int r = read_stdin(&run->arena, &text, &len, error);
    return r < 0 ? r : hook_state_read(STDIN_NAME, text, len, &run->arena, &run->state, error);
}

static int judge(struct hook_run *run, struct error *error)
{
    char path[PATH_MAX + 16];
    const char *text;
    size_t len;

    snprintf(path, sizeof(path), "%s/config.json", run->state.bundle);
    int r = read_whole(&run->arena, path, HOOK_CONFIG_MAX, &text, &len, error);
    if (r == 0)
        r = hook_config_read(path, text, len, &run->state, &run->arena, &run->config, error);
    if (r < 0)
        return r;
    r = hook_judge(&run->policy, &run->state, &run->config, time(NULL), &run->arena, &run->verdict);
    return r < 0 ? error_set(error, r, "out of memory") : 0;
}

/* Ids, names and values are a container's: nothing of them may look like another line. */
static void add_clean(struct buf *line, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            buf_printf(line, "\\x%02x", c);
        else
            buf_add(line, text, 1);
    }
}

static void add_reason(struct buf *line, const struct hook_violation *violation)
{
    if (violation->check)
        buf_printf(line, "%s (%s%s): ", violation->check->id,
                   severity_name(violation->check->severity),
                   violation->verdict == VERDICT_UNKNOWN ? ", unknown" : "");
    add_clean(line, violation->text);
    if (violation->field) {
        buf_add_string(line, " [config.json: ");
        add_clean(line, violation->field);
        buf_add_string(line, "]");
    }
}

/* One line, as runtimes put it into theirs. */
static void format_verdict(const struct hook_run *run, struct buf *line)
{
    const struct hook_verdict *verdict = &run->verdict;

    buf_add_string(line, "bulwark: container '");
    add_clean(line, run->state.id);
    buf_printf(line, "' %s: ", run->policy.audit ? "would be refused" : "refused by policy");
    for (size_t i = 0; i < verdict->count && i < TOLD_MAX; i++) {
        buf_add_string(line, i ? "; " : "");
        add_reason(line, &verdict->items[i]);
    }
    if (verdict->count > TOLD_MAX)
        buf_printf(line, "; and %zu more", verdict->count - TOLD_MAX);
}

static json_t *violations_json(const struct hook_verdict *verdict)
{
    json_t *list = json_array();

    for (size_t i = 0; i < verdict->count; i++) {
        const struct hook_violation *violation = &verdict->items[i];
        const struct check *check = violation->check;
        json_array_append_new(list, json_pack("{s:s, s:s?, s:s, s:s?, s:s?}", "check",
                                              check ? check->id : "image", "severity",
                                              check ? severity_name(check->severity) : NULL,
                                              "verdict", verdict_name(violation->verdict), "field",
                                              violation->field, "message", violation->text));
    }
    return list;
}

static int log_file(const struct hook_run *run, const char *decision)
{
    char stamp[32] = "";
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc))
        strftime(stamp, sizeof(stamp), "%FT%TZ", &utc);
    _cleanup_json_ json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s?, s:s?, s:o}", "time", stamp, "decision", decision, "container",
        run->state.id, "bundle", run->state.bundle, "image", run->verdict.image, "digest",
        run->verdict.digest, "violations", violations_json(&run->verdict));
    _cleanup_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    _cleanup_free_ char *line = NULL;
    if (!text || asprintf(&line, "%s\n", text) < 0) {
        line = NULL;
        return -ENOMEM;
    }
    _cleanup_close_ int fd =
        open(run->policy.log,
             O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640);
    return fd < 0 ? -errno : write_all(fd, line, strlen(line));
}

static void log_verdict(const struct hook_run *run, const char *line)
{
    if (!run->policy.log)
        return;
    if (!strcmp(run->policy.log, "syslog")) {
        openlog("bulwark", LOG_PID, LOG_AUTHPRIV);
        syslog(LOG_WARNING, "%s", line + strlen("bulwark: "));
        return;
    }
    int r = log_file(run, run->policy.audit ? "would be refused" : "refused");
    if (r < 0)
        fprintf(stderr, "bulwark: can't log to %s: %s\n", run->policy.log, strerror(-r));
}

static int could_not_judge(const struct hook_run *run, bool open, const struct error *error)
{
    char text[ERROR_ROOM];

    error_format(error, text, sizeof(text));
    fprintf(stderr, "bulwark: container '%s' could not be judged, %s: %s\n",
            run->state.id ? run->state.id : "?",
            open ? "it starts (on_error: open)" : "refused (on_error: closed)", text);
    openlog("bulwark", LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_ERR, "container '%s' could not be judged, %s: %s",
           run->state.id ? run->state.id : "?", open ? "it starts" : "refused", text);
    return open ? EXIT_FINE : EXIT_ERROR;
}

int hook_command(int argc, char **argv)
{
    _cleanup_(hook_run_done) struct hook_run run = {0};
    struct hook_options options = {.policy = POLICY_DEFAULT, .on_error = "closed"};
    _cleanup_buf_ struct buf line = {0};
    struct error error = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    bool open = !strcmp(options.on_error, "open");
    if (!open && strcmp(options.on_error, "closed") != 0)
        return options_error(&usage, "--on-error: '%s' is neither open nor closed",
                             options.on_error);
    /* The state first: a runtime may take a hook that does not read it for one that failed. */
    struct error policy_error = {0};
    int r = read_state(&run, &error);
    int policy = load_policy(&run, options.policy, &policy_error);
    if (run.policy.on_error_known)
        open = run.policy.on_error == HOOK_OPEN;
    if (policy < 0)
        return could_not_judge(&run, open, &policy_error);
    if (r == 0)
        r = judge(&run, &error);
    if (r < 0)
        return could_not_judge(&run, open, &error);
    if (!run.verdict.count)
        return EXIT_FINE;
    format_verdict(&run, &line);
    if (line.failed)
        return could_not_judge(&run, open,
                               &(struct error){.code = -ENOMEM, .message = "out of memory"});
    log_verdict(&run, line.data);
    fprintf(stderr, "%s\n", line.data);
    return run.policy.audit ? EXIT_FINE : EXIT_FINDINGS;
}
