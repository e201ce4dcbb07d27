/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

/* A subcommand: one file, one row of the table in main.c. */

/* Exit codes, the same for every command. */
#define EXIT_FINE     0
#define EXIT_FINDINGS 1
#define EXIT_ERROR    2

struct command {
    const char *name;
    int (*function)(int argc, char **argv); /* argv[0] is the name; returns the exit code */
    const char *summary;                    /* one line */
};

int run_command(int argc, char **argv);
int record_command(int argc, char **argv);
int replay_command(int argc, char **argv);
int rules_command(int argc, char **argv);
int rules_test_command(int argc, char **argv); /* of rules_command */
int audit_command(int argc, char **argv);
int hook_command(int argc, char **argv);
int thaw_command(int argc, char **argv);
int probe_command(int argc, char **argv);
int guards_command(int argc, char **argv);
int version_command(int argc, char **argv);

#endif
