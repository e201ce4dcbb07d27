/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards on the running kernel: each act succeeds without them, is refused with EPERM by them, and
 * is told of. Needs root and BPF LSM; without, it skips.
 */
#include "sensor/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event/event.h"
#include "sensor/libbpf_words.h"
#include "sensor/sensor.h"

#define PLACE "/bulwark-guard-test"
#define PORT  9

/* One rule each. */
enum column {
    OPEN,
    UNLINK,
    EXEC,
    MOUNT,
    CONNECT,
    UNIX,
    PTRACE,
    SOCKET,
    MKDIR,
    BPF,
    USERFAULT,
    DEVICE
};

static int open_path(const char *path)
{
    int fd = open(path, O_RDONLY);

    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static int result(long r)
{
    return r < 0 ? -errno : 0;
}

static int plain(void)
{
    return open_path(PLACE "/secret");
}

static int relative(void)
{
    return chdir(PLACE) < 0 ? -errno : open_path("./../bulwark-guard-test//secret");
}

static int dirfd_open(void)
{
    int directory = open(PLACE, O_PATH | O_DIRECTORY);

    return directory < 0 ? -errno : result(openat(directory, "secret", O_RDONLY));
}

static int through_symlink(void)
{
    if (symlink(PLACE "/secret", PLACE "/link") < 0 && errno != EEXIST)
        return -errno;
    return open_path(PLACE "/link");
}

static int through_root(void)
{
    return open_path("/proc/self/root" PLACE "/secret");
}

static int through_path_descriptor(void)
{
    char path[64];
    int fd = open(PLACE "/secret", O_PATH);

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open_path(path);
}

static int after_chroot(void)
{
    return chroot(PLACE) < 0 ? -errno : open_path("/secret");
}

static int hard_link(void)
{
    return result(link(PLACE "/secret", PLACE "/hard")) ?: open_path(PLACE "/hard");
}

static int renamed(void)
{
    int r = result(rename(PLACE "/secret", PLACE "/moved"));

    if (r == 0)
        (void)rename(PLACE "/moved", PLACE "/secret");
    return r;
}

static int renamed_parent(void)
{
    int r = result(rename(PLACE, PLACE "2"));

    if (r == 0)
        (void)rename(PLACE "2", PLACE);
    return r;
}

static int bind_mounted(void)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount(PLACE, PLACE "/bound", NULL, MS_BIND, NULL) < 0)
        return -errno;
    return open_path(PLACE "/bound/secret");
}

static int by_truncation(void)
{
    return result(open(PLACE "/secret", O_WRONLY));
}

static int made(void)
{
    int fd = open(PLACE "/secret2", O_CREAT | O_WRONLY, 0600), saved = errno;

    if (fd < 0)
        return access(PLACE "/secret2", F_OK) == 0 ? -EEXIST : -saved;
    close(fd);
    unlink(PLACE "/secret2");
    return 0;
}

static int known_renamed(void)
{
    int r = open_path(PLACE "/plain") ?: open_path(PLACE "/plain") ?: open_path(PLACE "/plain");
    r = r ?: result(rename(PLACE "/plain", PLACE "/secret2")) ?: open_path(PLACE "/secret2");
    (void)rename(PLACE "/secret2", PLACE "/plain");
    return r;
}

static int other_file(void)
{
    return open_path(PLACE "/plain");
}

static int unlinked(void)
{
    int r = result(unlink(PLACE "/keep"));

    if (r == 0)
        close(open(PLACE "/keep", O_CREAT | O_WRONLY, 0600));
    return r;
}

static int executed(void)
{
    execl(PLACE "/program", "busybox", "true", NULL);
    return -errno;
}

static int executed_by_descriptor(void)
{
    static char name[] = "busybox", what[] = "true";
    static char *const argv[] = {name, what, NULL};

    fexecve(open(PLACE "/program", O_PATH), argv, argv + 2);
    return -errno;
}

static int mounted(void)
{
    if (unshare(CLONE_NEWNS) < 0)
        return -errno;
    return result(mount("none", PLACE "/bound", "tmpfs", 0, NULL));
}

static int connected(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0)
        return -errno;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int r = result(connect(fd, (struct sockaddr *)&address, sizeof(address)));
    return r == -ECONNREFUSED || r == -ENETUNREACH ? 0 : r;
}

static int connected_locally(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PLACE "/socket"};
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);

    if (server < 0 || client < 0)
        return -errno;
    unlink(PLACE "/socket");
    if (bind(server, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(server, 1) < 0)
        return -errno;
    return result(connect(client, (struct sockaddr *)&address, sizeof(address)));
}

