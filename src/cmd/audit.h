/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AUDIT_H
#define CMD_AUDIT_H

/* What the parts of `bulwark audit` share. */

#include "cmd/options.h"
#include "posture/report.h"

struct audit_options {
    const char *standard_name;
    const char *kubernetes_version;
    bool json, sarif, junit;
    const char *fail_on_name;
    const char *waivers;
    const char *container; /* an id, the beginning of one, or a name */
    bool node;
    const char *root;
    const char *explain;
    bool list;
    bool markdown;
    /* what was made of them */
    enum standard standard;
    enum severity fail_on;
};

/* Whether the options ask for the check; `data` is the struct audit. */
bool audit_wants(const struct check *check, const void *data);

struct audit {
    const struct audit_options *options;
    struct report report;
    size_t unusable; /* files that can't be read or are bad, and were told of */
};

/* One manifest, "-" for standard input; what is wrong with it is told. */
void audit_manifest(struct audit *audit, const char *path);

/* Every *.yaml, *.yml and *.json of a directory, in name order. */
void audit_directory(struct audit *audit, const char *path);

/* The running containers below `root`, or only the one that is called `only` (NULL: all). */
void audit_running(struct audit *audit, const char *root, const char *only);

/* Runtimes, the parts of Kubernetes, and their files. */
void audit_node(struct audit *audit, const char *root);

#endif
