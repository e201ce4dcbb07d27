# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# In a VM: for scripts that have started an agent, $agent, which writes to /results.

# shellcheck disable=SC2154 # $agent is the caller's
# canary WORD: open a marker until its alert is there
canary() {
    tries=0
    until grep -q "bulwark-canary-$1" /results/alerts.json 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$agent" 2>/dev/null; then
            echo "FAIL the agent gave no alert of the canary: $(tail -n 1 /results/agent.log)"
            return 1
        fi
        : > "/tmp/bulwark-canary-$1"
        sleep 0.2
    done
}
