-- SPDX-License-Identifier: BSD-2-Clause
-- What strangers may cause: who asked again while a request was undecided, and counts for the caps.

-- Somebody who asks for the same removal while it is undecided has a note and a form of their own.
CREATE TABLE repeated_request (
	id         INTEGER PRIMARY KEY,
	request_id INTEGER NOT NULL REFERENCES request,
	filed_at   INTEGER NOT NULL,
	filed_by   TEXT NOT NULL CHECK (length(filed_by) > 0),
	filed_from TEXT,                                            -- shown to nobody but the operator
	contact    TEXT NOT NULL,                                   -- shown to nobody but the operator
	note       TEXT NOT NULL,
	token      TEXT UNIQUE
) STRICT;

CREATE INDEX repeated_request_of ON repeated_request (request_id);
CREATE TRIGGER repeated_request_stays BEFORE DELETE ON repeated_request
	BEGIN SELECT RAISE(ABORT, 'requests are decided, they are not deleted'); END;
CREATE TRIGGER repeated_request_is_final BEFORE UPDATE ON repeated_request
	BEGIN SELECT RAISE(ABORT, 'a repeated request does not change'); END;

-- The nominations of a day, and the copies that are kept, both from the index alone.
CREATE INDEX request_nomination ON request (requested_at, evidence_id) WHERE kind = 'nomination';
CREATE INDEX evidence_kind ON evidence (kind, purged_at, octets);

-- Why a transcript was made.
CREATE INDEX test_evidence ON test (evidence_id);

-- The denied nominations whose copies are to be deleted.
CREATE INDEX request_denied ON request (decided_at, evidence_id) WHERE kind = 'nomination' AND state = 'denied';

PRAGMA user_version = 4;
