/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A condition, over an event that has a value of each type. Of a condition and its negation one
 * holds, whatever the event's type: evaluation and the choice of events must agree.
 */
#include <ctype.h>
#include <stdint.h>

#include "base/buf.h"
#include "rules/stub.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_values(void)
{
    static const char *const ancestors[] = {"sh", "sshd", NULL};
    static const char *const labels[] = {"app", "web", NULL};

    stub_reset();
    stub_string("proc.name", "Cat");
    stub_string("proc.cmdline", "Cat -n \"/etc/shadow\"");
    stub_string("fd.name", "/etc/pam.d/login");
    stub_string("container.name", "Y2F0");
    stub_string("container.id", "");
    stub_string("evt.arg[flags]", "O_RDONLY");
    stub_list("proc.aname", ancestors);
    stub_list("k8s.pod.labels", labels);
    stub_number("fd.num", -1);
    stub_number("evt.rawres", 255);
    stub_number("fd.sport", 443);
    stub_number("evt.is_open_read", 1);
    stub_number("proc.duration", 5000000000);
    stub_address("fd.sip", "10.1.2.3");
    stub_pair("fd.ip", "2001:db8::1", "2001:db8::2");
    stub_address("fd.net", "::ffff:127.0.0.9");
    stub_address("fd.sip.name", "10.1.2.3");
}

/* As a quoted value of one line, which any bytes can be. */
static void add_quoted(struct buf *yaml, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (isprint(data[i]) && data[i] != '"' && data[i] != '\\')
            buf_add_char(yaml, (char)data[i]);
        else
            buf_printf(yaml, "\\x%02x", data[i]);
    }
}

static void add_rule(struct buf *yaml, const char *name, const char *before, const uint8_t *data,
                     size_t size, const char *after)
{
    buf_printf(yaml, "- rule: %s\n  desc: d\n  output: o\n  priority: INFO\n  condition: \"%s",
               name, before);
    add_quoted(yaml, data, size);
    buf_printf(yaml, "%s\"\n", after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum event_type types[] = {EVENT_OPENAT, EVENT_EXECVE, EVENT_CONNECT};
    _cleanup_buf_ struct buf yaml = {0};

    set_values();
    buf_add_string(&yaml, "- list: names\n  items: [Cat, ls, 'a b', 443, 10.1.2.3]\n"
                          "- list: none\n  items: []\n"
                          "- macro: opened\n  condition: evt.type in (open, openat)\n"
                          "- macro: quiet\n  condition: opened and not proc.name in (names)\n");
    add_rule(&yaml, "given", "", data, size, "");
    struct ruleset *rules = stub_load(yaml.data);
    if (!rules)
        return 0;
    rules_free(rules);

    add_rule(&yaml, "negated", "not (", data, size, ")");
    rules = stub_load(yaml.data);
    if (!rules) /* too long, or too deep, by what was added */
        return 0;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (stub_judge(rules, types[i]) != 1)
            abort();
    rules_free(rules);
    return 0;
}
