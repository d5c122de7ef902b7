/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed tokens for forms. */
#include "web/form_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/visit.h"

/* Maximum age of a token. */
#define GOOD_SECS 7200
/* "TTTTTTTTTTTT-RRRRRRRRRRRR-" and the first 16 octets of the code. */
#define TIME_AND_RANDOM 26
#define CODE_OCTETS 16
#define TOKEN_LENGTH (TIME_AND_RANDOM + 2 * CODE_OCTETS)

_Static_assert(TOKEN_LENGTH < REQUEST_TOKEN_SIZE, "a token has room in a request");

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned char key[32]; /* made once, and never leaves the program */

static void make_key(void)
{
	arc4random_buf(key, sizeof(key));
}

/* Makes the token that begins with these octets. */
static void sign(const char *form, const char *begin, char token_r[REQUEST_TOKEN_SIZE])
{
	unsigned char code[EVP_MAX_MD_SIZE];
	char signed_text[64];
	struct text text = TEXT_OVER(signed_text);

	pthread_once(&once, make_key);
	text_add_format(&text, "%s %.*s", form, TIME_AND_RANDOM, begin);
	memset(code, 0, sizeof(code));
	HMAC(EVP_sha256(), key, sizeof(key), (unsigned char *)signed_text, text.length, code, NULL);
	struct text token = text_over(token_r, REQUEST_TOKEN_SIZE);
	text_add_format(&token, "%.*s", TIME_AND_RANDOM, begin);
	for (int i = 0; i < CODE_OCTETS; i++)
		text_add_format(&token, "%02x", code[i]);
}

void form_token_make(const struct visit *visit, const char *form, char token_r[REQUEST_TOKEN_SIZE])
{
	char begin[TIME_AND_RANDOM + 1];

	snprintf(begin, sizeof(begin), "%012llx-%08x%04x-",
		(unsigned long long)visit->now & 0xffffffffffff, arc4random(),
		arc4random_uniform(0x10000));
	sign(form, begin, token_r);
}

bool form_token_is_good(const struct visit *visit, const char *form, const char *token)
{
	char good[REQUEST_TOKEN_SIZE];
	long long made_at;

	if (strlen(token) != TOKEN_LENGTH)
		return false;
	sign(form, token, good);
	if (CRYPTO_memcmp(good, token, TOKEN_LENGTH) != 0)
		return false;
	made_at = strtoll(token, NULL, 16);
	return made_at <= visit->now && visit->now - made_at <= GOOD_SECS;
}
