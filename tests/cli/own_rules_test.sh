#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: own_rules_test.sh BULWARK
# Every rule that comes with the program is expected by a test of rules/tests.
set -u

bulwark=$1
rules=$(dirname "$0")/../../rules
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bulwark" rules list -r "$rules" --json | sed -n 's/^    "rule": "\(.*\)",$/\1/p' > "$work/names"
[ -s "$work/names" ] || { echo "FAIL own_rules: no rules"; exit 1; }
# One name a line, whether they stand in brackets or one below the other.
sed -n '/expect:/,/^$/p' "$rules"/tests/*.yaml | tr '[],"' '[\n*]' | sed 's/^[- ]*//; s/ *$//' > "$work/expected"
failures=0
while IFS= read -r name; do
    grep -qxF -e "$name" "$work/expected" && continue
    failures=$((failures + 1))
    echo "FAIL own_rules: no test expects '$name'"
done < "$work/names"
[ "$failures" -eq 0 ] || exit 1
echo "PASS own_rules"
