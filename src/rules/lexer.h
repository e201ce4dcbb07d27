/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LEXER_H
#define RULES_LEXER_H

/*
 * The tokens of the condition language. What a character means depends on where it stands ("4" may
 * be a number or a string, "in" an operator or a value), so the parser asks for the token it wants.
 * Each function moves the cursor past the token and returns true, or leaves it and returns false.
 */

#include <stdbool.h>
#include <stddef.h>

struct lexer {
    const char *text; /* NUL-terminated */
    size_t len, at;
};

struct token {
    const char *text;
    size_t len, offset;
};

static inline char lexer_peek(const struct lexer *lexer)
{
    return lexer->at < lexer->len ? lexer->text[lexer->at] : '\0';
}

bool lexer_blank(struct lexer *lexer);
bool lexer_char(struct lexer *lexer, char c);
/* [a-zA-Z][a-zA-Z0-9_]* */
bool lexer_identifier(struct lexer *lexer, struct token *ret_token);
/* The given identifier, whole. */
bool lexer_keyword(struct lexer *lexer, const char *keyword);
/* An identifier followed at once by "(", which is eaten and not in the token. */
bool lexer_call(struct lexer *lexer, struct token *ret_token);
/* Two or more identifiers joined by dots; without an argument. */
bool lexer_field_name(struct lexer *lexer, struct token *ret_token);
/* What stands between brackets, unquoted. */
bool lexer_bare_argument(struct lexer *lexer, struct token *ret_token);
/* "..." or '...', the quotes in the token. False also when it does not end. */
bool lexer_quoted(struct lexer *lexer, struct token *ret_token);
bool lexer_bare(struct lexer *lexer, struct token *ret_token);
bool lexer_number(struct lexer *lexer, struct token *ret_token);
/* <, <=, >, >=, =, ==, != */
bool lexer_symbol(struct lexer *lexer, struct token *ret_token);

/*
 * Resolve the escapes of a quoted token into `buffer` (token->len bytes are enough) and return the
 * length. On a bad escape returns -1 and sets *ret_bad to its offset in the token.
 */
long lexer_unquote(const struct token *token, char *buffer, size_t *ret_bad);

#endif
