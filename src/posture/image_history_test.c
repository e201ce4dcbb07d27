/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/image_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "posture/check.h"
#include "world/json_get.h"
#include "world/tree_testing.h"

#define ID                                                                                         \
    "0123456789abcdef0123456789abcdef"                                                             \
    "0123456789abcdef0123456789abcdef"
#define FILE_NAME "var/lib/docker/image/overlay2/imagedb/content/sha256/" ID

static enum verdict ask(const struct container_config *container, struct arena *arena,
                        struct check_run *ret_run)
{
    const struct check *check = check_find("BULWARK-SECRET-IMAGE-HISTORY");
    struct subject subject = {.kind = SUBJECT_CONTAINER,
                              .source = SOURCE_KERNEL,
                              .name = "container/x",
                              .container = container};
    struct check_options options = {.kubernetes_minor = KUBERNETES_MINOR_NEWEST};

    assert_non_null(check);
    assert_true(check_applies(check, &subject, &options));
    check_evaluate(check, &subject, &options, arena, ret_run);
    assert_true(ret_run->answered);
    return ret_run->verdict;
}

static void test_history(void **state)
{
    static const struct {
        const char *image;
        enum verdict verdict;
        size_t notes;
        const char *field, *text; /* of the first note */
    } rows[] = {
        {"{\"history\": [{\"created_by\": \"RUN make\"}, {}, {\"created_by\": \"ENV "
         "API_TOKEN=a1b2c3d4\"}]}",
         VERDICT_FAIL, 1, "history[2].created_by",
         "API_TOKEN holds a secret by its name in a step of the image"},
        {"{\"history\": [{\"created_by\": \"|2 A_TOKEN=a1b2c3d4 B_TOKEN=a1b2c3d4 sh\"}]}",
         VERDICT_FAIL, 2, "history[0].created_by",
         "A_TOKEN holds a secret by its name in a step of the image"},
        {"{\"history\": [{\"created_by\": \"RUN x https://u:a1b2@h/\"}]}", VERDICT_FAIL, 1,
         "history[0].created_by", "a password in a URL in a step of the image"},
        {"{\"history\": [{\"created_by\": \"RUN make\"}]}", VERDICT_PASS, 0, NULL, NULL},
        {"{\"history\": []}", VERDICT_PASS, 0, NULL, NULL},
        {"{}", VERDICT_PASS, 0, NULL, NULL},
        {"{\"history\": {\"created_by\": \"x\"}}", VERDICT_UNKNOWN, 1, "history",
         "has the wrong type"},
        {"{\"history\": [1, null, [], {\"created_by\": 1}]}", VERDICT_PASS, 0, NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_json_ json_t *image = json_loads(rows[i].image, 0, NULL);
        _cleanup_arena_ struct arena arena = {0};
        struct container_config container = {.source = SOURCE_KERNEL};
        struct check_run run;
        assert_non_null(image);
        assert_int_equal(image_history_parse(image, "/config", &arena, &container), 0);
        if (ask(&container, &arena, &run) != rows[i].verdict || run.note_count != rows[i].notes)
            fail_msg("%s: %s", rows[i].image, verdict_name(run.verdict));
        if (!run.note_count)
            continue;
        assert_string_equal(run.notes[0].evidence.field, rows[i].field);
        assert_string_equal(run.notes[0].text, rows[i].text);
        assert_string_equal(run.notes[0].evidence.file, "/config");
        /* never the secret */
        assert_true(!run.notes[0].evidence.text || rows[i].verdict == VERDICT_UNKNOWN);
    }
}

static void read_container(const char *text, const char *image, const char *id,
                           enum verdict expected)
{
    const struct container container = {
        .image = image, .image_id = id, .image_digest = "", .bundle = "", .rootfs = ""};
    struct container_config config = {.source = SOURCE_KERNEL};
    _cleanup_arena_ struct arena arena = {0};
    struct check_run run;
    struct facts *facts;
    struct error error;
    struct tree tree;

    tree_make(&tree);
    tree_write(&tree, FILE_NAME, text, 1);
    assert_int_equal(facts_new(tree.root, NULL, NULL, &facts, &error), 0);
    assert_int_equal(image_history_read(facts, &container, &arena, &config), 0);
    assert_int_equal(ask(&config, &arena, &run), expected);
    facts_free(facts);
    tree_remove(&tree);
}

static void test_containers(void **state)
{
    static const char good[] = "{\"history\": [{\"created_by\": \"RUN make\"}]}";

    read_container(good, "a", ID, VERDICT_PASS);
    read_container("{\"history\": [{\"created_by\": \"ENV API_TOKEN=a1b2c3d4\"}]}", "a", ID,
                   VERDICT_FAIL);
    read_container(good, "", "", VERDICT_NOT_APPLICABLE);
    read_container(good, "a", "", VERDICT_UNKNOWN);
    read_container("{\"history\": [", "a", ID, VERDICT_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_containers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
