/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "rules/nearest.h"

#define ROWS_MAX    32
#define CODE_BASE   256 /* getopt's codes of rows: above every character */
#define CODE_HELP   (CODE_BASE + ROWS_MAX)
#define SECONDS_MAX 1e9

int options_error(const struct usage *usage, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "bulwark %s: ", usage->command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, " (see bulwark %s --help)\n", usage->command);
    return EXIT_ERROR;
}

static bool parse_seconds(const char *text, uint64_t *ret_ns)
{
    char *end;

    errno = 0;
    double seconds = strtod(text, &end);
    if (errno || end == text || *end || !isfinite(seconds) || seconds <= 0 || seconds > SECONDS_MAX)
        return false;
    *ret_ns = (uint64_t)(seconds * 1e9);
    return true;
}

static bool parse_bytes(const char *text, uint32_t *ret_bytes)
{
    static const char suffixes[] = "KMG";
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long bytes = strtoull(text, &end, 10);
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;
    if (errno || bytes > UINT32_MAX || (*end && (!suffix || end[1])))
        return false;
    if (suffix)
        bytes <<= 10 * (suffix - suffixes + 1);
    if (bytes > UINT32_MAX)
        return false;
    *ret_bytes = (uint32_t)bytes;
    return true;
}

static bool parse_number(const char *text, uint32_t *ret_number)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno || *end || number > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

static int store(const struct usage *usage, const struct option_row *row, const char *text,
                 void *options)
{
    void *member = (char *)options + row->offset;

    switch (row->kind) {
    case OPTION_FLAG: *(bool *)member = true; return -1;
    case OPTION_TEXT: *(const char **)member = text; return -1;
    case OPTION_TEXTS: {
        struct texts *texts = member;
        if (texts->count == TEXTS_MAX)
            return options_error(usage, "--%s is given more than %d times", row->name, TEXTS_MAX);
        texts->items[texts->count++] = text;
        return -1;
    }
    case OPTION_ENABLE:
    case OPTION_DISABLE: {
        struct rule_switches *switches = member;
        if (switches->count == TEXTS_MAX)
            return options_error(usage, "more than %d rules to enable and disable", TEXTS_MAX);
        switches->items[switches->count++] =
            (struct rule_switch){.pattern = text, .enable = row->kind == OPTION_ENABLE};
        return -1;
    }
    case OPTION_SECONDS:
        if (!parse_seconds(text, member))
            return options_error(usage, "--%s: '%s' is no number of seconds above 0", row->name,
                                 text);
        return -1;
    case OPTION_BYTES:
        if (!parse_bytes(text, member))
            return options_error(usage, "--%s: '%s' is no number of bytes below 4G", row->name,
                                 text);
        return -1;
    case OPTION_NUMBER:
        if (!parse_number(text, member))
            return options_error(usage, "--%s: '%s' is no number", row->name, text);
        return -1;
    case OPTION_PRIORITY:
        if (!rule_priority_parse(text, member))
            return options_error(usage,
                                 "--%s: '%s' is no priority, expected one of emergency, alert, "
                                 "critical, error, warning, notice, informational, debug",
                                 row->name, text);
        return -1;
    case OPTION_MODE:
        if (!rule_mode_parse(text, member))
            return options_error(usage, "--%s: '%s' is no mode, expected audit or enforce",
                                 row->name, text);
        return -1;
    }
    return options_error(usage, "--%s: unknown kind", row->name);
}

/* How --help shows the option: "-r, --rules FILE". */
static void print_row(const struct option_row *row)
{
    char left[64], letter[8] = "    ";

    if (row->letter)
        snprintf(letter, sizeof(letter), "-%c, ", row->letter);
    snprintf(left, sizeof(left), "%s--%s%s%s%s", letter, row->name,
             row->value_when_missing ? "[="
             : row->value            ? " "
                                     : "",
             row->value ? row->value : "", row->value_when_missing ? "]" : "");
    printf("  %-28s %s\n", left, row->help);
}

