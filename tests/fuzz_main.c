/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files: each one given, and each one in a directory given. So the corpora
 * are ordinary tests, and a crashing input found elsewhere is replayed without libFuzzer.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/files.h"

#define INPUT_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 0 or -errno. The target gets a copy of exactly `size` bytes, so that ASan sees a read past it. */
static int run_input(const char *data, size_t size)
{
    _cleanup_free_ uint8_t *exact = calloc(size ? size : 1, 1);

    if (!exact)
        return -ENOMEM;
    if (size)
        memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    return 0;
}

static int run_file(const char *path)
{
    _cleanup_free_ char *data = NULL;
    size_t len;
    int r = read_file(path, INPUT_MAX, &data, &len);

    /* Named before it runs: a crash then tells which input it was. */
    fprintf(stderr, "%s\n", path);
    return r < 0 ? r : run_input(data, len);
}

/* Runs the files of `path`, not of directories below it, in *ret_count. */
static int run_directory(const char *path, unsigned *ret_count)
{
    _cleanup_closedir_ DIR *dir = opendir(path);
    struct dirent *entry;
    unsigned count = 0;

    if (!dir)
        return -errno;
    while ((entry = readdir(dir))) {
        _cleanup_buf_ struct buf file = {0};
        struct stat status;
        int r;

        if (buf_printf(&file, "%s/%s", path, entry->d_name) < 0)
            return file.failed;
        if (stat(file.data, &status) < 0)
            return -errno;
        if (!S_ISREG(status.st_mode))
            continue;
        r = run_file(file.data);
        if (r < 0)
            return r;
        count++;
    }
    *ret_count = count;
    return 0;
}

int main(int argc, char **argv)
{
    unsigned total = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
        return 2;
    }
    if (run_input("", 0) < 0)
        return 2;
    for (int i = 1; i < argc; i++) {
        unsigned count = 1;
        int r = run_directory(argv[i], &count);

        if (r == -ENOTDIR)
            r = run_file(argv[i]);
        if (r < 0) {
            fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
            return 2;
        }
        total += count;
    }
    if (total == 0) {
        fprintf(stderr, "no input in %s: a fuzz target needs a corpus\n", argv[1]);
        return 2;
    }
    printf("%u inputs\n", total);
    return 0;
}
