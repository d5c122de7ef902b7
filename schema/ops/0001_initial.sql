-- SPDX-License-Identifier: BSD-2-Clause
-- ops.db: lists, listings, evidence, exemptions, requests, tests and their history.
--
-- Times are seconds since 1970 UTC. An address is 16 octets in network order, IPv4 as IPv4-mapped
-- IPv6, and a prefix counts bits of all 16, so an IPv4 /24 is 120. The tables are the programs' own;
-- the views at the end are what administrators may rely on.

CREATE TABLE list (
	id       INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 64),
	name     TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 16 AND name NOT GLOB '*[^a-z0-9-]*'),
	title    TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
	action   TEXT NOT NULL CHECK (action IN ('refuse', 'defer', 'tag', 'log')),
	removal  TEXT NOT NULL CHECK (removal IN ('retest', 'review', 'expire')),
	expires  INTEGER CHECK (expires > 0),          -- seconds; NULL: never
	dns_code INTEGER NOT NULL CHECK (dns_code BETWEEN 2 AND 255),
	max_ipv4 INTEGER NOT NULL CHECK (max_ipv4 BETWEEN 0 AND 32),
	max_ipv6 INTEGER NOT NULL CHECK (max_ipv6 BETWEEN 0 AND 128)
) STRICT;

INSERT INTO list (name, title, action, removal, expires, dns_code, max_ipv4, max_ipv6) VALUES
	('ops', 'open proxies',                                    'refuse', 'retest',  7776000, 2, 16, 32),
	('rbl', 'networks that send or support spam',              'refuse', 'review', 15552000, 3, 16, 32),
	('rss', 'open mail relays',                                'refuse', 'retest',  7776000, 4, 16, 32),
	('dul', 'dial-up and dynamic ranges',                      'refuse', 'review',     NULL, 5, 16, 32),
	('nml', 'mailing lists that do not confirm subscriptions', 'refuse', 'review', 15552000, 6, 16, 32),
	('qil', 'fast and automatic, soon over',                   'refuse', 'expire',   259200, 7, 16, 32);

-- What was done, by whom and why: append-only. Everything that is or was in force points here.
CREATE TABLE change (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	who     TEXT NOT NULL CHECK (length(who) > 0),
	what    TEXT NOT NULL CHECK (length(what) > 0),
	address TEXT,                                   -- canonical; NULL: about many, or about none
	list_id INTEGER REFERENCES list,
	why     TEXT NOT NULL
) STRICT;

CREATE INDEX change_address ON change (address) WHERE address IS NOT NULL;
CREATE TRIGGER change_stays BEFORE DELETE ON change
	BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change
	BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- Why a listing is right. A purge takes the body away; that it was there, and its checksum, stay.
CREATE TABLE evidence (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	who       TEXT NOT NULL CHECK (length(who) > 0),
	kind      TEXT NOT NULL CHECK (kind IN ('file', 'note', 'import', 'spam', 'test')),
	source    TEXT NOT NULL,                        -- a file's name, or where it came from
	sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
	octets    INTEGER NOT NULL CHECK (octets >= 0),
	body      BLOB,                                 -- NULL: an import, whose body is its listings; or purged
	purged_at INTEGER CHECK (purged_at IS NULL OR body IS NULL)
) STRICT;

CREATE TRIGGER evidence_stays BEFORE DELETE ON evidence
	BEGIN SELECT RAISE(ABORT, 'evidence is purged, not deleted'); END;
CREATE TRIGGER evidence_is_final BEFORE UPDATE OF id, at, who, kind, source, sha256, octets ON evidence
	BEGIN SELECT RAISE(ABORT, 'evidence is purged, not changed'); END;
CREATE TRIGGER evidence_body_is_final BEFORE UPDATE OF body ON evidence WHEN NEW.body IS NOT NULL
	BEGIN SELECT RAISE(ABORT, 'evidence is purged, not changed'); END;

-- A reason stands here once, however many listings share it.
CREATE TABLE reason (
	id   INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE CHECK (length(text) BETWEEN 1 AND 255)
) STRICT;

CREATE TRIGGER reason_is_final BEFORE UPDATE ON reason
	BEGIN SELECT RAISE(ABORT, 'listings that have ended say so too'); END;

CREATE TABLE listing (
	id          INTEGER PRIMARY KEY,
	list_id     INTEGER NOT NULL REFERENCES list,
	network     BLOB NOT NULL CHECK (length(network) = 16),
	prefix      INTEGER NOT NULL CHECK (prefix BETWEEN 0 AND 128),
	reason_id   INTEGER NOT NULL REFERENCES reason,
	evidence_id INTEGER NOT NULL REFERENCES evidence,
	listed_at   INTEGER NOT NULL,
	expires_at  INTEGER CHECK (expires_at > listed_at),  -- NULL: never
	added_id    INTEGER NOT NULL REFERENCES change,
	ended_at    INTEGER CHECK (ended_at >= listed_at),   -- NULL: in force, unless expired
	ended_id    INTEGER REFERENCES change,
	CHECK ((ended_at IS NULL) = (ended_id IS NULL)),
	-- No host bits: the octets after the prefix are zero, and so is the rest of the octet it ends in.
	CHECK (substr(network, (prefix + 7) / 8 + 1) = zeroblob(16 - (prefix + 7) / 8)),
	CHECK (prefix % 8 = 0 OR (
		(instr('0123456789ABCDEF', substr(hex(network), prefix / 8 * 2 + 1, 1)) - 1) * 16 +
		(instr('0123456789ABCDEF', substr(hex(network), prefix / 8 * 2 + 2, 1)) - 1)
		) % (1 << (8 - prefix % 8)) = 0)
) STRICT;

