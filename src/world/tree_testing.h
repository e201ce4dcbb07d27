/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_TREE_TESTING_H
#define WORLD_TREE_TESTING_H

/* A directory tree made by a test. Paths are below its root. Failures end the test program. */

#include <stddef.h>

struct tree {
    char root[64];
    char path[512]; /* of the last tree_path */
};

void tree_make(struct tree *tree);
void tree_remove(const struct tree *tree);

/* ROOT/NAME, with the directories on the way; valid until the next call. */
const char *tree_path(struct tree *tree, const char *name);

void tree_mkdir(struct tree *tree, const char *name);

/* A file of `text`, `times` over. */
void tree_write(struct tree *tree, const char *name, const char *text, size_t times);

#endif
