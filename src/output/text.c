/* SPDX-License-Identifier: Apache-2.0 */
#include "output/format.h"

#include <inttypes.h>
#include <time.h>

#include "rules/response.h"

#define NS_PER_S 1000000000

#define FAINT "\033[2m"
#define RESET "\033[0m"

static const char *const priority_colours[] = {
    [PRIORITY_EMERGENCY] = "\033[1;41m", [PRIORITY_ALERT] = "\033[1;41m",
    [PRIORITY_CRITICAL] = "\033[1;31m",  [PRIORITY_ERROR] = "\033[1;31m",
    [PRIORITY_WARNING] = "\033[1;33m",   [PRIORITY_NOTICE] = "\033[36m",
    [PRIORITY_INFORMATIONAL] = "",       [PRIORITY_DEBUG] = FAINT,
};

int format_text(struct buf *buf, const struct alert *alert, bool colour)
{
    time_t seconds = (time_t)(alert->time / NS_PER_S);
    struct tm local = {0};

    localtime_r(&seconds, &local);
    buf_printf(buf, "%s%02d:%02d:%02d.%09" PRIu64 ": %s%s%s%s %s", colour ? FAINT : "",
               local.tm_hour, local.tm_min, local.tm_sec, alert->time % NS_PER_S,
               colour ? RESET : "", colour ? priority_colours[alert->rule.priority] : "",
               rule_priority_name(alert->rule.priority), colour ? RESET : "", alert->output);
    if (alert->response) {
        buf_add_char(buf, ' ');
        response_text(buf, alert->response);
    }
    return buf->failed;
}
