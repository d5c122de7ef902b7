/* SPDX-License-Identifier: BSD-2-Clause */
/* The start, the reload and the end of the filter. */
#include <libmilter/mfapi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "config.h"
#include "daemon/daemon.h"
#include "daemon/notify.h"
#include "daemon/program.h"
#include "daemon/reload.h"
#include "milter/background.h"
#include "milter/callbacks.h"
#include "milter/filter.h"
#include "milter/signals.h"
#include "milter/socket.h"
#include "milter/threads.h"

/* Open files, for sessions and databases. With fewer, sessions wait for each other. */
#define OPEN_FILES 8192

/* How long libmilter may take to end; usually it needs little more than a second. */
#define STOP_WAIT_MSECS 3000
#define STOP_POLL_MSECS 10

static const char help[] =
	"Usage: opsmilter [-c FILE] [-d | -n]\n"
	"Refuses mail from listed hosts, as a milter of Postfix or Sendmail.\n"
	"\n"
	"  -c, --config FILE  configuration, instead of " CONF_DEFAULT_FILE "\n"
	"  -d, --detach       run in the background, log to syslog, write the pid file\n"
	"  -n, --check        check the configuration and exit\n"
	"  -V, --version      show the version and exit\n"
	"  -h, --help         show this and exit\n"
	"\n"
	"SIGHUP reloads the configuration, SIGTERM ends in order. See opsmilter(8).\n";

static struct socket_owner find_owner(const struct conf *conf, const struct daemon_user *user)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct socket_owner owner = {
		.uid = geteuid() == 0 ? user->uid : SOCKET_SAME_OWNER,
		.gid = geteuid() == 0 ? user->gid : SOCKET_SAME_GROUP,
		.mode = (mode_t)conf->milter.socket_mode,
	};

	text_add(&message, "milter.group: ");
	if (conf->milter.group[0] != '\0' &&
		daemon_find_group(conf->milter.group, &owner.gid, &message) != ERR_NONE) {
		text_add(&message, "; set the group of the mail server, or none");
		program_fail(buffer, EXIT_USAGE);
	}
	return owner;
}

/* Opens what needs the privileges of the start, and then drops them. */
static void open_and_drop(const struct conf *conf, const struct program_arguments *arguments)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = program_find_user("milter.user", conf->milter.user);
	struct socket_owner owner = find_owner(conf, &user);

	daemon_raise_open_files(OPEN_FILES);
	if (smfi_register(callbacks) != MI_SUCCESS)
		program_fail("libmilter rejects the description of the filter", EXIT_RUN_TIME);
	if (socket_open(conf->milter.socket, &owner, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
	program_write_pid(arguments, conf->milter.pid_file);
	program_become(&user, conf);
}

/* What the thread of libmilter tells the main thread. */
static struct {
	bool failed; /* written before ended */
	atomic_bool ended;
} serving;

static void *serve(void *unused)
{
	(void)unused;
	serving.failed = smfi_main() != MI_SUCCESS;
	atomic_store(&serving.ended, true);
	signals_stop();
	return NULL;
}

static void *stop_serving(void *unused)
{
	(void)unused;
	smfi_stop();
	return NULL;
}

/*
 * smfi_stop() waits for libmilter's listener, which holds a lock until a connection is made or five
 * seconds have passed; so connections are made. With many sessions libmilter may never end: its
 * controller destroys the mutex of the workers while they use it, and glibc then leaves it locked
 * for ever. So the wait is limited, and the threads end with the process: no hit depends on them.
 */
static void end_serving(pthread_t server)
{
	static const struct timespec pause = {.tv_nsec = STOP_POLL_MSECS * 1000000L};
	pthread_t stopper;

	if (pthread_create(&stopper, NULL, stop_serving, NULL) != 0)
		return;
	for (int waited = 0; !atomic_load(&serving.ended) && waited < STOP_WAIT_MSECS;
		waited += STOP_POLL_MSECS) {
		socket_wake();
		nanosleep(&pause, NULL);
	}
	if (!atomic_load(&serving.ended))
		return;
	pthread_join(stopper, NULL);
	pthread_join(server, NULL);
}

static void reload(const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct filter *old = filter_hold();
	struct conf *conf = reload_read(path);

	if (conf != NULL && filter_install(conf, false, &message) == ERR_NONE) {
		reload_follow(path, "milter", old->conf, conf);
	} else if (conf != NULL) {
		reload_refuse(buffer);
		conf_free(&conf);
	}
	filter_release(&old);
}

/* Runs until a signal stops it; returns the exit status. */
static int run(const char *conf_path)
{
	pthread_t server;

	if (background_start() != 0 || pthread_create(&server, NULL, serve, NULL) != 0)
		program_fail("cannot start a thread", EXIT_RUN_TIME);
	daemon_ready(EXIT_SUCCESS);
	log_info("%s is ready", PACKAGE_STRING);
	while (signals_wait() == SIGNAL_RELOAD)
		reload(conf_path);
	notify_stopping();
	end_serving(server);
	socket_remove(); /* at once: later it may be that of the next filter */
	filter_stop();
	background_stop();
	daemon_remove_pid();
	log_info("%s ends", PACKAGE_STRING);
	return atomic_load(&serving.ended) && serving.failed ? EXIT_RUN_TIME : EXIT_SUCCESS;
}

static void start(const struct program_arguments *arguments, struct conf *conf)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	program_detach(arguments);
	/* Before the socket is open, because then a signal may come. */
	if (signals_install() != 0)
		program_fail("cannot set signal handlers", EXIT_RUN_TIME);
	open_and_drop(conf, arguments);
	threads_make_cheap();
	umask(0007); /* the group may use the files of the databases */
	if (filter_install(conf, true, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
	program_use_syslog(arguments, conf);
}

int main(int count, char **values)
{
	struct program_arguments arguments;

	program_begin("opsmilter");
	program_at_failure(socket_remove);
	program_parse(count, values, help, &arguments);
	struct conf *conf = program_read_conf(arguments.conf_path);
	if (arguments.check_only) {
		struct daemon_user user = program_find_user("milter.user", conf->milter.user);
		find_owner(conf, &user);
		printf("%s: the configuration is good\n", arguments.conf_path);
		conf_free(&conf);
		return EXIT_SUCCESS;
	}
	char *path = program_full_path(arguments.conf_path);
	start(&arguments, conf);
	int exit_status = run(path);
	free(path);
	return exit_status;
}
