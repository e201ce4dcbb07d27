/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breaches of isolation, really done or, where that would take an exploit, written into what the
 * kernel side remembers; and what looks like one and is none. A container here is a process in
 * namespaces and a cgroup of its own. Needs root.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "event/event.h"
#include "sensor/isolation.h"
#include "sensor/sensor_internal.h"

#define SIGNAL_OF_CHILD 17
#define CGROUP2_MAGIC   0x63677270
#define WAIT_ROUNDS     40 /* of 5 ms after the last act */
#define NOBODY          1000
#define OWN_NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#define BIT(name) ISOLATION_BIT(name)

struct place {
    struct isolation_allowance allowed;
    char cgroup[256];
    pid_t pid;
    int orders, answers; /* pipes to its process */
};

struct row {
    const char *name;
    int (*act)(void);                                    /* by the container's process */
    int (*from_outside)(struct place *place);            /* by the host */
    void (*adjust)(struct isolation_allowance *allowed); /* what it was given */
    unsigned long flags;                                 /* for clone, beside OWN_NAMESPACES */
    uint32_t kinds;
};

static struct sensor *sensor;
static char self[4096], setuid_copy[] = "/tmp/bulwark-isolation-XXXXXX", cgroups[200];
static int host_root = -1, host_namespaces[ISOLATION_NAMESPACES], other_network = -1;
static uint32_t kinds_seen;
static uint64_t owner_seen;

static int in_child(int (*act)(void))
{
    int status;
    pid_t pid = fork();

    if (!pid)
        _exit(act ? act() != 0 : 0);
    return pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status)
               ? -1
               : 0;
}

static int execute(void)
{
    execl(self, self, "exit", NULL);
    return -1;
}

static int act_none(void)
{
    return in_child(execute);
}

static int become_nobody_and_execute_setuid(void)
{
    if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
        return -1;
    execl(setuid_copy, setuid_copy, "exit-as-root", NULL);
    return -1;
}

static int act_setuid(void)
{
    return in_child(become_nobody_and_execute_setuid);
}

static int act_user_namespace(void)
{
    return unshare(CLONE_NEWUSER | CLONE_NEWNS);
}

static int act_unshare(void)
{
    return unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS);
}

static int act_host_mount(void)
{
    return setns(host_namespaces[ISOLATION_MNT], CLONE_NEWNS);
}

static int act_host_network(void)
{
    return setns(host_namespaces[ISOLATION_NET], CLONE_NEWNET);
}

static int act_other_network(void)
{
    return setns(other_network, CLONE_NEWNET);
}

static int act_cwd(void)
{
    return fchdir(host_root);
}

static int act_root(void)
{
    return fchdir(host_root) < 0 ? -1 : chroot(".");
}

static int write_text(const char *path, const char *text)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int put_into(const char *cgroup, pid_t pid)
{
    char path[300], text[16];

    snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
    snprintf(text, sizeof(text), "%d", pid);
    return write_text(path, text);
}

static int moved_out(struct place *place)
{
    return put_into(cgroups, place->pid);
}

/* What the kernel side remembers of the process is changed. */
static int change_memory(pid_t pid, void (*change)(struct isolation_thread *))
{
    int map = bpf_map__fd(sensor->skeleton->maps.isolation_threads);
    struct isolation_thread thread;
    _cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (pidfd < 0 || bpf_map_lookup_elem(map, &pidfd, &thread) < 0)
        return -errno;
    change(&thread);
    return bpf_map_update_elem(map, &pidfd, &thread, BPF_EXIST) < 0 ? -errno : 0;
}

static void was_a_user(struct isolation_thread *thread)
{
    for (unsigned i = 0; i < ISOLATION_IDS; i++)
        thread->last.uids[i] = NOBODY;
    thread->last.permitted = 0;
}

static void was_elsewhere(struct isolation_thread *thread)
{
    thread->last.namespaces[ISOLATION_NET]++;
    thread->last.permitted &= ~ISOLATION_CAP_SYS_ADMIN;
    thread->now.permitted &= ~ISOLATION_CAP_SYS_ADMIN;
}

static void was_of_another(struct isolation_thread *thread)
{
    thread->allowed.namespaces[ISOLATION_MNT]++;
}

static int remember_user(struct place *place)
{
    return change_memory(place->pid, was_a_user);
}

static int remember_namespace(struct place *place)
{
    return change_memory(place->pid, was_elsewhere);
}

/* As `runc exec` does, but that it leaves the other namespaces the host's. */
static int enter(int mount, int orders, int answers)
{
    char byte = 'y';

    if (setns(mount, CLONE_NEWNS) < 0 || write(answers, &byte, 1) != 1 ||
        read(orders, &byte, 1) != 1 || in_child(NULL) < 0)
        return 1;
    return execute() != 0;
}

