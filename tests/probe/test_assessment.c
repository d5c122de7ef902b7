/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict over all probes of a host. */
#include "probe/assessment.h"

#include <string.h>

#include "probe/engine.h"
#include "tests/support/unit.h"

#define EVIDENCE true
#define OTHER false

static struct probe_result probe(
	uint16_t port, enum protocol protocol, enum probe_verdict verdict, bool in_evidence)
{
	return (struct probe_result){
		.port = {.port = port, .protocol = protocol, .in_evidence = in_evidence},
		.verdict = verdict};
}

static struct assessment judgement_of(
	const struct probe_result *results, size_t count, struct host_result result)
{
	struct assessment assessment;

	result.results = results;
	result.result_count = count;
	assess_host(&result, &assessment);
	return assessment;
}

/* Of a host that is alive. */
#define JUDGE(results) judgement_of(results, COUNT_OF(results), (struct host_result){.alive = true})

static void any_probe_that_came_through_is_open(void **state)
{
	struct probe_result results[] = {
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_REFUSED, EVIDENCE),
		probe(1080, PROTOCOL_SOCKS5, PROBE_OPEN, OTHER),
		probe(8080, PROTOCOL_HTTP_POST, PROBE_OPEN_ONE_WAY, OTHER),
		probe(8080, PROTOCOL_HTTP_GET, PROBE_OPEN, OTHER),
	};

	(void)state;
	results[1].has_egress = true;
	assert_int_equal(addr_parse("198.51.100.9", &results[1].egress), 0);
	struct assessment assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_OPEN);
	assert_string_equal(assessment.open_ports, "socks5:1080 http:8080");
	assert_string_equal(assessment.reason, "SOCKS5 on port 1080, HTTP GET on port 8080");
	assert_string_equal(assessment.listing_reason,
		"open proxy: SOCKS5 on port 1080, HTTP GET on port 8080");
	assert_string_equal(assessment.egress, "198.51.100.9");
	assert_string_equal(assessment.summary,
		"open: SOCKS5 on port 1080, HTTP GET on port 8080; 3 ports tested, 3 "
		"accepted a connection; the proxy's connection arrived from 198.51.100.9");
}

static void open_one_way_is_open(void **state)
{
	const struct probe_result results[] = {
		probe(23, PROTOCOL_GATEWAY, PROBE_OPEN_ONE_WAY, OTHER)};

	(void)state;
	struct assessment assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_OPEN);
	assert_string_equal(assessment.reason, "telnet gateway on port 23 (one way)");
}

static void each_answer_at_a_port_of_the_evidence_counts_as_the_table_says(void **state)
{
	static const struct {
		enum probe_verdict verdict;
		enum host_verdict host;
	} cases[] = {
		{PROBE_OPEN, HOST_OPEN},
		{PROBE_OPEN_ONE_WAY, HOST_OPEN},
		{PROBE_AUTH_REQUIRED, HOST_CLOSED},
		{PROBE_REFUSED, HOST_CLOSED},
		{PROBE_NOT_A_PROXY, HOST_CLOSED},
		{PROBE_PORT_CLOSED, HOST_CLOSED},
		{PROBE_FILTERED, HOST_INCONCLUSIVE},
		{PROBE_UNREACHABLE, HOST_INCONCLUSIVE},
		{PROBE_NO_ANSWER, HOST_INCONCLUSIVE},
		{PROBE_CANNOT_REACH_TARGET, HOST_INCONCLUSIVE},
		{PROBE_LIAR, HOST_INCONCLUSIVE},
		{PROBE_LOCAL_ERROR, HOST_INCONCLUSIVE},
	};

	(void)state;
	assert_int_equal(COUNT_OF(cases), PROBE_VERDICT_COUNT);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct probe_result results[] = {
			probe(80, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, OTHER),
			probe(1080, PROTOCOL_SOCKS5, cases[i].verdict, EVIDENCE),
		};
		struct assessment assessment = JUDGE(results);
		assert_string_equal(
			host_verdict_name(assessment.verdict), host_verdict_name(cases[i].host));
		assert_int_not_equal(strlen(assessment.reason), 0);
	}
}

