/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: the header field in which proxies name the visitor. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf.h"
#include "web/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct addr address(const char *string)
{
	struct addr addr;

	if (addr_parse(string, &addr))
		abort();
	return addr;
}

/* What a visitor writes in front of a trusted proxy's own word changes nothing; and without such a
 * proxy all of it counts for nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char last[] = ", 198.51.100.7";
	struct network trusted;
	struct conf conf = {.web = {.trusted_proxies = &trusted, .trusted_proxy_count = 1}};
	struct forwarded read = {.conf = &conf};
	struct addr proxy = address("127.0.0.1"), visitor = address("192.0.2.1");
	struct addr forwarded = address("198.51.100.7"), client;
	char *string = malloc(size + sizeof(last));

	if (string == NULL || network_parse("127.0.0.0/8", &trusted))
		abort();
	if (size > 0)
		memcpy(string, data, size);
	string[size] = '\0';
	forwarded_add(&read, string);
	client = forwarded_client(&read, &visitor);
	if (addr_compare(&client, &visitor) != 0)
		abort();
	(void)forwarded_client(&read, &proxy);
	strcat(string, last);
	read = (struct forwarded){.conf = &conf};
	forwarded_add(&read, string);
	client = forwarded_client(&read, &proxy);
	if (addr_compare(&client, &forwarded) != 0)
		abort();
	free(string);
	return 0;
}
