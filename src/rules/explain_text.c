/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/explain_text.h"

#include <stdlib.h>
#include <string.h>

/* The values of an atom as they are written, from its key: "LENGTH:VALUE" each, after a blank. */
struct values {
    const char *at, *end;
};

static struct values values_of(const struct atom *atom, size_t head_len)
{
    return (struct values){atom->key + head_len, atom->key + atom->hh.keylen};
}

static bool next_value(struct values *values, const char **ret_text, size_t *ret_len)
{
    char *colon;

    if (values->at >= values->end)
        return false;
    size_t len = strtoul(values->at, &colon, 10);
    *ret_text = colon + 1;
    *ret_len = len;
    values->at = colon + 1 + len;
    return true;
}

static void add_value(struct buf *buf, const char *text, size_t len)
{
    size_t plain = strcspn(text, " \t\r\n(),=<>!\"'"); /* a blank or the NUL is behind the value */

    if (len && plain >= len) {
        buf_add(buf, text, len);
        return;
    }
    buf_add_char(buf, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_add_char(buf, '\\');
        buf_add_char(buf, text[i]);
    }
    buf_add_char(buf, '"');
}

void explain_atom_text(struct buf *buf, const struct atom *atom, unsigned values_max)
{
    bool list = operator_info(atom->op)->class == OPERATOR_LIST || atom->modifier;
    size_t start = buf->len, len, count = 0, left_out = 0;
    const char *text;

    buf_printf(buf, "%s %s", atom->left->name, operator_info(atom->op)->name);
    if (atom->modifier)
        buf_printf(buf, " %s", modifier_name(atom->modifier));
    if (atom->right) {
        buf_printf(buf, " val(%s)", atom->right->name);
        return;
    }
    struct values values = values_of(atom, buf->len - start);
    for (; next_value(&values, &text, &len); count++) {
        if (values_max && count >= values_max) {
            left_out++;
            continue;
        }
        buf_add_string(buf, count ? ", " : list ? " (" : " ");
        add_value(buf, text, len);
    }
    if (left_out)
        buf_printf(buf, ", and %zu more", left_out);
    if (list)
        buf_add_string(buf, count ? ")" : " ()");
}

static void add_term(struct buf *buf, const struct term *term, unsigned values_max)
{
    if (term->macro) {
        buf_add_string(buf, term->macro);
        return;
    }
    if (term->kind == TERM_ATOM) {
        explain_atom_text(buf, term->atom, values_max);
        return;
    }
    if (term->kind == TERM_NOT) {
        buf_add_string(buf, "not ");
        add_term(buf, term->children[0], values_max);
        return;
    }
    buf_add_char(buf, '(');
    for (size_t i = 0; i < term->count; i++) {
        if (i)
            buf_add_string(buf, term->kind == TERM_AND ? " and " : " or ");
        add_term(buf, term->children[i], values_max);
    }
    buf_add_char(buf, ')');
}

void explain_conjunction_text(struct buf *buf, const struct conjunction *conjunction,
                              unsigned values_max)
{
    for (size_t i = 0; i < conjunction->count; i++) {
        buf_add_string(buf, i ? " and " : "");
        if (conjunction->literals[i].negated)
            buf_add_string(buf, "not ");
        add_term(buf, conjunction->literals[i].term, values_max);
    }
}
