/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_DROP_ALERT_H
#define CMD_DROP_ALERT_H

/*
 * The alert that no rule makes: events of a container were lost. As Falco's "syscall event drop" it
 * comes at most twice a minute; what it left out meanwhile is a number in the next one.
 */

#include <stdint.h>

#include "rules/rules.h"

#define DROP_ALERT_NAME "Bulwark internal: syscall event drop"

struct drop_alert {
    uint64_t told;       /* time of the event that was told last, ns; 0: none */
    uint64_t unreported; /* events lost since, that no alert told of */
};

/* For every event judged; calls back when it is to be told. Time is that of the events. */
void drop_alert_judge(struct drop_alert *drop_alert, const struct world *world,
                      const struct judged_event *judged, rules_alert callback, void *data);

#endif
