/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: masking of a spam copy. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/mask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *context, const char *octets, size_t length)
{
	size_t *total = context;

	if (length == 0 || octets == NULL)
		abort();
	*total += length;
}

/* Each mark replaces something, so a masked copy can only get so much longer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const traps[] = {"trap@example.org"};
	const struct mask_also also = {.mailboxes = traps, .count = 1};
	size_t total = 0;

	mask_message((const char *)data, size, &also, count, &total);
	if (total > (size + 2) * (sizeof(MASK_WORD) + 1))
		abort();
	return 0;
}
