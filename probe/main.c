/* SPDX-License-Identifier: BSD-2-Clause */
#include <event2/event.h>
#include <getopt.h>
#include <limits.h>
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
#include "probe/command.h"
#include "probe/lock.h"
#include "probe/setup.h"
#include "probe/worker.h"

struct arguments {
	const char *conf_path;
	const char *ip; /* NULL: none */
	bool worker;
	bool check_only;
	bool detach;
};

static const char help[] =
	"Usage: opsprobe [-c FILE] IP\n"
	"       opsprobe [-c FILE] [-d] --worker\n"
	"       opsprobe [-c FILE] -n\n"
	"Tests whether a listed or nominated address has an open proxy; with --worker, works off\n"
	"removal requests and nominations.\n"
	"\n"
	"  -c, --config FILE  configuration, instead of " CONF_DEFAULT_FILE "\n"
	"      --worker       test what is due, decide, and go on until told to end\n"
	"  -d, --detach       as a worker: run in the background, log to syslog, write the pid "
	"file\n"
	"  -n, --check        check the configuration and exit\n"
	"  -V, --version      show the version and exit\n"
	"  -h, --help         show this and exit\n"
	"\n"
	"Exit status of a test: 0 closed, 1 open, 3 unreachable, inconclusive or void. A worker\n"
	"reloads the configuration at SIGHUP and ends in order at SIGTERM. See opsprobe(8).\n"
	"\n"
	"Example: opsprobe 198.51.100.7\n";

static void __attribute__((noreturn)) end_as_misused(const char *operand, const char *what)
{
	fprintf(stderr, "opsprobe: %s%s%s%s; \"opsprobe --help\" shows the options\n",
		operand != NULL ? "\"" : "", operand != NULL ? operand : "",
		operand != NULL ? "\": " : "", what);
	exit(EXIT_USAGE);
}

static void check_operands(int count, char **values, struct arguments *arguments)
{
	if (optind < count)
		arguments->ip = values[optind++];
	if (optind < count)
		end_as_misused(values[optind], "one address at a time is tested");
	if (arguments->ip != NULL && (arguments->worker || arguments->check_only))
		end_as_misused(arguments->ip, "no address is wanted here");
	if (arguments->detach && !arguments->worker)
		end_as_misused(NULL, "only a worker runs in the background (--worker)");
	if (arguments->ip == NULL && !arguments->worker && !arguments->check_only)
		end_as_misused(NULL, "an address or --worker is missing");
}

static void parse_arguments(int count, char **values, struct arguments *arguments_r)
{
	static const struct option long_options[] = {
		{"config", required_argument, NULL, 'c'},
		{"worker", no_argument, NULL, 'w'},
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
		case 'w':
			arguments_r->worker = true;
			break;
		case 'd':
			arguments_r->detach = true;
			break;
		case 'n':
			arguments_r->check_only = true;
			break;
		case 'V':
			puts("opsprobe (opsmilter) " PACKAGE_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs("opsprobe: \"opsprobe --help\" shows the options\n", stderr);
			exit(EXIT_USAGE);
		}
	}
	check_operands(count, values, arguments_r);
}

/* The pid file that this process wrote, or NULL. */
static const char *pid_file;

static void remove_pid_file(void)
{
	if (pid_file != NULL)
		daemon_remove_pid(pid_file);
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
	if (setup_check(conf, &message) != ERR_NONE)
		fail(buffer, EXIT_USAGE);
	return conf;
}

static void on_reload(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	worker_reload(context);
}

static void on_stop(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	event_base_loopbreak(context);
}

/* What needs the rights that the process was started with, and then gives them up. */
static void open_and_drop(
	const struct conf *conf, const struct arguments *arguments, struct setup *setup)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user;

	if (setup_find_user(conf, &user, &message) != ERR_NONE)
		fail(buffer, EXIT_USAGE);
	umask(0007); /* the lock and the database's files are the group's too */
	if (lock_take(conf->database, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	if (setup_open(conf, setup, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	if (arguments->detach && conf->probe.pid_file[0] != '\0') {
		static char path[PATH_MAX];
		if (daemon_write_pid(conf->probe.pid_file, &message) != ERR_NONE)
			fail(buffer, EXIT_RUN_TIME);
		/* A reload frees the configuration. */
		text_copy(path, sizeof(path), conf->probe.pid_file);
		pid_file = path;
	}
	if (geteuid() == 0 && daemon_become(&user, &message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
}

/* Runs until it is told to stop. */
static void work(struct setup *setup, struct worker *worker)
{
	struct event *signals[] = {
		evsignal_new(setup->loop, SIGHUP, on_reload, worker),
		evsignal_new(setup->loop, SIGTERM, on_stop, setup->loop),
		evsignal_new(setup->loop, SIGINT, on_stop, setup->loop),
	};
	const size_t count = sizeof(signals) / sizeof(signals[0]);

	for (size_t i = 0; i < count; i++) {
		if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
			fail("cannot set signal handlers", EXIT_RUN_TIME);
	}
	daemon_ready(EXIT_SUCCESS);
	log_info("%s: the prober's worker is ready", PACKAGE_STRING);
	event_base_dispatch(setup->loop);
	for (size_t i = 0; i < count; i++)
		event_free(signals[i]);
}

static int run_worker(const struct arguments *arguments, struct conf *conf)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct setup setup;
	struct worker *worker;

	if (arguments->detach && daemon_detach(&message) != ERR_NONE)
		fail(buffer, EXIT_RUN_TIME);
	open_and_drop(conf, arguments, &setup);
	if (arguments->detach && !log_to_syslog("opsprobe", conf->syslog_facility))
		fail("syslog_facility: there is no such facility", EXIT_USAGE);
	const struct worker_settings settings = {
		.loop = setup.loop,
		.engine = setup.engine,
		.targets = setup.targets,
		.target_count = setup.target_count,
		.conf_path = arguments->conf_path,
	};
	if (worker_new(&settings, conf, &worker) != ERR_NONE)
		fail(err_text(ERR_MEMORY), EXIT_RUN_TIME);
	work(&setup, worker);
	setup_free_engine(&setup);
	worker_free(&worker);
	setup_free(&setup);
	remove_pid_file();
	log_info("%s: the prober's worker ends", PACKAGE_STRING);
	return EXIT_SUCCESS;
}

static int check_configuration(const struct conf *conf, const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user;

	if (setup_find_user(conf, &user, &message) != ERR_NONE)
		fail(buffer, EXIT_USAGE);
	printf("%s: the configuration is good\n", path);
	return EXIT_SUCCESS;
}

int main(int count, char **values)
{
	struct arguments arguments;

	log_to_stderr("opsprobe");
	signal(SIGPIPE, SIG_IGN);
	parse_arguments(count, values, &arguments);
	struct conf *conf = read_conf(arguments.conf_path);
	/* A reload must find the file again, and a detached process stands in /. */
	char *full_path = realpath(arguments.conf_path, NULL);
	if (full_path != NULL)
		arguments.conf_path = full_path;
	int status;
	if (arguments.worker && !arguments.check_only) {
		status = run_worker(&arguments, conf); /* takes the configuration over */
	} else {
		status = arguments.check_only ? check_configuration(conf, arguments.conf_path)
					      : command_run(conf, arguments.ip);
		conf_free(&conf);
	}
	free(full_path);
	return status;
}
