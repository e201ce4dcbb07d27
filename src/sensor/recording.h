/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RECORDING_H
#define SENSOR_RECORDING_H

/*
 * A recording: a file header, then records (event/abi.h) one after the other, facts included, so
 * that a replay needs nothing else. Truncated at any byte it is readable up to its last whole
 * record.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RECORDING_MAGIC   "BULWARK\n"
#define RECORDING_VERSION 1

struct recording_header {
    char magic[8];
    uint32_t version;
    uint32_t header_size; /* of event_header when it was written */
    char machine[16];     /* uname -m */
    char kernel[64];      /* uname -r */
};

struct recorder;

/*
 * Make the file, readable by its owner only, and write its header. An existing regular file is
 * emptied when `overwrite`, else -EEXIST. Missing directories are not made.
 */
int recorder_open(const char *path, bool overwrite, struct recorder **ret_recorder,
                  struct error *ret_error);
/* Buffered. After the first failure (a full disk) it writes no more and returns that error again.
 */
int recorder_add(struct recorder *recorder, const void *record, size_t size);
int recorder_flush(struct recorder *recorder);
/* Flush and close; the first failure of all. Accepts NULL. */
int recorder_close(struct recorder *recorder);
/* Whole records and bytes taken so far, the file header included. */
uint64_t recorder_records(const struct recorder *recorder);
uint64_t recorder_bytes(const struct recorder *recorder);

typedef int (*recording_record)(void *data, const void *record, size_t size);

/*
 * Read a recording from start to end. A record that breaks the format (its size; what is in it is
 * event_decode's to check) ends it with -EBADMSG and the byte offset in *ret_error; the records
 * before it were delivered. A negative value of the callback ends it too and is returned.
 * *ret_truncated (may be NULL) tells that the last record was cut short, which is no error.
 * Records are aligned to 8 and valid during the callback. "-" reads standard input.
 */
int recording_read(const char *path, recording_record callback, void *data, bool *ret_truncated,
                   struct error *ret_error);

#endif
