/* SPDX-License-Identifier: Apache-2.0 */
#include "world/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/containers.h"
#include "world/exec_id.h"

static struct processes table;

static struct process_image *make_image(const char *argv, size_t argv_len, const char *exe)
{
    struct event_writer writer = {0};
    struct event_header header = {.type = EVENT_EXECVE, .comm = "tool"};
    struct process_image *image;
    struct event event;

    event_writer_begin(&writer, &header);
    event_writer_string(&writer, PARAM_EXE_PATH, exe);
    event_writer_string(&writer, PARAM_CWD, "/srv//");
    event_writer_bytes(&writer, PARAM_ARGV, 0, argv, argv_len);
    event_writer_bytes(&writer, PARAM_ENVP, PARAM_FLAG_TRUNCATED, "A=1\0B=2", 7);
    assert_int_equal(event_writer_finish(&writer), 0);
    assert_int_equal(event_decode(writer.data, writer.len, &event), 0);
    assert_int_equal(image_new(&table.memory, &event, 7, &image), 0);
    event_writer_done(&writer);
    return image;
}

static struct process_entry *add(uint32_t pid, uint64_t start, struct process_entry *parent)
{
    struct process_image *image = make_image("tool\0-v", 8, "/bin/tool");
    struct exec_id id = {.pid = pid, .start_time = start};
    struct process_entry *entry;

    assert_int_equal(processes_add(&table, id, image, parent, &entry), 0);
    image_unref(image);
    return entry;
}

static struct process_entry *find(uint32_t pid, uint64_t start)
{
    return processes_find(&table, (struct exec_id){.pid = pid, .start_time = start});
}

static int setup(void **state)
{
    processes_init(&table, 8, 1u << 20);
    return 0;
}

static int teardown(void **state)
{
    processes_done(&table);
    assert_int_equal(table.count, 0);
    assert_int_equal(table.memory.used, 0);
    return 0;
}

static void test_image(void **state)
{
    struct process_image *image = make_image("tool\0\0last", 10, "/bin/tool");

    assert_string_equal(image->name, "tool");
    assert_string_equal(image->exe_path, "/bin/tool");
    assert_string_equal(image->filename, "");
    assert_string_equal(image->cwd, "/srv");
    assert_int_equal(image->argc, 3);
    assert_int_equal(image->argv_len, 11);
    assert_memory_equal(image->argv, "tool\0\0last", 11);
    assert_int_equal(image->env_len, 8);
    assert_true(image->env_truncated);
    assert_false(image->argv_truncated);
    assert_int_equal(image->exec_time, 7);
    image_unref(image);

    image = make_image("", 0, "");
    assert_int_equal(image->argc, 0);
    assert_string_equal(image->argv, "");
    image_unref(image);
}

static void test_image_bound(void **state)
{
    static char argv[1000];

    memset(argv, 'x', sizeof(argv));
    table.memory.max = 1500;
    struct process_image *whole = make_image(argv, sizeof(argv), "/bin/a");
    struct process_image *cut = make_image(argv, sizeof(argv), "/bin/b");
    assert_int_equal(whole->argv_len, 1001);
    assert_int_equal(cut->argv_len, 257);
    assert_true(cut->argv_truncated);
    assert_true(cut->env_truncated);
    assert_string_equal(cut->exe_path, "/bin/b");
    assert_int_equal(table.memory.cut, 1);
    image_unref(whole);
    image_unref(cut);
}

static void test_pid_reuse(void **state)
{
    struct process_entry *old = add(5, 100, NULL);
    struct process_entry *young = add(5, 300, NULL);
    struct process_entry *middle = add(5, 200, NULL); /* found in /proc late */

    assert_ptr_equal(find(5, 100), old);
    assert_ptr_equal(find(5, 200), middle);
    assert_ptr_equal(find(5, 300), young);
    assert_null(find(5, 150));
    assert_ptr_equal(processes_find_pid(&table, 5), young);

    processes_exit(middle, 1000);
    processes_forget(&table, 1000);
    assert_null(find(5, 200));
    assert_ptr_equal(find(5, 100), old);
    processes_exit(young, 1001);
    processes_forget(&table, 1001);
    assert_ptr_equal(processes_find_pid(&table, 5), old);
    assert_int_equal(table.count, 1);
}

static void test_ticks(void **state)
{
    const uint64_t tick = 7 * EXEC_ID_TICK_NS;
    struct process_entry *found = add(9, tick, NULL);

    found->process.from_proc = true;
    assert_null(find(9, tick + EXEC_ID_TICK_NS));
    assert_ptr_equal(find(9, tick + 12345), found);
    assert_true(found->process.id.start_time == tick + 12345);
    assert_null(find(9, tick + 12346));     /* its exact time is known now */
    assert_ptr_equal(find(9, tick), found); /* what /proc says of it */
}

