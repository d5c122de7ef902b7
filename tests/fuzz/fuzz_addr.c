/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: addresses and networks as text. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is taken has one spelling, and that reads as the same network. */
static void check_spelling(const struct network *network)
{
	struct network again;
	struct addr last = network_last(network);
	char text[NETWORK_TEXT_SIZE], second[NETWORK_TEXT_SIZE];

	network_format(network, text);
	if (network_parse(text, &again) != ERR_NONE || network_compare(network, &again) != 0)
		abort();
	network_format(&again, second);
	if (strcmp(text, second) != 0 || !network_covers(network, &again))
		abort();
	if (addr_compare(&network->addr, &last) > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct network network;
	char *string = malloc(size + 1);
	int err;

	if (string == NULL)
		return 0;
	if (size > 0)
		memcpy(string, data, size);
	string[size] = '\0';
	err = network_parse(string, &network);
	if (err == ERR_NONE || err == ERR_HOST_BITS)
		check_spelling(&network);
	free(string);
	return 0;
}
