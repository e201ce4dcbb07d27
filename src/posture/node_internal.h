/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_NODE_INTERNAL_H
#define POSTURE_NODE_INTERNAL_H

/* What the files behind node.h share. */

#include "posture/node.h"

struct node_reader {
    int root_fd;
    struct arena *arena;
    struct node_config *node;
};

#define NODE_FILE_MAX    (1u << 20)
#define NODE_OPTIONS_MAX 20000

/* One part each: 0 or -ENOMEM. */
int node_read_processes(struct node_reader *reader);
int node_read_docker(struct node_reader *reader);     /* daemon.json */
int node_read_kubernetes(struct node_reader *reader); /* kubelet's file, static pods */
int node_read_files(struct node_reader *reader);

int node_add_component(struct node_reader *reader, const char *component);
int node_add_fact(struct node_reader *reader, const char *name, const char *value,
                  struct evidence evidence);
/* A file of the component that can't be used: the fact "unread.COMPONENT", with why. */
int node_add_unread(struct node_reader *reader, const char *component, const char *file,
                    const char *why);
/* All texts are copied but those of the evidence. */
int node_add_option(struct node_reader *reader, const char *component, const char *name,
                    const char *value, struct evidence evidence);

/* "--name=value", "--name" "value", "-n": `next` is the word behind, NULL at the end. *ret_used is
 * set when it was the value. Words that are no options are passed over. */
int node_add_argument(struct node_reader *reader, const char *component, const char *word,
                      const char *next, struct evidence evidence, bool *ret_used);

/* The program that such a component is, by the first word of a command: NULL for others. */
const char *node_component(const char *program);

#endif
