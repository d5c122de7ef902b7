/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to a connection: look up, decide, record, answer. */
#include "milter/flow.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "core/verdict.h"
#include "milter/counters.h"

/* How long a client waits for its hit to be on disk before on_error applies. */
#define HIT_WAIT_MSECS 5000

/* The reply when the databases cannot be used. */
static struct reply reply_on_error(const struct filter *filter)
{
	if (filter->conf->milter.policy.on_error == ON_ERROR_TEMPFAIL)
		return reply_of_failure();
	return reply_of_answer(ANSWER_ACCEPT);
}

/* The result of a look-up. */
enum finding { EXEMPT, NOT_LISTED, LISTED, UNKNOWN };

static enum finding look_up(
	struct filter *filter, const struct addr *addr, struct listing *listing_r)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct lookup found;

	if (policy_exempts_client(&filter->conf->milter.policy, addr))
		return EXEMPT;
	counters_add(COUNTER_LOOKUPS);
	if (lookup_in_pool(filter->lookups, addr, clock_now(), &found, &message) != ERR_NONE) {
		counters_add(COUNTER_LOOKUP_ERRORS);
		filter_log_failure(buffer);
		/* Under tempfail the session continues, because exempt mail still passes. */
		*listing_r = (struct listing){.action = LIST_DEFER};
		return reply_on_error(filter).answer == ANSWER_DEFER ? UNKNOWN : NOT_LISTED;
	}
	if (found.count == 0 || found.exempt)
		return found.count == 0 ? NOT_LISTED : EXEMPT;
	counters_add(COUNTER_LISTED);
	*listing_r = *verdict_choose(found.listings, found.count);
	return LISTED;
}

static struct session *make_session(struct filter *filter, const struct addr *addr)
{
	struct listing listing = {.id = 0};
	enum finding finding = look_up(filter, addr, &listing);
	bool for_traps = finding == NOT_LISTED && filter->conf->milter.trap_recipient_count > 0;
	/* A lack of memory must not stop mail either. */
	struct session *session = finding >= LISTED || for_traps ? session_new(filter, addr) : NULL;

	if (session == NULL)
		return NULL;
	session->listing = listing;
	session->unknown = finding == UNKNOWN;
	session->unlisted = for_traps;
	return session;
}

void flow_connect(const struct addr *addr, struct session **session_r)
{
	*session_r = NULL;
	if (!filter_begin_step())
		return;
	counters_add(COUNTER_SESSIONS);
	struct filter *filter = filter_hold();
	*session_r = make_session(filter, addr);
	if (*session_r == NULL)
		filter_release(&filter);
	filter_end_step();
}

/* Writes the reply when the reference is known. Runs on the hit log's thread. */
static void compose_reply(struct hit *hit, const void *context)
{
	const struct conf *conf = context;
	struct reply reply =
		reply_of_answer(hit->action == HIT_REFUSED ? ANSWER_REFUSE : ANSWER_DEFER);
	struct text text = TEXT_OVER(hit->reply);
	size_t room = REPLY_ROOM;

	if (hit->action != HIT_REFUSED && hit->action != HIT_DEFERRED) {
		text_add(&text, "accepted, with a header");
		return;
	}
	if (hit->client.mta_shows_recipient && hit->rcpt_to[0] != '\0')
		room -= strlen(hit->rcpt_to) + strlen("<>... ");
	reply_fill_template(conf->milter.reply, conf->site_url, hit, room, reply.text);
	text_add_format(&text, "%s %s %s", reply.code, reply.status, reply.text);
}

static void fill_hit(const struct session *session, enum stage stage, const char *recipient,
	const struct verdict *verdict, struct hit *hit_r)
{
	*hit_r = (struct hit){
		.at = clock_now(),
		.client = session->client,
		.listing = session->listing,
		.stage = stage,
		.action = verdict->action,
	};
	text_copy(hit_r->rcpt_to, sizeof(hit_r->rcpt_to), recipient);
}

/* For mail that passes unchanged: the hit is recorded soon, and nobody waits. */
static void post_hit(struct session *session, struct hit *hit, const char *why)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct text reply = TEXT_OVER(hit->reply);

	text_add_format(&reply, "accepted%s%s", why[0] == '\0' ? "" : ": ", why);
	if (hit->action == HIT_LEFT)
		text_copy(hit->reply, sizeof(hit->reply), "the client left before it was told");
	if (hitlog_post(session->filter->hits, hit, &message) != ERR_NONE)
		filter_log_failure(buffer);
}

