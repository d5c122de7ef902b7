/* SPDX-License-Identifier: BSD-2-Clause */
/* opsmilter.conf: each option, its default, its rule and the message when it is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "tests/support/unit.h"

#define URL "site_url = \"https://ops.example.org\"\n"

static char path[64];
static char message[1024];

static int make_path(void **state)
{
	(void)state;
	strcpy(path, "/tmp/opsmilter-conf-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	return close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

static int read_octets(const void *octets, size_t length, struct conf **conf_r)
{
	struct text text = TEXT_OVER(message);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	int err = conf_read(path, conf_r, &text);
	assert_true((err == ERR_NONE) == (message[0] == '\0'));
	assert_true((err == ERR_NONE) == (*conf_r != NULL));
	return err;
}

static struct conf *must_read(const char *source)
{
	struct conf *conf;

	if (read_octets(source, strlen(source), &conf) != ERR_NONE)
		fail_msg("%s", message);
	return conf;
}

static void everything_but_the_site_has_a_default_that_works(void **state)
{
	struct conf *conf = must_read(URL);
	const struct policy *policy = &conf->milter.policy;

	(void)state;
	assert_string_equal(conf->database, "/var/lib/opsmilter/ops.db");
	assert_string_equal(conf->hit_log, "/var/lib/opsmilter/hits.db");
	assert_string_equal(conf->inbox, "/var/lib/opsmilter/inbox.db");
	assert_string_equal(conf->site_url, "https://ops.example.org");
	assert_string_equal(conf->syslog_facility, "mail");
	assert_string_equal(conf->milter.socket, "unix:/run/opsmilter/opsmilter.sock");
	assert_int_equal(conf->milter.socket_mode, 0660);
	assert_string_equal(conf->milter.user, "opsmilter");
	assert_string_equal(conf->milter.group, "");
	assert_string_equal(conf->milter.pid_file, "/run/opsmilter/opsmilter.pid");
	assert_string_equal(conf->milter.reply,
		"Service unavailable; client [%{client}] is on the %{list} list: "
		"%{reason}; see %{url} (ref %{ref})");
	assert_int_equal(policy->reject_at, STAGE_RCPT);
	assert_int_equal(policy->exempt_client_count, 2);
	assert_int_equal(policy->exempt_recipient_count, 2);
	assert_string_equal(policy->exempt_recipients[0], "postmaster@");
	assert_string_equal(policy->exempt_recipients[1], "abuse@");
	assert_true(policy->exempt_authenticated);
	assert_int_equal(policy->on_error, ON_ERROR_ACCEPT);
	assert_int_equal(conf->milter.hit_sync, HIT_SYNC_FULL);
	assert_int_equal(conf->probe.target_count, 1);
	assert_string_equal(conf->probe.target[0], "192.0.2.25:25");
	assert_int_equal(conf->probe.port_count, 0);
	assert_int_equal(conf->probe.allow_private_count, 0);
	assert_int_equal(conf->probe.connect_timeout_secs, 7);
	assert_int_equal(conf->probe.probe_timeout_secs, 30);
	assert_int_equal(conf->probe.max_sockets, 256);
	assert_string_equal(conf->web.listen, "127.0.0.1:8025");
	assert_string_equal(conf->web.contact, "postmaster@example.org");
	assert_string_equal(conf->web.operator_name, "Example Mail Services");
	assert_int_equal(conf->web.lookups_per_hour, 300);
	assert_int_equal(conf->web.trusted_proxy_count, 2);
	conf_free(&conf);
	assert_null(conf);
	conf_free(&conf);
}

static void options_are_taken_as_written(void **state)
{
	struct conf *conf = must_read("# a comment\n"
				      "site_url = 'https://ops.example.org/list///'\n"
				      "milter {\n"
				      "  socket_mode = \"0666\"\n"
				      "  reject_at = \"mail\"\n"
				      "  exempt_clients = {\"192.0.2.0/24\", 2001:db8::1}\n"
				      "  exempt_recipients = {}\n"
				      "  exempt_authenticated = no\n"
				      "  on_error = tempfail\n"
				      "  hit_sync = \"normal\"\n"
				      "}\n"
				      "web { lookups_per_hour = 5 }\n");

	(void)state;
	assert_string_equal(conf->site_url, "https://ops.example.org/list");
	assert_int_equal(conf->milter.socket_mode, 0666);
	assert_int_equal(conf->milter.policy.reject_at, STAGE_MAIL);
	assert_int_equal(conf->milter.policy.exempt_client_count, 2);
	assert_int_equal(conf->milter.policy.exempt_clients[0].prefix, 120);
	assert_int_equal(conf->milter.policy.exempt_clients[1].prefix, 128);
	assert_int_equal(conf->milter.policy.exempt_recipient_count, 0);
	assert_false(conf->milter.policy.exempt_authenticated);
	assert_int_equal(conf->milter.policy.on_error, ON_ERROR_TEMPFAIL);
	assert_int_equal(conf->milter.hit_sync, HIT_SYNC_NORMAL);
	assert_int_equal(conf->web.lookups_per_hour, 5);
	conf_free(&conf);
}

static const struct {
	const char *source;
	const char *place; /* behind the path */
	const char *words; /* of what is wrong or wanted */
} faults[] = {
	{"", ": site_url: ", "must be set"},
	{"site_url = \"ftp://x\"", ":1: site_url: ", "https://"},
	{"site_url = \"https://\"", ":1: site_url: ", "https://"},
	{"site_url = \"https://x y\"", ":1: site_url: ", "blanks"},
	{"site_url = \"https://x:99999/\"", ":1: site_url: ", "as the port"},
	{"site_url = \"https://x:port\"", ":1: site_url: ", "as the port"},
	{"site_url = \"https://:80\"", ":1: site_url: ", "a host"},
	{"site_url = \"https://user@x\"", ":1: site_url: ", "a host"},
	{"site_url = \"https://[::x]\"", ":1: site_url: ", "a host"},
	{"site_url = \"https://x/?q=\"", ":1: site_url: ", "?"},
	{URL "frob = 1\n", ":2: frob: unknown option or section; ", "opsmilter.conf(5)"},
	{URL "milter {\n frob = 1\n}\n", ":3: milter.frob: unknown option or section; ",
		"opsmilter.conf(5)"},
	{URL "listen = \"[::1]:80\"\n", ":2: listen: must be ", "in section web"},
	{URL "user = \"x\"\n", ":2: user: ", "in section milter or probe or web"},
	{URL "milter { database = \"/x\" }\n", ":2: milter.database: ", "outside of all sections"},
	{URL "database = \"/x\"\nhit_log = \"/x\"\n", ":3: hit_log: ", "another file"},
	{URL "web { contact = \"me\" }\n", ":2: web.contact: ", "whole address"},
	{URL "web { operator = \"\" }\n", ":2: web.operator: ", "a name"},
	{URL "web { user = \"root\" }\n", ":2: web.user: ", "not root"},
	{URL "probe { user = \"\" }\n", ":2: probe.user: ", "not root"},
	{URL "probe { target = {} }\n", ": probe.target: ", "ADDRESS:PORT"},
	{URL "milter { socket_mode }\n", ":2: milter.socket_mode: ", "= is missing"},
	{URL "milter { user += \"x\" }\n", ":2: milter.user: ", "lists"},
	{URL "end_of_configuration = true\n", ":2: end_of_configuration: ", "unknown option"},
	{URL "database = \"ops.db\"\n", ":2: database: ", "begins with /"},
	{URL "syslog_facility = \"post\"\n", ":2: syslog_facility: ", "local0"},
	{URL "milter { socket = \"nowhere\" }\n", ":2: milter.socket: ", "inet:PORT@HOST"},
	{URL "milter { socket_mode = \"rw\" }\n", ":2: milter.socket_mode: ", "0660"},
	{URL "milter { socket_mode = \"01777\" }\n", ":2: milter.socket_mode: ", "octal"},
	{URL "milter { reject_at = \"connect\" }\n", ":2: milter.reject_at: ", "\"rcpt\""},
	{URL "milter { on_error = \"ignore\" }\n", ":2: milter.on_error: ", "\"tempfail\""},
	{URL "milter { hit_sync = \"off\" }\n", ":2: milter.hit_sync: ", "\"normal\""},
	{URL "milter { exempt_authenticated = perhaps }\n",
		":2: milter.exempt_authenticated: ", "true or false"},
	{URL "milter { exempt_clients = {\"192.0.2.1/24\"} }\n",
		":2: milter.exempt_clients: ", "192.0.2.0/24"},
	{URL "milter { exempt_clients = {\"mail.example\"} }\n",
		":2: milter.exempt_clients: ", "is not an IP address"},
	{URL "milter { exempt_recipients = {\"postmaster\"} }\n",
		":2: milter.exempt_recipients: ", "postmaster@"},
	{URL "milter { reject_at = \"mail\" }\n",
		": milter.exempt_recipients: ", "reject_at = \"rcpt\""},
	{URL "milter {\n exempt_recipients = {}\n reject_at = \"helo\"\n "
	     "exempt_authenticated = true }\n",
		":5: milter.exempt_authenticated: ", "\"mail\" or \"rcpt\""},
	{URL "milter { reply = \"%{who}\" }\n", ":2: milter.reply: ", "%{client}"},
	{URL "milter { reply = \"100%\" }\n", ":2: milter.reply: ", "%%"},
	{URL "milter { reply = \"a\\r\\nb\" }\n", ":2: milter.reply: ", "one line"},
	{URL "milter { reply = \"a\rb\" }\n", ":2: milter.reply: ", "printable ASCII"},
	{URL "milter { reply = \"a\nb\" }\n", "", ""},
	{URL "milter { reply = \"\xc3\xa9\" }\n", ":2: milter.reply: ", "printable ASCII"},
	{URL "milter { reply = \"%{client\" }\n", ":2: milter.reply: ", "}"},
	{URL "milter { reply = \"\" }\n", ":2: milter.reply: ", "empty"},
	{URL "probe { connect_timeout = 0 }\n", ":2: probe.connect_timeout: ", "1 to 300"},
	{URL "probe { connect_timeout = \"soon\" }\n",
		":2: probe.connect_timeout: ", "whole number"},
	{URL "probe { target = {\"192.0.2.25\"} }\n", ":2: probe.target: ", "ADDRESS:PORT"},
	{URL "probe { target = {\"::1:25\"} }\n", ":2: probe.target: ", "ADDRESS:PORT"},
	{URL "probe { ports = {\"ftp:21\"} }\n", ":2: probe.ports: ", "socks5"},
	{URL "probe { ports = {\"http:0\"} }\n", ":2: probe.ports: ", "http:3128"},
	{URL "web { lookups_per_hour = -1 }\n", ":2: web.lookups_per_hour: ", "whole number"},
	{URL "web { lookups_per_hour = 99999999999999999999 }\n",
		":2: web.lookups_per_hour: ", "whole number"},
	{URL "web { lookups_per_hour = 1.5 }\n", ":2: web.lookups_per_hour: ", "whole number"},
	{URL "web { lookups_per_hour = 0x10 }\n", ":2: web.lookups_per_hour: ", "whole number"},
	{URL "probe { max_sockets = 65537 }\n", ":2: probe.max_sockets: ", "1 to 65536"},
	{URL "probe { probe_timeout = 3601 }\n", ":2: probe.probe_timeout: ", "1 to 3600"},
	{URL "probe { allow_private = {\"10.0.0.0/33\"} }\n",
		":2: probe.allow_private: ", "is not an IP address"},
	{URL "web { trusted_proxies = {\"::1/0\"} }\n", ":2: web.trusted_proxies: ", "::/0"},
	{URL "hit_log = \"\"\n", ":2: hit_log: ", "begins with /"},
	{URL "milter { pid_file = \"x.pid\" }\n", ":2: milter.pid_file: ", "begins with /"},
	{URL "database = {\"/a\", \"/b\"}\n", ":2: ", ""},
	{URL "milter { exempt_clients = {192.0.2.1 192.0.2.2} }\n", ":2: ", ""},
	{URL "mail { }\n", ":2: mail: ", "unknown option or section"},
	{URL "web { milter { } }\n", ":2: web.milter: ", "outside of all sections"},
	{URL "web { listen = \"8025\" }\n", ":2: web.listen: ", "ADDRESS:PORT"},
	{URL "milter {\n user = \"x\"\n", ":4: ", "not closed"},
	{URL "milter {\n user = \"x\n", ":4: ", "inside a string"},
	{URL "/* no end", "", "close it"},
	{URL "milter\n", ":3: ", "incomplete"},
	{URL "milter = 1\n", ":2: milter: ", "{ is missing"},
	{URL "}\n", ":2: ", "closes no section"},
	{URL "database\n", ":3: ", "incomplete"},
	{URL "database =\n", ":3: ", "incomplete"},
	{URL "milter { exempt_clients = {192.0.2.1,\n", ":3: ", "incomplete"},
	{URL "milter { on_error = {\"accept\"} }\n", ":2: ", "unexpected \"{\""},
};

