/* SPDX-License-Identifier: Apache-2.0 */
#include "event/names_table.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/memfd.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "event/isolation.h"

/*
 * Rows stand in the order in which Falco prints them; names it does not have come after its own.
 * Macros of the system's headers are used where every supported system has them and their value is
 * the kernel's; numbers elsewhere.
 */

#define FLAG(name)               {name, name, #name}
#define FLAG_IS(number, name)    {number, number, name}
#define BITS(number, mask, name) {number, mask, name}
#define ONE(name)                {(uint64_t)(name), ~0ull, #name}
#define ONE_IS(number, name)     {number, ~0ull, name}

#if defined(__aarch64__) || defined(__arm__)
#define KERNEL_O_LARGEFILE 0400000
#else
#define KERNEL_O_LARGEFILE 0100000 /* glibc says 0: it is always on there */
#endif
#define KERNEL_O_TMPFILE 020000000
#define KERNEL_O_SYNC    04000000

static const struct names_row open_flags[] = {
    FLAG_IS(KERNEL_O_LARGEFILE, "O_LARGEFILE"),
    FLAG(O_DIRECTORY),
    FLAG(O_DIRECT),
    FLAG(O_TRUNC),
    FLAG_IS(KERNEL_O_SYNC, "O_SYNC"),
    FLAG(O_NONBLOCK),
    FLAG(O_EXCL),
    FLAG(O_DSYNC),
    FLAG(O_APPEND),
    FLAG(O_CREAT),
    BITS(O_RDWR, O_ACCMODE, "O_RDWR"),
    BITS(O_WRONLY, O_ACCMODE, "O_WRONLY"),
    BITS(O_RDONLY, O_ACCMODE, "O_RDONLY"),
    BITS(O_ACCMODE, O_ACCMODE, "O_RDONLY"), /* for ioctl only; Falco's name */
    FLAG(O_CLOEXEC),
    FLAG_IS(KERNEL_O_TMPFILE, "O_TMPFILE"),
    FLAG(O_NOCTTY),
    FLAG(O_NOFOLLOW),
    FLAG(O_NOATIME),
    FLAG(O_PATH),
    FLAG(O_ASYNC),
};

static const struct names_row modes[] = {
    FLAG(S_IXOTH),
    FLAG(S_IWOTH),
    FLAG(S_IROTH),
    FLAG(S_IXGRP),
    FLAG(S_IWGRP),
    FLAG(S_IRGRP),
    FLAG(S_IXUSR),
    FLAG(S_IWUSR),
    FLAG(S_IRUSR),
    FLAG(S_ISVTX),
    FLAG(S_ISGID),
    FLAG(S_ISUID),
    BITS(S_IFREG, S_IFMT, "S_IFREG"),
    BITS(S_IFCHR, S_IFMT, "S_IFCHR"),
    BITS(S_IFBLK, S_IFMT, "S_IFBLK"),
    BITS(S_IFIFO, S_IFMT, "S_IFIFO"),
    BITS(S_IFSOCK, S_IFMT, "S_IFSOCK"),
    BITS(S_IFDIR, S_IFMT, "S_IFDIR"),
    BITS(S_IFLNK, S_IFMT, "S_IFLNK"),
};

