/* SPDX-License-Identifier: BSD-2-Clause */
/* The site's connections to both databases, and how often they failed. */
#include "web/databases.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "store/db.h"
#include "store/pool.h"
#include "web/visit.h"

/* As many as the server has threads. */
#define CONNECTIONS 4
/* How long a visitor waits for another program's lock. */
#define WAIT_MSECS 2000

struct databases {
	struct pool *ops;
	struct pool *hits;
	_Atomic int64_t errors;
};

int databases_new(const char *ops_path, const char *hits_path, struct databases **databases_r)
{
	struct db_options options = {.role = ROLE_SITE, .wait_msecs = WAIT_MSECS};
	struct databases *databases = calloc(1, sizeof(*databases));
	int err = databases != NULL ? ERR_NONE : ERR_MEMORY;

	*databases_r = databases;
	options.kind = DB_HITS;
	if (err == ERR_NONE)
		err = pool_new(hits_path, &options, CONNECTIONS, &databases->hits);
	options.kind = DB_OPS;
	options.writable = true; /* for requests: the role allows nothing else */
	if (err == ERR_NONE)
		err = pool_new(ops_path, &options, CONNECTIONS, &databases->ops);
	if (err != ERR_NONE)
		databases_free(databases_r);
	return err;
}

void databases_free(struct databases **databases)
{
	if (*databases == NULL)
		return;
	pool_free(&(*databases)->ops);
	pool_free(&(*databases)->hits);
	free(*databases);
	*databases = NULL;
}

int databases_lend(struct databases *databases, unsigned needs, struct database_pair *pair_r,
	struct text *message_r)
{
	int err = ERR_NONE;

	*pair_r = (struct database_pair){.ops = NULL};
	if (needs & NEED_OPS)
		err = pool_lend(databases->ops, &pair_r->ops, message_r);
	if (err == ERR_NONE && needs & NEED_HITS) {
		err = pool_lend(databases->hits, &pair_r->hits, message_r);
		if (err != ERR_NONE && pair_r->ops != NULL)
			pool_return(databases->ops, &pair_r->ops, ERR_NONE);
	}
	databases->errors += err != ERR_NONE;
	return err;
}

void databases_give_back(struct databases *databases, struct database_pair *pair, int err)
{
	databases->errors += err <= ERR_DB_MISSING;
	if (pair->ops != NULL)
		pool_return(databases->ops, &pair->ops, err);
	if (pair->hits != NULL)
		pool_return(databases->hits, &pair->hits, err);
}

int64_t databases_errors(const struct databases *databases)
{
	return databases->errors;
}
