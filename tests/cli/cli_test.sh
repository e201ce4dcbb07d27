#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: cli_test.sh BULWARK MAKE_RECORDING
# The commands from outside, without a sensor: help, wrong usage, exit codes, bad rules, replays.
set -u

bulwark=$1
make_recording=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
export TZ=UTC

fail() {
    failures=$((failures + 1))
    echo "FAIL $1"
    sed 's/^/  out: /' "$work/out"
    sed 's/^/  err: /' "$work/err"
}

# expect CODE PATTERN ARGUMENT...: exit code, and a pattern on standard output or error
expect() {
    code=$1
    pattern=$2
    shift 2
    "$bulwark" "$@" > "$work/out" 2> "$work/err" < /dev/null
    got=$?
    if [ $got -ne "$code" ]; then
        fail "bulwark $*: exit code $got, expected $code"
    elif ! cat "$work/out" "$work/err" | grep -q -e "$pattern"; then
        fail "bulwark $*: no \"$pattern\""
    fi
}

# expect_no PATTERN: of the last command's output
expect_no() {
    ! cat "$work/out" "$work/err" | grep -q -e "$1" || fail "there is \"$1\""
}

expect 2 '^usage: bulwark COMMAND'
for option in --help -h help; do
    expect 0 'replay  *judge a recording' "$option"
done
for option in --version -V version; do
    expect 0 '^bulwark [0-9]' "$option"
done
expect 0 '^{"version":"[0-9.]*"}$' version --json
for command in run record replay rules audit thaw probe version; do
    expect 0 "^usage: bulwark $command " "$command" --help
    expect 0 "^usage: bulwark $command " "$command" -h
    expect 0 "^usage: bulwark $command " help "$command"
    expect 2 "unknown option '--colour'" "$command" --colour
    expect 2 "unknown option '-Z'" "$command" -Z
done
expect 2 "unknown command 'recrod'; did you mean 'record'" recrod
expect 2 "unknown command 'nonsense' (see" nonsense
expect 2 "unknown command 'nonsense'" help nonsense
expect 2 "unknown option '--jsn'; did you mean 'json'" run --jsn
expect 2 '\-\-json takes no value' run --json=yes
expect 2 '\-\-rules needs a value' run -r
expect 2 "'soon' is no number of seconds" run --duration soon
for seconds in 0 -1 nan inf 1e12 1x ''; do
    expect 2 'is no number of seconds' run "--duration=$seconds"
done
for bytes in 1T 1KK -1 5000000000 4G ''; do
    expect 2 'is no number of bytes' run "--bulk-ring=$bytes"
done
expect 2 "'urgent' is no priority" run -p urgent
expect 2 "'x' is too much" run x
expect 2 '\-o FILE is missing' record
expect 2 'FILE is missing' replay
expect 2 "'lint' is none of check, list, fields" rules lint
expect 2 "'x' is too much" rules check x
expect 2 'NAME is missing' rules explain

rules=$work/rules.yaml
cat > "$rules" << 'RULES'
- rule: Shadow is read
  desc: A test rule.
  condition: evt.type = openat and fd.name = /etc/shadow
  output: shadow is read by %proc.cmdline in %container.name of %container.image.repository
  priority: WARNING
  tags: [T1003.008, test]
RULES
sed 's/fd.name/fd.nmae/' "$rules" > "$work/field.yaml"
printf -- '- rule: [\n' > "$work/yaml.yaml"

