/* SPDX-License-Identifier: Apache-2.0 */
#include "world/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CUT_ARGV_MAX 256 /* bytes of argv kept once the bound is reached */

struct image_block {
    struct image_memory *memory;
    size_t size;
    struct process_image image;
    char strings[];
};

static struct image_block *block_of(struct process_image *image)
{
    return (struct image_block *)(void *)((char *)image - offsetof(struct image_block, image));
}

struct text {
    const char *data;
    uint32_t len;
    bool truncated;
};

static struct text param_text(const struct event *event, enum param_id id)
{
    const struct event_param *param = event_param(event, id);

    if (!param)
        return (struct text){.data = ""};
    return (struct text){
        .data = param->data,
        .len = param->len,
        .truncated = param->flags & (PARAM_FLAG_TRUNCATED | PARAM_FLAG_UNREADABLE),
    };
}

static void cut(struct text *text, uint32_t max)
{
    if (text->len > max) {
        text->len = max;
        text->truncated = true;
    }
}

/* Copies the text and a NUL (strings that end with their own NUL get no second one). */
static const char *put(char **at, const struct text *text)
{
    char *start = *at;

    if (text->len)
        memcpy(start, text->data, text->len);
    *at += text->len;
    if (!text->len || (*at)[-1])
        *(*at)++ = '\0';
    return start;
}

static uint32_t count_strings(const char *data, uint32_t len)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < len; i++)
        count += !data[i];
    return count;
}

static void fill_facts(struct process_image *image, const struct event *event)
{
    image->exe_inode = (uint64_t)event_number(event, PARAM_EXE_INODE, 0);
    image->exe_device = (uint32_t)event_number(event, PARAM_EXE_DEVICE, 0);
    image->exe_ctime = (uint64_t)event_number(event, PARAM_EXE_CTIME, 0);
    image->exe_mtime = (uint64_t)event_number(event, PARAM_EXE_MTIME, 0);
    image->exe_flags = (uint32_t)event_number(event, PARAM_EXE_FLAGS, 0);
}

int image_new(struct image_memory *memory, const struct event *event, uint64_t exec_time,
              struct process_image **ret_image)
{
    struct text exe = param_text(event, PARAM_EXE_PATH);
    struct text filename = param_text(event, PARAM_FILENAME);
    struct text cwd = param_text(event, PARAM_CWD);
    struct text argv = param_text(event, PARAM_ARGV);
    struct text env = param_text(event, PARAM_ENVP);

    while (cwd.len > 1 && cwd.data[cwd.len - 1] == '/')
        cwd.len--;
    size_t strings = (size_t)exe.len + filename.len + cwd.len + argv.len + env.len + 5;
    if (memory->used + sizeof(struct image_block) + strings > memory->max) {
        memory->cut++;
        cut(&argv, CUT_ARGV_MAX);
        cut(&env, 0);
        strings = (size_t)exe.len + filename.len + cwd.len + argv.len + env.len + 5;
    }

    size_t size = sizeof(struct image_block) + strings;
    struct image_block *block = malloc(size);
    if (!block)
        return -ENOMEM;
    *block = (struct image_block){.memory = memory, .size = size};

    struct process_image *image = &block->image;
    char *at = block->strings;
    image->references = 1;
    image->exec_time = exec_time;
    memcpy(image->name, event->header->comm, sizeof(image->name));
    image->exe_path = put(&at, &exe);
    image->filename = put(&at, &filename);
    image->cwd = put(&at, &cwd);
    image->argv = put(&at, &argv);
    image->argv_len = argv.len ? (uint32_t)(at - image->argv) : 0;
    image->argc = count_strings(image->argv, image->argv_len);
    image->env = put(&at, &env);
    image->env_len = env.len ? (uint32_t)(at - image->env) : 0;
    image->argv_truncated = argv.truncated;
    image->env_truncated = env.truncated;
    image->path_truncated = exe.truncated;
    fill_facts(image, event);
    memory->used += size;
    *ret_image = image;
    return 0;
}

struct process_image *image_ref(struct process_image *image)
{
    image->references++;
    return image;
}

struct process_image *image_unref(struct process_image *image)
{
    if (image && !--image->references) {
        struct image_block *block = block_of(image);
        block->memory->used -= block->size;
        free(block);
    }
    return NULL;
}
