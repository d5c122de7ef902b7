-- SPDX-License-Identifier: BSD-2-Clause
-- All SQL that the programs run. A statement begins with the line
--
--     -- NAME on DATABASE by ROLES
--
-- DATABASE is ops, hits, inbox or any. ROLES are the programs that may prepare it: filter (opsmilter), admin (opsctl),
-- prober (opsprobe), site (opsweb), or all. The statement ends with a semicolon at the end of a line. The build
-- makes enum statement_id and the table of lib/store/statements.h from this file (schema/embed_statements).
--
-- ops_network(ADDRESS, PREFIX) is a function of lib/store/db.c: the network of that length around the address.
-- Views are turned off, so columns that several statements return are listed in each of them, in the order in
-- which one C function reads them.

-- BEGIN_READ on any by all
BEGIN;

-- BEGIN_WRITE on any by all
BEGIN IMMEDIATE;

-- COMMIT on any by all
COMMIT;

-- CHECK_INTEGRITY on any by admin
-- The first fault that SQLite finds in the file or in the references between its rows; no row if there is none.
SELECT replace(replace(integrity_check, char(10), ' '), '*** in database main *** ', '')
FROM pragma_integrity_check(1)
WHERE integrity_check <> 'ok'
UNION ALL
SELECT 'a row of ' || "table" || ' refers to a row that is missing'
FROM pragma_foreign_key_check
LIMIT 1;


-- The filter: look-up and hit log.

-- NEAREST_LISTING on ops by all
-- Runs for every connection that the mail server accepts: one step down the index. ?1 the address, ?2 and ?3 the
-- shortest and the longest prefix length to consider. Takes the longest length in use between them, and returns
-- the last network that begins at or before the address cut to that length.
SELECT network, prefix
FROM listing INDEXED BY listing_in_force
WHERE ended_at IS NULL
	AND (network, prefix) <= (
		ops_network(?1, (SELECT max(prefix) FROM prefix_length WHERE prefix BETWEEN ?2 AND ?3)),
		(SELECT max(prefix) FROM prefix_length WHERE prefix BETWEEN ?2 AND ?3))
ORDER BY network DESC, prefix DESC
LIMIT 1;

-- FIND_LISTINGS on ops by all
-- The listings of one network that are in force at the time ?3.
SELECT listing.id, list.id, list.name, list.action, listing.network, listing.prefix, reason.text,
	listing.listed_at, listing.expires_at, listing.evidence_id
FROM listing INDEXED BY listing_in_force
	CROSS JOIN list ON list.id = listing.list_id
	CROSS JOIN reason ON reason.id = listing.reason_id
WHERE listing.ended_at IS NULL AND listing.network = ?1 AND listing.prefix = ?2
	AND (listing.expires_at IS NULL OR listing.expires_at > ?3);

-- FIND_EXEMPTION on ops by all
-- Runs only for listed clients. The recursion skips through the index from one prefix length in use to the next.
WITH RECURSIVE length(prefix) AS (
	SELECT max(prefix) FROM exemption WHERE ended_id IS NULL
	UNION ALL
	SELECT (SELECT max(prefix) FROM exemption WHERE ended_id IS NULL AND prefix < length.prefix)
	FROM length
	WHERE prefix IS NOT NULL)
SELECT exemption.network, exemption.prefix, change.why
FROM length
	CROSS JOIN exemption ON exemption.prefix = length.prefix
		AND exemption.network = ops_network(?1, length.prefix) AND exemption.ended_id IS NULL
	JOIN change ON change.id = exemption.added_id
WHERE length.prefix BETWEEN ?2 AND ?3
LIMIT 1;

-- ALL_LISTS on ops by all
SELECT id, name, title, action, removal, expires, dns_code, max_ipv4, max_ipv6
FROM list
ORDER BY id;

-- LAST_HIT_ID on hits by filter
-- The greatest number that a row ever had, purged rows included. Rows count as well, in case somebody has changed
-- the sequence.
SELECT max(
	coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'hit'), 0),
	coalesce((SELECT max(id) FROM hit), 0));

-- ADD_HIT on hits by filter
INSERT INTO hit (id, at, client_key, client, client_name, helo, mail_from, rcpt_to, list, network, reason,
	listed_at, stage, action, reply, ref, mta, queue_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18);

