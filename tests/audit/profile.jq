# SPDX-License-Identifier: Apache-2.0
# Words of table.tsv over an OCI configuration: jq --arg work DIR --argjson bounding NAMES --arg friend PID.

def root: .process.user = {uid: 0, gid: 0};

def caps(names): (names | map("CAP_" + .)) as $set
    | .process.capabilities = {bounding: $set, effective: $set, permitted: $set};

def no_namespace(type): .linux.namespaces |= map(select(.type != type));

def join_namespace(type; path): no_namespace(type) | .linux.namespaces += [{type: type, path: path}];

# A sysfs of a network namespace that is not the container's own can't be mounted anew by all runtimes.
def bound_sys: .mounts |= map(if .destination == "/sys" then
    {destination: "/sys", type: "bind", source: "/sys", options: ["rbind", "ro"]} else . end);

def bind(source; target; options):
    .mounts += [{destination: target, type: "bind", source: source, options: (["rbind"] + options)}];

def all_devices: .linux.resources.devices = [{allow: true, access: "rwm"}];

def own_users: .linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}];

def command(line): .process.args = ["/bin/busybox", "sh", "-c", line];

# `runc spec`'s configuration, with everything that a container can do without taken away.
def base: .hostname = "audit" | .root = {path: ($work + "/rootfs"), readonly: true}
    | .process.terminal = false | .process.noNewPrivileges = true | .process.rlimits = []
    | .process.user = {uid: 1000, gid: 1000} | .process.args = ["/bin/busybox", "sleep", "600"]
    | .process.env = ["PATH=/bin"] | .process.cwd = "/" | caps([])
    | .linux.namespaces = ([.linux.namespaces[] | select(.type != "cgroup")] + [{type: "cgroup"}])
    | .linux.resources = {devices: [{allow: false, access: "rwm"}], memory: {limit: 67108864},
        pids: {limit: 64}, cpu: {shares: 512}}
    | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
        syscalls: [{names: ["reboot", "kexec_load"], action: "SCMP_ACT_ERRNO"}]};
