/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every act is really done on the running kernel, and the event it makes is looked at, parameter by
 * parameter. Needs root; prints why and skips where the sensor can't run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "event/event.h"
#include "event/table.h"
#include "sensor/sensor.h"

#define DIR_NAME "/tmp/bulwark-sensor-test"
#define FILE_A   DIR_NAME "/a"
#define FILE_B   DIR_NAME "/b"

enum { ANY = -100000 }; /* any result that is no error */

struct expect {
    enum param_id param; /* 0 ends the list */
    int64_t number;
    const char *string;
    uint32_t len;
};

struct act {
    const char *name;
    enum event_type type;
    long (*run)(void);
    int64_t result; /* ANY, a number, or -errno */
    uint16_t flags; /* EVENT_FLAG_* that must be set */
    struct expect expects[6];
};

#define S(param, text)   {PARAM_##param, 0, text, sizeof(text) - 1}
#define N(param, number) {PARAM_##param, number, NULL, 0}

static long keep(long result)
{
    return result < 0 ? -errno : result;
}

static long open_missing(void)
{
    if (chdir(DIR_NAME) < 0)
        return keep(-1);
    return keep(syscall(SYS_openat, AT_FDCWD, "../bulwark-sensor-test/missing", O_RDONLY));
}

static long closed(long fd)
{
    if (fd >= 0)
        close((int)fd);
    return keep(fd);
}