static void each_fault_names_its_place_and_what_would_be_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		struct conf *conf;
		if (read_octets(faults[i].source, strlen(faults[i].source), &conf) == ERR_NONE)
			fail_msg("taken: %s", faults[i].source);
		if (strncmp(message, path, strlen(path)) != 0 ||
			strncmp(message + strlen(path), faults[i].place, strlen(faults[i].place)) !=
				0 ||
			strstr(message, faults[i].words) == NULL)
			fail_msg("%s\n%s", faults[i].source, message);
		assert_null(strchr(message, '\n'));
	}
}

static void every_choice_is_taken(void **state)
{
	static const char *const lines[] = {
		"milter { reject_at = rcpt }",
		"milter { reject_at = mail exempt_recipients = {} }",
		"milter { reject_at = helo exempt_recipients = {} exempt_authenticated = false }",
		"milter { on_error = accept }",
		"milter { on_error = tempfail }",
		"milter { hit_sync = full }",
		"milter { hit_sync = normal }",
		"milter { exempt_authenticated = on }",
		"milter { exempt_authenticated = off }",
		"milter { socket = \"inet:127.0.0.1:8891\" pid_file = \"\" }",
		"milter { exempt_recipients = {\"a@example.org\", \"b@\"} }",
		/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma) */
		"milter { reply = \"%{client} %{list} %{network} %{reason} %{url} %{ref} "
		"%{listed_at} %{expires_at} 100%%\" }",
		"probe { target = {\"[::1]:25\"} allow_private = {10.0.0.0/8} }",
		"probe { ports = {\"http:3128\", \"https:443\", \"socks4:1080\", "
		"\"socks5:1080\", \"gateway:23\"} }",
		"probe { connect_timeout = 300 probe_timeout = 3600 max_sockets = 65536 }",
		"web { listen = \"[::1]:8025\" trusted_proxies = {} lookups_per_hour = 1 }",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char source[512];
		snprintf(source, sizeof(source), URL "%s\n", lines[i]);
		struct conf *conf = must_read(source);
		conf_free(&conf);
	}
}

