/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FIELD_H
#define RULES_FIELD_H

/*
 * The fields a condition or an output can name: one row each. Rows live in one file per field class
 * (field_process.c, field_file.c, ...) and are found through field_find; documentation and
 * `bulwark rules fields` are printed from them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "event/filter.h"
#include "rules/dimension.h"
#include "world/world.h"

enum field_type {
    FIELD_STRING,
    FIELD_NUMBER,   /* int64_t */
    FIELD_BOOL,     /* number 0 or 1; "true" and "false" in rules and text */
    FIELD_DURATION, /* number, ns */
    FIELD_TIME,     /* number, CLOCK_REALTIME ns; text is `string` when that is set */
    FIELD_ADDRESS,  /* IPv4 or IPv6 address: compares with addresses */
    FIELD_NETWORK,  /* the same value: compares with addresses and CIDR blocks */
    FIELD_PORT,     /* number */
    FIELD_STRINGS,  /* list: `in` and `intersects` ask whether any element is in the set */
    FIELD_NAMES,    /* names of an address: equality asks world_address_has_name */
};

/* What a value depends on: between two execs (and credential or metadata changes) a PROCESS field
 * does not change, an EVENT field may with every event. */
enum field_class { FIELD_OF_PROCESS, FIELD_OF_EVENT };

/*
 * What the value of a PROCESS field changes with, as bits: members of the kernel side's struct
 * actor, a change of which gives the thread another actor number, and facts of user space, which
 * make all masks void. Another thread has another number anyway.
 */
enum field_change_place {
#define FIELD_CHANGE_PLACE(type, member, NAME) FIELD_CHANGE_AT_##NAME,
    FILTER_ACTOR_LIST(FIELD_CHANGE_PLACE)
#undef FIELD_CHANGE_PLACE
        FIELD_CHANGE_AT_CONTAINER_FACTS,
    FIELD_CHANGE_AT_USER_FACTS,
    FIELD_CHANGE_AT_NOTHING, /* the same while the thread lives */
    FIELD_CHANGE_MAX,
};

/* "exec", "container facts", ...: for listing. */
const char *field_change_name(enum field_change_place place);

/* How far a PROCESS field looks. The kernel side compares the thread and its parent, no more. */
enum field_reach {
    FIELD_NEAR,
    FIELD_NEAR_BY_INDEX, /* [0] is the process, [1] its parent: all else is far */
    FIELD_FAR,
};

/* What has to be watched for it beyond the events that it is asked of: bits. */
enum field_need {
    FIELD_NEEDS_NAMES = 1, /* of addresses */
    FIELD_NEEDS_ENVIRONMENT = 2,
    FIELD_NEEDS_DIRECTORY = 4, /* the current one */
    FIELD_NEEDS_SESSIONS = 8,  /* and process groups, and the terminal that goes with them */
    FIELD_NEEDS_ROLES = 32,    /* which end of a connection a socket is */
    FIELD_NEEDS_CLOCK = 16,    /* it is another one a moment later, whatever happens */
};

/* How events are had: see docs/architecture.md. */
enum field_tier { FIELD_TIER_TRACING = 1, FIELD_TIER_LSM = 2 };

#define FIELD_EVERY_TIER (FIELD_TIER_TRACING | FIELD_TIER_LSM)

enum field_argument {
    FIELD_NO_ARGUMENT,
    FIELD_OPTIONAL_INDEX, /* proc.aname or proc.aname[2] */
    FIELD_REQUIRED_INDEX,
    FIELD_OPTIONAL_KEY, /* proc.env or proc.env[HOME] */
    FIELD_REQUIRED_KEY, /* container.label[app] */
    FIELD_SUFFIX_KEY,   /* evt.arg.NAME or evt.arg[NAME] or evt.arg[0] */
};

#define FIELD_LIST_MAX 1024 /* elements of a list value; more are cut and counted */

struct field_string {
    const char *data; /* not NUL-terminated */
    size_t len;
};

