# SPDX-License-Identifier: BSD-2-Clause
"""The measurements. Each adds to the figures that table.py prints and holds against the promises.

The keys of the figures: (what, number of listings or hits[, sessions at once]), "change" and "smtp"."""

import os
import statistics
import subprocess
import time

import listings
import mail
from databases import fill_hits, settled_size
from setting import Result, anonymous_kilobytes, open_files, programs, side_by_side, start_seconds, wait_until
from table import AT_ONCE, MILLION, spoken

CLIENTS = 20000
HELD = 512


class Stages:
    """Call them in order."""

    def __init__(self, scratch, load, floors, kept, rounds, seconds, say):
        self.scratch, self.load, self.floors, self.kept = scratch, load, floors, kept
        self.rounds, self.seconds, self.say = rounds, seconds, say
        self.figures = {}
        self.clients = {}

    def write_clients(self, count):
        """Files of clients for a list of so many listings."""
        for kind in ("listed", "unlisted"):
            self.clients[kind] = os.path.join(self.scratch.path, f"{kind}.{count}")
            listings.write_clients(self.clients[kind], CLIENTS, kind == "listed", count)

    def compare(self, what, count, filter_, kind, at_once):
        """The sessions of a filter and of the floor, side by side."""
        clients = self.clients["unlisted" if kind == "accepted" else "listed"]

        def one(path):
            return lambda: self.load.run(path, at_once, self.seconds, clients, kind)

        pair = side_by_side(self.rounds, one(filter_.socket), one(self.floors[kind].path))
        self.figures[what, count, at_once] = pair
        self.say(f"{what}, {spoken(count)}, {at_once} at once: {pair.rate:,.0f}/s beside {pair.floor_rate:,.0f}/s, "
                 f"ratio {pair.ratio:.2f} ({pair.spread}); p50 {pair.latency('p50_ms'):.2f} ms, "
                 f"p99 {pair.latency('p99_ms'):.2f} ms")

    def note(self, what, count, value):
        self.figures[what, count] = value
        self.say(f"{what}, {spoken(count)}: {value:.3f}")

    def import_listings(self, filter_, count):
        """Imports so many while one client after the other is answered."""
        path = os.path.join(self.scratch.path, "listings")
        listings.write(path, count)
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
            result = self.load.checked(Result(output.read()), "accepted", f"beside the import of {count}")
        filter_.stop()
        os.unlink(path)
        self.note("import", count, seconds)
        self.note("meanwhile", count, result.max_ms)

    def fill(self, filter_, count):
        """Listings into a new filter's database: those kept from an earlier run, or imported."""
        filter_.init()
        if count <= MILLION or not self.kept.take("ops", count, filter_.database):
            self.import_listings(filter_, count)
        self.note("disk", count, settled_size(filter_.database) / count)
        os.sync()  # what is still to be written would go into the next figures

    def start_up(self, filter_, count):
        times = []
        for _ in range(3):
            filter_.stop()
            times.append(start_seconds(filter_))
        self.note("start", count, statistics.median(times) * 1000)
        self.note("rest", count, anonymous_kilobytes(filter_.process.pid) / 1024)

    def memory(self, filter_, count):
        """With so many listed clients connected, after all the load before."""
        before = open_files(filter_.process.pid)
        holding = subprocess.Popen(self.load.command(filter_.socket, HELD, 60, self.clients["listed"], "-k"),
                                   stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: open_files(filter_.process.pid) >= before + HELD, 30, f"{HELD} sessions to be open")
            time.sleep(1)  # connected is not yet looked up
            self.note("memory", count, anonymous_kilobytes(filter_.process.pid) / 1024)
        finally:
            holding.terminate()
            holding.wait()

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

    def size(self, count, at_once=AT_ONCE):
        """Everything about one number of listings; gives the filter, stopped."""
        self.say(f"-- {spoken(count)} listings")
        self.write_clients(count)
        filter_ = programs.Filter(self.scratch, f"filter{count}")
        filter_.configure(hit_sync="full")
        self.fill(filter_, count)
        self.start_up(filter_, count)
        for what, kind in (("unlisted", "accepted"), ("refused", "refused")):
            for sessions in at_once:
                self.compare(what, count, filter_, kind, sessions)
        self.memory(filter_, count)
        if count == MILLION:
            self.change(filter_)
        filter_.stop()
        if count > MILLION:
            self.kept.keep("ops", count, filter_.database)
        return filter_

    def hits(self, filter_, count):
        """Refusals when the hit log already has this many hits."""
        self.say(f"-- {spoken(count)} hits in the log")
        filter_.hit_log = os.path.join(filter_.folder, "more-hits.db")
        filter_.configure(hit_sync="full")
        filter_.init()
        if not self.kept.take("hits", count, filter_.hit_log):
            fill_hits(filter_.hit_log, count)
        os.sync()
        filter_.start()
        for sessions in AT_ONCE:
            self.compare("with hits", count, filter_, "refused", sessions)
        filter_.stop()
        self.kept.keep("hits", count, filter_.hit_log)

    def smtp(self, database, rounds, seconds):
        reason = mail.missing()
        if reason:
            self.say(f"no SMTP sessions through Postfix: {reason}")
            self.figures["smtp"] = reason
            return
        self.say("-- SMTP through Postfix")
        postfix = mail.Mail(self.scratch, database, self.load.faults)
        try:
            self.figures["smtp"] = postfix.measure(rounds, seconds)
        finally:
            postfix.stop()
