/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: acts gid|login|parent|moved|renamed|renamed-above|linked|chroot COUNT FILE
 * Lets the kernel side learn what the process is, or the file, changes that in a way which is easy
 * to miss, and opens FILE again: COUNT times. Exit status 77 when the kernel refuses the change.
 * `moved` needs two directories of cgroups in the environment, HOME_CGROUP and OTHER_CGROUP. The
 * last four need FILE's directory to be their own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KNOWN   6 /* opens after which the kernel side knows the process */
#define REFUSED 77
#define MS      1000

static void open_often(const char *file, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        int fd = open(file, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            close(fd);
        usleep(4 * MS);
    }
}

static int child(int (*act)(const char *file), const char *file)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(act(file));
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return 1;
    return WEXITSTATUS(status);
}

/* The second change may find the memory that held the first credentials. */
static int change_group(const char *file)
{
    if (syscall(SYS_setresgid, -1, 5, -1) != 0)
        return REFUSED;
    open_often(file, KNOWN);
    syscall(SYS_setresgid, -1, 200, -1);
    usleep(30 * MS);
    syscall(SYS_setresgid, -1, 201, -1);
    open_often(file, 1);
    return 0;
}

/* Changes no credentials as the kernel keeps them. */
static int change_login(const char *file)
{
    open_often(file, KNOWN);
    int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "4321", 4) != 4)
        return REFUSED;
    close(fd);
    open_often(file, 1);
    return 0;
}

/* The process stays what it is, its parent executes something else. */
static int change_parent(const char *file)
{
    int ends[2], known[2];
    char byte;

    if (pipe(ends) < 0 || pipe(known) < 0)
        return 1;
    pid_t pid = fork();
    if (pid == 0) {
        open_often(file, KNOWN);
        close(ends[1]);
        if (write(known[1], "", 1) != 1)
            _exit(1);
        while (read(ends[0], &byte, 1) > 0) /* until the parent's exec closes the other end */
            ;
        open_often(file, 20);
        _exit(0);
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    close(ends[0]);
    if (read(known[0], &byte, 1) != 1)
        return 1;
    execl("/bin/sleep", "sleep", "0.3", NULL);
    return REFUSED;
}

static int cgroup_of(const char *variable)
{
    const char *directory = getenv(variable);
    char path[512];

    snprintf(path, sizeof(path), "%s/cgroup.procs", directory ? directory : "");
    return open(path, O_WRONLY | O_CLOEXEC);
}

/* To another cgroup and back, with nothing done there. */
static int change_cgroup(const char *file)
{
    int home = cgroup_of("HOME_CGROUP"), other = cgroup_of("OTHER_CGROUP");

    if (home < 0 || other < 0 || write(home, "0", 1) != 1)
        return REFUSED;
    open_often(file, KNOWN);
    if (write(other, "0", 1) != 1 || write(home, "0", 1) != 1)
        return REFUSED;
    open_often(file, 1);
    return 0;
}

static void directory_of(const char *file, char *directory, size_t size)
{
    snprintf(directory, size, "%.*s", (int)(strrchr(file, '/') - file), file);
}

/* Of the same entry: what was learned of its other name is not to be true of this one. */
static int change_name(const char *file)
{
    char other[512];

    snprintf(other, sizeof(other), "%s.other", file);
    if (rename(file, other) != 0)
        return REFUSED;
    open_often(other, KNOWN);
    if (rename(other, file) != 0)
        return 1;
    open_often(file, 1);
    return 0;
}

static int change_name_above(const char *file)
{
    char directory[512], other[520], below[1040];

    directory_of(file, directory, sizeof(directory));
    snprintf(other, sizeof(other), "%s.other", directory);
    snprintf(below, sizeof(below), "%s%s", other, strrchr(file, '/'));
    if (rename(directory, other) != 0)
        return REFUSED;
    open_often(below, KNOWN);
    if (rename(other, directory) != 0)
        return 1;
    open_often(file, 1);
    return 0;
}

static int add_name(const char *file)
{
    char other[512];

    snprintf(other, sizeof(other), "%s.other", file);
    if (rename(file, other) != 0)
        return REFUSED;
    open_often(other, KNOWN);
    if (link(other, file) != 0 || unlink(other) != 0)
        return 1;
    open_often(file, 1);
    return 0;
}

/* The same file, by another way up: below FILE's directory as the root, FILE lies once more. */
static int change_root(const char *file)
{
    char directory[512], inner[1024];

    directory_of(file, directory, sizeof(directory));
    snprintf(inner, sizeof(inner), "%s%s", directory, file);
    open_often(inner, KNOWN);
    if (chroot(directory) != 0)
        return REFUSED;
    open_often(file, 1);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*act)(const char *file);
    } acts[] = {{"gid", change_group},     {"login", change_login},
                {"parent", change_parent}, {"moved", change_cgroup},
                {"renamed", change_name},  {"renamed-above", change_name_above},
                {"linked", add_name},      {"chroot", change_root}};
    int status = 2;

    for (size_t i = 0; argc == 4 && i < sizeof(acts) / sizeof(acts[0]); i++)
        if (!strcmp(argv[1], acts[i].name))
            for (int n = atoi(argv[2]); n > 0 && (status = child(acts[i].act, argv[3])) == 0; n--)
                ;
    if (status == 2)
        fprintf(stderr, "usage: acts WHAT COUNT FILE\n");
    return status;
}