static void test_ancestors_over_exit(void **state)
{
    struct process_entry *grandparent = add(1, 1, NULL);
    struct process_entry *parent = add(2, 2, grandparent);
    struct process_entry *child = add(3, 3, parent);

    processes_exit(grandparent, 10);
    processes_exit(parent, 11);
    assert_true(processes_first_exit(&table) == 10);
    processes_forget(&table, 100);
    assert_true(processes_first_exit(&table) == UINT64_MAX);
    assert_int_equal(table.count, 3);
    assert_ptr_equal(child->process.parent->parent, &grandparent->process);
    assert_int_equal(child->process.parent->exit_time, 11);

    /* A process that someone keeps does not keep its ancestors. */
    struct process *kept = process_ref(&child->process);
    processes_exit(child, 200);
    processes_forget(&table, 200);
    assert_int_equal(table.count, 0);
    assert_null(kept->parent);
    assert_string_equal(kept->image->exe_path, "/bin/tool");
    assert_null(process_unref(kept));
}

static void test_no_cycles(void **state)
{
    struct process_entry *a = add(1, 1, NULL);
    struct process_entry *b = add(2, 2, a);

    processes_set_parent(a, b);
    assert_null(a->process.parent);
    processes_set_parent(b, b);
    assert_ptr_equal(b->process.parent, &a->process);
    assert_int_equal(a->process.children, 1);
}

static void test_eviction(void **state)
{
    struct process_entry *init = add(1, 1, NULL);
    struct process_entry *shell = add(2, 2, init);
    struct process_entry *exited = add(3, 3, shell);
    struct process_entry *ancestor = add(4, 4, init);
    struct process_entry *orphan = add(5, 5, ancestor);

    processes_exit(ancestor, 10);
    processes_forget(&table, 10);
    processes_exit(exited, 20);
    for (uint32_t pid = 10; pid < 13; pid++)
        add(pid, pid, init);
    assert_int_equal(table.count, 8);
    assert_int_equal(table.evicted, 0);

    add(20, 20, init); /* an exited one goes first */
    assert_null(find(3, 3));
    add(21, 21, init); /* then an ancestor; its child loses the link */
    assert_null(find(4, 4));
    assert_null(orphan->process.parent);

    /* At last one alive that was not seen for long; never the parent of the new one. */
    init->seen = shell->seen = false;
    add(22, 22, init);
    assert_null(find(2, 2));
    assert_ptr_equal(find(1, 1), init);
    assert_int_equal(table.evicted, 3);
    for (uint32_t pid = 100; pid < 200; pid++)
        add(pid, pid, init);
    assert_int_equal(table.count, 8);
    assert_ptr_equal(find(1, 1), init);
    assert_int_equal(table.evicted, 103);
}

static void test_evicts_with_last_child(void **state)
{
    struct process_entry *top = add(1, 1, NULL);

    for (uint32_t pid = 2; pid < 9; pid++)
        top = add(pid, pid, top);
    for (struct process *at = top->process.parent; at; at = at->parent)
        processes_exit(process_entry_of(at), 5);
    processes_forget(&table, 5);
    processes_exit(top, 6);
    /* The only one to evict is the last child; with it goes the whole line. */
    struct process_entry *parent = process_entry_of(top->process.parent);
    struct process_entry *last = add(50, 50, parent);
    assert_null(last->process.parent);
    assert_int_equal(table.count, 1);
}

static void test_cwd(void **state)
{
    struct process_entry *entry = add(1, 1, NULL);

    assert_string_equal(process_cwd(&entry->process), "/srv");
    processes_set_cwd(entry, "/tmp/", 5);
    assert_string_equal(process_cwd(&entry->process), "/tmp");
    processes_set_cwd(entry, "/", 1);
    assert_string_equal(process_cwd(&entry->process), "/");
    processes_set_cwd(entry, "/srv", 4);
    assert_null(entry->process.cwd);
    table.memory.max = table.memory.used;
    static char path[1000];
    memset(path, 'd', sizeof(path));
    processes_set_cwd(entry, path, sizeof(path));
    assert_int_equal(strlen(process_cwd(&entry->process)), 256);
    assert_int_equal(table.memory.cut, 1);
}

static void test_iteration(void **state)
{
    struct process_entry *a = add(1, 1, NULL);
    struct process_entry *b = add(2, 2, a);
    struct process_entry *at = NULL;
    unsigned count = 0;

    add(2, 3, b);
    processes_exit(a, 1);
    processes_forget(&table, 1);
    processes_exit(b, 2);
    while ((at = processes_next(&table, at)))
        count++;
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(test_image),     TEST(test_image_bound),
        TEST(test_pid_reuse), TEST(test_ticks),
        TEST(test_no_cycles), TEST(test_ancestors_over_exit),
        TEST(test_eviction),  TEST(test_evicts_with_last_child),
        TEST(test_cwd),       TEST(test_iteration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
