/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of the options of opsmilter.conf, and what their values may be. */
#include "conf/options.h"

#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/number.h"
#include "base/text.h"
#include "conf/socket_name.h"
#include "conf/values.h"

static int demand(bool valid, const char *expected, struct text *why_r)
{
	if (!valid)
		text_add_format(why_r, "expected %s", expected);
	return valid ? ERR_NONE : ERR_SYNTAX;
}

static int check_path(const char *value, struct text *why_r)
{
	return demand(value[0] == '/', "a path that begins with /", why_r);
}

static int check_optional_path(const char *value, struct text *why_r)
{
	return value[0] == '\0' ? ERR_NONE : check_path(value, why_r);
}

/* The host of a URL and, behind a colon, a port. Says what is wrong with either. */
static int check_authority(const char *string, struct text *why_r)
{
	size_t length = strcspn(string, "/");
	size_t host =
		string[0] == '['
			? strcspn(string, "]") + 1
			: strspn(string, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-._");
	char port[8];
	struct text text = TEXT_OVER(port);
	struct addr addr;
	int64_t number;

	if (host == 0 || host > length || (host < length && string[host] != ':') ||
		(string[0] == '[' && addr_parse_octets(string + 1, host - 2, &addr) != ERR_NONE))
		return demand(false,
			"a host behind http:// or https:// (for example https://ops.example.org)",
			why_r);
	if (host == length)
		return ERR_NONE;
	text_add_octets(&text, string + host + 1, length - host - 1);
	return demand(!text.overflow && number_parse(port, 1, 65535, &number),
		"a number from 1 to 65535 as the port", why_r);
}

static int check_site_url(const char *value, struct text *why_r)
{
	size_t scheme = strncmp(value, "https://", 8) == 0  ? 8
			: strncmp(value, "http://", 7) == 0 ? 7
							    : 0;

	if (value[0] == '\0')
		text_add(why_r, "must be set: it begins the link in a refusal; ");
	if (scheme == 0)
		return demand(false,
			"http:// or https:// and a host (for example https://ops.example.org)",
			why_r);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || strchr("\"<>?#", *c) != NULL)
			return demand(false, "no blanks, quotes, <, >, ? or #", why_r);
	}
	return check_authority(value + scheme, why_r);
}

static int check_facility(const char *value, struct text *why_r)
{
	return demand(log_facility_exists(value),
		"a syslog facility: mail, daemon, user, or local0 to local7", why_r);
}

static int check_socket(const char *value, struct text *why_r)
{
	struct socket_name name;

	return socket_name_parse(value, &name, why_r);
}

static int check_recipient(const char *value, struct text *why_r)
{
	return demand(policy_recipient_valid(value),
		"a whole address, or a local part for any domain (for example postmaster@)", why_r);
}

static int check_user(const char *value, struct text *why_r)
{
	return demand(value[0] != '\0' && strcmp(value, "root") != 0,
		"the name of a user, but not root: the program gives up root's privileges", why_r);
}

static int check_operator(const char *value, struct text *why_r)
{
	return demand(value[0] != '\0', "a name, which the site shows", why_r);
}

static int check_whole_address(const char *value, struct text *why_r)
{
	return demand(policy_recipient_valid(value) && value[strlen(value) - 1] != '@',
		"a whole address (for example name@example.org)", why_r);
}

/* ADDRESS:PORT, with IPv6 in brackets. */
static int check_endpoint(const char *value, struct text *why_r)
{
	struct addr addr;
	uint16_t port;

	return demand(addr_parse_endpoint(value, &addr, &port) == ERR_NONE,
		"ADDRESS:PORT (for example 192.0.2.25:25 or [2001:db8::25]:25)", why_r);
}

static int check_probe_port(const char *value, struct text *why_r)
{
	static const char *const protocols[] = {
		"http:", "https:", "socks4:", "socks5:", "gateway:"};
	bool valid = false;
	int64_t port;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		size_t length = strlen(protocols[i]);
		valid = valid || (strncmp(value, protocols[i], length) == 0 &&
					 number_parse(value + length, 1, 65535, &port));
	}
	return demand(valid,
		"PROTOCOL:PORT (for example http:3128); the protocols are http, https, socks4, "
		"socks5 and gateway",
		why_r);
}

static const char *const stages[] = {"connect", "helo", "mail", "rcpt", NULL};
static const char *const on_error[] = {"accept", "tempfail", NULL};
static const char *const hit_sync[] = {"full", "normal", NULL};

