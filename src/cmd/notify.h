/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_NOTIFY_H
#define CMD_NOTIFY_H

/*
 * Tell the service manager, by the protocol of sd_notify(3), e.g. "READY=1". Does nothing when
 * there is none (no NOTIFY_SOCKET in the environment); a failure is the manager's to notice.
 */
void notify_manager(const char *state);

#endif
