#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/nightly says how far it is, counts differences, and goes on where it is told to; a program that
# answers at once stands for the test of random rules.
set -u

nightly=$(cd "$(dirname "$0")" && pwd)/nightly
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
check() {
    if [ "$2" = "$3" ]; then echo "PASS nightly/$1"; return; fi
    echo "FAIL nightly/$1: \"$2\" instead of \"$3\""
    failed=1
}

mkdir -p "$work/src/rules"
cat > "$work/src/rules/rules_random_test" << 'TEST'
#!/bin/sh
[ "$BULWARK_RANDOM_FIRST" != "$DIFFERS" ] || { echo "set $BULWARK_RANDOM_FIRST differs" >&2; exit 1; }
if [ "$BULWARK_RANDOM_FIRST" = "${SLOW:-}" ]; then
    left=100
    until [ -e "$BUILD/other" ] || [ $((left -= 1)) -eq 0 ]; do sleep 0.1; done
    sleep 0.5
fi
[ -z "${SLOW:-}" ] || : > "$BUILD/other"
echo "$BULWARK_RANDOM_SETS sets, $((BULWARK_RANDOM_SETS * BULWARK_RANDOM_EVENTS)) judgements: 1 matched"
TEST
chmod +x "$work/src/rules/rules_random_test"
export BUILD=$work DIFFERS=none BULWARK_RANDOM_SEED=7

run() {
    "$nightly" "$@" > "$work/said" 2>&1
    status=$?
}
last() { tail -n 1 "$work/said" | grep -oE "$1"; }

run 60 100
check status "$status" 0
check all "$(last '^  60 of 60 sets .* [0-9]+ judgements, [0-9]+ differences' | sed 's/ in [0-9]* s//')" \
    '  60 of 60 sets over 100 events done, 6000 judgements, 0 differences'
check tests "$(grep -c '^PASS nightly/random-' "$work/said")" 3
check over "$(last 'go on.*')" ''
run --processes 1 60 100
check next "$(grep -o -- '--first.*' "$work/said" | head -n 1)" '--first 25 60 100'
run --first 50 60 100
check first "$(grep -o '^PASS nightly/random-[0-9]*: [0-9]* sets' "$work/said")" 'PASS nightly/random-50: 10 sets'
SLOW=0 run --processes 2 75 100
check gap "$(grep -o -- '--first [0-9]*' "$work/said" | head -n 1)" '--first 0'
DIFFERS=25 run 60 100
check difference-status "$status" 1
check difference "$(grep -c '^FAIL nightly/random-25: set 25 differs' "$work/said")" 1
check differences "$(last '[0-9]+ differences')" '1 differences'
run --first x 60 100
check usage "$status" 2
exit $failed
