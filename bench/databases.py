# SPDX-License-Identifier: BSD-2-Clause
"""The large databases: filled with hits, and kept from one run to the next where that is asked for."""

import hashlib
import os
import shutil
import sqlite3

import listings
from setting import TOP, programs

# As the filter writes them; the client's key is random, as the index over it is what costs.
FILL_HITS = """
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO hit (id, at, client_key, client, client_name, helo, mail_from, rcpt_to, list, network, reason,
	listed_at, stage, action, reply, ref, mta, queue_id)
SELECT i, unixepoch() - ({count} - i) / 10, randomblob(16),
	printf('%d.%d.%d.%d', 1 + i * 7 % 223, i * 31 % 256, i / 256 % 256, i % 256),
	printf('host-%d.client.example', i % 100000), printf('helo%d.example', i % 5000),
	printf('sender%d@from%d.example', i % 9973, i % 997), printf('recipient%d@rcpt.example', i % 2003), 'ops',
	printf('%d.%d.%d.0/24', 1 + i * 7 % 223, i * 31 % 256, i / 256 % 256), 'open proxy, SOCKS 5 on port 1080',
	unixepoch() - 2000000, 'rcpt', 'refused',
	'550 5.7.1 Service unavailable; on the ops list: open proxy; see https://ops.example.test/r?ref=' || i,
	printf('%X-%012X', i, abs(random() % 281474976710656)), 'mx.rcpt.example', '' FROM n
"""


def settled_size(path):
    """The size of a database that nobody has open, all of it in the one file."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return os.path.getsize(path)


def fill_hits(path, count):
    """Puts so many hits into an empty log; the indexes are built at the end, as that is quicker."""
    database = sqlite3.connect(path, isolation_level=None)
    journal = database.execute("PRAGMA journal_mode").fetchone()[0]
    indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''").fetchall()
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        database.execute("PRAGMA " + pragma)
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.execute(FILL_HITS.format(count=count))
    for _, create in indexes:
        database.execute(create)
    database.execute(f"PRAGMA journal_mode = {journal}")
    database.close()


class Kept:
    """Databases in a folder, each under a name that changes with all that it is made from; without a folder, none.

    A database is moved out while it is in use: an interrupted run loses it, and the next one makes it again."""

    def __init__(self, folder):
        self.folder = folder
        if folder:
            os.makedirs(folder, exist_ok=True)

    def _path(self, kind, count):
        made_from = hashlib.sha256(FILL_HITS.encode())
        sources = [listings.__file__]
        steps = os.path.join(TOP, "schema", kind)
        sources += sorted(os.path.join(steps, name) for name in os.listdir(steps))
        for source in sources:
            with open(source, "rb") as file:
                made_from.update(file.read())
        return os.path.join(self.folder, f"{kind}-{count}-{made_from.hexdigest()[:12]}.db")

    def take(self, kind, count, path):
        """Puts a kept database (kind is ops or hits) where the filter expects its own; says whether there was one."""
        if not self.folder or not os.path.exists(self._path(kind, count)):
            return False
        os.unlink(path)
        shutil.move(self._path(kind, count), path)
        if os.geteuid() == 0:
            shutil.chown(path, programs.USER, programs.GROUP)
        return True

    def keep(self, kind, count, path):
        """The filter has ended. Hits that came on top are left out."""
        if not self.folder:
            return
        if kind == "hits":
            with sqlite3.connect(path) as database:
                database.execute("DELETE FROM hit WHERE id > ?", (count,))
            database.close()
        settled_size(path)
        shutil.move(path, self._path(kind, count))
