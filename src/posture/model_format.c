/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "event/names.h"
#include "posture/model.h"

const char *source_name(enum source source)
{
    static const char *const names[] = {
        [SOURCE_NONE] = "none",         [SOURCE_OCI] = "config.json", [SOURCE_RUNTIME] = "runtime",
        [SOURCE_MANIFEST] = "manifest", [SOURCE_KERNEL] = "kernel",   [SOURCE_NODE] = "node",
    };

    return names[source];
}

const char *evidence_place(const struct evidence *evidence, char *buffer, size_t size)
{
    const char *file = evidence->file ? evidence->file : "";

    if (evidence->line && evidence->column)
        snprintf(buffer, size, "%s:%u:%u", file, evidence->line, evidence->column);
    else if (evidence->line)
        snprintf(buffer, size, "%s:%u", file, evidence->line);
    else
        snprintf(buffer, size, "%s", file);
    return buffer;
}

static void format_value(struct buf *text, const struct setting *setting, enum setting_kind kind)
{
    switch (kind) {
    case SETTING_FLAG: buf_add_string(text, setting->flag ? "true" : "false"); return;
    case SETTING_NUMBER: buf_printf(text, "%" PRId64, setting->number); return;
    case SETTING_TEXT: buf_printf(text, "\"%s\"", setting->text); return;
    case SETTING_MASK:
        if (setting->mask)
            names_capability_set(text, setting->mask);
        else
            buf_add_string(text, "none");
        return;
    case SETTING_TEXTS:
        for (size_t i = 0; i < setting->texts.count; i++)
            buf_printf(text, "%s%s", i ? " " : "", setting->texts.items[i].text);
        if (!setting->texts.count)
            buf_add_string(text, "none");
        return;
    }
}

const char *setting_format(const struct setting *setting, enum setting_kind kind, char *buffer,
                           size_t size)
{
    _cleanup_buf_ struct buf text = {0};

    switch (setting->presence) {
    case PRESENCE_UNKNOWN: buf_add_string(&text, "unknown"); break;
    case PRESENCE_UNSET: buf_add_string(&text, "unset"); break;
    case PRESENCE_SET: format_value(&text, setting, kind); break;
    }
    snprintf(buffer, size, "%s", text.data ? text.data : "");
    return buffer;
}
