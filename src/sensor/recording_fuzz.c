/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "event/event.h"
#include "sensor/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t records;
    uint64_t bytes;
};

/* Touches every byte that a decoded record points at. */
static int decode(void *data, const void *record, size_t size)
{
    struct seen *seen = data;
    static struct event event;

    seen->records++;
    if (event_decode(record, size, &event) < 0)
        return 0;
    for (unsigned id = 0; id < PARAM_ID_MAX; id++) {
        const struct event_param *param = event_param(&event, (enum param_id)id);
        for (uint32_t i = 0; param && i < param->len; i++)
            seen->bytes += (unsigned char)param->data[i];
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_close_ int fd = memfd_create("recording", MFD_CLOEXEC);
    if (fd < 0 || write_all(fd, data, size) < 0)
        return 0;

    char path[32];
    struct seen seen = {0};
    struct error error;
    bool truncated;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int r = recording_read(path, decode, &seen, &truncated, &error);
    if (r == 0 && seen.records * sizeof(struct event_header) > size)
        __builtin_trap();
    return 0;
}
