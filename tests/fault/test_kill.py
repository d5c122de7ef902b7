# SPDX-License-Identifier: BSD-2-Clause
"""The end of the filter under load, in order and not."""

import os
import random
import time
import unittest

from support.milter import Answer, Load
from support.scratch import wait_until

from .setting import LISTED, UNLISTED, Setting

ROUNDS = int(os.environ.get("OPSMILTER_KILL_ROUNDS", "20"))
CLIENTS = (LISTED, LISTED, LISTED, UNLISTED)


class KillTest(Setting, unittest.TestCase):
    subject = "kill"

    def test_each_refusal_received_has_its_row_after_kill_9_under_load(self):
        refs = []
        for _ in range(ROUNDS):
            self.start()  # takes the socket over that the one before left
            with Load(self.filter.connect, CLIENTS) as load:
                wait_until(lambda: load.refs, 10, "the first refusal")
                time.sleep(random.uniform(0.05, 0.5))
                self.filter.kill()
            self.assertTrue(os.path.exists(self.filter.socket))
            self.assertGreater(load.count("accepted"), 0)
            self.assertEqual(0, load.count("deferred"))
            refs += load.refs
        self.start()
        self.assert_on_record(refs)
        self.assert_sound()
        self.assert_refused()
        self.assertGreater(len(refs), 50 * ROUNDS, "too little load to prove anything")
        print(f"        {ROUNDS} rounds, {len(refs)} refusals")

    def test_each_refusal_received_has_its_row_after_sigterm_under_load(self):
        refs = []
        for _ in range(3):
            self.start()
            with Load(self.filter.connect, CLIENTS) as load:
                wait_until(lambda: len(load.refs) > 100, 10, "refusals")
                start = time.monotonic()
                self.assertEqual(0, self.filter.stop(), self.filter.log_text())
                self.assertLess(time.monotonic() - start, 6)
            refs += load.refs
            self.assertFalse(os.path.exists(self.filter.socket))
            self.assertNotIn("not written", self.filter.log_text())
            self.assert_on_record(refs)
            self.assert_sound()

    def test_ends_in_time_while_hundreds_of_sessions_are_answered(self):
        """libmilter itself may not get to its end then: one time in about thirty."""
        refs = []
        for _ in range(10):
            self.start()
            sessions = [self.session() for _ in range(400)]
            for session in sessions:
                self.assertIsNone(session.begin(LISTED))
            for session in sessions:
                session.send_recipient()
            start = time.monotonic()
            self.assertEqual(0, self.filter.stop(), self.log_text())
            self.assertLess(time.monotonic() - start, 8)
            refs += self.answers_received(sessions)
        self.assert_on_record(refs)
        self.assert_sound()

    def answers_received(self, sessions):
        """References of the refusals among the answers that came before the filter was gone."""
        refs = []
        for session in sessions:
            try:
                answer = Answer(*session.read())
                refs += [answer.ref] if answer.outcome == "refused" else []
            except (EOFError, OSError):
                pass
            session.hang_up()
        return refs

    def test_a_configuration_reloaded_under_load_loses_nothing(self):
        self.start()
        with Load(self.filter.connect, CLIENTS) as load:
            for number in range(20):
                self.filter.configure(hit_sync=("full", "normal")[number % 2])
                self.filter.reload()
        self.assertEqual(0, load.lost)
        self.assertEqual(0, load.count("deferred"))
        self.assertEqual(20, self.log_text().count("is in force"), self.log_text())
        self.assertEqual(0, self.filter.stop())
        self.assertNotIn("error", self.log_text())
        self.assert_on_record(load.refs)
        self.assert_sound()

    def test_posted_hits_are_written_before_the_end(self):
        self.filter.ctl("list", "set", "ops", "action=log")
        self.start()
        for _ in range(50):
            self.assertEqual("accepted", self.ask().outcome)
        self.assertEqual(0, self.filter.stop())
        self.assertEqual(["logged"] * 50, [hit["action"] for hit in self.filter.hits()])
