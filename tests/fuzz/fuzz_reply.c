/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: reply templates and the tag. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "core/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char site_url[] = "https://ops.example.org";

/* The hit of an address, with a reason that came from outside. */
static struct hit a_hit(const char *ip, const char *reason)
{
	struct hit hit = {.at = 1795219459};

	if (addr_parse(ip, &hit.client.addr) != ERR_NONE)
		abort();
	hit.listing.network = network_of_addr(&hit.client.addr);
	hit.listing.listed_at = hit.at;
	hit.listing.expires_at = INT64_MAX;
	text_copy(hit.listing.list, sizeof(hit.listing.list), "a-long-list-name");
	text_copy(hit.listing.reason, sizeof(hit.listing.reason), reason);
	hit_ref_format(INT64_MAX, REF_SECRET_MASK, hit.ref);
	return hit;
}

/* A template that was taken gives printable ASCII that fits, whatever it is filled with. */
static void check_text(const char *template, const struct hit *hit)
{
	char text[REPLY_TEXT_SIZE];

	reply_fill_template(template, site_url, hit, REPLY_ROOM, text);
	if (strlen(text) > REPLY_ROOM)
		abort();
	for (const char *c = text; *c != '\0'; c++) {
		if (*c < 0x20 || *c > 0x7e)
			abort();
	}
}

/* The input is a template, and behind the first NUL in it a reason. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	char *template = calloc(1, size + 2);

	if (template == NULL)
		return 0;
	if (size > 0)
		memcpy(template, data, size);
	const char *reason = template + strlen(template) + 1;
	if (reason > template + size)
		reason = "open proxy";
	if (reply_check_template(template, site_url, &message) == ERR_NONE) {
		struct hit ipv4 = a_hit("255.255.255.255", reason);
		struct hit ipv6 = a_hit("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", reason);
		check_text(template, &ipv4);
		check_text(template, &ipv6);
	} else if (buffer[0] == '\0') {
		abort();
	}
	free(template);
	return 0;
}
