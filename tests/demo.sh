#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: sudo make demo
# Ten harmless acts of tests/attacks in one real runc container, and what an agent with rules/ says of each.
# Exit status 0 when all were alerted on and nothing is left behind, 1 otherwise, 2 when it can't start.
set -u

# row of tests/attacks/table.tsv, what is done, why
acts=(
    "n9-shell|A shell is started on a network connection|whoever is at the other end types the commands"
    "x3-drift|A program that is not in the image is run|attackers bring their tools along"
    "x7-memfd|A program is run from memory|no file is left for a scanner to find"
    "n1-shadow|/etc/shadow is read|password hashes can be guessed elsewhere"
    "n3-token|The Kubernetes service account token is read|it opens the cluster's API"
    "n6-metadata-refused|The cloud's metadata service is contacted|it hands out the node's credentials"
    "p1-setuid|A file gets the setuid bit|whoever runs it later is root"
    "e5-docker-socket|The container runtime's socket is used|it starts a container with all of the node inside"
    "x14-cron|A cron job is written|it brings the attacker back"
    "p9-log|A log is emptied|nobody is to see what happened"
)
alert_wait=10 # seconds for an alert to come
quiet=0.3    # no alert for so long: the act has no more

for tool in runc jq busybox gcc dash; do
    command -v "$tool" > /dev/null && continue
    echo "demo: $tool is missing; scripts/install-dependencies build demo installs what is needed" >&2
    exit 2
done
if [ "$(id -u)" -ne 0 ]; then
    echo "demo: starting a container and an agent needs root: sudo make demo" >&2
    exit 2
fi

