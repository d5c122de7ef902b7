/* SPDX-License-Identifier: BSD-2-Clause */
/* References of hits, and names of their actions. */
#include "core/hit.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define SECRET_DIGITS 12
#define ID_DIGITS_MAX 13

const char *hit_action_name(enum hit_action action)
{
	static const char *const names[] = {
		[HIT_NONE] = "",
		[HIT_REFUSED] = "refused",
		[HIT_DEFERRED] = "deferred",
		[HIT_TAGGED] = "tagged",
		[HIT_LOGGED] = "logged",
		[HIT_EXEMPT] = "exempt",
		[HIT_LEFT] = "left",
	};

	return names[action];
}

/* Writes value with at least width digits. */
static void add_number(struct text *text, uint64_t value, int width)
{
	char reversed[ID_DIGITS_MAX];
	int count = 0;

	while (value > 0 || count < width) {
		reversed[count++] = digits[value & 31];
		value >>= 5;
	}
	while (count > 0)
		text_add_char(text, reversed[--count]);
}

void hit_ref_format(int64_t id, uint64_t secret, char ref_r[REF_SIZE])
{
	struct text text = text_over(ref_r, REF_SIZE);

	add_number(&text, (uint64_t)id, 1);
	text_add_char(&text, '-');
	add_number(&text, secret & REF_SECRET_MASK, SECRET_DIGITS);
}

/* Reads up to max digits at *string and moves past them; false if there are none or too many. */
static bool parse_number(const char **string, int max, uint64_t *value_r)
{
	int count = 0;

	*value_r = 0;
	for (; **string != '\0' && **string != '-'; (*string)++) {
		int c = toupper((unsigned char)**string);
		c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
		const char *digit = strchr(digits, c);
		if (digit == NULL || ++count > max)
			return false;
		*value_r = *value_r << 5 | (uint64_t)(digit - digits);
	}
	return count > 0;
}

bool hit_ref_parse(const char *string, int64_t *id_r, char ref_r[REF_SIZE])
{
	uint64_t id, secret;

	if (!parse_number(&string, ID_DIGITS_MAX - 1, &id) || *string++ != '-')
		return false;
	if (!parse_number(&string, SECRET_DIGITS, &secret) || *string != '\0' || id == 0)
		return false;
	*id_r = (int64_t)id;
	hit_ref_format(*id_r, secret, ref_r);
	return true;
}
