/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads what a visitor sent. */
#include "web/visit.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

const struct field *visit_find_field(const struct visit *visit, const char *name)
{
	for (size_t i = 0; i < visit->field_count; i++)
		if (strcmp(visit->fields[i].name, name) == 0)
			return &visit->fields[i];
	return NULL;
}

const char *visit_field(const struct visit *visit, const char *name)
{
	const struct field *field = visit_find_field(visit, name);

	return field != NULL ? field->value : "";
}

bool visit_parse_address(const char *octets, size_t length, struct addr *addr_r)
{
	while (length > 0 && strchr(" \t\r\n", octets[length - 1]) != NULL)
		length--;
	for (; length > 0 && strchr(" \t\r\n", octets[0]) != NULL; octets++)
		length--;
	return addr_parse_octets(octets, length, addr_r) == ERR_NONE;
}

bool visit_read_address(const struct visit *visit, struct addr *addr_r)
{
	const char *value = visit_field(visit, "ip");

	return visit_parse_address(value, strlen(value), addr_r);
}

void visit_copy_field(const struct visit *visit, const char *name, char *buffer, size_t size)
{
	const char *value = visit_field(visit, name);
	size_t left = strlen(value);
	struct text text = text_over(buffer, size);

	while (left > 0) {
		uint32_t character;
		unsigned octets = text_read_utf8(value, left, &character);
		unsigned taken = octets > 0 ? octets : 1;
		bool control = character < 0x20 || (character >= 0x7f && character <= 0x9f);
		const char *put = octets == 0 ? "?" : control ? " " : value;
		if (text.length + taken >= size)
			break; /* no half character */
		text_add_octets(&text, put, put == value ? taken : 1);
		value += taken;
		left -= taken;
	}
}
