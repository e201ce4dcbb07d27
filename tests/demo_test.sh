#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: demo_test.sh
# The demonstration as users see it: all acts seen, no colour in a file, nothing left, also when it is stopped.
set -u

# shellcheck disable=SC2034 # of lib/agent.sh
suite=demo
# shellcheck source=lib/agent.sh
. "$(dirname "$0")/lib/agent.sh"
need runc jq busybox gcc dash
export BULWARK=$bulwark
export TMPDIR=$work # of the demonstration: what it leaves is found there

demo() {
    "$top/tests/demo.sh" > "$work/stdout" 2> "$work/stderr"
}

left() {
    runc list -q | grep '^demo-' > "$work/left"
    grep -F "$work" /proc/self/mountinfo >> "$work/left"
    ls -d "$work"/bulwark-demo-* >> "$work/left" 2> /dev/null
    [ -s "$work/left" ]
}

nothing_left() { ! left; }
shown() { grep -q "$1" "$work/stdout"; }

# shown_all COUNT PATTERN: on so many lines
shown_all() {
    [ "$(grep -cE -- "$2" "$work/stdout")" -ge "$1" ]
}

demo
status=$?
[ $status -eq 0 ] || cp "$work/stdout" "$work/stderr"
check all-seen "exit status $status" test $status -eq 0
check count "not ten of ten" shown '^10 of 10 seen\. The host is as before'
check alerts "not an alert with its time for each act" shown_all 10 '^ +(Critical|Warning|Notice) .* [0-9.]+ ms$'
check no-colour "escape sequences in a file" test -z "$(tr -cd '\033' < "$work/stdout")"
check nothing-left "$(left; head -n 1 "$work/left")" nothing_left

"$top/tests/demo.sh" > "$work/stdout" 2> "$work/stderr" &
stopped=$!
if within 200 shown '^ 2\. '; then
    kill -TERM "$stopped"
    wait "$stopped"
    status=$?
    check stopped-status "exit status $status" test $status -eq 143
    check stopped-nothing-left "$(left; head -n 1 "$work/left")" nothing_left
else
    fail stopped "no second act within 20 s"
fi

BULWARK=$work/absent demo
status=$?
check no-agent "exit status $status" test $status -eq 2
check no-agent-said "no word of it" grep -q "no agent at" "$work/stderr"
finish
