/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/host_paths.h"

#include <stddef.h>
#include <string.h>

#include "base/files.h"

static const struct {
    const char *path, *what;
    bool whole; /* below it is what a runtime rightly mounts: only it and what is above count */
} executions[] = {
    {"/etc/cron.d", "jobs of cron"},
    {"/etc/cron.hourly", "jobs of cron"},
    {"/etc/cron.daily", "jobs of cron"},
    {"/etc/cron.weekly", "jobs of cron"},
    {"/etc/cron.monthly", "jobs of cron"},
    {"/etc/crontab", "jobs of cron"},
    {"/etc/anacrontab", "jobs of cron"},
    {"/var/spool/cron", "jobs of cron"},
    {"/var/spool/at", "jobs of at"},
    {"/etc/systemd", "units of systemd"},
    {"/usr/lib/systemd", "units of systemd"},
    {"/lib/systemd", "units of systemd"},
    {"/run/systemd", "units of systemd", true},
    {"/etc/init.d", "start scripts"},
    {"/etc/rc.local", "start scripts"},
    {"/etc/kubernetes/manifests", "static pods of the kubelet"},
    {"/var/lib/kubelet", "the kubelet's pods, plug-ins and credentials", true},
    {"/etc/cni", "network plug-ins, which the runtime runs as root"},
    {"/opt/cni/bin", "network plug-ins, which the runtime runs as root"},
    {"/etc/containerd", "the runtime's programs and hooks"},
    {"/etc/crio", "the runtime's programs and hooks"},
    {"/etc/docker", "the runtime's programs and hooks"},
    {"/etc/containers", "the runtime's programs and hooks"},
    {"/usr/share/containers/oci/hooks.d", "hooks of each container"},
    {"/var/lib/docker", "the file systems of other containers", true},
    {"/var/lib/containerd", "the file systems of other containers", true},
    {"/var/lib/containers", "the file systems of other containers", true},
    {"/run/containerd", "bundles of other containers", true},
    {"/run/runc", "state of other containers", true},
    {"/run/crun", "state of other containers", true},
    {"/etc/ld.so.preload", "a library in each program"},
    {"/etc/ld.so.conf.d", "a library in each program"},
    {"/etc/profile", "what each shell runs"},
    {"/etc/profile.d", "what each shell runs"},
    {"/etc/passwd", "an account of its own"},
    {"/etc/shadow", "an account of its own"},
    {"/etc/sudoers", "an account of its own"},
    {"/etc/sudoers.d", "an account of its own"},
    {"/etc/pam.d", "what each login runs"},
    {"/etc/ssh", "logins by ssh"},
    {"/etc/udev", "what udev runs"},
    {"/etc/modprobe.d", "what loading a module runs"},
    {"/etc/apt", "what the package manager runs"},
    {"/root", "root's keys and shell files"},
    {"/home", "users' keys and shell files", true},
    {"/bin", "programs of the host"},
    {"/sbin", "programs of the host"},
    {"/usr/bin", "programs of the host"},
    {"/usr/sbin", "programs of the host"},
    {"/usr/local/bin", "programs of the host"},
    {"/usr/local/sbin", "programs of the host"},
    {"/usr/libexec", "programs of the host"},
    {"/lib", "libraries of the host"},
    {"/lib64", "libraries of the host"},
    {"/usr/lib", "libraries of the host"},
    {"/usr/lib64", "libraries of the host"},
    {"/boot", "the kernel and its start"},
};

const char *host_path_sensitive(const char *path)
{
    static const char *const directories[] = {"/etc",  "/usr",  "/boot", "/lib", "/lib64", "/bin",
                                              "/sbin", "/proc", "/sys",  "/dev", "/root"};

    if (!strcmp(path, "/"))
        return "/";
    for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
        if (!strcmp(path, directories[i]))
            return directories[i];
    return NULL;
}

const char *host_path_execution(const char *path)
{
    for (size_t i = 0; i < sizeof(executions) / sizeof(*executions); i++)
        if ((!executions[i].whole && path_is_below(path, executions[i].path)) ||
            path_is_below(executions[i].path, path))
            return executions[i].what;
    return NULL;
}
