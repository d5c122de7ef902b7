/* SPDX-License-Identifier: BSD-2-Clause */
/* Removal requests and nominations: filed, found and decided. */
#include "store/requests.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/history.h"
#include "store/listings.h"
#include "store/tests.h"

#define FIRST_WAIT_SECS 3600
#define LONGEST_WAIT_SECS 86400

static const char *const kind_names[] = {
	[REQUEST_REMOVAL] = "removal",
	[REQUEST_NOMINATION] = "nomination",
};

static const char *const state_names[] = {
	[REQUEST_OPEN] = "open",
	[REQUEST_RETRY] = "retry",
	[REQUEST_REVIEW] = "review",
	[REQUEST_GRANTED] = "granted",
	[REQUEST_DENIED] = "denied",
};

const char *request_kind_name(enum request_kind kind)
{
	return kind_names[kind];
}

const char *request_state_name(enum request_state state)
{
	return state_names[state];
}

/* A state that this program does not know counts as the one that waits for the operator. */
static enum request_state read_state(const char *name)
{
	enum request_state state = REQUEST_OPEN;

	while (state <= REQUEST_DENIED && strcmp(state_names[state], name) != 0)
		state++;
	return state <= REQUEST_DENIED ? state : REQUEST_REVIEW;
}

/* The columns are REQUEST_COLUMNS. */
static void read_request(struct statement *row, void *result_r)
{
	struct request *request_r = result_r;

	*request_r = (struct request){
		.id = db_int(row, 0),
		.kind = strcmp(db_text(row, 1), "nomination") == 0 ? REQUEST_NOMINATION
								   : REQUEST_REMOVAL,
		.state = read_state(db_text(row, 2)),
		.list_id = (int)db_int(row, 4),
		.requested_at = db_int(row, 6),
		.from_visitor = !db_is_null(row, 8),
		.waived = db_int(row, 12) != 0,
		.next_test_at = db_time(row, 13),
		.tests = (int)db_int(row, 14),
		.test_began_at = db_time(row, 15),
		.decided_at = db_time(row, 16),
		.evidence_id = db_int(row, 20),
	};
	(void)!addr_parse(db_text(row, 3), &request_r->address);
	(void)!addr_parse(db_text(row, 8), &request_r->filed_from);
	text_copy(request_r->list, sizeof(request_r->list), db_text(row, 5));
	text_copy(request_r->filed_by, sizeof(request_r->filed_by), db_text(row, 7));
	text_copy(request_r->contact, sizeof(request_r->contact), db_text(row, 9));
	text_copy(request_r->note, sizeof(request_r->note), db_text(row, 10));
	text_copy(request_r->token, sizeof(request_r->token), db_text(row, 11));
	text_copy(request_r->decided_by, sizeof(request_r->decided_by), db_text(row, 17));
	text_copy(request_r->verdict, sizeof(request_r->verdict), db_text(row, 18));
	text_copy(request_r->why, sizeof(request_r->why), db_text(row, 19));
}

int requests_get(struct db *db, int64_t id, struct request *request_r)
{
	struct statement *row = db_begin(db, GET_REQUEST);

	db_bind_int(row, 1, id);
	return db_read_one(row, read_request, request_r);
}

int requests_find_token(struct db *db, const char *token, struct request *request_r)
{
	struct statement *row = db_begin(db, FIND_REQUEST_OF_TOKEN);

	db_bind_text(row, 1, token);
	return db_read_one(row, read_request, request_r);
}

int requests_is_nominated(struct db *db, const struct addr *address, bool *nominated_r)
{
	struct statement *row = db_begin(db, FIND_NOMINATION);
	int64_t found;

	db_bind_addr_text(row, 1, address);
	int err = db_get_int(row, &found);
	*nominated_r = found != 0;
	return err;
}

