/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_MANIFEST_POD_H
#define POSTURE_MANIFEST_POD_H

#include "posture/field.h"
#include "posture/model.h"

/* Fill the pod from its metadata and spec; the reader's status says whether that worked. */
void manifest_pod(struct field_reader *reader, const struct field *metadata,
                  const struct field *spec, struct pod_config *pod);

/* One container of the pod, whose volumes are known by then. */
void manifest_container(struct field_reader *reader, const struct field *field,
                        const struct pod_config *pod, struct container_config *container);

/* What a pod's securityContext and a container's have in common. */
void manifest_security(struct field_reader *reader, const struct field *security,
                       struct setting *settings);

#endif
