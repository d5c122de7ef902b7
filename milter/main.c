/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
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

#include "base/daemon.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "config.h"
#include "milter/background.h"
#include "milter/callbacks.h"
#include "milter/filter.h"
#include "milter/signals.h"
#include "milter/socket.h"
#include "milter/threads.h"

/* Exit statuses, the same for all programs of the package. */
enum { EXIT_USAGE = 2, EXIT_RUN_TIME = 3 };

/* Files for sessions and databases; more than that wait for one another. */
#define OPEN_FILES 8192

/* How long libmilter may take to end; it needs little more than a second when it does. */
#define STOP_WAIT_MSECS 3000
#define STOP_POLL_MSECS 10

struct arguments {
	const char *conf_path;
	bool check_only;
	bool detach;
};

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
			fputs("opsmilter: \"opsmilter --help\" shows the options\n", stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < count) {
		fprintf(stderr,
			"opsmilter: \"%s\": no argument is wanted here; \"opsmilter --help\" shows "
			"the options\n",
			values[optind]);
		exit(EXIT_USAGE);
	}
}

/* The pid file that this process wrote, or NULL. */
static char *pid_file;

static void remove_files(void)
{
	socket_remove();
	if (pid_file != NULL)
		daemon_remove_pid(pid_file);
	free(pid_file);
	pid_file = NULL;
}

/* The start failed: whoever waits for it learns why, and nothing is left behind. */
static void __attribute__((noreturn)) fail(const char *message, int exit_status)
{
	log_error("%s", message);
	remove_files();
	daemon_ready(exit_status);
	exit(exit_status);
}

static void __attribute__((noreturn)) fail_at(const char *what, int exit_status)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	text_add_format(&message, "%s: %s", what, strerror(errno));
	fail(buffer, exit_status);
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

/* Whom a filter that root starts becomes. The daemon never goes on as root. */
static struct daemon_user find_user(const struct conf *conf)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = {.uid = geteuid(), .gid = getegid()};

	if (geteuid() != 0)
		return user;
	if (conf->milter.user[0] == '\0')
		fail("milter.user is empty, and the filter does not run as root; name its user, "
		     "such as \"opsmilter\"",
			EXIT_USAGE);
	text_add(&message, "milter.user: ");
	if (daemon_find_user(conf->milter.user, &user, &message) != ERR_NONE) {
		text_add(&message, "; make it, or name another");
		fail(buffer, EXIT_USAGE);
	}
	if (user.uid == 0)
		fail("milter.user is root, and the filter does not run as root; name a user of its "
		     "own, such as \"opsmilter\"",
			EXIT_USAGE);
	return user;
}

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
		text_add(&message, "; name the mail server's, or none");
		fail(buffer, EXIT_USAGE);
	}
	return owner;
}

/* What needs the rights that the process was started with, and then gives them up. */
static void open_and_drop(const struct conf *conf, bool detach)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = find_user(conf);
	struct socket_owner owner = find_owner(conf, &user);

	daemon_raise_open_files(OPEN_FILES);
	if (smfi_register(callbacks) != MI_SUCCESS)
		fail("libmilter does not take the filter's description", EXIT_RUN_TIME);
	if (socket_open(conf->milter.socket, &owner, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	if (detach && conf->milter.pid_file[0] != '\0') {
		if (daemon_write_pid(conf->milter.pid_file, &message) != ERR_NONE)
			fail(buffer, EXIT_RUN_TIME);
		pid_file = strdup(conf->milter.pid_file);
	}
	if (geteuid() == 0 && daemon_become(&user, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
}

/* What libmilter's thread says to the main one. */
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
 * smfi_stop() waits for libmilter's listener, which holds a lock until a connection comes or its
 * five seconds are over. So connections come. With many sessions at work libmilter may never end:
 * its controller destroys the mutex of the workers while they use it, and glibc then leaves it
 * locked for ever. So the wait has an end, and its threads are left to the end of the process: no
 * hit depends on them.
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

/* Options that a running filter cannot follow. */
static void warn_of_fixed(const struct conf *old, const struct conf *new)
{
	if (strcmp(old->milter.socket, new->milter.socket) != 0 ||
		old->milter.socket_mode != new->milter.socket_mode ||
		strcmp(old->milter.user, new->milter.user) != 0 ||
		strcmp(old->milter.group, new->milter.group) != 0 ||
		strcmp(old->milter.pid_file, new->milter.pid_file) != 0 ||
		strcmp(old->syslog_facility, new->syslog_facility) != 0)
		log_warning("socket, socket_mode, user, group, pid_file and syslog_facility change "
			    "only when the filter is started anew");
}

/* A bad configuration is reported, and the old one stays. */
static void reload(const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;
	struct filter *old = filter_hold();

	if (conf_read(path, &conf, &message) != ERR_NONE) {
		log_error("%s; the configuration in force stays", buffer);
	} else {
		warn_of_fixed(old->conf, conf);
		if (filter_install(conf, false, &message) == ERR_NONE) {
			log_info("%s is in force", path);
		} else {
			log_error("%s; the configuration in force stays", buffer);
			conf_free(&conf);
		}
	}
	filter_release(&old);
}

/* Runs until it is told to stop; the exit status. */
static int run(const struct arguments *arguments)
{
	pthread_t server;

	if (pthread_create(&server, NULL, serve, NULL) != 0)
		fail_at("cannot start a thread", EXIT_RUN_TIME);
	if (background_start() != 0)
		fail_at("cannot start a thread", EXIT_RUN_TIME);
	daemon_ready(EXIT_SUCCESS);
	log_info("%s is ready", PACKAGE_STRING);
	while (signals_wait() == SIGNAL_RELOAD)
		reload(arguments->conf_path);
	end_serving(server);
	socket_remove(); /* at once: later it may be a successor's */
	filter_stop();
	background_stop();
	remove_files();
	log_info("%s ends", PACKAGE_STRING);
	return atomic_load(&serving.ended) && serving.failed ? EXIT_RUN_TIME : EXIT_SUCCESS;
}

static void start(const struct arguments *arguments, struct conf *conf)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	if (arguments->detach && daemon_detach(&message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	/* Before the socket answers, as a signal may come from then on. */
	if (signals_install() != 0)
		fail_at("cannot set signal handlers", EXIT_RUN_TIME);
	open_and_drop(conf, arguments->detach);
	threads_make_cheap();
	umask(0007); /* the databases' files are the group's too */
	if (filter_install(conf, true, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	if (arguments->detach && !log_to_syslog("opsmilter", conf->syslog_facility))
		fail("syslog_facility: there is no such facility", EXIT_USAGE);
}

int main(int count, char **values)
{
	struct arguments arguments;
	struct conf *conf;

	log_to_stderr("opsmilter");
	parse_arguments(count, values, &arguments);
	conf = read_conf(arguments.conf_path);
	if (arguments.check_only) {
		struct daemon_user user = find_user(conf);
		find_owner(conf, &user);
		printf("%s: the configuration is good\n", arguments.conf_path);
		conf_free(&conf);
		return EXIT_SUCCESS;
	}
	/* A reload must find the file again, and a detached process stands in /. */
	char *full_path = realpath(arguments.conf_path, NULL);
	if (full_path != NULL)
		arguments.conf_path = full_path;
	start(&arguments, conf);
	int exit_status = run(&arguments);
	free(full_path);
	return exit_status;
}
