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

recording_limit=1048576 # KiB

# record_start FILE RULE-OPTION...: record what these rules need, beside whatever agent runs; the pid in
# $recorder. True when it is ready. A recording that has grown to its limit ends there.
record_start() {
    local file=$1
    shift
    (
        trap '' XFSZ
        ulimit -f "$recording_limit"
        exec "${bulwark:?}" record -o "$file" --bulk-ring 67108864 "$@" > /dev/null 2> "$file.log" < /dev/null
    ) &
    recorder=$!
    for _ in $(seq 300); do
        ! grep -q 'ready: ' "$file.log" 2> /dev/null || return 0
        kill -0 "$recorder" 2> /dev/null || return 1
        sleep 0.1
    done
    return 1
}

# oracle_result NAME FILE RULE-OPTION...: stop the recorder, judge its file in every way, print PASS or FAIL
oracle_result() {
    local name=oracle/$1 file=$2 whole='' status
    shift 2
    kill -TERM "$recorder" 2> /dev/null
    wait "$recorder"
    status=$?
    if [ $status -ne 0 ]; then
        if ! grep -q 'ends here: File too large' "$file.log"; then
            echo "FAIL $name: the recording is not whole, status $status: $(tail -n 1 "$file.log")"
            return 1
        fi
        whole="(of the first $((recording_limit / 1024)) MiB)"
    fi
    if ! replay_agrees "$file" "$@"; then
        echo "FAIL $name: $agreed"
    else
        echo "PASS $name: $agreed$whole"
        return 0
    fi
    return 1
}

# replay_agrees RECORDING RULE-OPTION...: whether compiled rules and kernel tables agree with the plain
# evaluator on each event. Puts the sums, or what is wrong, into $agreed.
replay_agrees() {
    agreed=$("${bulwark:?}" replay --check "$@" --all-matches 2>&1)
    local status=$?
    agreed=$(grep -v -e '^bulwark: [0-9]* records' -e 'ends within a record' <<< "$agreed" | tail -n 3 | cut -c 1-300 | tr '\n' ' ')
    return $status
}

# replayed_records FILE: how many, by what bulwark replay said
replayed_records() { grep -o '[0-9]* records' "$1" | tail -n 1 | cut -d' ' -f1; }
