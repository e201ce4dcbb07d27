/* SPDX-License-Identifier: Apache-2.0 */
#include "world/processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/containers.h"
#include "world/exec_id.h"

#define ANCESTORS_MAX  4096 /* links followed when a cycle is looked for */
#define CUT_CWD_MAX    256
#define EVICT_SCAN_MAX 16 /* exited processes looked at for one without children */

void processes_init(struct processes *table, uint32_t limit, uint64_t image_bytes)
{
    *table = (struct processes){.limit = limit, .memory.max = image_bytes};
    for (size_t i = 0; i < PROCESS_STATES; i++)
        TAILQ_INIT(&table->lists[i]);
}

struct process *process_ref(struct process *process)
{
    process->references++;
    return process;
}

static void drop_cwd(struct process_entry *entry)
{
    if (entry->process.cwd)
        entry->memory->used -= strlen(entry->process.cwd) + 1;
    free(entry->process.cwd);
    entry->process.cwd = NULL;
}

struct process *process_unref(struct process *process)
{
    if (!process || --process->references)
        return NULL;
    drop_cwd(process_entry_of(process));
    image_unref(process->image);
    containers_leave(process->container);
    free(process);
    return NULL;
}

static void detach_parent(struct process_entry *entry)
{
    struct process *parent = entry->process.parent;

    if (!parent)
        return;
    LIST_REMOVE(entry, sibling);
    entry->process.parent = NULL;
    parent->children--;
    process_unref(parent);
}

static void unhash(struct processes *table, struct process_entry *entry)
{
    struct process_entry *head = processes_find_pid(table, entry->process.id.pid);

    if (head != entry) {
        while (head && head->older != entry)
            head = head->older;
        if (head)
            head->older = entry->older;
        return;
    }
    struct process_entry *older = entry->older;
    if (older)
        HASH_ADD(hh, table->by_pid, process.id.pid, sizeof(uint32_t), older);
    HASH_DEL(table->by_pid, entry);
}

/* Takes it out of the table; its children lose their parent. */
static void drop_one(struct processes *table, struct process_entry *entry)
{
    unhash(table, entry);
    TAILQ_REMOVE(&table->lists[entry->state], entry, link);
    while (!LIST_EMPTY(&entry->offspring))
        detach_parent(LIST_FIRST(&entry->offspring));
    detach_parent(entry);
    entry->table = NULL;
    table->count--;
    process_unref(&entry->process);
}

/* The same, and every ancestor that was kept for its sake only. */
static void drop(struct processes *table, struct process_entry *entry)
{
    while (entry) {
        struct process *parent = entry->process.parent;
        struct process_entry *next = parent ? process_entry_of(parent) : NULL;
        bool last = next && next->state == PROCESS_ANCESTOR && parent->children == 1;

        drop_one(table, entry);
        entry = last ? next : NULL;
    }
}

void processes_done(struct processes *table)
{
    for (size_t i = 0; i < PROCESS_STATES; i++)
        while (!TAILQ_EMPTY(&table->lists[i]))
            drop_one(table, TAILQ_FIRST(&table->lists[i]));
}

struct process_entry *processes_find_pid(struct processes *table, uint32_t pid)
{
    struct process_entry *entry;

    HASH_FIND(hh, table->by_pid, &pid, sizeof(pid), entry);
    return entry;
}

struct process_entry *processes_find(struct processes *table, struct exec_id id)
{
    struct process_entry *head = processes_find_pid(table, id.pid);

    for (struct process_entry *entry = head; entry; entry = entry->older)
        if (entry->process.id.start_time == id.start_time)
            return entry;

    for (struct process_entry *entry = head; entry; entry = entry->older) {
        struct exec_id *known = &entry->process.id;
        if (entry->process.from_proc && exec_id_matches_tick(id, *known)) {
            known->start_time = id.start_time;
            return entry;
        }
        if (exec_id_matches_tick(*known, id))
            return entry;
    }
    return NULL;
}

static struct process_entry *least_useful(struct processes *table, struct process_entry *keep)
{
    struct process_list *alive = &table->lists[PROCESS_ALIVE];
    struct process_list *exited = &table->lists[PROCESS_EXITED];
    struct process_list *ancestors = &table->lists[PROCESS_ANCESTOR];
    struct process_entry *entry;
    unsigned looked = 0;

    TAILQ_FOREACH(entry, exited, link)
    {
        if (!entry->process.children && entry != keep)
            return entry;
        if (++looked == EVICT_SCAN_MAX)
            break;
    }
    TAILQ_FOREACH(entry, ancestors, link)
    if (entry != keep)
        return entry;
    TAILQ_FOREACH(entry, exited, link)
    if (entry != keep)
        return entry;

    /* The second pass finds every `seen` cleared. */
    for (uint32_t left = 2 * table->count; left; left--) {
        entry = TAILQ_FIRST(alive);
        if (!entry || (!entry->seen && entry != keep))
            return entry;
        entry->seen = false;
        TAILQ_REMOVE(alive, entry, link);
        TAILQ_INSERT_TAIL(alive, entry, link);
    }
    return NULL;
}

