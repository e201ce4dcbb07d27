/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/parser.h"

#include <errno.h>
#include <string.h>

#include "rules/lexer.h"

struct parser {
    struct lexer lexer;
    struct arena *arena;
    const struct origin *origin;
    struct error *error;
    unsigned depth;
};

static int parse_or(struct parser *parser, struct ast **ret_ast);

static int no_memory(struct parser *parser)
{
    return error_set(parser->error, -ENOMEM, "out of memory");
}

/* What stands at the cursor, for messages. */
static const char *found(const struct parser *parser, char buffer[48])
{
    const struct lexer *lexer = &parser->lexer;
    size_t len = 0, left = lexer->len - lexer->at;

    if (!left)
        return "the end of the text";
    buffer[len++] = '\'';
    for (size_t i = 0; i < left && i < 32; i++) {
        char c = lexer->text[lexer->at + i];
        if (i && (c == ' ' || c == '\n' || c == '\t' || c == ')'))
            break;
        buffer[len++] = c;
    }
    buffer[len++] = '\'';
    buffer[len] = '\0';
    return buffer;
}

static int expected(struct parser *parser, const char *what)
{
    char buffer[48];

    return origin_error(parser->error, parser->origin, parser->lexer.at, -EINVAL,
                        "expected %s, found %s", what, found(parser, buffer));
}

static struct ast *new_ast(struct parser *parser, enum ast_kind kind, size_t offset)
{
    struct ast *ast = arena_alloc(parser->arena, sizeof(*ast));

    if (ast) {
        ast->kind = kind;
        ast->offset = (uint32_t)offset;
        ast->origin = parser->origin;
    }
    return ast;
}

static int add_child(struct parser *parser, struct ast *ast, struct ast *child)
{
    struct ast **slot = arena_grow(parser->arena, &ast->children, &ast->count, sizeof(*slot));

    if (!slot)
        return no_memory(parser);
    *slot = child;
    return 0;
}

/* name, or name[argument]; the name's token was read. */
static int parse_field(struct parser *parser, const struct token *name, struct ast_field *field)
{
    struct lexer *lexer = &parser->lexer;
    struct token argument;

    field->offset = (uint32_t)name->offset;
    if (lexer_char(lexer, '[')) {
        if (!lexer_quoted(lexer, &argument) && !lexer_bare_argument(lexer, &argument))
            return expected(parser, "the argument of the field");
        if (!lexer_char(lexer, ']'))
            return expected(parser, "']' after the argument of the field");
    }
    field->len = (uint32_t)(lexer->at - name->offset);
    field->name = arena_copy(parser->arena, name->text, field->len);
    return field->name ? 0 : no_memory(parser);
}

/* tolower(basename(field)): behind the first "(" of what `call` names. */
static int parse_transformed(struct parser *parser, struct token call, struct ast_field *field)
{
    struct lexer *lexer = &parser->lexer;
    uint8_t outer_first[AST_TRANSFORMERS_MAX];
    unsigned count = 0;
    struct token name;

    for (;;) {
        enum transformer transformer = transformer_by_name(call.text, call.len);
        if (transformer == TRANSFORM_NONE)
            return origin_error(parser->error, parser->origin, call.offset, -EINVAL,
                                "'%.*s' is no transformer; known are tolower, toupper, b64, "
                                "basename, len and, on the right-hand side, val",
                                (int)(call.len < 64 ? call.len : 64), call.text);
        if (count == AST_TRANSFORMERS_MAX)
            return origin_error(parser->error, parser->origin, call.offset, -E2BIG,
                                "more than %d transformers on one field", AST_TRANSFORMERS_MAX);
        outer_first[count++] = (uint8_t)transformer;
        lexer_blank(lexer);
        if (!lexer_call(lexer, &call))
            break;
    }
    if (!lexer_field_name(lexer, &name))
        return expected(parser, "a field");
    int r = parse_field(parser, &name, field);
    if (r < 0)
        return r;
    for (unsigned i = 0; i < count; i++) {
        lexer_blank(lexer);
        if (lexer_char(lexer, ','))
            return origin_error(parser->error, parser->origin, lexer->at - 1, -EINVAL,
                                "a transformer of more than one value is not supported yet");
        if (!lexer_char(lexer, ')'))
            return expected(parser, "')' after the field");
        field->transformers[i] = outer_first[count - 1 - i];
    }
    field->transformer_count = (uint8_t)count;
    return 0;
}

