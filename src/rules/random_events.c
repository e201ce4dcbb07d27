/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/random.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "event/table.h"

static const char *const paths[] = {
    "/",          "/etc",       "/etc/",          "/etc/shadow",      "/etc/shadow.bak",
    "/etc/pam.d", "/root/.ssh", "/root/.ssh/key", "/usr/bin/python3", "/usr/bin",
    "/var/log",   "/var",       "/home/a/.ssh/k", "/tmp/..x",         "/e",
    "/etcetera",  "/dev/null",  "/lib/x.so",      "shadow",           "memfd:x",
    "/data",      "/ETC/x"};
static const char *const programs[] = {"cat", "nginx", "sh", "python3", "Y2F0", "CAT"};
static const char *const people[] = {"root", "web", "db", "www"};
static const char *const container_words[] = {
    "host", "web-1",  "db-1",         "registry.example/web", "registry.example/db",
    "1.2",  "latest", "aaaaaaaaaaaa", "bbbbbbbbbbbb",         "default",
    "web",  "app"};
static const char *const type_words[] = {"open",   "openat", "execve", "clone",   "connect",
                                         "setuid", "unlink", "sendto", "openat2", "procexit"};
static const char *const result_words[] = {"SUCCESS", "ENOENT", "EACCES", "EPERM",
                                           "file",    "net",    "process"};
static const char *const addresses[] = {"10.0.0.1", "10.0.0.7",    "127.0.0.1",      "192.168.1.5",
                                        "::1",      "2001:db8::7", "::ffff:10.0.0.1"};

static const struct {
    const char *const *words;
    size_t count;
} pools[] = {
    [WORDS_PATH] = {paths, COUNT_OF(paths)},
    [WORDS_PROGRAM] = {programs, COUNT_OF(programs)},
    [WORDS_PERSON] = {people, COUNT_OF(people)},
    [WORDS_CONTAINER] = {container_words, COUNT_OF(container_words)},
    [WORDS_TYPE] = {type_words, COUNT_OF(type_words)},
    [WORDS_RESULT] = {result_words, COUNT_OF(result_words)},
};

const char *random_word(struct random *random, enum random_words words)
{
    return pools[words].words[below(random, pools[words].count)];
}

const char *random_address(struct random *random)
{
    return ANY_OF(random, addresses);
}

static const int64_t results[] = {0, 3, 3, 3, -ENOENT, -EACCES, 1};

/* One record, of a process that lives. */
struct act {
    struct machine *machine;
    struct random *random;
    struct stream *s;
    struct machine_process *process;
};

static void begin(struct act *act, enum event_type type, int64_t result)
{
    const struct machine_process *process = act->process;

    stream_begin(act->s, type, process->pid, process->cgroup);
    struct event_header *header = stream_header(act->s);
    header->result = result;
    header->tid += below(act->random, 6) ? 0 : 1;
    header->uid = header->fsuid = process->uid;
    header->euid = process->euid;
    header->gid = header->egid = process->gid;
    header->login_uid = process->login_uid;
    header->mount_namespace = process->mount_namespace;
    header->cap_effective = header->cap_permitted = process->capabilities;
    header->pid_namespace = INITIAL_PID_NAMESPACE;
    header->cpu = (uint16_t)below(act->random, 2);
    memcpy(header->comm, process->comm, sizeof(header->comm));
}

static void number(struct act *act, enum param_id id, uint64_t value)
{
    stream_number(act->s, id, value);
}

static void text(struct act *act, enum param_id id, const char *value)
{
    stream_text(act->s, id, value);
}