static bool hash(struct processes *table, struct process_entry *entry)
{
    struct process_entry *head = processes_find_pid(table, entry->process.id.pid);

    /* One from /proc may be older than the one that has the pid already. */
    if (head && head->process.id.start_time > entry->process.id.start_time) {
        while (head->older && head->older->process.id.start_time > entry->process.id.start_time)
            head = head->older;
        entry->older = head->older;
        head->older = entry;
        return true;
    }
    HASH_ADD(hh, table->by_pid, process.id.pid, sizeof(uint32_t), entry);
    if (!entry->hh.tbl)
        return false;
    entry->older = head;
    if (head)
        HASH_DEL(table->by_pid, head);
    return true;
}

static void make_room(struct processes *table, struct process_entry *keep)
{
    while (table->count >= table->limit) {
        struct process_entry *victim = least_useful(table, keep);
        if (!victim)
            break; /* a limit below two */
        table->evicted++;
        drop(table, victim);
    }
}

int processes_add(struct processes *table, struct exec_id id, struct process_image *image,
                  struct process_entry *parent, struct process_entry **ret_entry)
{
    struct process_entry *entry = calloc(1, sizeof(*entry));

    if (!entry)
        return -ENOMEM;
    if (parent)
        process_ref(&parent->process); /* it may be evicted with its last child */
    make_room(table, parent);
    entry->process.id = id;
    if (!hash(table, entry)) {
        free(entry);
        if (parent)
            process_unref(&parent->process);
        return -ENOMEM;
    }
    entry->table = table;
    entry->memory = &table->memory;
    entry->seen = true;
    entry->process.references = 1;
    entry->process.image = image_ref(image);
    memcpy(entry->process.name, image->name, sizeof(entry->process.name));
    entry->process.login_uid = UINT32_MAX;
    TAILQ_INSERT_TAIL(&table->lists[PROCESS_ALIVE], entry, link);
    table->count++;
    if (parent) {
        processes_set_parent(entry, parent);
        process_unref(&parent->process);
    }
    *ret_entry = entry;
    return 0;
}

static bool is_own_ancestor(const struct process_entry *entry, const struct process_entry *parent)
{
    unsigned left = ANCESTORS_MAX;

    if (!entry->process.children)
        return entry == parent;
    for (const struct process *at = &parent->process; at; at = at->parent)
        if (at == &entry->process || !left--)
            return true;
    return false;
}

void processes_set_parent(struct process_entry *entry, struct process_entry *parent)
{
    if (!parent->table || is_own_ancestor(entry, parent))
        return;
    detach_parent(entry);
    entry->process.parent = process_ref(&parent->process);
    parent->process.children++;
    LIST_INSERT_HEAD(&parent->offspring, entry, sibling);
}

void processes_set_image(struct process_entry *entry, struct process_image *image)
{
    image_unref(entry->process.image);
    entry->process.image = image;
}

int processes_set_cwd(struct process_entry *entry, const char *cwd, size_t len)
{
    struct image_memory *memory = entry->memory;

    while (len > 1 && cwd[len - 1] == '/')
        len--;
    const char *at_exec = entry->process.image->cwd;
    if (!cwd || (strlen(at_exec) == len && !memcmp(at_exec, cwd, len))) {
        drop_cwd(entry);
        return 0;
    }
    if (len > CUT_CWD_MAX && memory->used + len + 1 > memory->max) {
        memory->cut++;
        len = CUT_CWD_MAX;
    }
    char *copy = strndup(cwd, len);
    if (!copy)
        return -ENOMEM;
    drop_cwd(entry);
    entry->process.cwd = copy;
    memory->used += strlen(copy) + 1;
    return 0;
}

static void move(struct process_entry *entry, enum process_state state)
{
    TAILQ_REMOVE(&entry->table->lists[entry->state], entry, link);
    entry->state = (uint8_t)state;
    TAILQ_INSERT_TAIL(&entry->table->lists[state], entry, link);
}

void process_remember_capabilities(struct process *process, const struct event_header *header)
{
    process->capabilities = (struct capabilities){
        .effective = header->cap_effective,
        .permitted = header->cap_permitted,
        .inheritable = header->cap_inheritable,
    };
    process->capabilities_known = true;
}

void processes_exit(struct process_entry *entry, uint64_t time)
{
    if (entry->state != PROCESS_ALIVE || !entry->table)
        return;
    entry->process.exit_time = time;
    move(entry, PROCESS_EXITED);
}

void processes_forget(struct processes *table, uint64_t time)
{
    struct process_entry *entry;

    while ((entry = TAILQ_FIRST(&table->lists[PROCESS_EXITED])) &&
           entry->process.exit_time <= time) {
        if (entry->process.children)
            move(entry, PROCESS_ANCESTOR);
        else
            drop(table, entry);
    }
}

uint64_t processes_first_exit(const struct processes *table)
{
    const struct process_entry *entry = TAILQ_FIRST(&table->lists[PROCESS_EXITED]);

    return entry ? entry->process.exit_time : UINT64_MAX;
}

struct process_entry *processes_next(const struct processes *table, struct process_entry *previous)
{
    unsigned state = previous ? previous->state : 0;
    struct process_entry *entry =
        previous ? TAILQ_NEXT(previous, link) : TAILQ_FIRST(&table->lists[0]);

    while (!entry && ++state < PROCESS_STATES)
        entry = TAILQ_FIRST(&table->lists[state]);
    return entry;
}
