# SPDX-License-Identifier: BSD-2-Clause
"""The worker's rounds with real proxies: from the spam copy to the listing, the requests, the removal and the watch
over it; killed again and again; and where it must not judge."""

import os
import random
import signal
import subprocess
import time

from support.scratch import free_port

from . import liars
from .programs import Microsocks, Tinyproxy
from .setting import BUILD, ENVIRONMENT, PATIENCE, Setting

HOUR = 3600
SPAM = """Received: from client.example.net (unknown [{}])
\tby mx.example.com (Postfix) with ESMTP id 4Xw9Qk0000z1
\tfor <user@example.com>; Sat, 21 Nov 2026 05:00:00 +0000
From: offers@example.net
Subject: You have won

Buy this.
"""


class RoundsTest(Setting):
    subject = "rounds"
    network = "127.66.2"
    connect_timeout = 1

    def start(self, program, *options):
        """A daemon; what it says is in a file of its name."""
        with open(os.path.join(self.folder, program + ".log"), "ab") as log:
            process = subprocess.Popen([f"{BUILD}/{program}", "-c", self.conf, *options], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, env=ENVIRONMENT)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process, number=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(number)
        return process.wait(PATIENCE)

    def start_worker(self):
        return self.start("opsprobe", "--worker")

    def logs(self):
        found = {}
        for name in ("opsprobe.log", "opsweb.log"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    found[name] = file.read()
        return found

    def wait_for(self, sql, *values, gives=None):
        """Until a query gives rows, or these."""
        end = time.monotonic() + PATIENCE
        while True:
            rows = self.query(sql, *values)
            if rows == gives or (gives is None and rows):
                return rows
            if time.monotonic() > end:
                self.fail(f"{sql} gives {rows}: {self.logs()}")
            time.sleep(0.05)

    def nominate(self, address):
        path = os.path.join(self.folder, "spam")
        with open(path, "w", encoding="ascii") as file:
            file.write(SPAM.format(address))
        self.ctl("nominate", address, "--spam", path)

    def file_removals(self, *addresses):
        """As the site files them."""
        for address in addresses:
            self.query("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, contact, note,"
                       " waived, next_test_at, tests) VALUES ('removal', ?, 1, 'open', unixepoch(), 'visitor', '',"
                       " 'closed', 0, unixepoch(), 0)", address)

    def make_due(self, table="request"):
        """Instead of hours of waiting."""
        self.query(f"UPDATE {table} SET next_test_at = unixepoch() WHERE next_test_at IS NOT NULL")

    def request(self, number):
        (row,) = self.query("SELECT state, verdict, why, next_test_at - requested_at, tests FROM request WHERE id = ?",
                            number)
        return row

    # the site's form

    def start_site(self, kinds):
        port = free_port()
        self.site = f"http://127.0.0.1:{port}"
        self.write_conf(*kinds, web=f'web {{\n    listen = "127.0.0.1:{port}"\n    user = "nobody"\n}}\n')
        self.start("opsweb")
        end = time.monotonic() + PATIENCE
        while self.curl("/")[0] != 200 and time.monotonic() < end:
            time.sleep(0.05)

    def curl(self, path, *options, of="127.0.0.1"):
        """(status, text) of a page, as a visitor from that address gets it."""
        done = subprocess.run(
            ["curl", "--silent", "--noproxy", "*", "--max-time", "10", "--interface", of, "--write-out",
             "\n%{http_code}", self.site + path, *options], capture_output=True, text=True, check=False)
        text, _, status = done.stdout.rpartition("\n")
        return int(status or 0), text

    def ask_for_removal(self, address, of="127.0.0.1"):
        """The status of what the form answers: 303 once it is filed."""
        status, form = self.curl(f"/remove?ip={address}", of=of)
        if status != 200:
            return status
        token = form.split('name="token" value="', 1)[1].split('"', 1)[0]
        return self.curl("/remove", "--data-urlencode", f"ip={address}", "--data-urlencode", f"token={token}",
                         "--data-urlencode", "contact=owner@example.net", "--data-urlencode", "note=Closed it.",
                         of=of)[0]

    # the rounds

    def test_from_a_spam_copy_to_a_removal_and_back_to_the_list(self):
        address = self.address()
        peer = self.use(Microsocks(self.folder, address))
        where = f"SOCKS5 on port {peer.port}"
        self.start_site([f"socks5:{peer.port}"])
        self.start_worker()

        self.nominate(address)
        self.wait_for("SELECT state FROM request WHERE id = 1", gives=[("granted",)])
        self.assertTrue(self.is_listed(address))
        ((reason, until),) = self.query("SELECT reason, expires_at FROM listings WHERE network = ?", address)
        self.assertIn(where, reason)
        self.assertTrue(until, "it ends by age at last")
        self.assertEqual([("spam",), ("test",)], self.query("SELECT kind FROM evidence ORDER BY id"))

        self.assertEqual(303, self.ask_for_removal(address))
        self.wait_for("SELECT state FROM request WHERE id = 2", gives=[("denied",)])
        self.assertIn(f"still open: {where}", self.request(2)[2])
        self.assertTrue(self.is_listed(address))

        # Secured: a request is too early, but for the owner's own.
        peer.stop()
        peer.start(arguments=("-u", "u", "-P", "p"))
        self.assertEqual(429, self.ask_for_removal(address))
        self.assertEqual(303, self.ask_for_removal(address, of=address))
        self.wait_for("SELECT state FROM request WHERE id = 3", gives=[("granted",)])
        self.assertFalse(self.is_listed(address))
        self.assertEqual([(HOUR, 0)], self.query("SELECT next_test_at - began_at, tests FROM watch"))

        # Closed an hour later; a day later it is open again.
        self.make_due("watch")
        self.wait_for("SELECT tests FROM watch", gives=[(1,)])
        self.assertEqual([(24 * HOUR,)], self.query("SELECT next_test_at - began_at FROM watch"))
        peer.stop()
        peer.start()
        self.make_due("watch")
        self.wait_for("SELECT ended_why FROM watch WHERE next_test_at IS NULL")
        ((reason,),) = self.query("SELECT reason FROM listings WHERE network = ?", address)
        self.assertIn(f"open proxy again: {where}", reason)
        self.assert_history(address)

    def assert_history(self, address):
        told = self.ctl("history", address)
        events = self.query("SELECT what, who FROM history WHERE ip = ? ORDER BY at, rowid", address)
        self.assertEqual(
            {("test open", "opsprobe"): 3, ("add", "opsprobe"): 2, ("nomination granted", "opsprobe"): 1,
             ("removal request", "visitor"): 2, ("removal denied", "opsprobe"): 1, ("removal granted", "opsprobe"): 1,
             ("test closed", "opsprobe"): 2, ("remove", "opsprobe"): 1},
            {event: events.count(event) for event in events if event[0] != "nomination request"})
        for what, who in set(events):
            self.assertRegex(told, rf"(?m)^20[0-9-]+ [0-9:]+ +{what} .*{who}")
        self.assertNotIn("owner@example.net", told)

    def kill_workers(self):
        """Twenty, more on a machine so slow that none of these came to work; how many were killed amid a test."""
        chance = random.Random()
        kills = amid = 0
        while kills < 20 or (amid == 0 and kills < 60):
            worker = self.start_worker()
            time.sleep(chance.uniform(0.01, 0.03 + 0.003 * kills))
            self.end(worker, signal.SIGKILL)
            kills += 1
            amid += self.query("SELECT count(*) FROM request WHERE test_began_at IS NOT NULL") != [(0,)]
        return amid

    def test_killed_twenty_times_it_loses_no_job_and_decides_none_twice(self):
        everybody = [f"127.66.{100 + i}.1" for i in range(60)]
        serves, refuses = everybody[:30], everybody[30:]
        port = free_port()
        for peers, rules in ((serves, ""), (refuses, "Allow 127.0.0.99\n")):
            more = "".join(f"Listen {address}\n" for address in peers[1:])
            self.use(Tinyproxy(self.folder, peers[0], port=port, rules=more + rules))
        self.hosts_per_minute = 3000  # a few before each kill
        slow = self.use(liars.Liar("0.0.0.0", liars.refuse_slowly))
        self.write_conf(f"http:{port}", f"http:{slow.port}")
        removals, nominations = everybody[::2], everybody[1::2]
        for address in removals:
            self.list(address, f"HTTP proxy on port {port}")
        self.file_removals(*removals)
        for address in nominations:
            self.nominate(address)
        self.assertGreater(self.kill_workers(), 0, "no kill met a test under way")
        self.start_worker()
        self.wait_for("SELECT count(*) FROM request WHERE decided_at IS NOT NULL", gives=[(60,)])
        self.assertEqual(
            [("nomination", "denied", 15), ("nomination", "granted", 15), ("removal", "denied", 15),
             ("removal", "granted", 15)],
            self.query("SELECT kind, state, count(*) FROM request GROUP BY kind, state ORDER BY kind, state"))
        self.assertEqual([(30, 30)], self.query("SELECT count(*), count(DISTINCT network) FROM listings"))
        self.assertEqual([(15, 15)], self.query("SELECT count(*), count(DISTINCT address) FROM watch"))
        self.assertEqual([(60, 60)], self.query("SELECT count(*), count(DISTINCT request_id) FROM test"))
        for what, count in (("add", 45), ("remove", 15), ("removal granted", 15), ("nomination granted", 15)):
            self.assertEqual([(count,)], self.query("SELECT count(*) FROM history WHERE what = ?", what), what)
        self.assertEqual([("ok",)], self.query("PRAGMA integrity_check"))

    def test_a_worker_that_fails_its_self_test_judges_nobody_and_says_so(self):
        address = self.address()
        peer = self.use(Tinyproxy(self.folder, address))
        kind = f"http:{peer.port}"
        self.write_conf(kind, targets=f'"203.0.113.1:{free_port()}"')  # nothing comes back from there
        self.list(address, f"HTTP proxy on port {peer.port}")
        self.file_removals(address)
        worker = self.start_worker()
        self.wait_for("SELECT passed FROM self_test", gives=[(0,)])
        check = self.ctl("check", check=False)
        self.assertRegex(check, r"(?m)^FAILED +prober .*203\.0\.113\.1")
        self.assertIn("no verdict counts until it passes", self.logs()["opsprobe.log"])
        time.sleep(0.6)  # two polls
        self.assertEqual(("open", None), self.request(1)[:2])
        self.assertEqual([], self.query("SELECT * FROM test"))
        # The operator's own test is made, and is void.
        done = subprocess.run([f"{BUILD}/opsprobe", "-c", self.conf, address], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual(3, done.returncode, done)
        self.assertIn(f"{address} is void", done.stdout)
        self.assertTrue(self.is_listed(address))
        self.assertEqual(0, self.end(worker))

        # With a target that can be reached, the request is worked off.
        self.write_conf(kind)
        self.start_worker()
        self.wait_for("SELECT state FROM request", gives=[("denied",)])
        self.assertNotRegex(self.ctl("check", check=False), r"(?m)^FAILED +prober")

    def test_who_opted_out_is_neither_tested_nor_taken_off_nor_listed(self):
        listed, nominated = self.address(), self.address()
        peer = self.use(Tinyproxy(self.folder, listed))
        self.write_conf(f"http:{peer.port}", more=f'opt_out = {{"{self.network}.0/24"}}')
        self.list(listed)
        self.file_removals(listed)
        self.nominate(nominated)
        self.start_worker()
        self.wait_for("SELECT state FROM request ORDER BY id", gives=[("denied",), ("review",)])
        for number in (1, 2):
            self.assertIn("opted out", self.request(number)[2])
        self.assertEqual([], self.query("SELECT * FROM test"))
        self.assertTrue(self.is_listed(listed))
        self.assertFalse(self.is_listed(nominated))

    def test_a_host_that_answers_nothing_is_tried_three_times_more_and_stays_listed(self):
        peer = self.use(liars.Mute(self.address()))
        self.write_conf(f"http:{peer.port}")
        self.list(peer.address, f"HTTP proxy on port {peer.port}")
        self.file_removals(peer.address)
        self.start_worker()
        for tests, hours in enumerate((6, 18, 48), start=1):
            self.wait_for("SELECT state, tests FROM request", gives=[("retry", tests)])
            ((wait,),) = self.query("SELECT next_test_at - max(at) FROM request, test")
            self.assertAlmostEqual(hours * HOUR, wait, delta=2)
            self.make_due()
        self.wait_for("SELECT state, tests FROM request", gives=[("review", 4)])
        self.assertIn("unreachable", self.request(1)[2])
        self.assertTrue(self.is_listed(peer.address))

    def test_a_liar_is_tried_once_more_by_another_target_and_stays_listed(self):
        peer = self.use(liars.Liar(self.address(), liars.yes_to_http))
        ports = [free_port(), free_port()]
        self.write_conf(f"http:{peer.port}", targets=", ".join(f'"127.0.0.1:{port}"' for port in ports))
        self.list(peer.address, f"HTTP proxy on port {peer.port}")
        self.file_removals(peer.address)
        self.start_worker()
        self.wait_for("SELECT state, verdict FROM request", gives=[("retry", "inconclusive")])
        self.assertIn(f"HTTP CONNECT to 127.0.0.1 port {ports[0]}", self.latest_test(peer.address)[3])
        ((wait,),) = self.query("SELECT next_test_at - at FROM request, test")
        self.assertAlmostEqual(600, wait, delta=2)
        self.make_due()
        self.wait_for("SELECT state, verdict FROM request", gives=[("review", "inconclusive")])
        self.assertIn(f"HTTP CONNECT to 127.0.0.1 port {ports[1]}", self.latest_test(peer.address)[3])
        self.assertTrue(self.is_listed(peer.address))
