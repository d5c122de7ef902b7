/* SPDX-License-Identifier: BSD-2-Clause */
/* opsprobe IP: the test of one address, by us or by the worker. */
#include "probe/test_once.h"

#include <event2/event.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "daemon/program.h"
#include "probe/eligibility.h"
#include "probe/engine.h"
#include "probe/lock.h"
#include "probe/ports.h"
#include "probe/prober.h"
#include "probe/report.h"
#include "probe/selftest.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/jobs.h"
#include "store/migrate.h"

/* How long to wait for another program's lock. */
#define WAIT_MSECS 10000

/* How often an order is looked at. */
#define ORDER_POLL_NANOSECS 200000000L

/* What one run of the command works with. */
struct run {
	const struct conf *conf;
	struct db *db;
	struct prober prober;
	struct selftest *selftest;
	struct job job; /* an order of this address */
	char ip[ADDR_TEXT_SIZE];
	char void_why[SELF_TEST_WHY_SIZE];
	struct port_list ports;
	struct report *report;
	bool on_terminal;
	int exit_status;
};

/* One line that the next one replaces. Nothing where no terminal is. */
static void __attribute__((format(printf, 2, 3)))
show(const struct run *run, const char *format, ...)
{
	va_list arguments;

	if (!run->on_terminal)
		return;
	fputs("\r\033[K", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}

static void show_nothing(const struct run *run)
{
	show(run, "%s", "");
}

static int status_of(const char *verdict)
{
	if (strcmp(verdict, host_verdict_name(HOST_OPEN)) == 0)
		return EXIT_OPEN;
	return strcmp(verdict, host_verdict_name(HOST_CLOSED)) == 0 ? EXIT_CLOSED : EXIT_UNKNOWN;
}

static int fail_of_db(struct run *run, int err)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	show_nothing(run);
	db_explain(run->db, err, &message);
	log_error("%s", buffer);
	return EXIT_RUN_TIME;
}

/* The table, the verdict and where it is kept; the exit status. */
static int print_result(
	struct run *run, const char *table, size_t table_length, const struct test *test)
{
	show_nothing(run);
	fwrite(table, 1, table_length, stdout);
	printf("%s%s is %s\n", table_length > 0 ? "\n" : "", run->ip, test->summary);
	if (test->id != 0)
		printf("stored as test %" PRId64 "; \"opsctl evidence %" PRId64
		       "\" shows every octet\n",
			test->id, test->evidence_id);
	return fflush(stdout) == 0 ? status_of(test->verdict) : EXIT_RUN_TIME;
}

/* A test of our own. */

static void on_progress(
	void *context, size_t ports_done, size_t ports, const struct probe_result *latest)
{
	const struct run *run = context;

	show(run, "%s: %zu of %zu ports; port %u: %s", run->ip, ports_done, ports,
		(unsigned)latest->port.port, probe_verdict_name(latest->verdict));
}

static void on_done(void *context, const struct host_result *result)
{
	struct run *run = context;
	struct test test;
	int err = report_new(result, run->void_why, &run->report);

	if (err == ERR_NONE)
		err = report_keep(run->db, run->report, &run->job.address, clock_now(), &test);
	if (run->report != NULL && err != ERR_NONE)
		fail_of_db(run, err);
	if (run->report != NULL)
		run->exit_status =
			print_result(run, run->report->body, run->report->table_length, &test);
	if (err != ERR_NONE)
		run->exit_status = EXIT_RUN_TIME;
	event_base_loopbreak(run->prober.loop);
}

static void on_self_test_done(void *context, const char *why)
{
	struct run *run = context;
	const struct test_options options = {.urgent = true};
	const struct host_events events = {
		.progress = on_progress, .done = on_done, .context = run};

	text_copy(run->void_why, sizeof(run->void_why), why);
	if (why[0] != '\0') {
		show_nothing(run);
		log_error("self-test: %s; the result of this test does not count", why);
	}
	int err = engine_test(run->prober.engine, &run->job.address, run->ports.ports,
		run->ports.count, &options, &events);
	if (err == ERR_NONE)
		return;
	log_error("the test cannot start: %s", err_text(err));
	event_base_loopbreak(run->prober.loop);
}

static int test_here(struct run *run)
{
	const struct prober *prober = &run->prober;
	int err = eligibility_read_ports(
		run->db, &run->conf->probe, &run->job.address, clock_now(), &run->ports);

	if (err != ERR_NONE)
		return fail_of_db(run, err);
	show(run, "testing the prober itself");
	run->exit_status = EXIT_RUN_TIME;
	err = selftest_begin(prober, on_self_test_done, run, &run->selftest);
	if (err != ERR_NONE)
		on_self_test_done(run, err_text(err));
	event_base_dispatch(prober->loop);
	prober_free_engine(&run->prober);
	selftest_free(&run->selftest);
	return run->exit_status;
}

/* A test by the worker. */

/* Under sudo, the login name is that of the person, not root. */
static void find_login_name(char *who_r, size_t size)
{
	const struct passwd *user = getpwuid(getuid());

	if (getlogin_r(who_r, size) != 0 || *who_r == '\0')
		text_copy(who_r, size, user != NULL ? user->pw_name : "opsprobe");
}

