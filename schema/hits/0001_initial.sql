-- SPDX-License-Identifier: BSD-2-Clause
-- hits.db: what became of the mail of listed clients, one row for each refused recipient. Times are
-- seconds since 1970 UTC. A row stands alone: it copies what the listing said, as that may end tomorrow.

CREATE TABLE hit (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- a reference holds it, so it is never used again
	at          INTEGER NOT NULL,
	client_key  BLOB NOT NULL CHECK (length(client_key) = 16),  -- to search networks by
	client      TEXT NOT NULL,
	client_name TEXT NOT NULL,
	helo        TEXT NOT NULL,
	mail_from   TEXT NOT NULL,
	rcpt_to     TEXT NOT NULL,
	list        TEXT NOT NULL,
	network     TEXT NOT NULL,
	reason      TEXT NOT NULL,
	listed_at   INTEGER NOT NULL,
	stage       TEXT NOT NULL CHECK (stage IN ('helo', 'mail', 'rcpt', 'close')),
	action      TEXT NOT NULL CHECK (action IN ('refused', 'deferred', 'tagged', 'logged', 'exempt', 'left')),
	reply       TEXT NOT NULL,
	ref         TEXT NOT NULL CHECK (length(ref) >= 14),
	mta         TEXT NOT NULL,
	queue_id    TEXT NOT NULL
) STRICT;

CREATE INDEX hit_at ON hit (at);
CREATE INDEX hit_client ON hit (client_key, at);

CREATE VIEW hits AS
SELECT id, datetime(at, 'unixepoch') AS at, client, client_name, helo, mail_from, rcpt_to, list, network, reason,
	datetime(listed_at, 'unixepoch') AS listed_at, stage, action, reply, ref, mta, queue_id
FROM hit;

CREATE VIEW hits_by_day AS
SELECT date(at, 'unixepoch') AS day, list, action, count(*) AS hits, count(DISTINCT client_key) AS clients
FROM hit
GROUP BY day, list, action;

PRAGMA application_id = 0x4f707348;
PRAGMA user_version = 1;
