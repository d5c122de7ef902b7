/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of a test: a table by port and protocol, and the transcript. */
#include "probe/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "probe/engine.h"
#include "store/db.h"
#include "store/evidence.h"

/* Ports of one line of those that took no connection. */
#define LINE_LENGTH 90

static void print_probe(FILE *file, const struct probe_result *probe)
{
	char target[TARGET_TEXT_SIZE], egress[ADDR_TEXT_SIZE] = "";
	double seconds = (double)(probe->ended_msecs - probe->began_msecs) / 1000;

	if (probe->target.unpublished)
		text_copy(target, sizeof(target), "unpublished");
	else
		target_format(&probe->target, target);
	if (probe->has_egress)
		addr_format(&probe->egress, egress);
	fprintf(file, "%-5u  %-16s  %-19s  %7.2f  %-21s  %s%s\n", (unsigned)probe->port.port,
		protocol_name(probe->port.protocol), probe_verdict_name(probe->verdict), seconds,
		target, egress, probe->port.in_evidence ? "  (named by the evidence)" : "");
}

/* Ports that took no connection, of one verdict, in lines: they have no more to tell. */
static void print_others(
	FILE *file, const struct probe_result *probes, size_t count, enum probe_verdict verdict)
{
	int column = 0;

	for (size_t i = 0; i < count; i++) {
		const struct probe_result *probe = &probes[i];
		if (probe->verdict != verdict || probe_was_connected(probe))
			continue;
		if (column == 0)
			column = fprintf(file, "%s:", probe_verdict_name(verdict));
		else if (column > LINE_LENGTH)
			column = fprintf(file, "\n   ") - 1;
		column += fprintf(file, " %u", (unsigned)probe->port.port);
	}
	if (column > 0)
		fputc('\n', file);
}

static int compare_probes(const void *one, const void *other)
{
	const struct probe_result *a = one, *b = other;

	if (a->port.in_evidence != b->port.in_evidence)
		return b->port.in_evidence - a->port.in_evidence;
	if (a->port.port != b->port.port)
		return a->port.port - b->port.port;
	if (a->port.protocol != b->port.protocol)
		return (int)a->port.protocol - (int)b->port.protocol;
	return (a->began_msecs > b->began_msecs) - (a->began_msecs < b->began_msecs);
}

static void print_table(FILE *file, const struct probe_result *probes, size_t count)
{
	bool heading = false;

	for (size_t i = 0; i < count; i++) {
		if (!probe_was_connected(&probes[i]))
			continue;
		if (!heading)
			fprintf(file, "%-5s  %-16s  %-19s  %7s  %-21s  %s\n", "PORT", "PROTOCOL",
				"VERDICT", "SECONDS", "TARGET", "EGRESS");
		heading = true;
		print_probe(file, &probes[i]);
	}
	for (enum probe_verdict i = 0; i < PROBE_VERDICT_COUNT; i++)
		print_others(file, probes, count, i);
}

/* By port and protocol, those of the evidence first. */
static int print_sorted(FILE *file, const struct host_result *result)
{
	struct probe_result *probes = calloc(result->result_count + 1, sizeof(*probes));

	if (probes == NULL)
		return ERR_MEMORY;
	memcpy(probes, result->results, result->result_count * sizeof(*probes));
	qsort(probes, result->result_count, sizeof(*probes), compare_probes);
	print_table(file, probes, result->result_count);
	free(probes);
	return ERR_NONE;
}

static int write_body(struct report *report, const struct host_result *result)
{
	FILE *file = open_memstream(&report->body, &report->length);

	if (file == NULL)
		return ERR_MEMORY;
	int err = print_sorted(file, result);
	if (fflush(file) == 0)
		report->table_length = report->length;
	fputc('\n', file);
	fwrite(result->transcript, 1, result->transcript_length, file);
	bool failed = ferror(file) != 0;
	return fclose(file) != 0 || failed ? ERR_MEMORY : err;
}

int report_new(const struct host_result *result, const char *void_why, struct report **report_r)
{
	struct report *report = calloc(1, sizeof(*report));

	*report_r = NULL;
	if (report == NULL)
		return ERR_MEMORY;
	assess_host(result, &report->assessment);
	if (void_why[0] != '\0')
		assessment_make_void(&report->assessment, void_why);
	int err = write_body(report, result);
	if (err != ERR_NONE)
		report_free(&report);
	else if (report->length > EVIDENCE_MAX)
		report->length = EVIDENCE_MAX;
	*report_r = report;
	return err;
}

void report_free(struct report **report)
{
	if (*report == NULL)
		return;
	free((*report)->body);
	free(*report);
	*report = NULL;
}

struct test report_test(const struct report *report, const struct addr *address, int64_t at)
{
	const struct assessment *assessment = &report->assessment;
	struct test test = {.address = *address, .at = at};

	text_copy(test.verdict, sizeof(test.verdict), host_verdict_name(assessment->verdict));
	text_copy(test.egress, sizeof(test.egress), assessment->egress);
	text_copy(test.summary, sizeof(test.summary), assessment->summary);
	text_copy(test.open_ports, sizeof(test.open_ports), assessment->open_ports);
	return test;
}

struct evidence report_evidence(const struct report *report, int64_t at)
{
	struct evidence evidence = {
		.at = at, .who = "opsprobe", .kind = "test", .source = "test for open proxies"};

	evidence_set_body(&evidence, report->body, report->length);
	return evidence;
}

int report_keep(struct db *db, const struct report *report, const struct addr *address, int64_t at,
	struct test *test_r)
{
	const struct evidence evidence = report_evidence(report, at);
	int err = db_begin_write(db);

	*test_r = report_test(report, address, at);
	if (err == ERR_NONE)
		err = tests_add(db, test_r, &evidence);
	return db_end(db, err);
}