-- AMEND_HIT on hits by filter
-- The client was answered before the row was on disk: the row gets what was done instead. The file may have been
-- replaced since, so the number alone does not identify the row.
UPDATE hit SET action = ?2, reply = ?3 WHERE id = ?1 AND ref = ?4;

-- SET_COUNTER on hits by filter
INSERT INTO counter (name, value, at) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET value = ?2, at = ?3;


-- Lists, listings and exemptions.

-- ADD_CHANGE on ops by admin, prober
INSERT INTO change (at, who, what, address, list_id, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- ADD_LIST on ops by admin
INSERT INTO list (name, title, action, removal, expires, dns_code, max_ipv4, max_ipv6)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- SET_LIST on ops by admin
UPDATE list
SET title = ?2, action = ?3, removal = ?4, expires = ?5, dns_code = ?6, max_ipv4 = ?7, max_ipv6 = ?8
WHERE name = ?1;

-- COUNT_LISTINGS on ops by admin, site
SELECT list_id, count(*)
FROM listing
WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?1)
GROUP BY list_id;

-- COUNT_EXPIRED on ops by admin
-- An expired listing is ended when its network is listed again; these were not.
SELECT count(*) FROM listing WHERE ended_at IS NULL AND expires_at <= ?1;

-- FIND_REASON on ops by admin, prober
SELECT id FROM reason WHERE text = ?1;

-- ADD_REASON on ops by admin, prober
INSERT INTO reason (text) VALUES (?1);

-- ADD_LISTING on ops by admin, prober
-- Does nothing if the network has a row on the list that has not ended.
INSERT INTO listing (list_id, network, prefix, reason_id, evidence_id, listed_at, expires_at, added_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT DO NOTHING;

-- FIND_LISTING on ops by admin, prober
-- The only row of a network on a list that has not ended; it may have expired.
SELECT listing.id, list.id, list.name, list.action, listing.network, listing.prefix, reason.text,
	listing.listed_at, listing.expires_at, listing.evidence_id
FROM listing
	JOIN list ON list.id = listing.list_id
	JOIN reason ON reason.id = listing.reason_id
WHERE prefix = ?3 AND network = ?2 AND list_id = ?1 AND ended_at IS NULL;

-- END_LISTING on ops by admin, prober
-- If the clock was set back, the listing still ends no earlier than it began.
UPDATE listing SET ended_at = max(?2, listed_at), ended_id = ?3 WHERE id = ?1;

-- RELATED_LISTINGS on ops by admin, prober, site
-- The listings that contain a network, by one step down the index for each shorter prefix length in use; then
-- those that lie in it, which are one range of the index; an IPv6 network has the bits of IPv4 ones in it, which are
-- not related. ?1 and ?2 are its first and last address, ?3 the shortest prefix length of its family, ?4 its own
-- prefix length, ?5 the time, ?6 how many listings are returned: the nearest ones, and not the widest.
WITH related AS (
	SELECT listing.*
	FROM prefix_length CROSS JOIN listing INDEXED BY listing_in_force ON listing.prefix = prefix_length.prefix
		AND listing.network = ops_network(?1, prefix_length.prefix)
	WHERE prefix_length.prefix >= ?3 AND prefix_length.prefix < ?4 AND listing.ended_at IS NULL
	UNION ALL
	SELECT *
	FROM listing INDEXED BY listing_in_force
	WHERE network BETWEEN ?1 AND ?2 AND prefix >= ?4 AND ended_at IS NULL
		AND (?3 > 0 OR prefix < 96 OR substr(network, 1, 12) <> x'00000000000000000000ffff')),
nearest AS (
	SELECT *
	FROM related
	WHERE expires_at IS NULL OR expires_at > ?5
	ORDER BY prefix > ?4, iif(prefix > ?4, 0, -prefix), network, prefix
	LIMIT ?6)
SELECT nearest.id, list.id, list.name, list.action, network, prefix, reason.text, listed_at, expires_at, evidence_id
FROM nearest
	CROSS JOIN list ON list.id = list_id
	CROSS JOIN reason ON reason.id = reason_id
ORDER BY network, prefix;

-- LISTINGS_OF_LIST on ops by admin
SELECT network, prefix, reason.text, listed_at, expires_at
FROM listing JOIN reason ON reason.id = reason_id
WHERE list_id = ?1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2);