int requests_find_undecided(struct db *db, enum request_kind kind, const struct addr *address,
	int list_id, int64_t *id_r)
{
	struct statement *row = db_begin(db, FIND_UNDECIDED_REQUEST);

	db_bind_text(row, 1, kind_names[kind]);
	db_bind_addr_text(row, 2, address);
	db_bind_int(row, 3, list_id);
	int err = db_get_int(row, id_r);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* ERR_EXISTS when there is one already: request->id is its number then. */
static int find_same(struct db *db, struct request *request)
{
	struct request same = {.id = 0};
	int err = ERR_NOT_FOUND;

	if (request->token[0] != '\0')
		err = requests_find_token(db, request->token, &same);
	if (err == ERR_NOT_FOUND)
		err = requests_find_undecided(
			db, request->kind, &request->address, request->list_id, &same.id);
	request->id = err == ERR_NONE ? same.id : 0;
	return err == ERR_NONE && same.id != 0 ? ERR_EXISTS : err;
}

static int insert(struct db *db, struct request *request)
{
	struct statement *statement = db_begin(db, ADD_REQUEST);

	db_bind_text(statement, 1, kind_names[request->kind]);
	db_bind_addr_text(statement, 2, &request->address);
	db_bind_int(statement, 3, request->list_id);
	db_bind_text(statement, 4, state_names[request->state]);
	db_bind_int(statement, 5, request->requested_at);
	db_bind_text(statement, 6, request->filed_by);
	if (request->from_visitor)
		db_bind_addr_text(statement, 7, &request->filed_from);
	db_bind_text(statement, 8, request->contact);
	db_bind_text(statement, 9, request->note);
	db_bind_text(statement, 10, request->token[0] != '\0' ? request->token : NULL);
	db_bind_int(statement, 11, request->waived);
	db_bind_time(statement, 12, request->next_test_at);
	db_bind_id(statement, 13, request->evidence_id);
	return db_insert(statement, &request->id);
}

int requests_file(struct db *db, struct request *request, const struct evidence *spam)
{
	int err = db_begin_write(db);

	request->id = 0;
	if (err == ERR_NONE)
		err = find_same(db, request);
	if (err == ERR_NONE && spam != NULL)
		err = evidence_add(db, spam, &request->evidence_id);
	if (err == ERR_NONE)
		err = insert(db, request);
	return db_end(db, err);
}

static int add_repeated(struct db *db, const struct request *request)
{
	struct statement *row = db_begin(db, ADD_REPEATED_REQUEST);
	int64_t id;

	db_bind_int(row, 1, request->id);
	db_bind_int(row, 2, request->requested_at);
	db_bind_text(row, 3, request->filed_by);
	if (request->from_visitor)
		db_bind_addr_text(row, 4, &request->filed_from);
	db_bind_text(row, 5, request->contact);
	db_bind_text(row, 6, request->note);
	db_bind_text(row, 7, request->token[0] != '\0' ? request->token : NULL);
	return db_insert(row, &id);
}

int requests_repeat(struct db *db, const struct request *request, int64_t test_at)
{
	struct request filed;
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = requests_find_token(db, request->token, &filed);
	if (err != ERR_NOT_FOUND)
		return db_end(db, err);
	err = add_repeated(db, request);
	if (err == ERR_NONE) {
		struct statement *update = db_begin(db, BRING_FORWARD);
		db_bind_int(update, 1, request->id);
		db_bind_int(update, 2, test_at);
		err = db_run(update);
	}
	return db_end(db, err);
}

int requests_each_repeated(struct db *db, int64_t id,
	void (*take)(void *context, const struct repeated_request *repeated), void *context)
{
	struct statement *row = db_begin(db, REPEATED_REQUESTS);
	int more;

	db_bind_int(row, 1, id);
	while ((more = db_step(row)) > 0) {
		const struct repeated_request repeated = {
			.filed_at = db_int(row, 0),
			.filed_by = db_text(row, 1),
			.filed_from = db_text(row, 2),
			.contact = db_text(row, 3),
			.note = db_text(row, 4),
		};
		take(context, &repeated);
	}
	return more;
}

/* Whether a row of REMOVALS_OF_ADDRESS is the requester's own: with IPv6, of its network. One that
 * is not known is all zero in both. */
static bool is_of(struct statement *row, const struct addr *requester)
{
	unsigned prefix = addr_is_ipv4(requester) ? NETWORK_MAX_PREFIX : 64;
	struct network network = network_around(requester, prefix);
	struct addr filed_from = {0};

	(void)!addr_parse(db_text(row, 0), &filed_from);
	return network_contains(&network, &filed_from);
}

int requests_read_record(struct db *db, const struct addr *address, int list_id,
	const struct addr *requester, struct request_record *record_r)
{
	struct statement *row = db_begin(db, REMOVALS_OF_ADDRESS);
	int more;

	*record_r = (struct request_record){0};
	db_bind_addr_text(row, 1, address);
	db_bind_int(row, 2, list_id);
	while ((more = db_step(row)) > 0) {
		record_r->waived |= db_int(row, 3) != 0;
		if (!is_of(row, requester))
			continue;
		record_r->denied += db_int(row, 1);
		if (db_int(row, 2) > record_r->decided_at)
			record_r->decided_at = db_int(row, 2);
	}
	return more;
}

int64_t requests_next_allowed(const struct request_record *record)
{
	int64_t wait = FIRST_WAIT_SECS;

	if (record->denied == 0)
		return record->decided_at;
	for (int64_t i = 1; i < record->denied && wait < LONGEST_WAIT_SECS; i++)
		wait *= 2;
	return record->decided_at + (wait < LONGEST_WAIT_SECS ? wait : LONGEST_WAIT_SECS);
}

int requests_each_undecided(
	struct db *db, void (*take)(void *context, const struct request *request), void *context)
{
	struct statement *row = db_begin(db, UNDECIDED_REQUESTS);
	struct request request;
	int more;

	while ((more = db_step(row)) > 0) {
		read_request(row, &request);
		take(context, &request);
	}
	return more;
}

int requests_count(struct db *db,
	void (*take)(void *context, const char *kind, const char *state, int64_t count),
	void *context)
{
	struct statement *row = db_begin(db, COUNT_REQUESTS);
	int more;

	while ((more = db_step(row)) > 0)
		take(context, db_text(row, 0), db_text(row, 1), db_int(row, 2));
	return more;
}

int requests_oldest_undecided(struct db *db, int64_t *at_r)
{
	return db_get_time(db_begin(db, OLDEST_UNDECIDED_REQUEST), at_r);
}

/* ERR_REFUSED when only a wider network covers the address. It may be off the list already. */
static int end_listing(struct db *db, const struct request *request, const struct change *change)
{
	struct network network = network_of_addr(&request->address);
	struct listing covering[LISTS_MAX];
	size_t count;
	int64_t listing_id;
	int err = listings_end_within(db, request->list_id, &network, change, &listing_id);

	if (err == ERR_NONE && strcmp(request->list, LIST_OF_PROXIES) == 0)
		return watches_begin(
			db, &request->address, request->list_id, listing_id, change->at);
	if (err != ERR_NOT_FOUND)
		return err;
	err = listings_find_related(db, &network, change->at, covering, LISTS_MAX, &count);
	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		if (covering[i].list_id == request->list_id)
			err = ERR_REFUSED;
	}
	return err;
}