static void lists_replace_or_add_to_the_default(void **state)
{
	struct conf *conf = must_read(URL "milter { exempt_clients += {192.0.2.1} }\n");

	(void)state;
	assert_int_equal(conf->milter.policy.exempt_client_count, 3);
	conf_free(&conf);
	conf = must_read(URL "milter { exempt_clients = {192.0.2.1} }\n");
	assert_int_equal(conf->milter.policy.exempt_client_count, 1);
	conf_free(&conf);
}

static void a_file_without_the_right_to_it_is_named(void **state)
{
	struct text text = TEXT_OVER(message);
	struct conf *conf;

	(void)state;
	if (geteuid() == 0)
		skip();
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(conf_read(path, &conf, &text), ERR_IO);
	assert_null(conf);
	assert_int_equal(strncmp(message, path, strlen(path)), 0);
	assert_non_null(strstr(message, "ermission"));
}

static void a_template_that_is_too_long_with_this_site_is_refused(void **state)
{
	char source[1200];
	struct conf *conf;

	(void)state;
	snprintf(source, sizeof(source),
		"site_url = \"https://%0440d.example\"\nmilter {\n reply = \"%%{url} %%{ref}\" }\n",
		0);
	assert_int_equal(read_octets(source, strlen(source), &conf), ERR_RANGE);
	assert_non_null(strstr(message, ":3: milter.reply: "));
	assert_non_null(strstr(message, "512"));
}