# shellcheck disable=SC2034 # of lib/agent.sh
suite=demo
# shellcheck source=lib/agent.sh
. "$(dirname "$0")/lib/agent.sh"
[ -x "$bulwark" ] || { echo "demo: no agent at $bulwark; make demo builds it" >&2; exit 2; }
container=demo-${work##*-}
layers=$work/layers
bundle=$work/bundle
table=$top/tests/attacks/table.tsv
agent='' runtime='' init=''

bold='' faint='' plain='' width=100
declare -A colours=()
if [ -t 1 ]; then
    width=$(tput cols 2> /dev/null) && [ "$width" -ge 40 ] || width=100
    if [ -z "${NO_COLOR-}" ] && [ "${TERM:-dumb}" != dumb ]; then
        bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'
        colours=([Critical]=$'\e[1;31m' [Error]=$'\e[1;31m' [Warning]=$'\e[1;33m' [Notice]=$'\e[36m')
    fi
fi

give_up() {
    echo "demo: $1" >&2
    [ ! -s "${2-}" ] || sed 's/^/    /' "$2" | tail -n 10 >&2
    exit 2
}

# In the order in which each needs the next; lib/agent.sh does the rest.
clean_up() {
    trap '' INT TERM
    if [ -n "$runtime" ]; then
        runc delete -f "$container" > "$work/delete.log" 2>&1
        wait "$runtime"
    fi
    [ -z "$agent" ] || agent_gone || agent_stop
    umount "$bundle/rootfs" "$layers" 2> /dev/null
    agent_clean
}
trap clean_up EXIT
trap 'echo; echo "demo: stopped" >&2; exit 130' INT
trap 'exit 143' TERM

# A tmpfs of its own below: an upper layer can't lie on every file system.
make_bundle() {
    mkdir "$layers" "$bundle" "$bundle/rootfs" && mount -t tmpfs -o mode=700 demo "$layers" || return
    "$top/tests/attacks/images" "$layers/image" rootfs || return
    mkdir "$layers/upper" "$layers/work" || return
    mount -t overlay -o "lowerdir=$layers/image/rootfs,upperdir=$layers/upper,workdir=$layers/work" \
        overlay "$bundle/rootfs" || return
    local absent # runc refuses capabilities that this machine has not
    absent=$("$layers/image/acts" missing-capabilities)
    # shellcheck disable=SC2016 # of the container's shell, and jq's
    (cd "$bundle" && runc spec && jq --arg profile default --arg image demo:1 -f "$top/tests/lib/profile.jq" config.json |
        jq --arg absent "$absent" '($absent / "\n") as $absent | .process.capabilities[] -= $absent
            | .process.args = ["sh", "-c",
                "echo ready; while read -r act; do sh -c \"$act\" </dev/null; done"]' > new.json &&
        mv new.json config.json)
}

# Of each alert of this container: rule, priority, ms from the event to here, what the output begins with.
# shellcheck disable=SC2016 # jq's
alert_fields='now as $now | select(.output_fields["container.id"] == $container)
    | (.time[:19] + "Z" | fromdate) as $second | ("0" + .time[19:26] | tonumber) as $fraction
    | [.rule, .priority, ($now - $second - $fraction) * 1000,
       (.output | split(" | ")[1:] | join(" | ") | gsub(" [a-z_]+=(<NA>)?(?= |$)"; "")
        | sub(" (parent|user|container_id)=.*"; ""))] | @tsv'

start_agent() {
    mkfifo "$work/alerts" && exec {alerts}<> "$work/alerts"
    "$bulwark" run -r "$top/rules" --json -o stdout 2> "$work/agent.log" \
        > >(exec jq --unbuffered -r --arg container "$container" "$alert_fields" > "$work/alerts") &
    agent=$!
    agents+=("$agent")
    within 300 agent_said ready || give_up "the agent does not start" "$work/agent.log"
    if agent_said 'another agent'; then
        echo "An agent runs on this host already. The alerts appear there too."
    fi
}

agent_said() {
    grep -qs "$1" "$work/agent.log" || { agent_gone && give_up "the agent ended" "$work/agent.log"; }
}

start_container() {
    mkfifo "$work/acts" && exec {commands}<> "$work/acts"
    runc run --bundle "$bundle" "$container" < "$work/acts" > "$work/container.log" 2>&1 &
    runtime=$!
    within 100 container_ready || give_up "the container does not start" "$work/container.log"
    init=$(runc state "$container" | jq .pid)
}

container_ready() {
    grep -qx ready "$work/container.log" || { ! kill -0 "$runtime" 2> /dev/null && exit 2; }
}

column() {
    awk -F '\t' -v id="$1" -v column="$2" '$1 == id { print $column }' "$table"
}

# show_alerts RULE SECONDS: print alerts as they come, until it is quiet; true when RULE was among them.
show_alerts() {
    local rule priority delay text seen=1 until=$((SECONDS + $2))
    while [ $SECONDS -lt $until ]; do
        if ! IFS=$'\t' read -r -t "$quiet" -u "$alerts" rule priority delay text; then
            [ $seen -ne 0 ] || break
            ! agent_gone || give_up "the agent ended" "$work/agent.log"
            continue
        fi
        [ "$rule" != "$1" ] || seen=0
        [ ${#text} -le $((width - 8)) ] || text=${text:0:width-11}...
        printf '      %s%-8s%s  %s  %s%.1f ms%s\n        %s%s%s\n' "${colours[$priority]-}" "$priority" \
            "$plain" "$rule" "$faint" "$delay" "$plain" "$faint" "$text" "$plain"
    done
    return $seen
}

perform() {
    local number=$1 id what why
    IFS='|' read -r id what why <<< "$2"
    printf '\n%s%2d. %s%s: %s\n    %s$ %s%s\n' "$bold" "$number" "$what" "$plain" "$why" "$faint" "$(column "$id" 5)" "$plain"
    column "$id" 5 >&"$commands"
    show_alerts "$(column "$id" 3)" "$alert_wait" && return
    echo "      no alert \"$(column "$id" 3)\" within $alert_wait s"
    return 1
}

# What of the demo is still there.
leftovers() {
    runc list -q | grep -x "$container"
    find /sys/fs/cgroup -name "$container"
    grep -F "$work" /proc/self/mountinfo
    for pid in "${agents[@]}" "$init"; do
        ! kill -0 "$pid" 2> /dev/null || echo "process $pid"
    done
    [ ! -e "$work" ] || echo "$work"
}

echo "Preparing a container and an agent ..."
make_bundle > "$work/prepare.log" 2>&1 || give_up "can't prepare the container" "$work/prepare.log"
start_agent
start_container
echo "The runc container $container now does ${#acts[@]} things that attackers do. All are harmless: what it reads"
echo "is made up, its network is its own, and what it writes goes away with it."

seen=0
for i in "${!acts[@]}"; do
    perform $((i + 1)) "${acts[i]}" && seen=$((seen + 1))
done

clean_up
trap - EXIT
left=$(leftovers)
printf '\n%s%d of %d seen.%s ' "$bold" "$seen" "${#acts[@]}" "$plain"
if [ -n "$left" ]; then
    printf 'Left behind:\n%s\n' "$left"
    exit 1
fi
echo "The host is as before: no container, process, mount or file is left."
[ "$seen" -eq "${#acts[@]}" ]
