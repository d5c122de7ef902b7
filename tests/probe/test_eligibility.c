/* SPDX-License-Identifier: BSD-2-Clause */
/* What the database and the configuration say of an address before its test. */
#include "probe/eligibility.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "conf/conf.h"
#include "probe/ports.h"
#include "store/requests.h"
#include "store/tests.h"
#include "tests/store/admin_db.h"

#define SUSPECT "198.51.100.9"
#define HOUR 3600

static struct network allowed[1], opted_out[1];
static struct conf_probe conf;
static struct db *prober;
static struct job job;
static struct port_list *ports;

static int set_up(void **state)
{
	static const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_PROBER, .writable = true, .wait_msecs = 1000};

	if (open_admin(state) != 0)
		return -1;
	/* SUSPECT is in a range for documentation, and allowed as on a test bench. */
	allowed[0] = a_network("198.51.100.0/24");
	opted_out[0] = a_network("203.0.113.0/24");
	conf = (struct conf_probe){
		.hosts = {.allowed = allowed, .allowed_count = 1},
		.opt_out = opted_out,
		.opt_out_count = 1,
	};
	job = (struct job){
		.kind = JOB_REMOVAL, .id = 1, .list_id = 1, .address = a_network(SUSPECT).addr};
	ports = malloc(sizeof(*ports));
	return ports == NULL ? -1 : store_open(ops.path, &options, &prober, NULL);
}

static int tear_down(void **state)
{
	free(ports);
	db_close(&prober);
	return close_admin(state);
}

static struct eligibility eligibility(void)
{
	struct eligibility eligibility;

	assert_int_equal(eligibility_read(prober, &conf, &job, NOW, &eligibility), ERR_NONE);
	return eligibility;
}

static void add_test(const char *verdict, const char *open_ports, int64_t at, int64_t request_id)
{
	struct test test = {.address = job.address, .at = at, .request_id = request_id};
	struct evidence transcript = {
		.at = at, .who = "opsprobe", .kind = "test", .source = "opsprobe"};

	text_copy(test.verdict, sizeof(test.verdict), verdict);
	text_copy(test.open_ports, sizeof(test.open_ports), open_ports);
	evidence_set_body(&transcript, "connection", 10);
	assert_int_equal(db_begin_write(prober), ERR_NONE);
	int err = tests_add(prober, &test, &transcript);
	assert_int_equal(db_end(prober, err), ERR_NONE);
}

static int64_t file_of(enum request_kind kind)
{
	struct request request = {.kind = kind,
		.state = REQUEST_OPEN,
		.address = job.address,
		.list_id = 1,
		.requested_at = NOW,
		.next_test_at = NOW,
		.filed_by = "visitor"};

	assert_int_equal(requests_file(admin, &request, NULL), ERR_NONE);
	return request.id;
}

static void an_address_that_is_neither_listed_nor_nominated_is_not_tested(void **state)
{
	(void)state;
	struct eligibility read = eligibility();
	assert_true(read.for_proxies);
	assert_false(read.listed);
	assert_false(read.may_be_tested);
	assert_string_equal(read.wider, "");
	assert_string_equal(read.forbidden, "");
	assert_string_equal(read.opted_out, "");
}

static void a_nominated_address_may_be_tested(void **state)
{
	(void)state;
	file_of(REQUEST_NOMINATION);
	assert_true(eligibility().may_be_tested);
	assert_false(eligibility().listed);
}

static void the_address_itself_and_a_wider_network_are_told_apart(void **state)
{
	(void)state;
	list_network("198.51.100.0/25", NOW - HOUR, CLOCK_NEVER);
	struct eligibility read = eligibility();
	assert_true(read.may_be_tested);
	assert_false(read.listed);
	assert_string_equal(read.wider, "198.51.100.0/25");
	list_network(SUSPECT, NOW - HOUR, CLOCK_NEVER);
	read = eligibility();
	assert_true(read.listed);
	assert_string_equal(read.wider, "198.51.100.0/25");
}

static void a_listing_on_another_list_allows_the_test_and_nothing_more(void **state)
{
	(void)state;
	list_network(SUSPECT, NOW - HOUR, CLOCK_NEVER);
	job.list_id = 99;
	struct eligibility read = eligibility();
	assert_true(read.may_be_tested);
	assert_false(read.listed);
	assert_false(read.for_proxies);
}

static void a_listing_that_has_expired_counts_no_more(void **state)
{
	(void)state;
	list_network(SUSPECT, NOW - HOUR, NOW - 1);
	assert_false(eligibility().may_be_tested);
}

