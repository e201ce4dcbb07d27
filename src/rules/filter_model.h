/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FILTER_MODEL_H
#define RULES_FILTER_MODEL_H

/*
 * What the kernel side would send, given all that came before: its tables, and the masks of actors
 * that user space makes on the way (bpf/lib/actor.h). For tests and for replays of recordings,
 * which hold everything.
 */

#include "rules/filter.h"

struct filter_model;

/* With room for the masks of `actors` at a time. */
int filter_model_new(size_t actors, struct filter_model **ret_model);
void filter_model_free(struct filter_model *model);

/* A fact arrived: no mask made before holds. */
void filter_model_forget(struct filter_model *model);

/* Whether the event would be sent. Call it while the event is judged, as rules_mask. */
bool filter_model_sends(struct filter_model *model, struct ruleset *rules,
                        const struct judged_event *judged);

#endif
