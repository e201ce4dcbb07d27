/* SPDX-License-Identifier: Apache-2.0 */
#include "world/tree_testing.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

static void check(int r, const char *what)
{
    if (r >= 0)
        return;
    perror(what);
    abort();
}

void tree_make(struct tree *tree)
{
    *tree = (struct tree){.root = "/tmp/bulwark-test-XXXXXX"};
    check(mkdtemp(tree->root) ? 0 : -1, "mkdtemp");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void tree_remove(const struct tree *tree)
{
    check(nftw(tree->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), tree->root);
}

static void make_directory(const char *path)
{
    check(mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0, path);
}

const char *tree_path(struct tree *tree, const char *name)
{
    int root = snprintf(tree->path, sizeof(tree->path), "%s/", tree->root);

    snprintf(tree->path + root, sizeof(tree->path) - (size_t)root, "%s", name);
    for (char *slash = tree->path + root; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        make_directory(tree->path);
        *slash = '/';
    }
    return tree->path;
}

void tree_mkdir(struct tree *tree, const char *name)
{
    make_directory(tree_path(tree, name));
}

void tree_write(struct tree *tree, const char *name, const char *text, size_t times)
{
    _cleanup_close_ int fd =
        open(tree_path(tree, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    check(fd, tree->path);
    while (times--)
        check(write_all(fd, text, strlen(text)), tree->path);
}