static void add_file(struct act *act)
{
    static const unsigned modes[] = {S_IFREG | 0644, S_IFREG | 0755, S_IFDIR, S_IFCHR, S_IFIFO, 0};
    unsigned mode = ANY_OF(act->random, modes);
    bool memfd = S_ISREG(mode) && !below(act->random, 4);
    char path[64];

    snprintf(path, sizeof(path), "%s%s", ANY_OF(act->random, paths),
             below(act->random, 4) ? "" : "/more");
    text(act, PARAM_PATH, path);
    number(act, PARAM_FILE_MODE, mode);
    number(act, PARAM_FILE_FLAGS, memfd ? FILE_FLAG_MEMFD : below(act->random, 1024));
    number(act, PARAM_FILE_INODE, below(act->random, 5));
    number(act, PARAM_FILE_DEVICE, 8u << 20 | below(act->random, 3));
}

static const char *any_name(struct act *act)
{
    static const char *const names[] = {"/etc/shadow",
                                        "../../etc/shadow",
                                        "/etc/../etc/shadow",
                                        "/etc//shadow",
                                        "/etc/./x",
                                        "/etc/",
                                        "x",
                                        "/nonexistent/y",
                                        "/root/.ssh/key",
                                        "/tmp/..x",
                                        "/"};

    return ANY_OF(act->random, names);
}

static void do_open(struct act *act)
{
    static const enum event_type types[] = {EVENT_OPEN,  EVENT_OPENAT,  EVENT_OPENAT,
                                            EVENT_CREAT, EVENT_OPENAT2, EVENT_OPEN_BY_HANDLE_AT};
    int64_t result = ANY_OF(act->random, results);

    begin(act, ANY_OF(act->random, types), result);
    text(act, PARAM_NAME, any_name(act));
    text(act, PARAM_NAME_BASE, "/root");
    number(act, PARAM_OPEN_FLAGS, below(act->random, 4) | below(act->random, 2) * O_CREAT);
    number(act, PARAM_MODE, below(act->random, 2) ? 0644 : 0755);
    if (result >= 0)
        add_file(act);
}

static void do_path(struct act *act)
{
    static const enum event_type types[] = {
        EVENT_UNLINK, EVENT_UNLINKAT, EVENT_CHMOD, EVENT_RENAME, EVENT_SYMLINK,
        EVENT_MKDIR,  EVENT_SETXATTR, EVENT_CHDIR, EVENT_CHROOT, EVENT_MOUNT};
    enum event_type type = ANY_OF(act->random, types);

    begin(act, type, ANY_OF(act->random, results) % 3);
    text(act, PARAM_NAME, any_name(act));
    text(act, PARAM_NAME_BASE, ANY_OF(act->random, paths));
    if (type == EVENT_RENAME) {
        text(act, PARAM_NAME2, any_name(act));
        text(act, PARAM_NAME2_BASE, below(act->random, 2) ? "/root" : "/");
    }
    if (type == EVENT_CHDIR)
        text(act, PARAM_PATH, ANY_OF(act->random, paths));
    if (type == EVENT_SYMLINK || type == EVENT_MOUNT || type == EVENT_SETXATTR)
        text(act, PARAM_TEXT, ANY_OF(act->random, paths));
    number(act, PARAM_MODE, 0755);
}

static void do_descriptor(struct act *act)
{
    static const enum event_type types[] = {EVENT_DUP2, EVENT_FCHMOD, EVENT_FCNTL, EVENT_MMAP,
                                            EVENT_MPROTECT};

    begin(act, ANY_OF(act->random, types), ANY_OF(act->random, results));
    number(act, PARAM_FD, 4);
    number(act, PARAM_PROT, below(act->random, 8));
    if (below(act->random, 2))
        add_file(act);
}

static void put_address(struct act *act, uint16_t family, void *bytes)
{
    const char *address;

    do
        address = random_address(act->random);
    while (inet_pton(family, address, bytes) != 1);
}

/* The sockaddr that the call gave; now and then one of another family. */
static void put_given(struct act *act, uint16_t family)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};

    put_address(act, AF_INET, &in.sin_addr);
    put_address(act, AF_INET6, &in6.sin6_addr);
    bool is_v4 = (family == AF_INET) != !below(act->random, 8);
    event_writer_bytes(&act->s->writer, PARAM_SOCKET_ADDRESS, PARAM_FLAG_USER,
                       is_v4 ? (void *)&in : (void *)&in6, is_v4 ? sizeof(in) : sizeof(in6));
}

