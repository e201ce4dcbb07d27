/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of the processes that run: what a daemon was told, whatever its files say by now. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "posture/node_internal.h"
#include "world/root_file.h"

#define PROCESSES_MAX 65536

static int add_arguments(struct node_reader *reader, const char *component, const char *pid,
                         const char *text, size_t len)
{
    const char *file = kernel_text(reader->arena, "/proc/%s/cmdline", pid);

    if (!file)
        return -ENOMEM;
    for (size_t at = strlen(text) + 1; at < len;) {
        const char *word = text + at;
        at += strlen(word) + 1;
        bool used;
        struct evidence evidence = {
            .source = SOURCE_NODE,
            .file = file,
            .text = kernel_text(reader->arena, "%s", word),
        };
        int r = node_add_argument(reader, component, word, at < len ? text + at : NULL, evidence,
                                  &used);
        if (r < 0)
            return r;
        if (used)
            at += strlen(text + at) + 1;
    }
    return 0;
}

static int look_at(void *data, int proc_fd, const char *pid)
{
    struct node_reader *reader = data;
    _cleanup_free_ char *text = NULL;
    char path[300];
    size_t len;

    if (!isdigit((unsigned char)*pid))
        return 0;
    snprintf(path, sizeof(path), "%s/cmdline", pid);
    if (read_file_at(proc_fd, path, NODE_FILE_MAX, &text, &len) < 0 || !len)
        return 0;
    const char *component = node_component(text);
    if (!component)
        return 0;
    int r = node_add_component(reader, component);
    return r < 0 ? r : add_arguments(reader, component, pid, text, len);
}

int node_read_processes(struct node_reader *reader)
{
    return directory_visit(root_open(reader->root_fd, "proc", O_RDONLY | O_DIRECTORY),
                           PROCESSES_MAX, look_at, reader);
}
