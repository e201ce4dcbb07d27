/* SPDX-License-Identifier: Apache-2.0 */
/* usage: hooks OBJECT. Attaches every program of a BPF object, says "ready", stays until SIGTERM.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static int attach_all(const char *path)
{
    struct bpf_object *object = bpf_object__open(path);
    struct bpf_program *program;

    if (!object)
        return -errno;
    int r = bpf_object__load(object);
    if (r < 0)
        return r;
    /* Its links go with this process. */
    bpf_object__for_each_program(program, object)
    {
        if (!bpf_program__attach(program))
            return -errno;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: hooks OBJECT\n");
        return 2;
    }
    int r = attach_all(argv[1]);
    if (r < 0) {
        fprintf(stderr, "hooks: %s: %s\n", argv[1], strerror(-r));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}
