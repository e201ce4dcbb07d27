/* SPDX-License-Identifier: Apache-2.0 */
/* Falco's fields of events that are not watched: rules that name them load, and never match. */
#include "rules/field_row.h"

#define NO_WRITES "writes are not watched"
#define NO_POLLS  "polls are not watched"

static const struct field rows[] = {
    UNFILLED("syslog.facility", NUMBER, EVENT, NO_WRITES, "facility of a line for the system log"),
    UNFILLED("syslog.facility.str", STRING, EVENT, NO_WRITES, "name of syslog.facility"),
    UNFILLED("syslog.severity", NUMBER, EVENT, NO_WRITES, "severity of a line for the system log"),
    UNFILLED("syslog.severity.str", STRING, EVENT, NO_WRITES, "name of syslog.severity"),
    UNFILLED("syslog.message", STRING, EVENT, NO_WRITES, "text of a line for the system log"),
    UNFILLED("fdlist.nums", STRING, EVENT, NO_POLLS, "numbers of the polled files"),
    UNFILLED("fdlist.names", STRING, EVENT, NO_POLLS, "names of the polled files"),
    UNFILLED("fdlist.cips", STRING, EVENT, NO_POLLS, "client addresses of the polled files"),
    UNFILLED("fdlist.sips", STRING, EVENT, NO_POLLS, "server addresses of the polled files"),
    UNFILLED("fdlist.cports", STRING, EVENT, NO_POLLS, "client ports of the polled files"),
    UNFILLED("fdlist.sports", STRING, EVENT, NO_POLLS, "server ports of the polled files"),
};

const struct field_rows field_rows_other = FIELD_ROWS(rows);
