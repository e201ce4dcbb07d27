/* SPDX-License-Identifier: Apache-2.0 */
#include "world/dns.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char told[1024];

static void tell(void *data, const char *name, const uint8_t *address, size_t len, uint32_t ttl)
{
    size_t at = strlen(told);

    snprintf(told + at, sizeof(told) - at, "%s=%u/%zu:%u ", name, address[len - 1], len, ttl);
}

#define HEADER(flags, answers)   "\x12\x34" flags "\x00\x01\x00" answers "\x00\x00\x00\x00"
#define QUESTION                 "\3WWW\7example\3org\0\0\1\0\1" /* at 12; "example" at 16; 21 bytes */
#define A(name, last)            name "\0\1\0\1\0\0\0\x1e\0\4\x0a\0\0" last
#define CNAME(name, len, target) name "\0\5\0\1\0\0\0\x1e\0" len target
#define AAAA(name, last)                                                                           \
    name "\0\x1c\0\1\0\0\0\x1e\0\x10"                                                              \
         "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0" last

static int parse(const void *message, size_t len, bool truncated)
{
    /* A copy of its own size: ASan sees a read past it. */
    uint8_t *copy = test_malloc(len ? len : 1);

    memcpy(copy, message, len);
    told[0] = '\0';
    int r = dns_parse(copy, len, truncated, tell, NULL);
    test_free(copy);
    return r;
}

#define PARSE(text) parse(text, sizeof(text) - 1, false)

static void test_addresses(void **state)
{
    assert_int_equal(
        PARSE(HEADER("\x81\x80", "\2") QUESTION A("\xc0\x0c", "\7") AAAA("\xc0\x0c", "\x09")), 2);
    assert_string_equal(told, "www.example.org=7/4:30 www.example.org=9/16:30 ");
}

static void test_aliases(void **state)
{
    /* www.example.org -> a.example.org -> b.example.org, and one nobody asked for */
    assert_int_equal(PARSE(HEADER("\x81\x80", "\4")
                               QUESTION CNAME("\xc0\x0c", "\4", "\1a\xc0\x10") /* data at 45 */
                           CNAME("\xc0\x2d", "\4", "\1b\xc0\x10")              /* data at 61 */
                           A("\xc0\x3d", "\5") A("\4evil\xc0\x10", "\6")),
                     3);
    assert_string_equal(told, "www.example.org=5/4:30 a.example.org=5/4:30 b.example.org=5/4:30 ");
}

static void test_alias_loop(void **state)
{
    assert_int_equal(PARSE(HEADER("\x81\x80", "\3") QUESTION CNAME("\xc0\x0c", "\4", "\1a\xc0\x10")
                               CNAME("\xc0\x2d", "\2", "\xc0\x0c") A("\xc0\x2d", "\5")),
                     2);
}

static void test_not_answers(void **state)
{
    assert_int_equal(PARSE(HEADER("\x01\x00", "\1") QUESTION), 0);           /* a query */
    assert_int_equal(PARSE(HEADER("\x81\x83", "\1") QUESTION), 0);           /* NXDOMAIN */
    assert_int_equal(PARSE(HEADER("\xa9\x80", "\1") QUESTION), 0);           /* an update */
    assert_int_equal(PARSE(HEADER("\x81\x80", "\0") QUESTION), 0);           /* no answer */
    assert_int_equal(PARSE("\x12\x34\x81\x80\0\2\0\1\0\0\0\0" QUESTION), 0); /* two questions */
    /* another class, another type */
    assert_int_equal(PARSE(HEADER("\x81\x80", "\2") QUESTION "\xc0\x0c\0\1\0\3\0\0\0\0\0\4\1\2\3\4"
                                                             "\xc0\x0c\0\x10\0\1\0\0\0\0\0\2\1x"),
                     0);
    assert_string_equal(told, "");
}

static void test_malformed(void **state)
{
    assert_int_equal(PARSE(""), -EBADMSG);
    assert_int_equal(PARSE("\x12\x34\x81"), -EBADMSG);
    /* compression: to itself, forwards, into a loop of two, a reserved kind of label */
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") "\xc0\x0c\0\1\0\1"), -EBADMSG);
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") "\xc0\x10\0\1\0\1\1a\0"), -EBADMSG);
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") QUESTION A("\xc0\x21", "\1")), -EBADMSG);
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") "\1a\xc0\x0c\0\1\0\1"), -EBADMSG);
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") "\x80"
                                                    "a\0\0\1\0\1"),
                     -EBADMSG);
    /* odd bytes within a label */
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") "\3a.b\0\0\1\0\1" A("\xc0\x0c", "\1")),
                     -EBADMSG);
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") "\3a\nb\0\0\1\0\1" A("\xc0\x0c", "\1")),
                     -EBADMSG);
    /* an address of the wrong length */
    assert_int_equal(PARSE(HEADER("\x81\x80", "\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\0\0\3\1\2\3"),
                     -EBADMSG);
    /* an alias that does not fill its data */
    assert_int_equal(
        PARSE(HEADER("\x81\x80", "\1") QUESTION CNAME("\xc0\x0c", "\5", "\1a\xc0\x10z")), -EBADMSG);
}

static void test_long_name(void **state)
{
    char message[512] = {0x12, 0x34, (char)0x81, (char)0x80, 0, 1, 0, 1};
    size_t at = 12;

    for (unsigned i = 0; i < 5; i++) {
        message[at++] = 60;
        memset(message + at, 'x', 60);
        at += 60;
    }
    assert_int_equal(parse(message, at + 5, false), -EBADMSG);
}

static void test_truncated(void **state)
{
    static const char message[] =
        HEADER("\x81\x80", "\2") QUESTION A("\xc0\x0c", "\7") A("\xc0\x0c", "\x08");
    const size_t len = sizeof(message) - 1;

    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(parse(message, cut, false), -EBADMSG);
        int r = parse(message, cut, true);
        assert_int_equal(r, cut < 12 ? -EBADMSG : cut < len - 16 ? 0 : 1);
    }
    assert_int_equal(parse(message, len, true), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),  cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_alias_loop), cmocka_unit_test(test_not_answers),
        cmocka_unit_test(test_malformed),  cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_truncated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
