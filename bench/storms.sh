#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For bench/run: what storms cost with the agent, what of them leaves the kernel, and where the time goes.
# Source it behind the helpers of bench/run.
# shellcheck disable=SC2154,SC2034 # its variables

# storms: kind, times, and the bar: its added time as a share of the reference agent's, which was measured in
# two series (README.md)
storms() {
    cat << 'TABLE'
exec 800 0.333 9 18
open 300000 0.333 64 60
getppid 3000000 0.5 70 97
TABLE
}

hooks_on() {
    "$work/hooks" "$work/empty.bpf.o" > "$work/hooked" 2> "$work/hooks.log" &
    hooks=$!
    children+=("$hooks")
    for _ in $(seq 100); do
        ! grep -q ready "$work/hooked" || return 0
        kill -0 "$hooks" 2> /dev/null || break
        sleep 0.05
    done
    die "programs that do nothing: $(tail -n 1 "$work/hooks.log")"
}

hooks_off() {
    kill -TERM "$hooks"
    wait "$hooks"
}

# storm_once SIDE KIND COUNT: one line "wall processor"; with the agent its processor time too
storm_once() {
    local before
    [ "$1" != on ] || before=$(on_processor "$agent")
    "$work/storm" "$2" "$3" >> "$work/$2.$1" || die "storm $2 failed"
    [ "$1" = on ] || return
    sleep 0.05 # what is still in the rings
    echo $(($(on_processor "$agent") - before)) >> "$work/$2.agent"
}

# side on|hooks|off: every storm once
side() {
    case $1 in on) agent_on ;; hooks) hooks_on ;; esac
    while read -r kind count _; do
        storm_once "$1" "$kind" "$count"
    done < <(storms)
    case $1 in on) agent_off; lost_so_far >> "$work/drops" ;; hooks) hooks_off ;; esac
}

# ratios KIND COLUMN SIDE [SIDE]: of each round, to the second side (the one without anything)
ratios() {
    paste -d' ' "$work/$1.$3" "$work/$1.${4:-off}" | awk -v c="$2" '{ print $c / $(c + 2) }'
}

# against_reference KIND BAR SERIES SERIES: time by the clock, as that of the reference agent was taken
against_reference() {
    local reference added floor=''
    reference=$(calc "($3 + $4) / 200" 4)
    added=$(calc "$(ratios "$1" 1 on | median) - 1" 4)
    [ ! -s "$work/$1.hooks" ] ||
        floor="; programs that do nothing alone: $(calc "($(ratios "$1" 1 hooks | median) - 1) / $reference")"
    bar "${1}_of_reference" "$(calc "$added / $reference")" "$2" \
        "of the time that the reference agent adds, $(calc "$added * 100" 0) % to its $3 and $4 %$floor"
}

# above_floor KIND: where the bare hooks could be had
above_floor() {
    [ -s "$work/$1.hooks" ] || return
    bar "${1}_above_floor_percent" "$(calc "($(ratios "$1" 2 on hooks | median) - 1) * 100" 1)" 25 \
        '% above programs that do nothing on the same tracepoints'
}

# left_kernel KIND COUNT: events sent, of all that the hooks met and rules ask for (of the acts when those are more)
left_kernel() {
    local critical bulk met sent
    agent_on
    "$work/storm" "$1" "$2" > "$work/out" || die "storm $1 failed"
    agent_off
    critical=$(counter events_critical) bulk=$(counter events_bulk)
    sent=$((critical + bulk))
    met=$((sent + $(counter filtered)))
    [ "$met" -ge "$2" ] || met=$2
    bar "${1}_left_percent" "$(calc "$sent / $met * 100" 3)" 1 \
        "% of $met events left the kernel: $critical critical, which always do, and $bulk others"
}

