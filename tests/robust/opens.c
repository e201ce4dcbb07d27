/* SPDX-License-Identifier: Apache-2.0 */
/* usage: opens FILE: opens FILE as fast as it can until SIGTERM, then prints how often it did. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    stopped = 1;
}

int main(int argc, char **argv)
{
    unsigned long count = 0;

    if (argc != 2)
        return 2;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_stop}, NULL);
    while (!stopped) {
        int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return 1;
        close(fd);
        count++;
    }
    printf("%lu\n", count);
    return 0;
}
