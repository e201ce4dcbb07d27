/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "event/abi.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"

bool privileges_btf(void)
{
    return access(BTF_PATH, R_OK) == 0;
}

static uint64_t effective_capabilities(void)
{
    _cleanup_free_ char *status = NULL;

    if (read_file("/proc/self/status", 65536, &status, NULL) < 0)
        return 0;
    const char *line = strstr(status, "\nCapEff:");
    return line ? strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;
}

bool privileges_bpf(void)
{
    const uint64_t admin = 1ull << CAP_SYS_ADMIN;
    const uint64_t bpf = 1ull << CAP_BPF | 1ull << CAP_PERFMON;
    uint64_t held = effective_capabilities();

    return (held & admin) || (held & bpf) == bpf;
}

bool privileges_initial_pid_namespace(void)
{
    struct stat st;

    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == INITIAL_PID_NAMESPACE;
}

int privileges_check(struct error *ret_error)
{
    if (!privileges_bpf())
        return error_set(ret_error, -EPERM,
                         "no CAP_BPF and CAP_PERFMON (nor CAP_SYS_ADMIN): run as root, or give the "
                         "container these capabilities");
    if (!privileges_btf())
        return error_set(ret_error, -ENOENT,
                         "this kernel has no BTF (%s is missing): it needs CONFIG_DEBUG_INFO_BTF, "
                         "as the kernels of all current distributions have",
                         BTF_PATH);
    if (!privileges_initial_pid_namespace())
        return error_set(ret_error, -EXDEV,
                         "not in the initial pid namespace: run on the host, or in a container "
                         "that shares the host's pid namespace");
    return 0;
}
