#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: check-includes_test.sh CHECK-INCLUDES
# Proves that the check finds a bad include, by planting one of each kind in a small tree.
set -eu

check=$(realpath "$1")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM
failures=0

mkdir -p "$tree/docs" "$tree/src/base" "$tree/src/event" "$tree/src/bpf/lib" "$tree/src/rules"
cat > "$tree/docs/architecture.md" <<'TABLE'
## Arrows
| folder | may include | libraries |
| --- | --- | --- |
| `base` | | |
| `event` | `base` | |
| `bpf` | `event/abi.h` | `<bpf/*>` |
| `rules` | `event`, `base` | `<yaml.h>` |

## Other
| `odd` | `base` | |
TABLE
touch "$tree/src/bpf/lib/maps.h"

# expect RESULT FILE INCLUDE [TEXT]: the check of a tree with this one include
expect() {
    echo "#include $3" > "$tree/src/$2"
    status=0
    output=$("$check" "$tree" 2>&1) || status=$?
    rm "$tree/src/$2"
    case $1:$status in ok:0 | bad:1) ;; *)
        echo "FAIL $2 including $3: exit $status, $output"
        failures=$((failures + 1))
        return 0 ;;
    esac
    case $output in *"${4:-}"*) ;; *)
        echo "FAIL $2 including $3: \"$4\" is not in: $output"
        failures=$((failures + 1)) ;;
    esac
}

expect ok base/a.c '"base/a.h"'
expect ok base/a.c '<string.h>'
expect ok event/a.c '"base/buf.h"'
expect ok rules/a_test.c '"event/event.h"'
expect ok bpf/a.bpf.c '"event/abi.h"'
expect ok bpf/a.bpf.c '"lib/maps.h"'
expect ok bpf/a.bpf.c '<bpf/bpf_helpers.h>'
expect ok rules/a.c '<yaml.h>'
expect ok rules/a.c '"generated.h"'
expect bad base/a.c '"event/event.h"' 'src/base/a.c:1: "event/event.h": base may not include event'
expect bad event/a.h '"rules/rules.h"' 'event may not include rules'
expect bad bpf/a.bpf.c '"event/event.h"' 'bpf may not include event'
expect bad bpf/lib/a.h '"base/buf.h"' 'bpf may not include base'
expect bad event/a.c '"../rules/rules.h"' 'no ".."'
expect bad event/a.c '"odd/a.h"' 'odd is no folder'
expect bad base/a.c '<yaml.h>' 'base may not use this library'
expect bad rules/a.c '<bpf/libbpf.h>' 'rules may not use this library'
mkdir "$tree/src/stray"
expect bad stray/a.c '<string.h>' 'folder stray has no row'

[ "$failures" -eq 0 ]