#define TOP(field) .offset = offsetof(struct conf, field)
#define MILTER(field) .section = "milter", .offset = offsetof(struct conf, milter.field)
#define PROBE(field) .section = "probe", .offset = offsetof(struct conf, probe.field)
#define WEB(field) .section = "web", .offset = offsetof(struct conf, web.field)
#define CAPS(field) .section = "caps", .offset = offsetof(struct conf, caps.field)
#define COUNT(field) .count_offset = offsetof(struct conf, field)

const struct option options[] = {
	{TOP(database), .name = "database", .fixed_in = "probe",
		.default_value = "/var/lib/opsmilter/ops.db", .check = check_path},
	{TOP(hit_log), .name = "hit_log", .default_value = "/var/lib/opsmilter/hits.db",
		.check = check_path},
	{TOP(inbox), .name = "inbox", .default_value = "", .check = check_optional_path},
	{TOP(site_url), .name = "site_url", .fixed_in = "probe", .default_value = "",
		.check = check_site_url},
	{TOP(syslog_facility), .name = "syslog_facility", .default_value = "mail",
		.check = check_facility},

	{MILTER(socket), .name = "socket", .fixed_in = "milter",
		.default_value = "unix:/run/opsmilter/opsmilter.sock", .check = check_socket},
	{MILTER(socket_mode), .name = "socket_mode", .fixed_in = "milter", .type = OPTION_MODE,
		.default_value = "0660"},
	{MILTER(user), .name = "user", .fixed_in = "milter", .default_value = "opsmilter",
		.check = check_user},
	{MILTER(group), .name = "group", .fixed_in = "milter", .default_value = ""},
	{MILTER(pid_file), .name = "pid_file", .fixed_in = "milter",
		.default_value = "/run/opsmilter/opsmilter.pid", .check = check_optional_path},
	{MILTER(policy.reject_at), .name = "reject_at", .type = OPTION_CHOICE,
		.default_value = "rcpt", .choices = stages, .min = STAGE_HELO},
	{MILTER(reply), .name = "reply",
		.default_value =
			"Service unavailable; client [%{client}] is on the %{list} list: %{reason};"
			" see %{url} (ref %{ref})"},
	{MILTER(policy.exempt_clients), .name = "exempt_clients", .type = OPTION_NETWORKS,
		COUNT(milter.policy.exempt_client_count),
		.default_value = "{\"127.0.0.0/8\", \"::1\"}"},
	{MILTER(policy.exempt_recipients), .name = "exempt_recipients", .type = OPTION_STRINGS,
		COUNT(milter.policy.exempt_recipient_count),
		.default_value = "{\"postmaster@\", \"abuse@\"}", .check = check_recipient},
	{MILTER(policy.exempt_authenticated), .name = "exempt_authenticated", .type = OPTION_BOOL,
		.default_value = "true"},
	{MILTER(policy.on_error), .name = "on_error", .type = OPTION_CHOICE,
		.default_value = "accept", .choices = on_error},
	{MILTER(hit_sync), .name = "hit_sync", .type = OPTION_CHOICE, .default_value = "full",
		.choices = hit_sync},
	{MILTER(trap_recipients), .name = "trap_recipients", .type = OPTION_STRINGS,
		COUNT(milter.trap_recipient_count), .default_value = "{}",
		.check = check_whole_address},
	{MILTER(traps_per_hour), .name = "traps_per_hour", .type = OPTION_NUMBER,
		.default_value = "60", .min = 0, .max = 1000000},

	{PROBE(target), .name = "target", .fixed_in = "probe", .type = OPTION_STRINGS,
		COUNT(probe.target_count), .default_value = "{\"192.0.2.25:25\"}",
		.check = check_endpoint},
	{PROBE(watch_target), .name = "watch_target", .fixed_in = "probe", .type = OPTION_STRINGS,
		COUNT(probe.watch_target_count), .default_value = "{}", .check = check_endpoint},
	{PROBE(ports), .name = "ports", .type = OPTION_STRINGS, COUNT(probe.port_count),
		.default_value = "{}", .check = check_probe_port},
	{PROBE(allow_private), .name = "allow_private", .type = OPTION_NETWORKS,
		COUNT(probe.allow_private_count), .default_value = "{}"},
	{PROBE(opt_out), .name = "opt_out", .type = OPTION_NETWORKS, COUNT(probe.opt_out_count),
		.default_value = "{}"},
	{PROBE(hosts_per_minute), .name = "hosts_per_minute", .type = OPTION_NUMBER,
		.default_value = "60", .min = 1, .max = 100000},
	{PROBE(cooldown_secs), .name = "cooldown", .type = OPTION_NUMBER, .default_value = "60",
		.min = 0, .max = 86400},
	{PROBE(nomination_cooldown_secs), .name = "nomination_cooldown", .type = OPTION_NUMBER,
		.default_value = "21600", .min = 0, .max = 2592000},
	{PROBE(user), .name = "user", .fixed_in = "probe", .default_value = "opsprobe",
		.check = check_user},
	{PROBE(pid_file), .name = "pid_file", .fixed_in = "probe",
		.default_value = "/run/opsmilter/opsprobe.pid", .check = check_optional_path},
	{PROBE(connect_timeout_secs), .name = "connect_timeout", .fixed_in = "probe",
		.type = OPTION_NUMBER, .default_value = "7", .min = 1, .max = 300},
	{PROBE(probe_timeout_secs), .name = "probe_timeout", .fixed_in = "probe",
		.type = OPTION_NUMBER, .default_value = "30", .min = 1, .max = 3600},
	{PROBE(test_timeout_secs), .name = "test_timeout", .fixed_in = "probe",
		.type = OPTION_NUMBER, .default_value = "300", .min = 1, .max = 86400},
	{PROBE(max_sockets), .name = "max_sockets", .fixed_in = "probe", .type = OPTION_NUMBER,
		.default_value = "256", .min = 1, .max = 65536},

	{WEB(listen), .name = "listen", .fixed_in = "web", .default_value = "127.0.0.1:8025",
		.check = check_endpoint},
	{WEB(contact), .name = "contact", .default_value = "postmaster@example.org",
		.check = check_whole_address},
	{WEB(operator_name), .name = "operator", .default_value = "Example Mail Services",
		.check = check_operator},
	{WEB(user), .name = "user", .fixed_in = "web", .default_value = "opsweb",
		.check = check_user},
	{WEB(pid_file), .name = "pid_file", .fixed_in = "web",
		.default_value = "/run/opsmilter/opsweb.pid", .check = check_optional_path},
	{WEB(lookups_per_hour), .name = "lookups_per_hour", .type = OPTION_NUMBER,
		.default_value = "300", .min = 1, .max = 1000000000},
	{WEB(nominations_per_day), .name = "nominations_per_day", .type = OPTION_NUMBER,
		.default_value = "20", .min = 0, .max = 1000000},
	{WEB(trusted_proxies), .name = "trusted_proxies", .type = OPTION_NETWORKS,
		COUNT(web.trusted_proxy_count), .default_value = "{\"127.0.0.1\", \"::1\"}"},

	{CAPS(nominations_per_day), .name = "nominations_per_day", .type = OPTION_NUMBER,
		.default_value = "1000", .min = 0, .max = 1000000},
	{CAPS(nomination_mb_per_day), .name = "nomination_mb_per_day", .type = OPTION_NUMBER,
		.default_value = "100", .min = 0, .max = 1000000},
	{CAPS(nomination_mb), .name = "nomination_mb", .type = OPTION_NUMBER,
		.default_value = "500", .min = 0, .max = 1000000},
	{CAPS(open_requests), .name = "open_requests", .type = OPTION_NUMBER,
		.default_value = "1000", .min = 0, .max = 1000000},
	{CAPS(free_mb), .name = "free_mb", .type = OPTION_NUMBER, .default_value = "1000", .min = 0,
		.max = 1000000},
	{.name = NULL},
};

_Static_assert(sizeof(options) / sizeof(options[0]) <= OPTIONS_MAX, "raise OPTIONS_MAX");

void option_add_name(const struct option *option, struct text *text)
{
	if (option->section != NULL)
		text_add_format(text, "%s.", option->section);
	text_add(text, option->name);
}

static bool lists_differ(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
	size_t same = 0;

	while (same < a_count && same < b_count && strcmp(a[same], b[same]) == 0)
		same++;
	return same < a_count || same < b_count;
}

bool option_differs(const struct option *option, const struct conf *a, const struct conf *b)
{
	const char *base_a = (const char *)a, *base_b = (const char *)b;
	const void *x = base_a + option->offset, *y = base_b + option->offset;

	if (option->type == OPTION_STRING)
		return strcmp(*(char *const *)x, *(char *const *)y) != 0;
	if (option->type != OPTION_STRINGS)
		return *(const long *)x != *(const long *)y;
	return lists_differ(*(char *const *const *)x,
		*(const size_t *)(base_a + option->count_offset), *(char *const *const *)y,
		*(const size_t *)(base_b + option->count_offset));
}
