/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads numbers that people and clients write. */
#include "base/number.h"

bool number_parse(const char *string, int64_t least, int64_t most, int64_t *number_r)
{
	int64_t number = 0;
	const char *at = string;

	*number_r = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		int digit = *at - '0';
		if (digit > most || number > (most - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (at == string || *at != '\0' || number < least)
		return false;
	*number_r = number;
	return true;
}
