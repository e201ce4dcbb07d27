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

# What a bare hook costs: programs that do nothing on the agent's tracepoints. Says why not in
# $work/hooks.log.
hooks_build() {
    "${BPF_CLANG:-clang-19}" -g -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" \
        -c "$here/empty.bpf.c" -o "$work/empty.bpf.o" 2> "$work/hooks.log" &&
        "${compile[@]}" -o "$work/hooks" "$here/hooks.c" -lbpf 2> "$work/hooks.log"
}
