# SPDX-License-Identifier: BSD-2-Clause
"""Databases that are not there, a reload, and the end; each test has a site of its own."""

import os
import re
import signal
import sqlite3
import subprocess
import time
import unittest

from visitor import BUILD, LISTED, PATIENCE, SiteTest


class Faults(SiteTest):
    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        super().setUpClass()
        self.addCleanup(self.doClassCleanups)

    def path(self, name):
        return os.path.join(self.folder, name)

    def self_test(self, passed, age=0):
        self.query("INSERT OR REPLACE INTO self_test (id, at, passed, why) VALUES (1, unixepoch() - ?, ?, 'a reason')",
                   age, passed)

    def test_a_check_finds_an_unknown_user_whoever_makes_it(self):
        self.write_conf('user = "nosuch"')
        for user in ("root", "nobody") if os.geteuid() == 0 else (None,):
            check = subprocess.run([f"{BUILD}/opsweb", "-n", "-c", self.conf], user=user, capture_output=True, text=True,
                                   timeout=PATIENCE)
            self.assertEqual((check.returncode, check.stderr), (
                2, 'opsweb: error: web.user: there is no user "nosuch"; create the user, or set another one\n'))

    def test_health_says_what_is_wrong(self):
        self.assertIn("has not tested itself yet", self.get("/healthz", 503).text)
        for passed, age, status, word in ((1, 0, 200, "ok"), (0, 0, 503, "a reason"), (1, 100000, 503, "old")):
            self.self_test(passed, age)
            self.assertIn(word, self.get("/healthz", status).text)

    def test_without_a_database_pages_say_so_and_come_back_by_themselves(self):
        self.self_test(1)
        for name in ("ops.db", "hits.db"):
            os.rename(self.path(name), self.path("away"))
            time.sleep(0.2)  # that a file is gone is seen within a moment
            answer = self.get(f"/lookup?ip={LISTED}", 503)
            self.check_page(answer, name)
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
            self.assertIn("database", self.get("/healthz", 503).text)
            self.assertIn("opsmilter_web_databases_usable 0", self.get("/metrics").text)
            self.get("/")
            self.get("/help/fix")
            os.rename(self.path("away"), self.path(name))
            self.wait_for(lambda: self.ask(f"/lookup?ip={LISTED}").status == 200, "the way back")
            self.get("/healthz")
        self.assertLess(len(self.log().splitlines()), 10)  # a line a minute

    def rename_table(self, old, new):
        connection = sqlite3.connect(self.path("ops.db"), timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

    def metrics(self):
        """Samples by name, with labels."""
        lines = self.get("/metrics").text.splitlines()
        return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def test_a_count_that_fails_is_logged_left_out_and_tried_again_at_once(self):
        listings = 'opsmilter_listings{list="ops"}'
        self.rename_table("listing", "away")
        for _ in range(3):
            metrics = self.metrics()
            self.assertNotIn(listings, metrics)
            self.assertEqual(metrics["opsmilter_web_databases_usable"], 0)
            # The others are known.
            for name in ('opsmilter_hits_total{list="ops",action="refused"}', "opsmilter_oldest_open_request_seconds",
                         "opsmilter_self_test_passed"):
                self.assertIn(name, metrics)
        self.assertEqual(len(re.findall("/metrics: .*listing", self.log())), 1, self.log())
        self.rename_table("away", "listing")
        metrics = self.metrics()
        self.assertEqual((metrics[listings], metrics["opsmilter_web_databases_usable"]), (1, 1))

    def test_what_is_no_database_is_a_503(self):
        os.rename(self.path("ops.db"), self.path("away"))
        for octets in (b"", b"no database at all" * 1000):
            with open(self.path("ops.db"), "wb") as file:
                file.write(octets)
            os.chmod(self.path("ops.db"), 0o666)
            time.sleep(0.2)
            self.get(f"/lookup?ip={LISTED}", 503)
            self.get("/healthz", 503)
            os.unlink(self.path("ops.db"))

    def test_a_look_up_needs_no_lock_that_a_writer_has(self):
        writers = [sqlite3.connect(self.path(name), isolation_level=None) for name in ("ops.db", "inbox.db")]
        for writer in writers:
            self.addCleanup(writer.close)
            writer.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        self.get(f"/lookup?ip={LISTED}")
        self.assertLess(time.monotonic() - began, 1)
        token = self.token(f"/remove?ip={LISTED}")
        self.post("/remove", {"ip": LISTED, "token": token}, 503)
        writers[1].execute("ROLLBACK")
        self.post("/remove", {"ip": LISTED, "token": token}, 303)

    def test_a_reload_takes_the_new_configuration_and_refuses_a_bad_one(self):
        self.write_conf("lookups_per_hour = 1")
        self.site.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "in force" in self.log(), "the reload")
        self.assertEqual([self.ask(f"/lookup?ip={LISTED}").status for _ in range(2)], [200, 429])
        self.write_conf("no_such_option = 1")
        self.site.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "stays" in self.log(), "the error")
        self.get("/")

    def test_the_end_is_in_order_and_soon(self):
        self.get("/")
        self.site.send_signal(signal.SIGTERM)
        self.assertEqual(self.site.wait(PATIENCE), 0, self.log())
        self.assertIn("ends", self.log())

    def test_it_is_not_root(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become somebody else")
        # Its socket is open a moment before it gives up root's privileges.
        self.wait_for(lambda: os.stat(f"/proc/{self.site.pid}").st_uid != 0, "another user")

    def test_a_port_that_is_taken_and_a_wrong_line_are_told(self):
        for options, status in (("", 3), ("no_such_option = 1", 2)):
            self.write_conf(options)
            result = subprocess.run([f"{BUILD}/opsweb", "-c", self.conf], capture_output=True, timeout=PATIENCE)
            self.assertEqual(result.returncode, status, result)
            self.assertEqual(len(result.stderr.splitlines()), 1, result)


if __name__ == "__main__":
    unittest.main()