static void silence_beside_the_evidence_does_not_matter(void **state)
{
	const struct probe_result results[] = {
		probe(1080, PROTOCOL_SOCKS5, PROBE_PORT_CLOSED, EVIDENCE),
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_LIAR, OTHER),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_FILTERED, OTHER),
	};

	(void)state;
	assert_int_equal(JUDGE(results).verdict, HOST_CLOSED);
}

static void every_port_of_the_evidence_has_to_answer(void **state)
{
	const struct probe_result results[] = {
		probe(1080, PROTOCOL_SOCKS5, PROBE_AUTH_REQUIRED, EVIDENCE),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_FILTERED, EVIDENCE),
	};

	(void)state;
	struct assessment assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_INCONCLUSIVE);
	assert_string_equal(assessment.reason,
		"HTTP CONNECT on port 3128: the connection attempt was not answered");
}

static void one_method_that_stays_silent_leaves_its_port_in_doubt(void **state)
{
	const struct probe_result results[] = {
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_REFUSED, EVIDENCE),
		probe(3128, PROTOCOL_HTTP_GET, PROBE_NO_ANSWER, EVIDENCE),
	};

	(void)state;
	assert_int_equal(JUDGE(results).verdict, HOST_INCONCLUSIVE);
}

static void a_socks_server_may_be_silent_to_http(void **state)
{
	const struct probe_result results[] = {
		probe(1080, PROTOCOL_HTTP_CONNECT, PROBE_NO_ANSWER, EVIDENCE),
		probe(1080, PROTOCOL_SOCKS4, PROBE_NOT_A_PROXY, EVIDENCE),
		probe(1080, PROTOCOL_SOCKS5, PROBE_AUTH_REQUIRED, EVIDENCE),
	};

	(void)state;
	assert_int_equal(JUDGE(results).verdict, HOST_CLOSED);
}

static void a_second_target_that_is_out_of_reach_leaves_a_doubt(void **state)
{
	const struct probe_result results[] = {
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_REFUSED, EVIDENCE),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_CANNOT_REACH_TARGET, EVIDENCE),
	};

	(void)state;
	assert_int_equal(JUDGE(results).verdict, HOST_INCONCLUSIVE);
}

static void without_evidence_a_liar_anywhere_is_a_doubt(void **state)
{
	const struct probe_result liar[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_LIAR, OTHER),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, OTHER),
	};
	const struct probe_result firewall[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_NOT_A_PROXY, OTHER),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_FILTERED, OTHER),
	};
	const struct probe_result silent[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_NO_ANSWER, OTHER),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_FILTERED, OTHER),
	};

	(void)state;
	assert_int_equal(JUDGE(liar).verdict, HOST_INCONCLUSIVE);
	assert_int_equal(JUDGE(firewall).verdict, HOST_CLOSED);
	assert_int_equal(JUDGE(silent).verdict, HOST_INCONCLUSIVE);
}

static void a_host_without_a_sign_of_life_is_unreachable(void **state)
{
	const struct probe_result results[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_FILTERED, OTHER),
		probe(1080, PROTOCOL_SOCKS5, PROBE_UNREACHABLE, EVIDENCE),
	};

	(void)state;
	struct assessment assessment =
		judgement_of(results, COUNT_OF(results), (struct host_result){.alive = false});
	assert_int_equal(assessment.verdict, HOST_UNREACHABLE);
	assert_string_equal(assessment.summary, "unreachable: no port gave any sign of life; 2 "
						"ports tested, 0 accepted a connection");
}

static void our_own_failures_make_a_test_void(void **state)
{
	const struct probe_result open[] = {probe(80, PROTOCOL_HTTP_GET, PROBE_OPEN, OTHER)};
	const struct probe_result failed[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_LOCAL_ERROR, OTHER)};
	const struct probe_result closed[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, OTHER)};
	const struct host_result intercepted = {.alive = true, .intercepted = true};
	const struct host_result incomplete = {.alive = true, .incomplete = true};

	(void)state;
	assert_int_equal(judgement_of(open, 1, intercepted).verdict, HOST_VOID);
	assert_string_equal(judgement_of(open, 1, intercepted).open_ports, "");
	assert_int_equal(JUDGE(failed).verdict, HOST_VOID);
	assert_int_equal(judgement_of(closed, 1, incomplete).verdict, HOST_VOID);
	assert_int_equal(judgement_of(open, 1, incomplete).verdict, HOST_OPEN);
}

