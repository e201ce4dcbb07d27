/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/preemption.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        bool begins = at == text || isspace((unsigned char)at[-1]);
        if (begins && (!at[len] || isspace((unsigned char)at[len])))
            return true;
    }
    return false;
}

bool preemption_possible(const struct preemption_facts *facts)
{
    if (!strstr(facts->version, "PREEMPT"))
        return false;
    if (!strstr(facts->version, "PREEMPT_DYNAMIC"))
        return true;
    /* The one in force stands in parentheses. */
    if (facts->dynamic)
        return !has_word(facts->dynamic, "(none)") && !has_word(facts->dynamic, "(voluntary)");
    if (!facts->command || !facts->config)
        return true;
    if (strstr(facts->command, "preempt="))
        return !has_word(facts->command, "preempt=none") &&
               !has_word(facts->command, "preempt=voluntary");
    return !has_word(facts->config, "CONFIG_PREEMPT_NONE=y") &&
           !has_word(facts->config, "CONFIG_PREEMPT_VOLUNTARY=y");
}

/* sched/preempt of a debugfs that is mounted nowhere, so that nobody sees one come and go. */
static int read_preempt(char **ret_text)
{
    _cleanup_close_ int context = fsopen("debugfs", FSOPEN_CLOEXEC);

    if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -errno;
    _cleanup_close_ int mount = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
    if (mount < 0)
        return -errno;
    return read_file_at(mount, "sched/preempt", 4096, ret_text, NULL);
}

bool kernel_preemptible(void)
{
    _cleanup_free_ char *dynamic = NULL, *command = NULL, *config = NULL;
    char path[128];
    struct utsname name;

    if (uname(&name) < 0)
        return true;
    snprintf(path, sizeof(path), "/boot/config-%s", name.release);
    if (read_preempt(&dynamic) < 0) {
        /* No CAP_SYS_ADMIN, or lockdown: what it was told at boot. */
        (void)read_file("/proc/cmdline", 65536, &command, NULL);
        (void)read_file(path, 1 << 20, &config, NULL);
    }
    return preemption_possible(&(struct preemption_facts){name.version, dynamic, command, config});
}