static void a_reserved_address_is_forbidden_unless_it_is_allowed(void **state)
{
	(void)state;
	conf.hosts.allowed_count = 0;
	assert_non_null(strstr(eligibility().forbidden, "probe.allow_private can permit a test"));
}

static void an_opt_out_is_named_by_its_network(void **state)
{
	(void)state;
	opted_out[0] = a_network("198.51.100.0/28");
	assert_string_equal(eligibility().opted_out, "198.51.100.0/28");
}

static void tests_of_the_same_job_are_counted_by_verdict(void **state)
{
	struct tries tries;

	(void)state;
	job.id = file_of(REQUEST_REMOVAL);
	add_test("unreachable", "", NOW - 9, job.id);
	add_test("inconclusive", "", NOW - 8, 0);
	add_test("void", "", NOW - 7, job.id);
	add_test("inconclusive", "", NOW - 6, job.id);
	add_test("void", "", NOW - 5, job.id);
	add_test("closed", "", NOW - 4, 0);
	add_test("void", "", NOW - 3, job.id);
	assert_int_equal(eligibility_read_tries(prober, &job, &tries), ERR_NONE);
	assert_int_equal(tries.unreachable, 1);
	assert_int_equal(tries.inconclusive, 1);
	assert_int_equal(tries.recent_void, 2);
	job.kind = JOB_ORDER;
	assert_int_equal(eligibility_read_tries(prober, &job, &tries), ERR_NONE);
	assert_int_equal(tries.unreachable + tries.inconclusive + tries.recent_void, 0);
}

static bool is_evidence(uint16_t port, enum protocol protocol)
{
	for (size_t i = 0; i < ports->count; i++) {
		const struct probe_port *each = &ports->ports[i];
		if (each->port == port && each->protocol == protocol)
			return each->in_evidence;
	}
	return false;
}

static void earlier_tests_are_evidence_back_to_the_last_that_found_it_closed(void **state)
{
	char port[] = "http:3128";
	char *configured[] = {port};

	(void)state;
	conf.ports = configured;
	conf.port_count = 1;
	add_test("open", "socks5:1111", NOW - 9, 0);
	add_test("closed", "", NOW - 8, 0);
	add_test("open", "socks5:2222", NOW - 7, 0);
	add_test("unreachable", "", NOW - 6, 0);
	assert_int_equal(eligibility_read_ports(prober, &conf, &job.address, NOW, ports), ERR_NONE);
	assert_true(is_evidence(2222, PROTOCOL_SOCKS5));
	assert_false(is_evidence(1111, PROTOCOL_SOCKS5));
	assert_false(is_evidence(3128, PROTOCOL_HTTP_GET));
	assert_int_equal(ports->evidence_count, 1);
	assert_int_equal(ports->count, 5);
}

static void the_reason_of_a_listing_is_evidence(void **state)
{
	(void)state;
	struct listing existing, listing = {.list_id = 1,
					 .network = a_network(SUSPECT),
					 .reason = "open proxy: SOCKS5 on port 1081",
					 .expires_at = CLOCK_NEVER};
	const struct change change = a_change("add");
	struct evidence note = {.at = NOW, .who = "tester", .kind = "note", .source = ""};
	evidence_set_body(&note, "seen", 4);
	assert_int_equal(listings_add(admin, &listing, &note, &change, &existing), ERR_NONE);
	assert_int_equal(eligibility_read_ports(prober, &conf, &job.address, NOW, ports), ERR_NONE);
	assert_true(is_evidence(1081, PROTOCOL_SOCKS5));
	assert_int_equal(ports->evidence_count, 1);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(an_address_that_is_neither_listed_nor_nominated_is_not_tested),
		WITH_ALL(a_nominated_address_may_be_tested),
		WITH_ALL(the_address_itself_and_a_wider_network_are_told_apart),
		WITH_ALL(a_listing_on_another_list_allows_the_test_and_nothing_more),
		WITH_ALL(a_listing_that_has_expired_counts_no_more),
		WITH_ALL(a_reserved_address_is_forbidden_unless_it_is_allowed),
		WITH_ALL(an_opt_out_is_named_by_its_network),
		WITH_ALL(tests_of_the_same_job_are_counted_by_verdict),
		WITH_ALL(earlier_tests_are_evidence_back_to_the_last_that_found_it_closed),
		WITH_ALL(the_reason_of_a_listing_is_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
