/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RANDOM_H
#define RULES_RANDOM_H

/* For tests: rules and events made at random, of words that both know. */

#include "base/buf.h"
#include "rules/field.h"
#include "world/test_stream.h"

/* xorshift: the same numbers for the same start. */
struct random {
    uint64_t state;
};

static inline void random_start(struct random *random, uint64_t seed)
{
    random->state = (seed + 1) * 0x9e3779b97f4a7c15ull;
}

static inline unsigned below(struct random *random, size_t n)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return (unsigned)((random->state >> 16) % n);
}

#define COUNT_OF(array)       (sizeof(array) / sizeof((array)[0]))
#define ANY_OF(random, array) ((array)[below(random, COUNT_OF(array))])

/* What strings are about. */
enum random_words {
    WORDS_PATH,
    WORDS_PROGRAM,
    WORDS_PERSON,
    WORDS_CONTAINER,
    WORDS_TYPE,
    WORDS_RESULT,
    WORDS_MAX,
};

const char *random_word(struct random *random, enum random_words words);
const char *random_address(struct random *random);

/* A file of `count` rules, r0, r1, ..., with lists and macros. */
void random_rules(struct random *random, unsigned count, struct buf *text);

#define MACHINE_PROCESSES  10
#define MACHINE_CONTAINERS 3

struct machine_process {
    uint32_t pid, parent; /* pid 0: none */
    uint32_t uid, euid, gid, login_uid, mount_namespace;
    uint64_t cgroup, capabilities;
    char comm[EVENT_COMM_LEN];
};

struct machine {
    struct random random;
    struct machine_process processes[MACHINE_PROCESSES];
    uint32_t next_pid;
    bool begun;
};

/* Processes that live, change and act. */
void machine_start(struct machine *machine, uint64_t seed);

/* What happens next, as a record in the stream's writer. Lets the world's time pass on the way. */
void machine_next(struct machine *machine, struct stream *stream);

#endif
