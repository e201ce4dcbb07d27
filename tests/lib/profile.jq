# SPDX-License-Identifier: Apache-2.0
# `runc spec`'s configuration for a container of the suites: jq --arg profile WORD+WORD... --arg image NAME.
# tests/attacks/README.md explains the words.

def usual: ["CHOWN","DAC_OVERRIDE","FSETID","FOWNER","MKNOD","NET_RAW","SETGID","SETUID","SETFCAP",
            "SETPCAP","NET_BIND_SERVICE","SYS_CHROOT","KILL","AUDIT_WRITE"];

# Later ones, which the kernel of the target does not know, would make runc refuse the whole container.
def all: ["CHOWN","DAC_OVERRIDE","DAC_READ_SEARCH","FOWNER","FSETID","KILL","SETGID","SETUID","SETPCAP",
          "LINUX_IMMUTABLE","NET_BIND_SERVICE","NET_BROADCAST","NET_ADMIN","NET_RAW","IPC_LOCK","IPC_OWNER",
          "SYS_MODULE","SYS_RAWIO","SYS_CHROOT","SYS_PTRACE","SYS_PACCT","SYS_ADMIN","SYS_BOOT","SYS_NICE",
          "SYS_RESOURCE","SYS_TIME","SYS_TTY_CONFIG","MKNOD","LEASE","AUDIT_WRITE","AUDIT_CONTROL","SETFCAP",
          "MAC_OVERRIDE","MAC_ADMIN","SYSLOG","WAKE_ALARM","BLOCK_SUSPEND","AUDIT_READ","PERFMON","BPF",
          "CHECKPOINT_RESTORE"];

def capabilities(names): (names | map("CAP_" + .)) as $set
    | .process.capabilities = {bounding: $set, effective: $set, permitted: $set};

def bind(source; target): .mounts += [{destination: target, type: "bind", source: source,
                                       options: ["rbind", "ro", "nosuid", "nodev"]}];

def word(w):
    if w | IN("default", "exec", "cycle", "short") then .
    elif w == "tty" then .process.terminal = true
    elif w == "privileged" then
        capabilities(all) | .linux.maskedPaths = [] | .linux.readonlyPaths = []
        | .linux.resources.devices = [{allow: true, access: "rwm"}]
        | .mounts |= map(if .type == "sysfs" or .type == "cgroup" then .options -= ["ro"] else . end)
    elif w == "host" then
        .linux.namespaces |= map(select(.type != "pid" and .type != "network"))
        | .mounts |= map(if .type == "sysfs" then {destination: "/sys", type: "bind", source: "/sys",
                          options: ["rbind", "ro"]} else . end)
    elif w == "shmexec" then
        .mounts |= map(if .destination == "/dev/shm" then .options -= ["noexec"] else . end)
    elif w | startswith("caps=") then capabilities(usual + (w[5:] | split(",")))
    elif w | startswith("env=") then .process.env += [w[4:]]
    elif w | startswith("label=") then (w[6:] | index("=")) as $at
        | .annotations += {(w[6:][:$at]): w[6:][$at + 1:]}
    elif w | startswith("bind=") then bind(w[5:]; w[5:])
    else error("unknown word of a profile: \"" + w + "\"") end;

.hostname = "acts" | .root = {path: "rootfs", readonly: false}
| .process.terminal = false | .process.noNewPrivileges = false | .process.rlimits = []
| .process.env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]
| .annotations = {"org.opencontainers.image.ref.name": $image}
| capabilities(usual)
| reduce ($profile | split("+"))[] as $w (.; word($w))
