/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: the Received fields of a message. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/header.h"
#include "core/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A client that a field of a message names is one that the message names. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header_reader reader;
	struct header_field field;
	struct addr addr;
	int left = RECEIVED_MAX;

	header_begin(&reader, (const char *)data, size);
	while (left > 0 && header_next(&reader, &field)) {
		if (!header_is(&field, "Received"))
			continue;
		left--;
		if (received_client(field.body, field.body_length, &addr) &&
			!received_names((const char *)data, size, &addr))
			abort();
	}
	return 0;
}
