/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/exec_head.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define HEADERS_MAX 65536 /* bytes of program headers: as the kernel */

/* Walk program headers of `size` bytes each, whose type is their first member in both classes. */
static bool has_interpreter(int fd, uint64_t offset, unsigned count, size_t size)
{
    if (count * size > HEADERS_MAX)
        return false;
    for (unsigned i = 0; i < count; i++) {
        uint32_t type;
        if (pread(fd, &type, sizeof(type), (off_t)(offset + i * size)) != sizeof(type))
            return false;
        if (type == PT_INTERP)
            return true;
    }
    return false;
}

enum exec_head exec_head_of(int fd)
{
    union {
        unsigned char bytes[EI_NIDENT];
        Elf64_Ehdr elf64;
        Elf32_Ehdr elf32;
    } head = {0};
    bool found = false;

    ssize_t n = pread(fd, &head, sizeof(head), 0);
    if (n >= 2 && head.bytes[0] == '#' && head.bytes[1] == '!')
        return EXEC_SCRIPT;
    if (n < (ssize_t)sizeof(head.elf32) || memcmp(head.bytes, ELFMAG, SELFMAG) != 0)
        return EXEC_ALONE;
    if (head.bytes[EI_CLASS] == ELFCLASS64 && n >= (ssize_t)sizeof(head.elf64))
        found = has_interpreter(fd, head.elf64.e_phoff, head.elf64.e_phnum, sizeof(Elf64_Phdr));
    else if (head.bytes[EI_CLASS] == ELFCLASS32)
        found = has_interpreter(fd, head.elf32.e_phoff, head.elf32.e_phnum, sizeof(Elf32_Phdr));
    return found ? EXEC_WITH_INTERPRETER : EXEC_ALONE;
}
