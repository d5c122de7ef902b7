-- SPDX-License-Identifier: BSD-2-Clause
-- The way out: who filed a removal request or a nomination and what is due next for it, what a test found
-- and for whom it was made, the watch over an address that came off a list, and the prober's self-test.

DROP VIEW requests;
DROP VIEW tests;
DROP VIEW history;

CREATE TABLE request_of_version_1 AS SELECT * FROM request;
DROP TABLE request;

-- A removal is granted when the listing ends, a nomination when its address is listed.
CREATE TABLE request (
	id            INTEGER PRIMARY KEY,
	kind          TEXT NOT NULL CHECK (kind IN ('removal', 'nomination')),
	address       TEXT NOT NULL,
	list_id       INTEGER NOT NULL REFERENCES list,
	state         TEXT NOT NULL CHECK (state IN ('open', 'retry', 'review', 'granted', 'denied')),
	requested_at  INTEGER NOT NULL,
	filed_by      TEXT NOT NULL CHECK (length(filed_by) > 0),   -- visitor, opsmilter (a trap), or a login name
	filed_from    TEXT,                                         -- the visitor's address; shown to nobody else
	contact       TEXT NOT NULL,                                -- shown to nobody but the operator
	note          TEXT NOT NULL,                                -- what was done, in the requester's words
	token         TEXT UNIQUE,                                  -- of the form it came from: it is filed once
	waived        INTEGER NOT NULL CHECK (waived IN (0, 1)),    -- the waiting time was skipped
	next_test_at  INTEGER,                                      -- NULL: no test is due
	tests         INTEGER NOT NULL CHECK (tests >= 0),          -- made for it so far
	test_began_at INTEGER,                                      -- NULL: none is under way
	decided_at    INTEGER CHECK (decided_at >= requested_at),
	decided_by    TEXT,
	verdict       TEXT,                                         -- of the latest test
	why           TEXT,
	evidence_id   INTEGER REFERENCES evidence,                  -- the spam copy of a nomination
	CHECK ((decided_at IS NOT NULL) = (state IN ('granted', 'denied'))),
	CHECK ((decided_at IS NOT NULL) = (decided_by IS NOT NULL)),
	CHECK ((next_test_at IS NOT NULL) = (state IN ('open', 'retry')))
) STRICT;

INSERT INTO request
SELECT id, kind, address, 1, CASE WHEN decided_at IS NULL THEN 'review' ELSE state END, requested_at,
	'visitor', NULL, '', '', NULL, 0, NULL, 0, NULL, decided_at, iif(decided_at IS NULL, NULL, 'opsmilter'),
	verdict, why, evidence_id
FROM request_of_version_1;
DROP TABLE request_of_version_1;

CREATE INDEX request_address ON request (address);
CREATE INDEX request_due ON request (next_test_at) WHERE next_test_at IS NOT NULL;
CREATE INDEX request_undecided ON request (kind, state, requested_at) WHERE decided_at IS NULL;
CREATE INDEX request_evidence ON request (evidence_id) WHERE evidence_id IS NOT NULL;
CREATE TRIGGER request_stays BEFORE DELETE ON request
	BEGIN SELECT RAISE(ABORT, 'requests are decided, they are not deleted'); END;
CREATE TRIGGER request_is_final BEFORE UPDATE ON request WHEN OLD.decided_at IS NOT NULL
	BEGIN SELECT RAISE(ABORT, 'this request was decided'); END;