/* One value. Strings point into the event, the world, or the context's arena. */
struct field_value {
    enum field_type type;
    bool is_ancestor_list;           /* STRINGS of all ancestors: in text, commas between them */
    struct field_string string;      /* STRING; NAMES: some name, may be empty */
    int64_t number;                  /* NUMBER, BOOL, DURATION, TIME, PORT */
    uint8_t address[16];             /* ADDRESS, NETWORK, NAMES */
    uint8_t address_len;             /* 4 or 16 */
    const struct field_string *list; /* STRINGS */
    size_t list_len;
    /*
     * fd.ip, fd.net, fd.port: the value is both ends of a connection. `=`, `in`, `<`, ... hold when
     * they hold for one end, `!=` when it holds for both. The text is of the first.
     */
    bool is_pair;
    int64_t number2;
    uint8_t address2[16]; /* as long as the first */
};

/* What extraction needs; one per evaluation, reset between events. */
struct field_context {
    struct world *world;
    const struct judged_event *judged;
    struct buf arena;      /* text made for this event; values point at copies kept alive by it */
    void *blocks;          /* private: see field_context_alloc */
    uint64_t event_number; /* evt.num */
    uint64_t values_cut;   /* counter: lists past FIELD_LIST_MAX, texts for want of memory */
};

/* Memory that lives until field_context_reset; NULL when out of memory or past 1 MiB per event. */
void *field_context_alloc(struct field_context *context, size_t size);
void field_context_reset(struct field_context *context);
void field_context_done(struct field_context *context);

struct field;

/* A field as named in a rule: the row and its parsed argument. */
struct field_ref {
    const struct field *field;
    int64_t index;   /* -1 when no index was given */
    const char *key; /* NUL-terminated, owned by whoever parsed it; NULL when none */
};

/*
 * Get the value. True when the event has it; false when it is missing (Falco: the comparison is
 * then false, `exists` is false, the text "<NA>").
 */
typedef bool (*field_extract)(struct field_context *context, const struct field_ref *ref,
                              struct field_value *ret_value);

struct field {
    const char *name; /* "proc.aname" */
    enum field_type type;
    enum field_class class;
    enum field_argument argument;
    field_extract extract;
    const char *description;  /* one line, our own words */
    const char *limits;       /* NULL, or of what events only, or why it never has a value */
    uint8_t tiers;            /* bits of enum field_tier in which it has values; 0: never */
    uint8_t needs;            /* bits of enum field_need */
    enum dimension dimension; /* what the kernel side knows of it */
    enum field_reach reach;
    uint32_t changes;        /* of class PROCESS: bits of enum field_change_place */
    bool deprecated;         /* loads with a warning */
    int64_t detail;          /* private to the row's file: lets rows share one extract function */
    enum field_type element; /* of FIELD_STRINGS: what an index or key picks out of the list */
    /* Whether the key names something, else the error is set; NULL when any key does. */
    bool (*accepts)(const char *key, struct error *error);
};

/*
 * The type of the values that `ref` gets: the row's, but `element` where an index or key picks one
 * of a list, and the argument's own for evt.rawarg.
 */
enum field_type field_ref_type(const struct field_ref *ref);

/*
 * Find "proc.aname", "proc.aname[2]", "evt.arg.flags", "evt.arg[flags]", "proc.env[\"A B\"]".
 * 0; -ENOENT when no such field exists (the error names the nearest one); -EINVAL for a wrong or
 * missing argument. *ret_ref.key, when set, is malloc'ed and the caller's.
 */
int field_find(const char *text, size_t len, struct field_ref *ret_ref, struct error *ret_error);

/* All rows, in the order of the documentation: NULL past the last. */
const struct field *field_at(size_t index);

/* Text of a value as outputs print it: numbers in decimal, bools as true/false, lists joined. */
int field_value_text(const struct field_value *value, struct buf *buf);

#endif