-- UNENDED_OF_LIST on ops by admin
-- In the order of the index.
SELECT id, network, prefix, expires_at
FROM listing INDEXED BY listing_in_force
WHERE list_id = ?1 AND ended_at IS NULL
ORDER BY network, prefix;

-- ADD_EXEMPTION on ops by admin
INSERT INTO exemption (network, prefix, added_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;

-- END_EXEMPTION on ops by admin
UPDATE exemption SET ended_id = ?3 WHERE prefix = ?2 AND network = ?1 AND ended_id IS NULL;

-- ALL_EXEMPTIONS on ops by admin
SELECT network, prefix, at, who, why
FROM exemption JOIN change ON change.id = added_id
WHERE ended_id IS NULL
ORDER BY network, prefix;


-- Evidence and history.

-- ADD_EVIDENCE on ops by admin, prober
INSERT INTO evidence (at, who, kind, source, sha256, octets, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- ADD_LISTING_EVIDENCE on ops by admin, prober
INSERT INTO listing_evidence (listing_id, evidence_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING;

-- GET_EVIDENCE on ops by admin, prober, site
SELECT at, who, kind, source, sha256, octets, body, purged_at FROM evidence WHERE id = ?1;

-- EVIDENCE_OF_LISTING on ops by admin, prober, site
SELECT evidence_id FROM listing WHERE id = ?1
UNION
SELECT evidence_id FROM listing_evidence WHERE listing_id = ?1
ORDER BY 1;

-- EVIDENCE_IS_PUBLIC on ops by site
-- A spam copy, once its nomination led to a listing; a transcript, if it is of a removal request or led to a listing.
SELECT NOT EXISTS (SELECT 1 FROM request WHERE evidence_id = ?1 AND state <> 'granted')
	AND (kind <> 'test' OR EXISTS (
		SELECT 1
		FROM test LEFT JOIN request ON request.id = request_id
		WHERE test.evidence_id = evidence.id
			AND (request.kind = 'removal' OR request.state = 'granted'
				OR (watch_id IS NOT NULL AND test.verdict = 'open'))))
FROM evidence
WHERE id = ?1;

-- PURGE_EVIDENCE on ops by admin
-- Deletes bodies from before ?1 that no listing in force at the time ?2 and no undecided request refers to.
UPDATE evidence INDEXED BY evidence_body SET body = NULL, purged_at = ?2
WHERE at < ?1 AND body IS NOT NULL
	AND id NOT IN (
		SELECT evidence_id
		FROM listing
		WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2))
	AND NOT EXISTS (
		SELECT 1
		FROM listing_evidence JOIN listing ON listing.id = listing_id
		WHERE listing_evidence.evidence_id = evidence.id
			AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?2))
	AND NOT EXISTS (SELECT 1 FROM request WHERE evidence_id = evidence.id AND decided_at IS NULL);

-- HISTORY_OF_ADDRESS on ops by admin, site
-- All events of the address ?1, as text ?4, until the time ?5: one step down either index of listings for each
-- prefix length of its family, from ?2 to ?3. Within a second the order is that of the changes (slot). A request comes
-- after the change that made it possible: a removal after the listing, a nomination after the end of the last one.
-- Between two changes the order is that of the requests, and of the steps of each: filed, tested, evidence, decided.
WITH RECURSIVE length(prefix) AS (
	VALUES (?2)
	UNION ALL
	SELECT prefix + 1 FROM length WHERE prefix < ?3),
covering AS MATERIALIZED (
	SELECT listing.*
	FROM length CROSS JOIN listing INDEXED BY listing_in_force ON listing.prefix = length.prefix
		AND listing.network = ops_network(?1, length.prefix) AND listing.ended_at IS NULL
	UNION ALL
	SELECT listing.*
	FROM length CROSS JOIN listing INDEXED BY listing_ended ON listing.prefix = length.prefix
		AND listing.network = ops_network(?1, length.prefix) AND listing.ended_at IS NOT NULL),
exempting AS MATERIALIZED (
	SELECT * FROM exemption WHERE prefix BETWEEN ?2 AND ?3 AND network = ops_network(?1, prefix)),
-- The beginnings and ends of listings. Below, a + keeps SQLite from making an index of so few rows.
turn(list_id, kind, at, change_id) AS MATERIALIZED (
	SELECT list_id, 'nomination', listed_at, added_id FROM covering
	UNION ALL
	SELECT list_id, 'removal', ended_at, ended_id FROM covering WHERE ended_at IS NOT NULL),
asked AS MATERIALIZED (
	SELECT *, coalesce((
		SELECT max(change_id)
		FROM turn
		WHERE +turn.list_id = granted.list_id AND turn.kind <> granted.kind AND at <= requested_at
			AND (turn_id IS NULL OR change_id < turn_id)), 0) AS slot
	FROM (
		SELECT request.*, (
			SELECT min(change_id)
			FROM turn
			WHERE +turn.list_id = request.list_id AND +turn.kind = request.kind AND +at = decided_at
				AND state = 'granted') AS turn_id
		FROM request
		WHERE address = ?4) AS granted),
tested AS MATERIALIZED (
	SELECT test.*,
		coalesce(
			asked.slot,
			(SELECT min(added_id) - 1 FROM covering WHERE +covering.evidence_id = test.evidence_id),
			(SELECT max(change_id) FROM turn WHERE turn.at <= test.at),
			0) AS slot
	FROM test LEFT JOIN asked ON +asked.id = request_id
	WHERE test.address = ?4),
event(at, slot, request_id, step, who, what, network, prefix, list_id, evidence_id, why) AS (
	SELECT listed_at, added_id, 0, 0, who, what, network, prefix, covering.list_id, evidence_id, reason.text
	FROM covering JOIN change ON change.id = added_id JOIN reason ON reason.id = reason_id
	UNION ALL
	SELECT ended_at, ended_id, 0, 0, who, what, network, prefix, covering.list_id, NULL, why
	FROM covering JOIN change ON change.id = ended_id
	UNION ALL
	SELECT expires_at, added_id, 0, 0, 'opsmilter', 'expire', network, prefix, list_id, NULL, 'expired'
	FROM covering
	WHERE ended_at IS NULL AND expires_at <= ?5
	UNION ALL
	SELECT evidence.at, added_id,
		coalesce((SELECT request_id FROM tested WHERE +tested.evidence_id = evidence.id), 0), 3, evidence.who,
		'evidence', network, prefix, list_id, evidence.id, source
	FROM covering
		JOIN listing_evidence ON listing_id = covering.id
		JOIN evidence ON evidence.id = listing_evidence.evidence_id
	UNION ALL
	SELECT at, change.id, 0, 0, who, what, network, prefix, NULL, NULL, why
	FROM exempting JOIN change ON change.id IN (added_id, ended_id)
	UNION ALL
	SELECT requested_at, slot, id, 1, filed_by, kind || ' request', ?1, 128, list_id, evidence_id, note
	FROM asked
	UNION ALL
	SELECT decided_at, coalesce(turn_id, slot), id, 4, decided_by, kind || ' ' || state, ?1, 128, list_id, NULL,
		coalesce(why, verdict, '')
	FROM asked
	WHERE decided_at IS NOT NULL
	UNION ALL
	SELECT at, slot, coalesce(request_id, 0), 2, 'opsprobe', 'test ' || verdict, ?1, 128, NULL, evidence_id, summary
	FROM tested
	UNION ALL
	SELECT at, id, 0, 0, who, what, ?1, 128, list_id, NULL, why
	FROM change
	WHERE address = ?4
		AND what NOT IN ('add', 'remove', 'import', 'replace', 'expire', 'exempt add', 'exempt remove'))
SELECT at, who, what, network, prefix, coalesce(list.name, ''), coalesce(evidence_id, 0), why
FROM event LEFT JOIN list ON list.id = list_id
ORDER BY at, slot, request_id, step, evidence_id;

-- NEWEST_CHANGE on ops by admin
SELECT coalesce(max(at), 0) FROM change;


-- Reports on hits.

-- HITS_BY_TIME on hits by admin
-- ?1 and ?2 the first and the last second, ?3 a list or NULL, ?4 the greatest number of rows.
SELECT id, at, client, client_name, helo, mail_from, rcpt_to, list, network, reason, listed_at, stage, action,
	reply, ref, mta, queue_id
FROM hit INDEXED BY hit_at
WHERE at BETWEEN ?1 AND ?2 AND (?3 IS NULL OR list = ?3)
ORDER BY at DESC, id DESC
LIMIT ?4;

-- HITS_OF_NETWORK on hits by admin
-- As HITS_BY_TIME, for the clients from ?5 to ?6; without IPv4 clients unless ?7. If no list is given, the inner
-- query reads the index alone, so that a wide network does not cost the reading of each of its rows.
SELECT id, at, client, client_name, helo, mail_from, rcpt_to, list, network, reason, listed_at, stage, action,
	reply, ref, mta, queue_id
FROM hit
WHERE id IN (
	SELECT id
	FROM hit INDEXED BY hit_client
	WHERE client_key BETWEEN ?5 AND ?6 AND at BETWEEN ?1 AND ?2
		AND (?7 OR substr(client_key, 1, 12) <> x'00000000000000000000ffff')
		AND (?3 IS NULL OR list = ?3)
	ORDER BY at DESC, id DESC
	LIMIT ?4)
ORDER BY at DESC, id DESC;

-- HIT_OF_REF on hits by admin, site
SELECT id, at, client, client_name, helo, mail_from, rcpt_to, list, network, reason, listed_at, stage, action,
	reply, ref, mta, queue_id
FROM hit
WHERE id = ?1 AND ref = ?2;

-- NEWEST_HIT on hits by admin
SELECT coalesce(max(at), 0) FROM hit;

-- COUNT_HITS_BY_DAY on hits by admin
-- This and the next three count the hits from ?1 to ?2.
SELECT date(at, 'unixepoch') AS day, count(*), sum(action = 'refused'), sum(action = 'deferred'),
	count(DISTINCT client_key)
FROM hit INDEXED BY hit_at
WHERE at BETWEEN ?1 AND ?2
GROUP BY day
ORDER BY day;

-- COUNT_HITS_BY_LIST on hits by admin
SELECT list, count(*) AS hits, sum(action = 'refused'), sum(action = 'deferred'), count(DISTINCT client_key)
FROM hit INDEXED BY hit_at
WHERE at BETWEEN ?1 AND ?2
GROUP BY list
ORDER BY hits DESC, list
LIMIT ?3;

-- COUNT_HITS_BY_NETWORK on hits by admin
SELECT network, count(*) AS hits, sum(action = 'refused'), sum(action = 'deferred'), count(DISTINCT client_key)
FROM hit INDEXED BY hit_at
WHERE at BETWEEN ?1 AND ?2
GROUP BY network
ORDER BY hits DESC, network
LIMIT ?3;

-- COUNT_HITS_BY_DOMAIN on hits by admin
-- The domain follows the last "@". rtrim() cuts it off, as it removes all characters but "@" from the end.
SELECT CASE
		WHEN mail_from <> ''
			THEN lower(substr(mail_from, length(rtrim(mail_from, replace(mail_from, '@', ''))) + 1))
		WHEN stage = 'helo' THEN ''
		ELSE '<>'
	END AS domain,
	count(*) AS hits, sum(action = 'refused'), sum(action = 'deferred'), count(DISTINCT client_key)
FROM hit INDEXED BY hit_at
WHERE at BETWEEN ?1 AND ?2
GROUP BY domain
ORDER BY hits DESC, domain
LIMIT ?3;

-- COUNT_CLIENT_BY_DAY on hits by site
-- Refusals and deferrals of the client ?1 since ?2.
SELECT at / 86400, count(*)
FROM hit INDEXED BY hit_client
WHERE client_key = ?1 AND at >= ?2 AND action IN ('refused', 'deferred')
GROUP BY 1
ORDER BY 1;

-- COUNT_HITS_AFTER on hits by site
-- For counters: the hits after the row ?1, with the last row's number.
SELECT list, action, count(*), max(id) FROM hit WHERE id > ?1 GROUP BY list, action;

-- ALL_COUNTERS on hits by site
SELECT name, value FROM counter ORDER BY name;

-- PURGE_HITS on hits by admin
-- Deletes the oldest of the hits before ?1, at most ?2.
DELETE FROM hit WHERE id IN (SELECT id FROM hit INDEXED BY hit_at WHERE at < ?1 ORDER BY at LIMIT ?2);


-- Requests.

-- ADD_REQUEST on ops by admin, prober
-- An address has one undecided request of a kind on a list: FIND_UNDECIDED_REQUEST runs first.
INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, filed_from, contact, note, token,
	waived, next_test_at, tests, evidence_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13);

