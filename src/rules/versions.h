/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_VERSIONS_H
#define RULES_VERSIONS_H

#include "rules/rules.h"
#include "yaml/yaml_source.h"

/* A rule file's required_engine_version: N (meaning 0.N.0) or X.Y.Z; -EINVAL when not met. */
int versions_check_engine(const struct yaml_node *version, struct error *ret_error);

/*
 * A rule file's required_plugin_versions: of each entry one alternative is needed. -EINVAL when
 * what is built in is too old; what is not built in is a warning.
 */
int versions_check_plugins(const struct yaml_node *plugins, struct rules_warnings *warnings,
                           struct error *ret_error);

#endif
