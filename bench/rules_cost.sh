#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For bench/run: what the number of rules costs. Source it behind the helpers of bench/run.
# shellcheck disable=SC2154,SC2034 # its variables

# instructions FILE: of replaying it, counted by the processor or, without counters, by valgrind
instructions() {
    local replay=("$bulwark" replay "$1" "${rules[@]}") count
    count=$(perf stat -x, -e instructions:u "${replay[@]}" 2>&1 > /dev/null | awk -F, '/instructions/ { print $1 }')
    [[ $count =~ ^[0-9]+$ ]] ||
        count=$(valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "${replay[@]}" 2>&1 > /dev/null |
            awk '/Collected/ { print $NF }')
    [[ $count =~ ^[0-9]+$ ]] && echo "$count"
}

# rules_by_operator FILE: what the number of rules costs by the way in which they compare one field. Two
# lengths of one recording take loading off, which takes the most instructions by far.
rules_by_operator() {
    local operator count records few many cost=() name short=$1 long=$work/long.rec
    local rules=(-r "$work/rules.yaml")
    said "bulwark replay FILE -r RULES   # instructions"
    repeat_recording "$short" 3 > "$long"
    for operator in = in startswith endswith contains icontains pmatch; do
        name=${operator/=/equal}
        cost=()
        for count in 10 10000; do
            rules_by "$operator" "$count" > "$work/rules.yaml"
            if ! few=$(instructions "$short") || ! many=$(instructions "$long"); then
                echo '  no instructions counted: neither counters nor valgrind'
                return
            fi
            "$bulwark" replay "$short" "${rules[@]}" > /dev/null 2> "$work/replay.log"
            records=$(replayed_records "$work/replay.log")
            cost+=($(((many - few) / (2 * records))))
        done
        figure "rules_${name}_instructions" "${cost[1]}" \
            "${cost[1]} instructions for an event with 10,000 rules by $operator, ${cost[0]} with 10"
        bar "rules_${name}_growth_percent" "$(calc "(${cost[1]} / ${cost[0]} - 1) * 100" 1)" 10 '% more'
    done
    rm -f "$long"
}

# growth NAME WHERE: from the fewest rules to the most, by the least of each: what disturbs only adds
growth() {
    local few many
    few=$(quantiles 0 < "$work/$1.10") many=$(quantiles 0 < "$work/$1.10000")
    bar "rules_$1_growth_percent" "$(calc "($many / $few - 1) * 100" 1)" 10 \
        "% more for an event with 10,000 rules than with 10, $2"
}

# kernel_instructions OPENS: of the storm, the kernel's part, where the processor counts them
kernel_instructions() {
    local count ran cost=()
    for count in 10 10000; do
        some_rules $count > "$work/rules.yaml"
        agent_on
        ran=$(perf stat -x, -e instructions:k "$work/storm" open "$1" 2>&1 > "$work/out" | awk -F, '/instructions/ { print $1 }')
        agent_off
        [[ $ran =~ ^[0-9]+$ ]] || break
        cost+=("$ran")
    done
    if [ ${#cost[@]} -eq 2 ]; then
        bar rules_kernel_instructions_percent "$(calc "(${cost[1]} / ${cost[0]} - 1) * 100" 1)" 10 \
            "% more instructions in the kernel for an open with 10,000 rules than with 10"
    else
        echo '  the kernel side by instructions: no counters here; bench/vm 6.12 counts them'
    fi
}

# What the number of rules costs per event, where it is judged and where it is dropped.
part_rules() {
    local small=$work/few.rec big=$work/many.rec short=$work/short.rec records once ten count opens=200000
    local rules run
    said "bulwark replay FILE -r RULES; bulwark run -r RULES & storm open $opens"
    some_rules 10 > "$work/rules.yaml"
    rules=(-r "$work/rules.yaml")
    run=("$bulwark" run "${rules[@]}")
    agent_on --record "$small" --bulk-ring 67108864
    "$work/storm" open 50000 50000 > "$work/out"
    agent_off
    agent_on --record "$short" --bulk-ring 67108864
    "$work/storm" open 2000 50000 > "$work/out"
    agent_off
    repeat_recording "$small" 8 > "$big"
    for count in 10 100 1000 10000; do
        some_rules $count > "$work/rules.yaml"
        : > "$work/judged"
        : > "$work/dropped"
        for _ in 1 2 3 4 5; do
            once=$(replay_seconds "$small") || exit
            records=$(replayed_records "$work/replay.log")
            ten=$(replay_seconds "$big") || exit
            calc "($ten - $once) / (7 * $records) * 1e9" 0 >> "$work/judged"
            echo >> "$work/judged"
        done
        agent_on
        for _ in 1 2 3 4 5; do
            "$work/storm" open $opens | cut -d' ' -f2 >> "$work/dropped"
        done
        agent_off
        cp "$work/judged" "$work/judged.$count"
        cp "$work/dropped" "$work/dropped.$count"
        spread "rules_${count}_judged_ns" 1 0 "ns in user space for an event, with $count rules" < "$work/judged"
        spread "rules_${count}_dropped_ns" 1 0 "ns for an open and close that the kernel side drops" < "$work/dropped"
    done
    rm -f "$big"
    growth judged 'in user space'
    growth dropped 'where the kernel side drops it'
    kernel_instructions "$opens"
    rules_by_operator "$short"
}
