/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

/*
 * A command's options as one table: getopt_long, the checks of values and --help are made from it.
 * A row names the member of the command's own struct that its value goes to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/rules.h"

#define TEXTS_MAX 64

/* For an option that may be given many times. */
struct texts {
    const char *items[TEXTS_MAX];
    size_t count;
};

/* Rules turned on and off, in the order given. */
struct rule_switches {
    struct rule_switch items[TEXTS_MAX];
    size_t count;
};

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_TEXTS,    /* struct texts */
    OPTION_ENABLE,   /* struct rule_switches */
    OPTION_DISABLE,  /* likewise, and the same one */
    OPTION_SECONDS,  /* uint64_t, ns */
    OPTION_BYTES,    /* uint32_t; K, M and G are understood */
    OPTION_NUMBER,   /* uint32_t */
    OPTION_PRIORITY, /* enum rule_priority */
    OPTION_MODE,     /* enum rule_mode */
};

struct option_row {
    const char *name; /* long, without the dashes */
    char letter;      /* 0: none */
    enum option_kind kind;
    const char *value;              /* how --help calls it: "FILE" */
    const char *value_when_missing; /* not NULL: the value may be left out, this is it then */
    size_t offset;
    const char *help;
};

struct usage {
    const char *command;  /* "run" */
    const char *operands; /* "FILE", NULL when none are taken */
    const char *summary;  /* what it does, its exit codes; may have several lines */
    const struct option_row *rows;
    size_t row_count;
    int operands_min, operands_max;
};

/*
 * Parse argv into `options`; afterwards operands start at argv[optind]. Returns a negative value to
 * go on, else the exit code to end with: help was asked for, or something was wrong and told.
 */
int options_parse(const struct usage *usage, int argc, char **argv, void *options);

/* "bulwark run: MESSAGE (see bulwark run --help)" on standard error; returns EXIT_ERROR. */
int options_error(const struct usage *usage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
