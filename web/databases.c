/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/databases.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/migrate.h"
#include "web/page.h"

/* As many as the server has threads; more visits at once open one for themselves. */
#define KEPT_PAIRS 4
/* A visitor waits so long for another program's lock. */
#define WAIT_MSECS 2000
/* That a file was replaced is seen within this. */
#define STALE_MSECS 100

struct databases {
	char *ops_path;
	char *hits_path;
	pthread_mutex_t lock; /* of what follows */
	struct database_pair kept[KEPT_PAIRS];
	size_t kept_count;
	int64_t errors;
};

int databases_new(const char *ops_path, const char *hits_path, struct databases **databases_r)
{
	struct databases *databases = calloc(1, sizeof(*databases));

	*databases_r = NULL;
	if (databases == NULL)
		return ERR_MEMORY;
	pthread_mutex_init(&databases->lock, NULL);
	databases->ops_path = strdup(ops_path);
	databases->hits_path = strdup(hits_path);
	if (databases->ops_path == NULL || databases->hits_path == NULL) {
		databases_free(&databases);
		return ERR_MEMORY;
	}
	*databases_r = databases;
	return ERR_NONE;
}

static void close_pair(struct database_pair *pair)
{
	db_close(&pair->ops);
	db_close(&pair->hits);
}

void databases_free(struct databases **databases)
{
	struct databases *gone = *databases;

	if (gone == NULL)
		return;
	for (size_t i = 0; i < gone->kept_count; i++)
		close_pair(&gone->kept[i]);
	pthread_mutex_destroy(&gone->lock);
	free(gone->ops_path);
	free(gone->hits_path);
	free(gone);
	*databases = NULL;
}

static void take_kept(struct databases *databases, struct database_pair *pair_r)
{
	*pair_r = (struct database_pair){.ops = NULL};
	pthread_mutex_lock(&databases->lock);
	if (databases->kept_count > 0)
		*pair_r = databases->kept[--databases->kept_count];
	pthread_mutex_unlock(&databases->lock);
}

/* Makes sure that a connection is open, and to the file that stands at the path now. */
static int make_fresh(struct db **db, const char *path, enum db_kind kind, struct text *message_r)
{
	struct db_options options = {
		.kind = kind,
		.role = ROLE_SITE,
		.writable = kind == DB_OPS, /* for requests; nothing else can be prepared */
		.wait_msecs = WAIT_MSECS,
	};

	if (*db != NULL && db_is_stale(*db, STALE_MSECS))
		db_close(db);
	return *db != NULL ? ERR_NONE : store_open(path, &options, db, message_r);
}

int databases_lend(struct databases *databases, unsigned needs, struct database_pair *pair_r,
	struct text *message_r)
{
	int err = ERR_NONE;

	take_kept(databases, pair_r);
	if (needs & NEED_OPS)
		err = make_fresh(&pair_r->ops, databases->ops_path, DB_OPS, message_r);
	if (err == ERR_NONE && needs & NEED_HITS)
		err = make_fresh(&pair_r->hits, databases->hits_path, DB_HITS, message_r);
	if (err != ERR_NONE)
		databases_give_back(databases, pair_r, err);
	return err;
}

void databases_give_back(struct databases *databases, struct database_pair *pair, int err)
{
	bool failed = err <= ERR_DB_MISSING;

	pthread_mutex_lock(&databases->lock);
	databases->errors += failed;
	if (!failed && databases->kept_count < KEPT_PAIRS) {
		databases->kept[databases->kept_count++] = *pair;
		*pair = (struct database_pair){.ops = NULL};
	}
	pthread_mutex_unlock(&databases->lock);
	close_pair(pair);
}

int64_t databases_errors(struct databases *databases)
{
	int64_t errors;

	pthread_mutex_lock(&databases->lock);
	errors = databases->errors;
	pthread_mutex_unlock(&databases->lock);
	return errors;
}
