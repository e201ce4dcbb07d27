/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/response.h"

#include "event/names.h"

static const char *const means_names[] = {
    [MEANS_NONE] = "none", [MEANS_SIGNAL] = "signal",     [MEANS_FREEZER] = "freezer",
    [MEANS_LSM] = "lsm",   [MEANS_FANOTIFY] = "fanotify", [MEANS_CGROUP] = "cgroup",
};

static const char *const done_names[] = {
    [ACTION_ALERT] = "alerted",
    [ACTION_DENY] = "denied",
    [ACTION_KILL] = "killed",
    [ACTION_PAUSE] = "paused",
};

static const char *const result_names[] = {
    [RESPONSE_AUDIT] = "audit",     [RESPONSE_FAILED] = "failed",
    [RESPONSE_GONE] = "gone",       [RESPONSE_NOT_PREVENTED] = "not prevented",
    [RESPONSE_REFUSED] = "refused", [RESPONSE_LIMITED] = "limited",
};

const char *response_result_name(const struct response *response)
{
    if (response->result != RESPONSE_DONE)
        return result_names[response->result];
    /* What was to be denied had happened. */
    return response->means == MEANS_SIGNAL ? done_names[ACTION_KILL] : done_names[response->asked];
}

const char *response_means_name(enum response_means means)
{
    return means_names[means];
}

int response_text(struct buf *buf, const struct response *response)
{
    const char *result = response_result_name(response);
    /* one word, for those who split at blanks */
    const char *word = response->result == RESPONSE_NOT_PREVENTED ? "not-prevented" : result;

    buf_printf(buf, "action=%s mode=%s result=%s means=%s", rule_action_name(response->asked),
               rule_mode_name(response->mode), word, response_means_name(response->means));
    if (response->error)
        buf_printf(buf, " errno=%s", names_errno(response->error));
    return buf->failed;
}

int response_json(struct buf *buf, const struct response *response)
{
    buf_printf(buf, "{\"asked\":\"%s\"", rule_action_name(response->asked));
    if (response->error)
        buf_printf(buf, ",\"errno\":\"%s\"", names_errno(response->error));
    return buf_printf(buf, ",\"means\":\"%s\",\"mode\":\"%s\",\"result\":\"%s\"}",
                      response_means_name(response->means), rule_mode_name(response->mode),
                      response_result_name(response));
}
