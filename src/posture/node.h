/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_NODE_H
#define POSTURE_NODE_H

/*
 * The node: what its runtimes and the parts of Kubernetes were told (arguments of the processes,
 * configuration files, static pods), and owners and modes of their files.
 *
 * In the model a component is the program's name; it is in `components` when it runs, or is a
 * static pod. A file's component is its part in the benchmark ("docker.service", "kubelet.conf",
 * "pki.key"): see the table in node_files.c. Facts are "gid.docker", "uid.etcd" and "gid.etcd".
 */

#include "posture/model.h"

/* `root` "/" outside of tests. What can't be read is a fact "unread", with why. -ENOMEM, or -errno
 * when the root itself can't be opened. */
int node_read(const char *root, struct arena *arena, struct node_config *ret_node);

bool node_has_component(const struct node_config *node, const char *component);

/* NULL when there is no such fact. */
const struct config_pair *node_fact(const struct node_config *node, const char *name);

/*
 * The option in force: the last one given as a flag, else that of a file. `key` is what the file
 * calls it, NULL: as the flag. NULL when it is given nowhere.
 */
const struct node_option *node_option(const struct node_config *node, const char *component,
                                      const char *flag, const char *key);

/* Whether the option, given in one place or many, has the word in one of its lists "a,b,c". */
const struct node_option *node_option_with(const struct node_config *node, const char *component,
                                           const char *flag, const char *key, const char *word);

#endif
