#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: own_rules_test.sh BULWARK
# Every rule that comes with the program is expected by a test of rules/tests.
set -u

bulwark=$1
rules=$(dirname "$0")/../../rules
names=$(mktemp)
trap 'rm -f "$names"' EXIT

"$bulwark" rules list -r "$rules" --json | sed -n 's/^    "rule": "\(.*\)",$/\1/p' > "$names"
[ -s "$names" ] || { echo "FAIL own_rules: no rules"; exit 1; }
failures=0
while IFS= read -r name; do
    sed -n '/expect:/,/^$/p' "$rules"/tests/*.yaml | grep -qF -e "$name" && continue
    failures=$((failures + 1))
    echo "FAIL own_rules: no test expects '$name'"
done < "$names"
[ "$failures" -eq 0 ] || exit 1
echo "PASS own_rules"
