/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_SECRET_COMMAND_H
#define POSTURE_SECRET_COMMAND_H

#define SECRET_NAME_MAX 64

/*
 * The next secret in a command or a step of an image's history ("ENV A=b", "|1 A=b /bin/sh -c
 * ..."): a word NAME=VALUE or --name=VALUE that holds one, or one that is known by its form alone.
 * *at goes on behind it. Returns what it looks like, NULL at the end; `name` is "" where it has
 * none.
 */
const char *secret_in_command(const char **at, char name[SECRET_NAME_MAX]);

#endif
