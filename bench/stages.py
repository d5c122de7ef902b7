# SPDX-License-Identifier: BSD-2-Clause
"""The measurements. Each adds rows to the table and figures to hold against the promises."""

import os
import sqlite3
import statistics
import subprocess
import time

import listings
import mail
from setting import Pair, Result, anonymous_kilobytes, programs, side_by_side, start_seconds

AT_ONCE = (1, 8, 64, 512)
CLIENTS = 20000

FILL_HITS = """
DROP INDEX hit_at; DROP INDEX hit_client;
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO hit SELECT i, unixepoch() - {count} + i, randomblob(16), '192.0.2.1', 'client.example', 'helo.example',
	'sender@example.com', 'recipient@example.org', 'ops', '192.0.2.0/24', 'open proxy', unixepoch() - {count},
	'rcpt', 'refused', '550 5.7.1 Service unavailable; client [192.0.2.1] is on the ops list: open proxy',
	printf('%X-%012X', i, abs(random() % 281474976710656)), 'mx.example.org', '' FROM n;
CREATE INDEX hit_at ON hit (at);
CREATE INDEX hit_client ON hit (client_key, at);
"""


class Stages:
    """Call them in order; table holds (what, opsmilter, floor, ratio) as text, figures the numbers."""

    def __init__(self, scratch, load, floors, rounds, seconds, say):
        self.scratch, self.load, self.floors = scratch, load, floors
        self.rounds, self.seconds, self.say = rounds, seconds, say
        self.table, self.figures = [], {}
        self.clients = {}

    def row(self, what, ours, floor="", ratio=""):
        self.table.append((what, ours, floor, ratio))
        self.say("  ".join(filter(None, (what, ours, floor, ratio))))

    def write_clients(self, count):
        """Files of clients for a list of so many listings."""
        for kind in ("listed", "unlisted"):
            self.clients[kind] = os.path.join(self.scratch.path, f"{kind}.{count}")
            listings.write_clients(self.clients[kind], CLIENTS, kind == "listed", count)

    def compare(self, what, filter_, kind, at_once):
        """A row and a figure: the sessions of a filter and of the floor."""
        clients = self.clients["unlisted" if kind == "accepted" else "listed"]

        def one(path):
            return lambda: self.load.run(path, at_once, self.seconds, clients, kind)

        pair = side_by_side(self.rounds, one(filter_.socket), one(self.floors[kind].path))
        times = ", ".join(f"{name[:3]} {Pair.latency(pair.ours, name):.2f}" for name in ("p50_ms", "p99_ms"))
        self.row(f"{what}, {at_once} at once", f"{Pair.rate(pair.ours):,.0f}/s ({times} ms)",
                 f"{Pair.rate(pair.floors):,.0f}/s", f"{pair.ratio:.2f}")
        return pair.ratio

    def import_listings(self, filter_, count):
        """Imports so many while one client after the other is answered."""
        path = os.path.join(self.scratch.path, "listings")
        listings.write(path, count)
        filter_.init()
        empty = os.path.getsize(filter_.database)
        filter_.start()
        command = self.load.command(filter_.socket, 1, 3600, self.clients["unlisted"])  # until it is told to end
        with open(os.path.join(self.scratch.path, "beside"), "w+", encoding="ascii") as output:
            beside = subprocess.Popen(command, stdout=output)
            began = time.monotonic()
            try:
                filter_.ctl("import", path, "--force", timeout=1800)
            finally:
                seconds = time.monotonic() - began
                time.sleep(max(0, 0.5 - seconds))  # a thousand are imported before the load has begun
                beside.terminate()
                beside.wait()
            output.seek(0)
            result = self.load.checked(Result(output.read()), "accepted", "beside the import")
        filter_.stop()
        octets = (self.settled_size(filter_.database) - empty) / count
        os.unlink(path)
        self.row(f"import of {count:,}", f"{seconds:.1f} s", "", "")
        self.row("    sessions meanwhile, one at a time",
                 f"{result.rate:,.0f}/s (p99 {result.p99_ms:.2f}, longest {result.max_ms:.1f} ms)")
        self.row(f"    disk, {count:,}", f"{octets:.0f} octets a listing")
        self.figures["import", count] = seconds, result.max_ms
        self.figures["disk", count] = octets

    @staticmethod
    def settled_size(path):
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return os.path.getsize(path)

    def start_up(self, filter_, count):
        times = []
        for _ in range(3):
            filter_.stop()
            times.append(start_seconds(filter_))
        seconds = statistics.median(times)
        self.row(f"start, {count:,} listings", f"{seconds * 1000:.0f} ms till it answers")
        self.figures["start", count] = seconds

    def memory(self, filter_, count):
        """With 512 listed clients connected, after all the load before."""
        holding = subprocess.Popen(self.load.command(filter_.socket, 512, 3, self.clients["listed"], "-k"),
                                   stdout=subprocess.DEVNULL)
        time.sleep(2)
        megabytes = anonymous_kilobytes(filter_.process.pid) / 1024
        if holding.wait() != 0:
            self.load.faults.append("the sessions to hold open failed")
        self.row(f"memory, {count:,} listings, 512 sessions", f"{megabytes:.1f} MB anonymous")
        self.figures["memory", count] = megabytes

    def change(self, filter_):
        """The connection that follows a change."""
        alone = os.path.join(self.scratch.path, "alone")
        address = listings.ipv4(999999999, 32, 1)
        with open(alone, "w", encoding="ascii") as file:
            file.write(address + "\n")
        outcomes = []
        for change in ("add", "remove") * 3:
            options = ["--reason", "r", "--note", "n", "--force"] if change == "add" else ["--why", "w"]
            filter_.ctl(change, address, *options)
            output = subprocess.run(self.load.command(filter_.socket, 1, 5, alone, "-n", "1"), check=True,
                                    capture_output=True, text=True).stdout
            outcomes.append(Result(output).refused == (change == "add"))
        self.figures["change"] = sum(outcomes), len(outcomes)
        self.row("changes in force at the next connection", f"{sum(outcomes)} of {len(outcomes)}")

    def size(self, count, at_once=AT_ONCE):
        """Everything about one number of listings; gives the filter, stopped."""
        self.say(f"-- {count:,} listings")
        self.write_clients(count)
        filter_ = programs.Filter(self.scratch, f"filter{count}")
        self.import_listings(filter_, count)
        self.start_up(filter_, count)
        for kind, what in (("accepted", "unlisted"), ("refused", "refused")):
            for sessions in at_once:
                ratio = self.compare(f"{what}, {count:,} listings", filter_, kind, sessions)
                self.figures[what, count, sessions] = ratio
        self.memory(filter_, count)
        if count == 1000000:
            self.change(filter_)
        filter_.stop()
        return filter_

    def hits(self, filter_, count):
        """Refusals with so many hits on record already."""
        self.say(f"-- {count:,} hits")
        filter_.hit_log = os.path.join(filter_.folder, "more-hits.db")
        filter_.configure()
        filter_.init()
        with sqlite3.connect(filter_.hit_log) as database:
            database.executescript(FILL_HITS.format(count=count))
        database.close()
        self.settled_size(filter_.hit_log)
        filter_.start()
        for sessions in AT_ONCE:
            ratio = self.compare(f"refused, {count:,} hits on record", filter_, "refused", sessions)
            self.figures["hits", count, sessions] = ratio
        filter_.stop()

    def smtp(self, database, rounds, seconds):
        reason = mail.missing()
        if reason:
            self.row("SMTP sessions through Postfix", f"not measured: {reason}")
            return
        self.say("-- SMTP through Postfix, 1,000,000 listings")
        postfix = mail.Mail(self.scratch, database)
        try:
            for name, (rate, ratio) in postfix.measure(rounds, seconds).items():
                self.row(f"SMTP, 10 at once: {name}", f"{rate:,.0f}/s", "", f"{ratio:.2f} of no filter")
        finally:
            postfix.stop()