/* As while a move is done and not told yet. */
static int forget_move(pid_t pid)
{
    int map = bpf_map__fd(sensor->skeleton->maps.isolation_threads);
    _cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    return pidfd < 0 || bpf_map_delete_elem(map, &pidfd) < 0 ? -1 : 0;
}

enum entry_kind {
    CGROUP_FIRST,
    CGROUP_LAST,
    NOT_TOLD_YET,
    BEFORE_KNOWN, /* the container, as an agent that is slow learns of it */
    USED_AGAIN,   /* the cgroup: the runtime came to it when another container had it */
};

/* Runtimes go into the cgroup before the namespaces, or after. */
static int entered(const struct place *place, enum entry_kind kind)
{
    char path[64], byte = 'x';
    int orders[2], answers[2], status = 1;

    snprintf(path, sizeof(path), "/proc/%d/ns/mnt", place->pid);
    _cleanup_close_ int mount = open(path, O_RDONLY | O_CLOEXEC);
    if (mount < 0 || pipe(orders) < 0 || pipe(answers) < 0)
        return -1;
    pid_t pid = fork();
    if (!pid)
        _exit(read(orders[0], &byte, 1) == 1 ? enter(mount, orders[0], answers[1]) : 1);
    int r = pid < 0 ? -1 : 0;
    if (r == 0 && kind == CGROUP_FIRST)
        r = put_into(place->cgroup, pid);
    if (write(orders[1], &byte, 1) != 1 || read(answers[0], &byte, 1) != 1)
        r = -1;
    if (r == 0 && kind != CGROUP_FIRST)
        r = put_into(place->cgroup, pid);
    if (r == 0 && (kind == NOT_TOLD_YET || kind == BEFORE_KNOWN))
        r = forget_move(pid);
    if (r == 0 && kind == USED_AGAIN)
        r = change_memory(pid, was_of_another);
    if (r == 0 && kind == BEFORE_KNOWN)
        r = sensor_isolate(sensor, &place->allowed, (uint32_t)place->pid);
    if (write(orders[1], &byte, 1) != 1)
        r = -1;
    for (int i = 0; i < 2; i++) {
        close(orders[i]);
        close(answers[i]);
    }
    if (pid > 0 && (waitpid(pid, &status, 0) != pid || status))
        r = -1;
    return r;
}

static int entered_cgroup_first(struct place *place)
{
    return entered(place, CGROUP_FIRST);
}

static int entered_cgroup_last(struct place *place)
{
    return entered(place, CGROUP_LAST);
}

static int entered_untold(struct place *place)
{
    return entered(place, NOT_TOLD_YET);
}

static int entered_before_known(struct place *place)
{
    return entered(place, BEFORE_KNOWN);
}

static int entered_used_again(struct place *place)
{
    return entered(place, USED_AGAIN);
}

static void without_sys_admin(struct isolation_allowance *allowed)
{
    allowed->bounding &= ~ISOLATION_CAP_SYS_ADMIN;
}

static void with_filter(struct isolation_allowance *allowed)
{
    allowed->seccomp = 2;
}

/* Told of where AppArmor can be asked: no profile confines the test. */
static void with_label(struct isolation_allowance *allowed)
{
    allowed->confined = 1;
}

static void with_no_new_privs(struct isolation_allowance *allowed)
{
    allowed->no_new_privs = 1;
}

static void with_host_network(struct isolation_allowance *allowed)
{
    uint32_t host[ISOLATION_NAMESPACES];

    sensor_host_namespaces(sensor, host);
    allowed->namespaces[ISOLATION_NET] = host[ISOLATION_NET];
}

static const struct row rows[] = {
    {"nothing", .act = act_none},
    {"setuid program", .act = act_setuid},
    {"user namespace made inside", .act = act_user_namespace},
    {"namespaces made inside", .act = act_unshare},
    {"network of the host that was given", .act = act_host_network, .adjust = with_host_network},
    {"entered from outside with more, cgroup first", .from_outside = entered_cgroup_first},
    {"entered from outside with more, cgroup last", .from_outside = entered_cgroup_last},
    {"entered from outside with more, not told yet", .from_outside = entered_untold},
    {"entered from outside with more, before it was known", .from_outside = entered_before_known},
    {"entered from outside with more, cgroup used again", .from_outside = entered_used_again},
    {"mount namespace of the host", .act = act_host_mount, .kinds = BIT(MNT_NAMESPACE)},
    {"network namespace of the host", .act = act_host_network, .kinds = BIT(NET_NAMESPACE)},
    {"network namespace of another container", .act = act_other_network,
     .kinds = BIT(NET_NAMESPACE)},
    {"working directory of the host", .act = act_cwd, .kinds = BIT(CWD)},
    {"root of the host", .act = act_root, .kinds = BIT(CWD) | BIT(ROOT)},
    {"moved out of its cgroup", .from_outside = moved_out, .kinds = BIT(CGROUP)},
    {"capability", .adjust = without_sys_admin, .kinds = BIT(CAPABILITY)},
    {"seccomp", .adjust = with_filter, .kinds = BIT(SECCOMP)},
    {"label", .adjust = with_label, .kinds = BIT(LSM_LABEL)},
    {"no_new_privs", .adjust = with_no_new_privs, .kinds = BIT(NO_NEW_PRIVS)},
    {"user that is not mapped", .flags = CLONE_NEWUSER, .kinds = BIT(UID)},
    {"credentials changed by an exploit", .from_outside = remember_user, .kinds = BIT(CREDENTIALS)},
    {"namespace changed by an exploit", .act = NULL, .from_outside = remember_namespace,
     .kinds = BIT(NAMESPACES) | BIT(CREDENTIALS)},
};

