/* SPDX-License-Identifier: BSD-2-Clause */
/* Random tokens. */
#include <stdlib.h>

#include "probe/token.h"

void token_make(char token_r[TOKEN_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char octets[TOKEN_LENGTH / 2];

	arc4random_buf(octets, sizeof(octets));
	for (int i = 0; i < TOKEN_LENGTH; i++)
		token_r[i] = digits[i % 2 ? octets[i / 2] & 15 : octets[i / 2] >> 4];
	token_r[TOKEN_LENGTH] = '\0';
}
