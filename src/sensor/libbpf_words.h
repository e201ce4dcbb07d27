/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LIBBPF_WORDS_H
#define SENSOR_LIBBPF_WORDS_H

/* The end of what libbpf complained about while an object loaded: there the verifier says why. */

/* From now on, nothing yet. */
void libbpf_words_keep(void);

const char *libbpf_words(void);

#endif
