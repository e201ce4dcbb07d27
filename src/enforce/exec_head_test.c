/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/exec_head.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

static enum exec_head head_of(const void *data, size_t len)
{
    _cleanup_close_ int fd = memfd_create("head", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    return exec_head_of(fd);
}

struct program {
    Elf64_Ehdr head;
    Elf64_Phdr segments[2];
};

static struct program make_program(uint32_t second)
{
    return (struct program){
        .head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64},
                 .e_phoff = offsetof(struct program, segments),
                 .e_phnum = 2,
                 .e_phentsize = sizeof(Elf64_Phdr)},
        .segments = {{.p_type = PT_LOAD}, {.p_type = second}},
    };
}

static void test_heads(void **state)
{
    struct program interpreted = make_program(PT_INTERP), alone = make_program(PT_LOAD);

    assert_int_equal(head_of("#!/bin/sh\n", 10), EXEC_SCRIPT);
    assert_int_equal(head_of("#!", 2), EXEC_SCRIPT);
    assert_int_equal(head_of("", 0), EXEC_ALONE);
    assert_int_equal(head_of("#", 1), EXEC_ALONE);
    assert_int_equal(head_of("\177ELF", 4), EXEC_ALONE);
    assert_int_equal(head_of(&interpreted, sizeof(interpreted)), EXEC_WITH_INTERPRETER);
    assert_int_equal(head_of(&alone, sizeof(alone)), EXEC_ALONE);
    /* Headers that are not there, or too many. */
    assert_int_equal(head_of(&interpreted, sizeof(interpreted) - sizeof(Elf64_Phdr)), EXEC_ALONE);
    interpreted.head.e_phnum = 0xffff;
    assert_int_equal(head_of(&interpreted, sizeof(interpreted)), EXEC_ALONE);
    interpreted.head.e_phoff = UINT64_MAX - 8;
    assert_int_equal(head_of(&interpreted, sizeof(interpreted)), EXEC_ALONE);
}

static void test_narrow(void **state)
{
    struct {
        Elf32_Ehdr head;
        Elf32_Phdr segment;
    } program = {
        .head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32},
                 .e_phoff = sizeof(Elf32_Ehdr),
                 .e_phnum = 1},
        .segment = {.p_type = PT_INTERP},
    };

    assert_int_equal(head_of(&program, sizeof(program)), EXEC_WITH_INTERPRETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_narrow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
