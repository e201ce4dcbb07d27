/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/permission.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "event/filter.h"
#include "event/noise.h"
#include "event/table.h"
#include "sensor/object.h"

#include "describe.skel.h"

struct permission {
    struct describe *program;
    const struct permission_record *record;
};

DEFINE_CLEANUP(struct permission *, permission_close);
DEFINE_CLEANUP(struct btf *, btf__free);

static int configure(struct describe *program, const struct btf *btf)
{
    const struct object_machine machine = OBJECT_MACHINE(program);
    const struct bpf_map *const kept[] = {
        program->maps.scratches, program->maps.counters, program->maps.permission_records,
        program->maps.bss,       program->maps.rodata,
    };

    program->rodata->describes_another = true;
    int r = object_fit(&machine, btf);
    return r < 0 ? r : object_keep_maps(program->obj, kept, sizeof(kept) / sizeof(kept[0]));
}

static void fill_types(struct describe *program)
{
    uint8_t types[EVENT_SYSCALL_MAX];

    for (int compat = 0; compat < 2; compat++) {
        uint8_t *table = compat ? program->bss->compat_types : program->bss->native_types;

        event_syscall_table(compat, types);
        for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++)
            table[number] = event_executes(types[number]) || event_opens(types[number])
                                ? types[number]
                                : EVENT_NONE;
    }
}

int permission_open(struct permission **ret_permission, struct error *ret_error)
{
    _cleanup_(permission_closep) struct permission *permission = calloc(1, sizeof(*permission));
    _cleanup_(btf__freep) struct btf *btf = btf__load_vmlinux_btf();

    if (!permission)
        return error_set(ret_error, -ENOMEM, "out of memory");
    if (!btf || btf__find_by_name_kind(btf, "bpf_task_from_pid", BTF_KIND_FUNC) <= 0)
        return error_set(ret_error, -EOPNOTSUPP, "the kernel lets no program look up a task");
    struct describe *program = permission->program = describe__open();
    if (!program)
        return error_set(ret_error, -errno, "can't open the BPF object: %s", strerror(errno));
    int r = configure(program, btf);
    if (r == 0)
        r = describe__load(program);
    if (r < 0)
        return error_set(ret_error, -EOPNOTSUPP,
                         "the kernel refused the program that describes what is asked: %s",
                         strerror(-r));
    fill_types(program);
    void *record = mmap(NULL, sizeof(*permission->record), PROT_READ, MAP_SHARED,
                        bpf_map__fd(program->maps.permission_records), 0);
    if (record == MAP_FAILED)
        return error_set(ret_error, -errno, "can't map its record: %s", strerror(errno));
    permission->record = record;
    *ret_permission = TAKE_PTR(permission);
    return 0;
}

void permission_close(struct permission *permission)
{
    if (!permission)
        return;
    if (permission->record)
        munmap((void *)(uintptr_t)permission->record, sizeof(*permission->record));
    describe__destroy(permission->program);
    free(permission);
}

int permission_describe(struct permission *permission, int fd, uint32_t tid, bool exec,
                        const void **ret_record, size_t *ret_size)
{
    struct permission_request request = {.fd = fd, .tid = tid, .exec = exec};
    struct bpf_test_run_opts run = {
        .sz = sizeof(run), .ctx_in = &request, .ctx_size_in = sizeof(request)};

    int r = bpf_prog_test_run_opts(bpf_program__fd(permission->program->progs.permission_describe),
                                   &run);
    if (r < 0)
        return r;
    if (run.retval)
        return run.retval == PERMISSION_NO_CALL ? -ENODATA : -ESRCH;
    if (!request.size)
        return -EBUSY;
    *ret_record = permission->record->data;
    *ret_size = request.size;
    return 0;
}
