/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_SECRET_VALUE_H
#define POSTURE_SECRET_VALUE_H

/*
 * Whether a variable holds a secret: by what it is called (PASSWORD, TOKEN, ...), unless its value
 * is a path, empty or a placeholder, or by the form of the value (keys of well-known services, a
 * private key, a password in a URL). Returns what it looks like, NULL for nothing.
 */
const char *secret_value(const char *name, const char *value);

#endif