static int print_help(const struct usage *usage)
{
    static const struct option_row help_row = {
        .name = "help", .letter = 'h', .help = "print this text"};

    printf("usage: bulwark %s [OPTION]...%s%s\n\n%s\n\n", usage->command,
           usage->operands ? " " : "", usage->operands ? usage->operands : "", usage->summary);
    for (size_t i = 0; i < usage->row_count; i++)
        print_row(&usage->rows[i]);
    print_row(&help_row);
    return EXIT_FINE;
}

/* getopt's two descriptions of the rows. ':' first: a missing value is told from an unknown option.
 */
static void describe(const struct usage *usage, struct option longs[ROWS_MAX + 2],
                     char letters[3 * ROWS_MAX + 3])
{
    size_t at = 0;

    letters[at++] = ':';
    for (size_t i = 0; i < usage->row_count; i++) {
        const struct option_row *row = &usage->rows[i];
        bool takes_value = row->kind != OPTION_FLAG;
        longs[i] = (struct option){
            .name = row->name,
            .has_arg = !takes_value              ? no_argument
                       : row->value_when_missing ? optional_argument
                                                 : required_argument,
            .val = CODE_BASE + (int)i,
        };
        if (!row->letter)
            continue;
        letters[at++] = row->letter;
        if (takes_value)
            letters[at++] = ':';
        if (takes_value && row->value_when_missing)
            letters[at++] = ':';
    }
    letters[at++] = 'h';
    letters[at] = '\0';
    longs[usage->row_count] = (struct option){.name = "help", .val = CODE_HELP};
    longs[usage->row_count + 1] = (struct option){0};
}

static const struct option_row *row_of_code(const struct usage *usage, int code)
{
    if (code >= CODE_BASE)
        return (size_t)(code - CODE_BASE) < usage->row_count ? &usage->rows[code - CODE_BASE]
                                                             : NULL;
    for (size_t i = 0; i < usage->row_count; i++) {
        if (code && usage->rows[i].letter == code)
            return &usage->rows[i];
    }
    return NULL;
}

/* `argument` is the one getopt stopped at, optopt its code when it knows the option. */
static int unknown_option(const struct usage *usage, const char *argument)
{
    const struct option_row *row = row_of_code(usage, optopt);
    struct nearest nearest;
    char hint[64];

    if (row || optopt == CODE_HELP)
        return options_error(usage, "--%s takes no value", row ? row->name : "help");
    if (strncmp(argument, "--", 2) != 0)
        return options_error(usage, "unknown option '-%c'", optopt);

    nearest = nearest_start(argument + 2, strcspn(argument + 2, "="));
    for (size_t i = 0; i < usage->row_count; i++)
        nearest_offer(&nearest, usage->rows[i].name);
    return options_error(usage, "unknown option '%s'%s", argument,
                         nearest_hint(&nearest, hint, sizeof(hint)));
}

static int check_operands(const struct usage *usage, int count, char **operands)
{
    if (count < usage->operands_min)
        return options_error(usage, "%s is missing", usage->operands);
    if (count > usage->operands_max)
        return options_error(usage, "'%s' is too much", operands[usage->operands_max]);
    return -1;
}

int options_parse(const struct usage *usage, int argc, char **argv, void *options)
{
    struct option longs[ROWS_MAX + 2];
    char letters[3 * ROWS_MAX + 3];
    int code;

    if (usage->row_count > ROWS_MAX)
        return options_error(usage, "more than %d options", ROWS_MAX);
    describe(usage, longs, letters);
    opterr = 0;
    optind = 1;
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (code == 'h' || code == CODE_HELP)
            return print_help(usage);
        if (code == ':')
            return options_error(usage, "--%s needs a value",
                                 row_of_code(usage, optopt) ? row_of_code(usage, optopt)->name
                                                            : "?");
        if (code == '?')
            return unknown_option(usage, argv[optind - 1]);
        const struct option_row *row = row_of_code(usage, code);
        int r = row ? store(usage, row, optarg ? optarg : row->value_when_missing, options)
                    : unknown_option(usage, argv[optind - 1]);
        if (r >= 0)
            return r;
    }
    return check_operands(usage, argc - optind, argv + optind);
}
