/* SPDX-License-Identifier: Apache-2.0 */
/* What runs: the containers of this machine, and the machine itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/audit.h"
#include "posture/node.h"
#include "posture/running.h"

static int add_subject(struct audit *audit, const struct subject *subject)
{
    return report_add_subject(&audit->report, subject, audit_wants, audit);
}

static int add_container(void *data, const struct running_container *container)
{
    struct audit *audit = data;
    struct subject subject = {
        .kind = SUBJECT_CONTAINER,
        .source = SOURCE_KERNEL,
        .name = container->subject,
        .container = container->actual,
        .declared = container->declared,
    };

    if (container->why_not_declared)
        fprintf(stderr, "bulwark audit: %s: its declaration is not known: %s\n", container->subject,
                container->why_not_declared);
    if (!container->actual) {
        fprintf(stderr, "bulwark audit: %s has ended meanwhile\n", container->subject);
        return 0;
    }
    return add_subject(audit, &subject);
}

static void tell(struct audit *audit, const struct error *error)
{
    char line[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];

    fprintf(stderr, "bulwark audit: %s\n", error_format(error, line, sizeof(line)));
    audit->unusable++;
}

void audit_running(struct audit *audit, const char *root, const char *only)
{
    struct running_result result = {0};
    struct error error = {0};
    int r = running_containers(root, only, add_container, audit, &result, &error);

    if (r < 0 && !error.code)
        error_set(&error, r, "can't look at the containers: %s", strerror(-r));
    if (r < 0)
        tell(audit, &error);
    if (result.left_out)
        fprintf(stderr, "bulwark audit: %zu processes of containers past the first %d left out\n",
                result.left_out, RUNNING_MAX);
}

void audit_node(struct audit *audit, const char *root)
{
    _cleanup_arena_ struct arena arena = {0};
    struct node_config node;
    struct subject subjects[] = {
        {.kind = SUBJECT_RUNTIME, .source = SOURCE_NODE, .name = "runtime", .node = &node},
        {.kind = SUBJECT_NODE, .source = SOURCE_NODE, .name = "node", .node = &node},
    };
    struct error error = {0};
    int r = node_read(root, &arena, &node);

    for (size_t i = 0; r >= 0 && i < sizeof(subjects) / sizeof(*subjects); i++)
        r = add_subject(audit, &subjects[i]);
    if (r < 0) {
        error_set(&error, r, "can't look at the node: %s", strerror(-r));
        tell(audit, &error);
    }
}
