/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/container_answers.h"

#include <string.h>

const struct setting *told_setting(const struct check_run *run, enum config_setting id)
{
    const struct setting *setting = container_setting(run->subject->container, id);

    if (setting->presence == PRESENCE_UNKNOWN && run->subject->declared &&
        container_setting(run->subject->declared, id)->presence != PRESENCE_UNKNOWN)
        return container_setting(run->subject->declared, id);
    return setting;
}

bool known_setting(struct check_run *run, const struct setting *setting, const char *what)
{
    if (setting->presence != PRESENCE_UNKNOWN)
        return true;
    check_unknown(run, &setting->evidence, "the %s is not known%s%s", what,
                  setting->evidence.text ? ": " : "",
                  setting->evidence.text ? setting->evidence.text : "");
    return false;
}

void answer_rest(struct check_run *run, enum presence presence, const struct evidence *evidence,
                 const char *what_is_not)
{
    if (presence == PRESENCE_UNKNOWN)
        check_unknown(run, evidence, "%s", what_is_not);
    else
        check_pass(run);
}

void answer_host_namespace(struct check_run *run, enum config_setting id, const char *what)
{
    const struct setting *setting = told_setting(run, id);

    if (!known_setting(run, setting, what))
        return;
    if (setting->presence == PRESENCE_SET && setting->flag)
        check_fail(run, &setting->evidence, "it is in the host's %s", what);
    else
        check_pass_by(run, &setting->evidence, "a %s of its own", what);
}

bool has_own_users(const struct check_run *run)
{
    const struct setting *host = told_setting(run, CONFIG_HOST_USERS);

    return host->presence == PRESENCE_SET && !host->flag;
}

bool reachable_capabilities(struct check_run *run, uint64_t *ret_mask,
                            const struct evidence **ret_evidence)
{
    const struct setting *bounding = told_setting(run, CONFIG_CAPABILITIES_BOUNDING);
    const struct setting *permitted = told_setting(run, CONFIG_CAPABILITIES_PERMITTED);
    const struct setting *uid = told_setting(run, CONFIG_UID);
    const struct setting *locked = told_setting(run, CONFIG_NO_NEW_PRIVILEGES);

    if (bounding->presence != PRESENCE_SET) {
        check_unknown(run, &bounding->evidence, "its capabilities are not known");
        return false;
    }
    bool is_root = uid->presence != PRESENCE_SET || uid->number == 0;
    bool may_gain = locked->presence != PRESENCE_SET || !locked->flag;
    if (is_root || may_gain || permitted->presence != PRESENCE_SET) {
        *ret_mask = bounding->mask;
        *ret_evidence = &bounding->evidence;
    } else {
        *ret_mask = permitted->mask;
        *ret_evidence = &permitted->evidence;
    }
    return true;
}

bool is_host_mount(const struct config_mount *mount)
{
    return mount->host_path && mount->source && mount->destination;
}