-- GET_REQUEST on ops by admin, prober, site
SELECT request.id, kind, state, address, list_id, list.name, requested_at, filed_by, filed_from, contact, note,
	token, waived, next_test_at, tests, test_began_at, decided_at, decided_by, verdict, why, evidence_id
FROM request JOIN list ON list.id = list_id
WHERE request.id = ?1;

-- FIND_REQUEST_OF_TOKEN on ops by admin, prober, site
SELECT request.id, kind, state, address, list_id, list.name, requested_at, filed_by, filed_from, contact, note,
	token, waived, next_test_at, tests, test_began_at, decided_at, decided_by, verdict, why, evidence_id
FROM request JOIN list ON list.id = list_id
WHERE request.id = coalesce(
	(SELECT id FROM request WHERE token = ?1),
	(SELECT request_id FROM repeated_request WHERE token = ?1));

-- UNDECIDED_REQUESTS on ops by admin, site
SELECT request.id, kind, state, address, list_id, list.name, requested_at, filed_by, filed_from, contact, note,
	token, waived, next_test_at, tests, test_began_at, decided_at, decided_by, verdict, why, evidence_id
FROM request JOIN list ON list.id = list_id
WHERE decided_at IS NULL
ORDER BY requested_at, request.id;

-- FIND_UNDECIDED_REQUEST on ops by admin, prober, site
SELECT id
FROM request INDEXED BY request_address
WHERE kind = ?1 AND address = ?2 AND list_id = ?3 AND decided_at IS NULL;