static long do_open(void)
{
    return closed(syscall(SYS_open, FILE_A, O_RDWR));
}
static long do_openat(void)
{
    return closed(openat(AT_FDCWD, FILE_A, O_RDONLY));
}
static long do_creat(void)
{
    return closed(syscall(SYS_creat, FILE_B, 0600));
}
static long do_openat2(void)
{
    struct {
        uint64_t flags, mode, resolve;
    } how = {O_RDONLY, 0, 0x04 /* RESOLVE_NO_SYMLINKS */};
    return closed(syscall(SYS_openat2, AT_FDCWD, FILE_A, &how, sizeof(how)));
}
static long do_open_by_handle(void)
{
    struct {
        struct file_handle handle;
        char room[128];
    } h = {.handle.handle_bytes = 128};
    int mount;
    if (name_to_handle_at(AT_FDCWD, FILE_A, &h.handle, &mount, 0) < 0)
        return keep(-1);
    _cleanup_close_ int at = open(DIR_NAME, O_RDONLY | O_DIRECTORY);
    return closed(open_by_handle_at(at, &h.handle, O_RDONLY));
}
static long do_memfd(void)
{
    return closed(memfd_create("hidden", MFD_CLOEXEC));
}
static long do_rename(void)
{
    return keep(syscall(SYS_rename, FILE_B, FILE_B "2"));
}
static long do_renameat2(void)
{
    return keep(syscall(SYS_renameat2, AT_FDCWD, FILE_B "2", AT_FDCWD, FILE_B, 1));
}
static long do_link(void)
{
    return keep(syscall(SYS_link, FILE_A, DIR_NAME "/hard"));
}
static long do_symlinkat(void)
{
    _cleanup_close_ int at = open(DIR_NAME, O_RDONLY | O_DIRECTORY);
    return keep(symlinkat("/etc/shadow", at, "soft"));
}
static long do_unlinkat(void)
{
    unlink(DIR_NAME "/hard");
    return keep(unlinkat(AT_FDCWD, DIR_NAME "/soft", 0));
}
static long do_unlink_missing(void)
{
    return keep(syscall(SYS_unlink, "/nonexistent/x"));
}
static long do_mkdir(void)
{
    return keep(syscall(SYS_mkdir, DIR_NAME "/d", 0700));
}
static long do_rmdir(void)
{
    return keep(rmdir(DIR_NAME "/d"));
}
static long do_mknod(void)
{
    return keep(syscall(SYS_mknod, DIR_NAME "/fifo", S_IFIFO | 0600, 0));
}
static long do_chmod(void)
{
    return keep(syscall(SYS_chmod, FILE_A, 04755));
}
static long do_fchmod(void)
{
    _cleanup_close_ int fd = open(FILE_A, O_RDONLY);
    return keep(fchmod(fd, 0644));
}
static long do_chown(void)
{
    return keep(syscall(SYS_chown, FILE_A, 12, 34));
}
static long do_chdir(void)
{
    return keep(chdir(DIR_NAME));
}
static long do_dup2(void)
{
    int fd = open(FILE_A, O_RDONLY);
    long r = closed(syscall(SYS_dup2, fd, 77));
    close(fd);
    return r;
}
static long do_fcntl(void)
{
    _cleanup_close_ int fd = open(FILE_A, O_RDONLY);
    return closed(fcntl(fd, F_DUPFD, 80));
}
static long do_splice(void)
{
    int ends[2];
    if (pipe(ends) < 0)
        return keep(-1);
    int fd = open("/etc/passwd", O_RDONLY);
    long r = keep(splice(fd, NULL, ends[1], NULL, 1, 0));
    close(fd);
    close(ends[0]);
    close(ends[1]);
    return r;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {0}};
}
static long do_socket(void)
{
    return closed(socket(AF_PACKET, SOCK_RAW, 0));
}
static long do_bind(void)
{
    _cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(45999);
    return keep(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}
static long do_accept(void)
{
    _cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM, 0);
    _cleanup_close_ int client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(45998);
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0 ||
        connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
        return keep(-1);
    return closed(accept4(fd, NULL, NULL, SOCK_CLOEXEC));
}
static long do_connect_refused(void)
{
    _cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(1);
    return keep(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}
static long do_connect_unix(void)
{
    _cleanup_close_ int server = socket(AF_UNIX, SOCK_STREAM, 0);
    _cleanup_close_ int client = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = DIR_NAME "/s"};
    unlink(address.sun_path);
    if (bind(server, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(server, 1) < 0)
        return keep(-1);
    return keep(connect(client, (struct sockaddr *)&address, sizeof(address)));
}
static long do_sendto(void)
{
    _cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = loopback(9);
    return keep(sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof(address)));
}
static long do_setuid(void)
{
    return keep(syscall(SYS_setuid, 0));
}
static long do_capset(void)
{
    struct {
        uint32_t version;
        int pid;
    } header = {0x20080522, 0};
    uint32_t data[6];
    syscall(SYS_capget, &header, data);
    return keep(syscall(SYS_capset, &header, data));
}
static long do_unshare(void)
{
    return keep(unshare(CLONE_FS));
}
static long do_setns(void)
{
    _cleanup_close_ int fd = open("/proc/self/ns/uts", O_RDONLY);
    return keep(setns(fd, CLONE_NEWUTS));
}
static long do_mount(void)
{
    return keep(mount("none", DIR_NAME "/missing", "tmpfs", MS_NOSUID, ""));
}
static long do_umount(void)
{
    return keep(umount2(DIR_NAME, MNT_DETACH));
}
static long do_fsopen(void)
{
    return closed(syscall(SYS_fsopen, "tmpfs", 1));
}
static long do_open_tree(void)
{
    return closed(syscall(SYS_open_tree, AT_FDCWD, DIR_NAME, 1));
}
static long do_chroot(void)
{
    return keep(chroot("/nonexistent"));
}
static long do_ptrace(void)
{
    return keep(ptrace(PTRACE_ATTACH, 999999, 0, 0));
}
static long do_kill(void)
{
    return keep(kill(getpid(), 0));
}
static long do_prctl(void)
{
    return keep(prctl(PR_SET_NAME, "renamed"));
}
static long do_vm_writev(void)
{
    char byte = 0;
    struct iovec part = {&byte, 1};
    return keep(process_vm_writev(getpid(), &part, 1, &part, 1, 0));
}
static long do_bpf(void)
{
    return keep(syscall(SYS_bpf, 5, NULL, 0));
}
static long do_finit_module(void)
{
    _cleanup_close_ int fd = open("/etc/passwd", O_RDONLY);
    long r = keep(syscall(SYS_finit_module, fd, "a=1", 0));
    return r < 0 ? -1 : r; /* ENOEXEC, ENOSYS or EPERM, by kernel */
}
static long do_userfaultfd(void)
{
    return closed(syscall(SYS_userfaultfd, 1)) < 0 ? -1 : 0;
}
static long do_io_uring(void)
{
    struct io_uring_params params = {.flags = IORING_SETUP_CLAMP};
    long r = closed(syscall(SYS_io_uring_setup, 2, &params));
    return r < 0 ? -1 : 0;
}
static long do_mprotect(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long r = keep(mprotect(page, 4096, PROT_READ | PROT_EXEC));
    munmap(page, 4096);
    return r;
}
static long do_mmap(void)
{
    _cleanup_close_ int fd = open("/proc/self/exe", O_RDONLY);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    if (page == MAP_FAILED)
        return keep(-1);
    munmap(page, 4096);
    return 0;
}
static long do_exec_missing(void)
{
    char *argv[] = {(char *)"x", NULL};
    return keep(execve(DIR_NAME "/missing", argv, environ));
}
static long in_child(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {(char *)strrchr(path, '/') + 1, (char *)"one", (char *)"two words", NULL};
        char *env[] = {(char *)"SECRET=1", NULL};
        execve(path, argv, env);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    return 0;
}
static long do_exec(void)
{
    return in_child("/bin/true");
}
static long do_exec_memfd(void)
{
    _cleanup_close_ int from = open("/bin/true", O_RDONLY);
    int writer = memfd_create("payload", 0);
    char path[64];

    sendfile(writer, from, NULL, 1 << 24);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", writer);
    _cleanup_close_ int reader = open(path, O_RDONLY);
    close(writer); /* a file open for writing is not executed */

    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {(char *)"true", NULL};
        syscall(SYS_execveat, reader, "", argv, environ, AT_EMPTY_PATH);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    return 0;
}
static long do_exit(void)
{
    return in_child("/bin/false");
}