static void a_judgement_made_void_lists_nothing(void **state)
{
	const struct probe_result open[] = {probe(80, PROTOCOL_HTTP_GET, PROBE_OPEN, OTHER)};

	(void)state;
	struct assessment assessment = JUDGE(open);
	assessment_make_void(&assessment, "a target cannot be reached");
	assert_int_equal(assessment.verdict, HOST_VOID);
	assert_string_equal(assessment.open_ports, "");
	assert_string_equal(assessment.listing_reason, "");
	assert_string_equal(
		assessment.reason, "the prober's self-test failed: a target cannot be reached");
	assert_non_null(strstr(assessment.summary, "the test found open: HTTP GET on port 80"));
}

static void hundreds_of_open_ports_are_cut_between_two(void **state)
{
	struct probe_result results[300];
	struct assessment assessment;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(results); i++)
		results[i] = probe(
			(uint16_t)(40000 + i), PROTOCOL_HTTP_CONNECT_10, PROBE_OPEN_ONE_WAY, OTHER);
	assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_OPEN);
	size_t length = strlen(assessment.open_ports);
	assert_true(length < TEST_PORTS_SIZE);
	assert_int_equal(length % strlen("http:40000 "), strlen("http:40000"));
	assert_non_null(strstr(assessment.reason, " more"));
	assert_non_null(strstr(assessment.summary, "300 ports tested"));
}

static void a_port_that_the_deadline_cut_off_is_not_closed(void **state)
{
	struct probe_result results[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, OTHER),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_NO_ANSWER, EVIDENCE),
	};

	(void)state;
	results[1].cut_off = true;
	struct assessment assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_INCONCLUSIVE);
	assert_string_equal(assessment.summary,
		"inconclusive: HTTP CONNECT on port 3128: the time for the test was over before it "
		"answered; 2 ports tested, 0 accepted a connection");
}

static void a_proxy_that_refused_us_is_named_in_the_verdict(void **state)
{
	struct probe_result results[] = {
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, OTHER),
		probe(8080, PROTOCOL_HTTP_CONNECT, PROBE_REFUSED, OTHER),
		probe(3128, PROTOCOL_HTTP_CONNECT, PROBE_AUTH_REQUIRED, OTHER),
	};

	(void)state;
	/* A web server, or one that ends the connection, is none that we know of. */
	struct assessment assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_CLOSED);
	assert_null(strstr(assessment.summary, "a proxy answers"));
	results[2].as_proxy = true;
	assessment = JUDGE(results);
	assert_int_equal(assessment.verdict, HOST_CLOSED);
	assert_non_null(strstr(assessment.summary, "a proxy answers at port 3128 and refused us"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_probe_that_came_through_is_open),
		cmocka_unit_test(open_one_way_is_open),
		cmocka_unit_test(a_port_that_the_deadline_cut_off_is_not_closed),
		cmocka_unit_test(a_proxy_that_refused_us_is_named_in_the_verdict),
		cmocka_unit_test(each_answer_at_a_port_of_the_evidence_counts_as_the_table_says),
		cmocka_unit_test(silence_beside_the_evidence_does_not_matter),
		cmocka_unit_test(every_port_of_the_evidence_has_to_answer),
		cmocka_unit_test(one_method_that_stays_silent_leaves_its_port_in_doubt),
		cmocka_unit_test(a_socks_server_may_be_silent_to_http),
		cmocka_unit_test(a_second_target_that_is_out_of_reach_leaves_a_doubt),
		cmocka_unit_test(without_evidence_a_liar_anywhere_is_a_doubt),
		cmocka_unit_test(a_host_without_a_sign_of_life_is_unreachable),
		cmocka_unit_test(our_own_failures_make_a_test_void),
		cmocka_unit_test(a_judgement_made_void_lists_nothing),
		cmocka_unit_test(hundreds_of_open_ports_are_cut_between_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
