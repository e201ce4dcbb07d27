/* SPDX-License-Identifier: Apache-2.0 */
/* evt.* of opens, fd.* of files, fs.path.*. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "rules/field_testing.h"

static void put_file(struct stream *s, const char *path, unsigned mode, unsigned flags)
{
    stream_text(s, PARAM_PATH, path);
    stream_number(s, PARAM_FILE_MODE, mode);
    stream_number(s, PARAM_FILE_FLAGS, flags);
    stream_number(s, PARAM_FILE_DEVICE, 8 << 20 | 300);
    stream_number(s, PARAM_FILE_INODE, 42);
}

static void an_open_that_works(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"evt.type", "openat"},
        {"evt.type.is.openat", "1"},
        {"evt.type.is.open", "0"},
        {"syscall.type", "openat"},
        {"evt.category", "file"},
        {"evt.dir", "<"},
        {"evt.num", "1"},
        {"evt.res", "SUCCESS"},
        {"evt.rawres", "3"},
        {"evt.failed", "false"},
        {"evt.count.error.file", "0"},
        {"evt.count.error.net", NULL},
        {"evt.is_open_read", "false"},
        {"evt.is_open_write", "true"},
        {"evt.is_open_create", "true"},
        {"evt.is_open_exec", "true"},
        {"evt.arg.fd", "3"},
        {"evt.arg[0]", "3"},
        {"evt.arg[1]", "AT_FDCWD"},
        {"evt.arg[19]", NULL},
        {"evt.arg.flags", "O_TRUNC|O_CREAT|O_WRONLY|O_F_CREATED|FD_UPPER_LAYER"},
        {"evt.arg.name", "/etc/cron.d/x"},
        {"evt.arg.res", NULL},
        {"evt.rawarg.name", "../etc/cron.d/x"},
        {"evt.rawarg.mode", "493"},
        {"evt.args", "fd=3(<f>/etc/cron.d/x) dirfd=-100(AT_FDCWD) name=/etc/cron.d/x "
                     "flags=577(O_TRUNC|O_CREAT|O_WRONLY|O_F_CREATED|FD_UPPER_LAYER) mode=0755 "
                     "dev=0x80012c ino=42"},
        {"evt.abspath", "/etc/cron.d/x"},
        {"fd.num", "3"},
        {"fd.type", "file"},
        {"fd.typechar", "f"},
        {"fd.name", "/etc/cron.d/x"},
        {"fd.nameraw", "../etc/cron.d/x"},
        {"fd.directory", "/etc/cron.d"},
        {"fd.filename", "x"},
        {"fd.ino", "42"},
        {"fd.dev.major", "8"},
        {"fd.dev.minor", "300"},
        {"fd.dev", "1050668"},
        {"fd.is_upper_layer", "true"},
        {"fd.is_lower_layer", "false"},
        {"fd.uid", "53"},
        {"fd.containername", "host:/etc/cron.d/x"},
        {"fd.containerdirectory", "host:/etc/cron.d"},
        {"fd.l4proto", "<NA>"},
        {"fd.sip", NULL},
        {"fd.sockfamily", NULL},
        {"fd.is_server", "false"},
        {"fs.path.name", "/etc/cron.d/x"},
        {"fs.path.nameraw", "../etc/cron.d/x"},
        {"fs.path.source", NULL},
        {NULL, NULL},
    };

    fixture_open(&f);
    stream_begin(&f.s, EVENT_OPENAT, 5, 0);
    stream_header(&f.s)->result = 3;
    stream_number(&f.s, PARAM_DIRFD, (uint64_t)AT_FDCWD);
    stream_text(&f.s, PARAM_NAME, "../etc/cron.d/x");
    stream_number(&f.s, PARAM_OPEN_FLAGS, O_TRUNC | O_CREAT | O_WRONLY);
    stream_number(&f.s, PARAM_MODE, 0755);
    put_file(&f.s, "/etc/cron.d/x", S_IFREG | 0755,
             FILE_FLAG_CREATED | FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void an_open_that_fails(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"evt.res", "ENOENT"},
        {"evt.rawres", "-2"},
        {"evt.failed", "true"},
        {"evt.count.error", "1"},
        {"evt.count.error.file", "1"},
        {"evt.arg.fd", "ENOENT"},
        {"evt.is_open_read", "true"},
        {"evt.is_open_write", "false"},
        {"evt.is_open_create", "false"},
        {"fd.num", "-1"},
        {"fd.typechar", "f"},
        {"fd.type", NULL},
        {"fd.name", "/var/run/secret"},
        {"fd.nameraw", "./lib/../run//secret"},
        {"fd.directory", "/var/run"},
        {"fd.filename", NULL},
        {"fd.ino", NULL},
        {"fs.path.name", "/var/run/secret"},
        {NULL, NULL},
    };

    fixture_open(&f);
    stream_begin(&f.s, EVENT_OPEN, 5, 0);
    stream_header(&f.s)->result = -ENOENT;
    stream_text(&f.s, PARAM_NAME, "./lib/../run//secret");
    stream_text(&f.s, PARAM_NAME_BASE, "/var");
    stream_number(&f.s, PARAM_OPEN_FLAGS, O_RDONLY);
    fixture_expect(&f, wants);
    fixture_close(&f);
}

static void kinds_of_open_files(void **state)
{
    static const struct {
        enum event_type type;
        const char *path;
        unsigned mode, flags;
        const char *kind, *character, *directory, *filename;
    } rows[] = {
        {EVENT_FCHMOD, "/a/b", S_IFREG, 0, "file", "f", "/a", "b"},
        {EVENT_FCHMOD, "/b", S_IFREG, 0, "file", "f", "/", "b"},
        {EVENT_FCHMOD, "/a/b", S_IFDIR, 0, "directory", "d", "/a/b", NULL},
        {EVENT_FCHMOD, "/dev/null", S_IFCHR, 0, "file", "f", "/dev", "null"},
        {EVENT_DUP, "/dev/sda", S_IFBLK, 0, "file", "f", "/dev", "sda"},
        {EVENT_DUP, "/", S_IFIFO, 0, "pipe", "p", NULL, NULL},
        {EVENT_OPEN, "/run/fifo", S_IFIFO, 0, "file", "f", "/run", "fifo"},
        {EVENT_DUP, "memfd:x", S_IFREG, FILE_FLAG_MEMFD, "memfd", "m", NULL, NULL},
        {EVENT_MEMFD_CREATE, "memfd:x", S_IFREG, FILE_FLAG_MEMFD, "memfd", "m", NULL, NULL},
        {EVENT_DUP, "[eventfd]", 0600, 0, "event", "e", NULL, NULL},
        {EVENT_DUP, "[eventpoll]", 0600, 0, "eventpoll", "l", NULL, NULL},
        {EVENT_DUP, "[timerfd]", 0600, 0, "timerfd", "t", NULL, NULL},
        {EVENT_DUP, "bpf-prog", 0600, 0, "bpf", "b", NULL, NULL},
        {EVENT_DUP, "[io_uring]", 0600, 0, "io_uring", "r", NULL, NULL},
        {EVENT_DUP, "[perf_event]", 0600, 0, "unknown", "o", NULL, NULL},
        {EVENT_FINIT_MODULE, "/tmp/x.ko", S_IFREG, 0, "file", "f", "/tmp", "x.ko"},
        {EVENT_MMAP, "/lib/x.so", S_IFREG, 0, "file", "f", "/lib", "x.so"},
    };
    struct fixture f;

    fixture_open(&f);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct want wants[] = {
            {"fd.type", rows[i].kind},           {"fd.typechar", rows[i].character},
            {"fd.directory", rows[i].directory}, {"fd.filename", rows[i].filename},
            {"fd.name", rows[i].path},           {NULL, NULL},
        };
        stream_begin(&f.s, rows[i].type, 5, 0);
        stream_header(&f.s)->result = 9;
        stream_number(&f.s, PARAM_FD, 4);
        put_file(&f.s, rows[i].path, rows[i].mode, rows[i].flags);
        fixture_expect(&f, wants);
    }
    fixture_close(&f);
}

static void numbers_of_open_files(void **state)
{
    static const struct {
        enum event_type type;
        int64_t result;
        const char *number;
    } rows[] = {
        {EVENT_DUP, 7, "7"},           {EVENT_DUP2, -EBADF, "-1"}, {EVENT_FCHMOD, 0, "4"},
        {EVENT_FCHMOD, -EPERM, "4"},   {EVENT_FCNTL, 7, "4"},      {EVENT_SOCKET, 7, "7"},
        {EVENT_ACCEPT, -EAGAIN, "-1"}, {EVENT_CONNECT, 0, "4"},    {EVENT_BPF, 7, "7"},
        {EVENT_USERFAULTFD, 7, "7"},   {EVENT_MPROTECT, 0, "4"},
    };
    struct fixture f;

    fixture_open(&f);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct want wants[] = {{"fd.num", rows[i].number}, {NULL, NULL}};
        stream_begin(&f.s, rows[i].type, 5, 0);
        stream_header(&f.s)->result = rows[i].result;
        stream_number(&f.s, PARAM_FD, 4);
        fixture_expect(&f, wants);
    }
    static const struct want none[] = {{"fd.num", NULL},
                                       {"fd.name", NULL},
                                       {"fd.typechar", NULL},
                                       {"fd.l4proto", NULL},
                                       {NULL, NULL}};
    stream_begin(&f.s, EVENT_UNLINK, 5, 0);
    stream_text(&f.s, PARAM_NAME, "/x");
    fixture_expect(&f, none);

    static const struct want duplicated[] = {{"fd.num", "8"}, {NULL, NULL}};
    stream_begin(&f.s, EVENT_FCNTL, 5, 0);
    stream_header(&f.s)->result = 8;
    stream_number(&f.s, PARAM_FD, 4);
    stream_number(&f.s, PARAM_COMMAND, F_DUPFD_CLOEXEC);
    fixture_expect(&f, duplicated);
    fixture_close(&f);
}

static void paths_of_calls(void **state)
{
    static const struct {
        enum event_type type;
        int64_t result;
        const char *name, *source, *target;
    } rows[] = {
        {EVENT_UNLINKAT, 0, "/w/a", NULL, NULL},     {EVENT_UNLINKAT, -ENOENT, NULL, NULL, NULL},
        {EVENT_MKDIR, 0, "/w/a", NULL, NULL},        {EVENT_CHMOD, 0, "/w/a", NULL, NULL},
        {EVENT_FCHMOD, 0, "/w/opened", NULL, NULL},  {EVENT_RENAMEAT2, 0, NULL, "/w/a", "/v/b"},
        {EVENT_LINK, 0, NULL, "/v/b", "/w/a"},       {EVENT_SYMLINK, 0, NULL, "/w/a", "../target"},
        {EVENT_MOUNT, 0, NULL, "../target", "/w/a"}, {EVENT_KILL, 0, NULL, NULL, NULL},
    };
    struct fixture f;

    fixture_open(&f);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct want wants[] = {
            {"fs.path.name", rows[i].name},
            {"fs.path.source", rows[i].source},
            {"fs.path.target", rows[i].target},
            {NULL, NULL},
        };
        stream_begin(&f.s, rows[i].type, 5, 0);
        stream_header(&f.s)->result = rows[i].result;
        stream_text(&f.s, PARAM_NAME, "a");
        stream_text(&f.s, PARAM_NAME_BASE, "/w");
        stream_text(&f.s, PARAM_NAME2, "../v/b");
        stream_text(&f.s, PARAM_NAME2_BASE, "/w");
        stream_text(&f.s, PARAM_TEXT, "../target");
        stream_text(&f.s, PARAM_PATH, "/w/opened");
        stream_number(&f.s, PARAM_FD, 3);
        fixture_expect(&f, wants);
    }
    fixture_close(&f);
}

static void other_arguments(void **state)
{
    struct fixture f;
    static const struct want of_rename[] = {
        {"evt.arg.oldpath", "/w/a"},
        {"evt.arg.newpath", "/v/b"},
        {"evt.rawarg.newpath", "../v/b"},
        {"evt.abspath.src", "/w/a"},
        {"evt.abspath.dst", "/v/b"},
        {"evt.category", "file"},
        {NULL, NULL},
    };
    static const struct want of_ptrace[] = {
        {"evt.arg.request", "PTRACE_ATTACH"},
        {"evt.rawarg.request", "16"},
        {"evt.arg.pid", "12"},
        {"evt.arg.name", NULL},
        {"evt.arg.addr", NULL},
        {NULL, NULL},
    };
    static const struct want of_bpf[] = {
        {"evt.arg.cmd", "BPF_PROG_LOAD"},
        {"evt.arg.res_or_fd", "EPERM"},
        {"fd.num", "-1"},
        {NULL, NULL},
    };
    static const struct want of_exit[] = {
        {"evt.type", "procexit"},
        {"evt.res", NULL},
        {"evt.rawres", NULL},
        {"evt.failed", NULL},
        {"syscall.type", NULL},
        {"evt.count.error", NULL},
        {NULL, NULL},
    };

    fixture_open(&f);
    stream_begin(&f.s, EVENT_RENAME, 5, 0);
    stream_text(&f.s, PARAM_NAME, "a");
    stream_text(&f.s, PARAM_NAME_BASE, "/w");
    stream_text(&f.s, PARAM_NAME2, "../v/b");
    stream_text(&f.s, PARAM_NAME2_BASE, "/w");
    fixture_expect(&f, of_rename);

    stream_begin(&f.s, EVENT_PTRACE, 5, 0);
    stream_number(&f.s, PARAM_REQUEST, 16);
    stream_number(&f.s, PARAM_TARGET_PID, 12);
    fixture_expect(&f, of_ptrace);

    stream_begin(&f.s, EVENT_BPF, 5, 0);
    stream_header(&f.s)->result = -EPERM;
    stream_number(&f.s, PARAM_COMMAND, 5);
    fixture_expect(&f, of_bpf);

    stream_begin(&f.s, EVENT_PROCEXIT, 5, 0);
    stream_number(&f.s, PARAM_EXIT_CODE, 9);
    fixture_expect(&f, of_exit);
    fixture_close(&f);
}

static void times_of_events(void **state)
{
    struct fixture f;
    static const struct want wants[] = {
        {"evt.time", "20:23:02.054195907"},
        {"evt.time.s", "20:23:02"},
        {"evt.time.iso8601", "2026-04-08T20:23:02.054195907+0000"},
        {"evt.datetime", "2026-04-08 20:23:02.054195907"},
        {"evt.datetime.s", "2026-04-08 20:23:02"},
        {"evt.rawtime", "1775679782054195907"},
        {"evt.rawtime.s", "1775679782"},
        {"evt.rawtime.ns", "54195907"},
        {"evt.reltime", NULL},
        {"evt.hostname", "node-1"},
        {"evt.latency", "0"},
        {"evt.latency.human", "0ns"},
        {NULL, NULL},
    };

    setenv("TZ", "UTC", 1);
    fixture_open(&f);
    stream_begin(&f.s, EVENT_START, 0, 0);
    stream_number(&f.s, PARAM_OFFSET, 1775679782054195907ull - 2000 * SECOND);
    stream_text(&f.s, PARAM_TEXT, "node-1");
    assert_int_equal(stream_feed(&f.s), 0);
    stream_begin(&f.s, EVENT_OPEN, 5, 0);
    stream_header(&f.s)->time = 2000 * SECOND;
    fixture_expect(&f, wants);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_that_works),  cmocka_unit_test(an_open_that_fails),
        cmocka_unit_test(kinds_of_open_files), cmocka_unit_test(numbers_of_open_files),
        cmocka_unit_test(paths_of_calls),      cmocka_unit_test(other_arguments),
        cmocka_unit_test(times_of_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
