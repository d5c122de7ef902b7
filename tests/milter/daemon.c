/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts, configures and ends the real filter for the wire tests. */
#include "tests/milter/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/network.h"
#include "base/text.h"
#include "store/migrate.h"
#include "tests/support/mta.h"
#include "tests/support/unit.h"

#define POLL_MSECS 20
#define START_POLLS 500 /* a sanitizer's start is slow */
#define HIT_POLLS 250
#define END_POLLS 1500 /* so is its end */

static void wait_a_little(void)
{
	nanosleep(&(struct timespec){.tv_nsec = POLL_MSECS * 1000000L}, NULL);
}

static void execute(sqlite3 *sqlite, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(sqlite, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
}

static sqlite3 *make_database(struct daemon *daemon, const char *name, enum db_kind kind)
{
	char path[96], buffer[512];
	struct text message = TEXT_OVER(buffer);
	sqlite3 *sqlite;
	int from;

	snprintf(path, sizeof(path), "%s/%s", daemon->folder, name);
	if (migrate(path, kind, &from, &message) != ERR_NONE)
		fail_msg("%s", buffer);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	sqlite3_busy_timeout(sqlite, 5000);
	return sqlite;
}

void daemon_prepare(struct daemon *daemon, const char *options)
{
	memset(daemon, 0, sizeof(*daemon));
	snprintf(daemon->folder, sizeof(daemon->folder), "/tmp/opsmilter-wire-XXXXXX");
	assert_non_null(mkdtemp(daemon->folder));
	assert_int_equal(chmod(daemon->folder, 0777), 0);
	snprintf(daemon->socket, sizeof(daemon->socket), "%s/socket", daemon->folder);
	snprintf(daemon->conf, sizeof(daemon->conf), "%s/conf", daemon->folder);
	daemon->ops = make_database(daemon, "ops.db", DB_OPS);
	daemon->hits = make_database(daemon, "hits.db", DB_HITS);
	daemon->inbox = make_database(daemon, "inbox.db", DB_INBOX);
	execute(daemon->ops,
		"INSERT INTO evidence VALUES (1, 1, 'tester', 'note', 'a test',"
		" '0000000000000000000000000000000000000000000000000000000000000000', 1, x'61', "
		"NULL);"
		"INSERT INTO reason VALUES (1, 'open HTTP proxy on port 3128');"
		"INSERT INTO change VALUES (100, 1, 'tester', 'add', NULL, 1, 'seen')");
	daemon_configure(daemon, options);
}

void daemon_configure(struct daemon *daemon, const char *options)
{
	FILE *file = fopen(daemon->conf, "w");

	assert_non_null(file);
	fprintf(file,
		"database = \"%s/ops.db\"\nhit_log = \"%s/hits.db\"\nsite_url = "
		"\"https://ops.example.org\"\n"
		"milter {\n\tsocket = \"unix:%s\"\n\tuser = \"nobody\"\n\tpid_file = "
		"\"\"\n\texempt_clients = {}\n%s\n}\n",
		daemon->folder, daemon->folder, daemon->socket, options);
	assert_int_equal(fclose(file), 0);
}

pid_t daemon_spawn(struct daemon *daemon, const char *option)
{
	char err[96];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	snprintf(err, sizeof(err), "%s/err", daemon->folder);
	int fd = open(err, O_WRONLY | O_CREAT | O_APPEND, 0644);
	dup2(fd, STDERR_FILENO);
	execl("./opsmilter", "opsmilter", "-c", daemon->conf, option, (char *)NULL);
	_exit(127);
}

static bool answers(struct daemon *daemon)
{
	struct mta mta;
	struct mta_packet quit;
	bool open = mta_open(&mta, daemon->socket);

	if (open) {
		mta_begin(&quit, 'Q');
		mta_send(&mta, &quit);
		mta_close(&mta);
	}
	return open;
}

void daemon_start(struct daemon *daemon)
{
	daemon->pid = daemon_spawn(daemon, NULL);
	assert_true(daemon->pid > 0);
	for (int i = 0; i < START_POLLS; i++) {
		if (answers(daemon))
			return;
		if (waitpid(daemon->pid, NULL, WNOHANG) == daemon->pid) {
			daemon->pid = 0;
			break;
		}
		wait_a_little();
	}
	fail_msg("the filter does not answer; see %s/err", daemon->folder);
}

/* Waits for the end of the filter; false when it takes too long. */
static bool reap(struct daemon *daemon, int *status_r)
{
	for (int i = 0; i < END_POLLS; i++) {
		if (waitpid(daemon->pid, status_r, WNOHANG) == daemon->pid)
			return true;
		wait_a_little();
	}
	return false;
}

int daemon_wait(struct daemon *daemon)
{
	int status = 0;

	if (!reap(daemon, &status)) {
		(void)kill(daemon->pid, SIGKILL);
		assert_int_equal(waitpid(daemon->pid, &status, 0), daemon->pid);
	}
	daemon->pid = 0;
	return status;
}

/* What a sanitizer found is in the filter's log, which is removed with the test's folder. */
static void show_log(struct daemon *daemon)
{
	char line[512], path[96];

	snprintf(path, sizeof(path), "%s/err", daemon->folder);
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		print_error("    %s", line);
	if (file != NULL)
		fclose(file);
}

int daemon_end(struct daemon *daemon, int signal_number)
{
	assert_int_equal(kill(daemon->pid, signal_number), 0);
	int status = daemon_wait(daemon);
	if (status != 0 && signal_number == SIGTERM)
		show_log(daemon);
	return status;
}

int daemon_start_in_vain(struct daemon *daemon)
{
	pid_t running = daemon->pid;

	daemon->pid = daemon_spawn(daemon, NULL);
	assert_true(daemon->pid > 0);
	int status = daemon_wait(daemon);
	daemon->pid = running;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool daemon_said(struct daemon *daemon, const char *words)
{
	static char said[65536];
	char path[96];

	snprintf(path, sizeof(path), "%s/err", daemon->folder);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
	fclose(file);
	return strstr(said, words) != NULL;
}

static void show_errors(struct daemon *daemon)
{
	char command[128];

	snprintf(command, sizeof(command), "tail -n 60 '%s/err' >&2", daemon->folder);
	(void)!system(command);
}

void daemon_remove(struct daemon *daemon)
{
	char command[128];
	int status = 0;

	/* Not SIGKILL: the leak sanitizer and the coverage counts need an orderly exit. */
	if (daemon->pid > 0)
		status = daemon_end(daemon, SIGTERM);
	sqlite3_close(daemon->ops);
	sqlite3_close(daemon->hits);
	sqlite3_close(daemon->inbox);
	if (status != 0)
		show_errors(daemon);
	snprintf(command, sizeof(command), "rm -rf '%s'", daemon->folder);
	assert_int_equal(system(command), 0);
	if (status != 0)
		fail_msg("the filter ended with wait status %#x instead of 0", (unsigned)status);
}

void daemon_list(struct daemon *daemon, const char *network, const char *action)
{
	struct network parsed;
	sqlite3_stmt *statement;
	char sql[96];

	snprintf(sql, sizeof(sql), "UPDATE list SET action = '%s' WHERE id = 1", action);
	execute(daemon->ops, sql);
	assert_int_equal(network_parse(network, &parsed), ERR_NONE);
	assert_int_equal(sqlite3_prepare_v2(daemon->ops,
				 "INSERT INTO listing (list_id, network, prefix, reason_id, "
				 "evidence_id, listed_at, added_id)"
				 " VALUES (1, ?1, ?2, 1, 1, 1700000000, 100)",
				 -1, &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_blob(
		statement, 1, parsed.addr.octets, sizeof(parsed.addr.octets), SQLITE_STATIC);
	sqlite3_bind_int(statement, 2, parsed.prefix);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	sqlite3_finalize(statement);
}

static int64_t count(struct daemon *daemon, const char *condition)
{
	char sql[1024];
	sqlite3_stmt *statement;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM hits WHERE %s", condition);
	if (sqlite3_prepare_v2(daemon->hits, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(daemon->hits));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t found = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return found;
}

int64_t daemon_hits(struct daemon *daemon, const char *condition, int64_t expected)
{
	int64_t found = count(daemon, condition);

	for (int i = 0; i < HIT_POLLS && found < expected; i++) {
		wait_a_little();
		found = count(daemon, condition);
	}
	return found;
}