static int add_value(struct parser *parser, struct ast_value **values, size_t *count,
                     const struct token *token, bool quoted)
{
    struct ast_value *value = arena_grow(parser->arena, values, count, sizeof(*value));
    char *text = arena_copy(parser->arena, token->text, token->len);

    if (!value || !text)
        return no_memory(parser);
    long len = (long)token->len;
    if (quoted) {
        size_t bad;
        len = lexer_unquote(token, text, &bad);
        if (len < 0)
            return origin_error(parser->error, parser->origin, token->offset + bad, -EINVAL,
                                "'%.2s' is no escape in a string quoted by %c; known are \\\\ \\%c "
                                "\\n \\r \\t \\b \\f \\/",
                                token->text + bad, token->text[0], token->text[0]);
        text[len] = '\0';
    }
    *value = (struct ast_value){.text = text,
                                .len = (uint32_t)len,
                                .offset = (uint32_t)token->offset,
                                .quoted = quoted,
                                .origin = parser->origin};
    return 0;
}

/* One quoted or bare string. */
static int parse_string(struct parser *parser, struct ast_value **values, size_t *count)
{
    struct lexer *lexer = &parser->lexer;
    struct token token;

    if (lexer_quoted(lexer, &token))
        return add_value(parser, values, count, &token, true);
    if (lexer_peek(lexer) == '"' || lexer_peek(lexer) == '\'')
        return origin_error(parser->error, parser->origin, lexer->at, -EINVAL,
                            "the string that starts here does not end");
    if (lexer_bare(lexer, &token))
        return add_value(parser, values, count, &token, false);
    return expected(parser, "a value");
}

/* Values separated by commas, up to `end`. */
static int parse_value_list(struct parser *parser, char end, struct ast_value **values,
                            size_t *count)
{
    struct lexer *lexer = &parser->lexer;

    lexer_blank(lexer);
    if (lexer_peek(lexer) == end && (end || lexer->at == lexer->len))
        return 0;
    do {
        lexer_blank(lexer);
        int r = parse_string(parser, values, count);
        if (r < 0)
            return r;
        lexer_blank(lexer);
    } while (lexer_char(lexer, ','));
    return 0;
}

/* A field on the right-hand side: 1 when there was one, 0 when not. */
static int parse_right_field(struct parser *parser, struct ast *ast)
{
    struct token call;

    if (!lexer_call(&parser->lexer, &call))
        return 0;
    ast->right = arena_alloc(parser->arena, sizeof(*ast->right));
    if (!ast->right)
        return no_memory(parser);
    int r = parse_transformed(parser, call, ast->right);
    return r < 0 ? r : 1;
}

static int parse_list(struct parser *parser, struct ast *ast)
{
    struct lexer *lexer = &parser->lexer;
    struct token name;

    lexer_blank(lexer);
    if (lexer_char(lexer, '(')) {
        int r = parse_value_list(parser, ')', &ast->values, &ast->value_count);
        if (r < 0)
            return r;
        return lexer_char(lexer, ')') ? 0 : expected(parser, "',' or ')' in the list");
    }
    int r = parse_right_field(parser, ast);
    if (r != 0)
        return r < 0 ? r : 0;
    if (!lexer_identifier(lexer, &name))
        return expected(parser, "a list in parentheses or the name of one");
    ast->list_name = true;
    return add_value(parser, &ast->values, &ast->value_count, &name, false);
}

static int parse_number(struct parser *parser, struct ast *ast)
{
    struct token token;

    int r = parse_right_field(parser, ast);
    if (r != 0)
        return r < 0 ? r : 0;
    if (!lexer_number(&parser->lexer, &token))
        return expected(parser, "a number");
    return add_value(parser, &ast->values, &ast->value_count, &token, false);
}

