/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/files.h"
#include "world/bolt.h"

static int visit(void *data, const char *key, size_t key_len, const char *value, size_t value_len)
{
    uint8_t *sum = data;

    for (size_t i = 0; i < key_len; i++)
        *sum ^= (uint8_t)key[i];
    for (size_t i = 0; i < value_len; i++)
        *sum ^= (uint8_t)value[i];
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct buf value = {.max = 1 << 20};
    struct bolt bolt;
    uint8_t sum = 0;

    if (fd < 0)
        fd = memfd_create("bolt", MFD_CLOEXEC);
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 || write_all(fd, data, size) < 0)
        return 0;
    if (bolt_begin(fd, &bolt) < 0) {
        /* The checksum keeps a fuzzer out: go in by the side door as well. */
        bolt = (struct bolt){
            .fd = fd, .page_size = 4096, .pages_left = 64, .root = 3, .high_water = 64};
    }
    bolt_get(&bolt, (const char *const[]){"v1", "a", "b", NULL}, &value);
    bolt_each(&bolt, (const char *const[]){NULL}, visit, &sum);
    bolt_each(&bolt, (const char *const[]){"v1", NULL}, visit, &sum);
    bolt_end(&bolt);
    buf_done(&value);
    return 0;
}