static void do_socket(struct act *act)
{
    static const enum event_type types[] = {EVENT_CONNECT, EVENT_ACCEPT4,  EVENT_BIND,
                                            EVENT_SENDTO,  EVENT_RECVFROM, EVENT_SENDMSG,
                                            EVENT_LISTEN};
    static const uint16_t ports[] = {22, 53, 80, 443, 40000};
    struct event_socket socket = {
        .family = below(act->random, 3)   ? AF_INET
                  : below(act->random, 3) ? AF_INET6
                                          : AF_UNIX,
        .type = below(act->random, 2) ? SOCK_STREAM : SOCK_DGRAM,
        .state = (uint8_t)below(act->random, 3),
        .role = (uint8_t)below(act->random, 3),
        .local_port = ANY_OF(act->random, ports),
        .remote_port = ANY_OF(act->random, ports),
        .cookie = below(act->random, 8),
    };

    socket.protocol = socket.type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    begin(act, ANY_OF(act->random, types), ANY_OF(act->random, results));
    number(act, PARAM_FD, below(act->random, 6));
    if (socket.family != AF_UNIX) {
        put_address(act, socket.family, socket.local_address);
        if (below(act->random, 2))
            put_address(act, socket.family, socket.remote_address);
        else
            socket.remote_port = 0;
        if (below(act->random, 2))
            put_given(act, socket.family);
    } else {
        text(act, PARAM_SOCKET_PATH, ANY_OF(act->random, paths));
    }
    event_writer_bytes(&act->s->writer, PARAM_SOCKET, 0, &socket, sizeof(socket));
    number(act, PARAM_SIZE, below(act->random, 200));
    if (below(act->random, 2))
        event_writer_bytes(&act->s->writer, PARAM_DATA, 0, "GET /etc/shadow\0x", 17);
}

static void set_program(struct act *act, const char **ret_path)
{
    static char path[64];
    const char *program = ANY_OF(act->random, programs);

    snprintf(act->process->comm, sizeof(act->process->comm), "%s", program);
    snprintf(path, sizeof(path), "%s/%s", below(act->random, 2) ? "/usr/bin" : "/tmp", program);
    *ret_path = path;
}

static const uint64_t no_cgroup = 11;
static const uint64_t first_container = 21;

static void container_id(char id[65], unsigned index)
{
    memset(id, 'a' + (int)index, 64);
    id[64] = '\0';
}

static void add_cgroup(struct act *act)
{
    char path[96] = "/user.slice", id[65];

    if (act->process->cgroup >= first_container) {
        container_id(id, (unsigned)(act->process->cgroup - first_container));
        snprintf(path, sizeof(path), "/docker/%s", id);
    }
    text(act, PARAM_CGROUP, path);
}

/* Parameters that tell of a process as a whole. */
static void add_image(struct act *act, const char *path)
{
    char argv[160];
    int len = snprintf(argv, sizeof(argv), "%s%c-c%c%s", strrchr(path, '/') + 1, 0, 0,
                       ANY_OF(act->random, paths));

    text(act, PARAM_EXE_PATH, path);
    text(act, PARAM_FILENAME, path);
    stream_strings(act->s, PARAM_ARGV, argv, (size_t)len + 1);
    stream_strings(act->s, PARAM_ENVP, "HOME=/root\0app=web", 19);
    text(act, PARAM_CWD, ANY_OF(act->random, paths));
    add_cgroup(act);
    number(act, PARAM_TTY, below(act->random, 2) ? 34816 : 0);
    number(act, PARAM_SID, act->process->pid - below(act->random, 2));
    number(act, PARAM_PGID, act->process->pid);
    number(act, PARAM_VPID, below(act->random, 5));
    number(act, PARAM_EXE_FLAGS, below(act->random, 1024));
    number(act, PARAM_EXE_INODE, below(act->random, 5));
    number(act, PARAM_EXE_CTIME, act->s->now - below(act->random, 3) * SECOND);
    number(act, PARAM_PARENT_PID, act->process->parent);
    number(act, PARAM_PARENT_START, start_of(act->process->parent));
    number(act, PARAM_STDIO, below(act->random, 1u << 24));
}

