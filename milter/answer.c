/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives libmilter replies, headers and recipients to remove. */
#include "milter/answer.h"

#include "base/log.h"
#include "base/text.h"
#include "milter/trap.h"

/*
 * libmilter reads the text as a format: a single '%' would remove the whole text, so each one is
 * doubled.
 */
static void escape(const char *string, struct text *text)
{
	for (; *string != '\0'; string++) {
		if (*string == '%')
			text_add_char(text, '%');
		text_add_char(text, *string);
	}
}

sfsistat answer_give(SMFICTX *context, const struct reply *reply)
{
	char code[4], status[8], buffer[2 * REPLY_TEXT_SIZE];
	struct text text = TEXT_OVER(buffer);

	if (reply->answer == ANSWER_CONTINUE)
		return SMFIS_CONTINUE;
	if (reply->answer == ANSWER_ACCEPT)
		return SMFIS_ACCEPT;
	text_copy(code, sizeof(code), reply->code);
	text_copy(status, sizeof(status), reply->status);
	escape(reply->text, &text);
	if (smfi_setreply(context, code, status, buffer) != MI_SUCCESS)
		log_error("libmilter rejects the reply \"%s %s %s\"", code, status, buffer);
	/* libmilter keeps a text only with its kind of answer: 5xx with REJECT, 4xx with TEMPFAIL.
	 */
	return reply->answer == ANSWER_REFUSE ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

sfsistat answer_tag(SMFICTX *context, const struct hit *hit, unsigned forged_count)
{
	static char name[] = ANSWER_HEADER;
	char buffer[1024];
	struct text value = TEXT_OVER(buffer);
	int done = MI_SUCCESS;

	/* The last one first, because a removal renumbers those after it. */
	for (unsigned i = forged_count; i > 0 && done == MI_SUCCESS; i--)
		done = smfi_chgheader(context, name, (int)i, NULL);
	if (done == MI_SUCCESS && hit != NULL) {
		reply_tag_header(hit, &value);
		done = smfi_insheader(context, 0, name, buffer);
	}
	if (done != MI_SUCCESS)
		log_error("the MTA does not change the header " ANSWER_HEADER
			  " for client %s (ref %s)",
			hit != NULL ? hit->client.name : "unknown",
			hit != NULL ? hit->ref : "none");
	return SMFIS_CONTINUE;
}

sfsistat answer_trap(SMFICTX *context, const struct trap *trap)
{
	if (!trap->has_others)
		return SMFIS_DISCARD;
	for (size_t i = 0; i < trap->count; i++) {
		if (smfi_delrcpt(context, trap->recipients[i]) != MI_SUCCESS)
			log_error("the MTA does not remove a trap recipient from a message; check "
				  "that its filter flags allow it");
	}
	return SMFIS_CONTINUE;
}
