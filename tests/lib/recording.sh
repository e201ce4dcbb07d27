# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Making long recordings from short ones.

recording_header_bytes=96 # struct recording_header

# repeat_recording FILE TIMES: its records again and again, as one recording
repeat_recording() {
    local left=$2
    cat "$1"
    while [ $((left -= 1)) -gt 0 ]; do
        tail -c +$((recording_header_bytes + 1)) "$1"
    done
}

# replay_agrees RECORDING RULE-OPTION...: whether compiled rules and kernel tables agree with the plain
# evaluator on each event. Puts the sums, or what is wrong, into $agreed.
replay_agrees() {
    agreed=$("${bulwark:?}" replay --check "$@" --all-matches 2>&1)
    local status=$?
    agreed=$(grep -v '^bulwark: [0-9]* records' <<< "$agreed" | tail -n 3 | cut -c 1-300 | tr '\n' ' ')
    return $status
}

# replayed_records FILE: how many, by what bulwark replay said
replayed_records() { grep -o '[0-9]* records' "$1" | tail -n 1 | cut -d' ' -f1; }