part_storms() {
    local sides=(on off) turned=(off on) turns=0 start=$SECONDS kind count limit series
    if hooks_build; then
        sides=(on hooks off) turned=(off hooks on)
    else
        echo "no bare hooks to compare with: $(head -n 1 "$work/hooks.log")"
    fi
    said "storm KIND COUNT   # agent ${sides[*]}, then ${turned[*]}, and so on"
    # The order turns each time: what drifts slowly falls out.
    while [ $turns -lt "$rounds" ] &&
        { [ $turns -lt 3 ] || [ $((SECONDS - start)) -lt "$storms_limit" ]; }; do
        local order=("${sides[@]}")
        [ $((turns % 2)) -eq 0 ] || order=("${turned[@]}")
        for name in "${order[@]}"; do side "$name"; done
        turns=$((turns + 1))
    done
    figure storm_rounds $turns "$turns rounds"
    while read -r kind count limit series; do
        echo "  $kind, $count times: $(calc "$(cut -d' ' -f2 "$work/$kind.off" | median)" 0) ns of processor time each without the agent"
        spread "${kind}_wall" 1 2 'times the time by the clock' < <(ratios "$kind" 1 on)
        spread "${kind}_cpu" 1 2 'times the processor time' < <(ratios "$kind" 2 on)
        [ ! -s "$work/$kind.hooks" ] ||
            spread "${kind}_hooks_cpu" 1 2 'times with programs that do nothing' < <(ratios "$kind" 2 hooks)
        spread "${kind}_agent_ns" "$count" 0 "ns of the agent's processor time each" < "$work/$kind.agent"
        # shellcheck disable=SC2086 # two words are meant
        against_reference "$kind" "$limit" $series
        above_floor "$kind"
        left_kernel "$kind" "$count"
    done < <(storms)
    figure_drops storm_drops < "$work/drops"
}

# programs_now: "ID NAME NS RUNS" of each BPF program
programs_now() {
    bpftool prog show -j 2> "$work/bpftool.log" |
        jq -r '.[] | "\(.id) \(.name // "-") \(.run_time_ns // 0) \(.run_cnt // 0)"' | sort
}

# By program, with the kernel's own clock around each run, which adds to them.
profile_programs() {
    local counting=/proc/sys/kernel/bpf_stats_enabled kind count
    { command -v bpftool && command -v jq; } > "$work/where" || { echo '  not by program: bpftool or jq is missing'; return; }
    counted_before=$(cat $counting)
    programs_now > "$work/programs.others"
    agent_on
    echo 1 > $counting
    while read -r kind count _; do
        programs_now > "$work/programs.before"
        "$work/storm" "$kind" "$count" > "$work/out"
        programs_now > "$work/programs.after"
        join "$work/programs.before" "$work/programs.after" | join -v 1 - "$work/programs.others" |
            awk -v count="$count" '($7 - $4) * 100 >= count { printf "%s %.0f %.2f\n", $2, ($6 - $3) / count, ($7 - $4) / count }' |
            sort -k2,2nr | while read -r name ns runs; do
            printf '  %-24s %6d ns in %s, which runs %s times\n' "one $kind" "$ns" "$name" "$runs"
        done
    done < <(storms)
    echo "$counted_before" > $counting
    counted_before=''
    agent_off
}

# By how far the kernel side goes until an open is dropped: rules that ask for one thing of it each.
profile_stages() {
    local stage condition opens=100000 ns
    local run
    for _ in 1 2 3 4 5; do
        "$work/storm" open $opens | cut -d' ' -f2
    done > "$work/stage.none"
    while read -r stage condition; do
        stage_rules "$condition" > "$work/stage.yaml"
        run=("$bulwark" run -r "$work/stage.yaml")
        agent_on
        for _ in 1 2 3 4 5; do
            "$work/storm" open $opens | cut -d' ' -f2
        done > "$work/stage.$stage"
        agent_off
        ns=$(calc "$(quantiles 0 < "$work/stage.$stage") - $(quantiles 0 < "$work/stage.none")" 0)
        figure "profile_${stage}_ns" "$ns" "$ns ns more for an open and close, dropped by: $condition"
    done < <(stages)
}

# Where the time of the storms goes.
part_profile() {
    said "bpftool prog show, bpf_stats_enabled=1; bulwark run $rules_named & storm KIND COUNT"
    profile_programs
    said 'bulwark run -r RULE & storm open 100000   # least of 5'
    profile_stages
}
