/* SPDX-License-Identifier: Apache-2.0 */
#include "event/table.h"

#include <string.h>

#define ARG(kind, param)           {ARG_##kind, PARAM_##param}
#define SKIP                       {ARG_SKIP, 0}
#define NAMED(name, param, render) {name, PARAM_##param, RENDER_##render}
#define RESULT(name, render)       {name, 0, RENDER_##render}
#define RES                        RESULT("res", ERRNO)
#define ROW(event, text, event_family)                                                             \
    [EVENT_##event] = {.type = EVENT_##event, .name = text, .family = FAMILY_##event_family

static const struct param_info params[PARAM_ID_MAX] = {
#define PARAM_ROW(number, param_name, param_kind)                                                  \
    [number] = {.name = #param_name, .kind = PARAM_KIND_##param_kind},
    PARAM_LIST(PARAM_ROW)
#undef PARAM_ROW
};

/* One row per event, its arguments and their names side by side. */
/* clang-format off */
#define EXEC_NAMED                                                                                 \
    .critical = true,                                                                              \
    .args = {ARG(PATH, NAME)},                                                                     \
    .named = {RES, NAMED("filename", FILENAME, PLAIN), NAMED("args", ARGV, STRINGS),               \
              NAMED("cwd", CWD, PLAIN), NAMED("cgroups", CGROUP, PLAIN),                           \
              NAMED("env", ENVP, STRINGS), NAMED("tty", TTY, PLAIN), NAMED("pgid", PGID, PLAIN),   \
              NAMED("vpgid", VPGID, PLAIN), NAMED("flags", EXE_FLAGS, EXE_FLAGS),                  \
              NAMED("exe_ino", EXE_INODE, PLAIN), NAMED("exe_ino_ctime", EXE_CTIME, PLAIN),        \
              NAMED("exe_ino_mtime", EXE_MTIME, PLAIN), NAMED("trusted_exepath", EXE_PATH, PLAIN), \
              NAMED("ptid", PARENT_PID, PLAIN), NAMED("name", NAME, PATH)}
#define CLONE_NAMED                                                                                \
    .critical = true,                                                                              \
    .named = {RES, NAMED("child", CHILD_PID, PLAIN), NAMED("child_tid", CHILD_TID, PLAIN),         \
              NAMED("flags", CLONE_FLAGS, CLONE_FLAGS), NAMED("vpid", CHILD_VPID, PLAIN),          \
              NAMED("vtid", CHILD_VTID, PLAIN)}
#define SOCKET_DATA_NAMED                                                                          \
    .named = {RES, NAMED("fd", FD, FD), NAMED("size", SIZE, PLAIN), NAMED("data", DATA, BYTES),    \
              NAMED("tuple", SOCKET, SOCKET_TUPLE), NAMED("addr", SOCKET_ADDRESS, SOCKADDR)}

static const struct event_type_info rows[EVENT_TYPE_MAX] = {
    ROW(EXECVE, "execve", PROCESS), EXEC_NAMED},
    ROW(EXECVEAT, "execveat", PROCESS), EXEC_NAMED},
    ROW(CLONE, "clone", PROCESS), CLONE_NAMED},
    ROW(FORK, "fork", PROCESS), CLONE_NAMED},
    ROW(VFORK, "vfork", PROCESS), CLONE_NAMED},
    ROW(CLONE3, "clone3", PROCESS), CLONE_NAMED},
    ROW(PROCEXIT, "procexit", PROCESS), .critical = true,
        .named = {NAMED("status", EXIT_CODE, PLAIN)}},
    ROW(CGROUP_ATTACH, "cgroup_attach", PROCESS), .critical = true,
        .named = {NAMED("cgroup", CGROUP, PLAIN)}},
    ROW(ISOLATION_BREACH, "isolation_breach", PROCESS), .critical = true,
        .named = {NAMED("kind", ISOLATION_KIND, ISOLATION_KIND),
                  NAMED("allowed", ISOLATION_ALLOWED, PLAIN), NAMED("now", ISOLATION_NOW, PLAIN),
                  NAMED("capabilities", ISOLATION_CAPABILITIES, CAPABILITIES),
                  NAMED("owner", ISOLATION_OWNER, ISOLATION_OWNER)}},

    ROW(OPEN, "open", OPEN),
        .args = {ARG(PATH, NAME), ARG(U32, OPEN_FLAGS), ARG(U32, MODE)},
        .named = {RESULT("fd", FD), NAMED("name", NAME, PATH), NAMED("flags", OPEN_FLAGS, OPEN_FLAGS),
                  NAMED("mode", MODE, OCTAL), NAMED("dev", FILE_DEVICE, HEX),
                  NAMED("ino", FILE_INODE, PLAIN)}},
    ROW(OPENAT, "openat", OPEN),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, OPEN_FLAGS), ARG(U32, MODE)},
        .named = {RESULT("fd", FD), NAMED("dirfd", DIRFD, DIRFD), NAMED("name", NAME, PATH),
                  NAMED("flags", OPEN_FLAGS, OPEN_FLAGS), NAMED("mode", MODE, OCTAL),
                  NAMED("dev", FILE_DEVICE, HEX), NAMED("ino", FILE_INODE, PLAIN)}},
    ROW(OPENAT2, "openat2", OPEN),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(OPEN_HOW, OPEN_FLAGS), SKIP},
        .named = {RESULT("fd", FD), NAMED("dirfd", DIRFD, DIRFD), NAMED("name", NAME, PATH),
                  NAMED("flags", OPEN_FLAGS, OPEN_FLAGS), NAMED("mode", MODE, OCTAL),
                  NAMED("resolve", RESOLVE, HEX), NAMED("dev", FILE_DEVICE, HEX),
                  NAMED("ino", FILE_INODE, PLAIN)}},
    ROW(CREAT, "creat", OPEN),
        .args = {ARG(PATH, NAME), ARG(U32, MODE)},
        .named = {RESULT("fd", FD), NAMED("name", NAME, PATH), NAMED("mode", MODE, OCTAL),
                  NAMED("flags", OPEN_FLAGS, OPEN_FLAGS), NAMED("dev", FILE_DEVICE, HEX),
                  NAMED("ino", FILE_INODE, PLAIN)}},
    ROW(OPEN_BY_HANDLE_AT, "open_by_handle_at", OPEN),
        .args = {ARG(S32, DIRFD), SKIP, ARG(U32, OPEN_FLAGS)},
        .named = {RESULT("fd", FD), NAMED("mountfd", DIRFD, DIRFD),
                  NAMED("flags", OPEN_FLAGS, OPEN_FLAGS), NAMED("path", PATH, PLAIN),
                  NAMED("dev", FILE_DEVICE, HEX), NAMED("ino", FILE_INODE, PLAIN)}},
    ROW(MEMFD_CREATE, "memfd_create", OPEN),
        .args = {ARG(STRING, TEXT), ARG(U32, FLAGS)},
        .named = {RESULT("fd", FD), NAMED("name", TEXT, PLAIN), NAMED("flags", FLAGS, MEMFD_FLAGS)}},

    ROW(RENAME, "rename", PATH),
        .args = {ARG(PATH, NAME), ARG(PATH, NAME2)},
        .named = {RES, NAMED("oldpath", NAME, PATH), NAMED("newpath", NAME2, PATH)}},
    ROW(RENAMEAT, "renameat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(DIRFD, DIRFD2), ARG(PATH, NAME2)},
        .named = {RES, NAMED("olddirfd", DIRFD, DIRFD), NAMED("oldpath", NAME, PATH),
                  NAMED("newdirfd", DIRFD2, DIRFD), NAMED("newpath", NAME2, PATH)}},
    ROW(RENAMEAT2, "renameat2", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(DIRFD, DIRFD2), ARG(PATH, NAME2),
                 ARG(U32, FLAGS)},
        .named = {RES, NAMED("olddirfd", DIRFD, DIRFD), NAMED("oldpath", NAME, PATH),
                  NAMED("newdirfd", DIRFD2, DIRFD), NAMED("newpath", NAME2, PATH),
                  NAMED("flags", FLAGS, HEX)}},
    ROW(LINK, "link", PATH),
        .args = {ARG(PATH, NAME), ARG(PATH, NAME2)},
        .named = {RES, NAMED("oldpath", NAME, PATH), NAMED("newpath", NAME2, PATH)}},
    ROW(LINKAT, "linkat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(DIRFD, DIRFD2), ARG(PATH, NAME2),
                 ARG(U32, FLAGS)},
        .named = {RES, NAMED("olddir", DIRFD, DIRFD), NAMED("oldpath", NAME, PATH),
                  NAMED("newdir", DIRFD2, DIRFD), NAMED("newpath", NAME2, PATH),
                  NAMED("flags", FLAGS, HEX)}},
    ROW(SYMLINK, "symlink", PATH),
        .args = {ARG(STRING, TEXT), ARG(PATH, NAME)},
        .named = {RES, NAMED("target", TEXT, PLAIN), NAMED("linkpath", NAME, PATH)}},
    ROW(SYMLINKAT, "symlinkat", PATH),
        .args = {ARG(STRING, TEXT), ARG(DIRFD, DIRFD), ARG(PATH, NAME)},
        .named = {RES, NAMED("target", TEXT, PLAIN), NAMED("linkdirfd", DIRFD, DIRFD),
                  NAMED("linkpath", NAME, PATH)}},
    ROW(UNLINK, "unlink", PATH),
        .args = {ARG(PATH, NAME)}, .named = {RES, NAMED("path", NAME, PATH)}},
    ROW(UNLINKAT, "unlinkat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, FLAGS)},
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("name", NAME, PATH),
                  NAMED("flags", FLAGS, UNLINK_FLAGS)}},
    ROW(RMDIR, "rmdir", PATH),
        .args = {ARG(PATH, NAME)}, .named = {RES, NAMED("path", NAME, PATH)}},
    ROW(MKDIR, "mkdir", PATH),
        .args = {ARG(PATH, NAME), ARG(U32, MODE)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("mode", MODE, OCTAL)}},
    ROW(MKDIRAT, "mkdirat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, MODE)},
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("path", NAME, PATH),
                  NAMED("mode", MODE, OCTAL)}},
    ROW(MKNOD, "mknod", PATH),
        .args = {ARG(PATH, NAME), ARG(U32, MODE), ARG(U32, DEVICE)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("mode", MODE, MODE),
                  NAMED("dev", DEVICE, HEX)}},
    ROW(MKNODAT, "mknodat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, MODE), ARG(U32, DEVICE)},
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("path", NAME, PATH),
                  NAMED("mode", MODE, MODE), NAMED("dev", DEVICE, HEX)}},
    ROW(CHMOD, "chmod", PATH),
        .args = {ARG(PATH, NAME), ARG(U32, MODE)},
        .named = {RES, NAMED("filename", NAME, PATH), NAMED("mode", MODE, MODE)}},
    ROW(FCHMODAT, "fchmodat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, MODE)},
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("filename", NAME, PATH),
                  NAMED("mode", MODE, MODE)}},
    ROW(FCHMODAT2, "fchmodat2", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, MODE), ARG(U32, FLAGS)},
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("filename", NAME, PATH),
                  NAMED("mode", MODE, MODE), NAMED("flags", FLAGS, HEX)}},
    ROW(CHOWN, "chown", PATH),
        .args = {ARG(PATH, NAME), ARG(S32, UID), ARG(S32, GID)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("uid", UID, UID), NAMED("gid", GID, GID)}},
    ROW(LCHOWN, "lchown", PATH),
        .args = {ARG(PATH, NAME), ARG(S32, UID), ARG(S32, GID)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("uid", UID, UID), NAMED("gid", GID, GID)}},
    ROW(FCHOWNAT, "fchownat", PATH),
        .args = {ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(S32, UID), ARG(S32, GID), ARG(U32, FLAGS)},
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("pathname", NAME, PATH),
                  NAMED("uid", UID, UID), NAMED("gid", GID, GID), NAMED("flags", FLAGS, HEX)}},
    ROW(TRUNCATE, "truncate", PATH),
        .args = {ARG(PATH, NAME), ARG(U64, LENGTH)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("length", LENGTH, PLAIN)}},
    ROW(CHDIR, "chdir", PATH),
        .args = {ARG(PATH, NAME)}, .named = {RES, NAMED("path", NAME, PATH)}},
    ROW(SETXATTR, "setxattr", PATH),
        .args = {ARG(PATH, NAME), ARG(STRING, TEXT)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("name", TEXT, PLAIN)}},
    ROW(LSETXATTR, "lsetxattr", PATH),
        .args = {ARG(PATH, NAME), ARG(STRING, TEXT)},
        .named = {RES, NAMED("path", NAME, PATH), NAMED("name", TEXT, PLAIN)}},

    ROW(FCHMOD, "fchmod", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(U32, MODE)},
        .named = {RES, NAMED("fd", FD, FD), NAMED("mode", MODE, MODE)}},
    ROW(FCHOWN, "fchown", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(S32, UID), ARG(S32, GID)},
        .named = {RES, NAMED("fd", FD, FD), NAMED("uid", UID, UID), NAMED("gid", GID, GID)}},
    ROW(FTRUNCATE, "ftruncate", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(U64, LENGTH)},
        .named = {RES, NAMED("fd", FD, FD), NAMED("length", LENGTH, PLAIN)}},
    ROW(DUP, "dup", DESCRIPTOR),
        .args = {ARG(FD, FD)},
        .named = {RESULT("res", FD), NAMED("oldfd", FD, FD)}},
    ROW(DUP2, "dup2", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(S32, FD2)},
        .named = {RESULT("res", FD), NAMED("oldfd", FD, FD), NAMED("newfd", FD2, FD)}},
    ROW(DUP3, "dup3", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(S32, FD2), ARG(U32, FLAGS)},
        .named = {RESULT("res", FD), NAMED("oldfd", FD, FD), NAMED("newfd", FD2, FD),
                  NAMED("flags", FLAGS, OPEN_FLAGS)}},
    ROW(FCNTL, "fcntl", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(U32, COMMAND), ARG(U64, ARG2)},
        .named = {RESULT("res", FD), NAMED("fd", FD, FD), NAMED("cmd", COMMAND, FCNTL_COMMAND)}},
    ROW(SPLICE, "splice", DESCRIPTOR),
        .args = {ARG(FD, FD), SKIP, ARG(S32, FD2), SKIP, ARG(U64, SIZE), ARG(U32, FLAGS)},
        .named = {RES, NAMED("fd_in", FD, FD), NAMED("fd_out", FD2, FD), NAMED("size", SIZE, PLAIN),
                  NAMED("flags", FLAGS, HEX)}},
    ROW(FCHDIR, "fchdir", DESCRIPTOR),
        .args = {ARG(FD, FD)}, .named = {RES, NAMED("fd", FD, FD)}},
    ROW(FSETXATTR, "fsetxattr", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(STRING, TEXT)},
        .named = {RES, NAMED("fd", FD, FD), NAMED("name", TEXT, PLAIN)}},
    ROW(PIDFD_GETFD, "pidfd_getfd", DESCRIPTOR),
        .args = {ARG(S32, FD2), ARG(S32, ARG2), ARG(U32, FLAGS)}, .critical = true,
        .named = {RESULT("fd", FD), NAMED("pid_fd", FD2, FD), NAMED("target_fd", ARG2, PLAIN),
                  NAMED("flags", FLAGS, HEX)}},
    ROW(TEE, "tee", DESCRIPTOR),
        .args = {ARG(FD, FD), ARG(S32, FD2), ARG(U64, SIZE), ARG(U32, FLAGS)},
        .named = {RES, NAMED("fd_in", FD, FD), NAMED("fd_out", FD2, FD), NAMED("size", SIZE, PLAIN),
                  NAMED("flags", FLAGS, HEX)}},
    ROW(SENDFILE, "sendfile", DESCRIPTOR),
        .args = {ARG(S32, FD2), ARG(FD, FD), SKIP, ARG(U64, SIZE)},
        .named = {RES, NAMED("out_fd", FD2, FD), NAMED("in_fd", FD, FD), NAMED("size", SIZE, PLAIN)}},

    ROW(SOCKET, "socket", NETWORK),
        .args = {ARG(S32, DOMAIN), ARG(U32, SOCKET_TYPE), ARG(S32, PROTOCOL)},
        .named = {RESULT("fd", FD), NAMED("domain", DOMAIN, SOCKET_FAMILY),
                  NAMED("type", SOCKET_TYPE, SOCKET_TYPE), NAMED("proto", PROTOCOL, PLAIN)}},
    ROW(CONNECT, "connect", NETWORK),
        .args = {ARG(FD, FD), ARG(SOCKADDR, SOCKET_ADDRESS), SKIP},
        .named = {RES, NAMED("tuple", SOCKET, SOCKET_TUPLE), NAMED("fd", FD, FD),
                  NAMED("addr", SOCKET_ADDRESS, SOCKADDR)}},
    ROW(BIND, "bind", NETWORK),
        .args = {ARG(FD, FD), ARG(SOCKADDR, SOCKET_ADDRESS), SKIP},
        .named = {RES, NAMED("addr", SOCKET_ADDRESS, SOCKADDR), NAMED("fd", FD, FD)}},
    ROW(LISTEN, "listen", NETWORK),
        .args = {ARG(FD, FD), ARG(S32, BACKLOG)},
        .named = {RES, NAMED("fd", FD, FD), NAMED("backlog", BACKLOG, PLAIN)}},
    ROW(ACCEPT, "accept", NETWORK),
        .args = {ARG(S32, FD2)},
        .named = {RESULT("fd", FD), NAMED("tuple", SOCKET, SOCKET_TUPLE),
                  NAMED("listener", FD2, FD)}},
    ROW(ACCEPT4, "accept4", NETWORK),
        .args = {ARG(S32, FD2), SKIP, SKIP, ARG(U32, FLAGS)},
        .named = {RESULT("fd", FD), NAMED("tuple", SOCKET, SOCKET_TUPLE),
                  NAMED("listener", FD2, FD), NAMED("flags", FLAGS, HEX)}},
    ROW(SOCKETPAIR, "socketpair", NETWORK),
        .args = {ARG(S32, DOMAIN), ARG(U32, SOCKET_TYPE), ARG(S32, PROTOCOL)},
        .named = {RES, NAMED("domain", DOMAIN, SOCKET_FAMILY), NAMED("type", SOCKET_TYPE, SOCKET_TYPE),
                  NAMED("proto", PROTOCOL, PLAIN)}},

    ROW(SENDTO, "sendto", SOCKET_DATA),
        .args = {ARG(FD, FD), SKIP, ARG(U64, SIZE), ARG(U32, FLAGS), ARG(SOCKADDR, SOCKET_ADDRESS),
                 SKIP},
        SOCKET_DATA_NAMED},
    ROW(SENDMSG, "sendmsg", SOCKET_DATA),
        .args = {ARG(FD, FD), SKIP, ARG(U32, FLAGS)}, SOCKET_DATA_NAMED},
    ROW(SENDMMSG, "sendmmsg", SOCKET_DATA),
        .args = {ARG(FD, FD), SKIP, SKIP, ARG(U32, FLAGS)}, SOCKET_DATA_NAMED},
    ROW(RECVFROM, "recvfrom", SOCKET_DATA),
        .args = {ARG(FD, FD), SKIP, ARG(U64, SIZE), ARG(U32, FLAGS)}, SOCKET_DATA_NAMED},
    ROW(RECVMSG, "recvmsg", SOCKET_DATA),
        .args = {ARG(FD, FD), SKIP, ARG(U32, FLAGS)}, SOCKET_DATA_NAMED},
    ROW(RECVMMSG, "recvmmsg", SOCKET_DATA),
        .args = {ARG(FD, FD), SKIP, SKIP, ARG(U32, FLAGS)}, SOCKET_DATA_NAMED},

