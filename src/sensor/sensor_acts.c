/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
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
#include "sensor/sensor_acts.h"

/* Descriptors that are nobody's: those of the sensor are below. */
#define DUP_TO   900
#define DUP_FROM 910

#define FILE_B ACTS_DIR "/b"

#define S(param, text)   {PARAM_##param, 0, text, sizeof(text) - 1}
#define N(param, number) {PARAM_##param, number, NULL, 0}

static long keep(long result)
{
    return result < 0 ? -errno : result;
}

static long open_missing(void)
{
    if (chdir(ACTS_DIR) < 0)
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
    return closed(syscall(SYS_open, ACTS_FILE, O_RDWR));
}
static long do_openat(void)
{
    return closed(openat(AT_FDCWD, ACTS_FILE, O_RDONLY));
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
    return closed(syscall(SYS_openat2, AT_FDCWD, ACTS_FILE, &how, sizeof(how)));
}
static long do_open_by_handle(void)
{
    struct {
        struct file_handle handle;
        char room[128];
    } h = {.handle.handle_bytes = 128};
    int mount;
    if (name_to_handle_at(AT_FDCWD, ACTS_FILE, &h.handle, &mount, 0) < 0)
        return keep(-1);
    _cleanup_close_ int at = open(ACTS_DIR, O_RDONLY | O_DIRECTORY);
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
    return keep(syscall(SYS_link, ACTS_FILE, ACTS_DIR "/hard"));
}
static long do_symlinkat(void)
{
    _cleanup_close_ int at = open(ACTS_DIR, O_RDONLY | O_DIRECTORY);
    return keep(symlinkat("/etc/shadow", at, "soft"));
}
static long do_unlinkat(void)
{
    unlink(ACTS_DIR "/hard");
    return keep(unlinkat(AT_FDCWD, ACTS_DIR "/soft", 0));
}
static long do_unlink_missing(void)
{
    return keep(syscall(SYS_unlink, "/nonexistent/x"));
}
static long do_mkdir(void)
{
    return keep(syscall(SYS_mkdir, ACTS_DIR "/d", 0700));
}
static long do_rmdir(void)
{
    return keep(rmdir(ACTS_DIR "/d"));
}
static long do_mknod(void)
{
    return keep(syscall(SYS_mknod, ACTS_DIR "/fifo", S_IFIFO | 0600, 0));
}
static long do_chmod(void)
{
    return keep(syscall(SYS_chmod, ACTS_FILE, 04755));
}
static long do_fchmod(void)
{
    _cleanup_close_ int fd = open(ACTS_FILE, O_RDONLY);
    return keep(fchmod(fd, 0644));
}
static long do_chown(void)
{
    return keep(syscall(SYS_chown, ACTS_FILE, 12, 34));
}
static long do_chdir(void)
{
    return keep(chdir(ACTS_DIR));
}
static long do_dup2(void)
{
    int fd = open(ACTS_FILE, O_RDONLY);
    long r = closed(syscall(SYS_dup2, fd, DUP_TO));
    close(fd);
    return r;
}
static long do_fcntl(void)
{
    _cleanup_close_ int fd = open(ACTS_FILE, O_RDONLY);
    return closed(fcntl(fd, F_DUPFD, DUP_FROM));
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
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ACTS_DIR "/s"};
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
    return keep(mount("none", ACTS_DIR "/missing", "tmpfs", MS_NOSUID, ""));
}
static long do_umount(void)
{
    return keep(umount2(ACTS_DIR, MNT_DETACH));
}
static long do_fsopen(void)
{
    return closed(syscall(SYS_fsopen, "tmpfs", 1));
}
static long do_open_tree(void)
{
    return closed(syscall(SYS_open_tree, AT_FDCWD, ACTS_DIR, 1));
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
#define DEEP_NAME 200

/* Open a file whose path is `levels` directories of 200 bytes deep, and take them away again. */
static long open_deep(int levels)
{
    char name[DEEP_NAME + 1];
    long r = 0;

    memset(name, 'n', DEEP_NAME);
    name[DEEP_NAME] = '\0';
    if (chdir(ACTS_DIR) < 0)
        return keep(-1);
    for (int i = 0; i < levels && r == 0; i++)
        r = mkdir(name, 0700) == 0 && chdir(name) == 0 ? 0 : keep(-1);
    if (r == 0)
        r = closed(openat(AT_FDCWD, "leaf", O_CREAT | O_RDWR, 0600));
    unlink("leaf");
    for (int i = 0; i < levels; i++)
        if (chdir("..") < 0 || rmdir(name) < 0)
            break;
    return r;
}
static long do_open_deep(void)
{
    return open_deep(20);
}
static long do_open_deeper(void)
{
    return open_deep(30);
}

static bool ends_in_leaf(const struct event_param *path)
{
    return path && path->len > 5 && !memcmp(path->data + path->len - 5, "/leaf", 5);
}
static bool is_whole(const struct event *event)
{
    const struct event_param *path = event_param(event, PARAM_PATH);

    return ends_in_leaf(path) && !path->flags &&
           path->len == strlen(ACTS_DIR) + 20 * (DEEP_NAME + 1) + strlen("/leaf");
}
static bool is_cut_and_said(const struct event *event)
{
    const struct event_param *path = event_param(event, PARAM_PATH);

    return ends_in_leaf(path) && (path->flags & PARAM_FLAG_TRUNCATED) &&
           path->len < EVENT_PATH_MAX && (event->header->flags & EVENT_FLAG_TRUNCATED);
}

static long do_exec_missing(void)
{
    char *argv[] = {(char *)"x", NULL};
    return keep(execve(ACTS_DIR "/missing", argv, environ));
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

    while (sendfile(writer, from, NULL, 1 << 24) > 0)
        ;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", writer);
    _cleanup_close_ int reader = open(path, O_RDONLY);
    close(writer); /* a file open for writing is not executed */

    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {(char *)"true", NULL};
        syscall(SYS_execveat, reader, "", argv, environ, AT_EMPTY_PATH);
        _exit(errno);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
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
    return closed(compat_call(5, ACTS_FILE, O_RDONLY, 0));
}
static long do_unlink_compat(void)
{
    return compat_call(10, "/nonexistent/y", 0, 0);
}

const struct act acts[] = {
    {"open", EVENT_OPEN, do_open, ANY, 0, {S(PATH, ACTS_FILE), N(OPEN_FLAGS, O_RDWR)}},
    {"openat",
     EVENT_OPENAT,
     do_openat,
     ANY,
     0,
     {S(PATH, ACTS_FILE), S(NAME, ACTS_FILE), N(DIRFD, AT_FDCWD)}},
    {"openat, missing",
     EVENT_OPENAT,
     open_missing,
     -ENOENT,
     0,
     {S(NAME, "../bulwark-sensor-test/missing"), S(NAME_BASE, ACTS_DIR)}},
    {"creat",
     EVENT_CREAT,
     do_creat,
     ANY,
     0,
     {S(PATH, FILE_B), N(MODE, 0600), N(OPEN_FLAGS, O_CREAT | O_WRONLY | O_TRUNC)}},
    {"openat2", EVENT_OPENAT2, do_openat2, ANY, 0, {S(PATH, ACTS_FILE), N(RESOLVE, 4)}},
    {"open_by_handle_at", EVENT_OPEN_BY_HANDLE_AT, do_open_by_handle, ANY, 0, {S(PATH, ACTS_FILE)}},
    {"memfd_create",
     EVENT_MEMFD_CREATE,
     do_memfd,
     ANY,
     0,
     {S(TEXT, "hidden"), S(PATH, "memfd:hidden")}},
    {"rename", EVENT_RENAME, do_rename, 0, 0, {S(NAME, FILE_B), S(NAME2, FILE_B "2")}},
    {"renameat2", EVENT_RENAMEAT2, do_renameat2, 0, 0, {S(NAME2, FILE_B), N(FLAGS, 1)}},
    {"link", EVENT_LINK, do_link, 0, 0, {S(NAME, ACTS_FILE), S(NAME2, ACTS_DIR "/hard")}},
    {"symlinkat",
     EVENT_SYMLINKAT,
     do_symlinkat,
     0,
     0,
     {S(TEXT, "/etc/shadow"), S(NAME, "soft"), S(NAME_BASE, ACTS_DIR)}},
    {"unlinkat", EVENT_UNLINKAT, do_unlinkat, 0, 0, {S(NAME, ACTS_DIR "/soft")}},
    {"unlink, missing", EVENT_UNLINK, do_unlink_missing, -ENOENT, 0, {S(NAME, "/nonexistent/x")}},
    {"mkdir", EVENT_MKDIR, do_mkdir, 0, 0, {S(NAME, ACTS_DIR "/d"), N(MODE, 0700)}},
    {"rmdir", EVENT_RMDIR, do_rmdir, 0, 0, {S(NAME, ACTS_DIR "/d")}},
    {"mknod", EVENT_MKNOD, do_mknod, 0, 0, {N(MODE, S_IFIFO | 0600)}},
    {"chmod", EVENT_CHMOD, do_chmod, 0, 0, {S(NAME, ACTS_FILE), N(MODE, 04755)}},
    {"fchmod", EVENT_FCHMOD, do_fchmod, 0, 0, {S(PATH, ACTS_FILE), N(MODE, 0644)}},
    {"chown", EVENT_CHOWN, do_chown, 0, 0, {N(UID, 12), N(GID, 34)}},
    {"chdir", EVENT_CHDIR, do_chdir, 0, 0, {S(PATH, ACTS_DIR)}},
    {"dup2", EVENT_DUP2, do_dup2, DUP_TO, 0, {S(PATH, ACTS_FILE), N(FD2, DUP_TO)}},
    {"fcntl F_DUPFD", EVENT_FCNTL, do_fcntl, ANY, 0, {S(PATH, ACTS_FILE), N(ARG2, DUP_FROM)}},
    {"splice", EVENT_SPLICE, do_splice, 1, 0, {S(PATH, "/etc/passwd"), N(SIZE, 1)}},
    {"socket", EVENT_SOCKET, do_socket, ANY, 0, {N(DOMAIN, AF_PACKET), N(SOCKET_TYPE, SOCK_RAW)}},
    {"bind", EVENT_BIND, do_bind, 0, 0, {{0}}},
    {"accept4", EVENT_ACCEPT4, do_accept, ANY, 0, {{0}}},
    {"connect, refused", EVENT_CONNECT, do_connect_refused, -ECONNREFUSED, 0, {{0}}},
    {"connect unix", EVENT_CONNECT, do_connect_unix, 0, 0, {S(SOCKET_PEER_PATH, ACTS_DIR "/s")}},
    {"sendto", EVENT_SENDTO, do_sendto, 1, 0, {N(SIZE, 1)}},
    {"sendmmsg, second", EVENT_SENDMMSG, act_sendmmsg, 2, 0, {{0}}},
    {"setuid", EVENT_SETUID, do_setuid, 0, 0, {N(UID, 0)}},
    {"capset", EVENT_CAPSET, do_capset, 0, 0, {{0}}},
    {"unshare", EVENT_UNSHARE, do_unshare, 0, 0, {N(FLAGS, CLONE_FS)}},
    {"setns", EVENT_SETNS, do_setns, 0, 0, {N(NS_TYPE, CLONE_NEWUTS)}},
    {"setns, by seccomp", EVENT_SETNS, act_denied, -EXDEV, 0, {N(NS_TYPE, CLONE_NEWNET)}},
    {"setns, trapped", EVENT_SETNS, act_trapped, -EPERM, 0, {N(NS_TYPE, CLONE_NEWNET)}},
    {"mount, missing",
     EVENT_MOUNT,
     do_mount,
     -ENOENT,
     0,
     {S(NAME, ACTS_DIR "/missing"), S(TEXT2, "tmpfs"), N(FLAGS, MS_NOSUID)}},
    {"umount2, no mount",
     EVENT_UMOUNT2,
     do_umount,
     -EINVAL,
     0,
     {S(NAME, ACTS_DIR), N(FLAGS, MNT_DETACH)}},
    {"fsopen", EVENT_FSOPEN, do_fsopen, ANY, 0, {S(TEXT2, "tmpfs")}},
    {"open_tree", EVENT_OPEN_TREE, do_open_tree, ANY, 0, {S(NAME, ACTS_DIR)}},
    {"chroot, missing", EVENT_CHROOT, do_chroot, -ENOENT, 0, {S(NAME, "/nonexistent")}},
    {"ptrace, no such",
     EVENT_PTRACE,
     do_ptrace,
     -ESRCH,
     0,
     {N(REQUEST, PTRACE_ATTACH), N(TARGET_PID, 999999)}},
    {"kill", EVENT_KILL, do_kill, 0, EVENT_FLAG_TO_AGENT, {N(SIGNAL, 0)}},
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
    {"execve, missing", EVENT_EXECVE, do_exec_missing, -ENOENT, 0, {S(NAME, ACTS_DIR "/missing")}},
    {"execve",
     EVENT_EXECVE,
     do_exec,
     0,
     0,
     {S(FILENAME, "/bin/true"), S(ARGV, "true\0one\0two words\0"), S(ENVP, "SECRET=1\0"),
      S(CWD, ACTS_DIR)}},
    {"execveat of a memfd", EVENT_EXECVEAT, do_exec_memfd, 0, 0, {S(EXE_PATH, "memfd:payload")}},
    {"clone", EVENT_CLONE, do_exit, ANY, 0, {{0}}},
    {"exit", EVENT_PROCEXIT, do_exit, 0, 0, {N(EXIT_CODE, 256)}},
    {"openat, 4 KB of path", EVENT_OPENAT, do_open_deep, ANY, 0, {S(NAME, "leaf")}, is_whole},
    {"openat, 6 KB of path",
     EVENT_OPENAT,
     do_open_deeper,
     ANY,
     0,
     {S(NAME, "leaf")},
     is_cut_and_said},
    {"open, 32-bit", EVENT_OPEN, do_open_compat, ANY, EVENT_FLAG_COMPAT, {S(PATH, ACTS_FILE)}},
    {"unlink, 32-bit, missing",
     EVENT_UNLINK,
     do_unlink_compat,
     -ENOENT,
     EVENT_FLAG_COMPAT,
     {S(NAME, "/nonexistent/y")}},
};

const size_t acts_count = sizeof(acts) / sizeof(acts[0]);

void acts_prepare(void)
{
    mkdir(ACTS_DIR, 0700);
    close(open(ACTS_FILE, O_CREAT | O_RDWR | O_CLOEXEC, 0600));
}

void acts_clean(void)
{
    const char *const leftovers[] = {ACTS_FILE, FILE_B, ACTS_DIR "/fifo", ACTS_DIR "/s",
                                     ACTS_DIR "/hard"};

    for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
        unlink(leftovers[i]);
    rmdir(ACTS_DIR);
}
