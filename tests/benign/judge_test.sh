#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The judge on made-up alerts: each way a workload can end. Prints what differs; exit 1 if anything does.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/log" "$work/rules"
printf '%s\n' '- rule: Own' '- rule: Own, often' >"$work/rules/own.yaml"

# row ID CONTAINERS FAILED: a workload, whose containers are named ID-1, ID-2, ...
row() {
    printf '%s\trunc\t%s-\t%s\t2\t%s\t1\n' "$1" "$1" "$2" "$3" >>"$work/marks.tsv"
    : >"$work/log/$1.runc"
}

# alert PRIORITY CONTAINER RULE
alert() {
    printf '{"rule":"%s","priority":"%s","output":"words","output_fields":{"container.id":%s}}\n' "$3" "$1" "$2" \
        >>"$work/alerts.json"
}

for id in quiet notice unseen broken; do
    row $id 2 0
done
sed -i '/^broken/s/\t0\t1$/\t1\t1/' "$work/marks.tsv"
printf 'a reason\r\n\n' >"$work/log/broken.runc"
for priority in Warning Error Critical Alert Emergency; do
    row $priority 1 0
    alert Debug "\"$priority-1\"" 'Benign container began'
    alert $priority "\"$priority-1\"" Own
done
for id in quiet notice broken; do
    alert Debug "\"$id-1\"" 'Benign container began'
    alert Debug "\"$id-2\"" 'Benign container began'
done
alert Debug '"unseen-1"' 'Benign container began'
alert Debug '"unseen-1"' 'Benign container began'
# Not counted: another's rule, another's container, none.
alert Critical '"quiet-1"' "Falco's"
alert Critical '"other-1"' Own
alert Critical '"host"' Own
alert Critical null Own
echo 'not JSON' >>"$work/alerts.json"
alert Notice '"notice-1"' Own
alert Informational '"notice-2"' 'Own, often'
alert Informational '"notice-1"' 'Own, often'

status=0
"$here/judge" -a "$work/alerts.json" -o "$work" -r "$work/rules" -n t >"$work/got" || status=$?
cat >"$work/want" <<'WANT'
PASS t/quiet/runc: no alert
PASS t/notice/runc: Notice "Own" x1, Informational "Own, often" x2
FAIL t/unseen/runc: the agent saw 1 of 2 containers
FAIL t/broken/runc: 1 of 2 runs failed themselves: a reason
FAIL t/Warning/runc: Warning "Own" x1; e.g. words
FAIL t/Error/runc: Error "Own" x1; e.g. words
FAIL t/Critical/runc: Critical "Own" x1; e.g. words
FAIL t/Alert/runc: Alert "Own" x1; e.g. words
FAIL t/Emergency/runc: Emergency "Own" x1; e.g. words

 times  what fired
     1  Alert "Own"
     1  Critical "Own"
     1  Emergency "Own"
     1  Error "Own"
     2  Informational "Own, often"
     1  Notice "Own"
     1  Warning "Own"

t: 2 passed, 7 failed
WANT
diff "$work/want" "$work/got"
[ $status = 1 ] || { echo "exit status $status, not 1"; exit 1; }

# Without the loud ones it is satisfied.
grep -E '^(quiet|notice)' "$work/marks.tsv" >"$work/marks.new" && mv "$work/marks.new" "$work/marks.tsv"
"$here/judge" -a "$work/alerts.json" -o "$work" -r "$work/rules" -n t >"$work/got" ||
    { echo "exit status $?, not 0"; exit 1; }