#define CREDENTIALS(event, text, ...) \
    ROW(event, text, CREDENTIALS), .critical = true, .args = {__VA_ARGS__}
    CREDENTIALS(SETUID, "setuid", ARG(S32, UID)), .named = {RES, NAMED("uid", UID, UID)}},
    CREDENTIALS(SETGID, "setgid", ARG(S32, GID)), .named = {RES, NAMED("gid", GID, GID)}},
    CREDENTIALS(SETREUID, "setreuid", ARG(S32, UID), ARG(S32, EUID)),
        .named = {RES, NAMED("ruid", UID, UID), NAMED("euid", EUID, UID)}},
    CREDENTIALS(SETREGID, "setregid", ARG(S32, GID), ARG(S32, EGID)),
        .named = {RES, NAMED("rgid", GID, GID), NAMED("egid", EGID, GID)}},
    CREDENTIALS(SETRESUID, "setresuid", ARG(S32, UID), ARG(S32, EUID), ARG(S32, SUID_ARG)),
        .named = {RES, NAMED("ruid", UID, UID), NAMED("euid", EUID, UID),
                  NAMED("suid", SUID_ARG, UID)}},
    CREDENTIALS(SETRESGID, "setresgid", ARG(S32, GID), ARG(S32, EGID), ARG(S32, SGID_ARG)),
        .named = {RES, NAMED("rgid", GID, GID), NAMED("egid", EGID, GID),
                  NAMED("sgid", SGID_ARG, GID)}},
    CREDENTIALS(SETFSUID, "setfsuid", ARG(S32, UID)), .named = {RES, NAMED("uid", UID, UID)}},
    CREDENTIALS(SETFSGID, "setfsgid", ARG(S32, GID)), .named = {RES, NAMED("gid", GID, GID)}},
    CREDENTIALS(SETGROUPS, "setgroups", ARG(U32, SIZE)), .named = {RES, NAMED("size", SIZE, PLAIN)}},
    CREDENTIALS(CAPSET, "capset", SKIP),
        .named = {RES, NAMED("cap_inheritable", CAP_INHERITABLE, CAPABILITIES),
                  NAMED("cap_permitted", CAP_PERMITTED, CAPABILITIES),
                  NAMED("cap_effective", CAP_EFFECTIVE, CAPABILITIES)}},

