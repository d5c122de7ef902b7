/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/daemon.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "config.h"
#include "web/limit.h"
#include "web/server.h"
#include "web/site.h"

/* Exit statuses, the same for all programs of the package. */
enum { EXIT_USAGE = 2, EXIT_RUN_TIME = 3 };

#define OPEN_FILES 2048

struct arguments {
	const char *conf_path;
	bool check_only;
	bool detach;
};

static const char help[] =
	"Usage: opsweb [-c FILE] [-d | -n]\n"
	"Serves the site behind the link of a refusal: look-up, evidence, removal.\n"
	"\n"
	"  -c, --config FILE  configuration, instead of " CONF_DEFAULT_FILE "\n"
	"  -d, --detach       run in the background, log to syslog, write the pid file\n"
	"  -n, --check        check the configuration and exit\n"
	"  -V, --version      show the version and exit\n"
	"  -h, --help         show this and exit\n"
	"\n"
	"SIGHUP reloads the configuration, SIGTERM ends in order. See opsweb(8).\n";

static void parse_arguments(int count, char **values, struct arguments *arguments_r)
{
	static const struct option long_options[] = {
		{"config", required_argument, NULL, 'c'},
		{"detach", no_argument, NULL, 'd'},
		{"check", no_argument, NULL, 'n'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	*arguments_r = (struct arguments){.conf_path = CONF_DEFAULT_FILE};
	while ((letter = getopt_long(count, values, "c:dnVh", long_options, NULL)) != -1) {
		switch (letter) {
		case 'c':
			arguments_r->conf_path = optarg;
			break;
		case 'd':
			arguments_r->detach = true;
			break;
		case 'n':
			arguments_r->check_only = true;
			break;
		case 'V':
			puts(PACKAGE_STRING);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs("opsweb: \"opsweb --help\" shows the options\n", stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < count) {
		fprintf(stderr,
			"opsweb: \"%s\": no argument is wanted here; \"opsweb --help\" shows "
			"the options\n",
			values[optind]);
		exit(EXIT_USAGE);
	}
}

/* The pid file that this process wrote, or NULL. */
static char *pid_file;

static void remove_pid_file(void)
{
	if (pid_file)
		daemon_remove_pid(pid_file);
	free(pid_file);
	pid_file = NULL;
}

/* The start failed: whoever waits for it learns why, and nothing is left behind. */
static void __attribute__((noreturn)) fail(const char *message, int exit_status)
{
	log_error("%s", message);
	remove_pid_file();
	daemon_ready(exit_status);
	exit(exit_status);
}

static struct conf *read_conf(const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;

	if (conf_read(path, &conf, &message) != ERR_NONE)
		fail(buffer, EXIT_USAGE);
	return conf;
}

/* Whom a site that root starts becomes. The daemon never goes on as root. */
static struct daemon_user find_user(const struct conf *conf)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = {.uid = geteuid(), .gid = getegid()};

	if (geteuid() != 0)
		return user;
	text_add(&message, "web.user: ");
	if (daemon_find_user(conf->web.user, &user, &message) != ERR_NONE) {
		text_add(&message, "; make it, or name another");
		fail(buffer, EXIT_USAGE);
	}
	if (user.uid == 0)
		fail("web.user is root, and the site does not run as root; name a user of its own, "
		     "such as \"opsweb\"",
			EXIT_USAGE);
	return user;
}

/* What needs the rights that the process was started with, and then gives them up. */
static int open_and_drop(const struct conf *conf, bool detach)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = find_user(conf);
	int socket;

	daemon_raise_open_files(OPEN_FILES);
	if (server_bind(conf->web.listen, &socket, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	if (detach && conf->web.pid_file[0] != '\0') {
		if (daemon_write_pid(conf->web.pid_file, &message) != ERR_NONE)
			fail(buffer, EXIT_RUN_TIME);
		pid_file = strdup(conf->web.pid_file);
	}
	if (geteuid() == 0 && daemon_become(&user, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	return socket;
}

static struct limits make_limits(void)
{
	struct limit *made[3];

	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
		if (limit_new(&made[i]))
			fail("memory ran out", EXIT_RUN_TIME);
	return (struct limits){.lookups = made[0], .nominations = made[1], .requests = made[2]};
}

/* A bad configuration is reported, and the old one stays. */
static void reload(const char *path, const struct limits *limits)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct site *old = site_hold();
	struct site *site = NULL;
	struct conf *conf;

	if (conf_read(path, &conf, &message) != ERR_NONE) {
		log_error("%s; the configuration in force stays", buffer);
	} else {
		if (strcmp(old->conf->web.listen, conf->web.listen) != 0 ||
			strcmp(old->conf->web.user, conf->web.user) != 0 ||
			strcmp(old->conf->web.pid_file, conf->web.pid_file) != 0)
			log_warning("listen, user and pid_file change only when the site is "
				    "started anew");
		if (site_new(conf, limits, &site) == ERR_NONE) {
			site_install(site);
			log_info("%s is in force", path);
		} else {
			log_error("memory ran out; the configuration in force stays");
		}
	}
	site_release(&old);
}

/* The signals that the main thread waits for; all threads have them blocked. */
static sigset_t watched_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

/* Runs until it is told to stop. */
static void run(const char *conf_path, struct conf *conf, int socket)
{
	struct limits limits = make_limits();
	sigset_t signals = watched_signals();
	struct server *server;
	struct site *site;
	int signal_number;

	if (site_new(conf, &limits, &site) != ERR_NONE)
		fail("memory ran out", EXIT_RUN_TIME);
	site_install(site);
	if (server_start(socket, &server) != ERR_NONE)
		fail("the server cannot be started", EXIT_RUN_TIME);
	daemon_ready(EXIT_SUCCESS);
	log_info("%s is ready at %s", PACKAGE_STRING, conf->web.listen);
	while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP)
		reload(conf_path, &limits);
	server_stop(&server);
	site_install(NULL);
	limit_free(&limits.lookups);
	limit_free(&limits.nominations);
	limit_free(&limits.requests);
}

int main(int count, char **values)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct arguments arguments;
	struct conf *conf;
	sigset_t signals = watched_signals();

	log_to_stderr("opsweb");
	parse_arguments(count, values, &arguments);
	conf = read_conf(arguments.conf_path);
	if (arguments.check_only) {
		find_user(conf);
		printf("%s: the configuration is good\n", arguments.conf_path);
		conf_free(&conf);
		return EXIT_SUCCESS;
	}
	/* A reload must find the file again, and a detached process stands in /. */
	char *full_path = realpath(arguments.conf_path, NULL);
	if (arguments.detach && daemon_detach(&message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	int socket = open_and_drop(conf, arguments.detach);
	umask(0007); /* the databases' files are the group's too */
	if (arguments.detach && !log_to_syslog("opsweb", conf->syslog_facility))
		fail("syslog_facility: there is no such facility", EXIT_USAGE);
	run(full_path ? full_path : arguments.conf_path, conf, socket);
	remove_pid_file();
	log_info("%s ends", PACKAGE_STRING);
	free(full_path);
	return EXIT_SUCCESS;
}
