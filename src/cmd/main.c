/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
#include "rules/nearest.h"

static int help_command(int argc, char **argv);

static const struct command commands[] = {
    {"run", run_command, "watch this machine's containers and report what rules forbid"},
    {"record", record_command, "write what happens into a file"},
    {"replay", replay_command, "judge a recording by rules"},
    {"rules", rules_command, "check and list rules, list the fields they can use"},
    {"audit", audit_command,
     "hold manifests, running containers and the node against best practice"},
    {"hook", hook_command, "refuse a container that a policy does not let start: for runtimes"},
    {"thaw", thaw_command, "let containers go on that a rule has paused"},
    {"probe", probe_command, "what this kernel allows, and what each rule gets here"},
    {"guards", guards_command, "what is denied while no agent runs; take it away"},
    {"version", version_command, "print the version"},
    {"help", help_command, "print this text, or that of a command"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    }
    return NULL;
}

static int unknown_command(const char *name)
{
    struct nearest nearest = nearest_start(name, strlen(name));
    char hint[64];

    for (size_t i = 0; i < COMMANDS; i++)
        nearest_offer(&nearest, commands[i].name);
    fprintf(stderr, "bulwark: unknown command '%s'%s (see bulwark --help)\n", name,
            nearest_hint(&nearest, hint, sizeof(hint)));
    return EXIT_ERROR;
}

static void print_help(FILE *file)
{
    fprintf(file, "usage: bulwark COMMAND [OPTION]...\n\n"
                  "Security of containers at run time: sees what each container really does, and "
                  "judges it.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(file, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fprintf(file,
            "\nbulwark COMMAND --help tells a command's options. Exit codes: %d fine, "
            "%d findings, %d error.\n",
            EXIT_FINE, EXIT_FINDINGS, EXIT_ERROR);
}

static int help_command(int argc, char **argv)
{
    char help_option[] = "--help";

    if (argc < 2 || argv[1][0] == '-') {
        print_help(stdout);
        return EXIT_FINE;
    }
    const struct command *command = find_command(argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    if (command->function == help_command)
        return help_command(1, argv);
    char *arguments[] = {argv[1], help_option, NULL};
    return command->function(2, arguments);
}

/* `bulwark --help` and its like are commands too. */
static const char *command_name(const char *argument)
{
    static const struct {
        const char *option, *command;
    } rows[] = {
        {"--help", "help"},
        {"-h", "help"},
        {"--version", "version"},
        {"-V", "version"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(argument, rows[i].option) == 0)
            return rows[i].command;
    }
    return argument;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_ERROR;
    }

    const struct command *command = find_command(command_name(argv[1]));
    if (!command)
        return unknown_command(argv[1]);

    int code = command->function(argc - 1, argv + 1);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        log_error("can't write to standard output");
        return EXIT_ERROR;
    }
    return code;
}