static int traced(void)
{
    pid_t child = fork();

    if (child == 0) {
        pause();
        _exit(0);
    }
    int r = result(ptrace(PTRACE_SEIZE, child, 0, 0));
    kill(child, SIGKILL);
    return r;
}

static int packet_socket(void)
{
    return result(socket(AF_PACKET, SOCK_RAW, 0));
}

static int directory_made(void)
{
    int r = result(mkdir(PLACE "/new", 0700));

    rmdir(PLACE "/new");
    return r;
}

static int device_made(void)
{
    int r = result(mknod(PLACE "/device", S_IFBLK | 0600, 0x7c8));

    unlink(PLACE "/device");
    return r;
}

static int pipe_made(void)
{
    int r = result(mknod(PLACE "/pipe", S_IFIFO | 0600, 0));

    unlink(PLACE "/pipe");
    return r;
}

static int map_made(void)
{
    struct {
        unsigned type, key, value, entries;
    } attributes = {2, 4, 4, 1}; /* BPF_MAP_TYPE_ARRAY */

    return result(syscall(SYS_bpf, 0, &attributes, sizeof(attributes)));
}

static int faults_handled(void)
{
    return result(syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */));
}

static const struct act {
    const char *name;
    int (*perform)(void);
    enum column column;
    bool allowed;
} acts[] = {
    {"open", plain, OPEN},
    {"open relative", relative, OPEN},
    {"openat", dirfd_open, OPEN},
    {"open through a symlink", through_symlink, OPEN},
    {"open through /proc/self/root", through_root, OPEN},
    {"open through an O_PATH descriptor", through_path_descriptor, OPEN},
    {"open after chroot", after_chroot, OPEN},
    {"open of a hard link", hard_link, OPEN},
    {"rename of the file", renamed, OPEN},
    {"rename of a directory above", renamed_parent, OPEN},
    {"open on a bind mount", bind_mounted, OPEN},
    {"open for writing", by_truncation, OPEN},
    {"open that makes the file", made, OPEN},
    {"open of a file known by another name", known_renamed, OPEN},
    {"open of another file", other_file, OPEN, .allowed = true},
    {"unlink", unlinked, UNLINK},
    {"exec", executed, EXEC},
    {"exec by descriptor", executed_by_descriptor, EXEC},
    {"mount", mounted, MOUNT},
    {"connect", connected, CONNECT},
    {"connect to a unix socket", connected_locally, UNIX},
    {"ptrace", traced, PTRACE},
    {"socket", packet_socket, SOCKET},
    {"mkdir", directory_made, MKDIR},
    {"mknod", device_made, DEVICE},
    {"mknod of a named pipe", pipe_made, DEVICE, .allowed = true},
    {"bpf", map_made, BPF},
    {"userfaultfd", faults_handled, USERFAULT},
};

#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* In a child: the process that has the guards may do everything. */
static int perform(const struct act *act)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        int r = act->perform();
        _exit(r < 0 ? -r : 0);
    }
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return -EIO;
    return -WEXITSTATUS(status);
}

static void set(struct filter_vector *vector, enum column column)
{
    vector->words[0] |= 1ull << column;
}

static void clear(struct filter_vector *vector, enum column column)
{
    vector->words[0] &= ~(1ull << column);
}

/* A table of texts with one entry, that `column` alone asks for. */
static size_t add_text(struct filter_tables *tables, enum filter_text text, const char *path,
                       enum column column)
{
    struct filter_path *first = &tables->paths[tables->path_count];

    memset(&first[0].columns, 0xff, sizeof(first[0].columns));
    clear(&first[0].columns, column);
    first[0].text = first[1].text = text;
    first[0].path = "";
    first[1].path = path;
    first[1].len = strlen(path);
    first[1].whole = true;
    memset(&first[1].columns, 0xff, sizeof(first[1].columns));
    tables->slot.asks_texts[text] = true;
    tables->slot.texts_unasked[text] = first[0].columns;
    tables->path_count += 2;
    return tables->path_count;
}

static void add_more(struct filter_tables *tables, enum filter_text text, const char *path)
{
    struct filter_path *slot = &tables->paths[tables->path_count++];

    *slot = (struct filter_path){.text = text, .path = path, .len = strlen(path), .whole = true};
    memset(&slot->columns, 0xff, sizeof(slot->columns));
}

