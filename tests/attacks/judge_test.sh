#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The judge on made-up alerts: each way a row can end. Prints what differs; exit 1 if anything does.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/log"

# row ID: acts and controls "aID" and "cID" that ran; the rule is "Rule ID"
for id in seen alarm nameless refused tried missed lost; do
    printf '%s\town\tRule %s\tdefault\ttrue\ttrue\n' $id $id >>"$work/table.tsv"
    printf '%s\t%s\ta\trunc\t1\t2\t0\n' a$id $id >>"$work/marks.tsv"
    [ $id = lost ] || printf '%s\t%s\tc\trunc\t1\t2\t0\n' c$id $id >>"$work/marks.tsv"
done
echo 'act: impossible: Function not implemented' >"$work/log/arefused"
echo 'act: refused: Operation not permitted' >"$work/log/atried"

# alert RULE ID NAME IMAGE
alert() {
    printf '{"rule":"%s","time":"t","output_fields":{"container.id":%s,"container.name":%s,"container.image.repository":%s}}\n' \
        "$@" >>"$work/alerts.json"
}
alert 'Rule seen' '"aseen"' '"aseen"' '"img"'
alert 'Rule alarm' '"aalarm"' '"aalarm"' '"img"'
alert 'Rule alarm' '"0123"' '"calarm"' '"img"'
alert 'Rule nameless' '"anameless"' null null
alert 'Rule tried' '"0123"' '"atried"' '"img"'
alert 'Rule missed' '"host"' null null
alert 'Rule seen' '"amissed"' '"amissed"' '"img"'
alert 'Rule lost' '"alost"' '"alost"' '"img"'
echo 'not JSON' >>"$work/alerts.json"

status=0
"$here/judge" -a "$work/alerts.json" -o "$work" -t "$work/table.tsv" -n t >"$work/got" || status=$?
sed -i '/^$/,$d' "$work/got"
cat >"$work/want" <<'WANT'
PASS t/runc/seen
FAIL t/runc/alarm: "Rule alarm" fired for the control
FAIL t/runc/nameless: "Rule nameless" fired, but with container id "anameless", name "-", image "-"
SKIP t/runc/refused: act: impossible: Function not implemented
PASS t/runc/tried: the attempt alerts (act: refused: Operation not permitted)
FAIL t/runc/missed: "Rule missed" did not fire; it did without a container
FAIL t/runc/lost: the control was not performed
WANT
diff "$work/want" "$work/got"
[ $status = 1 ] || { echo "exit status $status, not 1"; exit 1; }
