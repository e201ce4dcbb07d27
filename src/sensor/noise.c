/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/noise.h"

#include <string.h>

#define QUIET_NS   60000000000ull
#define ROWS_LIMIT (NOISE_CONTAINERS / 2) /* past it quiet ones are given up */

static const uint64_t nothing[NOISE_MAX];

static uint64_t cgroup_of(const struct noise_container *row)
{
    return __atomic_load_n(&row->cgroup, __ATOMIC_RELAXED);
}

static void totals(const struct noise_container *row, uint64_t ret_counts[NOISE_MAX])
{
    for (unsigned cause = 0; cause < NOISE_MAX; cause++)
        ret_counts[cause] = __atomic_load_n(&row->counts[cause], __ATOMIC_RELAXED);
}

/* Tells what came; false when nothing did. */
static bool tell(struct noise *noise, size_t i, uint64_t cgroup, noise_visit visit, void *data)
{
    struct noise_told *told = &noise->told[i];
    uint64_t total[NOISE_MAX], grown[NOISE_MAX];

    totals(&noise->rows[i], total);
    for (unsigned cause = 0; cause < NOISE_MAX; cause++)
        grown[cause] = total[cause] - told->counts[cause];
    if (!memcmp(grown, nothing, sizeof(grown)))
        return false;
    memcpy(told->counts, total, sizeof(total));
    visit(data, cgroup, grown, total);
    return true;
}

/* Two steps, so that no program counts in a row that is another's by then. */
static void give_up_quiet(struct noise *noise, uint64_t now, void (*wait)(void), noise_visit visit,
                          void *data)
{
    static uint64_t retired[NOISE_CONTAINERS];

    for (size_t i = 0; i < NOISE_CONTAINERS; i++) {
        struct noise_container *row = &noise->rows[i];
        bool quiet = noise->told[i].quiet_since && now - noise->told[i].quiet_since >= QUIET_NS;
        retired[i] = quiet ? cgroup_of(row) : 0;
        if (retired[i])
            __atomic_store_n(&row->cgroup, NOISE_RETIRED, __ATOMIC_RELAXED);
    }
    wait();
    for (size_t i = 0; i < NOISE_CONTAINERS; i++) {
        struct noise_container *row = &noise->rows[i];
        if (!retired[i])
            continue;
        tell(noise, i, retired[i], visit, data);
        noise->told[i] = (struct noise_told){0};
        row->due = 0;
        memset(row->counts, 0, sizeof(row->counts));
        __atomic_store_n(&row->cgroup, 0, __ATOMIC_RELEASE);
    }
}

void noise_read(struct noise *noise, uint64_t now, void (*wait)(void), noise_visit visit,
                void *data)
{
    size_t taken = 0, quiet = 0;

    for (size_t i = 0; i < NOISE_CONTAINERS; i++) {
        struct noise_told *told = &noise->told[i];
        uint64_t cgroup = cgroup_of(&noise->rows[i]);

        if (!cgroup)
            continue;
        taken++;
        if (tell(noise, i, cgroup, visit, data) || !told->quiet_since)
            told->quiet_since = now;
        quiet += now - told->quiet_since >= QUIET_NS;
    }
    tell(noise, NOISE_OTHERS, 0, visit, data);
    if (taken > ROWS_LIMIT && quiet)
        give_up_quiet(noise, now, wait, visit, data);
}

void noise_list(const struct noise *noise, noise_visit visit, void *data)
{
    uint64_t total[NOISE_MAX];

    for (size_t i = 0; i <= NOISE_OTHERS; i++) {
        totals(&noise->rows[i], total);
        if (memcmp(total, nothing, sizeof(total)) != 0)
            visit(data, cgroup_of(&noise->rows[i]), nothing, total);
    }
}

const char *noise_cause_name(enum noise_cause cause)
{
    static const char *const names[NOISE_MAX] = {
#define NOISE_NAME(name, text) [NOISE_##name] = text,
        NOISE_LIST(NOISE_NAME)
#undef NOISE_NAME
    };

    return cause < NOISE_MAX ? names[cause] : NULL;
}