expect 0 '^1 rules, 1 of them enabled, 0 warnings$' rules check -r "$rules"
expect 2 'field.yaml:[0-9]*:[0-9]*: .*fd.nmae' rules check -r "$work/field.yaml"
expect 2 'yaml.yaml:[0-9]*:[0-9]*: ' rules check -r "$work/yaml.yaml"
expect 2 'absent.yaml' rules check -r "$work/absent.yaml"
sed 's/  desc:/  descr: x\n  desc:/' "$rules" > "$work/key.yaml"
expect 0 'key.yaml:[0-9]*:[0-9]*: .*descr' rules check -r "$work/key.yaml"
expect 0 '1 warnings$' rules check -r "$work/key.yaml"
expect 0 '^0 findings, 0 allowed$' rules check --lint -r "$rules"
sed '/condition/s/$/ and not proc.name = su/' "$rules" > "$work/name.yaml"
expect 1 'name.yaml:3:[0-9]*: .*prctl.*LINT_EXEMPT_BY_NAME' rules check --lint -r "$work/name.yaml"
expect 1 '^    exempt by proc.exepath' rules check --lint -r "$work/name.yaml"
expect 1 '"code": "LINT_EXEMPT_BY_NAME"' rules check --lint --json -r "$work/name.yaml"
expect 0 '^0 findings, 1 allowed$' rules check --lint --allow 'lint_*_by_name' -r "$work/name.yaml"
expect 0 '^0 findings, 1 allowed$' rules check --lint --allow 'Shadow is *' -r "$work/name.yaml"
expect 2 'field.yaml:[0-9]*:[0-9]*: .*fd.nmae' rules check --lint -r "$work/field.yaml"
expect 0 '^Warning  *Shadow is read' rules list -r "$rules"
# Away from its build, and not installed: where the rules should be, and what to do.
cp "$bulwark" "$work/alone"
if ! "$work/alone" rules check > "$work/out" 2> "$work/err"; then
    grep -q '/rules, .*make install.* -r$' "$work/err" || fail "no way out for want of built-in rules"
fi
# What the kernel allows can be told without rules.
"$work/alone" probe > "$work/out" 2> "$work/err"
status=$?
{ [ $status -eq 2 ] && grep -q '^tier: ' "$work/out" && grep -q 'make install' "$work/err"; } ||
    fail "probe without rules: status $status"
"$work/alone" probe --json 2> "$work/err" | grep -q '"rules": null' || fail "probe --json without rules"
expect 0 '"rule": "Shadow is read"' rules list -r "$rules" --json
expect 0 '^proc.name  *string' rules fields
expect 0 '"name": "proc.name"' rules fields --json
# shellcheck disable=SC2016 # Markdown's
expect 0 '^| `proc.name` | string | process | tracing, lsm |' rules fields --markdown

for kind in empty quiet read lossy drops repeated malformed; do
    "$make_recording" "$kind" "$work/$kind.rec" || fail "make_recording $kind"
done
cat > "$work/drops.yaml" << 'RULES'
- rule: Too many
  desc: A container lost events.
  condition: evt.type = drop and evt.rawarg.lost < 60 and evt.rawarg.ring_full = 2 and container.name = web
  output: too many of %container.name, %evt.arg.lost of them
  priority: NOTICE
RULES
text='05:17:14.588008469: Warning shadow is read by cat /etc/shadow in web of registry.example/shop/web'
expect 0 ' 0 alerts' replay "$work/empty.rec" -r "$rules"
expect 0 ' 0 alerts' replay "$work/quiet.rec" -r "$rules"
expect 1 "$text" replay "$work/read.rec" -r "$rules"
expect_no 'warning'
expect_no "$(printf '\033')"
expect 1 '^{"hostname":"node-1","output":"05:17:14.588008469: Warning shadow is read.*"time":"2026-11-24T05:17:14.588008469Z"}$' \
    replay "$work/read.rec" -r "$rules" --json
expect 1 '12 events were lost here when this was recorded: drop_bulk_ring_full' \
    replay "$work/lossy.rec" -r "$rules"
expect 1 'internal: syscall event drop. 100 events .* container_name=web .*rate_limited=98 drops_ring_full=2 .*unreported=0$' \
    replay "$work/drops.rec" -r "$rules"
expect 1 ' 3 alerts' replay "$work/drops.rec" -r "$rules"
expect 1 '"n_drops":"7",.*"n_drops_unreported":"50"},"priority":"Critical",.*"source":"internal","tags":\[\]' \
    replay "$work/drops.rec" -r "$rules" --json
