#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For the suites that start agents: results, a canary rule, starting and stopping. Source it after
# setting `suite`. Everything lives in $work and is gone at exit, agents included.

suite=${suite:?}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bulwark=${BULWARK:-$top/build/src/cmd/bulwark}
work=$(mktemp -d "${TMPDIR:-/tmp}/bulwark-$suite-XXXXXX")
agents=()
failures=0

# Called at exit, before the rest is cleared.
clean_more() { :; }

agent_clean() {
    for pid in "${agents[@]}"; do
        kill -KILL "$pid" 2> /dev/null
    done
    wait
    clean_more
    rm -rf "$work"
}
trap agent_clean EXIT
trap 'exit 1' INT TERM

pass() { echo "PASS $suite/$1"; }
skip() { echo "SKIP $suite/$1: $2"; }
fail() {
    echo "FAIL $suite/$1: $2"
    failures=$((failures + 1))
    [ ! -s "$work/stderr" ] || sed 's/^/    /' "$work/stderr" | tail -n 15
}

# check NAME WHY COMMAND...: one result
check() {
    local name=$1 why=$2
    shift 2
    if "$@" > "$work/check.log" 2>&1; then pass "$name"; else fail "$name" "$why"; fi
}

need() {
    [ "$(id -u)" -eq 0 ] || { skip all "needs root"; exit 0; }
    [ -x "$bulwark" ] || { skip all "no agent at $bulwark (set BULWARK)"; exit 0; }
    for tool; do
        command -v "$tool" > "$work/where" || { skip all "$tool is missing"; exit 0; }
    done
}

# canary_rule WORD [COMPARISON] > FILE: fires when the file that `sing` makes, or whose name compares, is
# opened. By what the kernel side can decide: or it would have to send every open.
canary_rule() {
    cat << RULE
- rule: Canary $1
  desc: A test opened its marker.
  condition: evt.type in (open, openat, openat2) and fd.name ${2:-= $work/x-$1.canary}
  output: canary $1 file=%fd.name command=%proc.cmdline container=%container.id
  priority: NOTICE
RULE
}

# sing WORD: perform what the canary rule is about
sing() {
    : > "$work/x-$1.canary"
}

# within TENTHS COMMAND...: true as soon as the command is
within() {
    local left=$1
    shift
    until "$@"; do
        [ $((left--)) -gt 0 ] || return 1
        sleep 0.1
    done
}

# heard WORD FILE: sing, and see whether the alert is there
heard() {
    sing "$1"
    grep -qs -- "-$1.canary" "$2"
}

# agent_start RULES ALERTS [OPTION...]: the agent's pid in $agent, true when it is awake. Its
# messages are in $work/stderr.
agent_start() {
    local rules=$1 alerts=$2
    shift 2
    # An alert of an agent before this one would look like its own.
    : > "$alerts"
    canary_rule ready > "$work/ready.yaml"
    "$bulwark" run -r "$rules" -r "$work/ready.yaml" --all-matches --json -o "file:$alerts" "$@" \
        > "$work/stdout" 2> "$work/stderr" &
    agent=$!
    agents+=("$agent")
    within 300 agent_awake "$alerts"
}

agent_awake() {
    kill -0 "$agent" && heard ready "$1"
}

# agent_stop [TENTHS]: SIGTERM; its exit status, or 99 when it did not end in time
agent_stop() {
    kill -TERM "$agent"
    within "${1:-50}" agent_gone || return 99
    wait "$agent"
}

agent_gone() {
    ! kill -0 "$agent" 2> /dev/null
}

# counted LINE NAME: of the counters that the agent printed last (--stats)
counted() { grep "^bulwark: stats $1:" "$work/stderr" | tail -n 1 | grep -o " $2=[^ ]*" | cut -d= -f2; }

# compile SOURCE: a C program, static, into $work under its own name
compile() {
    local name
    name=$(basename "$1" .c)
    "${CC:-cc}" -std=gnu17 -O2 -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE -I"$top/src" \
        -include base/banned.h -static -o "$work/$name" "$1" ||
        { fail build "$name.c does not compile"; finish; }
}

finish() {
    [ "$failures" -eq 0 ]
    exit
}
