/* SPDX-License-Identifier: Apache-2.0 */
#include "world/hold.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct event_writer writer;

static struct event make(enum event_type type, uint32_t pid, uint32_t child)
{
    struct event_header header = {.type = (uint16_t)type, .pid = pid, .start_time = pid * 10ull};
    struct event event;

    event_writer_begin(&writer, &header);
    if (child) {
        event_writer_number(&writer, PARAM_CHILD_PID, child);
        event_writer_number(&writer, PARAM_CHILD_START, child * 10);
    }
    assert_int_equal(event_writer_finish(&writer), 0);
    assert_int_equal(event_decode(writer.data, writer.len, &event), 0);
    return event;
}

static struct hold_queue *find(struct hold *hold, uint32_t pid)
{
    return hold_find(hold, (struct exec_id){.pid = pid, .start_time = pid * 10ull});
}

static void test_order_and_actors(void **state)
{
    struct hold hold;
    struct hold_queue queue, other;
    struct event event;

    hold_init(&hold, 10, 10000);
    hold_queue_init(&queue);
    hold_queue_init(&other);
    event = make(EVENT_CLONE, 1, 2);
    assert_int_equal(hold_add(&hold, &queue, &event), 0);
    event = make(EVENT_OPEN, 2, 0);
    assert_int_equal(hold_add(&hold, &queue, &event), 0);
    event = make(EVENT_OPEN, 3, 0);
    assert_int_equal(hold_add(&hold, &other, &event), 0);
    assert_int_equal(hold.count, 3);
    assert_ptr_equal(find(&hold, 1), &queue);
    assert_ptr_equal(find(&hold, 2), &queue);
    assert_ptr_equal(find(&hold, 3), &other);
    assert_null(find(&hold, 4));

    struct held *held = hold_take(&hold, &queue);
    assert_int_equal(((struct event_header *)(void *)held->record)->pid, 1);
    free(held);
    hold_release_actors(&hold, &queue);
    assert_null(find(&hold, 2));
    assert_ptr_equal(find(&hold, 3), &other);
    hold_queue_done(&hold, &queue);
    hold_queue_done(&hold, &other);
    assert_int_equal(hold.count, 0);
    assert_int_equal(hold.bytes, 0);
    assert_null(hold.by_id);
}

static void test_bounds(void **state)
{
    struct hold hold;
    struct hold_queue queue;
    struct event event = make(EVENT_OPEN, 1, 0);

    hold_init(&hold, 2, 10000);
    hold_queue_init(&queue);
    assert_int_equal(hold_add(&hold, &queue, &event), 0);
    assert_int_equal(hold_add(&hold, &queue, &event), 0);
    assert_int_equal(hold_add(&hold, &queue, &event), -ENOSPC);
    hold_queue_done(&hold, &queue);

    hold_init(&hold, 100, sizeof(struct event_header) + 8);
    assert_int_equal(hold_add(&hold, &queue, &event), 0);
    assert_int_equal(hold_add(&hold, &queue, &event), -ENOSPC);
    hold_queue_done(&hold, &queue);
    hold_init(&hold, 100, 8);
    assert_int_equal(hold_add(&hold, &queue, &event), -ENOSPC);
    assert_null(find(&hold, 1));
}

static int done(void **state)
{
    event_writer_done(&writer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_actors),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, done);
}
