/* SPDX-License-Identifier: Apache-2.0 */
#include "world/users.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct user_set *parse(const char *passwd, const char *group, uint64_t malformed)
{
    struct user_set *set;
    uint64_t found;

    assert_int_equal(user_set_new(passwd, strlen(passwd), group, strlen(group), &set, &found), 0);
    assert_int_equal(found, malformed);
    return set;
}

static void test_users(void **state)
{
    struct user_set *set = parse("root:x:0:0:root:/root:/bin/bash\n"
                                 "toor:x:0:0::/toor:/bin/sh\n"
                                 "www-data:x:33:33:www:/var/www:/usr/sbin/nologin\n"
                                 "last:x:4294967295:1:::",
                                 "root:x:0:\nadm:x:4:a,b\n", 0);

    assert_string_equal(user_set_user(set, 0)->name, "root");
    assert_string_equal(user_set_user(set, 0)->home, "/root");
    assert_string_equal(user_set_user(set, 33)->shell, "/usr/sbin/nologin");
    assert_string_equal(user_set_user(set, UINT32_MAX)->shell, "");
    assert_null(user_set_user(set, 1));
    assert_string_equal(user_set_group(set, 4)->name, "adm");
    assert_null(user_set_group(set, 4)->home);
    assert_null(user_set_group(set, 33));
    user_set_free(set);
    assert_null(user_set_user(NULL, 0));
}

static void test_malformed(void **state)
{
    struct user_set *set = parse("# comment\n"
                                 "+::::::\n"
                                 "\n"
                                 "nofields\n"
                                 "few:x:1:1\n"
                                 "many:x:2:2:a:b:c:d\n"
                                 ":x:3:3:::\n"
                                 "neg:x:-4:4:::\n"
                                 "huge:x:4294967296:4:::\n"
                                 "empty:x::4:::\n"
                                 "ok:x:5:5:::",
                                 "bad:x\n", 8);

    assert_null(user_set_user(set, 1));
    assert_string_equal(user_set_user(set, 5)->name, "ok");
    user_set_free(set);
}

static void test_bytes(void **state)
{
    static const char text[] = "a:x:1:1:::\nb\0:x:2:2:::\nc:x:3:3:::\n";
    struct user_set *set;
    uint64_t malformed;

    assert_int_equal(user_set_new(text, sizeof(text) - 1, NULL, 0, &set, &malformed), 0);
    assert_int_equal(malformed, 1);
    assert_string_equal(user_set_user(set, 3)->name, "c");
    assert_null(user_set_user(set, 2));
    user_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
