/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AGENT_PREVENT_H
#define CMD_AGENT_PREVENT_H

/*
 * Rules that deny, on kernels without BPF LSM: the kernel asks by fanotify before a file of a
 * container is opened or executed, and is answered by what the rules say of the event as it would
 * be.
 */

#include "cmd/agent.h"

/* As the agent's rules ask for now; after each reload again. What can't be is told, not fatal. */
void agent_prevent(struct agent *agent);
void agent_prevent_end(struct agent *agent);

/* What else the sensor has to send where these rules deny. */
void agent_prevent_needs(struct ruleset *rules, struct sensor_needs *needs);

/* A record that the world has taken. */
void agent_prevent_note(struct agent *agent, const struct event_header *header);
/* After some of them: marks what containers have mounted since. */
void agent_prevent_follow(struct agent *agent);

/* Whether the event of an alert is the failure of a call that its rule has denied and told of. */
bool agent_prevent_has_told(struct agent *agent, const struct alert *alert);

void agent_prevent_print(const struct agent *agent);
void agent_prevent_check(struct agent *agent);

#endif