static void make_rules(struct guard_rules *rules, struct filter_tables *tables)
{
    static const struct {
        enum event_type type;
        enum column column;
    } types[] = {{EVENT_OPENAT, OPEN},   {EVENT_UNLINKAT, UNLINK},       {EVENT_EXECVE, EXEC},
                 {EVENT_MOUNT, MOUNT},   {EVENT_CONNECT, CONNECT},       {EVENT_CONNECT, UNIX},
                 {EVENT_PTRACE, PTRACE}, {EVENT_SOCKET, SOCKET},         {EVENT_MKDIRAT, MKDIR},
                 {EVENT_BPF, BPF},       {EVENT_USERFAULTFD, USERFAULT}, {EVENT_MKNODAT, DEVICE}};
    static struct filter_path paths[32];
    static struct filter_port port = {.port = PORT};

    memset(rules, 0, sizeof(*rules));
    memset(tables, 0, sizeof(*tables));
    memset(tables->slot.small, 0xff, sizeof(tables->slot.small));
    memset(tables->slot.small, 0, sizeof(tables->slot.small[0]) * EVENT_TYPE_MAX);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        set(&tables->slot.small[types[i].type], types[i].column);
        rules->types[types[i].type] = true;
    }
    clear(&tables->slot.small[FILTER_KIND_AT + FILTER_KIND(S_IFIFO)], DEVICE);
    tables->paths = paths;
    /* One empty path for both columns of PATH. */
    add_text(tables, FILTER_TEXT_PATH, PLACE "/secret", OPEN);
    clear(&paths[0].columns, UNIX);
    clear(&paths[1].columns, UNIX);
    clear(&tables->slot.texts_unasked[FILTER_TEXT_PATH], UNIX);
    add_more(tables, FILTER_TEXT_PATH, PLACE "/socket");
    clear(&paths[2].columns, OPEN);
    add_more(tables, FILTER_TEXT_PATH, PLACE "/secret2");
    clear(&paths[3].columns, UNIX);
    add_text(tables, FILTER_TEXT_ARGUMENT, PLACE "/keep", UNLINK);
    clear(&paths[4].columns, MKDIR);
    clear(&paths[5].columns, MKDIR);
    clear(&tables->slot.texts_unasked[FILTER_TEXT_ARGUMENT], MKDIR);
    add_more(tables, FILTER_TEXT_ARGUMENT, PLACE "/new");
    clear(&paths[6].columns, UNLINK);
    add_text(tables, FILTER_TEXT_EXECUTABLE, PLACE "/program", EXEC);
    add_text(tables, FILTER_TEXT_ANCESTOR, PLACE "/secret", OPEN);
    add_more(tables, FILTER_TEXT_ANCESTOR, PLACE);

    memset(&port.columns, 0xff, sizeof(port.columns));
    clear(&port.columns, UNIX);
    tables->ports = &port;
    tables->port_count = 1;
    tables->slot.asks_ports = true;
    memset(&tables->slot.other_ports, 0xff, sizeof(port.columns));
    clear(&tables->slot.other_ports, CONNECT);
    memset(&tables->slot.addresses_unasked, 0xff, sizeof(port.columns));
    memset(&tables->slot.other_names, 0xff, sizeof(port.columns));
    /* Of IPv4 and local sockets. */
    for (unsigned i = 0; i < FILTER_OPEN_COUNT; i++) {
        struct filter_vector *vector = &tables->slot.small[FILTER_OPEN_AT + i];
        if (i < FILTER_SOCKET(FILTER_FAMILY_INET, 0) || i >= FILTER_SOCKET(FILTER_FAMILY_INET6, 0))
            clear(vector, CONNECT);
    }
    rules->tables = tables;
    set(&rules->slot.protects, OPEN);
    memset(&tables->slot.ports_unasked, 0xff, sizeof(port.columns));
    clear(&tables->slot.ports_unasked, CONNECT);
}

struct told {
    unsigned count;
    enum event_type type;
    int64_t result;
    uint64_t columns;
};

static int note(void *data, const void *record, size_t size)
{
    struct told *told = data;
    struct event event;

    if (event_decode(record, size, &event) < 0 || !(event.header->flags & EVENT_FLAG_DENIED))
        return 0;
    const struct event_param *columns = event_param(&event, PARAM_COLUMNS);
    told->count++;
    told->type = event.header->type;
    told->result = event.header->result;
    if (columns && columns->len == sizeof(struct filter_left))
        memcpy(&told->columns, columns->data + sizeof(uint64_t), sizeof(told->columns));
    return 0;
}

static int failed;

static void report(const char *name, const char *why)
{
    if (why)
        printf("FAIL guard/%s: %s\n", name, why);
    else
        printf("PASS guard/%s\n", name);
    failed += why != NULL;
}