-- The hot index: a look-up walks from an address to the nearest network before it (lookup.c).
CREATE UNIQUE INDEX listing_in_force ON listing (network, prefix, list_id) WHERE ended_at IS NULL;
CREATE INDEX listing_ended ON listing (prefix, network) WHERE ended_at IS NOT NULL;

-- The prefix lengths that a look-up has to think of. One too many costs a probe, one too few would hide
-- listings, so the database itself sees to it that none is missing.
CREATE TABLE prefix_length (
	prefix INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER listing_prefix AFTER INSERT ON listing
	WHEN NOT EXISTS (SELECT 1 FROM prefix_length WHERE prefix = NEW.prefix)
	BEGIN INSERT INTO prefix_length VALUES (NEW.prefix); END;
CREATE TRIGGER prefix_length_in_use BEFORE DELETE ON prefix_length
	WHEN EXISTS (SELECT 1 FROM listing WHERE prefix = OLD.prefix AND ended_at IS NULL)
	BEGIN SELECT RAISE(ABORT, 'listings in force have this prefix length'); END;

CREATE TRIGGER listing_stays BEFORE DELETE ON listing
	BEGIN SELECT RAISE(ABORT, 'listings end, they are not deleted'); END;
CREATE TRIGGER listing_is_final
	BEFORE UPDATE OF list_id, network, prefix, reason_id, evidence_id, listed_at, added_id ON listing
	BEGIN SELECT RAISE(ABORT, 'a listing changes only by its end'); END;
CREATE TRIGGER listing_end_is_final BEFORE UPDATE ON listing WHEN OLD.ended_at IS NOT NULL
	BEGIN SELECT RAISE(ABORT, 'this listing has ended'); END;

-- Evidence that came after the listing.
CREATE TABLE listing_evidence (
	listing_id  INTEGER NOT NULL REFERENCES listing,
	evidence_id INTEGER NOT NULL REFERENCES evidence,
	PRIMARY KEY (listing_id, evidence_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX listing_evidence_evidence ON listing_evidence (evidence_id);

-- Networks that are never refused, whatever lists they are on.
CREATE TABLE exemption (
	id       INTEGER PRIMARY KEY,
	network  BLOB NOT NULL CHECK (length(network) = 16),
	prefix   INTEGER NOT NULL CHECK (prefix BETWEEN 0 AND 128),
	added_id INTEGER NOT NULL REFERENCES change,
	ended_id INTEGER REFERENCES change,
	-- No host bits, as in a listing.
	CHECK (substr(network, (prefix + 7) / 8 + 1) = zeroblob(16 - (prefix + 7) / 8)),
	CHECK (prefix % 8 = 0 OR (
		(instr('0123456789ABCDEF', substr(hex(network), prefix / 8 * 2 + 1, 1)) - 1) * 16 +
		(instr('0123456789ABCDEF', substr(hex(network), prefix / 8 * 2 + 2, 1)) - 1)
		) % (1 << (8 - prefix % 8)) = 0)
) STRICT;

CREATE UNIQUE INDEX exemption_in_force ON exemption (prefix, network) WHERE ended_id IS NULL;
CREATE TRIGGER exemption_stays BEFORE DELETE ON exemption
	BEGIN SELECT RAISE(ABORT, 'exemptions end, they are not deleted'); END;
CREATE TRIGGER exemption_is_final BEFORE UPDATE OF network, prefix, added_id ON exemption
	BEGIN SELECT RAISE(ABORT, 'an exemption changes only by its end'); END;
CREATE TRIGGER exemption_end_is_final BEFORE UPDATE ON exemption WHEN OLD.ended_id IS NOT NULL
	BEGIN SELECT RAISE(ABORT, 'this exemption has ended'); END;

-- Removal requests and nominations.
CREATE TABLE request (
	id           INTEGER PRIMARY KEY,
	kind         TEXT NOT NULL CHECK (kind IN ('removal', 'nomination')),
	address      TEXT NOT NULL,
	state        TEXT NOT NULL CHECK (state IN ('open', 'retry', 'review', 'granted', 'denied')),
	requested_at INTEGER NOT NULL,
	decided_at   INTEGER CHECK (decided_at >= requested_at),
	verdict      TEXT,
	why          TEXT,
	evidence_id  INTEGER REFERENCES evidence,
	CHECK ((decided_at IS NOT NULL) = (state IN ('granted', 'denied')))
) STRICT;

CREATE INDEX request_address ON request (address);

-- Tests for open proxies.
CREATE TABLE test (
	id          INTEGER PRIMARY KEY,
	address     TEXT NOT NULL,
	at          INTEGER NOT NULL,
	verdict     TEXT NOT NULL CHECK (verdict IN ('open', 'closed', 'unreachable', 'inconclusive', 'void')),
	egress      TEXT,
	summary     TEXT NOT NULL,
	evidence_id INTEGER NOT NULL REFERENCES evidence
) STRICT;

CREATE INDEX test_address ON test (address);

INSERT INTO change (at, who, what, why) VALUES (unixepoch(), 'opsctl', 'init', 'made this database');

-- Addresses as text, by RFC 5952. The inner query writes the eight groups as ':2001:db8:0:0:0:0:0:1:';
-- the middle one finds the longest run of zero groups, and the outer one puts '::' in its place. The
-- LIMITs keep SQLite from copying each expression into all the places that use it.
CREATE VIEW listing_text AS
SELECT listing.*,
	CASE
	WHEN prefix >= 96 AND substr(network, 1, 12) = x'00000000000000000000ffff' THEN (
		SELECT group_concat(
			(instr('0123456789ABCDEF', substr(x, position, 1)) - 1) * 16 +
			(instr('0123456789ABCDEF', substr(x, position + 1, 1)) - 1), '.')
		FROM (SELECT hex(network) AS x LIMIT 1),
			(SELECT 25 AS position UNION ALL SELECT 27 UNION ALL SELECT 29 UNION ALL SELECT 31))
		|| CASE prefix WHEN 128 THEN '' ELSE '/' || (prefix - 96) END
	ELSE (
		SELECT CASE
			WHEN zeros IS NULL THEN trim(groups, ':')
			ELSE ltrim(substr(groups, 1, instr(groups, zeros) - 1), ':') || '::' ||
				rtrim(substr(groups, instr(groups, zeros) + length(zeros)), ':')
			END
		FROM (
			SELECT groups, (
				SELECT run FROM (
					SELECT ':0:0:0:0:0:0:0:0:' AS run UNION ALL SELECT ':0:0:0:0:0:0:0:'
					UNION ALL SELECT ':0:0:0:0:0:0:' UNION ALL SELECT ':0:0:0:0:0:'
					UNION ALL SELECT ':0:0:0:0:' UNION ALL SELECT ':0:0:0:' UNION ALL SELECT ':0:0:')
				WHERE instr(groups, run) ORDER BY length(run) DESC LIMIT 1) AS zeros
			FROM (
				SELECT ':' || group_concat(
					coalesce(nullif(ltrim(substr(x, position, 4), '0'), ''), '0'), ':') || ':' AS groups
				FROM (SELECT lower(hex(network)) AS x LIMIT 1), (
					SELECT 1 AS position UNION ALL SELECT 5 UNION ALL SELECT 9 UNION ALL SELECT 13
					UNION ALL SELECT 17 UNION ALL SELECT 21 UNION ALL SELECT 25 UNION ALL SELECT 29)
				LIMIT 1)
			LIMIT 1))
		|| CASE prefix WHEN 128 THEN '' ELSE '/' || prefix END
	END AS network_text
FROM listing;

-- The listings in force.
CREATE VIEW listings AS
SELECT listing_text.id AS id,
	list.name AS list,
	network_text AS network,
	reason.text AS reason,
	datetime(listed_at, 'unixepoch') AS listed_at,
	datetime(expires_at, 'unixepoch') AS expires_at,
	1 + (SELECT count(*) FROM listing_evidence WHERE listing_id = listing_text.id) AS evidence_count
FROM listing_text
	JOIN list ON list.id = list_id
	JOIN reason ON reason.id = reason_id
WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > unixepoch());

-- The listings that were ended by somebody or have expired.
CREATE VIEW past_listings AS
SELECT listing_text.id AS id,
	list.name AS list,
	network_text AS network,
	reason.text AS reason,
	datetime(listed_at, 'unixepoch') AS listed_at,
	datetime(expires_at, 'unixepoch') AS expires_at,
	1 + (SELECT count(*) FROM listing_evidence WHERE listing_id = listing_text.id) AS evidence_count,
	datetime(coalesce(ended_at, expires_at), 'unixepoch') AS removed_at,
	coalesce(change.who, 'opsmilter') AS removed_by,
	coalesce(change.why, 'expired') AS removed_why
FROM listing_text
	JOIN list ON list.id = listing_text.list_id
	JOIN reason ON reason.id = reason_id
	LEFT JOIN change ON change.id = ended_id
WHERE ended_at IS NOT NULL OR expires_at <= unixepoch();

CREATE VIEW requests AS
SELECT id, kind, address AS ip, state,
	datetime(requested_at, 'unixepoch') AS requested_at,
	datetime(decided_at, 'unixepoch') AS decided_at,
	verdict, why
FROM request;

CREATE VIEW tests AS
SELECT id, address AS ip, datetime(at, 'unixepoch') AS at, verdict, egress, summary
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
WHERE what NOT IN ('add', 'remove', 'import', 'replace', 'expire');

PRAGMA application_id = 0x4f70734c;
PRAGMA user_version = 1;