static void do_exec(struct act *act)
{
    const char *path;

    if (!below(act->random, 5)) {
        begin(act, EVENT_EXECVE, -ENOENT);
        text(act, PARAM_NAME, any_name(act));
        return;
    }
    set_program(act, &path);
    begin(act, below(act->random, 5) ? EVENT_EXECVE : EVENT_EXECVEAT, 0);
    add_image(act, path);
}

static struct machine_process *any_room(struct act *act)
{
    for (unsigned i = 0; i < MACHINE_PROCESSES; i++)
        if (!act->machine->processes[i].pid)
            return &act->machine->processes[i];
    return NULL;
}

static void do_clone(struct act *act)
{
    struct machine_process *child = any_room(act);

    begin(act, below(act->random, 4) ? EVENT_CLONE : EVENT_VFORK, child ? 1 : -EAGAIN);
    if (!child)
        return;
    *child = *act->process;
    child->parent = act->process->pid;
    child->pid = act->machine->next_pid++;
    stream_header(act->s)->result = child->pid;
    number(act, PARAM_CHILD_PID, child->pid);
    number(act, PARAM_CHILD_START, start_of(child->pid));
    number(act, PARAM_CHILD_VPID, below(act->random, 5));
}

static void do_exit(struct act *act)
{
    begin(act, EVENT_PROCEXIT, 0);
    number(act, PARAM_EXIT_CODE, below(act->random, 3));
    if (act->process != &act->machine->processes[0])
        act->process->pid = 0;
}

static void do_credentials(struct act *act)
{
    static const uint32_t ids[] = {0, 33, 1000, 101010};
    uint32_t id = ANY_OF(act->random, ids);
    bool user = below(act->random, 2), works = below(act->random, 4);

    if (works && user) {
        act->process->uid = below(act->random, 2) ? id : act->process->uid;
        act->process->euid = id;
    }
    if (works && !user)
        act->process->gid = id;
    if (works && !below(act->random, 3))
        act->process->capabilities ^= 1u << below(act->random, 24);
    if (works && !below(act->random, 6))
        act->process->login_uid = id;
    begin(act, user ? EVENT_SETUID : EVENT_SETGID, works ? 0 : -EPERM);
    number(act, user ? PARAM_UID : PARAM_GID, id);
}

static void do_task(struct act *act)
{
    static const enum event_type types[] = {EVENT_KILL,    EVENT_PTRACE, EVENT_SETSID, EVENT_PRCTL,
                                            EVENT_SETPGID, EVENT_BPF,    EVENT_UNSHARE};
    enum event_type type = ANY_OF(act->random, types);

    if (type == EVENT_PRCTL) /* another name */
        snprintf(act->process->comm, sizeof(act->process->comm), "%s",
                 ANY_OF(act->random, programs));
    if (type == EVENT_UNSHARE)
        act->process->mount_namespace += 1;
    begin(act, type, 0);
    number(act, PARAM_TARGET_PID, below(act->random, 3));
    number(act, PARAM_ARG2, below(act->random, 3));
    number(act, PARAM_SIGNAL, below(act->random, 16));
    if (type == EVENT_KILL && !below(act->random, 4))
        stream_header(act->s)->flags |= EVENT_FLAG_TO_AGENT;
    text(act, PARAM_TEXT, act->process->comm);
}

static void do_attach(struct act *act)
{
    act->process->cgroup = below(act->random, 2)
                               ? no_cgroup
                               : first_container + below(act->random, MACHINE_CONTAINERS);
    begin(act, EVENT_CGROUP_ATTACH, 0);
    add_cgroup(act);
}