#define NAMESPACE(event, text, ...) \
    ROW(event, text, NAMESPACE), .critical = true, .args = {__VA_ARGS__}
    NAMESPACE(SETNS, "setns", ARG(FD, FD), ARG(U32, NS_TYPE)),
        .named = {RES, NAMED("fd", FD, FD), NAMED("nstype", NS_TYPE, CLONE_FLAGS)}},
    NAMESPACE(UNSHARE, "unshare", ARG(U64, FLAGS)), .named = {RES, NAMED("flags", FLAGS, CLONE_FLAGS)}},
    NAMESPACE(MOUNT, "mount", ARG(STRING, TEXT), ARG(PATH, NAME), ARG(STRING, TEXT2), ARG(U64, FLAGS)),
        .named = {RES, NAMED("flags", FLAGS, MOUNT_FLAGS), NAMED("dev", TEXT, PLAIN),
                  NAMED("dir", NAME, PATH), NAMED("type", TEXT2, PLAIN)}},
    NAMESPACE(UMOUNT2, "umount2", ARG(PATH, NAME), ARG(U32, FLAGS)),
        .named = {RES, NAMED("name", NAME, PATH), NAMED("flags", FLAGS, UMOUNT_FLAGS)}},
    NAMESPACE(UMOUNT, "umount", ARG(PATH, NAME)), .named = {RES, NAMED("name", NAME, PATH)}},
    NAMESPACE(PIVOT_ROOT, "pivot_root", ARG(PATH, NAME), ARG(PATH, NAME2)),
        .named = {RES, NAMED("new_root", NAME, PATH), NAMED("put_old", NAME2, PATH)}},
    NAMESPACE(CHROOT, "chroot", ARG(PATH, NAME)), .named = {RES, NAMED("path", NAME, PATH)}},
    NAMESPACE(FSOPEN, "fsopen", ARG(STRING, TEXT2), ARG(U32, FLAGS)),
        .named = {RESULT("fd", FD), NAMED("fsname", TEXT2, PLAIN), NAMED("flags", FLAGS, HEX)}},
    NAMESPACE(FSCONFIG, "fsconfig", ARG(FD, FD), ARG(U32, COMMAND), ARG(STRING, TEXT)),
        .named = {RES, NAMED("fd", FD, FD), NAMED("cmd", COMMAND, PLAIN), NAMED("key", TEXT, PLAIN)}},
    NAMESPACE(FSMOUNT, "fsmount", ARG(S32, FD), ARG(U32, FLAGS), ARG(U32, ARG2)),
        .named = {RESULT("fd", FD), NAMED("fs_fd", FD, FD), NAMED("flags", FLAGS, HEX)}},
    NAMESPACE(FSPICK, "fspick", ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, FLAGS)),
        .named = {RESULT("fd", FD), NAMED("dirfd", DIRFD, DIRFD), NAMED("path", NAME, PATH),
                  NAMED("flags", FLAGS, HEX)}},
    NAMESPACE(MOVE_MOUNT, "move_mount", ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(DIRFD, DIRFD2),
              ARG(PATH, NAME2), ARG(U32, FLAGS)),
        .named = {RES, NAMED("from_dirfd", DIRFD, DIRFD), NAMED("from_path", NAME, PATH),
                  NAMED("to_dirfd", DIRFD2, DIRFD), NAMED("to_path", NAME2, PATH),
                  NAMED("flags", FLAGS, HEX)}},
    NAMESPACE(OPEN_TREE, "open_tree", ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, FLAGS)),
        .named = {RESULT("fd", FD), NAMED("dirfd", DIRFD, DIRFD), NAMED("path", NAME, PATH),
                  NAMED("flags", FLAGS, HEX)}},
    NAMESPACE(MOUNT_SETATTR, "mount_setattr", ARG(DIRFD, DIRFD), ARG(PATH, NAME), ARG(U32, FLAGS)),
        .named = {RES, NAMED("dirfd", DIRFD, DIRFD), NAMED("path", NAME, PATH),
                  NAMED("flags", FLAGS, HEX)}},

