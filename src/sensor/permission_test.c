/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's objects tell of a thread that waits for permission. Prints a line per test. */
#include "sensor/permission.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "event/event.h"

#define TEST     "sensor/permission_"
#define EXECUTED "executed" /* its name when it is the program that it executes */

struct site {
    struct permission *permission;
    int group;
    char directory[32], program[48], file[48];
};

static int failures;

static void check(const char *name, bool good, const char *why)
{
    if (good)
        printf("PASS " TEST "%s\n", name);
    else
        printf("FAIL " TEST "%s: %s\n", name, why);
    failures += !good;
}

enum act { ACT_OPEN, ACT_OPENAT, ACT_OPENAT2, ACT_CREAT, ACT_CHROOT, ACT_EXEC };

static void perform(const struct site *site, enum act act)
{
    struct open_how how = {.flags = O_RDONLY};
    char *const arguments[] = {(char *)EXECUTED, NULL}, *const none[] = {NULL};
    int dir;

    close(site->group);
    switch (act) {
    case ACT_OPEN: syscall(SYS_open, site->file, O_RDONLY | O_NONBLOCK, 0); break;
    case ACT_OPENAT:
        dir = open(site->directory, O_PATH);
        syscall(SYS_openat, dir, ".//file", O_WRONLY | O_TRUNC, 0);
        break;
    case ACT_OPENAT2: syscall(SYS_openat2, AT_FDCWD, site->file, &how, sizeof(how)); break;
    case ACT_CREAT: syscall(SYS_creat, site->file, 0640); break;
    case ACT_CHROOT:
        if (chroot(site->directory) == 0)
            syscall(SYS_open, "/file", O_RDONLY, 0);
        break;
    case ACT_EXEC: execve(site->program, arguments, none); break;
    }
    _exit(0);
}

/* Everything asked is allowed; the first record is handed to `look`. */
static bool ask(struct site *site, enum act act,
                void (*look)(const struct site *, const struct event *, pid_t))
{
    struct fanotify_event_metadata question;
    bool described = false;
    pid_t child = fork();

    if (child == 0)
        perform(site, act);
    while (read(site->group, &question, sizeof(question)) == sizeof(question)) {
        bool exec = question.mask & FAN_OPEN_EXEC_PERM;
        const void *record;
        struct event event;
        size_t size;

        int r = permission_describe(site->permission, question.fd, (uint32_t)question.pid, exec,
                                    &record, &size);
        if (!described && r == 0 && event_decode(record, size, &event) == 0) {
            look(site, &event, child);
            described = true;
        } else if (act == ACT_EXEC && !exec) {
            check("exec_opens", r == -ENODATA, "an open of execve's counts as one of its own");
        }
        const struct fanotify_response answer = {.fd = question.fd, .response = FAN_ALLOW};
        if (write(site->group, &answer, sizeof(answer)) != sizeof(answer))
            break;
        close(question.fd);
        if (act != ACT_EXEC || !exec)
            break;
    }
    waitpid(child, NULL, 0);
    return described;
}

static bool text_is(const struct event *event, enum param_id id, const char *text)
{
    const struct event_param *param = event_param(event, id);

    return param && param->len == strlen(text) && !memcmp(param->data, text, param->len);
}

static bool is_file(const struct event *event, const char *path, enum param_id inode,
                    enum param_id device)
{
    struct stat st;

    return stat(path, &st) == 0 && event_number(event, inode, -1) == (int64_t)st.st_ino &&
           event_number(event, device, -1) == (int64_t)(major(st.st_dev) << 20 | minor(st.st_dev));
}

static void look_open(const struct site *site, const struct event *event, pid_t child)
{
    check("open",
          event->header->type == EVENT_OPEN && event->header->pid == (uint32_t)child &&
              event->header->flags & EVENT_FLAG_SYNTHETIC &&
              text_is(event, PARAM_PATH, site->file) &&
              event_number(event, PARAM_OPEN_FLAGS, -1) == (O_RDONLY | O_NONBLOCK) &&
              !(event_number(event, PARAM_FILE_FLAGS, -1) & FILE_FLAG_WRITABLE),
          "type, process, path or flags");
    check("file", is_file(event, site->file, PARAM_FILE_INODE, PARAM_FILE_DEVICE), "inode, device");
}

