#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For bench/run and bench/vm: the programs they are made of. Source it with $here, $top and $work set.

compile=("${CC:-cc}" -std=gnu17 -O2 -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE
    -I"${top:?}/src" -include base/banned.h)

# build NAME...: NAME.c of this folder, into $work
build() {
    local program
    for program; do
        "${compile[@]}" -static -o "${work:?}/$program" "${here:?}/$program.c" ||
            die "$program.c does not compile"
    done
}

# hooks_build [NAME...]: what bare hooks cost: programs that do nothing, NAME.bpf.c of this folder (empty: on the
# agent's tracepoints), and what attaches them. Says why not in $work/hooks.log.
hooks_build() {
    local name
    for name in "${@:-empty}"; do
        "${BPF_CLANG:-clang-19}" -g -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" \
            -c "$here/$name.bpf.c" -o "$work/$name.bpf.o" 2> "$work/hooks.log" || return
    done
    "${compile[@]}" -o "$work/hooks" "$here/hooks.c" -lbpf 2> "$work/hooks.log"
}