static int look(void *data, const void *record, size_t size)
{
    const struct event_header *header = record;
    struct event event;

    if (header->type != EVENT_ISOLATION_BREACH || event_decode(record, size, &event) < 0)
        return 0;
    kinds_seen |= 1u << event_number(&event, PARAM_ISOLATION_KIND, 31);
    owner_seen = (uint64_t)event_number(&event, PARAM_ISOLATION_OWNER, 0);
    return 0;
}

/* What the container's process does when told. */
static int container_main(const struct row *row, int orders, int answers)
{
    char order;

    while (read(orders, &order, 1) == 1) {
        int r = order == 'a' ? row->act() : in_child(NULL);
        char answer = r < 0 ? 'n' : 'y';
        if (write(answers, &answer, 1) != 1)
            return 1;
    }
    return 0;
}

static int order(const struct place *place, char what)
{
    char answer = 'n';

    return write(place->orders, &what, 1) == 1 && read(place->answers, &answer, 1) == 1 &&
                   answer == 'y'
               ? 0
               : -1;
}

static int read_allowance(struct place *place)
{
    static const char *const names[ISOLATION_NAMESPACES] = {"mnt", "pid",    "net", "ipc",
                                                            "uts", "cgroup", "user"};
    struct stat st;

    place->allowed = (struct isolation_allowance){.bounding = ~0ull};
    for (unsigned i = 0; i < ISOLATION_NAMESPACES; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/ns/%s", place->pid, names[i]);
        if (stat(path, &st) < 0)
            return -errno;
        place->allowed.namespaces[i] = (uint32_t)st.st_ino;
    }
    if (stat(place->cgroup, &st) < 0)
        return -errno;
    place->allowed.cgroup = st.st_ino;
    return 0;
}

static int open_place(struct place *place, const struct row *row, const char *name)
{
    int orders[2], answers[2];

    snprintf(place->cgroup, sizeof(place->cgroup), "%s/bulwark-isolation-%s", cgroups, name);
    if (mkdir(place->cgroup, 0755) < 0 && errno != EEXIST)
        return -errno;
    if (pipe(orders) < 0 || pipe(answers) < 0)
        return -errno;
    place->pid =
        (pid_t)syscall(SYS_clone, OWN_NAMESPACES | row->flags | SIGNAL_OF_CHILD, 0, 0, 0, 0);
    if (!place->pid) {
        close(orders[1]);
        close(answers[0]);
        _exit(container_main(row, orders[0], answers[1]));
    }
    close(orders[0]);
    close(answers[1]);
    place->orders = orders[1];
    place->answers = answers[0];
    if (place->pid < 0)
        return -errno;
    int r = put_into(place->cgroup, place->pid);
    return r < 0 ? r : read_allowance(place);
}

static void close_place(struct place *place)
{
    sensor_release_namespaces(sensor, &place->allowed);
    sensor_forget_container(sensor, place->allowed.cgroup);
    close(place->orders);
    close(place->answers);
    if (place->pid > 0)
        waitpid(place->pid, NULL, 0);
    for (int i = 0; i < 100 && rmdir(place->cgroup) < 0 && errno == EBUSY; i++)
        usleep(10000);
}

static const char *perform(const struct row *row)
{
    struct place place = {0};

    while (sensor_read(sensor, 0, look, NULL) > 0)
        ;
    kinds_seen = 0;
    owner_seen = 0;
    int r = open_place(&place, row, "own");
    if (r == 0 && row->adjust)
        row->adjust(&place.allowed);
    if (r == 0)
        r = sensor_isolate(sensor, &place.allowed, (uint32_t)place.pid);
    if (r == 0)
        r = order(&place, 'p'); /* met */
    if (r == 0 && row->act)
        r = order(&place, 'a');
    if (r == 0 && row->from_outside)
        r = row->from_outside(&place);
    if (r == 0)
        r = order(&place, 'p');
    close_place(&place);
    for (int i = 0; i < WAIT_ROUNDS; i++) {
        struct pollfd wait = {sensor_fd(sensor), POLLIN, 0};
        poll(&wait, 1, 5);
        sensor_read(sensor, 0, look, NULL);
    }
    return r < 0 ? "the act failed" : kinds_seen == row->kinds ? NULL : "";
}

