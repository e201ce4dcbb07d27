/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_DIMENSION_H
#define RULES_DIMENSION_H

/* What the kernel side knows of an event: each a table of its own. See event/filter.h. */
enum dimension {
    DIMENSION_PROCESS, /* who acts: decided by user space, once per state of a process */
    DIMENSION_TYPE,
    DIMENSION_RESULT,
    DIMENSION_OPEN, /* how a file was opened, and what it is */
    DIMENSION_RAW,  /* the name as given */
    DIMENSION_PATH,
    DIMENSION_NAME,
    DIMENSION_ARGUMENT,  /* the path that a call names, made absolute */
    DIMENSION_ARGUMENT2, /* the second one */
    DIMENSION_ADDRESS,   /* that a client talks to */
    DIMENSION_PORT,      /* of it */
    /* Of guards alone (guard.h), which know of who acts by themselves. */
    DIMENSION_CONTAINER,
    DIMENSION_EXECUTABLE, /* its path */
    DIMENSION_PARENT,     /* the path of the parent's */
    DIMENSION_IMAGE,      /* where the executable lives */
    DIMENSION_LAYER,      /* where the file at hand lives */
    DIMENSION_DOMAIN,     /* of a socket that is made */
    DIMENSION_KIND,       /* of a device or named pipe that is made */
    DIMENSION_TARGET,     /* of a signal */
    DIMENSION_MAX,
};

#define DIMENSION_UNKNOWN   DIMENSION_MAX /* undecided: true */
#define DIMENSION_BIT(name) (1u << DIMENSION_##name)

#endif