-- FIND_NOMINATION on ops by admin, prober, site
SELECT EXISTS (
	SELECT 1
	FROM request INDEXED BY request_address
	WHERE kind = 'nomination' AND address = ?1 AND decided_at IS NULL);

-- ADD_REPEATED_REQUEST on ops by prober
INSERT INTO repeated_request (request_id, filed_at, filed_by, filed_from, contact, note, token)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- REPEATED_REQUESTS on ops by admin
SELECT filed_at, filed_by, filed_from, contact, note FROM repeated_request WHERE request_id = ?1 ORDER BY id;

-- BRING_FORWARD on ops by prober
-- The test of a request that waits for its next one; the test is due at ?2 at the latest.
UPDATE request SET next_test_at = min(next_test_at, ?2)
WHERE id = ?1 AND state IN ('open', 'retry') AND test_began_at IS NULL;

-- REMOVALS_OF_ADDRESS on ops by admin, prober, site
-- Who asked for the removal of the address ?1 from the list ?2 since its latest removal, and what came of it. A
-- request that skipped the waiting time has used that up only if the host was not found open.
WITH since AS (
	SELECT *
	FROM request INDEXED BY request_address
	WHERE kind = 'removal' AND address = ?1 AND list_id = ?2
		AND id > coalesce((
			SELECT max(id)
			FROM request INDEXED BY request_address
			WHERE kind = 'removal' AND address = ?1 AND list_id = ?2 AND state = 'granted'), 0))