expect 1 'too many of web, 50 of them' replay "$work/drops.rec" -r "$work/drops.yaml"
expect 1 'shadow is read by .* repeated=41$' replay "$work/repeated.rec" -r "$rules"
expect 1 '"evt.repeated":41,"evt.time":' replay "$work/repeated.rec" -r "$rules" --json
expect 1 '1 of 7 records are malformed' replay "$work/malformed.rec" -r "$rules"
expect 0 ' 0 alerts' replay "$work/read.rec" -r "$rules" -p critical
expect 0 ' 0 alerts' replay "$work/read.rec" -r "$rules" --disable 'shadow*'
expect 0 ' 0 alerts' replay "$work/read.rec" -r "$rules" --disable T1003.008
expect 1 'disable.*nothing.*no rule' replay "$work/read.rec" -r "$rules" --disable nothing
expect 0 ', 1 alerts, 0 disagreements' replay "$work/read.rec" -r "$rules" --check
expect_no "$text"
expect 0 ', 0 alerts, 0 disagreements' replay "$work/read.rec" -r "$rules" --check --disable 'shadow*'
expect 0 "$text" replay "$work/read.rec" -r "$rules" --check -o stdout
expect 1 ', 1 alerts$' replay "$work/read.rec" -r "$rules" --plain
expect_no "$text"
expect 2 'check has --plain' replay "$work/read.rec" -r "$rules" --check --plain
# The compiled rule gives up sooner.
cat > "$work/slow.yaml" << 'RULES'
- rule: slow
  desc: d
  output: o
  priority: NOTICE
  condition: evt.type = openat and fd.name regex '((.+)+)+[0-9]|.*'
RULES
expect 1 "(openat of cat, pid 4001, .*), rule 'slow': matches, but not as compiled" \
    replay "$work/read.rec" -r "$work/slow.yaml" --check
expect 1 ' 1 alerts' replay "$work/read.rec" -r "$rules" --disable '*' --enable 'rule=shadow*'
expect 0 ' 0 alerts' replay "$work/read.rec" -r "$rules" --enable 'rule=shadow*' --disable '*'
expect 1 'enable.*nothing.*no rule' replay "$work/read.rec" -r "$rules" --enable nothing
expect 0 'Shadow is read (disabled)$' rules list -r "$rules" --disable 'shadow*'
expect 1 "$text.* on node-1\$" replay "$work/read.rec" -r "$rules" \
    --append-output '{match: {rule: Shadow*}, extra_output: "on %evt.hostname"}'
expect 1 '"who":"cat"' replay "$work/read.rec" -r "$rules" --json \
    --append-output 'extra_fields: [{who: "%proc.name"}]'
expect 2 '^--append-output:1:18: .*proc.nmae' replay "$work/read.rec" -r "$rules" \
    --append-output 'extra_output: x %proc.nmae'
expect 1 ' 1 alerts' replay "$work/read.rec" -r "$rules" -o "file:$work/alerts"
grep -q "$text" "$work/alerts" || fail "nothing in the file of -o"

# What a rule does beside the alert.
{ cat "$rules"; printf '  action: kill\n  mode: audit\n'; } > "$work/kill.yaml"
expect 0 'Shadow is read (kill, audit)$' rules list -r "$work/kill.yaml"
expect 0 '"action": "kill"' rules list -r "$work/kill.yaml" --json
expect 0 '"mode": "audit"' rules list -r "$work/kill.yaml" --json
expect 0 '^action: kill, mode: audit$' rules explain 'Shadow is read' -r "$work/kill.yaml"
expect 0 '"action": "kill"' rules explain 'Shadow is read' -r "$work/kill.yaml" --json
expect_no without_lsm
{ cat "$rules"; printf '  action: deny\n'; } > "$work/deny.yaml"
expect 0 '^without BPF LSM: open is denied by fanotify$' rules explain 'Shadow is read' -r "$work/deny.yaml"
expect 0 '"without_lsm": "open is denied by fanotify"' rules explain 'Shadow is read' -r "$work/deny.yaml" --json
expect 2 "'never' is no answer, expected allow or deny" run -r "$rules" --fanotify-late never
expect 0 '^1 rules, 1 of them enabled, 0 warnings$' rules check -r "$work/kill.yaml"
sed 's/kill$/drown/' "$work/kill.yaml" > "$work/drown.yaml"
expect 2 "drown.yaml:[0-9]*:11: 'drown' is no action, expected alert, deny, kill or pause" \
    rules check -r "$work/drown.yaml"
