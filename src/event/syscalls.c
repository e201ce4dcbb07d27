/* SPDX-License-Identifier: Apache-2.0 */
#include "event/table.h"

#include <string.h>

#if !defined(__x86_64__)
#error "system call numbers of this architecture are missing: add its table here"
#endif

/*
 * System call numbers of x86-64 and of its 32-bit (ia32) calls, from the kernel's
 * arch/x86/entry/syscalls/syscall_64.tbl and syscall_32.tbl. An event that two 32-bit numbers make
 * (setuid and setuid32) has two rows. socketcall and ipc are taken apart in the kernel side.
 * Clones are told by a tracepoint of their own, which looks up here which call it was; a failed
 * execve is seen by its number.
 */
#define NONE (-1)

static const struct {
    uint8_t type;
    int16_t native;
    int16_t compat;
    const char *function; /* of the native call in the kernel, where it isn't the event's name */
} numbers[] = {
    {EVENT_CLONE, 56, 120},
    {EVENT_FORK, 57, 2},
    {EVENT_VFORK, 58, 190},
    {EVENT_CLONE3, 435, 435},
    {EVENT_EXECVE, 59, 11},
    {EVENT_EXECVEAT, 322, 358},
    {EVENT_OPEN, 2, 5},
    {EVENT_OPENAT, 257, 295},
    {EVENT_OPENAT2, 437, 437},
    {EVENT_CREAT, 85, 8},
    {EVENT_OPEN_BY_HANDLE_AT, 304, 342},
    {EVENT_MEMFD_CREATE, 319, 356},
    {EVENT_RENAME, 82, 38},
    {EVENT_RENAMEAT, 264, 302},
    {EVENT_RENAMEAT2, 316, 353},
    {EVENT_LINK, 86, 9},
    {EVENT_LINKAT, 265, 303},
    {EVENT_SYMLINK, 88, 83},
    {EVENT_SYMLINKAT, 266, 304},
    {EVENT_UNLINK, 87, 10},
    {EVENT_UNLINKAT, 263, 301},
    {EVENT_RMDIR, 84, 40},
    {EVENT_MKDIR, 83, 39},
    {EVENT_MKDIRAT, 258, 296},
    {EVENT_MKNOD, 133, 14},
    {EVENT_MKNODAT, 259, 297},
    {EVENT_CHMOD, 90, 15},
    {EVENT_FCHMODAT, 268, 306},
    {EVENT_FCHMODAT2, 452, 452},
    {EVENT_CHOWN, 92, 182},
    {EVENT_CHOWN, NONE, 212},
    {EVENT_LCHOWN, 94, 16},
    {EVENT_LCHOWN, NONE, 198},
    {EVENT_FCHOWNAT, 260, 298},
    {EVENT_TRUNCATE, 76, 92},
    {EVENT_TRUNCATE, NONE, 193},
    {EVENT_CHDIR, 80, 12},
    {EVENT_SETXATTR, 188, 226},
    {EVENT_LSETXATTR, 189, 227},
    {EVENT_FCHMOD, 91, 94},
    {EVENT_FCHOWN, 93, 95},
    {EVENT_FCHOWN, NONE, 207},
    {EVENT_FTRUNCATE, 77, 93},
    {EVENT_FTRUNCATE, NONE, 194},
    {EVENT_DUP, 32, 41},
    {EVENT_DUP2, 33, 63},
    {EVENT_DUP3, 292, 330},
    {EVENT_FCNTL, 72, 55},
    {EVENT_FCNTL, NONE, 221},
    {EVENT_SPLICE, 275, 313},
    {EVENT_FCHDIR, 81, 133},
    {EVENT_FSETXATTR, 190, 228},
    {EVENT_PIDFD_GETFD, 438, 438},
    {EVENT_TEE, 276, 315},
    {EVENT_SENDFILE, 40, 187, "sendfile64"},
    {EVENT_SENDFILE, NONE, 239},
    {EVENT_SOCKET, 41, 359},
    {EVENT_CONNECT, 42, 362},
    {EVENT_BIND, 49, 361},
    {EVENT_LISTEN, 50, 363},
    {EVENT_ACCEPT, 43, NONE},
    {EVENT_ACCEPT4, 288, 364},
    {EVENT_SOCKETPAIR, 53, 360},
    {EVENT_SENDTO, 44, 369},
    {EVENT_SENDMSG, 46, 370},
    {EVENT_SENDMMSG, 307, 345},
    {EVENT_RECVFROM, 45, 371},
    {EVENT_RECVMSG, 47, 372},
    {EVENT_RECVMMSG, 299, 337},
    {EVENT_RECVMMSG, NONE, 417},
    {EVENT_SETUID, 105, 23},
    {EVENT_SETUID, NONE, 213},
    {EVENT_SETGID, 106, 46},
    {EVENT_SETGID, NONE, 214},
    {EVENT_SETREUID, 113, 70},
    {EVENT_SETREUID, NONE, 203},
    {EVENT_SETREGID, 114, 71},
    {EVENT_SETREGID, NONE, 204},
    {EVENT_SETRESUID, 117, 164},
    {EVENT_SETRESUID, NONE, 208},
    {EVENT_SETRESGID, 119, 170},
    {EVENT_SETRESGID, NONE, 210},
    {EVENT_SETFSUID, 122, 138},
    {EVENT_SETFSUID, NONE, 215},
    {EVENT_SETFSGID, 123, 139},
    {EVENT_SETFSGID, NONE, 216},
    {EVENT_SETGROUPS, 116, 81},
    {EVENT_SETGROUPS, NONE, 206},
    {EVENT_CAPSET, 126, 185},
    {EVENT_SETNS, 308, 346},
    {EVENT_UNSHARE, 272, 310},
    {EVENT_MOUNT, 165, 21},
    {EVENT_UMOUNT2, 166, 52, "umount"},
    {EVENT_PIVOT_ROOT, 155, 217},
    {EVENT_CHROOT, 161, 61},
    {EVENT_FSOPEN, 430, 430},
    {EVENT_FSCONFIG, 431, 431},
    {EVENT_FSMOUNT, 432, 432},
    {EVENT_FSPICK, 433, 433},
    {EVENT_MOVE_MOUNT, 429, 429},
    {EVENT_OPEN_TREE, 428, 428},
    {EVENT_MOUNT_SETATTR, 442, 442},
    {EVENT_UMOUNT, NONE, 22},
    {EVENT_PTRACE, 101, 26},
    {EVENT_KILL, 62, 37},
    {EVENT_TKILL, 200, 238},
    {EVENT_TGKILL, 234, 270},
    {EVENT_PIDFD_SEND_SIGNAL, 424, 424},
    {EVENT_PRCTL, 157, 172},
    {EVENT_PROCESS_VM_READV, 310, 347},
    {EVENT_PROCESS_VM_WRITEV, 311, 348},
    {EVENT_PIDFD_OPEN, 434, 434},
    {EVENT_SETSID, 112, 66},
    {EVENT_SETPGID, 109, 57},
    {EVENT_BPF, 321, 357},
    {EVENT_INIT_MODULE, 175, 128},
    {EVENT_FINIT_MODULE, 313, 350},
    {EVENT_DELETE_MODULE, 176, 129},
    {EVENT_USERFAULTFD, 323, 374},
    {EVENT_IO_URING_SETUP, 425, 425},
    {EVENT_IO_URING_REGISTER, 427, 427},
    {EVENT_PERF_EVENT_OPEN, 298, 336},
    {EVENT_ADD_KEY, 248, 286},
    {EVENT_KEYCTL, 250, 288},
    {EVENT_KEXEC_LOAD, 246, 283},
    {EVENT_KEXEC_FILE_LOAD, 320, NONE},
    {EVENT_SECCOMP, 317, 354},
    {EVENT_MMAP, 9, 192},
    {EVENT_MMAP, NONE, 90}, /* its arguments lie in memory */
    {EVENT_MPROTECT, 10, 125},
    {EVENT_PKEY_MPROTECT, 329, 380},
};

void event_syscall_table(bool compat, uint8_t types[EVENT_SYSCALL_MAX])
{
    memset(types, EVENT_NONE, EVENT_SYSCALL_MAX);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int16_t number = compat ? numbers[i].compat : numbers[i].native;
        if (number >= 0 && number < EVENT_SYSCALL_MAX)
            types[number] = numbers[i].type;
    }
}

const char *event_syscall_function(unsigned number)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (numbers[i].native >= 0 && (unsigned)numbers[i].native == number)
            return numbers[i].function ? numbers[i].function
                                       : event_type_info(numbers[i].type)->name;
    return NULL;
}
