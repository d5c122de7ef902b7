/* SPDX-License-Identifier: BSD-2-Clause */
/* Which page a path belongs to. */
#include "web/router.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static void every_page_is_found_by_its_own_path(void **state)
{
	(void)state;
	for (const struct route *route = routes; route->path != NULL; route++) {
		char path[64];
		const char *rest;
		snprintf(path, sizeof(path), "%s%s", route->path, route->takes_rest ? "7" : "");
		assert_ptr_equal(router_find(path, &rest), route);
		assert_string_equal(rest, route->takes_rest ? "7" : "");
	}
}

static void every_page_can_be_got_and_has_what_shows_it(void **state)
{
	(void)state;
	for (const struct route *route = routes; route->path != NULL; route++) {
		assert_true(route->methods & METHOD_GET);
		assert_non_null(route->show);
		assert_int_equal(route->path[0], '/');
	}
}

static void what_follows_a_path_is_the_rest(void **state)
{
	const char *rest;

	(void)state;
	assert_non_null(router_find("/ref/k3mq7x2p", &rest));
	assert_string_equal(rest, "k3mq7x2p");
	assert_non_null(router_find("/ref/a/../b", &rest));
	assert_string_equal(rest, "a/../b");
}

static void any_other_path_is_no_page(void **state)
{
	static const char *const paths[] = {"", "//", "/ref", "/ref/", "/lookup/", "/lookup2",
		"/LOOKUP", "lookup", "/help", "/help/", "/help/sender/", "/../etc/passwd",
		"/style.css/", "/healthz ", "*", "http://ops.example.org/"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		const char *rest = NULL;
		if (router_find(paths[i], &rest) != NULL)
			fail_msg("\"%s\" is found", paths[i]);
		assert_string_equal(rest, "");
	}
}

static void look_ups_are_counted_and_nothing_that_watches_is(void **state)
{
	static const struct {
		const char *path;
		bool counts;
	} cases[] = {
		{"/lookup", true},
		{"/api/lookup", true},
		{"/ref/k3mq7x2p", true},
		{"/", false},
		{"/metrics", false},
		{"/healthz", false},
		{"/style.css", false},
		{"/help/sender", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *rest;
		const struct route *route = router_find(cases[i].path, &rest);
		assert_non_null(route);
		assert_int_equal((route->needs & NEED_ALLOWANCE) != 0, cases[i].counts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_found_by_its_own_path),
		cmocka_unit_test(every_page_can_be_got_and_has_what_shows_it),
		cmocka_unit_test(what_follows_a_path_is_the_rest),
		cmocka_unit_test(any_other_path_is_no_page),
		cmocka_unit_test(look_ups_are_counted_and_nothing_that_watches_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