static void what_is_no_text_file_is_refused(void **state)
{
	static char large[1024 * 1024 + 1];
	struct text text = TEXT_OVER(message);
	struct conf *conf;

	(void)state;
	assert_int_equal(read_octets("a\0b", 3, &conf), ERR_SYNTAX);
	assert_non_null(strstr(message, "NUL"));
	memset(large, ' ', sizeof(large));
	assert_int_equal(read_octets(large, sizeof(large), &conf), ERR_RANGE);
	text = TEXT_OVER(message);
	assert_int_equal(conf_read("/tmp", &conf, &text), ERR_IO);
	text = TEXT_OVER(message);
	assert_int_equal(conf_read("/nonexistent/opsmilter.conf", &conf, &text), ERR_NOT_FOUND);
	assert_non_null(strstr(message, "/nonexistent/opsmilter.conf: "));
}

static void garbage_is_refused_and_harms_nothing(void **state)
{
	static const char *const pieces[] = {"milter", " {", "}\n", "=", "\"", "'", "site_url",
		"\n", "#", "/*", "*/", "{", ",", "5", "true", "exempt_clients", "\\", "${HOME}",
		"+=", "(", ")", "\xff", "include", URL};
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		char source[1024];
		struct text text = TEXT_OVER(source);
		struct conf *conf;
		for (uint32_t count = unit_random(&random) % 20; count > 0; count--)
			text_add(&text, pieces[unit_random(&random) % COUNT_OF(pieces)]);
		(void)!read_octets(source, strlen(source), &conf);
		conf_free(&conf);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_path, remove_path)
	const struct CMUnitTest tests[] = {
		TEST(everything_but_the_site_has_a_default_that_works),
		TEST(options_are_taken_as_written),
		TEST(every_choice_is_taken),
		TEST(lists_replace_or_add_to_the_default),
		TEST(a_file_without_the_right_to_it_is_named),
		TEST(each_fault_names_its_place_and_what_would_be_right),
		TEST(a_template_that_is_too_long_with_this_site_is_refused),
		TEST(what_is_no_text_file_is_refused),
		TEST(garbage_is_refused_and_harms_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
