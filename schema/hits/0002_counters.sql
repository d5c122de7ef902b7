-- SPDX-License-Identifier: BSD-2-Clause
-- What the filter has counted since it started, for the site's metrics.

CREATE TABLE counter (
	name  TEXT PRIMARY KEY CHECK (length(name) > 0),
	value INTEGER NOT NULL,
	at    INTEGER NOT NULL                                      -- when it was written
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
