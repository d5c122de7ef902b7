-- SPDX-License-Identifier: BSD-2-Clause
-- inbox.db: what strangers file, until the prober's worker takes it into ops.db. The site and the filter write it, and
-- can write nothing else of the lists: so a row here is a claim, and the worker checks it again.

CREATE TABLE filing (
	id         INTEGER PRIMARY KEY,
	kind       TEXT NOT NULL CHECK (kind IN ('removal', 'nomination')),
	address    TEXT NOT NULL CHECK (length(CAST(address AS BLOB)) < 64),
	list       TEXT NOT NULL CHECK (length(CAST(list AS BLOB)) < 64),
	filed_at   INTEGER NOT NULL,
	filed_by   TEXT NOT NULL CHECK (filed_by IN ('visitor', 'opsmilter')),
	filed_from TEXT CHECK (length(CAST(filed_from AS BLOB)) < 64),           -- the visitor's address
	contact    TEXT NOT NULL CHECK (length(CAST(contact AS BLOB)) < 256),
	note       TEXT NOT NULL CHECK (length(CAST(note AS BLOB)) < 2048),
	token      TEXT NOT NULL UNIQUE CHECK (length(CAST(token AS BLOB)) < 64), -- of the form: it is filed once
	spam       BLOB CHECK (length(spam) <= 1048576),            -- the copy of a nomination
	CHECK ((spam IS NOT NULL) = (kind = 'nomination'))
) STRICT;

PRAGMA application_id = 0x4f707349;
PRAGMA user_version = 1;