static int parse_string_side(struct parser *parser, struct ast *ast)
{
    struct lexer *lexer = &parser->lexer;
    struct lexer before = *lexer;
    struct token word;

    if (lexer_identifier(lexer, &word)) {
        bool blank = lexer_blank(lexer);
        ast->modifier = modifier_by_name(word.text, word.len);
        if (ast->modifier && (blank || lexer_peek(lexer) == '(') && lexer_peek(lexer) == '(')
            return parse_list(parser, ast);
        ast->modifier = MODIFIER_NONE;
        *lexer = before;
    }
    int r = parse_right_field(parser, ast);
    if (r != 0)
        return r < 0 ? r : 0;
    return parse_string(parser, &ast->values, &ast->value_count);
}

static int parse_operator(struct parser *parser, struct ast *ast)
{
    struct lexer *lexer = &parser->lexer;
    struct lexer before;
    struct token token;

    lexer_blank(lexer);
    before = *lexer;
    ast->op_offset = (uint32_t)lexer->at;
    bool word = !lexer_symbol(lexer, &token);
    if (!word || lexer_identifier(lexer, &token))
        ast->op = operator_by_name(token.text, token.len);
    if (ast->op == OP_NONE) {
        *lexer = before;
        return expected(parser, "an operator: exists, <, <=, >, >=, =, !=, contains, icontains, "
                                "bcontains, startswith, bstartswith, endswith, glob, iglob, regex, "
                                "in, intersects or pmatch");
    }

    enum operator_class class = operator_info(ast->op)->class;
    if (class == OPERATOR_UNARY)
        return 0;
    if (!lexer_blank(lexer) && word && class == OPERATOR_STRING)
        return expected(parser, "a blank after the operator");
    return class == OPERATOR_LIST     ? parse_list(parser, ast)
           : class == OPERATOR_NUMBER ? parse_number(parser, ast)
                                      : parse_string_side(parser, ast);
}

/* Behind "(". */
static int parse_group(struct parser *parser, struct ast **ret_ast)
{
    if (++parser->depth > CONDITION_DEPTH_MAX)
        return origin_error(parser->error, parser->origin, parser->lexer.at - 1, -E2BIG,
                            "parentheses are nested more than %d deep", CONDITION_DEPTH_MAX);
    int r = parse_or(parser, ret_ast);
    if (r < 0)
        return r;
    lexer_blank(&parser->lexer);
    if (!lexer_char(&parser->lexer, ')'))
        return expected(parser, "'and', 'or' or ')'");
    parser->depth--;
    return 0;
}

static int parse_check(struct parser *parser, struct ast **ret_ast)
{
    struct lexer *lexer = &parser->lexer;
    struct token token;
    size_t start;
    int r;

    lexer_blank(lexer);
    start = lexer->at;
    if (lexer_char(lexer, '('))
        return parse_group(parser, ret_ast);

    struct ast *ast = new_ast(parser, AST_CHECK, start);
    if (!ast)
        return no_memory(parser);
    if (lexer_field_name(lexer, &token)) {
        r = parse_field(parser, &token, &ast->left);
    } else if (lexer_call(lexer, &token)) {
        r = parse_transformed(parser, token, &ast->left);
    } else if (lexer_identifier(lexer, &token)) {
        ast->kind = AST_MACRO;
        ast->macro = arena_copy(parser->arena, token.text, token.len);
        *ret_ast = ast;
        return ast->macro ? 0 : no_memory(parser);
    } else {
        return expected(parser, "a field, a macro, 'not' or '('");
    }
    if (r == 0)
        r = parse_operator(parser, ast);
    if (r == 0)
        *ret_ast = ast;
    return r;
}

