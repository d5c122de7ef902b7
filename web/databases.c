/* SPDX-License-Identifier: BSD-2-Clause */
/* The site's connections to the databases, and how often they failed. */
#include "web/databases.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "conf/conf.h"
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
	struct pool *inbox;
	_Atomic int64_t errors;
};

int databases_new(const struct conf *conf, struct databases **databases_r)
{
	struct db_options options = {.role = ROLE_SITE, .wait_msecs = WAIT_MSECS};
	struct databases *databases = calloc(1, sizeof(*databases));
	int err = databases != NULL ? ERR_NONE : ERR_MEMORY;

	*databases_r = databases;
	options.kind = DB_HITS;
	if (err == ERR_NONE)
		err = pool_new(conf->hit_log, &options, CONNECTIONS, &databases->hits);
	options.kind = DB_OPS;
	if (err == ERR_NONE)
		err = pool_new(conf->database, &options, CONNECTIONS, &databases->ops);
	options.kind = DB_INBOX;
	options.writable = true;
	if (err == ERR_NONE)
		err = pool_new(conf->inbox, &options, CONNECTIONS, &databases->inbox);
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
	pool_free(&(*databases)->inbox);
	free(*databases);
	*databases = NULL;
}

static void give_back(struct databases *databases, struct lent_databases *lent, int err)
{
	if (lent->ops != NULL)
		pool_return(databases->ops, &lent->ops, err);
	if (lent->hits != NULL)
		pool_return(databases->hits, &lent->hits, err);
	if (lent->inbox != NULL)
		pool_return(databases->inbox, &lent->inbox, err);
}

int databases_lend(struct databases *databases, unsigned needs, struct lent_databases *lent_r,
	struct text *message_r)
{
	int err = ERR_NONE;

	*lent_r = (struct lent_databases){.ops = NULL};
	if (needs & NEED_OPS)
		err = pool_lend(databases->ops, &lent_r->ops, message_r);
	if (err == ERR_NONE && needs & NEED_HITS)
		err = pool_lend(databases->hits, &lent_r->hits, message_r);
	if (err == ERR_NONE && needs & NEED_INBOX)
		err = pool_lend(databases->inbox, &lent_r->inbox, message_r);
	if (err != ERR_NONE)
		give_back(databases, lent_r, ERR_NONE);
	databases->errors += err != ERR_NONE;
	return err;
}

void databases_give_back(struct databases *databases, struct lent_databases *lent, int err)
{
	databases->errors += err <= ERR_DB_MISSING;
	give_back(databases, lent, err);
}

int64_t databases_errors(const struct databases *databases)
{
	return databases->errors;
}