/* 32-bit calls need their pointers below 4 GiB. */
static long compat_call(long number, const char *path, long b, long c)
{
#if defined(__x86_64__)
    char *low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (low == MAP_FAILED)
        return -errno;
    snprintf(low, 4096, "%s", path);
    long r;
    __asm__ volatile("int $0x80"
                     : "=a"(r)
                     : "a"(number), "b"(low), "c"(b), "d"(c)
                     : "memory", "r8", "r9", "r10", "r11");
    munmap(low, 4096);
    return r;
#else
    return -ENOSYS;
#endif
}
static long do_open_compat(void)
{
    return closed(compat_call(5, FILE_A, O_RDONLY, 0));
}
static long do_unlink_compat(void)
{
    return compat_call(10, "/nonexistent/y", 0, 0);
}

static const struct act acts[] = {
    {"open", EVENT_OPEN, do_open, ANY, 0, {S(PATH, FILE_A), N(OPEN_FLAGS, O_RDWR)}},
    {"openat",
     EVENT_OPENAT,
     do_openat,
     ANY,
     0,
     {S(PATH, FILE_A), S(NAME, FILE_A), N(DIRFD, AT_FDCWD)}},
    {"openat, missing",
     EVENT_OPENAT,
     open_missing,
     -ENOENT,
     0,
     {S(NAME, "../bulwark-sensor-test/missing"), S(NAME_BASE, DIR_NAME)}},
    {"creat",
     EVENT_CREAT,
     do_creat,
     ANY,
     0,
     {S(PATH, FILE_B), N(MODE, 0600), N(OPEN_FLAGS, O_CREAT | O_WRONLY | O_TRUNC)}},
    {"openat2", EVENT_OPENAT2, do_openat2, ANY, 0, {S(PATH, FILE_A), N(RESOLVE, 4)}},
    {"open_by_handle_at", EVENT_OPEN_BY_HANDLE_AT, do_open_by_handle, ANY, 0, {S(PATH, FILE_A)}},
    {"memfd_create",
     EVENT_MEMFD_CREATE,
     do_memfd,
     ANY,
     0,
     {S(TEXT, "hidden"), S(PATH, "memfd:hidden")}},
    {"rename", EVENT_RENAME, do_rename, 0, 0, {S(NAME, FILE_B), S(NAME2, FILE_B "2")}},
    {"renameat2", EVENT_RENAMEAT2, do_renameat2, 0, 0, {S(NAME2, FILE_B), N(FLAGS, 1)}},
    {"link", EVENT_LINK, do_link, 0, 0, {S(NAME, FILE_A), S(NAME2, DIR_NAME "/hard")}},
    {"symlinkat",
     EVENT_SYMLINKAT,
     do_symlinkat,
     0,
     0,
     {S(TEXT, "/etc/shadow"), S(NAME, "soft"), S(NAME_BASE, DIR_NAME)}},
    {"unlinkat", EVENT_UNLINKAT, do_unlinkat, 0, 0, {S(NAME, DIR_NAME "/soft")}},
    {"unlink, missing", EVENT_UNLINK, do_unlink_missing, -ENOENT, 0, {S(NAME, "/nonexistent/x")}},
    {"mkdir", EVENT_MKDIR, do_mkdir, 0, 0, {S(NAME, DIR_NAME "/d"), N(MODE, 0700)}},
    {"rmdir", EVENT_RMDIR, do_rmdir, 0, 0, {S(NAME, DIR_NAME "/d")}},
    {"mknod", EVENT_MKNOD, do_mknod, 0, 0, {N(MODE, S_IFIFO | 0600)}},
    {"chmod", EVENT_CHMOD, do_chmod, 0, 0, {S(NAME, FILE_A), N(MODE, 04755)}},
    {"fchmod", EVENT_FCHMOD, do_fchmod, 0, 0, {S(PATH, FILE_A), N(MODE, 0644)}},
    {"chown", EVENT_CHOWN, do_chown, 0, 0, {N(UID, 12), N(GID, 34)}},
    {"chdir", EVENT_CHDIR, do_chdir, 0, 0, {S(PATH, DIR_NAME)}},
    {"dup2", EVENT_DUP2, do_dup2, 77, 0, {S(PATH, FILE_A), N(FD2, 77)}},
    {"fcntl F_DUPFD", EVENT_FCNTL, do_fcntl, ANY, 0, {S(PATH, FILE_A), N(ARG2, 80)}},
    {"splice", EVENT_SPLICE, do_splice, 1, 0, {S(PATH, "/etc/passwd"), N(SIZE, 1)}},
    {"socket", EVENT_SOCKET, do_socket, ANY, 0, {N(DOMAIN, AF_PACKET), N(SOCKET_TYPE, SOCK_RAW)}},
    {"bind", EVENT_BIND, do_bind, 0, 0, {{0}}},
    {"accept4", EVENT_ACCEPT4, do_accept, ANY, 0, {{0}}},
    {"connect, refused", EVENT_CONNECT, do_connect_refused, -ECONNREFUSED, 0, {{0}}},
    {"connect unix", EVENT_CONNECT, do_connect_unix, 0, 0, {S(SOCKET_PEER_PATH, DIR_NAME "/s")}},
    {"sendto", EVENT_SENDTO, do_sendto, 1, 0, {N(SIZE, 1)}},
    {"setuid", EVENT_SETUID, do_setuid, 0, 0, {N(UID, 0)}},
    {"capset", EVENT_CAPSET, do_capset, 0, 0, {{0}}},
    {"unshare", EVENT_UNSHARE, do_unshare, 0, 0, {N(FLAGS, CLONE_FS)}},
    {"setns", EVENT_SETNS, do_setns, 0, 0, {N(NS_TYPE, CLONE_NEWUTS)}},
    {"mount, missing",
     EVENT_MOUNT,
     do_mount,
     -ENOENT,
     0,
     {S(NAME, DIR_NAME "/missing"), S(TEXT2, "tmpfs"), N(FLAGS, MS_NOSUID)}},
    {"umount2, no mount",
     EVENT_UMOUNT2,
     do_umount,
     -EINVAL,
     0,
     {S(NAME, DIR_NAME), N(FLAGS, MNT_DETACH)}},
    {"fsopen", EVENT_FSOPEN, do_fsopen, ANY, 0, {S(TEXT2, "tmpfs")}},
    {"open_tree", EVENT_OPEN_TREE, do_open_tree, ANY, 0, {S(NAME, DIR_NAME)}},
    {"chroot, missing", EVENT_CHROOT, do_chroot, -ENOENT, 0, {S(NAME, "/nonexistent")}},
    {"ptrace, no such",
     EVENT_PTRACE,
     do_ptrace,
     -ESRCH,
     0,
     {N(REQUEST, PTRACE_ATTACH), N(TARGET_PID, 999999)}},
    {"kill", EVENT_KILL, do_kill, 0, 0, {N(SIGNAL, 0)}},
    {"prctl", EVENT_PRCTL, do_prctl, 0, 0, {N(OPTION, PR_SET_NAME), S(TEXT, "renamed")}},
    {"process_vm_writev", EVENT_PROCESS_VM_WRITEV, do_vm_writev, 1, 0, {{0}}},
    {"bpf", EVENT_BPF, do_bpf, -1, 0, {N(COMMAND, 5)}},
    {"finit_module",
     EVENT_FINIT_MODULE,
     do_finit_module,
     -1,
     0,
     {S(TEXT, "a=1"), S(PATH, "/etc/passwd")}},
    {"userfaultfd", EVENT_USERFAULTFD, do_userfaultfd, -1, 0, {N(FLAGS, 1)}},
    {"io_uring_setup",
     EVENT_IO_URING_SETUP,
     do_io_uring,
     -1,
     0,
     {N(ENTRIES, 2), N(FLAGS, IORING_SETUP_CLAMP)}},
    {"mprotect", EVENT_MPROTECT, do_mprotect, 0, 0, {N(PROT, PROT_READ | PROT_EXEC)}},
    {"mmap", EVENT_MMAP, do_mmap, ANY, 0, {N(PROT, PROT_READ | PROT_EXEC)}},
    {"execve, missing", EVENT_EXECVE, do_exec_missing, -ENOENT, 0, {S(NAME, DIR_NAME "/missing")}},
    {"execve",
     EVENT_EXECVE,
     do_exec,
     0,
     0,
     {S(FILENAME, "/bin/true"), S(ARGV, "true\0one\0two words\0"), S(ENVP, "SECRET=1\0"),
      S(CWD, DIR_NAME)}},
    {"execveat of a memfd", EVENT_EXECVEAT, do_exec_memfd, 0, 0, {S(EXE_PATH, "memfd:payload")}},
    {"clone", EVENT_CLONE, do_exit, ANY, 0, {{0}}},
    {"exit", EVENT_PROCEXIT, do_exit, 0, 0, {N(EXIT_CODE, 256)}},
    {"open, 32-bit", EVENT_OPEN, do_open_compat, ANY, EVENT_FLAG_COMPAT, {S(PATH, FILE_A)}},
    {"unlink, 32-bit, missing",
     EVENT_UNLINK,
     do_unlink_compat,
     -ENOENT,
     EVENT_FLAG_COMPAT,
     {S(NAME, "/nonexistent/y")}},
};

