/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CIS Docker Benchmark 1.6.0, sections 2 and 3: how the engine is told to work, and whose its files
 * are. Left out, since only people can tell: 2.6, 2.10, 2.11, 2.17.
 */
#include <string.h>

#include "posture/node.h"
#include "posture/node_rules.h"

/* X(number, severity, title, rationale, remedy, rule's members) */
#define OPTION_LIST(X)                                                                             \
    X("2.2", MEDIUM, "Containers on the default bridge can't talk to each other",                  \
      "On one bridge each container reaches all ports of every other one.",                        \
      "Set \"icc\": false and connect containers by networks of their own.", "dockerd", "icc",     \
      NULL, OPTION_IS, "false", "true")                                                            \
    X("2.3", LOW, "The engine logs at level info",                                                 \
      "Less hides what happened; debug writes more than should be kept.",                          \
      "Set \"log-level\": \"info\" or leave it out.", "dockerd", "log-level", NULL, OPTION_IS,     \
      "info", "info")                                                                              \
    X("2.4", MEDIUM, "The engine manages the packet filter",                                       \
      "Without its rules, published ports and isolation between networks are up to hand-written "  \
      "ones.",                                                                                     \
      "Leave iptables on.", "dockerd", "iptables", NULL, OPTION_IS_NOT, "false", "true")           \
    X("2.5", HIGH, "No registry is used without TLS",                                              \
      "Over plain HTTP anybody on the way decides what runs.",                                     \
      "Take insecure-registries out; give the registry a certificate.", "dockerd",                 \
      "insecure-registry", "insecure-registries", OPTION_IS_NOT_SET, NULL, NULL)                   \
    X("2.8", LOW, "Limits of processes (ulimits) are set for all containers",                      \
      "A default that is set once holds for each container that sets none.",                       \
      "Set default-ulimits.", "dockerd", "default-ulimit", "default-ulimits.nofile.Hard",          \
      OPTION_IS_SET, NULL, NULL)                                                                   \
    X("2.9", MEDIUM, "Users of containers are remapped",                                           \
      "Root of a container is then nobody on the host.", "Set \"userns-remap\": \"default\".",     \
      "dockerd", "userns-remap", NULL, OPTION_IS_SET, NULL, NULL)                                  \
    X("2.12", LOW, "A plug-in decides who may call the engine for what",                           \
      "Without one, who may speak to the socket may do everything.", "Set authorization-plugins.", \
      "dockerd", "authorization-plugin", "authorization-plugins", OPTION_IS_SET, NULL, NULL)       \
    X("2.13", LOW, "Logs of containers are kept elsewhere too",                                    \
      "What lies only on the node goes when the node goes, or when somebody cleans up behind "     \
      "him.",                                                                                      \
      "Set a log-driver that sends them away (journald, syslog, fluentd, ...).", "dockerd",        \
      "log-driver", NULL, OPTION_IS_NOT, "json-file", "json-file")                                 \
    X("2.14", MEDIUM, "Containers can't gain privileges unless they ask to",                       \
      "no_new_privs for all makes set-uid programs void where nobody thought of it.",              \
      "Set \"no-new-privileges\": true.", "dockerd", "no-new-privileges", NULL, OPTION_IS, "true", \
      "false")                                                                                     \
    X("2.15", LOW, "Containers go on while the engine is restarted",                               \
      "Otherwise an update of the engine is an outage, and is put off.",                           \
      "Set \"live-restore\": true.", "dockerd", "live-restore", NULL, OPTION_IS, "true", "false")  \
    X("2.16", LOW, "Published ports go without the proxy in user space",                           \
      "It is one more process as root for each port, which the packet filter makes needless.",     \
      "Set \"userland-proxy\": false.", "dockerd", "userland-proxy", NULL, OPTION_IS, "false",     \
      "true")                                                                                      \
    X("2.18", LOW, "Experimental features are off",                                                \
      "They are not meant for production, nor tested for it.", "Take \"experimental\" out.",       \
      "dockerd", "experimental", NULL, OPTION_IS_NOT, "true", "false")

