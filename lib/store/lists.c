/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists and their settings. */
#include "store/lists.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"

static void read_list(struct statement *row, struct list *list_r)
{
	list_r->id = (int)db_int(row, 0);
	text_copy(list_r->name, sizeof(list_r->name), db_text(row, 1));
	text_copy(list_r->title, sizeof(list_r->title), db_text(row, 2));
	/* An action that this program does not know counts as the one that harms no mail. */
	list_r->action = LIST_LOG;
	(void)list_action_parse(db_text(row, 3), &list_r->action);
	list_r->removal = REMOVAL_REVIEW;
	(void)list_removal_parse(db_text(row, 4), &list_r->removal);
	list_r->expires = db_time(row, 5);
	list_r->dns_code = (int)db_int(row, 6);
	list_r->max_ipv4 = (unsigned)db_int(row, 7);
	list_r->max_ipv6 = (unsigned)db_int(row, 8);
}

int lists_read(struct db *db, struct lists *lists_r)
{
	struct statement *row = db_begin(db, ALL_LISTS);
	int more = 0;

	lists_r->count = 0;
	while (lists_r->count < LISTS_MAX && (more = db_step(row)) > 0)
		read_list(row, &lists_r->lists[lists_r->count++]);
	db_finish(row);
	return more < 0 ? more : ERR_NONE;
}

const struct list *lists_find(const struct lists *lists, const char *name)
{
	for (size_t i = 0; i < lists->count; i++) {
		if (strcmp(lists->lists[i].name, name) == 0)
			return &lists->lists[i];
	}
	return NULL;
}

static struct statement *begin_list(struct db *db, enum statement_id id, const struct list *list)
{
	struct statement *statement = db_begin(db, id);

	db_bind_text(statement, 1, list->name);
	db_bind_text(statement, 2, list->title);
	db_bind_text(statement, 3, list_action_name(list->action));
	db_bind_text(statement, 4, list_removal_name(list->removal));
	db_bind_time(statement, 5, list->expires);
	db_bind_int(statement, 6, list->dns_code);
	db_bind_int(statement, 7, list->max_ipv4);
	db_bind_int(statement, 8, list->max_ipv6);
	return statement;
}

static int insert_list(struct db *db, struct list *list)
{
	struct lists lists;
	int64_t id;
	int err = lists_read(db, &lists);

	if (err != ERR_NONE)
		return err;
	if (lists_find(&lists, list->name) != NULL)
		return ERR_EXISTS;
	if (lists.count == LISTS_MAX)
		return ERR_RANGE;
	err = db_insert(begin_list(db, ADD_LIST, list), &id);
	list->id = (int)id;
	return err;
}

int lists_add(struct db *db, struct list *list, const struct change *change)
{
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = insert_list(db, list);
	if (err == ERR_NONE)
		err = history_add_about(db, NULL, list->id, change, NULL);
	return db_end(db, err);
}

int lists_set(struct db *db, const struct list *list, const struct change *change)
{
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = db_update(begin_list(db, SET_LIST, list), ERR_NOT_FOUND);
	if (err == ERR_NONE)
		err = history_add_about(db, NULL, list->id, change, NULL);
	return db_end(db, err);
}

int lists_count_listings(
	struct db *db, const struct lists *lists, int64_t now, int64_t counts_r[LISTS_MAX])
{
	struct statement *row = db_begin(db, COUNT_LISTINGS);
	int more;

	memset(counts_r, 0, LISTS_MAX * sizeof(*counts_r));
	db_bind_int(row, 1, now);
	while ((more = db_step(row)) > 0) {
		for (size_t i = 0; i < lists->count; i++) {
			if (lists->lists[i].id == db_int(row, 0))
				counts_r[i] = db_int(row, 1);
		}
	}
	return more;
}

int lists_count_expired(struct db *db, int64_t now, int64_t *count_r)
{
	struct statement *row = db_begin(db, COUNT_EXPIRED);

	db_bind_int(row, 1, now);
	return db_get_int(row, count_r);
}