-- An address that came off a list, tested again after an hour, a day and a week.
CREATE TABLE watch (
	id            INTEGER PRIMARY KEY,
	address       TEXT NOT NULL,
	list_id       INTEGER NOT NULL REFERENCES list,
	listing_id    INTEGER NOT NULL REFERENCES listing,          -- the one that ended
	began_at      INTEGER NOT NULL,
	next_test_at  INTEGER,                                      -- NULL: it is over
	tests         INTEGER NOT NULL CHECK (tests >= 0),
	test_began_at INTEGER,
	ended_why     TEXT,
	CHECK ((next_test_at IS NULL) = (ended_why IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX watch_under_way ON watch (address, list_id) WHERE next_test_at IS NOT NULL;
CREATE INDEX watch_due ON watch (next_test_at) WHERE next_test_at IS NOT NULL;

-- A test that the operator asked for while a worker has the listener; the worker makes it.
CREATE TABLE test_order (
	id            INTEGER PRIMARY KEY,
	address       TEXT NOT NULL,
	who           TEXT NOT NULL CHECK (length(who) > 0),
	next_test_at  INTEGER,                                      -- NULL: it was made, or given up
	test_began_at INTEGER,
	test_id       INTEGER REFERENCES test
) STRICT;

CREATE INDEX test_order_due ON test_order (next_test_at) WHERE next_test_at IS NOT NULL;

-- What a test was made for; all NULL: the operator asked for it.
ALTER TABLE test ADD COLUMN request_id INTEGER REFERENCES request;
ALTER TABLE test ADD COLUMN watch_id INTEGER REFERENCES watch;
-- Where it was open, as "socks5:1080 http:3128"; the next test begins there.
ALTER TABLE test ADD COLUMN open_ports TEXT NOT NULL DEFAULT '';

CREATE TRIGGER test_stays BEFORE DELETE ON test
	BEGIN SELECT RAISE(ABORT, 'tests are on record'); END;
CREATE TRIGGER test_is_final BEFORE UPDATE ON test
	BEGIN SELECT RAISE(ABORT, 'tests are on record'); END;

-- Whether the prober finds an open proxy open and a closed one closed. One row.
CREATE TABLE self_test (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	at     INTEGER NOT NULL,
	passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
	why    TEXT NOT NULL                                        -- what failed
) STRICT;

CREATE VIEW requests AS
SELECT request.id, kind, address AS ip, state,
	datetime(requested_at, 'unixepoch') AS requested_at,
	datetime(decided_at, 'unixepoch') AS decided_at,
	verdict, why,
	list.name AS list, filed_by, decided_by
FROM request JOIN list ON list.id = list_id;

CREATE VIEW tests AS
SELECT id, address AS ip, datetime(at, 'unixepoch') AS at, verdict, egress, summary, open_ports
FROM test;

-- Everything that happened, each listing of an import by itself; who, what, to which address, why.
CREATE VIEW history AS
SELECT datetime(listed_at, 'unixepoch') AS at, who, what, network_text AS ip, list.name AS list, reason.text AS why
FROM listing_text
	JOIN change ON change.id = added_id
	JOIN list ON list.id = listing_text.list_id
	JOIN reason ON reason.id = reason_id
UNION ALL
SELECT datetime(ended_at, 'unixepoch'), who, what, network_text, list.name, change.why
FROM listing_text
	JOIN change ON change.id = ended_id
	JOIN list ON list.id = listing_text.list_id
UNION ALL
SELECT datetime(expires_at, 'unixepoch'), 'opsmilter', 'expire', network_text, list.name, 'expired'
FROM listing_text
	JOIN list ON list.id = list_id
WHERE ended_at IS NULL AND expires_at <= unixepoch()
UNION ALL
SELECT datetime(at, 'unixepoch'), who, what, address, list.name, why
FROM change
	LEFT JOIN list ON list.id = list_id
WHERE what NOT IN ('add', 'remove', 'import', 'replace', 'expire')
UNION ALL
SELECT datetime(requested_at, 'unixepoch'), filed_by, kind || ' request', address, list.name, note
FROM request JOIN list ON list.id = list_id
UNION ALL
SELECT datetime(decided_at, 'unixepoch'), decided_by, kind || ' ' || state, address, list.name, coalesce(why, '')
FROM request JOIN list ON list.id = list_id
WHERE decided_at IS NOT NULL
UNION ALL
SELECT datetime(at, 'unixepoch'), 'opsprobe', 'test ' || verdict, address, NULL, summary
FROM test;

PRAGMA user_version = 2;