#define FILE_LIST(X)                                                                               \
    X("3.1", HIGH, "docker.service belongs to root",                                               \
      "Whoever can write it decides what runs as root.", "chown root:root", "docker.service",      \
      MODE_ANY, "0:0")                                                                             \
    X("3.2", HIGH, "docker.service is written by its owner alone",                                 \
      "Whoever can write it decides what runs as root.", "chmod 644", "docker.service", 0644,      \
      NULL)                                                                                        \
    X("3.3", HIGH, "docker.socket belongs to root",                                                \
      "Whoever can write it decides what runs as root.", "chown root:root", "docker.socket",       \
      MODE_ANY, "0:0")                                                                             \
    X("3.4", HIGH, "docker.socket is written by its owner alone",                                  \
      "Whoever can write it decides what runs as root.", "chmod 644", "docker.socket", 0644, NULL) \
    X("3.5", HIGH, "/etc/docker belongs to root",                                                  \
      "It holds the engine's settings and whom it trusts.", "chown root:root", "docker.directory", \
      MODE_ANY, "0:0")                                                                             \
    X("3.6", HIGH, "/etc/docker is written by its owner alone",                                    \
      "It holds the engine's settings and whom it trusts.", "chmod 755", "docker.directory", 0755, \
      NULL)                                                                                        \
    X("3.7", MEDIUM, "Certificates of registries belong to root",                                  \
      "Who can replace one puts a registry of his own in the place.", "chown root:root",           \
      "docker.registry", MODE_ANY, "0:0")                                                          \
    X("3.8", MEDIUM, "Certificates of registries are read only",                                   \
      "Who can replace one puts a registry of his own in the place.", "chmod 444",                 \
      "docker.registry", 0444, NULL)                                                               \
    X("3.9", MEDIUM, "The engine's CA certificate belongs to root",                                \
      "It decides which clients are believed.", "chown root:root", "docker.ca", MODE_ANY, "0:0")   \
    X("3.10", MEDIUM, "The engine's CA certificate is read only",                                  \
      "It decides which clients are believed.", "chmod 444", "docker.ca", 0444, NULL)              \
    X("3.11", MEDIUM, "The engine's certificate belongs to root",                                  \
      "Clients know the engine by it.", "chown root:root", "docker.certificate", MODE_ANY, "0:0")  \
    X("3.12", MEDIUM, "The engine's certificate is read only", "Clients know the engine by it.",   \
      "chmod 444", "docker.certificate", 0444, NULL)                                               \
    X("3.13", HIGH, "The engine's key belongs to root",                                            \
      "Who has it is the engine to every client.", "chown root:root", "docker.key", MODE_ANY,      \
      "0:0")                                                                                       \
    X("3.14", HIGH, "The engine's key is read by its owner alone",                                 \
      "Who has it is the engine to every client.", "chmod 400", "docker.key", 0400, NULL)          \
    X("3.15", HIGH, "Docker's socket belongs to root and the group docker",                        \
      "Who may speak to it is root of the node.", "chown root:docker", "docker.sock", MODE_ANY,    \
      "0:gid.docker")                                                                              \
    X("3.16", HIGH, "Docker's socket is for its owner and group alone",                            \
      "Who may speak to it is root of the node.", "chmod 660", "docker.sock", 0660, NULL)          \
    X("3.17", HIGH, "daemon.json belongs to root",                                                 \
      "Whoever can write it decides what runs as root.", "chown root:root", "daemon.json",         \
      MODE_ANY, "0:0")                                                                             \
    X("3.18", HIGH, "daemon.json is written by its owner alone",                                   \
      "Whoever can write it decides what runs as root.", "chmod 644", "daemon.json", 0644, NULL)   \
    X("3.19", HIGH, "/etc/default/docker belongs to root",                                         \
      "Whoever can write it decides what runs as root.", "chown root:root", "docker.default",      \
      MODE_ANY, "0:0")                                                                             \
    X("3.20", HIGH, "/etc/default/docker is written by its owner alone",                           \
      "Whoever can write it decides what runs as root.", "chmod 644", "docker.default", 0644,      \
      NULL)                                                                                        \
    X("3.21", HIGH, "/etc/sysconfig/docker is written by its owner alone",                         \
      "Whoever can write it decides what runs as root.", "chmod 644", "docker.sysconfig", 0644,    \
      NULL)                                                                                        \
    X("3.22", HIGH, "/etc/sysconfig/docker belongs to root",                                       \
      "Whoever can write it decides what runs as root.", "chown root:root", "docker.sysconfig",    \
      MODE_ANY, "0:0")                                                                             \
    X("3.23", HIGH, "containerd's socket belongs to root",                                         \
      "Who may speak to it is root of the node.", "chown root:root", "containerd.sock", MODE_ANY,  \
      "0:0")                                                                                       \
    X("3.24", HIGH, "containerd's socket is for its owner and group alone",                        \
      "Who may speak to it is root of the node.", "chmod 660", "containerd.sock", 0660, NULL)

