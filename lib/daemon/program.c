/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of a daemon: command line, configuration, user, pid file, failures. */
#include "daemon/program.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "config.h"
#include "store/migrate.h"

static const char *program;
static bool only_checks; /* -n */
static void (*undo_start)(void);

void program_begin(const char *name)
{
	program = name;
	log_to_stderr(name);
}

void program_misused(const char *argument, const char *what)
{
	if (argument != NULL)
		fprintf(stderr, "%s: \"%s\": %s; \"%s --help\" shows the options\n", program,
			argument, what, program);
	else
		fprintf(stderr, "%s: %s; \"%s --help\" shows the options\n", program, what,
			program);
	exit(EXIT_USAGE);
}

int program_parse_options(int count, char **values, const char *help, bool has_worker,
	struct program_arguments *arguments_r)
{
	const struct option long_options[] = {
		{"config", required_argument, NULL, 'c'},
		{"detach", no_argument, NULL, 'd'},
		{"check", no_argument, NULL, 'n'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{has_worker ? "worker" : NULL, no_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	*arguments_r = (struct program_arguments){.conf_path = CONF_DEFAULT_FILE};
	while ((letter = getopt_long(count, values, "c:dnVh", long_options, NULL)) != -1) {
		switch (letter) {
		case 'c':
			arguments_r->conf_path = optarg;
			break;
		case 'w':
			arguments_r->worker = true;
			break;
		case 'd':
			arguments_r->detach = true;
			break;
		case 'n':
			arguments_r->check_only = only_checks = true;
			break;
		case 'V':
			printf("%s (opsmilter) " PACKAGE_VERSION "\n", program);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			program_misused(NULL, "unknown option or missing argument");
		}
	}
	return optind;
}

void program_parse(
	int count, char **values, const char *help, struct program_arguments *arguments_r)
{
	int first = program_parse_options(count, values, help, false, arguments_r);

	if (first < count)
		program_misused(values[first], "unexpected argument");
}

char *program_full_path(const char *path)
{
	char *full = realpath(path, NULL);

	if (full == NULL)
		full = strdup(path);
	if (full == NULL)
		program_fail(err_text(ERR_MEMORY), EXIT_RUN_TIME);
	return full;
}

void program_at_failure(void (*undo)(void))
{
	undo_start = undo;
}

void program_fail(const char *message, int exit_status)
{
	log_error("%s", message);
	if (undo_start != NULL)
		undo_start();
	daemon_remove_pid();
	daemon_ready(exit_status);
	exit(exit_status);
}

struct conf *program_read_conf(const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;

	if (conf_read(path, &conf, &message) != ERR_NONE)
		program_fail(buffer, EXIT_USAGE);
	return conf;
}

struct daemon_user program_find_user(const char *option, const char *user)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user found = {.uid = geteuid(), .gid = getegid()};

	if (geteuid() != 0 && !only_checks)
		return found;
	text_add_format(&message, "%s: ", option);
	if (daemon_find_user(user, &found, &message) != ERR_NONE) {
		text_add(&message, "; create the user, or set another one");
		program_fail(buffer, EXIT_USAGE);
	}
	if (found.uid != 0)
		return found;
	text_add_format(&message,
		"\"%s\" is root, but %s does not run as root; set another user (for example "
		"\"%s\")",
		user, program, program);
	program_fail(buffer, EXIT_USAGE);
}

/* Root's file, for the user who writes it. */
static void give(const char *path, const char *writer, const struct daemon_user *user)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd >= 0 && strcmp(writer, user->name) == 0 && fstat(fd, &status) == 0 &&
		S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_uid == 0)
		(void)!fchown(fd, user->uid, (gid_t)-1);
	if (fd >= 0)
		close(fd);
	migrate_match_files(path);
}

void program_become(const struct daemon_user *user, const struct conf *conf)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);

	if (geteuid() != 0)
		return;
	give(conf->database, conf->probe.user, user);
	give(conf->hit_log, conf->milter.user, user);
	give(conf->inbox, user->name, user); /* all write it */
	if (daemon_become(user, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
}

void program_detach(const struct program_arguments *arguments)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);

	if (arguments->detach && daemon_detach(&message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
}

void program_write_pid(const struct program_arguments *arguments, const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	if (!arguments->detach || path[0] == '\0')
		return;
	/* The section of a program has its name without "ops". */
	text_add_format(&message, "%s.pid_file: ", program + strlen("ops"));
	if (daemon_write_pid(path, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
}

void program_use_syslog(const struct program_arguments *arguments, const struct conf *conf)
{
	if (arguments->detach)
		(void)!log_to_syslog(program, conf->syslog_facility); /* checked by conf_read() */
}
