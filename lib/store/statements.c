/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/statements.h"

/* The columns of struct hit_row. */
#define HIT_COLUMNS                                                                      \
	"id, at, client, client_name, helo, mail_from, rcpt_to, list, network, reason, " \
	"listed_at, stage, action,"                                                      \
	" reply, ref, mta, queue_id"

/* What struct hits_count has beside its key, of the hits from ?1 to ?2. */
#define HIT_COUNTS                                                                              \
	" count(*) AS hits, sum(action = 'refused'), sum(action = 'deferred'), count(DISTINCT " \
	"client_key)"                                                                           \
	" FROM hit INDEXED BY hit_at WHERE at BETWEEN ?1 AND ?2"

static const struct statement_text statements[ADD_REQUEST] = {
	[BEGIN_READ] = {.roles = ROLE_ANY, .sql = "BEGIN"},
	[BEGIN_WRITE] = {.roles = ROLE_ANY, .sql = "BEGIN IMMEDIATE"},
	[COMMIT] = {.roles = ROLE_ANY, .sql = "COMMIT"},

	/*
	 * The hot one: every connection that the mail server gets runs it. The last network in the
	 * order of the index that begins at or before the address ?1 cut to the longest prefix
	 * length in use between ?2 and ?3: one step down the index.
	 */
	[NEAREST_LISTING] = {DB_OPS, ROLE_ANY,
		"SELECT network, prefix FROM listing INDEXED BY listing_in_force"
		" WHERE ended_at IS NULL AND (network, prefix) <="
		" (ops_network(?1, (SELECT max(prefix) FROM prefix_length WHERE prefix BETWEEN ?2 "
		"AND ?3)),"
		" (SELECT max(prefix) FROM prefix_length WHERE prefix BETWEEN ?2 AND ?3))"
		" ORDER BY network DESC, prefix DESC LIMIT 1"},

	/* The listings of one network at the time ?3; the columns are those of struct listing. */
	[FIND_LISTINGS] = {DB_OPS, ROLE_ANY,
		"SELECT listing.id, list.id, list.name, list.action, listing.network, "
		"listing.prefix, reason.text,"
		" listing.listed_at, listing.expires_at, listing.evidence_id"
		" FROM listing INDEXED BY listing_in_force"
		" CROSS JOIN list ON list.id = listing.list_id"
		" CROSS JOIN reason ON reason.id = listing.reason_id"
		" WHERE listing.ended_at IS NULL AND listing.network = ?1 AND listing.prefix = ?2"
		" AND (listing.expires_at IS NULL OR listing.expires_at > ?3)"},

	/* Asked only about listed clients. The lengths in use are found by skipping through the
	   index. */
	[FIND_EXEMPTION] = {DB_OPS, ROLE_ANY,
		"WITH RECURSIVE length(prefix) AS ("
		" SELECT max(prefix) FROM exemption WHERE ended_id IS NULL"
		" UNION ALL"
		" SELECT (SELECT max(prefix) FROM exemption WHERE ended_id IS NULL AND prefix < "
		"length.prefix)"
		" FROM length WHERE prefix IS NOT NULL)"
		" SELECT exemption.network, exemption.prefix, change.why"
		" FROM length"
		" CROSS JOIN exemption ON exemption.prefix = length.prefix"
		" AND exemption.network = ops_network(?1, length.prefix) AND exemption.ended_id IS "
		"NULL"
		" JOIN change ON change.id = exemption.added_id"
		" WHERE length.prefix BETWEEN ?2 AND ?3"
		" LIMIT 1"},

	[ALL_LISTS] = {DB_OPS, ROLE_ANY,
		"SELECT id, name, title, action, removal, expires, dns_code, max_ipv4, max_ipv6 "
		"FROM list ORDER BY id"},

	/* The number of the newest row there ever was, purged ones included. */
	[LAST_HIT_ID] = {DB_HITS, ROLE_FILTER,
		"SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'hit'), 0)"},

	[ADD_HIT] = {DB_HITS, ROLE_FILTER,
		"INSERT INTO hit (id, at, client_key, client, client_name, helo, mail_from, "
		"rcpt_to, list, network, reason,"
		" listed_at, stage, action, reply, ref, mta, queue_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
		"?17, ?18)"},

	/* A row whose client was answered before the row was on disk: it says what was done
	   instead. The file may have been replaced since, so the number alone does not do. */
	[AMEND_HIT] = {DB_HITS, ROLE_FILTER,
		"UPDATE hit SET action = ?2, reply = ?3 WHERE id = ?1 AND ref = ?4"},

	[ADD_CHANGE] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"INSERT INTO change (at, who, what, address, list_id, why) VALUES (?1, ?2, ?3, ?4, "
		"?5, ?6)"},

	[ADD_LIST] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO list (name, title, action, removal, expires, dns_code, max_ipv4, "
		"max_ipv6)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},

	[SET_LIST] = {DB_OPS, ROLE_ADMIN,
		"UPDATE list SET title = ?2, action = ?3, removal = ?4, expires = ?5, dns_code = "
		"?6, max_ipv4 = ?7,"
		" max_ipv6 = ?8 WHERE name = ?1"},

	[COUNT_LISTINGS] = {DB_OPS, ROLE_ADMIN | ROLE_SITE,
		"SELECT list_id, count(*) FROM listing"
		" WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?1) GROUP BY "
		"list_id"},

	/* Not ended, as nobody listed their network again. */
	[COUNT_EXPIRED] = {DB_OPS, ROLE_ADMIN,
		"SELECT count(*) FROM listing WHERE ended_at IS NULL AND expires_at <= ?1"},

	[ADD_EVIDENCE] = {DB_OPS, ROLE_ANY,
		"INSERT INTO evidence (at, who, kind, source, sha256, octets, body) VALUES (?1, "
		"?2, ?3, ?4, ?5, ?6, ?7)"},

	[GET_EVIDENCE] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT at, who, kind, source, sha256, octets, body, purged_at FROM evidence WHERE "
		"id = ?1"},

	[FIND_REASON] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER, "SELECT id FROM reason WHERE text = ?1"},

	[ADD_REASON] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER, "INSERT INTO reason (text) VALUES (?1)"},

	/* Does nothing where the network has a row on the list that has not ended. */
	[ADD_LISTING] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"INSERT INTO listing (list_id, network, prefix, reason_id, evidence_id, listed_at, "
		"expires_at, added_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING"},

	/* The one row of a network on a list that has not ended; it may have expired. */
	[FIND_LISTING] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"SELECT listing.id, list.id, list.name, list.action, listing.network, "
		"listing.prefix, reason.text,"
		" listing.listed_at, listing.expires_at, listing.evidence_id"
		" FROM listing JOIN list ON list.id = listing.list_id JOIN reason ON reason.id = "
		"listing.reason_id"
		" WHERE prefix = ?3 AND network = ?2 AND list_id = ?1 AND ended_at IS NULL"},

	/* A clock that was set back must not make an end before the beginning. */
	[END_LISTING] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"UPDATE listing SET ended_at = max(?2, listed_at), ended_id = ?3 WHERE id = ?1"},

	/*
	 * What covers a network or lies in it, by one range of the index for each prefix length in
	 * use: at a shorter length than its own, ops_network() gives the one network that covers
	 * it, twice. ?1 its first and ?2 its last address, ?3 and ?4 the prefix lengths of its
	 * family, ?5 now.
	 */
	[RELATED_LISTINGS] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT listing.id, list.id, list.name, list.action, listing.network, "
		"listing.prefix, reason.text,"
		" listing.listed_at, listing.expires_at, listing.evidence_id"
		" FROM prefix_length"
		" CROSS JOIN listing ON listing.prefix = prefix_length.prefix AND listing.ended_at "
		"IS NULL"
		" AND listing.network BETWEEN ops_network(?1, prefix_length.prefix) AND "
		"ops_network(?2, prefix_length.prefix)"
		" CROSS JOIN list ON list.id = listing.list_id"
		" CROSS JOIN reason ON reason.id = listing.reason_id"
		" WHERE prefix_length.prefix BETWEEN ?3 AND ?4"
		" AND (listing.expires_at IS NULL OR listing.expires_at > ?5)"
		" ORDER BY prefix_length.prefix"},

	[LISTINGS_OF_LIST] = {DB_OPS, ROLE_ADMIN,
		"SELECT network, prefix, reason.text, listed_at, expires_at"
		" FROM listing JOIN reason ON reason.id = reason_id"
		" WHERE list_id = ?1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > "
		"?2)"},

	/* In the order of the index listing_in_force. */
	[UNENDED_OF_LIST] = {DB_OPS, ROLE_ADMIN,
		"SELECT id, network, prefix, expires_at FROM listing INDEXED BY listing_in_force"
		" WHERE list_id = ?1 AND ended_at IS NULL ORDER BY network, prefix"},

	[ADD_EXEMPTION] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO exemption (network, prefix, added_id) VALUES (?1, ?2, ?3) ON CONFLICT "
		"DO NOTHING"},

	[END_EXEMPTION] = {DB_OPS, ROLE_ADMIN,
		"UPDATE exemption SET ended_id = ?3 WHERE prefix = ?2 AND network = ?1 AND "
		"ended_id IS NULL"},

	[ALL_EXEMPTIONS] = {DB_OPS, ROLE_ADMIN,
		"SELECT network, prefix, at, who, why FROM exemption JOIN change ON change.id = "
		"added_id"
		" WHERE ended_id IS NULL ORDER BY network, prefix"},

	/* ?1 and ?2 the first and last second, ?3 a list or NULL, ?4 how many. */
	[HITS_BY_TIME] = {DB_HITS, ROLE_ADMIN,
		"SELECT " HIT_COLUMNS " FROM hit INDEXED BY hit_at"
		" WHERE at BETWEEN ?1 AND ?2 AND (?3 IS NULL OR list = ?3)"
		" ORDER BY at DESC, id DESC LIMIT ?4"},

	/*
	 * Likewise, of the clients from ?5 to ?6, without IPv4 ones unless ?7. The inner query is
	 * answered from the index alone where no list is asked for, so that a wide network does not
	 * read each of its rows.
	 */
	[HITS_OF_NETWORK] = {DB_HITS, ROLE_ADMIN,
		"SELECT " HIT_COLUMNS " FROM hit WHERE id IN ("
		" SELECT id FROM hit INDEXED BY hit_client"
		" WHERE client_key BETWEEN ?5 AND ?6 AND at BETWEEN ?1 AND ?2"
		" AND (?7 OR substr(client_key, 1, 12) <> x'00000000000000000000ffff')"
		" AND (?3 IS NULL OR list = ?3)"
		" ORDER BY at DESC, id DESC LIMIT ?4)"
		" ORDER BY at DESC, id DESC"},

	[NEWEST_HIT] = {DB_HITS, ROLE_ADMIN, "SELECT coalesce(max(at), 0) FROM hit"},

	[HIT_OF_REF] = {DB_HITS, ROLE_ADMIN | ROLE_SITE,
		"SELECT " HIT_COLUMNS " FROM hit WHERE id = ?1 AND ref = ?2"},

	[COUNT_HITS_BY_DAY] = {DB_HITS, ROLE_ADMIN,
		"SELECT date(at, 'unixepoch') AS day," HIT_COUNTS " GROUP BY day ORDER BY day"},

	/* Refusals and deferrals of the client ?1 since ?2, by day. */
	[COUNT_CLIENT_BY_DAY] = {DB_HITS, ROLE_SITE,
		"SELECT at / 86400, count(*) FROM hit INDEXED BY hit_client"
		" WHERE client_key = ?1 AND at >= ?2 AND action IN ('refused', 'deferred')"
		" GROUP BY 1 ORDER BY 1"},

	/* For counters: those after the row ?1, with the last row. */
	[COUNT_HITS_AFTER] = {DB_HITS, ROLE_SITE,
		"SELECT list, action, count(*), max(id) FROM hit WHERE id > ?1"
		" GROUP BY list, action"},

	[ALL_COUNTERS] = {DB_HITS, ROLE_SITE, "SELECT name, value FROM counter ORDER BY name"},

	[SET_COUNTER] = {DB_HITS, ROLE_FILTER,
		"INSERT INTO counter (name, value, at) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (name) DO UPDATE SET value = ?2, at = ?3"},

	[COUNT_HITS_BY_LIST] = {DB_HITS, ROLE_ADMIN,
		"SELECT list," HIT_COUNTS " GROUP BY list ORDER BY hits DESC, list LIMIT ?3"},

	[COUNT_HITS_BY_NETWORK] = {DB_HITS, ROLE_ADMIN,
		"SELECT network," HIT_COUNTS
		" GROUP BY network ORDER BY hits DESC, network LIMIT ?3"},

	/* What stands after the last "@": trimming all else from the end leaves what stands before
	   it. */
	[COUNT_HITS_BY_DOMAIN] = {DB_HITS, ROLE_ADMIN,
		"SELECT CASE WHEN mail_from <> '' THEN"
		" lower(substr(mail_from, length(rtrim(mail_from, replace(mail_from, '@', ''))) + "
		"1))"
		" WHEN stage = 'helo' THEN '' ELSE '<>' END AS domain," HIT_COUNTS
		" GROUP BY domain ORDER BY hits DESC, domain LIMIT ?3"},

	[EVIDENCE_OF_LISTING] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT evidence_id FROM listing WHERE id = ?1"
		" UNION SELECT evidence_id FROM listing_evidence WHERE listing_id = ?1 ORDER BY 1"},

	[EVIDENCE_IS_PUBLIC] = {DB_OPS, ROLE_SITE,
		"SELECT NOT EXISTS (SELECT 1 FROM request WHERE evidence_id = ?1"
		" AND state <> 'granted')"},

	/*
	 * All that happened to the address ?1, written ?4, until now (?5): one probe of either
	 * index for each prefix length of its family, from ?2 to ?3. What is of the same second
	 * stands in the order of its change.
	 */
	[HISTORY_OF_ADDRESS] = {DB_OPS, ROLE_ADMIN | ROLE_SITE,
		"WITH RECURSIVE length(prefix) AS (VALUES (?2) UNION ALL SELECT prefix + 1 FROM "
		"length WHERE prefix < ?3),"
		" covering AS MATERIALIZED ("
		" SELECT listing.* FROM length CROSS JOIN listing INDEXED BY listing_in_force"
		" ON listing.prefix = length.prefix AND listing.network = ops_network(?1, "
		"length.prefix)"
		" AND listing.ended_at IS NULL"
		" UNION ALL"
		" SELECT listing.* FROM length CROSS JOIN listing INDEXED BY listing_ended"
		" ON listing.prefix = length.prefix AND listing.network = ops_network(?1, "
		"length.prefix)"
		" AND listing.ended_at IS NOT NULL),"
		" exempting AS MATERIALIZED ("
		" SELECT * FROM exemption WHERE prefix BETWEEN ?2 AND ?3 AND network = "
		"ops_network(?1, prefix)),"
		" event(at, place, who, what, network, prefix, list_id, evidence_id, why) AS ("
		" SELECT listed_at, added_id, who, what, network, prefix, covering.list_id, "
		"evidence_id, reason.text"
		" FROM covering JOIN change ON change.id = added_id JOIN reason ON reason.id = "
		"reason_id"
		" UNION ALL"
		" SELECT ended_at, ended_id, who, what, network, prefix, covering.list_id, NULL, "
		"why"
		" FROM covering JOIN change ON change.id = ended_id"
		" UNION ALL"
		" SELECT expires_at, 0, 'opsmilter', 'expire', network, prefix, list_id, NULL, "
		"'expired'"
		" FROM covering WHERE ended_at IS NULL AND expires_at <= ?5"
		" UNION ALL"
		" SELECT evidence.at, 0, evidence.who, 'evidence', network, prefix, list_id, "
		"evidence.id, source"
		" FROM covering JOIN listing_evidence ON listing_id = covering.id"
		" JOIN evidence ON evidence.id = listing_evidence.evidence_id"
		" UNION ALL"
		" SELECT at, change.id, who, what, network, prefix, NULL, NULL, why"
		" FROM exempting JOIN change ON change.id IN (added_id, ended_id)"
		" UNION ALL"
		" SELECT requested_at, 0, filed_by, kind || ' request', ?1, 128, list_id, "
		"evidence_id, note"
		" FROM request WHERE address = ?4"
		" UNION ALL"
		" SELECT decided_at, 0, decided_by, kind || ' ' || state, ?1, 128, list_id, NULL,"
		" coalesce(why, verdict, '')"
		" FROM request WHERE address = ?4 AND decided_at IS NOT NULL"
		" UNION ALL"
		" SELECT at, 0, 'opsprobe', 'test ' || verdict, ?1, 128, NULL, evidence_id, summary"
		" FROM test WHERE address = ?4"
		" UNION ALL"
		" SELECT at, id, who, what, ?1, 128, list_id, NULL, why FROM change WHERE address "
		"= ?4"
		" AND what NOT IN ('add', 'remove', 'import', 'replace', 'expire', 'exempt add', "
		"'exempt remove'))"
		" SELECT at, who, what, network, prefix, coalesce(list.name, ''), "
		"coalesce(evidence_id, 0), why"
		" FROM event LEFT JOIN list ON list.id = list_id ORDER BY at, place"},

	[NEWEST_CHANGE] = {DB_OPS, ROLE_ADMIN, "SELECT coalesce(max(at), 0) FROM change"},

	/* Some of the hits before ?1, at most ?2, the oldest first. */
	[PURGE_HITS] = {DB_HITS, ROLE_ADMIN,
		"DELETE FROM hit WHERE id IN"
		" (SELECT id FROM hit INDEXED BY hit_at WHERE at < ?1 ORDER BY at LIMIT ?2)"},

	/* Bodies from before ?1 that no listing in force now (?2) and no open request refers to. */
	[PURGE_EVIDENCE] = {DB_OPS, ROLE_ADMIN,
		"UPDATE evidence SET body = NULL, purged_at = ?2 WHERE at < ?1 AND body IS NOT NULL"
		" AND id NOT IN (SELECT evidence_id FROM listing"
		" WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2))"
		" AND id NOT IN (SELECT listing_evidence.evidence_id FROM listing_evidence"
		" JOIN listing ON listing.id = listing_id"
		" WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2))"
		" AND id NOT IN (SELECT evidence_id FROM request"
		" WHERE decided_at IS NULL AND evidence_id IS NOT NULL)"},
};

const struct statement_text *statement_text(enum statement_id id)
{
	return id < ADD_REQUEST ? &statements[id] : &statements_of_requests[id - ADD_REQUEST];
}
