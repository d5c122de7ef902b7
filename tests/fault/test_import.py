# SPDX-License-Identifier: BSD-2-Clause
"""An import of many addresses beside a filter at work: in the end, and killed in the middle."""

import os
import signal
import sqlite3
import subprocess
import time
import unittest

from support import filter as programs
from support.milter import Load, Session
from support.scratch import wait_until, write_file

from .setting import LISTED, UNLISTED, Setting

ADDRESSES = 200_000
FIRST, LAST = "20.0.0.0", "20.3.13.63"


class ImportTest(Setting, unittest.TestCase):
    subject = "import"

    def setUp(self):
        super().setUp()
        lines = (f"20.{number >> 16}.{number >> 8 & 255}.{number & 255}\n" for number in range(ADDRESSES))
        self.file = write_file(os.path.join(self.scratch.path, "addresses"), "".join(lines))
        self.start()

    def begin_import(self):
        command = [os.path.join(programs.build_folder(), "opsctl"), "-c", self.filter.configuration, "import",
                   self.file, "--reason", "for a test"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def listed(self):
        database = sqlite3.connect(self.filter.database, timeout=10)
        count, = database.execute("SELECT count(*) FROM listings").fetchone()
        database.close()
        return count

    def written(self):
        """Octets of the write-ahead log."""
        return os.path.getsize(self.filter.database + "-wal") if os.path.exists(self.filter.database + "-wal") else 0

    def test_200000_addresses_are_imported_while_the_filter_answers(self):
        with Load(self.filter.connect, (LISTED, UNLISTED, FIRST), threads=4) as load:
            process = self.begin_import()
            self.assertEqual(0, process.wait(120), process.stdout.read())
            time.sleep(0.2)
        self.assertEqual(0, load.lost)
        self.assertEqual(0, load.count("deferred"))
        self.assertGreater(load.count("accepted"), 0)
        self.assertNotIn("on_error", self.log_text())
        self.assert_on_record(load.refs)
        self.assertEqual(ADDRESSES + 1, self.listed())
        for address in (FIRST, LAST):
            self.assertEqual("refused", self.ask(address).outcome)
        self.assert_sound()

    def test_an_import_that_is_killed_has_imported_nothing_and_the_next_one_works(self):
        # In the middle of its work on the database, and while it still reads.
        for step, moment in enumerate((lambda: self.written() > 2_000_000, lambda: True)):
            with Load(self.filter.connect, (LISTED, UNLISTED, FIRST), threads=2) as load:
                process = self.begin_import()
                wait_until(lambda: moment() or process.poll() is not None, 60, "the import to be at work")
                self.assertIsNone(process.poll(), f"the import was over too soon (step {step})")
                process.send_signal(signal.SIGKILL)
                process.wait()
                time.sleep(0.2)
            self.assertEqual(0, load.lost)
            self.assertEqual(0, load.count("deferred"))
            self.assert_on_record(load.refs)
            self.assertEqual(1, self.listed())
            self.assertEqual("accepted", self.ask(FIRST).outcome)
            self.assert_refused()
            self.assert_sound()
        process = self.begin_import()
        self.assertEqual(0, process.wait(120), process.stdout.read())
        self.assertEqual(ADDRESSES + 1, self.listed())
        self.assertEqual("refused", self.ask(LAST).outcome)
        self.assertNotIn("on_error", self.log_text())

    def test_a_session_begun_before_an_import_is_as_it_was(self):
        with Session(self.filter.connect()) as session:
            self.assertIsNone(session.begin(LISTED))
            process = self.begin_import()
            self.assertEqual(0, process.wait(120), process.stdout.read())
            self.assertEqual("refused", session.recipient().outcome)
