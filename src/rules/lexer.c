/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lexer.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\b';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\v' || c == '\f';
}

static bool is_bare(char c)
{
    return c != '\0' && !is_space(c) && !strchr("()\"'=,", c);
}

static bool is_bare_argument(char c)
{
    return c != '\0' && !is_space(c) && !strchr("[]\"'", c);
}

static char at(const struct lexer *lexer, size_t i)
{
    return i < lexer->len ? lexer->text[i] : '\0';
}

static bool take(struct lexer *lexer, size_t end, struct token *ret_token)
{
    if (end == lexer->at)
        return false;
    *ret_token = (struct token){lexer->text + lexer->at, end - lexer->at, lexer->at};
    lexer->at = end;
    return true;
}

static size_t span(const struct lexer *lexer, size_t from, bool (*in)(char))
{
    while (from < lexer->len && in(lexer->text[from]))
        from++;
    return from;
}

static size_t identifier_end(const struct lexer *lexer, size_t from)
{
    return is_letter(at(lexer, from)) ? span(lexer, from, is_word) : from;
}

bool lexer_blank(struct lexer *lexer)
{
    size_t start = lexer->at;

    lexer->at = span(lexer, start, is_blank);
    return lexer->at != start;
}

bool lexer_char(struct lexer *lexer, char c)
{
    if (lexer_peek(lexer) != c)
        return false;
    lexer->at++;
    return true;
}

bool lexer_identifier(struct lexer *lexer, struct token *ret_token)
{
    return take(lexer, identifier_end(lexer, lexer->at), ret_token);
}

bool lexer_keyword(struct lexer *lexer, const char *keyword)
{
    size_t end = identifier_end(lexer, lexer->at), len = strlen(keyword);

    if (end - lexer->at != len || memcmp(lexer->text + lexer->at, keyword, len) != 0)
        return false;
    lexer->at = end;
    return true;
}

bool lexer_call(struct lexer *lexer, struct token *ret_token)
{
    size_t end = identifier_end(lexer, lexer->at);

    if (at(lexer, end) != '(' || !take(lexer, end, ret_token))
        return false;
    lexer->at++;
    return true;
}

bool lexer_field_name(struct lexer *lexer, struct token *ret_token)
{
    size_t end = identifier_end(lexer, lexer->at), parts = end != lexer->at;

    while (parts && at(lexer, end) == '.') {
        size_t next = identifier_end(lexer, end + 1);
        if (next == end + 1)
            break;
        end = next;
        parts++;
    }
    return parts >= 2 && take(lexer, end, ret_token);
}

bool lexer_bare_argument(struct lexer *lexer, struct token *ret_token)
{
    return take(lexer, span(lexer, lexer->at, is_bare_argument), ret_token);
}

bool lexer_quoted(struct lexer *lexer, struct token *ret_token)
{
    char quote = lexer_peek(lexer);

    if (quote != '"' && quote != '\'')
        return false;
    for (size_t i = lexer->at + 1; i < lexer->len; i++) {
        if (lexer->text[i] == '\\')
            i++;
        else if (lexer->text[i] == quote)
            return take(lexer, i + 1, ret_token);
    }
    return false;
}

bool lexer_bare(struct lexer *lexer, struct token *ret_token)
{
    return take(lexer, span(lexer, lexer->at, is_bare), ret_token);
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool lexer_number(struct lexer *lexer, struct token *ret_token)
{
    size_t i = lexer->at;

    if (at(lexer, i) == '0' && (at(lexer, i + 1) | 0x20) == 'x' && is_hex(at(lexer, i + 2)))
        return take(lexer, span(lexer, i + 2, is_hex), ret_token);
    if (at(lexer, i) == '+' || at(lexer, i) == '-')
        i++;
    size_t digits = i;
    i = span(lexer, i, is_digit);
    if (i == digits)
        return false;
    if (at(lexer, i) == '.')
        i = span(lexer, i + 1, is_digit);
    if ((at(lexer, i) | 0x20) == 'e' && (at(lexer, i + 1) == '+' || at(lexer, i + 1) == '-') &&
        is_digit(at(lexer, i + 2)))
        i = span(lexer, i + 2, is_digit);
    return take(lexer, i, ret_token);
}

bool lexer_symbol(struct lexer *lexer, struct token *ret_token)
{
    static const char *const symbols[] = {"<=", "<", ">=", ">", "==", "=", "!="};

    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        size_t len = strlen(symbols[i]);
        if (lexer->len - lexer->at >= len && memcmp(lexer->text + lexer->at, symbols[i], len) == 0)
            return take(lexer, lexer->at + len, ret_token);
    }
    return false;
}

long lexer_unquote(const struct token *token, char *buffer, size_t *ret_bad)
{
    /* "\ " makes a backslash: rules written before escapes existed rely on it */
    static const char from[] = "bfnrt/\\ ", to[] = "\b\f\n\r\t/\\\\";
    long len = 0;

    for (size_t i = 1; i + 1 < token->len; i++) {
        char c = token->text[i];
        if (c == '\\') {
            c = token->text[++i];
            const char *known = c ? strchr(from, c) : NULL;
            if (known) {
                c = to[known - from];
            } else if (c != token->text[0]) {
                *ret_bad = i - 1;
                return -1;
            }
        }
        buffer[len++] = c;
    }
    return len;
}
