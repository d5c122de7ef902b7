/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict on a host, from the verdicts of its probes. */
#include "probe/assessment.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "probe/engine.h"
#include "probe/ports.h"

/* What the verdict of a probe says of its port. */
enum meaning { SAYS_NOTHING, SAYS_NO, SAYS_MAYBE, SAYS_OPEN };

static const enum meaning meanings[PROBE_VERDICT_COUNT] = {
	[PROBE_OPEN] = SAYS_OPEN,
	[PROBE_OPEN_ONE_WAY] = SAYS_OPEN,
	[PROBE_AUTH_REQUIRED] = SAYS_NO,
	[PROBE_REFUSED] = SAYS_NO,
	[PROBE_NOT_A_PROXY] = SAYS_NO,
	[PROBE_PORT_CLOSED] = SAYS_NO,
	[PROBE_FILTERED] = SAYS_NOTHING,
	[PROBE_UNREACHABLE] = SAYS_NOTHING,
	[PROBE_NO_ANSWER] = SAYS_NOTHING,
	[PROBE_CANNOT_REACH_TARGET] = SAYS_MAYBE,
	[PROBE_LIAR] = SAYS_MAYBE,
	[PROBE_LOCAL_ERROR] = SAYS_NOTHING,
};

static enum meaning meaning_of(const struct probe_result *probe)
{
	return meanings[probe->verdict];
}

static bool same_family(enum protocol a, enum protocol b)
{
	return strcmp(ports_family_name(a), ports_family_name(b)) == 0;
}

/* Whether a probe's whole kind said no at its port. */
static bool family_says_no(const struct host_result *result, const struct probe_result *probe)
{
	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *other = &result->results[i];
		if (other->port.port == probe->port.port &&
			same_family(other->port.protocol, probe->port.protocol) &&
			meaning_of(other) != SAYS_NO)
			return false;
	}
	return true;
}

/* What the probes that the evidence names say of a port. */
static enum meaning evidence_says(const struct host_result *result, uint16_t port)
{
	enum meaning said = SAYS_NOTHING;

	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		if (probe->port.port != port || !probe->port.in_evidence)
			continue;
		if (meaning_of(probe) == SAYS_MAYBE)
			return SAYS_MAYBE;
		if (meaning_of(probe) == SAYS_NO && family_says_no(result, probe))
			said = SAYS_NO;
	}
	return said;
}

/* The first probe at a port (0: at any) that means this, or NULL. */
static const struct probe_result *find(
	const struct host_result *result, uint16_t port, enum meaning meaning)
{
	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		if ((port == 0 || probe->port.port == port) && meaning_of(probe) == meaning)
			return probe;
	}
	return NULL;
}

/* Why the host cannot be called closed: a probe at a port of the evidence that says too little.
 * NULL: it can, or no port is named. */
static const struct probe_result *doubt_of_evidence(const struct host_result *result, bool *named_r)
{
	*named_r = false;
	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		if (!probe->port.in_evidence)
			continue;
		*named_r = true;
		enum meaning said = evidence_says(result, probe->port.port);
		const struct probe_result *doubt = find(result, probe->port.port, said);
		if (said != SAYS_NO)
			return doubt != NULL ? doubt : probe;
	}
	return NULL;
}

static const struct probe_result *doubt_without_evidence(const struct host_result *result)
{
	const struct probe_result *maybe = find(result, 0, SAYS_MAYBE);

	if (maybe != NULL || find(result, 0, SAYS_NO) != NULL)
		return maybe;
	return find(result, 0, SAYS_NOTHING);
}

static bool only_own_errors(const struct host_result *result)
{
	for (size_t i = 0; i < result->result_count; i++) {
		if (result->results[i].verdict != PROBE_LOCAL_ERROR)
			return false;
	}
	return true;
}

/* What a doubtful probe did, after "at port N". */
static const char *const doubts[PROBE_VERDICT_COUNT] = {
	[PROBE_FILTERED] = "the connection attempt was not answered",
	[PROBE_UNREACHABLE] = "the network says that it cannot be reached",
	[PROBE_NO_ANSWER] = "the connection was accepted, and then there was silence",
	[PROBE_CANNOT_REACH_TARGET] = "it tried to pass the connection on and could not reach us",
	[PROBE_LIAR] = "it said that the connection went through, but nothing arrived",
	[PROBE_LOCAL_ERROR] = "the test itself failed",
};

static void add_where(struct text *text, const struct probe_port *port)
{
	text_add_format(text, "%s on port %u", protocol_name(port->protocol), port->port);
}

/* Each kind is named once at a port, by its first protocol. */
static bool is_named_by_another(const struct host_result *result, size_t index)
{
	const struct probe_port *port = &result->results[index].port;

	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_port *other = &result->results[i].port;
		if (meaning_of(&result->results[i]) == SAYS_OPEN && other->port == port->port &&
			same_family(other->protocol, port->protocol) &&
			(other->protocol < port->protocol ||
				(other->protocol == port->protocol && i < index)))
			return true;
	}
	return false;
}