static void look_openat(const struct site *site, const struct event *event, pid_t child)
{
    check("openat",
          event->header->type == EVENT_OPENAT && text_is(event, PARAM_PATH, site->file) &&
              event_number(event, PARAM_OPEN_FLAGS, -1) == (O_WRONLY | O_TRUNC) &&
              (event_number(event, PARAM_FILE_OPEN_FLAGS, -1) & (O_ACCMODE | O_TRUNC)) ==
                  O_WRONLY &&
              event_number(event, PARAM_FILE_FLAGS, -1) & FILE_FLAG_WRITABLE,
          "type, path or flags");
}

static void look_openat2(const struct site *site, const struct event *event, pid_t child)
{
    /* What it is for lies in memory, which is not looked at: for both, then. */
    check("openat2",
          event->header->type == EVENT_OPENAT2 && text_is(event, PARAM_PATH, site->file) &&
              event_number(event, PARAM_OPEN_FLAGS, -1) == O_RDWR,
          "type, path or flags");
}

static void look_creat(const struct site *site, const struct event *event, pid_t child)
{
    check("creat",
          event->header->type == EVENT_CREAT &&
              event_number(event, PARAM_OPEN_FLAGS, -1) == (O_CREAT | O_WRONLY | O_TRUNC) &&
              event_number(event, PARAM_MODE, -1) == 0640,
          "type, flags or mode");
}

static void look_chroot(const struct site *site, const struct event *event, pid_t child)
{
    check("chroot", text_is(event, PARAM_PATH, "/file"), "not the path below the thread's root");
}

static void look_exec(const struct site *site, const struct event *event, pid_t child)
{
    check("exec",
          event->header->type == EVENT_EXECVE && event->header->pid == (uint32_t)child &&
              text_is(event, PARAM_EXE_PATH, site->program) &&
              event_number(event, PARAM_PARENT_PID, -1) == getpid() &&
              is_file(event, site->program, PARAM_EXE_INODE, PARAM_EXE_DEVICE),
          "type, process, path or file");
}

/* Any program serves: this one. */
static bool copy_itself(const char *path)
{
    _cleanup_close_ int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    _cleanup_close_ int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    struct stat st;

    return from >= 0 && to >= 0 && fstat(from, &st) == 0 &&
           sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size;
}

static bool prepare(struct site *site)
{
    *site = (struct site){.group = -1, .directory = "/tmp/permission-test-XXXXXX"};
    if (!mkdtemp(site->directory))
        return false;
    snprintf(site->program, sizeof(site->program), "%s/program", site->directory);
    snprintf(site->file, sizeof(site->file), "%s/file", site->directory);
    _cleanup_close_ int fd = open(site->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd >= 0 && copy_itself(site->program);
}

int main(int argc, char **argv)
{
    static const struct {
        enum act act;
        void (*look)(const struct site *, const struct event *, pid_t);
    } rows[] = {
        {ACT_OPEN, look_open},   {ACT_OPENAT, look_openat}, {ACT_OPENAT2, look_openat2},
        {ACT_CREAT, look_creat}, {ACT_CHROOT, look_chroot}, {ACT_EXEC, look_exec},
    };
    struct error error = {0};
    struct site site;

    if (argc && !strcmp(argv[0], EXECUTED))
        return 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!prepare(&site)) {
        printf("FAIL " TEST "prepare: %s\n", strerror(errno));
        return 1;
    }
    site.group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_REPORT_TID,
                               O_RDONLY | O_LARGEFILE | O_CLOEXEC);
    if (site.group < 0)
        printf("SKIP " TEST "all: fanotify: %s\n", strerror(errno));
    else if (permission_open(&site.permission, &error) < 0)
        printf("SKIP " TEST "all: %s\n", error.message);
    else if (fanotify_mark(site.group, FAN_MARK_ADD,
                           FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM | FAN_EVENT_ON_CHILD, AT_FDCWD,
                           site.directory) < 0)
        printf("SKIP " TEST "all: can't mark: %s\n", strerror(errno));
    else
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (!ask(&site, rows[i].act, rows[i].look))
                check("asked", false, "no record of the act");
    permission_close(site.permission);
    unlink(site.program);
    unlink(site.file);
    rmdir(site.directory);
    return failures != 0;
}
