# SPDX-License-Identifier: BSD-2-Clause
"""A disk that takes longer than a client is kept waiting: the answer is on_error's, and the row says so."""

import os
import shutil
import subprocess
import threading
import unittest

from support.scratch import wait_until, write_file

from .setting import Setting

OUTCOMES = (("accept", "accepted", "logged"), ("tempfail", "deferred", "deferred"))


class SlowDiskTest(Setting, unittest.TestCase):
    subject = "slow disk"

    def setUp(self):
        compiler = shutil.which("cc")
        if compiler is None:
            self.skipTest("a C compiler is needed to make a disk slow")
        super().setUp()
        library = os.path.join(self.scratch.path, "slow_disk.so")
        source = os.path.join(os.path.dirname(__file__), "slow_disk.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
        self.switch = os.path.join(self.scratch.path, "slow")
        self.filter.wrapper = ["env", f"LD_PRELOAD={library}", f"SLOW_DISK={self.switch}"]

    def slow_down(self):
        self.addCleanup(self.speed_up)
        return write_file(self.switch, "")

    def speed_up(self):
        if os.path.exists(self.switch):
            os.remove(self.switch)

    def test_clients_are_let_go_after_five_seconds_and_their_rows_say_what_was_done(self):
        for on_error, outcome, action in OUTCOMES:
            with self.subTest(on_error):
                self.start(on_error=on_error)
                before = self.assert_refused().ref
                done = len(self.filter.hits())
                self.slow_down()
                # The first one's commit is held up; the others have not been taken by then.
                answers = self.ask_one_after_another(4)
                self.assertEqual([outcome] * 4, [answer.outcome for answer in answers])
                for answer in answers:
                    self.assertTrue(4.5 < answer.seconds < 6, answer)
                self.assert_one_line()
                self.speed_up()
                self.wait_until_refused()
                self.assert_on_record([before])
                rows = wait_until(lambda: self.amended(done, action), 5, "the row to be amended")
                self.assertEqual(1, len(rows), rows)
                self.assertIn("the hit log took too long", rows[0]["reply"])
                self.assertEqual(0, self.filter.stop())
                self.assert_sound()

    def amended(self, after, action):
        return [hit for hit in self.filter.hits()[after:] if hit["action"] == action]

    def ask_one_after_another(self, count):
        """Each a moment after the one before, and all waiting at once."""
        answers = []
        threads = [threading.Timer(number * 0.2, lambda: answers.append(self.ask())) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_a_disk_that_is_slow_for_a_moment_costs_that_moment(self):
        self.start()
        self.slow_down()
        timer = threading.Timer(1, self.speed_up)
        timer.start()
        answer = self.ask()
        timer.join()
        self.assertEqual("refused", answer.outcome, answer)
        self.assertGreater(answer.seconds, 0.5)
        self.assert_on_record([answer.ref])

    def test_is_killed_in_the_middle_of_a_commit(self):
        self.start()
        refs = [self.assert_refused().ref]
        size = self.octets_written()
        self.slow_down()
        thread = threading.Thread(target=self.lose_a_client)
        thread.start()
        wait_until(lambda: self.octets_written() > size, 5, "the commit")
        self.filter.kill()
        thread.join()
        self.speed_up()
        self.filter.start()
        self.assert_on_record(refs)
        self.assert_refused()
        self.assert_sound()

    def octets_written(self):
        return os.path.getsize(self.filter.hit_log + "-wal")

    def lose_a_client(self):
        with self.assertRaises((EOFError, OSError)):
            self.ask()
