/* SPDX-License-Identifier: BSD-2-Clause */
/* What visitors type: fields, addresses, text of any kind. */
#include "web/visit.h"

#include <string.h>

#include "tests/support/unit.h"

static char name[] = "ip";

/* A visit with one field. */
static struct visit typed(const char *value)
{
	struct visit visit = {.field_count = 1};

	visit.fields[0] =
		(struct field){.name = name, .value = (char *)value, .length = strlen(value)};
	return visit;
}

static void a_field_is_found_by_its_name(void **state)
{
	struct visit visit = typed("x");

	(void)state;
	assert_string_equal(visit_field(&visit, "ip"), "x");
	assert_ptr_equal(visit_find_field(&visit, "ip"), &visit.fields[0]);
	assert_string_equal(visit_field(&visit, "list"), "");
	assert_null(visit_find_field(&visit, "list"));
}

static void white_space_around_an_address_is_ignored(void **state)
{
	static const struct {
		const char *value;
		const char *address; /* NULL: not one */
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{" \t192.0.2.1\r\n", "192.0.2.1"},
		{"2001:0DB8:0000:0000:0000:0000:192.000.2.1", NULL},
		{"0000:0000:0000:0000:0000:ffff:192.0.2.100", "192.0.2.100"},
		{"", NULL},
		{"  ", NULL},
		{"192.0.2.1 192.0.2.2", NULL},
		{"192.0.2 .1", NULL},
		{"111111111111111111111111111111111111111111111111111111111111111111111111111111111"
		 "1",
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct visit visit = typed(cases[i].value);
		char text[ADDR_TEXT_SIZE];
		struct addr addr;
		bool is_address = visit_read_address(&visit, &addr);
		if (is_address != (cases[i].address != NULL))
			fail_msg("\"%s\"", cases[i].value);
		if (!is_address)
			continue;
		addr_format(&addr, text);
		assert_string_equal(text, cases[i].address);
	}
}

static void what_was_typed_is_cut_between_characters(void **state)
{
	static const struct {
		const char *value;
		const char *copy;
	} cases[] = {
		{"", ""},
		{"short", "short"},
		{"a\r\nb\x7f", "a  b "},
		{"\xff\xc3", "??"},
		{"1234567890", "1234567"},
		{"123456\xc3\xa9", "123456"},
		{"12345\xc3\xa9", "12345\xc3\xa9"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct visit visit = typed(cases[i].value);
		char copy[8];
		visit_copy_field(&visit, "ip", copy, sizeof(copy));
		assert_string_equal(copy, cases[i].copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_found_by_its_name),
		cmocka_unit_test(white_space_around_an_address_is_ignored),
		cmocka_unit_test(what_was_typed_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