#define TASK(event, text, ...) ROW(event, text, TASK), .critical = true, .args = {__VA_ARGS__}
    TASK(PTRACE, "ptrace", ARG(U64, REQUEST), ARG(S32, TARGET_PID), ARG(U64, ADDRESS), ARG(U64, ARG2)),
        .named = {RES, NAMED("request", REQUEST, PTRACE_REQUEST), NAMED("pid", TARGET_PID, PLAIN),
                  NAMED("addr", ADDRESS, HEX), NAMED("data", ARG2, HEX)}},
    TASK(KILL, "kill", ARG(S32, TARGET_PID), ARG(S32, SIGNAL)),
        .named = {RES, NAMED("pid", TARGET_PID, PLAIN), NAMED("sig", SIGNAL, SIGNAL)}},
    TASK(TKILL, "tkill", ARG(S32, TARGET_PID), ARG(S32, SIGNAL)),
        .named = {RES, NAMED("tid", TARGET_PID, PLAIN), NAMED("sig", SIGNAL, SIGNAL)}},
    TASK(TGKILL, "tgkill", ARG(S32, TARGET_PID), ARG(S32, ARG2), ARG(S32, SIGNAL)),
        .named = {RES, NAMED("pid", TARGET_PID, PLAIN), NAMED("tid", ARG2, PLAIN),
                  NAMED("sig", SIGNAL, SIGNAL)}},
    TASK(PIDFD_SEND_SIGNAL, "pidfd_send_signal", ARG(S32, FD2), ARG(S32, SIGNAL)),
        .named = {RES, NAMED("pidfd", FD2, FD), NAMED("sig", SIGNAL, SIGNAL)}},
    TASK(PRCTL, "prctl", ARG(U32, OPTION), ARG(U64, ARG2), ARG(U64, ARG3)),
        .named = {RES, NAMED("option", OPTION, PRCTL_OPTION), NAMED("arg2_str", TEXT, PLAIN),
                  NAMED("arg2_int", ARG2, PLAIN)}},
    TASK(PROCESS_VM_READV, "process_vm_readv", ARG(S32, TARGET_PID)),
        .named = {RES, NAMED("pid", TARGET_PID, PLAIN)}},
    TASK(PROCESS_VM_WRITEV, "process_vm_writev", ARG(S32, TARGET_PID)),
        .named = {RES, NAMED("pid", TARGET_PID, PLAIN)}},
    TASK(PIDFD_OPEN, "pidfd_open", ARG(S32, TARGET_PID), ARG(U32, FLAGS)),
        .named = {RESULT("fd", FD), NAMED("pid", TARGET_PID, PLAIN), NAMED("flags", FLAGS, HEX)}},
    TASK(SETSID, "setsid", SKIP), .named = {RES}},
    TASK(SETPGID, "setpgid", ARG(S32, TARGET_PID), ARG(S32, ARG2)),
        .named = {RES, NAMED("pid", TARGET_PID, PLAIN), NAMED("pgid", ARG2, PLAIN)}},

