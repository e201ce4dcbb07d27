/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_OCI_H
#define WORLD_OCI_H

/*
 * An OCI runtime configuration (config.json): mounts, environment, entry point, user, capabilities,
 * namespaces shared with the host, and whether the container is privileged.
 *
 * Privileged means: the bounding set holds every capability up to CAP_AUDIT_READ (what each kernel
 * since 3.16 has) that the machine's init has itself, there is no seccomp filter, and the device
 * rules end by allowing all. That is what Docker, Kubernetes and podman make of "privileged".
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/container_facts.h"

#define OCI_CONFIG_MAX (4u << 20) /* bytes of a config.json that is read */

#define OCI_CAPABILITIES_FULL ((1ull << 38) - 1) /* CAP_CHOWN .. CAP_AUDIT_READ */

/* The set of an array of names; one that this program does not know counts for none. */
uint64_t oci_capabilities(const json_t *names);

/* Whether the last of the device rules that covers every device allows it, or there is none. */
bool oci_allows_all_devices(const json_t *config);

/* Whether a mount's option is one of "rprivate", "shared" and so on. */
bool oci_is_propagation(const char *option);

/* Take over what the configuration tells; what has the wrong type is not there. */
void oci_apply(const json_t *config, struct container_facts *facts);

/* Image name from the annotations that image tools leave; for when the runtime knows none. */
void oci_apply_image(const json_t *config, struct container_facts *facts);

/* umoci.json beside a bundle: tag and digest of the image it was unpacked from. */
void oci_apply_umoci(const json_t *umoci, struct container_facts *facts);

#endif
