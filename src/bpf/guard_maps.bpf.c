/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#define GUARD_MAPS_DEFINED_HERE
#include "lib/guard.h"
