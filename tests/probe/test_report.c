/* SPDX-License-Identifier: BSD-2-Clause */
/* What is stored of a test: the table, the transcript, and the row. */
#include "probe/report.h"

#include <string.h>

#include "base/err.h"
#include "probe/engine.h"
#include "store/evidence.h"
#include "tests/support/unit.h"

#define TRANSCRIPT "connection 1 to 198.18.7.9 port 3128: HTTP CONNECT to 192.0.2.25 port 25\n"

static struct report *report;

static int tear_down(void **state)
{
	(void)state;
	report_free(&report);
	assert_null(report);
	return 0;
}

static struct probe_result probe(
	uint16_t port, enum protocol protocol, enum probe_verdict verdict, bool in_evidence)
{
	return (struct probe_result){
		.port = {.port = port, .protocol = protocol, .in_evidence = in_evidence},
		.verdict = verdict,
		.ended_msecs = 250};
}

static void make(const struct probe_result *probes, size_t count, const char *void_why)
{
	const struct host_result result = {
		.results = probes,
		.result_count = count,
		.alive = true,
		.transcript = TRANSCRIPT,
		.transcript_length = strlen(TRANSCRIPT),
	};

	report_free(&report);
	assert_int_equal(report_new(&result, void_why, &report), ERR_NONE);
}

static struct probe_result open_probe(void)
{
	struct probe_result open = probe(1080, PROTOCOL_SOCKS5, PROBE_OPEN, false);

	open.target.port = 25;
	open.has_egress = true;
	assert_int_equal(addr_parse("192.0.2.25", &open.target.addr), 0);
	assert_int_equal(addr_parse("198.51.100.9", &open.egress), 0);
	return open;
}

static void the_table_has_the_evidence_first_and_closed_ports_in_one_line(void **state)
{
	const struct probe_result probes[] = {
		probe(81, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, false),
		open_probe(),
		probe(80, PROTOCOL_HTTP_CONNECT, PROBE_PORT_CLOSED, false),
		probe(3128, PROTOCOL_HTTP_GET, PROBE_NO_ANSWER, true),
		probe(82, PROTOCOL_HTTP_CONNECT, PROBE_FILTERED, false),
	};

	(void)state;
	make(probes, COUNT_OF(probes), "");
	static const char table[] =
		"PORT   PROTOCOL          VERDICT              SECONDS  TARGET                 "
		"EGRESS\n"
		"3128   HTTP GET          no-answer               0.25                         "
		"  (named by the evidence)\n"
		"1080   SOCKS5            open                    0.25  192.0.2.25:25          "
		"198.51.100.9\n"
		"port-closed: 80 81\n"
		"filtered: 82\n";
	assert_int_equal(report->table_length, strlen(table));
	assert_memory_equal(report->body, table, report->table_length);
	/* An empty line, and the transcript. */
	assert_int_equal(report->length, report->table_length + 1 + strlen(TRANSCRIPT));
	assert_memory_equal(
		report->body + report->table_length, "\n" TRANSCRIPT, 1 + strlen(TRANSCRIPT));
}

static void the_row_says_what_was_found_and_its_evidence_is_the_body(void **state)
{
	const struct probe_result open = open_probe();
	struct addr address;

	(void)state;
	assert_int_equal(addr_parse("198.18.7.9", &address), 0);
	make(&open, 1, "");
	const struct test row = report_test(report, &address, 1000);
	assert_string_equal(row.verdict, "open");
	assert_string_equal(row.open_ports, "socks5:1080");
	assert_string_equal(row.egress, "198.51.100.9");
	assert_string_equal(row.summary, report->assessment.summary);
	assert_int_equal(row.at, 1000);
	assert_int_equal(row.id + row.request_id + row.watch_id + row.evidence_id, 0);
	const struct evidence evidence = report_evidence(report, 1000);
	assert_string_equal(evidence.kind, "test");
	assert_ptr_equal(evidence.body, report->body);
}

static void a_failed_self_test_makes_it_void(void **state)
{
	const struct probe_result open = open_probe();

	(void)state;
	make(&open, 1, "a target cannot be reached");
	assert_int_equal(report->assessment.verdict, HOST_VOID);
	assert_non_null(strstr(report->assessment.summary,
		"void: the prober's self-test failed: a target cannot be reached; the test found "
		"open: SOCKS5 on port 1080"));
}

#define WITH_REPORT(test) cmocka_unit_test_setup_teardown(test, NULL, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_REPORT(the_table_has_the_evidence_first_and_closed_ports_in_one_line),
		WITH_REPORT(the_row_says_what_was_found_and_its_evidence_is_the_body),
		WITH_REPORT(a_failed_self_test_makes_it_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
