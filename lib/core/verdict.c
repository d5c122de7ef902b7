/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision: which listing counts, and what happens at each step. */
#include "core/verdict.h"

#include <stdbool.h>

static bool decides_before(const struct listing *a, const struct listing *b)
{
	if (a->action != b->action)
		return a->action > b->action;
	return a->network.prefix > b->network.prefix;
}

const struct listing *verdict_choose(const struct listing *listings, size_t count)
{
	const struct listing *chosen = &listings[0];

	for (size_t i = 1; i < count; i++) {
		if (decides_before(&listings[i], chosen))
			chosen = &listings[i];
	}
	return chosen;
}

struct verdict verdict_decide(const struct policy *policy, const struct listing *listing,
	const struct client *client, enum stage stage, const char *recipient)
{
	static const struct verdict by_action[] = {
		[LIST_LOG] = {ANSWER_CONTINUE, HIT_LOGGED, ""},
		[LIST_TAG] = {ANSWER_CONTINUE, HIT_TAGGED, ""},
		[LIST_DEFER] = {ANSWER_DEFER, HIT_DEFERRED, ""},
		[LIST_REFUSE] = {ANSWER_REFUSE, HIT_REFUSED, ""},
	};

	if (stage >= STAGE_MAIL && policy->exempt_authenticated && client->login[0] != '\0')
		return (struct verdict){ANSWER_ACCEPT, HIT_EXEMPT, "the client authenticated"};
	if (stage != policy->reject_at)
		return (struct verdict){ANSWER_CONTINUE, HIT_NONE, ""};
	if (stage == STAGE_RCPT && policy_exempts_recipient(policy, recipient))
		return (struct verdict){ANSWER_CONTINUE, HIT_EXEMPT, "the recipient is exempt"};
	return by_action[listing->action];
}