/* For what the client or its mail is told: the hit is on disk when this returns ERR_NONE. */
static int record_hit(struct session *session, struct hit *hit)
{
	struct filter *filter = session->filter;
	bool deferred = filter->conf->milter.policy.on_error == ON_ERROR_TEMPFAIL;
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	int err = hitlog_record(filter->hits, hit, compose_reply, filter->conf, HIT_WAIT_MSECS,
		deferred ? HIT_DEFERRED : HIT_LOGGED,
		deferred ? "451 4.3.0 the hit log took too long"
			 : "accepted: the hit log took too long",
		&message);

	if (err != ERR_NONE) {
		counters_add(COUNTER_HIT_ERRORS);
		filter_log_failure(buffer);
	}
	return err;
}

/* The header of a tagged message shows the reference of its first recipient's hit. A message whose
 * hit is not recorded has no header, and a forged one must not pass for it. */
static void tag_message(struct session *session, const struct hit *hit, bool recorded)
{
	if (recorded && !session->tagging.tagged)
		session->tag = *hit;
	session->tagging.cleaned = true;
	session->tagging.tagged = session->tagging.tagged || recorded;
	if (hit->stage == STAGE_HELO)
		session->tagging_at_helo = session->tagging;
}

/* Records what was decided about a listed client, and turns it into a reply. */
static struct reply carry_out(struct session *session, enum stage stage, const char *recipient,
	const struct verdict *verdict)
{
	struct reply reply = reply_of_answer(verdict->answer);
	struct hit hit;

	if (verdict->action == HIT_NONE)
		return reply;
	fill_hit(session, stage, recipient, verdict, &hit);
	session->recorded = true;
	if (verdict->action == HIT_EXEMPT || verdict->action == HIT_LOGGED) {
		post_hit(session, &hit, verdict->why);
		return reply;
	}
	bool recorded = record_hit(session, &hit) == ERR_NONE;
	if (verdict->action == HIT_TAGGED)
		tag_message(session, &hit, recorded);
	else if (recorded)
		text_copy(reply.text, sizeof(reply.text), hit.reply + strlen("550 5.7.1 "));
	if (recorded)
		return reply;
	struct reply failure = reply_on_error(session->filter);
	return verdict->action == HIT_TAGGED && failure.answer == ANSWER_ACCEPT ? reply : failure;
}

/* A client may omit HELO. It gets the reply to HELO at MAIL then. */
static enum stage stage_to_decide(const struct session *session, enum stage stage)
{
	bool skipped = stage == STAGE_MAIL && !session->helo_answered;

	if (skipped && session->filter->conf->milter.policy.reject_at == STAGE_HELO)
		return STAGE_HELO;
	return stage;
}

static struct reply take_step(struct session *session, enum stage stage, const char *recipient)
{
	struct verdict verdict = verdict_decide(&session->filter->conf->milter.policy,
		&session->listing, &session->client, stage_to_decide(session, stage), recipient);

	if (session->unlisted)
		return reply_of_answer(ANSWER_CONTINUE);
	if (session->unknown)
		return verdict.answer == ANSWER_DEFER ? reply_of_failure()
						      : reply_of_answer(verdict.answer);
	if (stage != STAGE_HELO)
		return carry_out(session, stage, recipient, &verdict);
	if (!session->helo_answered)
		session->helo_answer = carry_out(session, stage, recipient, &verdict);
	session->helo_answered = true;
	return session->helo_answer;
}

struct reply flow_step(struct session *session, enum stage stage, const char *recipient)
{
	if (!filter_begin_step())
		return reply_on_error(session->filter);
	struct reply reply = take_step(session, stage, recipient);
	filter_end_step();
	return reply;
}

void flow_trap(struct session *session, const char *argument, const char *recipient)
{
	trap_take_recipient(&session->trap, argument,
		trap_is_recipient(&session->filter->conf->milter, recipient));
}

void flow_close(struct session *session)
{
	static const struct verdict left = {ANSWER_CONTINUE, HIT_LEFT, ""};
	struct hit hit;

	if (session->recorded || session->unknown || session->unlisted || !filter_begin_step())
		return;
	fill_hit(session, STAGE_CLOSE, "", &left, &hit);
	post_hit(session, &hit, "");
	filter_end_step();
}