struct search {
    const struct act *act;
    bool seen;
    bool matched;
    char why[512];
};

static bool parameters_match(struct search *search, const struct event *event)
{
    for (const struct expect *e = search->act->expects; e->param; e++) {
        const struct event_param *param = event_param(event, e->param);

        if (!param) {
            snprintf(search->why, sizeof(search->why), "no %s", param_info(e->param)->name);
            return false;
        }
        if (e->string ? param->len == e->len && !memcmp(param->data, e->string, e->len)
                      : event_number(event, e->param, 0) == e->number)
            continue;
        if (e->string)
            snprintf(search->why, sizeof(search->why), "%s is \"%.*s\"", param_info(e->param)->name,
                     (int)param->len, param->data);
        else
            snprintf(search->why, sizeof(search->why), "%s is %lld", param_info(e->param)->name,
                     (long long)event_number(event, e->param, 0));
        return false;
    }
    return true;
}

static int look(void *data, const void *record, size_t size)
{
    struct search *search = data;
    struct event event;

    if (event_decode(record, size, &event) < 0) {
        snprintf(search->why, sizeof(search->why), "a record breaks the format");
        return 0;
    }
    const struct event_header *header = event.header;
    const struct act *act = search->act;
    if (search->matched || header->type != act->type || header->uid != 0)
        return 0;
    search->seen = true;
    if (act->result == ANY ? header->result < 0
                           : act->result != -1 && header->result != act->result) {
        snprintf(search->why, sizeof(search->why), "result %lld", (long long)header->result);
        return 0;
    }
    if ((header->flags & act->flags) != act->flags) {
        snprintf(search->why, sizeof(search->why), "flags %x", header->flags);
        return 0;
    }
    search->matched = parameters_match(search, &event);
    return 0;
}