SELECT filed_from, state = 'denied', coalesce(decided_at, 0), waived AND coalesce(verdict, '') <> 'open'
FROM since
UNION ALL
SELECT repeated_request.filed_from, state = 'denied', coalesce(decided_at, 0), 0
FROM since JOIN repeated_request ON request_id = since.id;

-- LATEST_TEST_AT on ops by prober
SELECT coalesce(max(at), 0) FROM test INDEXED BY test_address WHERE address = ?1;

-- LATEST_REMOVAL_TEST_AT on ops by prober
SELECT coalesce(max(at), 0)
FROM test INDEXED BY test_address JOIN request ON request.id = request_id
WHERE test.address = ?1 AND request.kind = 'removal';

-- COUNT_NOMINATIONS on ops by prober, site
-- Those since ?1, and the octets of their copies.
SELECT count(*), coalesce(sum(octets), 0)
FROM request INDEXED BY request_nomination JOIN evidence ON evidence.id = evidence_id
WHERE request.kind = 'nomination' AND requested_at >= ?1;

-- COUNT_COPIES on ops by prober, site
-- The octets of all spam copies that are kept.
SELECT coalesce(sum(octets), 0) FROM evidence INDEXED BY evidence_kind WHERE kind = 'spam' AND purged_at IS NULL;

-- COUNT_UNDECIDED on ops by prober, site
SELECT count(*) FROM request INDEXED BY request_waiting WHERE decided_at IS NULL;

