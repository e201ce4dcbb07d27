/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/truth_path.h"

#include <string.h>

#include "rules/glob.h"

/* How an operator on a path is decided by listed paths and prefixes. */
enum listing {
    LISTED_NOT,     /* not at all */
    LISTED_PATHS,   /* each operand is a path */
    LISTED_PREFIX,  /* each operand is a prefix */
    LISTED_BELOW,   /* each operand is a path, and the prefix of all below it */
    LISTED_LITERAL, /* what comes before the first wildcard is a prefix: it has to hold */
};

static enum listing listing_of(const struct atom *atom)
{
    if (atom->modifier)
        return LISTED_NOT;
    switch (atom->op) {
    case OP_EQ:
    case OP_NE:
    case OP_IN: return LISTED_PATHS;
    case OP_STARTSWITH: return LISTED_PREFIX;
    case OP_PMATCH: return LISTED_BELOW;
    case OP_GLOB: return LISTED_LITERAL;
    default: return LISTED_NOT;
    }
}

/* A path one of whose parts is a pattern is below what comes before the first wildcard. */
static enum listing listing_of_operand(const struct atom *atom, const struct operand *operand)
{
    return operand->is_pattern ? LISTED_LITERAL : listing_of(atom);
}

static bool is_directory(const struct atom *atom)
{
    return !strcmp(atom->left->ref.field->name, "fd.directory");
}

/* Without the slashes at its end: pmatch takes "/etc/" for "/etc". */
static size_t trimmed_len(const struct field_string *text)
{
    size_t len = text->len;

    while (len > 1 && text->data[len - 1] == '/')
        len--;
    return len;
}

/* Texts that are too long for the tables, or that no path begins with, are left undecided. */
static bool is_listable(size_t len)
{
    return len > 0 && len + 2 < FILTER_PATH_MAX;
}

static int list_below(const struct field_string *text, truth_list list, void *data)
{
    char below[FILTER_PATH_MAX];
    size_t len = trimmed_len(text);

    memcpy(below, text->data, len);
    if (below[len - 1] != '/')
        below[len] = '/';
    size_t end = below[len - 1] == '/' ? len : len + 1;
    int r = list(data, text->data, len, true);
    return r < 0 ? r : list(data, below, end, false);
}

static int list_operand(const struct atom *atom, const struct operand *operand, truth_list list,
                        void *data)
{
    const struct field_string *text = &operand->string;
    enum listing listing = listing_of_operand(atom, operand);
    size_t len = listing == LISTED_LITERAL ? glob_literal_len(text->data, text->len) : text->len;

    if (!is_listable(len))
        return 0;
    if (is_directory(atom) && listing == LISTED_PATHS)
        listing = LISTED_BELOW; /* of a directory that is opened, fd.directory is itself */
    switch (listing) {
    case LISTED_NOT: return 0;
    case LISTED_PATHS: return list(data, text->data, len, true);
    case LISTED_BELOW: return list_below(text, list, data);
    case LISTED_PREFIX:
    case LISTED_LITERAL: return list(data, text->data, len, false);
    }
    return 0;
}

int truth_keys(const struct atom *atom, truth_list list, void *data)
{
    bool of_name = dimension_of_atom(atom) == DIMENSION_NAME;

    for (size_t i = 0; i < atom->operand_count; i++) {
        const struct field_string *text = &atom->operands[i].string;
        int r = 0;
        if (!of_name)
            r = list_operand(atom, &atom->operands[i], list, data);
        else if (listing_of(atom) == LISTED_PATHS && text->len && text->len < FILTER_NAME_MAX - 1)
            r = list(data, text->data, text->len, true);
        if (r < 0)
            return r;
    }
    return 0;
}

bool truth_listed(const struct atom *atom)
{
    enum listing listing = listing_of(atom);

    if (listing != LISTED_PATHS && listing != LISTED_PREFIX && listing != LISTED_BELOW)
        return false;
    for (size_t i = 0; i < atom->operand_count; i++)
        if (!is_listable(atom->operands[i].string.len) || atom->operands[i].is_pattern)
            return false;
    return !is_directory(atom);
}

static bool begins(const char *text, size_t len, const char *with, size_t with_len)
{
    return with_len <= len && !memcmp(text, with, with_len);
}

/* What one operand finds among paths that begin with `prefix` and are not listed. */
static enum truth finds(const struct atom *atom, const struct operand *operand, const char *prefix,
                        size_t len)
{
    const struct field_string *text = &operand->string;
    enum listing listing = listing_of_operand(atom, operand);
    size_t text_len = text->len;
    bool exact = !is_directory(atom);

    if (listing == LISTED_LITERAL)
        text_len = glob_literal_len(text->data, text->len);
    if (!is_listable(text_len))
        return TRUTH_EITHER;
    if (listing == LISTED_PATHS && exact)
        return TRUTH_FALSE; /* it is listed, and the path is not */
    if (listing == LISTED_PATHS || listing == LISTED_BELOW)
        text_len = trimmed_len(text);
    if (!exact && text_len == 1)
        return TRUTH_EITHER; /* what has no slash is in "/" */
    if (!begins(prefix, len, text->data, text_len))
        return TRUTH_FALSE;
    switch (listing) {
    case LISTED_PREFIX: return exact ? TRUTH_TRUE : TRUTH_EITHER;
    case LISTED_BELOW:
        if (text_len > 1 && (text_len == len || prefix[text_len] != '/'))
            return TRUTH_FALSE; /* "/etcetera": not below "/etc" */
        return exact ? TRUTH_TRUE : TRUTH_EITHER;
    case LISTED_PATHS:
        if (text_len > 1 && (text_len == len || prefix[text_len] != '/'))
            return TRUTH_FALSE;
        return TRUTH_EITHER;
    default: return TRUTH_EITHER;
    }
}

enum truth truth_below(const struct atom *atom, const char *prefix, size_t len)
{
    unsigned truth = TRUTH_FALSE;

    if (listing_of(atom) == LISTED_NOT)
        return TRUTH_EITHER;
    for (size_t i = 0; i < atom->operand_count; i++) {
        enum truth one = finds(atom, &atom->operands[i], prefix, len);
        if (one == TRUTH_TRUE) {
            truth = TRUTH_TRUE;
            break;
        }
        truth |= one;
    }
    /* The one operator that is true for what it does not find; but what is neither file nor
     * directory has no fd.directory, and no comparison of that is true. */
    if (atom->op == OP_NE && truth != TRUTH_EITHER)
        truth = is_directory(atom) ? TRUTH_EITHER : truth ^ TRUTH_EITHER;
    return truth;
}

enum truth truth_of_other_names(const struct atom *atom)
{
    if (listing_of(atom) != LISTED_PATHS || atom->op == OP_NE)
        return TRUTH_EITHER; /* "!=": true of a file, false of what has no such name */
    for (size_t i = 0; i < atom->operand_count; i++)
        if (!atom->operands[i].string.len || atom->operands[i].string.len >= FILTER_NAME_MAX - 1)
            return TRUTH_EITHER;
    return TRUTH_FALSE;
}