#define KERNEL(event, text, ...) ROW(event, text, KERNEL), .critical = true, .args = {__VA_ARGS__}
    KERNEL(BPF, "bpf", ARG(S32, COMMAND)),
        .named = {RESULT("fd", FD), NAMED("cmd", COMMAND, BPF_COMMAND), RESULT("res_or_fd", ERRNO)}},
    KERNEL(INIT_MODULE, "init_module", SKIP, ARG(U64, LENGTH), ARG(STRING, TEXT)),
        .named = {RES, NAMED("length", LENGTH, PLAIN), NAMED("uargs", TEXT, PLAIN)}},
    KERNEL(FINIT_MODULE, "finit_module", ARG(FD, FD), ARG(STRING, TEXT), ARG(U32, FLAGS)),
        .named = {RES, NAMED("fd", FD, FD), NAMED("uargs", TEXT, PLAIN), NAMED("flags", FLAGS, HEX)}},
    KERNEL(DELETE_MODULE, "delete_module", ARG(STRING, TEXT), ARG(U32, FLAGS)),
        .named = {RES, NAMED("name", TEXT, PLAIN), NAMED("flags", FLAGS, OPEN_FLAGS)}},
    KERNEL(USERFAULTFD, "userfaultfd", ARG(U32, FLAGS)),
        .named = {RES, NAMED("flags", FLAGS, OPEN_FLAGS)}},
    KERNEL(IO_URING_SETUP, "io_uring_setup", ARG(U32, ENTRIES)),
        .named = {RES, NAMED("entries", ENTRIES, PLAIN), NAMED("flags", FLAGS, IO_URING_FLAGS)}},
    KERNEL(IO_URING_REGISTER, "io_uring_register", ARG(S32, FD), ARG(U32, COMMAND)),
        .named = {RES, NAMED("fd", FD, FD), NAMED("opcode", COMMAND, PLAIN)}},
    KERNEL(PERF_EVENT_OPEN, "perf_event_open", SKIP, ARG(S32, TARGET_PID), ARG(S32, ARG2)),
        .named = {RESULT("fd", FD), NAMED("pid", TARGET_PID, PLAIN), NAMED("cpu", ARG2, PLAIN)}},
    KERNEL(ADD_KEY, "add_key", ARG(STRING, TEXT), ARG(STRING, TEXT2)),
        .named = {RES, NAMED("type", TEXT, PLAIN), NAMED("description", TEXT2, PLAIN)}},
    KERNEL(KEYCTL, "keyctl", ARG(S32, OPTION), ARG(U64, ARG2), ARG(U64, ARG3)),
        .named = {RES, NAMED("option", OPTION, KEYCTL_COMMAND)}},
    KERNEL(KEXEC_LOAD, "kexec_load", ARG(U64, ADDRESS), ARG(U64, SIZE), SKIP, ARG(U64, FLAGS)),
        .named = {RES, NAMED("segments", SIZE, PLAIN), NAMED("flags", FLAGS, HEX)}},
    KERNEL(KEXEC_FILE_LOAD, "kexec_file_load", ARG(FD, FD), ARG(S32, FD2), SKIP, SKIP, ARG(U64, FLAGS)),
        .named = {RES, NAMED("kernel_fd", FD, FD), NAMED("initrd_fd", FD2, FD),
                  NAMED("flags", FLAGS, HEX)}},
    KERNEL(SECCOMP, "seccomp", ARG(U32, COMMAND), ARG(U32, FLAGS)),
        .named = {RES, NAMED("op", COMMAND, PLAIN), NAMED("flags", FLAGS, HEX)}},

