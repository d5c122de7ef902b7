-- SPDX-License-Identifier: BSD-2-Clause
-- Indexes for statements that read a whole table to find a few rows.

-- The tests of a request.
CREATE INDEX test_request ON test (request_id) WHERE request_id IS NOT NULL;

-- The undecided requests, the oldest first. The old index began with kind and state, which no statement searches, and
-- SQLite preferred it to request_address when it searched the undecided requests of an address.
DROP INDEX request_undecided;
CREATE INDEX request_waiting ON request (requested_at) WHERE decided_at IS NULL;

-- Counts, which are made from the index alone.
CREATE INDEX request_state ON request (kind, state);
CREATE INDEX test_verdict ON test (verdict);

-- The newest change.
CREATE INDEX change_at ON change (at);

-- The bodies that a purge can delete.
CREATE INDEX evidence_body ON evidence (at) WHERE body IS NOT NULL;

PRAGMA user_version = 3;