static void take_open(struct assessment *assessment, const struct host_result *result)
{
	struct text ports = TEXT_OVER(assessment->open_ports);
	struct text where = TEXT_OVER(assessment->reason);
	size_t left_out = 0;

	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		if (meaning_of(probe) != SAYS_OPEN || is_named_by_another(result, i))
			continue;
		if (assessment->egress[0] == '\0' && probe->has_egress)
			addr_format(&probe->egress, assessment->egress);
		/* What is too long is cut between two ports, not within one. */
		if (ports.length + 16 >= ports.size || where.length + 64 >= where.size) {
			left_out++;
			continue;
		}
		text_add(&ports, ports.length > 0 ? " " : "");
		text_add_format(
			&ports, "%s:%u", ports_family_name(probe->port.protocol), probe->port.port);
		text_add(&where, where.length > 0 ? ", " : "");
		add_where(&where, &probe->port);
		if (probe->verdict == PROBE_OPEN_ONE_WAY)
			text_add(&where, " (one way)");
	}
	if (left_out > 0)
		text_add_format(&where, " and %zu more", left_out);
}

static void assess_open(struct assessment *assessment, const struct host_result *result)
{
	struct text listing = TEXT_OVER(assessment->listing_reason);

	assessment->verdict = HOST_OPEN;
	take_open(assessment, result);
	text_add_format(&listing, "open proxy: %s", assessment->reason);
}

static void assess_doubtful(struct assessment *assessment, const struct probe_result *doubt)
{
	struct text reason = TEXT_OVER(assessment->reason);

	assessment->verdict = HOST_INCONCLUSIVE;
	add_where(&reason, &doubt->port);
	text_add(&reason, ": ");
	if (doubt->cut_off)
		text_add(&reason, "the time for the test was over before it answered");
	else
		text_add(&reason, doubts[doubt->verdict] != NULL ? doubts[doubt->verdict]
								 : "no clear answer");
}

static void assess_simply(
	struct assessment *assessment, enum host_verdict verdict, const char *reason)
{
	assessment->verdict = verdict;
	text_copy(assessment->reason, sizeof(assessment->reason), reason);
}

static void summarize(struct assessment *assessment, const struct host_result *result)
{
	enum { UNTESTED, TESTED, CONNECTED } ports[UINT16_MAX + 1] = {UNTESTED};
	struct text summary = TEXT_OVER(assessment->summary);
	size_t tested = 0, connected = 0;

	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		bool accepted = probe_was_connected(probe);
		tested += ports[probe->port.port] == UNTESTED;
		connected += accepted && ports[probe->port.port] != CONNECTED;
		if (ports[probe->port.port] != CONNECTED)
			ports[probe->port.port] = accepted ? CONNECTED : TESTED;
	}
	text_add_format(&summary, "%s: %s; %zu %s tested, %zu accepted a connection",
		host_verdict_name(assessment->verdict), assessment->reason, tested,
		tested == 1 ? "port" : "ports", connected);
	if (assessment->egress[0] != '\0')
		text_add_format(
			&summary, "; the proxy's connection arrived from %s", assessment->egress);
}

/* A closed host may have a proxy that serves others, which the verdict alone does not say. */
static void add_refusal(struct assessment *assessment, const struct host_result *result)
{
	char before[sizeof(assessment->reason)];

	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		if (!probe->as_proxy)
			continue;
		text_copy(before, sizeof(before), assessment->reason);
		struct text reason = TEXT_OVER(assessment->reason);
		text_add_format(&reason, "%s; a proxy answers at port %u and refused us", before,
			(unsigned)probe->port.port);
		return;
	}
}

static void assess_alive(struct assessment *assessment, const struct host_result *result)
{
	bool named;
	const struct probe_result *doubt = doubt_of_evidence(result, &named);

	if (!named)
		doubt = doubt_without_evidence(result);
	if (doubt != NULL) {
		assess_doubtful(assessment, doubt);
		return;
	}
	assess_simply(assessment, HOST_CLOSED,
		named ? "no open proxy was found, and the ports that the evidence names do not "
			"forward connections"
		      : "no open proxy was found at the ports that were tested");
	add_refusal(assessment, result);
}

void assess_host(const struct host_result *result, struct assessment *assessment_r)
{
	*assessment_r = (struct assessment){0};
	if (result->intercepted)
		assess_simply(assessment_r, HOST_VOID,
			"our own path is intercepted: a connection came back from our own address");
	else if (find(result, 0, SAYS_OPEN) != NULL)
		assess_open(assessment_r, result);
	else if (result->incomplete || only_own_errors(result))
		assess_simply(assessment_r, HOST_VOID, "the test failed on our side");
	else if (!result->alive)
		assess_simply(assessment_r, HOST_UNREACHABLE, "no port gave any sign of life");
	else
		assess_alive(assessment_r, result);
	summarize(assessment_r, result);
}

void assessment_make_void(struct assessment *assessment, const char *why)
{
	char found[TEST_SUMMARY_SIZE];

	text_copy(found, sizeof(found), assessment->summary);
	struct text reason = TEXT_OVER(assessment->reason);
	struct text summary = TEXT_OVER(assessment->summary);
	assessment->verdict = HOST_VOID;
	assessment->listing_reason[0] = assessment->open_ports[0] = '\0';
	text_add_format(&reason, "the prober's self-test failed: %s", why);
	text_add_format(&summary, "void: %s; the test found %s", assessment->reason, found);
}