/* What the runtime's files say, some time after the container has begun. */
static void tell_container(struct act *act)
{
    unsigned index = below(act->random, MACHINE_CONTAINERS);
    char id[65], image[64];

    container_id(id, index);
    snprintf(image, sizeof(image), "%s:%s", index ? "registry.example/web" : "registry.example/db",
             below(act->random, 2) ? "1.2" : "latest");
    stream_begin(act->s, EVENT_CONTAINER, 0, 0);
    text(act, PARAM_CONTAINER_ID, id);
    text(act, PARAM_CONTAINER_RUNTIME, "docker");
    text(act, PARAM_CONTAINER_NAME, index ? "web-1" : "db-1");
    text(act, PARAM_CONTAINER_IMAGE, image);
    text(act, PARAM_CONTAINER_USER, ANY_OF(act->random, people));
    text(act, PARAM_POD_NAME, "web");
    text(act, PARAM_POD_NAMESPACE, "default");
    stream_strings(act->s, PARAM_CONTAINER_LABELS, "app=web", 8);
    stream_strings(act->s, PARAM_CONTAINER_MOUNTS, "/data:/data:rw:true:private", 28);
    number(act, PARAM_CONTAINER_FLAGS, below(act->random, 16));
    number(act, PARAM_CONTAINER_START, act->s->now);
}

static void tell_users(struct act *act)
{
    char passwd[128], id[65];
    int len = snprintf(passwd, sizeof(passwd),
                       "root:x:0:0::/root:/bin/sh\n%s:x:%d:33::/data:/bin/sh\n%s:x:1000:0::/:\n",
                       ANY_OF(act->random, people), below(act->random, 2) ? 33 : 34,
                       ANY_OF(act->random, people));

    stream_begin(act->s, EVENT_USERS, 0, 0);
    if (below(act->random, 2)) {
        container_id(id, below(act->random, MACHINE_CONTAINERS));
        text(act, PARAM_CONTAINER_ID, id);
    }
    event_writer_bytes(&act->s->writer, PARAM_PASSWD, 0, passwd, (size_t)len);
    event_writer_bytes(&act->s->writer, PARAM_GROUP, 0, "root:x:0:\nwww:x:33:\n", 20);
}

static const struct {
    unsigned weight;
    void (*act)(struct act *act);
} rows[] = {{240, do_open}, {80, do_path},  {48, do_descriptor}, {96, do_socket},
            {12, do_exec},  {12, do_clone}, {8, do_exit},        {12, do_credentials},
            {24, do_task},  {6, do_attach}, {1, tell_container}, {1, tell_users}};

/* The first process was there before. */
static void tell_process(struct act *act)
{
    act->process->pid = 100;
    act->process->cgroup = no_cgroup;
    act->process->login_uid = 1000;
    act->machine->next_pid = 101;
    snprintf(act->process->comm, sizeof(act->process->comm), "sh");
    begin(act, EVENT_PROCESS_FOUND, 0);
    add_image(act, "/usr/bin/sh");
}

void machine_start(struct machine *machine, uint64_t seed)
{
    *machine = (struct machine){0};
    random_start(&machine->random, seed);
}

void machine_next(struct machine *machine, struct stream *stream)
{
    struct act act = {machine, &machine->random, stream, &machine->processes[0]};
    unsigned sum = 0, at = 0;

    if (!machine->begun) {
        machine->begun = true;
        tell_process(&act);
        return;
    }
    if (!below(act.random, 50)) {
        stream->now += below(act.random, 700) * MS;
        world_tick(stream->world, stream->now);
    }
    do
        act.process = &ANY_OF(act.random, machine->processes);
    while (!act.process->pid);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        sum += rows[i].weight;
    for (unsigned left = below(act.random, sum); left >= rows[at].weight; at++)
        left -= rows[at].weight;
    rows[at].act(&act);
}