/* The first name of a number wins: AF_LOCAL and AF_ROUTE, as Falco has it. */
static const struct names_row socket_families[] = {
    ONE_IS(0, "AF_UNSPEC"),      ONE_IS(1, "AF_LOCAL"),      ONE_IS(2, "AF_INET"),
    ONE_IS(3, "AF_AX25"),        ONE_IS(4, "AF_IPX"),        ONE_IS(5, "AF_APPLETALK"),
    ONE_IS(6, "AF_NETROM"),      ONE_IS(7, "AF_BRIDGE"),     ONE_IS(8, "AF_ATMPVC"),
    ONE_IS(9, "AF_X25"),         ONE_IS(10, "AF_INET6"),     ONE_IS(11, "AF_ROSE"),
    ONE_IS(12, "AF_DECnet"),     ONE_IS(13, "AF_NETBEUI"),   ONE_IS(14, "AF_SECURITY"),
    ONE_IS(15, "AF_KEY"),        ONE_IS(16, "AF_ROUTE"),     ONE_IS(17, "AF_PACKET"),
    ONE_IS(18, "AF_ASH"),        ONE_IS(19, "AF_ECONET"),    ONE_IS(20, "AF_ATMSVC"),
    ONE_IS(21, "AF_RDS"),        ONE_IS(22, "AF_SNA"),       ONE_IS(23, "AF_IRDA"),
    ONE_IS(24, "AF_PPPOX"),      ONE_IS(25, "AF_WANPIPE"),   ONE_IS(26, "AF_LLC"),
    ONE_IS(27, "AF_IB"),         ONE_IS(28, "AF_MPLS"),      ONE_IS(29, "AF_CAN"),
    ONE_IS(30, "AF_TIPC"),       ONE_IS(31, "AF_BLUETOOTH"), ONE_IS(32, "AF_IUCV"),
    ONE_IS(33, "AF_RXRPC"),      ONE_IS(34, "AF_ISDN"),      ONE_IS(35, "AF_PHONET"),
    ONE_IS(36, "AF_IEEE802154"), ONE_IS(37, "AF_CAIF"),      ONE_IS(38, "AF_ALG"),
    ONE_IS(39, "AF_NFC"),        ONE_IS(40, "AF_VSOCK"),     ONE_IS(41, "AF_KCM"),
    ONE_IS(42, "AF_QIPCRTR"),    ONE_IS(43, "AF_SMC"),       ONE_IS(44, "AF_XDP"),
    ONE_IS(45, "AF_MCTP"),
};

/* x86's numbers up to 33; the rest is common to all architectures. */
static const struct names_row ptrace_requests[] = {
    ONE_IS(0, "PTRACE_TRACEME"),
    ONE_IS(1, "PTRACE_PEEKTEXT"),
    ONE_IS(2, "PTRACE_PEEKDATA"),
    ONE_IS(3, "PTRACE_PEEKUSR"),
    ONE_IS(4, "PTRACE_POKETEXT"),
    ONE_IS(5, "PTRACE_POKEDATA"),
    ONE_IS(6, "PTRACE_POKEUSR"),
    ONE_IS(7, "PTRACE_CONT"),
    ONE_IS(8, "PTRACE_KILL"),
    ONE_IS(9, "PTRACE_SINGLESTEP"),
    ONE_IS(12, "PTRACE_GETREGS"),
    ONE_IS(13, "PTRACE_SETREGS"),
    ONE_IS(14, "PTRACE_GETFPREGS"),
    ONE_IS(15, "PTRACE_SETFPREGS"),
    ONE_IS(16, "PTRACE_ATTACH"),
    ONE_IS(17, "PTRACE_DETACH"),
    ONE_IS(18, "PTRACE_GETFPXREGS"),
    ONE_IS(19, "PTRACE_SETFPXREGS"),
    ONE_IS(21, "PTRACE_OLDSETOPTIONS"),
    ONE_IS(24, "PTRACE_SYSCALL"),
    ONE_IS(25, "PTRACE_GET_THREAD_AREA"),
    ONE_IS(26, "PTRACE_SET_THREAD_AREA"),
    ONE_IS(30, "PTRACE_ARCH_PRCTL"),
    ONE_IS(31, "PTRACE_SYSEMU"),
    ONE_IS(32, "PTRACE_SYSEMU_SINGLESTEP"),
    ONE_IS(33, "PTRACE_SINGLEBLOCK"),
    ONE_IS(0x4200, "PTRACE_SETOPTIONS"),
    ONE_IS(0x4201, "PTRACE_GETEVENTMSG"),
    ONE_IS(0x4202, "PTRACE_GETSIGINFO"),
    ONE_IS(0x4203, "PTRACE_SETSIGINFO"),
    ONE_IS(0x4204, "PTRACE_GETREGSET"),
    ONE_IS(0x4205, "PTRACE_SETREGSET"),
    ONE_IS(0x4206, "PTRACE_SEIZE"),
    ONE_IS(0x4207, "PTRACE_INTERRUPT"),
    ONE_IS(0x4208, "PTRACE_LISTEN"),
    ONE_IS(0x4209, "PTRACE_PEEKSIGINFO"),
    ONE_IS(0x420a, "PTRACE_GETSIGMASK"),
    ONE_IS(0x420b, "PTRACE_SETSIGMASK"),
    ONE_IS(0x420c, "PTRACE_SECCOMP_GET_FILTER"),
    ONE_IS(0x420d, "PTRACE_SECCOMP_GET_METADATA"),
    ONE_IS(0x420e, "PTRACE_GET_SYSCALL_INFO"),
    ONE_IS(0x420f, "PTRACE_GET_RSEQ_CONFIGURATION"),
    ONE_IS(0x4212, "PTRACE_SET_SYSCALL_INFO"),
};

