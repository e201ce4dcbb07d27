#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: audit_test.sh BULWARK
# bulwark audit from outside: usage, exit codes, formats, waivers, what is refused, time and memory.
set -u

bulwark=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAIL $1"
    sed 's/^/  out: /' out
    sed 's/^/  err: /' err
}

# expect CODE PATTERN ARGUMENT...: exit code, and a pattern on standard output or error
expect() {
    code=$1
    pattern=$2
    shift 2
    "$bulwark" audit "$@" > out 2> err < in
    got=$?
    if [ $got -ne "$code" ]; then
        fail "audit $*: exit code $got, expected $code"
    elif ! cat out err | grep -q -e "$pattern"; then
        fail "audit $*: no \"$pattern\""
    fi
}

expect_no() {
    ! cat out err | grep -q -e "$1" || fail "there is \"$1\""
}

: > in
cat > bad.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec:
  hostPID: yes
  containers:
  - name: web
    image: web
    securityContext: {privileged: true}
END
cat > good.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: good}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
END
printf 'apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: a, image: 5}]\n' > broken.yaml
printf 'apiVersion: v1\nkind: Service\n' > service.yaml

# usage
expect 2 'FILE|DIR|-... is missing\|FILE is missing'
expect 2 "'strict' is none, expected baseline or restricted" --standard strict good.yaml
for version in 1 v2.0 v1.x 1.-1 '' v1.99999 latest1; do
    expect 2 "is none, expected v1.25 or latest" "--kubernetes-version=$version" good.yaml
done
for version in v1.0 1.25 v1.25.3 v1.30.1-gke.1 v1.99 latest; do
    expect 1 'PSS-PRIVILEGED' --kubernetes-version $version bad.yaml
done
expect 2 "'worst' is no severity" --fail-on worst good.yaml
expect 2 'only one of --json' --json --sarif good.yaml
expect 2 "no check 'PSS-NONE'" --explain PSS-NONE
expect 0 '^PSS-PRIVILEGED: ' --explain pss-privileged
expect 0 '^instead of  PSS-HOST-PATH-VOLUMES' --explain PSS-RESTRICTED-VOLUMES
expect 0 '^PSS-PRIVILEGED  *high  *pod ' --list
# shellcheck disable=SC2016
expect 0 '^| `PSS-PRIVILEGED` | high ' --list --markdown

# verdicts and exit codes
expect 1 '^fail  *high  *PSS-PRIVILEGED  *Pod/shop/bad  *bad.yaml:9:35  container' bad.yaml
expect 1 'bad.yaml:5:12 ' bad.yaml
expect 0 '1 subject: 0 failed, .*score 100 of 100' good.yaml
expect 1 '2 subjects: ' bad.yaml good.yaml
expect 0 '0 subjects' service.yaml
expect 1 'PSS-RUN-AS-NON-ROOT' --standard restricted bad.yaml
expect 1 'PSS-HOST-NAMESPACES' --standard baseline bad.yaml
expect_no 'RUN-AS-NON-ROOT'
expect 1 'high' --fail-on high bad.yaml
expect 0 'high' --fail-on critical bad.yaml
cat bad.yaml > in
expect 1 'stdin:9:35' -
: > in

# what can't be used: told with its place, and the rest is looked at
expect 2 '^broken.yaml:4:33: spec.containers\[0\].image: a string is expected' broken.yaml bad.yaml
expect 2 'PSS-PRIVILEGED' broken.yaml bad.yaml
expect 2 '^stdin:1:1: there is no object' -
expect 2 'absent.yaml: cannot be read' absent.yaml
expect 2 'zero:1:1: more than 16 MiB' /dev/zero
cat bad.yaml broken.yaml | sed '10i ---' > both.yaml
expect 2 '^0 subjects' both.yaml
mkdir empty dir
expect 2 'empty: no \*.yaml' empty
cp bad.yaml dir/a.yml
cp good.yaml dir/b.yaml
printf '{"apiVersion":"v1","kind":"Pod","spec":{"hostIPC":true,"containers":[{"name":"a"}]}}' > dir/c.json
cp broken.yaml dir/README.md
expect 1 '^3 subjects' dir

# formats
expect 1 '"check":"PSS-PRIVILEGED"' --json bad.yaml
expect 1 '"version":"2.1.0"' --sarif bad.yaml
expect 1 '^<testsuites ' --junit bad.yaml
if command -v xmllint > where; then
    xmllint --noout out || fail 'JUnit is no XML'
fi
if command -v jq > where; then
    for format in json sarif; do
        "$bulwark" audit --$format dir | jq . > out 2> err || fail "--$format is no JSON"
    done
fi
"$bulwark" audit bad.yaml > /dev/full 2> err && fail 'standard output is full and nobody is told'

# waivers
waiver='{check: PSS-PRIVILEGED, subject: Pod/shop/*, reason: so it is'
printf 'waivers:\n- %s, expires: 2999-12-31}\n' "$waiver" > waivers.yaml
expect 1 'waived until 2999-12-31: so it is' --waivers waivers.yaml bad.yaml
expect 1 ' 1 waived' --waivers waivers.yaml bad.yaml
expect 0 'the waiver in line 2 waives nothing' --waivers waivers.yaml good.yaml
printf 'waivers:\n- %s, expires: 2020-12-31}\n' "$waiver" > expired.yaml
expect 1 'its waiver expired on 2020-12-31' --waivers expired.yaml bad.yaml
printf 'waivers:\n- %s}\n' "$waiver" > endless.yaml
expect 2 "endless.yaml:2:3: a waiver needs 'expires'" --waivers endless.yaml bad.yaml
expect 2 'absent.yaml: cannot be read' --waivers absent.yaml bad.yaml
printf "waivers:\n- {check: '*', subject: '*', reason: x, expires: 2999-12-31}\n" > all.yaml
expect 0 'score [0-9]* of 100' --waivers all.yaml bad.yaml
expect_no 'score 100'

# 1,000 manifests in less than 2 s and 64 MB: the time is told, and four times of it is a failure, for
# machines differ. Sanitizers have neither.
mkdir many
i=0
while [ $i -lt 1000 ]; do
    sed "s/name: bad/name: bad$i/" bad.yaml > many/$i.yaml
    i=$((i + 1))
done
start=$(date +%s%N)
"$bulwark" audit many > out 2> err
[ $? -eq 1 ] || fail '1,000 manifests: not 1'
took=$((($(date +%s%N) - start) / 1000000))
grep -q '^1000 subjects' out || fail '1,000 manifests: not all'
echo "1,000 manifests: $took ms"
in_little() {
    prlimit --as=$((64 << 20)) "$@"
}
if in_little "$bulwark" version > where 2>&1; then
    [ $took -lt 8000 ] || fail "1,000 manifests took $took ms"
    in_little "$bulwark" audit --json many > out 2> err
    [ $? -eq 1 ] || fail '1,000 manifests need more than 64 MiB of addresses'
fi

[ $failures -eq 0 ] && echo ok
exit $((failures > 0))
