/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd: the bundle of a running task under STATE/io.containerd.runtime.v2.task/NAMESPACE/ID,
 * with annotations of the CRI plug-in (containerd's pkg/cri/annotations) when Kubernetes runs it;
 * image and labels from the metadata database (metadata/buckets.go describes its buckets).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "world/bolt.h"
#include "world/json_get.h"
#include "world/oci.h"
#include "world/root_file.h"
#include "world/runtime.h"

#define NAMESPACES_MAX 64
#define TASKS          "io.containerd.runtime.v2.task"
#define DATABASE       "io.containerd.metadata.v1.bolt/meta.db"

/* Where an installation keeps what is running, and what it must not forget. */
struct place {
    const char *state, *data;
};

static const struct place places[] = {
    {"run/containerd", "var/lib/containerd"},                             /* the default */
    {"run/k3s/containerd", "var/lib/rancher/k3s/agent/containerd"},       /* k3s */
    {"run/k3s/containerd", "var/lib/rancher/rke2/agent/containerd"},      /* rke2 */
    {"run/docker/containerd/daemon", "var/lib/docker/containerd/daemon"}, /* dockerd's own */
    {"var/snap/microk8s/common/run/containerd", "var/snap/microk8s/common/var/lib/containerd"},
    {"run/k0s/containerd", "var/lib/k0s/containerd"},
};

static const struct {
    const char *key;
    enum fact_text which;
} annotations[] = {
    {"io.kubernetes.cri.container-name", FACT_NAME},
    {"io.kubernetes.cri.image-name", FACT_IMAGE},
    {"io.kubernetes.cri.sandbox-id", FACT_POD_SANDBOX_ID},
    {"io.kubernetes.cri.sandbox-name", FACT_POD_NAME},
    {"io.kubernetes.cri.sandbox-namespace", FACT_POD_NAMESPACE},
    {"io.kubernetes.cri.sandbox-uid", FACT_POD_UID},
    {"nerdctl/name", FACT_NAME},
};

#define CONFIG     "etc/containerd/config.toml"
#define CONFIG_MAX (1u << 20)

/* containerd's own configuration, when it moves the directories: two top-level strings. */
struct moved {
    char *text;
    struct place place; /* into `text`; the defaults where it is silent */
};

static void moved_done(struct moved *moved)
{
    free(moved->text);
}

/* The value of `KEY = "/value"` without the first slash; NULL when the line is no such. */
static char *toml_path(char *line, const char *key)
{
    line += strspn(line, " \t");
    size_t len = strlen(key);
    if (strncmp(line, key, len) != 0)
        return NULL;
    line += len;
    line += strspn(line, " \t");
    if (*line++ != '=')
        return NULL;
    line += strspn(line, " \t");
    if (*line != '"' && *line != '\'')
        return NULL;
    char *end = strchr(line + 1, *line);
    line++;
    if (!end || *line != '/')
        return NULL;
    *end = '\0';
    return line + strspn(line, "/");
}

static void read_config(struct facts *facts, struct moved *ret_moved)
{
    *ret_moved = (struct moved){.place = places[0]};
    if (facts_file(facts, CONFIG, CONFIG_MAX, &ret_moved->text, NULL) < 0)
        return;
    for (char *line = ret_moved->text; *line && *line != '[';) {
        char *end = strchrnul(line, '\n');
        char *next = *end ? end + 1 : end;
        *end = '\0';
        char *root = toml_path(line, "root"), *state = root ? NULL : toml_path(line, "state");
        if (root)
            ret_moved->place.data = root;
        if (state)
            ret_moved->place.state = state;
        line = next;
    }
}

struct label_sink {
    struct container_facts *found;
    enum fact_list which;
};

static int add_label(void *data, const char *key, size_t key_len, const char *value,
                     size_t value_len)
{
    struct label_sink *sink = data;
    char key_text[512], text[4097];

    if (!value || key_len >= sizeof(key_text) || value_len >= sizeof(text))
        return 0;
    snprintf(key_text, sizeof(key_text), "%.*s", (int)key_len, key);
    snprintf(text, sizeof(text), "%.*s", (int)value_len, value);
    container_facts_label(sink->found, sink->which, key_text, text);
    if (sink->which == FACT_LABELS && !strcmp(key_text, "nerdctl/name"))
        container_facts_text(sink->found, FACT_NAME, text);
    return 0;
}

/* The pod's address, in the record that the CRI plug-in keeps with the sandbox: JSON in an Any. */
static void read_sandbox(struct bolt *bolt, const char *name_space, const char *id,
                         struct container_facts *found)
{
    _cleanup_buf_ struct buf value = {.max = OCI_CONFIG_MAX};
    const char *path[] = {"v1", name_space,   "containers",
                          id,   "extensions", "io.cri-containerd.sandbox.metadata",
                          NULL};

    if (bolt_get(bolt, path, &value) < 0 || !value.len)
        return;
    const char *start = memchr(value.data, '{', value.len);
    if (!start)
        return;
    _cleanup_json_ json_t *json =
        json_loadb(start, value.len - (size_t)(start - value.data), JSON_DISABLE_EOF_CHECK, NULL);
    container_facts_text(found, FACT_IP, json_text(json, "Metadata/IP"));
}

static void read_image(struct bolt *bolt, const char *name_space, const char *image,
                       struct container_facts *found)
{
    _cleanup_buf_ struct buf digest = {.max = 256}, config = {.max = 256};
    const char *target[] = {"v1", name_space, "images", image, "target", "digest", NULL};

    container_facts_text(found, FACT_IMAGE, image);
    if (bolt_get(bolt, target, &digest) < 0 || !digest.len)
        return;
    container_facts_text(found, FACT_IMAGE_DIGEST, digest.data);
    const char *label[] = {"v1",
                           name_space,
                           "content",
                           "blob",
                           digest.data,
                           "labels",
                           "containerd.io/gc.ref.content.config",
                           NULL};
    if (bolt_get(bolt, label, &config) == 0 && config.len)
        container_facts_text(found, FACT_IMAGE_ID,
                             !strncmp(config.data, "sha256:", 7) ? config.data + 7 : config.data);
}

static int read_container(int fd, const char *name_space, const char *id,
                          struct container_facts *found)
{
    _cleanup_buf_ struct buf image = {.max = FACT_TEXT_BYTES};
    const char *labels[] = {"v1", name_space, "containers", id, "labels", NULL};
    struct label_sink own = {found, FACT_LABELS}, pod = {found, FACT_POD_LABELS};
    const char *sandbox = found->text[FACT_POD_SANDBOX_ID];
    struct bolt bolt;
    int r = bolt_begin(fd, &bolt);
    if (r < 0)
        return r;

    r = bolt_get(&bolt, (const char *const[]){"v1", name_space, "containers", id, "image", NULL},
                 &image);
    if (r >= 0 && image.len)
        read_image(&bolt, name_space, image.data, found);
    if (r >= 0 || r == -ENOENT)
        r = bolt_each(&bolt, labels, add_label, &own);
    if (sandbox) {
        labels[3] = sandbox;
        bolt_each(&bolt, labels, add_label, &pod);
        read_sandbox(&bolt, name_space, sandbox, found);
    }
    return r < 0 && r != -ENOENT ? r : bolt_end(&bolt);
}

static void clear_list(struct container_facts *found, enum fact_list which)
{
    buf_reset(&found->lists[which]);
    found->truncated[which] = false;
}

/* -ENOENT when this installation's database is not there. */
static int apply_database(struct facts *facts, const char *data, const char *name_space,
                          const char *id, struct container_facts *found)
{
    _cleanup_free_ char *path = runtime_path("%s/" DATABASE, data);
    int r = -EAGAIN;

    if (!path)
        return -ENOMEM;
    _cleanup_close_ int fd = root_open(facts->root_fd, path, O_RDONLY);
    if (fd < 0)
        return fd;
    for (unsigned attempt = 0; attempt < 3 && r == -EAGAIN; attempt++) {
        clear_list(found, FACT_LABELS);
        clear_list(found, FACT_POD_LABELS);
        r = read_container(fd, name_space, id, found);
    }
    if (r < 0)
        facts->counters.runtime_files_malformed++;
    else
        facts->counters.runtime_files_read++;
    return r;
}

static void apply_annotations(const json_t *config, struct container_facts *found)
{
    const json_t *own = json_at(config, "annotations");
    const char *type = json_member_text(own, "io.kubernetes.cri.container-type");

    for (size_t i = 0; i < sizeof(annotations) / sizeof(*annotations); i++)
        container_facts_text(found, annotations[i].which,
                             json_member_text(own, annotations[i].key));
    if (type && !strcmp(type, "sandbox"))
        found->flags |= CONTAINER_FLAG_POD_SANDBOX;
}

/* The databases of those installations that keep their tasks in `state`. */
static void apply_databases(struct facts *facts, const struct place *moved, const char *state,
                            const char *name_space, const char *id, struct container_facts *found)
{
    if (!strcmp(moved->state, state) &&
        apply_database(facts, moved->data, name_space, id, found) == 0)
        return;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (!strcmp(places[i].state, state) && strcmp(places[i].data, moved->data) != 0 &&
            apply_database(facts, places[i].data, name_space, id, found) == 0)
            return;
}

static int apply_task(struct facts *facts, const struct place *moved, const char *state,
                      const char *name_space, const char *id, struct container_facts *found)
{
    _cleanup_free_ char *bundle = runtime_path("%s/" TASKS "/%s/%s", state, name_space, id);
    _cleanup_free_ char *init = bundle ? runtime_path("%s/init.pid", bundle) : NULL;
    _cleanup_json_ json_t *config = NULL;

    if (!init)
        return -ENOMEM;
    int r = runtime_bundle(facts, bundle, found, &config);
    if (r < 0)
        return r;
    found->runtime = RUNTIME_CONTAINERD;
    apply_annotations(config, found);
    apply_databases(facts, moved, state, name_space, id, found);
    if (!found->lists[FACT_LABELS].len) /* no database: labels were copied to annotations by ctr */
        runtime_labels(json_at(config, "annotations"), FACT_LABELS, found);
    runtime_own_annotations(config, found);
    runtime_kubernetes_labels(found);
    container_facts_text(found, FACT_NAME, id); /* ctr's containers have no other name */
    oci_apply(config, found);
    oci_apply_image(config, found);
    runtime_start_from_file(facts, init, found);
    return 0;
}

static int find_below(struct facts *facts, const struct place *moved, const char *state,
                      const char *id, struct container_facts *found)
{
    _cleanup_free_ char *tasks = runtime_path("%s/" TASKS, state);
    int r = -ENOENT;

    if (!tasks)
        return -ENOMEM;
    int fd = root_open(facts->root_fd, tasks, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return -ENOENT;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -ENOMEM;
    struct dirent *entry;
    for (unsigned n = 0; r == -ENOENT && n < NAMESPACES_MAX && (entry = readdir(dir)); n++)
        if (entry->d_name[0] != '.')
            r = apply_task(facts, moved, state, entry->d_name, id, found);
    return r;
}

/* The installation whose state directory the bundle of a state file lies in, wherever that is. */
static int find_by_state(struct facts *facts, const struct place *moved,
                         const struct runtime_query *query, struct container_facts *found)
{
    const char *bundle = query->state ? query->state->bundle : "";
    const char *tasks = strstr(bundle, "/" TASKS "/");

    if (*bundle != '/' || !tasks || tasks == bundle)
        return -ENOENT;
    _cleanup_free_ char *state = strndup(bundle + 1, (size_t)(tasks - bundle) - 1);
    if (!state)
        return -ENOMEM;
    return apply_task(facts, moved, state, query->state->name_space, query->id, found);
}

int runtime_containerd_find(struct facts *facts, const struct runtime_query *query,
                            struct container_facts *found)
{
    _cleanup_(moved_done) struct moved moved;

    read_config(facts, &moved);
    int r = find_by_state(facts, &moved.place, query, found);
    if (r == -ENOENT)
        r = find_below(facts, &moved.place, moved.place.state, query->id, found);
    for (size_t i = 0; r == -ENOENT && i < sizeof(places) / sizeof(*places); i++) {
        if ((i && !strcmp(places[i].state, places[i - 1].state)) ||
            !strcmp(places[i].state, moved.place.state))
            continue;
        r = find_below(facts, &moved.place, places[i].state, query->id, found);
    }
    return r;
}

int runtime_containerd_blob(struct facts *facts, const char *digits, size_t max, json_t **ret_json,
                            char **ret_path)
{
    _cleanup_(moved_done) struct moved moved;
    int r = -ENOENT;

    read_config(facts, &moved);
    for (size_t i = 0; r == -ENOENT && i <= sizeof(places) / sizeof(*places); i++) {
        const char *data = i ? places[i - 1].data : moved.place.data;
        _cleanup_free_ char *path =
            runtime_path("%s/io.containerd.content.v1.content/blobs/sha256/%s", data, digits);
        if (!path)
            return -ENOMEM;
        r = facts_json(facts, path, max, ret_json);
        if (r == 0)
            *ret_path = TAKE_PTR(path);
    }
    return r;
}
