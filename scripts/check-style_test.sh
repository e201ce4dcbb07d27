#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: check-style_test.sh CHECK-STYLE
# Proves that each kind of finding is found, and that a clean tree has none.
set -eu

check=$(realpath "$1")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM
failures=0

# expect TEXT FILE CONTENTS: the check of a tree with this one file prints TEXT; "" for no finding.
expect() {
    printf '%b' "$3" > "$tree/$2"
    status=0
    output=$("$check" "$tree" 2> "$tree/.errors") || status=$?
    rm "$tree/$2"
    if [ -z "$1" ]; then
        [ "$status" -eq 0 ] && return 0
    else
        case $status:$output in 1:*"$1"*) return 0 ;; esac
    fi
    echo "FAIL $2: exit $status, expected \"$1\": $output"
    failures=$((failures + 1))
}

header='/* SPDX-License-Identifier: Apache-2.0 */\n'
expect '' a.c "$header\nint a;\n"
expect 'no SPDX' a.c 'int a;\nint b;\nint c;\n'
expect 'a.c:2: blanks at the end' a.c "${header}int a; \n\n"
expect 'a.c:2: tab in the indentation' a.c "$header\tint a;\n\n"
expect 'carriage return' a.c "${header}int a;\r\n\n"
expect 'no newline at the end' a.c "$header\nint a;"
expect 'longer than 600 lines' a.c "$header$(yes '\n' | head -n 700 | tr -d '\012')"
expect 'README.md:1: blanks' README.md 'a \n'
expect '' README.md 'a  \nb\n'
if command -v clang-format-19 > "$tree/.where"; then
    expect 'clang-format' a.c "${header}\nint  a ;\n"
fi
if command -v shellcheck > "$tree/.where"; then
    # shellcheck disable=SC2016 # the tool's text, not ours
    expect 'SC2086' tool '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\nrm $1\n'
fi

[ "$failures" -eq 0 ]