static void check(const struct act *act, struct sensor *sensor, int without)
{
    struct told told = {0};
    static char why[256];

    while (sensor_read(sensor, 0, note, &told) > 0)
        ;
    told = (struct told){0};
    int with = perform(act);
    while (sensor_read(sensor, 0, note, &told) > 0)
        ;
    if (without < 0)
        snprintf(why, sizeof(why), "without guards: %s", strerror(-without));
    else if (act->allowed ? with < 0 : with != -EPERM)
        snprintf(why, sizeof(why), "with guards: %s", with ? strerror(-with) : "no error");
    else if (!act->allowed && (!told.count || !(told.columns >> act->column & 1)))
        snprintf(why, sizeof(why), "not told: %u records, columns %lx", told.count,
                 (long)told.columns);
    else {
        report(act->name, NULL);
        return;
    }
    report(act->name, why);
}

/* What rules may come to need, each by itself: a kernel may lack some. */
static void load_all(struct guard_rules *rules, struct sensor *sensor)
{
    static const struct {
        const char *hook;
        enum event_type type;
    } hooks[] = {
#define HOOK_ROW(name, type) {#name, type},
        GUARD_LIST(HOOK_ROW)
#undef HOOK_ROW
    };

    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        struct guard *guard = NULL;
        struct error error = {0};
        char name[64];

        memset(rules->types, 0, sizeof(rules->types));
        rules->types[hooks[i].type] = true;
        snprintf(name, sizeof(name), "hook %s", hooks[i].hook);
        int r = guard_open(rules, NULL, 0, sensor_bulk_ring(sensor), &guard, &error);
        report(name, r < 0 ? error.message : NULL);
        guard_close(guard);
    }
}

static void write_file(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, "x", 1) != 1)
        report(path, "can't be made");
    if (fd >= 0)
        close(fd);
}

static void copy_program(const char *from, const char *to)
{
    char buffer[65536];
    ssize_t len;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0700);

    while ((len = read(in, buffer, sizeof(buffer))) > 0)
        if (write(out, buffer, (size_t)len) != len)
            break;
    if (len != 0)
        report(to, "can't be made");
    close(in);
    close(out);
}

static void prepare(void)
{
    static const char *const left[] = {PLACE "/link",    PLACE "/hard",   PLACE "/moved",
                                       PLACE "/socket",  PLACE "/device", PLACE "/secret2",
                                       PLACE "2/secret", PLACE "2"};

    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        (void)remove(left[i]);
    if ((mkdir(PLACE, 0700) < 0 || mkdir(PLACE "/bound", 0700) < 0) && errno != EEXIST)
        report(PLACE, "can't be made");
    copy_program("/bin/busybox", PLACE "/program");
    write_file(PLACE "/secret");
    write_file(PLACE "/plain");
    write_file(PLACE "/keep");
}

int main(void)
{
    const struct sensor_config config = {0};
    struct filter_tables *tables = calloc(1, sizeof(*tables));
    struct guard_rules *rules = calloc(1, sizeof(*rules));
    struct error error = {0};
    struct sensor *sensor = NULL;
    struct guard *guard = NULL;
    int without[ACTS];

    if (setvbuf(stdout, NULL, _IONBF, 0) != 0)
        return 1;
    if (!tables || !rules)
        return 1;
    if (guard_probe(GUARD_BY_LSM, &error) < 0) {
        printf("SKIP guard: %s\n", error.message);
        return 0;
    }
    prepare();
    for (size_t i = 0; i < ACTS; i++)
        without[i] = perform(&acts[i]);
    prepare();
    make_rules(rules, tables);
    if (sensor_open(&config, &sensor, &error) < 0 ||
        guard_open(rules, NULL, 0, sensor_bulk_ring(sensor), &guard, &error) < 0) {
        printf("FAIL guard/load: %s\n%s\n", error.message, libbpf_words());
        return 1;
    }
    printf("PASS guard/load: %zu hooks\n", guard_hooks(guard));
    for (size_t i = 0; i < ACTS; i++) {
        /* One rule at a time: most acts are made of several. */
        rules->slot.host = (struct filter_vector){0};
        set(&rules->slot.host, acts[i].column);
        if (guard_set_rules(guard, rules, NULL, 0) < 0)
            report(acts[i].name, "can't set the rules");
        else
            check(&acts[i], sensor, without[i]);
    }
    guard_close(guard);
    load_all(rules, sensor);
    sensor_close(sensor);
    report("closed", perform(&acts[0]) == 0 ? NULL : "an act is refused after the guards' end");
    return failed != 0;
}
