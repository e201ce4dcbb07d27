/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_EXEC_HEAD_H
#define ENFORCE_EXEC_HEAD_H

/*
 * The kernel asks about each file of an execve: a script, then what reads it; a program, then its
 * ELF interpreter (ld.so). The one that is executed, as rules mean it, is the program.
 */
enum exec_head {
    EXEC_SCRIPT,           /* #!: another question follows, about the program */
    EXEC_WITH_INTERPRETER, /* a question about ld.so follows */
    EXEC_ALONE,
};

/* By the file's first bytes. What can't be read counts as EXEC_ALONE. */
enum exec_head exec_head_of(int fd);

#endif
