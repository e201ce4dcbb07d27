/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#define MAPS_DEFINED_HERE
#include "lib/maps.h"

char LICENSE[] SEC("license") = "GPL"; /* of the two, the one the kernel asks for */