static const struct names_row bpf_commands[] = {
    ONE_IS(0, "BPF_MAP_CREATE"),
    ONE_IS(1, "BPF_MAP_LOOKUP_ELEM"),
    ONE_IS(2, "BPF_MAP_UPDATE_ELEM"),
    ONE_IS(3, "BPF_MAP_DELETE_ELEM"),
    ONE_IS(4, "BPF_MAP_GET_NEXT_KEY"),
    ONE_IS(5, "BPF_PROG_LOAD"),
    ONE_IS(6, "BPF_OBJ_PIN"),
    ONE_IS(7, "BPF_OBJ_GET"),
    ONE_IS(8, "BPF_PROG_ATTACH"),
    ONE_IS(9, "BPF_PROG_DETACH"),
    ONE_IS(10, "BPF_PROG_TEST_RUN"),
    ONE_IS(11, "BPF_PROG_GET_NEXT_ID"),
    ONE_IS(12, "BPF_MAP_GET_NEXT_ID"),
    ONE_IS(13, "BPF_PROG_GET_FD_BY_ID"),
    ONE_IS(14, "BPF_MAP_GET_FD_BY_ID"),
    ONE_IS(15, "BPF_OBJ_GET_INFO_BY_FD"),
    ONE_IS(16, "BPF_PROG_QUERY"),
    ONE_IS(17, "BPF_RAW_TRACEPOINT_OPEN"),
    ONE_IS(18, "BPF_BTF_LOAD"),
    ONE_IS(19, "BPF_BTF_GET_FD_BY_ID"),
    ONE_IS(20, "BPF_TASK_FD_QUERY"),
    ONE_IS(21, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"),
    ONE_IS(22, "BPF_MAP_FREEZE"),
    ONE_IS(23, "BPF_BTF_GET_NEXT_ID"),
    ONE_IS(24, "BPF_MAP_LOOKUP_BATCH"),
    ONE_IS(25, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"),
    ONE_IS(26, "BPF_MAP_UPDATE_BATCH"),
    ONE_IS(27, "BPF_MAP_DELETE_BATCH"),
    ONE_IS(28, "BPF_LINK_CREATE"),
    ONE_IS(29, "BPF_LINK_UPDATE"),
    ONE_IS(30, "BPF_LINK_GET_FD_BY_ID"),
    ONE_IS(31, "BPF_LINK_GET_NEXT_ID"),
    ONE_IS(32, "BPF_ENABLE_STATS"),
    ONE_IS(33, "BPF_ITER_CREATE"),
    ONE_IS(34, "BPF_LINK_DETACH"),
    ONE_IS(35, "BPF_PROG_BIND_MAP"),
    ONE_IS(36, "BPF_TOKEN_CREATE"),
    ONE_IS(37, "BPF_PROG_STREAM_READ_BY_FD"),
};

static const struct names_row clone_flags[] = {
    FLAG(CLONE_FILES),
    FLAG(CLONE_FS),
    FLAG(CLONE_IO),
    FLAG(CLONE_NEWIPC),
    FLAG(CLONE_NEWNET),
    FLAG(CLONE_NEWNS),
    FLAG(CLONE_NEWPID),
    FLAG(CLONE_NEWUTS),
    FLAG(CLONE_PARENT),
    FLAG(CLONE_PARENT_SETTID),
    FLAG(CLONE_PTRACE),
    FLAG(CLONE_SIGHAND),
    FLAG(CLONE_SYSVSEM),
    FLAG(CLONE_THREAD),
    FLAG(CLONE_UNTRACED),
    FLAG(CLONE_VM),
    FLAG(CLONE_NEWUSER),
    FLAG(CLONE_CHILD_CLEARTID),
    FLAG(CLONE_CHILD_SETTID),
    FLAG(CLONE_SETTLS),
    FLAG(CLONE_VFORK),
    FLAG(CLONE_NEWCGROUP),
    FLAG_IS(0x00000080, "CLONE_NEWTIME"),
    FLAG_IS(0x00001000, "CLONE_PIDFD"),
    FLAG_IS(0x00400000, "CLONE_DETACHED"),
    FLAG_IS(0x100000000, "CLONE_CLEAR_SIGHAND"),
    FLAG_IS(0x200000000, "CLONE_INTO_CGROUP"),
};

static const struct names_row mount_flags[] = {
    FLAG_IS(1u << 0, "RDONLY"),       FLAG_IS(1u << 1, "NOSUID"),
    FLAG_IS(1u << 2, "NODEV"),        FLAG_IS(1u << 3, "NOEXEC"),
    FLAG_IS(1u << 4, "SYNCHRONOUS"),  FLAG_IS(1u << 5, "REMOUNT"),
    FLAG_IS(1u << 6, "MANDLOCK"),     FLAG_IS(1u << 7, "DIRSYNC"),
    FLAG_IS(1u << 10, "NOATIME"),     FLAG_IS(1u << 11, "NODIRATIME"),
    FLAG_IS(1u << 12, "BIND"),        FLAG_IS(1u << 13, "MOVE"),
    FLAG_IS(1u << 14, "REC"),         FLAG_IS(1u << 15, "SILENT"),
    FLAG_IS(1u << 16, "POSIXACL"),    FLAG_IS(1u << 17, "UNBINDABLE"),
    FLAG_IS(1u << 18, "PRIVATE"),     FLAG_IS(1u << 19, "SLAVE"),
    FLAG_IS(1u << 20, "SHARED"),      FLAG_IS(1u << 21, "RELATIME"),
    FLAG_IS(1u << 22, "KERNMOUNT"),   FLAG_IS(1u << 23, "I_VERSION"),
    FLAG_IS(1u << 24, "STRICTATIME"), FLAG_IS(1u << 25, "LAZYTIME"),
    FLAG_IS(1u << 28, "NOSEC"),       FLAG_IS(1u << 29, "BORN"),
    FLAG_IS(1u << 30, "ACTIVE"),      FLAG_IS(1u << 31, "NOUSER"),
    FLAG_IS(1u << 8, "NOSYMFOLLOW"),
};

static const struct names_row umount_flags[] = {
    FLAG_IS(MNT_FORCE, "FORCE"),
    FLAG_IS(MNT_DETACH, "DETACH"),
    FLAG_IS(MNT_EXPIRE, "EXPIRE"),
    FLAG_IS(UMOUNT_NOFOLLOW, "NOFOLLOW"),
};

static const struct names_row protections[] = {
    FLAG(PROT_READ),          FLAG(PROT_WRITE),     FLAG(PROT_EXEC),
    FLAG_IS(0x8, "PROT_SEM"), FLAG(PROT_GROWSDOWN), FLAG(PROT_GROWSUP),
};

static const struct names_row mmap_flags[] = {
    BITS(0x1, 0xf, "MAP_SHARED"),
    BITS(0x2, 0xf, "MAP_PRIVATE"),
    FLAG(MAP_FIXED),
    FLAG(MAP_ANONYMOUS),
#ifdef MAP_32BIT
    FLAG(MAP_32BIT),
#endif
    FLAG(MAP_NORESERVE),
    FLAG(MAP_POPULATE),
    FLAG(MAP_NONBLOCK),
    FLAG(MAP_GROWSDOWN),
    FLAG(MAP_DENYWRITE),
    FLAG(MAP_EXECUTABLE),
    FLAG(MAP_LOCKED),
    BITS(0x3, 0xf, "MAP_SHARED_VALIDATE"),
    BITS(0x8, 0xf, "MAP_DROPPABLE"),
    FLAG(MAP_STACK),
    FLAG(MAP_HUGETLB),
    FLAG(MAP_SYNC),
    FLAG(MAP_FIXED_NOREPLACE),
};

static const struct names_row prctl_options[] = {
    ONE(PR_SET_PDEATHSIG),
    ONE(PR_GET_PDEATHSIG),
    ONE(PR_GET_DUMPABLE),
    ONE(PR_SET_DUMPABLE),
    ONE(PR_GET_UNALIGN),
    ONE(PR_SET_UNALIGN),
    ONE(PR_GET_KEEPCAPS),
    ONE(PR_SET_KEEPCAPS),
    ONE(PR_GET_TIMING),
    ONE(PR_SET_TIMING),
    ONE(PR_SET_NAME),
    ONE(PR_GET_NAME),
    ONE(PR_GET_SECCOMP),
    ONE(PR_SET_SECCOMP),
    ONE(PR_CAPBSET_READ),
    ONE(PR_CAPBSET_DROP),
    ONE(PR_GET_TSC),
    ONE(PR_SET_TSC),
    ONE(PR_GET_SECUREBITS),
    ONE(PR_SET_SECUREBITS),
    ONE(PR_SET_TIMERSLACK),
    ONE(PR_GET_TIMERSLACK),
    ONE(PR_TASK_PERF_EVENTS_DISABLE),
    ONE(PR_TASK_PERF_EVENTS_ENABLE),
    ONE(PR_MCE_KILL),
    ONE(PR_MCE_KILL_GET),
    ONE(PR_SET_MM),
    ONE(PR_SET_CHILD_SUBREAPER),
    ONE(PR_GET_CHILD_SUBREAPER),
    ONE(PR_SET_NO_NEW_PRIVS),
    ONE(PR_GET_NO_NEW_PRIVS),
    ONE(PR_GET_TID_ADDRESS),
    ONE(PR_SET_THP_DISABLE),
    ONE(PR_GET_THP_DISABLE),
    ONE(PR_CAP_AMBIENT),
    ONE(PR_GET_SPECULATION_CTRL),
    ONE(PR_SET_SPECULATION_CTRL),
    ONE(PR_SET_IO_FLUSHER),
    ONE(PR_GET_IO_FLUSHER),
    ONE(PR_SET_SYSCALL_USER_DISPATCH),
    ONE(PR_SCHED_CORE),
    ONE(PR_SET_PTRACER),
    ONE_IS(65, "PR_SET_MDWE"),
    ONE_IS(66, "PR_GET_MDWE"),
    ONE_IS(0x53564d41, "PR_SET_VMA"),
    ONE_IS(0x41555856, "PR_GET_AUXV"),
};

static const struct names_row exe_flags[] = {
    FLAG_IS(FILE_FLAG_WRITABLE, "EXE_WRITABLE"),
    FLAG_IS(FILE_FLAG_UPPER_LAYER, "EXE_UPPER_LAYER"),
    FLAG_IS(FILE_FLAG_MEMFD, "EXE_FROM_MEMFD"),
    BITS(FILE_FLAG_OVERLAY, FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER, "EXE_LOWER_LAYER"),
};

static const struct names_row memfd_flags[] = {
    FLAG(MFD_CLOEXEC),         FLAG(MFD_ALLOW_SEALING),
    FLAG(MFD_HUGETLB),         FLAG_IS(0x8, "MFD_NOEXEC_SEAL"),
    FLAG_IS(0x10, "MFD_EXEC"),
};

static const struct names_row unlink_flags[] = {
    FLAG(AT_REMOVEDIR),
};

static const struct names_row fcntl_commands[] = {
    ONE(F_DUPFD),
    ONE(F_GETFD),
    ONE(F_SETFD),
    ONE(F_GETFL),
    ONE(F_SETFL),
    ONE(F_GETLK),
    ONE(F_SETLK),
    ONE(F_SETLKW),
    ONE(F_SETOWN),
    ONE(F_GETOWN),
    ONE(F_SETSIG),
    ONE(F_GETSIG),
    ONE(F_SETOWN_EX),
    ONE(F_GETOWN_EX),
    ONE(F_OFD_GETLK),
    ONE(F_OFD_SETLK),
    ONE(F_OFD_SETLKW),
    ONE(F_SETLEASE),
    ONE(F_GETLEASE),
    ONE(F_NOTIFY),
    ONE(F_SETPIPE_SZ),
    ONE(F_GETPIPE_SZ),
    ONE(F_ADD_SEALS),
    ONE(F_GET_SEALS),
    ONE(F_DUPFD_CLOEXEC),
    ONE_IS(1027, "F_DUPFD_QUERY"),
    ONE_IS(1029, "F_CANCELLK"),
};

static const struct names_row keyctl_commands[] = {
    ONE(KEYCTL_GET_KEYRING_ID),
    ONE(KEYCTL_JOIN_SESSION_KEYRING),
    ONE(KEYCTL_UPDATE),
    ONE(KEYCTL_REVOKE),
    ONE(KEYCTL_CHOWN),
    ONE(KEYCTL_SETPERM),
    ONE(KEYCTL_DESCRIBE),
    ONE(KEYCTL_CLEAR),
    ONE(KEYCTL_LINK),
    ONE(KEYCTL_UNLINK),
    ONE(KEYCTL_SEARCH),
    ONE(KEYCTL_READ),
    ONE(KEYCTL_INSTANTIATE),
    ONE(KEYCTL_NEGATE),
    ONE(KEYCTL_SET_REQKEY_KEYRING),
    ONE(KEYCTL_SET_TIMEOUT),
    ONE(KEYCTL_ASSUME_AUTHORITY),
    ONE(KEYCTL_GET_SECURITY),
    ONE(KEYCTL_SESSION_TO_PARENT),
    ONE(KEYCTL_REJECT),
    ONE(KEYCTL_INSTANTIATE_IOV),
    ONE(KEYCTL_INVALIDATE),
    ONE(KEYCTL_GET_PERSISTENT),
    ONE(KEYCTL_DH_COMPUTE),
    ONE(KEYCTL_PKEY_QUERY),
    ONE(KEYCTL_PKEY_ENCRYPT),
    ONE(KEYCTL_PKEY_DECRYPT),
    ONE(KEYCTL_PKEY_SIGN),
    ONE(KEYCTL_PKEY_VERIFY),
    ONE(KEYCTL_RESTRICT_KEYRING),
    ONE(KEYCTL_MOVE),
    ONE(KEYCTL_CAPABILITIES),
    ONE(KEYCTL_WATCH_KEY),
};

static const struct names_row io_uring_flags[] = {
    FLAG_IS(1u << 0, "IORING_SETUP_IOPOLL"),
    FLAG_IS(1u << 1, "IORING_SETUP_SQPOLL"),
    FLAG_IS(1u << 2, "IORING_SETUP_SQ_AFF"),
    FLAG_IS(1u << 3, "IORING_SETUP_CQSIZE"),
    FLAG_IS(1u << 4, "IORING_SETUP_CLAMP"),
    FLAG_IS(1u << 5, "IORING_SETUP_ATTACH_WQ"),
    FLAG_IS(1u << 6, "IORING_SETUP_R_DISABLED"),
    FLAG_IS(1u << 7, "IORING_SETUP_SUBMIT_ALL"),
    FLAG_IS(1u << 8, "IORING_SETUP_COOP_TASKRUN"),
    FLAG_IS(1u << 9, "IORING_SETUP_TASKRUN_FLAG"),
    FLAG_IS(1u << 10, "IORING_SETUP_SQE128"),
    FLAG_IS(1u << 11, "IORING_SETUP_CQE32"),
    FLAG_IS(1u << 12, "IORING_SETUP_SINGLE_ISSUER"),
    FLAG_IS(1u << 13, "IORING_SETUP_DEFER_TASKRUN"),
    FLAG_IS(1u << 14, "IORING_SETUP_NO_MMAP"),
    FLAG_IS(1u << 15, "IORING_SETUP_REGISTERED_FD_ONLY"),
    FLAG_IS(1u << 16, "IORING_SETUP_NO_SQARRAY"),
};

#define ROWS(array) .rows = (array), .count = sizeof(array) / sizeof((array)[0])

static const struct names_row isolation_kinds[] = {
#define KIND_ROW(name, text) {ISOLATION_KIND_##name, ~0ull, text},
    ISOLATION_KIND_LIST(KIND_ROW)
#undef KIND_ROW
};

static const struct names_row isolation_owners[] = {
    ONE_IS(ISOLATION_OWNER_HOST, "host"),
    ONE_IS(ISOLATION_OWNER_UNKNOWN, "unknown"),
};

static const struct names_table tables[] = {
    [RENDER_OPEN_FLAGS] = {ROWS(open_flags)},
    [RENDER_MODE] = {ROWS(modes)},
    [RENDER_SOCKET_FAMILY] = {ROWS(socket_families), .is_enum = true},
    [RENDER_PTRACE_REQUEST] = {ROWS(ptrace_requests), .is_enum = true, .other = "PTRACE_UNKNOWN"},
    [RENDER_BPF_COMMAND] = {ROWS(bpf_commands), .is_enum = true},
    [RENDER_CLONE_FLAGS] = {ROWS(clone_flags), .ignored = 0x7f}, /* the signal at exit */
    [RENDER_MOUNT_FLAGS] = {ROWS(mount_flags)},
    [RENDER_UMOUNT_FLAGS] = {ROWS(umount_flags)},
    [RENDER_PROT] = {ROWS(protections), .zero = "PROT_NONE"},
    [RENDER_MMAP_FLAGS] = {ROWS(mmap_flags), .ignored = 0x3full << 26}, /* size of huge pages */
    [RENDER_PRCTL_OPTION] = {ROWS(prctl_options), .is_enum = true},
    [RENDER_EXE_FLAGS] = {ROWS(exe_flags), .ignored = ~0ull}, /* the rest has no name in Falco */
    [RENDER_MEMFD_FLAGS] = {ROWS(memfd_flags), .ignored = 0x3full << 26},
    [RENDER_UNLINK_FLAGS] = {ROWS(unlink_flags)},
    [RENDER_FCNTL_COMMAND] = {ROWS(fcntl_commands), .is_enum = true},
    [RENDER_KEYCTL_COMMAND] = {ROWS(keyctl_commands), .is_enum = true},
    [RENDER_IO_URING_FLAGS] = {ROWS(io_uring_flags)},
    [RENDER_ISOLATION_KIND] = {ROWS(isolation_kinds), .is_enum = true},
    [RENDER_ISOLATION_OWNER] = {ROWS(isolation_owners), .is_enum = true},
};

const struct names_table *names_table(enum render render)
{
    if ((size_t)render >= sizeof(tables) / sizeof(tables[0]) || !tables[render].rows)
        return NULL;
    return &tables[render];
}