expect 2 "\-\-mode: 'loud' is no mode, expected audit or enforce" run --mode loud

expect 2 'CONTAINER or --all is missing' thaw
expect 2 "'x' is too much" thaw --all x
expect 2 "\-\-response-rate: '-1' is no number" run --response-rate -1

# What the kernel side decides of a rule.
expect 0 '^decided in the kernel: type, path$' rules explain 'Shadow is read' -r "$rules"
expect 0 '"decided": "kernel"' rules explain 'shadow*' -r "$rules" --json
sed 's/evt.type = openat and fd.name = .*/evt.type = sendmsg and fd.sport = 80/' "$rules" > "$work/sendmsg.yaml"
expect 0 '^  not all are events: sendmsg, only those that name' rules explain 'Shadow is read' -r "$work/sendmsg.yaml"
expect 0 '"partial": "only those' rules explain 'Shadow is read' -r "$work/sendmsg.yaml" --json
expect_no '"recording"'
expect 2 "no rule is called 'Shadow is red'; did you mean 'Shadow is read'" \
    rules explain 'Shadow is red' -r "$rules"
expect 2 "no rule is called 'x\*'" rules explain 'x*' -r "$rules"
expect 2 'field.yaml:' rules explain 'Shadow is read' -r "$work/field.yaml"
expect 0 'of 2 events 1 are of its types; 1 of them would leave the kernel for it .*; 1 match$' \
    rules explain 'Shadow is read' -r "$rules" --recording "$work/read.rec"
expect 0 '"sent": 1' rules explain 'Shadow is read' -r "$rules" --recording "$work/read.rec" --json
sed 's,/etc/shadow,/etc/other,' "$rules" > "$work/other.yaml"
expect 0 'events 1 are of its types; 0 of them would leave .*; 0 match$' \
    rules explain 'Shadow is read' -r "$work/other.yaml" --recording "$work/read.rec"
sed 's,fd.name = /etc/shadow,proc.name = nobody,' "$rules" > "$work/process.yaml"
expect 0 '; 0 of them .*, 1 as long as nothing is known of who acts; 0 match$' \
    rules explain 'Shadow is read' -r "$work/process.yaml" --recording "$work/read.rec"
expect 2 'No such file' rules explain 'Shadow is read' -r "$rules" --recording "$work/absent.rec"

head -c 700 "$work/read.rec" > "$work/cut.rec"
expect 0 'ends within a record' replay "$work/cut.rec" -r "$rules"
{ cat "$work/read.rec" && head -c 200 /dev/zero; } > "$work/broken.rec"
expect 2 'broken.rec: byte [0-9]*: a record of size 0' replay "$work/broken.rec" -r "$rules"
grep -q "$text" "$work/out" || fail "no alert of the records before the broken one"
expect 2 'not a recording' replay "$rules" -r "$rules"
expect 2 'No such file' replay "$work/absent.rec" -r "$rules"
expect 2 'field.yaml:' replay "$work/read.rec" -r "$work/field.yaml"
expect 2 'No space left' replay "$work/read.rec" -r "$rules" -o file:/dev/full
expect 2 "unknown output 'kafka'" replay "$work/read.rec" -r "$rules" -o kafka
if ! "$bulwark" replay - -r "$rules" < "$work/read.rec" 2> "$work/err" | grep -q "$text"; then
    fail "replay of standard input"
fi

