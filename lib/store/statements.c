/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/statements.h"

const struct statement_text statements[STATEMENT_COUNT] = {
	[BEGIN_READ] = {.roles = ROLE_ANY, .sql = "BEGIN"},
	[BEGIN_WRITE] = {.roles = ROLE_ANY, .sql = "BEGIN IMMEDIATE"},
	[COMMIT] = {.roles = ROLE_ANY, .sql = "COMMIT"},

	/*
	 * The hot one: every connection that the mail server gets runs it. One probe of the index
	 * listing_in_force for each prefix length in use, the most specific first; the columns are those of
	 * struct listing. ?1 address, ?2 and ?3 the prefix lengths of its family, ?4 now.
	 */
	[FIND_LISTINGS] = {DB_OPS, ROLE_ANY,
		"SELECT listing.id, list.id, list.name, list.action, listing.network, listing.prefix, reason.text,"
		" listing.listed_at, listing.expires_at, listing.evidence_id"
		" FROM prefix_length"
		" CROSS JOIN listing ON listing.prefix = prefix_length.prefix"
		" AND listing.network = ops_network(?1, prefix_length.prefix) AND listing.ended_at IS NULL"
		" CROSS JOIN list ON list.id = listing.list_id"
		" CROSS JOIN reason ON reason.id = listing.reason_id"
		" WHERE prefix_length.prefix BETWEEN ?2 AND ?3"
		" AND (listing.expires_at IS NULL OR listing.expires_at > ?4)"
		" ORDER BY prefix_length.prefix DESC"},

	/* Asked only about listed clients. The lengths in use are found by skipping through the index. */
	[FIND_EXEMPTION] = {DB_OPS, ROLE_ANY,
		"WITH RECURSIVE length(prefix) AS ("
		" SELECT max(prefix) FROM exemption WHERE ended_id IS NULL"
		" UNION ALL"
		" SELECT (SELECT max(prefix) FROM exemption WHERE ended_id IS NULL AND prefix < length.prefix)"
		" FROM length WHERE prefix IS NOT NULL)"
		" SELECT exemption.network, exemption.prefix, change.why"
		" FROM length"
		" CROSS JOIN exemption ON exemption.prefix = length.prefix"
		" AND exemption.network = ops_network(?1, length.prefix) AND exemption.ended_id IS NULL"
		" JOIN change ON change.id = exemption.added_id"
		" WHERE length.prefix BETWEEN ?2 AND ?3"
		" LIMIT 1"},

	[ALL_LISTS] = {DB_OPS, ROLE_ANY,
		"SELECT id, name, title, action, removal, expires, dns_code, max_ipv4, max_ipv6 FROM list ORDER BY id"},

	/* The number of the newest row there ever was, purged ones included. */
	[LAST_HIT_ID] = {DB_HITS, ROLE_FILTER, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'hit'), 0)"},

	[ADD_HIT] = {DB_HITS, ROLE_FILTER,
		"INSERT INTO hit (id, at, client_key, client, client_name, helo, mail_from, rcpt_to, list, network, reason,"
		" listed_at, stage, action, reply, ref, mta, queue_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"},

	/* A row whose client was answered before the row was on disk: it says what was done instead. */
	[AMEND_HIT] = {DB_HITS, ROLE_FILTER, "UPDATE hit SET action = ?2, reply = ?3 WHERE id = ?1"},

	[ADD_CHANGE] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO change (at, who, what, address, list_id, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},

	[ADD_LIST] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO list (name, title, action, removal, expires, dns_code, max_ipv4, max_ipv6)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},

	[SET_LIST] = {DB_OPS, ROLE_ADMIN,
		"UPDATE list SET title = ?2, action = ?3, removal = ?4, expires = ?5, dns_code = ?6, max_ipv4 = ?7,"
		" max_ipv6 = ?8 WHERE name = ?1"},

	[COUNT_LISTINGS] = {DB_OPS, ROLE_ADMIN,
		"SELECT list_id, count(*) FROM listing"
		" WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?1) GROUP BY list_id"},

	[ADD_EVIDENCE] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO evidence (at, who, kind, source, sha256, octets, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},

	[GET_EVIDENCE] = {DB_OPS, ROLE_ADMIN,
		"SELECT at, who, kind, source, sha256, octets, body, purged_at FROM evidence WHERE id = ?1"},

	[FIND_REASON] = {DB_OPS, ROLE_ADMIN, "SELECT id FROM reason WHERE text = ?1"},

	[ADD_REASON] = {DB_OPS, ROLE_ADMIN, "INSERT INTO reason (text) VALUES (?1)"},

	/* Does nothing where the network has a row on the list that has not ended. */
	[ADD_LISTING] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO listing (list_id, network, prefix, reason_id, evidence_id, listed_at, expires_at, added_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING"},

	/* The one row of a network on a list that has not ended; it may have expired. */
	[FIND_LISTING] = {DB_OPS, ROLE_ADMIN,
		"SELECT listing.id, list.id, list.name, list.action, listing.network, listing.prefix, reason.text,"
		" listing.listed_at, listing.expires_at, listing.evidence_id"
		" FROM listing JOIN list ON list.id = listing.list_id JOIN reason ON reason.id = listing.reason_id"
		" WHERE prefix = ?3 AND network = ?2 AND list_id = ?1 AND ended_at IS NULL"},

	[END_LISTING] = {DB_OPS, ROLE_ADMIN, "UPDATE listing SET ended_at = ?2, ended_id = ?3 WHERE id = ?1"},

	/*
	 * What covers a network or lies in it, by one range of the index for each prefix length in use: at a
	 * shorter length than its own, ops_network() gives the one network that covers it, twice. ?1 its first
	 * and ?2 its last address, ?3 and ?4 the prefix lengths of its family, ?5 now.
	 */
	[RELATED_LISTINGS] = {DB_OPS, ROLE_ADMIN,
		"SELECT listing.id, list.id, list.name, list.action, listing.network, listing.prefix, reason.text,"
		" listing.listed_at, listing.expires_at, listing.evidence_id"
		" FROM prefix_length"
		" CROSS JOIN listing ON listing.prefix = prefix_length.prefix AND listing.ended_at IS NULL"
		" AND listing.network BETWEEN ops_network(?1, prefix_length.prefix) AND ops_network(?2, prefix_length.prefix)"
		" CROSS JOIN list ON list.id = listing.list_id"
		" CROSS JOIN reason ON reason.id = listing.reason_id"
		" WHERE prefix_length.prefix BETWEEN ?3 AND ?4"
		" AND (listing.expires_at IS NULL OR listing.expires_at > ?5)"
		" ORDER BY prefix_length.prefix"},

	[LISTINGS_OF_LIST] = {DB_OPS, ROLE_ADMIN,
		"SELECT network, prefix, reason.text, listed_at, expires_at"
		" FROM listing JOIN reason ON reason.id = reason_id"
		" WHERE list_id = ?1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)"},

	/* In the order of the index listing_in_force. */
	[UNENDED_OF_LIST] = {DB_OPS, ROLE_ADMIN,
		"SELECT id, network, prefix, expires_at FROM listing INDEXED BY listing_in_force"
		" WHERE list_id = ?1 AND ended_at IS NULL ORDER BY prefix, network"},

	[ADD_EXEMPTION] = {DB_OPS, ROLE_ADMIN,
		"INSERT INTO exemption (network, prefix, added_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"},

	[END_EXEMPTION] = {DB_OPS, ROLE_ADMIN,
		"UPDATE exemption SET ended_id = ?3 WHERE prefix = ?2 AND network = ?1 AND ended_id IS NULL"},

	[ALL_EXEMPTIONS] = {DB_OPS, ROLE_ADMIN,
		"SELECT network, prefix, at, who, why FROM exemption JOIN change ON change.id = added_id"
		" WHERE ended_id IS NULL ORDER BY network, prefix"},
};
