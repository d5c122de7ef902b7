/* SPDX-License-Identifier: BSD-2-Clause */
/* The thread that files nominations and writes the counters. */
#include "milter/background.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/failure_log.h"
#include "milter/counters.h"
#include "milter/filter.h"
#include "store/db.h"
#include "store/inbox.h"
#include "store/migrate.h"

/* How often the counters are written, and how long nominations wait while the database fails. */
#define INTERVAL_SECS 10
#define LOCK_WAIT_MSECS 5000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards queue, stopping */
static pthread_cond_t work;                               /* with the monotonic clock */
static struct trapped *queue;                             /* the oldest first */
static bool stopping;

static struct failure_log failures = FAILURE_LOG_INIT("nominations of trap recipients wait");
static struct failure_log drops = FAILURE_LOG_INIT("a nomination of a trap recipient is dropped");

static pthread_t thread;
static bool started;

static void trapped_free(struct trapped *trapped)
{
	filter_release(&trapped->filter);
	trapped->free_copy(trapped->copy, trapped->room);
	free(trapped);
}

static int file(struct db *inbox, const struct trapped *trapped, struct text *message_r)
{
	char ip[ADDR_TEXT_SIZE];
	struct usage usage;
	enum cap cap = CAP_NONE;
	struct filing filing = {
		.request = {.kind = REQUEST_NOMINATION,
			.address = trapped->address,
			.requested_at = trapped->at},
		.spam = trapped->copy,
		.length = trapped->length,
	};

	text_copy(filing.request.list, sizeof(filing.request.list), LIST_OF_PROXIES);
	text_copy(filing.request.filed_by, sizeof(filing.request.filed_by), INBOX_FILTER);
	inbox_make_token(filing.request.token);
	int err = inbox_read_usage(NULL, inbox, trapped->at, &usage);
	if (err == ERR_NONE)
		cap = caps_check(&trapped->filter->conf->caps, &usage, true, filing.length);
	if (err == ERR_NONE && cap == CAP_NONE)
		err = inbox_file(inbox, &filing);
	if (err != ERR_NONE)
		return db_explain(inbox, err, message_r);
	if (cap != CAP_NONE) {
		failure_log_add(&drops, cap_text(cap));
		return ERR_NONE;
	}
	counters_add(COUNTER_NOMINATIONS);
	addr_format(&trapped->address, ip);
	log_info("%s is nominated for mail to a trap recipient", ip);
	return ERR_NONE;
}

static int open_and_file(const struct trapped *trapped, struct text *message_r)
{
	struct db_options options = {
		.kind = DB_INBOX,
		.role = ROLE_FILTER,
		.writable = true,
		.wait_msecs = LOCK_WAIT_MSECS,
	};
	struct db *inbox;
	int err = store_open(trapped->filter->conf->inbox, &options, &inbox, message_r);

	if (err != ERR_NONE)
		return err;
	err = file(inbox, trapped, message_r);
	db_close(&inbox);
	return err;
}

static struct trapped *take_first(void)
{
	pthread_mutex_lock(&mutex);
	struct trapped *first = queue;
	if (first != NULL)
		queue = first->next;
	pthread_mutex_unlock(&mutex);
	return first;
}

/* A failure of the database or the system passes. Any other is the message's own and would hold up
 * all others. */
static bool is_passing(int err)
{
	return err == ERR_MEMORY || err < ERR_REFUSED;
}

static void log_dropped(const struct trapped *trapped, const char *why)
{
	char ip[ADDR_TEXT_SIZE];

	addr_format(&trapped->address, ip);
	log_error("the nomination of %s for mail to a trap recipient is dropped: %s", ip, why);
}

/* Files all messages; false if the database failed, and the rest waits. One that failed is last in
 * the next round. */
static bool file_all(void)
{
	char buffer[512];
	struct trapped *trapped;

	while ((trapped = take_first()) != NULL) {
		struct text message = TEXT_OVER(buffer);
		int err = open_and_file(trapped, &message);
		if (is_passing(err)) {
			failure_log_add(&failures, buffer);
			background_file(trapped);
			return false;
		}
		if (err != ERR_NONE)
			log_dropped(trapped, buffer);
		trapped_free(trapped);
	}
	return true;
}

static void write_counters(void)
{
	struct filter *filter = filter_hold();

	counters_write(filter->conf);
	filter_release(&filter);
}

/* Waits for work, or until the counters or another attempt are due; false: the end. */
static bool wait_for_work(bool failing)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += INTERVAL_SECS;
	pthread_mutex_lock(&mutex);
	while (!stopping && (queue == NULL || failing))
		if (pthread_cond_timedwait(&work, &mutex, &until) != 0)
			break;
	bool more = !stopping;
	pthread_mutex_unlock(&mutex);
	return more;
}

static void *run(void *unused)
{
	bool failing = false;
	int64_t counted_msecs = clock_monotonic_msecs();

	(void)unused;
	while (wait_for_work(failing)) {
		failing = !file_all();
		if (clock_monotonic_msecs() - counted_msecs < INTERVAL_SECS * 1000)
			continue;
		write_counters();
		counted_msecs = clock_monotonic_msecs();
	}
	return NULL;
}

int background_start(void)
{
	clock_init_condition(&work);
	int error = pthread_create(&thread, NULL, run, NULL);
	started = error == 0;
	return error;
}

void background_file(struct trapped *trapped)
{
	struct trapped **last = &queue;

	/* One that failed comes back with the next one still behind it. */
	trapped->next = NULL;
	pthread_mutex_lock(&mutex);
	while (*last != NULL)
		last = &(*last)->next;
	*last = trapped;
	pthread_cond_signal(&work);
	pthread_mutex_unlock(&mutex);
}

void background_stop(void)
{
	struct trapped *trapped;
	size_t lost = 0;

	if (!started)
		return;
	pthread_mutex_lock(&mutex);
	stopping = true;
	pthread_cond_signal(&work);
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
	(void)file_all();
	write_counters();
	for (; (trapped = take_first()) != NULL; lost++)
		trapped_free(trapped);
	if (lost > 0)
		log_error("%zu nomination%s filed", lost,
			lost == 1 ? " of a trap recipient was not"
				  : "s of trap recipients were not");
}
