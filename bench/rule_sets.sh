#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For bench/run and bench/vm: rules to measure with. Source it.

# some_rules COUNT: about opens, each of another directory and by another program
some_rules() {
    awk -v count="$1" 'BEGIN { for (i = 1; i <= count; i++)
        printf "- rule: r%d\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: evt.type in (open, openat) " \
            "and fd.name startswith /data/d%d/ and proc.name = p%d and not fd.name endswith .%d\n", i, i, i % 97, i }'
}

# rules_by OPERATOR COUNT: about opens, each with another value of one field
rules_by() {
    awk -v operator="$1" -v count="$2" 'BEGIN {
        value["="] = "proc.cmdline = \047/data/d%d x\047"
        value["in"] = "proc.name in (data%d, other)"
        value["startswith"] = "proc.cmdline startswith /data/d%d/"
        value["endswith"] = "proc.cmdline endswith .%dx"
        value["contains"] = "proc.cmdline contains part%dx"
        value["icontains"] = "proc.cmdline icontains Part%dx"
        value["pmatch"] = "proc.exepath pmatch (/data/d%d)"
        for (i = 1; i <= count; i++) {
            printf "- rule: r%d\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: evt.type in (open, openat) and ", i
            printf value[operator] "\n", i
        } }'
}

# stages: how far the kernel side goes until it drops an open of the storm, and the condition for that
stages() {
    cat << 'TABLE'
unasked evt.type = ptrace
result evt.type in (open, openat, openat2) and evt.rawres = -1
actor evt.type in (open, openat, openat2) and proc.name = no-such
open evt.type in (open, openat, openat2) and evt.is_open_write = true
raw evt.type in (open, openat, openat2) and fd.nameraw contains ..
name evt.type in (open, openat, openat2) and fd.filename = no-such
path evt.type in (open, openat, openat2) and fd.name = /no/such
TABLE
}

# stage_rules CONDITION
stage_rules() {
    printf -- '- rule: stage\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: %s\n' "$1"
}