#define PROTECTION(event, text)                                                                     \
    ROW(event, text, MEMORY), .args = {ARG(U64, ADDRESS), ARG(U64, LENGTH), ARG(U32, PROT)},        \
        .named = {RES, NAMED("addr", ADDRESS, HEX), NAMED("length", LENGTH, PLAIN),                \
                  NAMED("prot", PROT, PROT)}}
    ROW(MMAP, "mmap", MEMORY),
        .args = {ARG(U64, ADDRESS), ARG(U64, LENGTH), ARG(U32, PROT), ARG(U32, FLAGS), ARG(FD, FD),
                 ARG(U64, OFFSET)},
        .named = {RESULT("res", HEX), NAMED("addr", ADDRESS, HEX), NAMED("length", LENGTH, PLAIN),
                  NAMED("prot", PROT, PROT), NAMED("flags", FLAGS, MMAP_FLAGS), NAMED("fd", FD, FD),
                  NAMED("offset", OFFSET, PLAIN)}},
    PROTECTION(MPROTECT, "mprotect"),
    PROTECTION(PKEY_MPROTECT, "pkey_mprotect"),

    ROW(CONTAINER_DROP, "drop", META),
        .named = {RESULT("lost", PLAIN), NAMED("deduplicated", DEDUPLICATED, PLAIN),
                  NAMED("rate_limited", RATE_LIMITED, PLAIN), NAMED("ring_full", RING_FULL, PLAIN),
                  NAMED("critical_ring_full", CRITICAL_RING_FULL, PLAIN)}},

    ROW(CONFIG_DRIFT, "config_drift", META),
        .named = {NAMED("setting", DRIFT_SETTING, PLAIN), NAMED("object", DRIFT_OBJECT, PLAIN),
                  NAMED("declared", DRIFT_DECLARED, PLAIN), NAMED("actual", DRIFT_ACTUAL, PLAIN),
                  NAMED("wanted", DRIFT_WANTED, PLAIN),
                  NAMED("baseline", DRIFT_BASELINE, PLAIN)}},

    ROW(PROCESS_FOUND, "process_found", FACT)},
    ROW(CONTAINER, "container", FACT)},
    ROW(USERS, "users", FACT)},
    ROW(START, "start", FACT)},
    ROW(DROP, "lost", FACT)},
    ROW(CGROUP_FOUND, "cgroup_found", FACT)},
};
/* clang-format on */

const struct event_type_info *event_type_info(unsigned type)
{
    return type < EVENT_TYPE_MAX && rows[type].name ? &rows[type] : NULL;
}

bool event_opens(unsigned type)
{
    const struct event_type_info *info = event_type_info(type);

    return info && info->family == FAMILY_OPEN && type != EVENT_MEMFD_CREATE;
}

enum event_type event_type_by_name(const char *name)
{
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (rows[type].name && !strcmp(rows[type].name, name))
            return rows[type].type;
    return EVENT_NONE;
}

const struct param_info *param_info(unsigned id)
{
    return id < PARAM_ID_MAX && params[id].name ? &params[id] : NULL;
}

const struct event_arg *event_arg_by_name(const struct event_type_info *info, const char *name)
{
    for (const struct event_arg *arg = info->named; arg < info->named + EVENT_NAMED_ARGS_MAX; arg++)
        if (arg->name && !strcmp(arg->name, name))
            return arg;
    return NULL;
}

bool event_arg_name_exists(const char *name)
{
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (rows[type].name && event_arg_by_name(&rows[type], name))
            return true;
    return false;
}