static int parse_not(struct parser *parser, struct ast **ret_ast)
{
    struct lexer *lexer = &parser->lexer;
    bool negated = false;

    lexer_blank(lexer);
    size_t start = lexer->at;
    for (;;) {
        struct lexer before = *lexer;
        if (!lexer_keyword(lexer, "not"))
            break;
        if (!lexer_blank(lexer) && lexer_peek(lexer) != '(') {
            *lexer = before;
            break;
        }
        negated = !negated;
    }

    struct ast *child;
    int r = parse_check(parser, &child);
    if (r < 0 || !negated) {
        if (r == 0)
            *ret_ast = child;
        return r;
    }
    struct ast *ast = new_ast(parser, AST_NOT, start);
    if (!ast)
        return no_memory(parser);
    *ret_ast = ast;
    return add_child(parser, ast, child);
}

/* Operands joined by a keyword; one alone stands for itself. */
static int parse_joined(struct parser *parser, enum ast_kind kind, const char *keyword,
                        int (*parse_operand)(struct parser *, struct ast **), struct ast **ret_ast)
{
    struct lexer *lexer = &parser->lexer;
    struct ast *joined = NULL, *operand;

    lexer_blank(lexer);
    size_t start = lexer->at;
    for (;;) {
        int r = parse_operand(parser, &operand);
        if (r < 0)
            return r;
        if (joined && (r = add_child(parser, joined, operand)) < 0)
            return r;
        lexer_blank(lexer);
        if (!lexer_keyword(lexer, keyword))
            break;
        if (!lexer_blank(lexer) && lexer_peek(lexer) != '(')
            return expected(parser, kind == AST_AND ? "a blank or '(' after 'and'"
                                                    : "a blank or '(' after 'or'");
        if (!joined) {
            joined = new_ast(parser, kind, start);
            if (!joined)
                return no_memory(parser);
            r = add_child(parser, joined, operand);
            if (r < 0)
                return r;
        }
    }
    *ret_ast = joined ? joined : operand;
    return 0;
}

static int parse_and(struct parser *parser, struct ast **ret_ast)
{
    return parse_joined(parser, AST_AND, "and", parse_not, ret_ast);
}

static int parse_or(struct parser *parser, struct ast **ret_ast)
{
    return parse_joined(parser, AST_OR, "or", parse_and, ret_ast);
}

static struct parser new_parser(struct arena *arena, const struct origin *origin,
                                struct error *error)
{
    return (struct parser){.lexer = {.text = origin->text, .len = origin->len},
                           .arena = arena,
                           .origin = origin,
                           .error = error};
}

int parse_condition(struct arena *arena, const struct origin *origin, struct ast **ret_ast,
                    struct error *ret_error)
{
    struct parser parser = new_parser(arena, origin, ret_error);
    struct ast *ast;

    lexer_blank(&parser.lexer);
    if (parser.lexer.at == parser.lexer.len)
        return origin_error(ret_error, origin, 0, -EINVAL, "the condition is empty");
    int r = parse_or(&parser, &ast);
    if (r < 0)
        return r;
    if (parser.lexer.at != parser.lexer.len)
        return expected(&parser, "'and' or 'or'");
    *ret_ast = ast;
    return 0;
}

int parse_values(struct arena *arena, const struct origin *origin, struct ast_value **ret_values,
                 size_t *ret_count, struct error *ret_error)
{
    struct parser parser = new_parser(arena, origin, ret_error);
    struct ast_value *values = NULL;
    size_t count = 0;

    int r = parse_value_list(&parser, '\0', &values, &count);
    if (r < 0)
        return r;
    if (parser.lexer.at != parser.lexer.len)
        return expected(&parser, "',' between values");
    *ret_values = values;
    *ret_count = count;
    return 0;
}

int parse_field_at(struct arena *arena, const struct origin *origin, size_t offset,
                   struct ast_field *ret_field, size_t *ret_end, struct error *ret_error)
{
    struct parser parser = new_parser(arena, origin, ret_error);
    struct ast_field field = {0};
    struct token token;
    int r;

    parser.lexer.at = offset;
    if (lexer_field_name(&parser.lexer, &token))
        r = parse_field(&parser, &token, &field);
    else if (lexer_call(&parser.lexer, &token))
        r = parse_transformed(&parser, token, &field);
    else
        return -ENOENT;
    if (r < 0)
        return r;
    *ret_field = field;
    *ret_end = parser.lexer.at;
    return 0;
}
