/* SPDX-License-Identifier: BSD-2-Clause */
/* opsweb: starts the site, and reloads or stops it on a signal. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "config.h"
#include "daemon/daemon.h"
#include "daemon/notify.h"
#include "daemon/program.h"
#include "daemon/reload.h"
#include "mail/copy.h"
#include "web/limits.h"
#include "web/server.h"
#include "web/site.h"

#define OPEN_FILES 2048

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
	"SIGHUP reloads the configuration, SIGTERM stops the program. See opsweb(8).\n";

/* Does what may need root's privileges, and then gives them up. */
static int open_and_drop(const struct conf *conf, const struct program_arguments *arguments)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = program_find_user("web.user", conf->web.user);
	int socket;

	daemon_raise_open_files(OPEN_FILES);
	if (server_bind(conf->web.listen, &socket, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
	program_write_pid(arguments, conf->web.pid_file);
	program_become(&user, conf);
	return socket;
}

static void reload(const char *path, struct limits *limits)
{
	struct site *old = site_hold();
	struct conf *conf = reload_read(path);
	struct site *site;

	if (conf != NULL && site_new(conf, limits, &site) == ERR_NONE) {
		site_install(site);
		reload_follow(path, "web", old->conf, conf);
	} else if (conf != NULL) {
		reload_refuse(err_text(ERR_MEMORY));
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
	struct limits *limits;
	sigset_t signals = watched_signals();
	struct server *server;
	struct site *site;
	int signal_number;

	if (limits_new(&limits) != ERR_NONE || site_new(conf, limits, &site) != ERR_NONE)
		program_fail("out of memory", EXIT_RUN_TIME);
	site_install(site);
	if (server_start(socket, &server) != ERR_NONE)
		program_fail("the server cannot be started", EXIT_RUN_TIME);
	daemon_ready(EXIT_SUCCESS);
	log_info("%s is ready at %s", PACKAGE_STRING, conf->web.listen);
	while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP)
		reload(conf_path, limits);
	notify_stopping();
	server_stop(&server);
	site_install(NULL);
	limits_free(&limits);
}

int main(int count, char **values)
{
	struct program_arguments arguments;
	sigset_t signals = watched_signals();

	program_begin("opsweb");
	program_parse(count, values, help, &arguments);
	struct conf *conf = program_read_conf(arguments.conf_path);
	if (arguments.check_only) {
		program_find_user("web.user", conf->web.user);
		printf("%s: the configuration is good\n", arguments.conf_path);
		conf_free(&conf);
		return EXIT_SUCCESS;
	}
	char *path = program_full_path(arguments.conf_path);
	program_detach(&arguments);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	int socket = open_and_drop(conf, &arguments);
	umask(0007); /* the group may write the databases, too */
	program_use_syslog(&arguments, conf);
	copy_start();
	run(path, conf, socket);
	daemon_remove_pid();
	log_info("%s ends", PACKAGE_STRING);
	free(path);
	return EXIT_SUCCESS;
}
