/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/guard_cgroup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define ROOT_INODE 1 /* of a hierarchy; in a cgroup namespace another may be at the top */

DEFINE_CLEANUP(FILE *, endmntent);

int guard_cgroup_open(struct error *ret_error)
{
    _cleanup_(endmntentp) FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct stat status;

    if (!mounts)
        return error_set(ret_error, -errno, "can't read /proc/self/mounts: %s", strerror(errno));
    for (struct mntent *entry; (entry = getmntent(mounts));) {
        if (strcmp(entry->mnt_type, "cgroup2") != 0)
            continue;
        _cleanup_close_ int fd = open(entry->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) < 0)
            return error_set(ret_error, -errno, "can't open %s: %s", entry->mnt_dir,
                             strerror(errno));
        if (status.st_ino == ROOT_INODE)
            return TAKE_FD(fd);
    }
    return error_set(ret_error, -EOPNOTSUPP, "the root of the v2 cgroups is not mounted");
}

int guard_cgroup_probe(struct error *ret_error)
{
    static const struct bpf_insn allow[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
        {.code = BPF_JMP | BPF_EXIT},
    };
    struct bpf_prog_load_opts opts = {.sz = sizeof(opts),
                                      .expected_attach_type = BPF_CGROUP_INET4_CONNECT};
    _cleanup_close_ int cgroup = guard_cgroup_open(ret_error);

    if (cgroup < 0)
        return cgroup;
    _cleanup_close_ int program =
        bpf_prog_load(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "guard_probe", "GPL", allow,
                      sizeof(allow) / sizeof(allow[0]), &opts);
    if (program < 0)
        return error_set(ret_error, program,
                         "the kernel refuses programs of a cgroup's sockets: %s",
                         strerror(-program));
    _cleanup_close_ int link = bpf_link_create(program, cgroup, BPF_CGROUP_INET4_CONNECT, NULL);
    if (link < 0)
        return error_set(ret_error, link, "the kernel refuses to attach a program to a cgroup: %s",
                         strerror(-link));
    return 0;
}

bool guard_cgroup_stores(void)
{
    /* Arguments that no call may have: what the kernel says tells whether it came to look at them.
     */
    static const struct bpf_insn call[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_task_storage_get},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
        {.code = BPF_JMP | BPF_EXIT},
    };
    char words[4096] = "";
    struct bpf_prog_load_opts opts = {.sz = sizeof(opts),
                                      .expected_attach_type = BPF_CGROUP_INET4_CONNECT,
                                      .log_buf = words,
                                      .log_size = sizeof(words),
                                      .log_level = 1};
    _cleanup_close_ int program = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "guard_stores",
                                                "GPL", call, sizeof(call) / sizeof(call[0]), &opts);

    return program >= 0 || strstr(words, "R1 type=");
}