/* Nobody can tell where AppArmor is not active: then nothing is told. */
static bool labels_are_known(void)
{
    char label[64];
    _cleanup_close_ int fd = open("/proc/self/attr/apparmor/current", O_RDONLY | O_CLOEXEC);

    return fd >= 0 && read(fd, label, sizeof(label)) > 0;
}

static bool report(const struct row *of)
{
    struct row copy = *of, *row = &copy;

    if (row->kinds == BIT(LSM_LABEL) && !labels_are_known()) {
        printf("SKIP isolation %s: AppArmor is not active\n", row->name);
        row->kinds = 0;
    }
    const char *why = perform(row);
    if (!why)
        printf("PASS isolation %s\n", row->name);
    else if (*why)
        printf("FAIL isolation %s: %s\n", row->name, why);
    else
        printf("FAIL isolation %s: kinds %x, not %x\n", row->name, kinds_seen, row->kinds);
    return !why;
}

static bool find_cgroups(void)
{
    static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
    struct statfs fs;

    for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        if (statfs(mounts[i], &fs) == 0 && fs.f_type == CGROUP2_MAGIC) {
            snprintf(cgroups, sizeof(cgroups), "%s", mounts[i]);
            return true;
        }
    }
    return false;
}

/* A program whose owner, root, lends its rights. */
static int copy_setuid(void)
{
    char buffer[65536];
    ssize_t n = 0;

    _cleanup_close_ int in = open(self, O_RDONLY | O_CLOEXEC);
    _cleanup_close_ int out = mkostemp(setuid_copy, O_CLOEXEC);
    while (in >= 0 && out >= 0 && (n = read(in, buffer, sizeof(buffer))) > 0)
        if (write(out, buffer, (size_t)n) != n)
            return -EIO;
    return in < 0 || out < 0 || n < 0 || fchmod(out, 04755) < 0 ? -EIO : 0;
}

static int prepare(void)
{
    static const char *const names[] = {
        [ISOLATION_MNT] = "mnt", [ISOLATION_PID] = "pid", [ISOLATION_NET] = "net"};
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    host_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[32];
        if (!names[i])
            continue;
        snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
        host_namespaces[i] = open(path, O_RDONLY | O_CLOEXEC);
        if (host_namespaces[i] < 0)
            return -errno;
    }
    return len <= 0 || host_root < 0 ? -EIO : copy_setuid();
}

static int run_rows(void)
{
    struct place other = {0};
    char path[64];
    int failed = 0;

    int r = open_place(&other, &rows[0], "other");
    if (r == 0)
        r = sensor_isolate(sensor, &other.allowed, (uint32_t)other.pid);
    snprintf(path, sizeof(path), "/proc/%d/ns/net", other.pid);
    other_network = open(path, O_RDONLY | O_CLOEXEC);
    if (r < 0 || other_network < 0) {
        printf("FAIL isolation: no second container: %s\n", strerror(-r));
        close_place(&other);
        return 1;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool good = report(&rows[i]);
        if (good && rows[i].act == act_other_network && owner_seen != other.allowed.cgroup) {
            printf("FAIL isolation owner: another than the container that was entered\n");
            good = false;
        }
        failed += !good;
    }
    close_place(&other);
    return failed;
}

int main(int argc, char **argv)
{
    struct sensor_config config = {.include_self = true};
    struct error error = {0};

    if (argc > 1 && !strcmp(argv[1], "exit"))
        return 0;
    if (argc > 1 && !strcmp(argv[1], "exit-as-root"))
        return geteuid() != 0;
    if (geteuid() != 0 || !find_cgroups()) {
        printf("SKIP isolation: needs root and cgroup v2\n");
        return 77;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    int r = prepare();
    if (r < 0) {
        printf("FAIL isolation: can't prepare: %s\n", strerror(-r));
        return 1;
    }
    r = sensor_open(&config, &sensor, &error);
    if (r < 0) {
        bool skip = error.code == -EPERM || error.code == -ENOENT;
        printf("%s isolation: %s\n", skip ? "SKIP" : "FAIL", error.message);
        unlink(setuid_copy);
        return skip ? 77 : 1;
    }
    int failed = run_rows();
    sensor_close(sensor);
    unlink(setuid_copy);
    return failed != 0;
}
