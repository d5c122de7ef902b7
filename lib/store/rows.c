/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/rows.h"

#include "base/text.h"
#include "core/listing.h"
#include "store/db.h"

void row_listing(struct statement *row, struct listing *listing_r)
{
	listing_r->id = db_int(row, 0);
	listing_r->list_id = (int)db_int(row, 1);
	text_copy(listing_r->list, sizeof(listing_r->list), db_text(row, 2));
	/* Of an action that this program does not know, the one that harms no mail. */
	listing_r->action = LIST_LOG;
	(void)list_action_parse(db_text(row, 3), &listing_r->action);
	listing_r->network.addr = db_addr(row, 4);
	listing_r->network.prefix = (uint8_t)db_int(row, 5);
	text_copy(listing_r->reason, sizeof(listing_r->reason), db_text(row, 6));
	listing_r->listed_at = db_int(row, 7);
	listing_r->expires_at = db_time(row, 8);
	listing_r->evidence_id = db_int(row, 9);
}
