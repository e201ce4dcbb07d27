/* SPDX-License-Identifier: Apache-2.0 */
/* bulwark audit FILE: manifests before they run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "cmd/audit.h"
#include "posture/manifest.h"

static void tell(struct audit *audit, const struct error *error)
{
    char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];

    report_print_text(stderr, error_format(error, place, sizeof(place)));
    fputc('\n', stderr);
    audit->unusable++;
}

static int add_container(struct audit *audit, const struct container_config *container,
                         const char *pod_name)
{
    const struct setting *name = &container->settings[CONFIG_NAME];
    _cleanup_buf_ struct buf full = {0};

    buf_printf(&full, "%s/%s", pod_name, name->presence == PRESENCE_SET ? name->text : "");
    if (full.failed)
        return full.failed;
    struct subject subject = {
        .kind = SUBJECT_CONTAINER,
        .source = container->source,
        .name = full.data,
        .container = container,
        .pod = container->pod,
    };
    return report_add_subject(&audit->report, &subject, audit_wants, audit);
}

static int add_pod(void *data, const struct pod_config *pod)
{
    struct audit *audit = data;
    _cleanup_buf_ struct buf name = {0};

    buf_printf(&name, "%s/%s%s%s", pod->kind, pod->namespace_name ? pod->namespace_name : "",
               pod->namespace_name ? "/" : "", pod->name);
    if (name.failed)
        return name.failed;
    struct subject subject = {
        .kind = SUBJECT_POD,
        .source = pod->source,
        .name = name.data,
        .pod = pod,
    };
    int r = report_add_subject(&audit->report, &subject, audit_wants, audit);
    for (size_t i = 0; i < pod->container_count && r == 0; i++)
        r = add_container(audit, pod->containers[i], name.data);
    return r;
}

/* A pipe of the shell ("<(helm template ...)") is waited for, as standard input is. */
static int read_stream(const char *path, char **ret_text, size_t *ret_len)
{
    _cleanup_close_ int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                                    : open(path, O_RDONLY | O_CLOEXEC);
    _cleanup_free_ char *text = NULL;

    if (fd < 0)
        return -errno;
    text = malloc(MANIFEST_FILE_MAX + 1);
    if (!text)
        return -ENOMEM;
    ssize_t len = read_full(fd, text, MANIFEST_FILE_MAX + 1);
    if (len < 0)
        return (int)len;
    if ((size_t)len > MANIFEST_FILE_MAX)
        return -EFBIG;
    text[len] = '\0';
    *ret_text = TAKE_PTR(text);
    *ret_len = (size_t)len;
    return 0;
}

static int read_text(const char *path, char **ret_text, size_t *ret_len)
{
    struct stat status;

    if (strcmp(path, "-") == 0 || (stat(path, &status) == 0 && S_ISFIFO(status.st_mode)))
        return read_stream(path, ret_text, ret_len);
    return read_file(path, MANIFEST_FILE_MAX, ret_text, ret_len);
}

void audit_manifest(struct audit *audit, const char *path)
{
    const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
    const struct report_mark mark = report_mark(&audit->report);
    _cleanup_free_ char *text = NULL;
    struct manifest_counts counts;
    struct error error = {0};
    size_t len;

    int r = read_text(path, &text, &len);
    if (r == -EFBIG)
        error_set_at(&error, r, name, 1, 1, "more than %zu MiB are too much for a manifest",
                     MANIFEST_FILE_MAX >> 20);
    else if (r < 0)
        error_set_at(&error, r, name, 0, 0, "cannot be read: %s", strerror(-r));
    else
        r = manifest_read(name, text, len, add_pod, audit, &counts, &error);
    if (r == 0)
        return;
    report_rewind(&audit->report, &mark);
    if (!error.code)
        error_set_at(&error, r, name, 0, 0, "%s", r == -E2BIG ? "too many findings" : strerror(-r));
    tell(audit, &error);
}

static int is_manifest(const struct dirent *entry)
{
    static const char *const endings[] = {".yaml", ".yml", ".json"};
    const char *dot = strrchr(entry->d_name, '.');

    for (size_t i = 0; dot && dot != entry->d_name && i < 3; i++) {
        if (strcmp(dot, endings[i]) == 0)
            return 1;
    }
    return 0;
}

void audit_directory(struct audit *audit, const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_manifest, alphasort);

    if (count <= 0) {
        int r = count < 0 ? -errno : -ENOENT;
        struct error error = {0};
        error_set_at(&error, r, path, 0, 0, "no *.yaml, *.yml and *.json can be read here: %s",
                     strerror(-r));
        tell(audit, &error);
    }
    for (int i = 0; i < count; i++) {
        _cleanup_buf_ struct buf file = {0};
        buf_printf(&file, "%s/%s", path, entries[i]->d_name);
        if (file.failed)
            audit->unusable++;
        else
            audit_manifest(audit, file.data);
        free(entries[i]);
    }
    free(entries);
}
