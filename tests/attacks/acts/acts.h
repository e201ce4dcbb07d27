/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTS_H
#define ACTS_H

/*
 * Acts a shell can't do, for the attack suite. Each does one harmless thing and says in one line
 * what came of it. An act that the kernel turns down has still been tried: did() says so, and the
 * exit status stays 0 unless nothing at all could be tried.
 */

#include <stddef.h>

enum { ACT_DONE = 0, ACT_USAGE = 2, ACT_IMPOSSIBLE = 3 };

struct act {
    const char *name;
    int least_args;                    /* after the name */
    int (*run)(int argc, char **argv); /* argv[0] is the first argument after the name */
    const char *usage;
};

/* Rows of one file; a row without a name ends them. */
extern const struct act evasion_acts[];
extern const struct act exec_acts[];
extern const struct act file_acts[];
extern const struct act kernel_acts[];
extern const struct act namespace_acts[];
extern const struct act network_acts[];
extern const struct act ring_acts[];
extern const struct act task_acts[];

/* Print "NAME: done" (also for the failure that "reaches" names) or "NAME: refused: why" by
 * `result` (negative: errno counts); ACT_DONE. */
int did(const char *name, long result);

/* Print "NAME: impossible: why" from errno: the act could not even be tried. ACT_IMPOSSIBLE. */
int impossible(const char *name);

/* Copy `from` to an open descriptor. 0 or -1 with errno. */
int copy_to(const char *from, int fd);

/* Wait for a child; its exit status, 128 + signal when it was killed. */
int wait_for(int pid);

/* Until a file is there, for two minutes at most. */
void wait_until(const char *path);

/* A number in decimal, or `otherwise` when the text is none. */
long number(const char *text, long otherwise);

#endif
