/* SPDX-License-Identifier: BSD-2-Clause */
/* What a daemon logs when it reads its configuration again. */
#include "daemon/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "tests/support/capture.h"
#include "tests/support/unit.h"

#define URL "site_url = \"https://ops.example.org\"\n"
#define RESTART " has changed; this takes effect after a restart\n"

static char path[64];
static char logged[2048];

static int make_path(void **state)
{
	(void)state;
	strcpy(path, "/tmp/opsmilter-reload-XXXXXX");
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

/* Reads a source; what is logged meanwhile is in `logged`. */
static struct conf *read_source(const char *source)
{
	struct capture capture;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(source, file);
	assert_int_equal(fclose(file), 0);
	start_capture(&capture);
	struct conf *conf = reload_read(path);
	end_capture(&capture, logged, sizeof(logged));
	return conf;
}

/* The lines without "test: warning: " in front and without the last one, which names the file. */
static void follow(const char *section, const char *old_source, const char *new_source)
{
	struct conf *old_conf = read_source(old_source), *new_conf = read_source(new_source);
	struct capture capture;
	char text[2048], last[128], *line = text;

	assert_non_null(old_conf);
	assert_non_null(new_conf);
	start_capture(&capture);
	reload_follow(path, section, old_conf, new_conf);
	end_capture(&capture, text, sizeof(text));
	conf_free(&old_conf);
	conf_free(&new_conf);
	logged[0] = '\0';
	while (strncmp(line, "test: warning: ", 15) == 0) {
		char *end = strchr(line, '\n') + 1;
		strncat(logged, line + 15, (size_t)(end - line) - 15);
		line = end;
	}
	snprintf(last, sizeof(last), "test: %s is in force\n", path);
	assert_string_equal(line, last);
}

static void a_file_with_an_error_changes_nothing(void **state)
{
	(void)state;
	assert_null(read_source("colour = \"red\"\n"));
	assert_non_null(strstr(logged, ":1: colour: unknown option"));
	assert_non_null(strstr(logged, "; the old configuration stays in force\n"));
}

static const struct {
	const char *section, *source, *warnings;
} CHANGES[] = {
	{"milter", URL, ""},
	{"milter",
		URL
		"milter { reject_at = \"mail\" exempt_recipients = {} on_error = \"tempfail\" }",
		""},
	{"milter",
		URL
		"milter { socket = \"inet:8891\" socket_mode = \"0600\" user = \"a\" group = \"b\" "
		"pid_file = \"\" }",
		"milter.socket" RESTART "milter.socket_mode" RESTART "milter.user" RESTART
		"milter.group" RESTART "milter.pid_file" RESTART},
	{"milter", URL "web { listen = \"127.0.0.1:80\" }", ""},
	{"milter", URL "database = \"/other\"", ""},
	{"web",
		URL
		"web { listen = \"127.0.0.1:80\" user = \"a\" contact = \"b@c\" lookups_per_hour "
		"= 1 }",
		"web.listen" RESTART "web.user" RESTART},
	{"probe", "site_url = \"https://other.example\"\ndatabase = \"/other\"",
		"database" RESTART "site_url" RESTART},
	{"probe", URL "probe { target = {\"192.0.2.25:26\"} max_sockets = 5 hosts_per_minute = 1 }",
		"probe.target" RESTART "probe.max_sockets" RESTART},
	{"probe",
		URL
		"probe { target = {\"192.0.2.25:25\", \"192.0.2.26:25\"} ports = {\"http:1\"} }",
		"probe.target" RESTART},
};

static void warns_of_what_takes_effect_after_a_restart_of_this_program(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
		follow(CHANGES[i].section, URL, CHANGES[i].source);
		if (strcmp(logged, CHANGES[i].warnings) != 0)
			fail_msg("%s: \"%s\"", CHANGES[i].source, logged);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_with_an_error_changes_nothing, make_path, remove_path),
		cmocka_unit_test_setup_teardown(
			warns_of_what_takes_effect_after_a_restart_of_this_program, make_path,
			remove_path),
	};

	log_to_stderr("test");
	return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
