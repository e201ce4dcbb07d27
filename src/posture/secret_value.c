/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/secret_value.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define LENGTH_MIN 4

static const char *const words[] = {
    "PASSWORD",       "PASSWD",      "PASSPHRASE",    "SECRET",     "TOKEN",
    "APIKEY",         "API_KEY",     "PRIVATE_KEY",   "ACCESS_KEY", "CREDENTIALS",
    "ENCRYPTION_KEY", "SIGNING_KEY", "CLIENT_SECRET",
};

/* What follows such a word in the name of a variable that only tells where the secret is. */
static const char *const harmless_ends[] = {
    "_FILE", "_PATH", "_DIR", "_NAME", "_URL", "_TTL", "_EXPIRY", "_TIMEOUT", "_LENGTH", "_ENABLED",
};

static const struct {
    const char *start, *what;
    size_t len; /* of the value at least */
} forms[] = {
    {"AKIA", "an AWS access key", 20},
    {"ASIA", "an AWS access key", 20},
    {"ghp_", "a GitHub token", 36},
    {"gho_", "a GitHub token", 36},
    {"ghs_", "a GitHub token", 36},
    {"github_pat_", "a GitHub token", 40},
    {"glpat-", "a GitLab token", 20},
    {"xoxb-", "a Slack token", 20},
    {"xoxp-", "a Slack token", 20},
    {"sk_live_", "a Stripe key", 20},
    {"AIza", "a Google key", 35},
    {"npm_", "an npm token", 36},
    {"eyJhbGciOi", "a JSON Web Token", 40},
    {"-----BEGIN PRIVATE KEY", "a private key", 40},
    {"-----BEGIN RSA PRIVATE KEY", "a private key", 40},
    {"-----BEGIN EC PRIVATE KEY", "a private key", 40},
    {"-----BEGIN OPENSSH PRIVATE KEY", "a private key", 40},
};

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && !strcasecmp(text + len - n, end);
}

static bool is_secret_name(const char *name)
{
    for (size_t i = 0; i < sizeof(harmless_ends) / sizeof(*harmless_ends); i++)
        if (ends_with(name, harmless_ends[i]))
            return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

/* A path, a word for yes or no, a number, or what stands for a value. */
static bool is_harmless_value(const char *value)
{
    static const char *const wordless[] = {"true", "false", "none", "null", "yes", "no"};
    size_t len = strlen(value);

    if (len < LENGTH_MIN || *value == '/' || *value == '$' || *value == '<' || *value == '`' ||
        strspn(value, "0123456789") == len || strspn(value, "*xX.") == len)
        return true;
    for (size_t i = 0; i < sizeof(wordless) / sizeof(*wordless); i++)
        if (!strcasecmp(value, wordless[i]))
            return true;
    return false;
}

/* scheme://user:password@host */
static bool has_password_in_url(const char *value)
{
    const char *at = strstr(value, "://");

    if (!at)
        return false;
    at += 3;
    size_t len = strcspn(at, "/?# ");
    const char *end = memrchr(at, '@', len), *colon = memchr(at, ':', len);
    return end && colon && colon < end && end - colon > 1;
}

const char *secret_value(const char *name, const char *value)
{
    size_t len = strlen(value);

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (len >= forms[i].len && !strncmp(value, forms[i].start, strlen(forms[i].start)))
            return forms[i].what;
    if (has_password_in_url(value))
        return "a password in a URL";
    return is_secret_name(name) && !is_harmless_value(value) ? "a secret by its name" : NULL;
}
