/* SPDX-License-Identifier: Apache-2.0 */
#include "world/mountinfo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "world/scan.h"

/* A backslash and three octal digits, \040 for a blank; in place. */
static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from; to++) {
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

static bool parse_u32(const char *text, uint32_t *ret_number)
{
    return text && scan_u32(&text, ret_number) && !*text;
}

static bool parse_device(const char *text, struct mount *mount)
{
    if (!text || !scan_u32(&text, &mount->major) || *text != ':')
        return false;
    text++;
    return scan_u32(&text, &mount->minor) && !*text;
}

static void parse_propagation(const char *field, struct mount *mount)
{
    static const char shared[] = "shared:", master[] = "master:";

    if (!strncmp(field, shared, strlen(shared)))
        parse_u32(field + strlen(shared), &mount->shared);
    else if (!strncmp(field, master, strlen(master)))
        parse_u32(field + strlen(master), &mount->master);
}

bool mountinfo_parse_line(char *line, struct mount *ret_mount)
{
    struct mount mount = {0};
    char *field;

    if (!parse_u32(strsep(&line, " "), &mount.id) ||
        !parse_u32(strsep(&line, " "), &mount.parent) || !parse_device(strsep(&line, " "), &mount))
        return false;
    char *root = strsep(&line, " "), *point = strsep(&line, " ");
    mount.options = strsep(&line, " ");
    while ((field = strsep(&line, " ")) && strcmp(field, "-") != 0)
        parse_propagation(field, &mount);
    char *type = strsep(&line, " "), *source = strsep(&line, " ");
    mount.super = strsep(&line, " ");
    if (!source || !mount.super)
        return false;
    unescape(root);
    unescape(point);
    unescape(type);
    unescape(source);
    mount.root = root;
    mount.point = point;
    mount.type = type;
    mount.source = source;
    *ret_mount = mount;
    return true;
}

int mountinfo_parse(char *text, struct mount_table *ret_table)
{
    struct mount_table table = {.text = text};
    size_t capacity = 0;

    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        struct mount mount;
        if (!*line)
            continue;
        if (table.count == MOUNTINFO_MOUNTS_MAX || !mountinfo_parse_line(line, &mount)) {
            table.left_out++;
            continue;
        }
        if (table.count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            void *grown = realloc(table.mounts, capacity * sizeof(*table.mounts));
            if (!grown) {
                mount_table_done(&table);
                return -ENOMEM;
            }
            table.mounts = grown;
        }
        table.mounts[table.count++] = mount;
    }
    *ret_table = table;
    return 0;
}

int mountinfo_read(int dir_fd, const char *name, struct mount_table *ret_table)
{
    char *text;
    int r = read_file_at(dir_fd, name, MOUNTINFO_BYTES_MAX, &text, NULL);

    return r < 0 ? r : mountinfo_parse(text, ret_table);
}

void mount_table_done(struct mount_table *table)
{
    free(table->text);
    free(table->mounts);
    *table = (struct mount_table){0};
}

bool mount_has_option(const char *options, const char *word)
{
    return scan_list_has(options, word, strlen(word));
}

bool mount_is_one_of(const struct mount *mount, const char *const *types)
{
    for (; *types; types++)
        if (!strcmp(mount->type, *types))
            return true;
    return false;
}

bool mount_waits(const struct mount *mount)
{
    static const char *const types[] = {"nfs",  "nfs4",     "cifs",   "smb3", "9p",
                                        "ceph", "virtiofs", "autofs", NULL};

    return !strncmp(mount->type, "fuse", 4) || mount_is_one_of(mount, types);
}

bool mount_read_only(const struct mount *mount)
{
    return mount_has_option(mount->options, "ro") || mount_has_option(mount->super, "ro");
}

const struct mount *mount_table_at(const struct mount_table *table, const char *path)
{
    for (size_t i = table->count; i-- > 0;)
        if (path_is_below(path, table->mounts[i].point))
            return &table->mounts[i];
    return NULL;
}
