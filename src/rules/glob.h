/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GLOB_H
#define RULES_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Shell patterns over whole strings: * ? [a-z] [!a-z] and backslash escapes; a slash is a character
 * like any other. Time is at most the product of the lengths, memory is none.
 */
bool glob_match(const char *pattern, size_t pattern_len, const char *text, size_t len,
                bool ignore_case);

/* The bytes at a pattern's start that stand for themselves. */
size_t glob_literal_len(const char *pattern, size_t len);

#endif