static bool perform(struct sensor *sensor, const struct act *act)
{
    struct search search = {.act = act};

    while (sensor_read(sensor, 0, look, &search) > 0)
        ;
    search = (struct search){.act = act};

    long result = act->run();
    if (result == -ENOSYS) {
        printf("SKIP sensor %s: this kernel has no such call\n", act->name);
        return true;
    }
    for (int i = 0; i < 100 && !search.matched; i++) {
        struct pollfd wait = {sensor_fd(sensor), POLLIN, 0};

        poll(&wait, 1, 5);
        sensor_read(sensor, 0, look, &search);
    }
    if (search.matched)
        printf("PASS sensor %s\n", act->name);
    else
        printf("FAIL sensor %s: %s%s (the call gave %ld)\n", act->name,
               search.seen ? "event differs: " : "no event", search.why, result);
    return search.matched;
}

int main(void)
{
    struct sensor_config config = {.include_self = true, .needs = {.env = true, .dns = true}};
    struct error error = {0};
    struct sensor *sensor;
    uint64_t counters[COUNTER_MAX];
    int failed = 0;

    if (geteuid() != 0) {
        printf("SKIP sensor: needs root\n");
        return 77;
    }
    memset(config.needs.types, true, sizeof(config.needs.types));
    if (sensor_open(&config, &sensor, &error) < 0) {
        printf("%s sensor: %s\n", error.code == -EPERM || error.code == -ENOENT ? "SKIP" : "FAIL",
               error.message);
        return error.code == -EPERM || error.code == -ENOENT ? 77 : 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir(DIR_NAME, 0700);
    close(open(FILE_A, O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        failed += !perform(sensor, &acts[i]);

    if (sensor_counters(sensor, counters) < 0)
        failed++;
    for (int i = 0; i < COUNTER_MAX; i++)
        if (counters[i] && i != COUNTER_EVENTS_BULK && i != COUNTER_EVENTS_CRITICAL)
            printf("     counter %s %llu\n", sensor_counter_name(i),
                   (unsigned long long)counters[i]);
    sensor_close(sensor);

    const char *const leftovers[] = {FILE_A, FILE_B, DIR_NAME "/fifo", DIR_NAME "/s",
                                     DIR_NAME "/hard"};
    for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
        unlink(leftovers[i]);
    rmdir(DIR_NAME);
    return failed ? 1 : 0;
}