# Tests of rules: the file beside the rules, and the recordings of above.
cat > "$work/tests.yaml" << 'TESTS'
rules: [rules.yaml]
tests:
- name: cat reads it
  events:
  - {type: openat, process: {exe: /bin/cat}, args: {name: /etc/shadow}}
  expect: [Shadow is read]
- {name: as it was recorded, recording: read.rec, expect: [Shadow is read]}
- {name: nothing of it, recording: quiet.rec, expect: []}
TESTS
expect 0 '^3 passed, 0 failed$' rules test "$work/tests.yaml"
expect 0 '^PASS cat reads it$' rules test "$work/tests.yaml"
expect 0 '"passed": 3' rules test --json "$work/tests.yaml"
expect 0 '^usage: bulwark rules test' rules test --help
expect 2 'FILE|DIR... is missing' rules test
mkdir "$work/tests"
expect 2 'tests: no \*.yaml' rules test "$work/tests"
sed 's/rules.yaml/..\/&/; s/: \([a-z]*.rec\)/: ..\/\1/' "$work/tests.yaml" > "$work/tests/a.yaml"
sed 's/etc.shadow/etc\/passwd/' "$work/tests/a.yaml" > "$work/tests/b.yml"
expect 1 '^5 passed, 1 failed$' rules test "$work/tests"
expect 1 "^FAIL cat reads it: .*b.yml:3:3: 'Shadow is read' did not fire$" rules test "$work/tests"
expect 1 '"missing": *\[$' rules test --json "$work/tests"
sed 's/expect: \[[^]]*\]/expect: []/' "$work/tests.yaml" > "$work/none.yaml"
expect 1 "^FAIL as it was recorded: .*: 'Shadow is read' fired$" rules test "$work/none.yaml"
sed 's/^  expect: .*/&\n  others: ignored/' "$work/none.yaml" > "$work/others.yaml"
expect 1 '^PASS cat reads it$' rules test "$work/others.yaml"
sed 's/Shadow is read/Shadow is red/' "$work/tests.yaml" > "$work/typo.yaml"
expect 2 "typo.yaml:6:12: no rule is called 'Shadow is red'; did you mean 'Shadow is read'" rules test "$work/typo.yaml"
expect 2 '^3 passed, 0 failed, 1 not usable$' rules test "$work/typo.yaml" "$work/tests.yaml"
sed 's/openat/opnat/' "$work/tests.yaml" > "$work/type.yaml"
expect 2 "type.yaml:5:12: 'opnat' is no event" rules test "$work/type.yaml"
sed 1d "$work/tests.yaml" > "$work/ruleless.yaml"
expect 2 'ruleless.yaml: names no rules' rules test "$work/ruleless.yaml"
expect 0 '^3 passed' rules test -r "$rules" "$work/ruleless.yaml"
expect 2 'field.yaml:[0-9]*:[0-9]*: ' rules test -r "$work/field.yaml" "$work/tests.yaml"
expect 2 'absent.yaml: .*No such file' rules test "$work/absent.yaml"
for kind in cut broken malformed absent; do
    sed "s/read.rec/$kind.rec/" "$work/tests.yaml" > "$work/$kind.yaml"
    expect 2 "$kind.yaml:7:3: .*$kind.rec: " rules test "$work/$kind.yaml"
done

"$bulwark" --help > /dev/full 2> "$work/err" && fail "standard output is full and nobody is told"
grep -q "can't write to standard output" "$work/err" || fail "standard output is full: not told"

# What a person without rights is told.
if command -v setpriv > "$work/where" && [ "$(id -u)" -eq 0 ]; then
    setpriv --bounding-set=-all --inh-caps=-all "$bulwark" run -r "$rules" > "$work/out" 2> "$work/err"
    [ $? -eq 2 ] || fail "run without capabilities: not 2"
    grep -q CAP_BPF "$work/err" || fail "run without capabilities: CAP_BPF is not named"
fi
: > "$work/there.rec"
expect 2 'exists already' record -o "$work/there.rec" -r "$rules"

[ $failures -eq 0 ] && echo "ok"
exit $((failures > 0))