int requests_set_decided(
	struct db *db, int64_t id, bool granted, const char *verdict, const struct change *change)
{
	struct statement *update = db_begin(db, DECIDE_REQUEST);

	db_bind_int(update, 1, id);
	db_bind_text(update, 2, state_names[granted ? REQUEST_GRANTED : REQUEST_DENIED]);
	db_bind_int(update, 3, change->at);
	db_bind_text(update, 4, change->who);
	db_bind_text(update, 5, change->why);
	db_bind_text(update, 6, verdict);
	return db_update(update, ERR_EXISTS);
}

static int confirm_nomination(
	struct db *db, const struct request *request, const struct change *change)
{
	struct statement *update = db_begin(db, CONFIRM_NOMINATION);
	struct network network = network_of_addr(&request->address);

	db_bind_int(update, 1, request->id);
	db_bind_int(update, 2, change->at);
	db_bind_text(update, 3, change->why);
	int err = db_update(update, ERR_EXISTS);
	return err == ERR_NONE ? history_add_about(db, &network, request->list_id, change, NULL)
			       : err;
}

int requests_decide(
	struct db *db, int64_t id, bool granted, const char *who, const char *why, int64_t now)
{
	struct change change = {.at = now, .who = who, .what = "remove", .why = why};
	struct request request;
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = requests_get(db, id, &request);
	if (err == ERR_NONE && granted && request.kind == REQUEST_NOMINATION) {
		change.what = "nomination confirmed";
		err = confirm_nomination(db, &request, &change);
	} else if (err == ERR_NONE) {
		err = requests_set_decided(db, id, granted, NULL, &change);
		if (err == ERR_NONE && granted)
			err = end_listing(db, &request, &change);
	}
	return db_end(db, err);
}