-- PURGE_DENIED_COPIES on ops by prober
-- Deletes the copies of nominations that were denied before ?1, at the time ?2.
UPDATE evidence SET body = NULL, purged_at = ?2
WHERE body IS NOT NULL
	AND id IN (
		SELECT evidence_id
		FROM request INDEXED BY request_denied
		WHERE kind = 'nomination' AND state = 'denied' AND decided_at < ?1)
	AND NOT EXISTS (SELECT 1 FROM listing_evidence WHERE evidence_id = evidence.id);

-- COUNT_REQUESTS on ops by admin, site
SELECT kind, state, count(*) FROM request GROUP BY kind, state;

-- OLDEST_UNDECIDED_REQUEST on ops by admin, site
SELECT min(requested_at) FROM request WHERE decided_at IS NULL;

-- SET_REQUEST on ops by prober
-- After a test that decided nothing. A request that was decided in the meantime is not changed.
UPDATE request
SET state = ?2, next_test_at = ?3, verdict = ?4, why = ?5, tests = tests + 1, test_began_at = NULL
WHERE id = ?1 AND decided_at IS NULL;

-- REVIEW_REQUEST on ops by prober
-- Passes a request to the operator without a test.
UPDATE request
SET state = 'review', next_test_at = NULL, why = ?2, test_began_at = NULL
WHERE id = ?1 AND decided_at IS NULL;

-- DECIDE_REQUEST on ops by admin, prober
UPDATE request
SET state = ?2, decided_at = max(?3, requested_at), decided_by = ?4, why = ?5, verdict = coalesce(?6, verdict),
	tests = tests + (?6 IS NOT NULL), next_test_at = NULL, test_began_at = NULL
WHERE id = ?1 AND decided_at IS NULL;

-- CONFIRM_NOMINATION on ops by admin
UPDATE request SET state = 'open', next_test_at = ?2, why = ?3 WHERE id = ?1 AND decided_at IS NULL;


-- The inbox: what strangers file, until the worker takes it.

-- ADD_FILING on inbox by filter, site
INSERT INTO filing (kind, address, list, filed_at, filed_by, filed_from, contact, note, token, spam)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- FIND_FILING on inbox by filter, site
SELECT id, kind, address, list, filed_at, filed_by, filed_from, contact, note, token, NULL
FROM filing
WHERE token = ?1;

-- NEXT_FILING on inbox by prober
-- Removals first, because somebody is waiting for them.
SELECT id, kind, address, list, filed_at, filed_by, filed_from, contact, note, token, spam
FROM filing
ORDER BY kind = 'nomination', id
LIMIT 1;

-- DROP_FILING on inbox by prober
DELETE FROM filing WHERE id = ?1;

-- COUNT_FILINGS on inbox by filter, site
-- All of them, the nominations among them, and the octets of their copies.
SELECT count(*), coalesce(sum(kind = 'nomination'), 0), coalesce(sum(length(spam)), 0) FROM filing;


-- Tests.

