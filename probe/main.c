/* SPDX-License-Identifier: BSD-2-Clause */
/* opsprobe: the command line, and the signals of a worker. */
#include <event2/event.h>
#include <signal.h>
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
#include "probe/lock.h"
#include "probe/prober.h"
#include "probe/test_once.h"
#include "probe/worker.h"

struct arguments {
	struct program_arguments common;
	const char *ip; /* NULL: none */
};

static const char help[] =
	"Usage: opsprobe [-c FILE] IP\n"
	"       opsprobe [-c FILE] [-d] --worker\n"
	"       opsprobe [-c FILE] -n\n"
	"Tests whether a listed or nominated address has an open proxy; with --worker, processes\n"
	"removal requests and nominations.\n"
	"\n"
	"  -c, --config FILE  configuration, instead of " CONF_DEFAULT_FILE "\n"
	"      --worker       process what is due until the worker is told to end\n"
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

static void parse_arguments(int count, char **values, struct arguments *arguments_r)
{
	struct program_arguments *common = &arguments_r->common;
	int first = program_parse_options(count, values, help, true, common);
	const char *ip = first < count ? values[first] : NULL;

	arguments_r->ip = ip;
	if (ip != NULL && first + 1 < count)
		program_misused(values[first + 1], "only one address at a time can be tested");
	if (ip != NULL && (common->worker || common->check_only))
		program_misused(ip, "unexpected argument");
	if (common->detach && !common->worker)
		program_misused(NULL, "only a worker runs in the background (--worker)");
	if (ip == NULL && !common->worker && !common->check_only)
		program_misused(NULL, "an address or --worker is missing");
}

static struct conf *read_conf(const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf = program_read_conf(path);

	if (prober_check(conf, &message) != ERR_NONE)
		program_fail(buffer, EXIT_USAGE);
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

/* What needs root's privileges, which are dropped then. */
static void open_and_drop(
	const struct conf *conf, const struct arguments *arguments, struct prober *prober)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = program_find_user("probe.user", conf->probe.user);

	umask(0007); /* the lock and the database's files are the group's too */
	if (lock_take(conf->database, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
	if (prober_open(conf, prober, &message) != ERR_NONE)
		program_fail(buffer, EXIT_RUN_TIME);
	program_write_pid(&arguments->common, conf->probe.pid_file);
	program_become(&user, conf);
}

/* Runs until it is told to stop. */
static void work(struct prober *prober, struct worker *worker)
{
	struct event *signals[] = {
		evsignal_new(prober->loop, SIGHUP, on_reload, worker),
		evsignal_new(prober->loop, SIGTERM, on_stop, prober->loop),
		evsignal_new(prober->loop, SIGINT, on_stop, prober->loop),
	};
	const size_t count = sizeof(signals) / sizeof(signals[0]);

	for (size_t i = 0; i < count; i++) {
		if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
			program_fail("cannot set signal handlers", EXIT_RUN_TIME);
	}
	daemon_ready(EXIT_SUCCESS);
	log_info("%s: the prober's worker is ready", PACKAGE_STRING);
	event_base_dispatch(prober->loop);
	notify_stopping();
	for (size_t i = 0; i < count; i++)
		event_free(signals[i]);
}

static int run_worker(const struct arguments *arguments, struct conf *conf)
{
	struct prober prober;
	struct worker *worker;

	program_detach(&arguments->common);
	open_and_drop(conf, arguments, &prober);
	program_use_syslog(&arguments->common, conf);
	if (worker_new(&prober, arguments->common.conf_path, conf, &worker) != ERR_NONE)
		program_fail(err_text(ERR_MEMORY), EXIT_RUN_TIME);
	work(&prober, worker);
	prober_free_engine(&prober);
	worker_free(&worker);
	prober_free(&prober);
	daemon_remove_pid();
	log_info("%s: the prober's worker ends", PACKAGE_STRING);
	return EXIT_SUCCESS;
}

static int check_configuration(const struct conf *conf, const char *path)
{
	program_find_user("probe.user", conf->probe.user);
	printf("%s: the configuration is good\n", path);
	return EXIT_SUCCESS;
}

int main(int count, char **values)
{
	struct arguments arguments;

	program_begin("opsprobe");
	signal(SIGPIPE, SIG_IGN);
	parse_arguments(count, values, &arguments);
	struct conf *conf = read_conf(arguments.common.conf_path);
	char *path = program_full_path(arguments.common.conf_path);
	arguments.common.conf_path = path;
	int status;
	if (arguments.common.worker && !arguments.common.check_only) {
		status = run_worker(&arguments, conf); /* takes the configuration over */
	} else {
		status = arguments.common.check_only
				 ? check_configuration(conf, arguments.common.conf_path)
				 : test_once(conf, arguments.ip);
		conf_free(&conf);
	}
	free(path);
	return status;
}
