/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/audit.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "cmd/command.h"
#include "yaml/yaml_source.h"

#define OPERANDS_MAX 100000

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct audit_options, member), .help = option_help

static const struct option_row rows[] = {
    {OPTION("standard", TEXT, standard_name,
            "only the Pod Security Standards: baseline or restricted"),
     .value = "LEVEL"},
    {OPTION("kubernetes-version", TEXT, kubernetes_version,
            "whose rules hold: v1.0 and later (default: latest)"),
     .value = "VERSION"},
    {OPTION("container", TEXT, container, "one running container, by id or name"), .value = "ID"},
    {OPTION("node", FLAG, node, "the node: runtimes, kubelet, static pods, and their files")},
    {OPTION("root", TEXT, root, "where the machine's file system is (default: /)"), .value = "DIR"},
    {OPTION("json", FLAG, json, "the report as JSON")},
    {OPTION("sarif", FLAG, sarif, "as SARIF 2.1.0")},
    {OPTION("junit", FLAG, junit, "as JUnit XML")},
    {OPTION("fail-on", TEXT, fail_on_name,
            "exit 1 from this severity on: info, low, medium, high, critical (default: low)"),
     .value = "SEVERITY"},
    {OPTION("waivers", TEXT, waivers, "findings that are accepted, with reason and expiry"),
     .value = "FILE"},
    {OPTION("explain", TEXT, explain, "what a check is about, and what to do"), .value = "ID"},
    {OPTION("list", FLAG, list, "the checks there are")},
    {OPTION("markdown", FLAG, markdown, "--list: as tables of a document")},
};

static const struct usage usage = {
    .command = "audit",
    .operands = "FILE|DIR|-...",
    .summary =
        "Hold configurations against best practice: the pods of Kubernetes manifests, or, without\n"
        "a FILE, all running containers as the kernel has them, and the node.\n\n"
        "Exit code 0 when nothing of --fail-on or above fails or is unknown, 1 when something\n"
        "does, 2 when a file can't be used.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .operands_min = 0,
    .operands_max = OPERANDS_MAX,
};

bool audit_wants(const struct check *check, const void *data)
{
    const struct audit *audit = data;

    return audit->options->standard == STANDARD_NONE ||
           check_is_of_standard(check, audit->options->standard, &audit->report.options);
}

static int parse_standard(struct audit_options *options)
{
    const char *name = options->standard_name;

    if (!name)
        return -1;
    for (enum standard i = STANDARD_BASELINE; i <= STANDARD_RESTRICTED; i++) {
        if (strcmp(standard_name(i), name) != 0)
            continue;
        options->standard = i;
        return -1;
    }
    return options_error(&usage, "--standard: '%s' is none, expected baseline or restricted", name);
}

/* v1.25, 1.25, v1.25.3, latest */
static int parse_version(const char *text, unsigned *ret_minor)
{
    const char *at = text && *text == 'v' ? text + 1 : text;
    char *end;

    *ret_minor = KUBERNETES_MINOR_NEWEST;
    if (!text || strcmp(text, "latest") == 0)
        return -1;
    if (strncmp(at, "1.", 2) == 0 && at[2] >= '0' && at[2] <= '9') {
        errno = 0;
        unsigned long minor = strtoul(at + 2, &end, 10);
        if (!errno && minor <= 1000 && (!*end || *end == '.' || *end == '-' || *end == '+')) {
            /* as Kubernetes does: a later version has the rules of the newest one known */
            if (minor < KUBERNETES_MINOR_NEWEST)
                *ret_minor = (unsigned)minor;
            return -1;
        }
    }
    return options_error(&usage, "--kubernetes-version: '%s' is none, expected v1.25 or latest",
                         text);
}

static int parse(struct audit_options *options, struct audit *audit)
{
    int code = parse_standard(options);

    if (code < 0)
        code = parse_version(options->kubernetes_version, &audit->report.options.kubernetes_minor);
    if (code >= 0)
        return code;
    options->fail_on = SEVERITY_LOW;
    if (options->fail_on_name && !severity_parse(options->fail_on_name, &options->fail_on))
        return options_error(&usage,
                             "--fail-on: '%s' is no severity, expected info, low, medium, high or "
                             "critical",
                             options->fail_on_name);
    if (options->json + options->sarif + options->junit > 1)
        return options_error(&usage, "only one of --json, --sarif and --junit can be given");
    return -1;
}

static int load_waivers(struct audit *audit, const char *path, struct arena *arena,
                        struct waivers *waivers)
{
    char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];
    _cleanup_free_ char *text = NULL;
    struct error error = {0};
    size_t len;

    if (!path)
        return 0;
    int r = read_file(path, YAML_FILE_MAX, &text, &len);
    if (r < 0)
        error_set_at(&error, r, path, 0, 0, "cannot be read: %s", strerror(-r));
    else
        r = waivers_load(path, text, len, arena, waivers, &error);
    if (r < 0) {
        fprintf(stderr, "%s\n", error_format(&error, place, sizeof(place)));
        return r;
    }
    audit->report.waivers = waivers;
    return 0;
}

static int explain(const char *id)
{
    const struct check *check = check_find(id);

    if (!check)
        return options_error(&usage, "--explain: there is no check '%s'", id);
    return check_explain(check, stdout) < 0 ? EXIT_ERROR : EXIT_FINE;
}

static int list(bool markdown)
{
    return (markdown ? checks_list_markdown(stdout) : checks_list(stdout)) < 0 ? EXIT_ERROR
                                                                               : EXIT_FINE;
}

static int write_report(const struct audit *audit)
{
    const struct audit_options *options = audit->options;
    enum report_format format = options->json    ? REPORT_JSON
                                : options->sarif ? REPORT_SARIF
                                : options->junit ? REPORT_JUNIT
                                                 : REPORT_TABLE;

    int r = report_write(&audit->report, format, stdout);
    if (r < 0)
        fprintf(stderr, "bulwark audit: the report can't be written: %s\n", strerror(-r));
    if (r < 0 || audit->unusable)
        return EXIT_ERROR;
    return report_fails(&audit->report, options->fail_on) ? EXIT_FINDINGS : EXIT_FINE;
}

/* Without --container and --node both. */
static void audit_machine(struct audit *audit)
{
    const struct audit_options *options = audit->options;
    const char *root = options->root ? options->root : "/";

    if (options->container || !options->node)
        audit_running(audit, root, options->container);
    if (options->node || !options->container)
        audit_node(audit, root);
}

int audit_command(int argc, char **argv)
{
    _cleanup_arena_ struct arena arena = {0};
    struct audit_options options = {0};
    struct waivers waivers = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    struct audit audit = {
        .options = &options,
        .report = {.program_version = BULWARK_VERSION, .now = time(NULL)},
    };
    code = parse(&options, &audit);
    if (code >= 0)
        return code;
    if (options.explain)
        return explain(options.explain);
    if (options.list)
        return list(options.markdown);
    if (optind < argc && (options.container || options.node || options.root))
        return options_error(&usage, "--container, --node and --root are for what runs, and take "
                                     "no FILE");
    if (load_waivers(&audit, options.waivers, &arena, &waivers) < 0)
        return EXIT_ERROR;
    for (int i = optind; i < argc; i++) {
        struct stat status;
        bool is_directory = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        (is_directory ? audit_directory : audit_manifest)(&audit, argv[i]);
    }
    if (optind == argc)
        audit_machine(&audit);
    code = write_report(&audit);
    report_done(&audit.report);
    return code;
}