-- ADD_TEST on ops by prober
INSERT INTO test (address, at, verdict, egress, summary, open_ports, request_id, watch_id, evidence_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- TESTS_OF_ADDRESS on ops by admin, prober, site
SELECT id, address, at, verdict, egress, summary, open_ports, request_id, watch_id, evidence_id
FROM test
WHERE address = ?1
ORDER BY at DESC, id DESC
LIMIT ?2;

-- TEST_OF_REQUEST on ops by admin, prober, site
-- The latest one.
SELECT id, address, at, verdict, egress, summary, open_ports, request_id, watch_id, evidence_id
FROM test
WHERE request_id = ?1
ORDER BY id DESC
LIMIT 1;

-- COUNT_TESTS on ops by admin, site
SELECT verdict, count(*) FROM test GROUP BY verdict;

-- GET_SELF_TEST on ops by admin, prober, site
SELECT at, passed, why FROM self_test WHERE id = 1;

-- SET_SELF_TEST on ops by prober
INSERT INTO self_test (id, at, passed, why) VALUES (1, ?1, ?2, ?3)
ON CONFLICT DO UPDATE SET at = excluded.at, passed = excluded.passed, why = excluded.why;


-- The prober's jobs. A job is a row of request, watch or test_order with a next_test_at; test_began_at is set
-- while its test runs. Most of these exist once for each table.

-- DUE_JOBS on ops by prober
-- The jobs due at the time ?1, at most ?2; the kinds are those of enum job_kind. Removal requests and orders come
-- first, because somebody is waiting for them.
SELECT kind, id, address, list_id, tests, due_at, began_at, evidence_id
FROM (
	SELECT kind = 'nomination' AS kind, id, address, list_id, tests, next_test_at AS due_at,
		requested_at AS began_at, evidence_id
	FROM request
	WHERE next_test_at <= ?1
	UNION ALL
	SELECT 2, id, address, list_id, tests, next_test_at, began_at, NULL
	FROM watch
	WHERE next_test_at <= ?1
	UNION ALL
	SELECT 3, id, address, 0, 0, next_test_at, next_test_at, NULL
	FROM test_order
	WHERE next_test_at <= ?1)
ORDER BY kind IN (1, 2), due_at, kind, id
LIMIT ?2;

-- NEXT_JOB on ops by prober
-- The conditions allow the partial indexes.
SELECT min(at)
FROM (
	SELECT min(next_test_at) AS at FROM request WHERE next_test_at IS NOT NULL
	UNION ALL
	SELECT min(next_test_at) FROM watch WHERE next_test_at IS NOT NULL
	UNION ALL
	SELECT min(next_test_at) FROM test_order WHERE next_test_at IS NOT NULL);

-- BEGIN_REQUEST_TEST on ops by prober
UPDATE request SET test_began_at = ?2 WHERE id = ?1 AND next_test_at IS NOT NULL;

-- BEGIN_WATCH_TEST on ops by prober
UPDATE watch SET test_began_at = ?2 WHERE id = ?1 AND next_test_at IS NOT NULL;

-- BEGIN_ORDER_TEST on ops by prober
UPDATE test_order SET test_began_at = ?2 WHERE id = ?1 AND next_test_at IS NOT NULL;

-- FORGET_REQUEST_TESTS on ops by prober
UPDATE request SET test_began_at = NULL WHERE next_test_at IS NOT NULL AND test_began_at IS NOT NULL;

-- FORGET_WATCH_TESTS on ops by prober
UPDATE watch SET test_began_at = NULL WHERE next_test_at IS NOT NULL AND test_began_at IS NOT NULL;

-- FORGET_ORDER_TESTS on ops by prober
UPDATE test_order SET test_began_at = NULL WHERE next_test_at IS NOT NULL AND test_began_at IS NOT NULL;

-- POSTPONE_REQUEST on ops by prober
UPDATE request SET next_test_at = ?2, test_began_at = NULL WHERE id = ?1 AND next_test_at IS NOT NULL;

-- POSTPONE_WATCH on ops by prober
UPDATE watch SET next_test_at = ?2, test_began_at = NULL WHERE id = ?1 AND next_test_at IS NOT NULL;

-- POSTPONE_ORDER on ops by prober
UPDATE test_order SET next_test_at = ?2, test_began_at = NULL WHERE id = ?1 AND next_test_at IS NOT NULL;

-- ADD_WATCH on ops by admin, prober
-- An address on a list has one watch at a time; a newer removal begins it again.
INSERT INTO watch (address, list_id, listing_id, began_at, next_test_at, tests) VALUES (?1, ?2, ?3, ?4, ?5, 0)
ON CONFLICT (address, list_id) WHERE next_test_at IS NOT NULL DO UPDATE
SET listing_id = excluded.listing_id, began_at = excluded.began_at, next_test_at = excluded.next_test_at,
	tests = 0, test_began_at = NULL;

-- SET_WATCH on ops by prober
UPDATE watch
SET next_test_at = ?2, ended_why = ?3, tests = tests + 1, test_began_at = NULL
WHERE id = ?1 AND next_test_at IS NOT NULL;

-- ADD_ORDER on ops by prober
INSERT INTO test_order (address, who, next_test_at) VALUES (?1, ?2, ?3);

-- GET_ORDER on ops by prober
-- The columns of its test, then its own.
SELECT test.id, test.address, at, verdict, egress, summary, open_ports, request_id, watch_id, evidence_id,
	test_order.next_test_at, test_order.test_began_at
FROM test_order LEFT JOIN test ON test.id = test_id
WHERE test_order.id = ?1;

-- SET_ORDER on ops by prober
UPDATE test_order
SET next_test_at = NULL, test_id = ?2, test_began_at = NULL
WHERE id = ?1 AND next_test_at IS NOT NULL;