static const struct option_rule options[] = {OPTION_LIST(NODE_RULE)};

static const struct file_rule files[] = {FILE_LIST(NODE_RULE)};

static void answer_option(struct check_run *run);
static void answer_file(struct check_run *run);
static void answer_user(struct check_run *run);
static void answer_tls(struct check_run *run);

#define ROW(number, level, name, why, what, function)                                              \
    NODE_CHECK("CIS-DOCKER-", "CIS Docker 1.6.0", RUNTIME, number, level, name, why, what, function)

#define AS_OPTION_ROW(number, level, name, why, what, ...)                                         \
    ROW(number, level, name, why, what, answer_option)
#define AS_FILE_ROW(number, level, name, why, what, ...)                                           \
    ROW(number, level, name, why, what, answer_file)

#define OPTION_COUNT (sizeof(options) / sizeof(*options))

/* The options' rows come first, then the files': rules are found by the place. */
static const struct check rows[] = {OPTION_LIST(AS_OPTION_ROW) FILE_LIST(AS_FILE_ROW) ROW(
    "2.1", MEDIUM, "The engine does not run as root",
    "Whoever takes over the engine has its user's rights.",
    "Use the engine's rootless mode where its limits allow it.",
    answer_user) ROW("2.7", HIGH,
                     "The engine is reached over the network with certificates on both sides only",
                     "A port without them is root of the node for everybody who reaches it.",
                     "Serve the socket alone, or set tlsverify with tlscacert, tlscert and tlskey.",
                     answer_tls)};

static void answer_option(struct check_run *run)
{
    check_option(run, &options[run->check - rows]);
}

static void answer_file(struct check_run *run)
{
    check_file(run, &files[run->check - rows - OPTION_COUNT]);
}

/* Rootless, it is run by rootlesskit and keeps its state below the user's home. */
static void answer_user(struct check_run *run)
{
    const struct node_config *node = run->subject->node;

    if (!node_has_component(node, "dockerd"))
        return check_not_applicable(run);
    const struct node_option *rootless = node_option(node, "dockerd", "rootless", NULL);
    if (rootless && strcmp(rootless->value, "false") != 0)
        check_pass_by(run, &rootless->evidence, "it runs rootless");
    else
        check_fail(run, NULL, "dockerd runs without --rootless");
}

static void answer_tls(struct check_run *run)
{
    const struct node_config *node = run->subject->node;
    static const char *const needed[] = {"tlsverify", "tlscacert", "tlscert", "tlskey"};
    const struct node_option *port = NULL;

    if (!node_has_component(node, "dockerd"))
        return check_not_applicable(run);
    for (size_t i = 0; i < node->options.count; i++) {
        const struct node_option *option = &node->options.items[i];
        if (!strcmp(option->component, "dockerd") && !strncmp(option->value, "tcp://", 6) &&
            (!strcmp(option->name, "H") || !strncmp(option->name, "host", 4)))
            port = option;
    }
    if (!port)
        return check_pass(run);
    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
        const struct node_option *option = node_option(node, "dockerd", needed[i], NULL);
        if (!option || !strcmp(option->value, "false"))
            check_fail(run, &port->evidence, "it listens at %s without %s", port->value, needed[i]);
    }
    check_pass(run);
}

const struct check_table node_docker_checks = {
    .name = "CIS Docker Benchmark, engine and files",
    .checks = rows,
    .count = sizeof(rows) / sizeof(*rows),
};