static int print_order(struct run *run, const struct test *test)
{
	struct evidence *evidence;
	int err = evidence_get(run->db, test->evidence_id, &evidence);

	if (err != ERR_NONE)
		return fail_of_db(run, err);
	/* The table ends where the empty line is. */
	const char *body = evidence->body != NULL ? evidence->body : "";
	size_t length = evidence->body != NULL ? (size_t)evidence->octets : 0, table = 0;
	while (table < length && !(body[table] == '\n' && (table == 0 || body[table - 1] == '\n')))
		table++;
	int exit_status = print_result(run, body, table, test);
	evidence_free(&evidence);
	return exit_status;
}

static int give_up_waiting(struct run *run, const char *why)
{
	show_nothing(run);
	log_error("%s", why);
	return EXIT_UNKNOWN;
}

static int wait_for_order(struct run *run, int64_t id)
{
	static const struct timespec pause = {.tv_nsec = ORDER_POLL_NANOSECS};
	struct order order;
	int64_t began_msecs = clock_monotonic_msecs();
	int err;

	while ((err = jobs_read_order(run->db, id, &order)) == ERR_NONE && order.due) {
		if (!lock_is_held(run->conf->database))
			return give_up_waiting(run, "the worker has ended; the test is made when a "
						    "worker runs again");
		show(run, "%s: %s, %" PRId64 " s", run->ip,
			order.began_at == CLOCK_NEVER ? "waiting for the worker"
						      : "under test by the worker",
			(clock_monotonic_msecs() - began_msecs) / 1000);
		nanosleep(&pause, NULL);
	}
	if (err != ERR_NONE)
		return fail_of_db(run, err);
	if (order.test.id == 0)
		return give_up_waiting(run, "the worker did not test the address: it is no "
					    "longer listed or nominated");
	return print_order(run, &order.test);
}

static int order_test(struct run *run)
{
	char who[128];
	int64_t id;

	find_login_name(who, sizeof(who));
	int err = jobs_order(run->db, &run->job.address, who, clock_now(), &id);
	return err == ERR_NONE ? wait_for_order(run, id) : fail_of_db(run, err);
}

/* What comes before either. */

static int open_database(struct run *run)
{
	const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_PROBER, .writable = true, .wait_msecs = WAIT_MSECS};
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	if (store_open(run->conf->database, &options, &run->db, &message) == ERR_NONE)
		return EXIT_SUCCESS;
	log_error("%s", buffer);
	return EXIT_RUN_TIME;
}

/* Only what is listed or nominated is tested, and never what must not be. */
static int check_address(struct run *run)
{
	struct eligibility eligibility;
	struct job_outcome outcome;
	int err =
		eligibility_read(run->db, &run->conf->probe, &run->job, clock_now(), &eligibility);

	if (err != ERR_NONE)
		return fail_of_db(run, err);
	if (!outcome_without_test(&run->job, &eligibility, &outcome))
		return EXIT_SUCCESS;
	log_error("%s is %s%s", run->ip, outcome.why,
		eligibility.may_be_tested || eligibility.forbidden[0] != '\0'
			? ""
			: "; \"opsctl nominate\" nominates an address with its spam");
	return EXIT_USAGE;
}

/* Root opens the listeners, and then is root no more. */
static int open_and_drop(struct run *run, bool *worker_is_there_r)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user = program_find_user("probe.user", run->conf->probe.user);

	*worker_is_there_r = lock_is_held(run->conf->database);
	if (!*worker_is_there_r && prober_open(run->conf, &run->prober, &message) != ERR_NONE) {
		/* One may have begun in this very moment. */
		*worker_is_there_r = lock_is_held(run->conf->database);
		if (!*worker_is_there_r) {
			log_error("%s", buffer);
			return EXIT_RUN_TIME;
		}
	}
	program_become(&user, run->conf);
	return EXIT_SUCCESS;
}

static int run_all(struct run *run)
{
	bool worker_is_there;
	int status = open_and_drop(run, &worker_is_there);

	if (status == EXIT_SUCCESS)
		status = open_database(run);
	if (status == EXIT_SUCCESS)
		status = check_address(run);
	if (status == EXIT_SUCCESS)
		status = worker_is_there ? order_test(run) : test_here(run);
	return status;
}

int test_once(const struct conf *conf, const char *ip)
{
	struct run *run = calloc(1, sizeof(*run));

	if (run == NULL) {
		log_error("%s", err_text(ERR_MEMORY));
		return EXIT_RUN_TIME;
	}
	*run = (struct run){.conf = conf,
		.job = {.kind = JOB_ORDER},
		.on_terminal = isatty(STDERR_FILENO) != 0};
	int status = EXIT_USAGE;
	if (addr_parse(ip, &run->job.address) != ERR_NONE) {
		log_error("\"%s\" is not an IP address (for example 192.0.2.1 or 2001:db8::1)", ip);
	} else {
		addr_format(&run->job.address, run->ip);
		umask(0007); /* the database's files are the group's too */
		status = run_all(run);
	}
	report_free(&run->report);
	prober_free(&run->prober);
	db_close(&run->db);
	free(run);
	return status;
}
