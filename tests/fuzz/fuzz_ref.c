/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: references of hits. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/hit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is taken has one spelling, and that reads as the same row. */
static void check_spelling(int64_t id, const char *ref)
{
	char again[REF_SIZE];
	int64_t same;

	if (id <= 0 || strlen(ref) >= REF_SIZE)
		abort();
	if (strspn(ref, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-") != strlen(ref))
		abort();
	if (!hit_ref_parse(ref, &same, again) || same != id || strcmp(ref, again) != 0)
		abort();
}

/* A reference made of the input's octets reads as the row that it was made of. */
static void check_round_trip(const uint8_t *data, size_t size)
{
	uint64_t numbers[2] = {0, 0};
	char ref[REF_SIZE], canonical[REF_SIZE];
	int64_t id;

	memcpy(numbers, data, size < sizeof(numbers) ? size : sizeof(numbers));
	/* A row's number has at most 12 digits. */
	id = (int64_t)(numbers[0] & REF_SECRET_MASK);
	if (id == 0)
		return;
	hit_ref_format(id, numbers[1], ref);
	if (!hit_ref_parse(ref, &id, canonical) || strcmp(ref, canonical) != 0)
		abort();
	if ((uint64_t)id != (numbers[0] & REF_SECRET_MASK))
		abort();
	check_spelling(id, ref);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char ref[REF_SIZE];
	char *string = malloc(size + 1);
	int64_t id;

	if (string == NULL)
		return 0;
	if (size > 0)
		memcpy(string, data, size);
	string[size] = '\0';
	if (hit_ref_parse(string, &id, ref))
		check_spelling(id, ref);
	if (size > 0)
		check_round_trip(data, size);
	free(string);
	return 0;
}
