# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of faults share: a filter and a listed client each, and what is true whatever happened."""

import os
import pwd
import sqlite3
import subprocess

from support import filter as programs
from support.milter import Session
from support.scratch import Refused, Scratch, tail, wait_until

LISTED = "192.0.2.66"
UNLISTED = "192.0.2.7"


class Setting:
    """Mixed into a unittest.TestCase that says subject."""

    def setUp(self):
        self.scratch = Scratch()
        self.addCleanup(self.scratch.remove)
        self.filter = programs.Filter(self.scratch)
        self.addCleanup(self.end_filter)
        self.filter.init()
        self.filter.list_address(LISTED)

    def end_filter(self):
        """A filter that has crashed since fails the test."""
        self.assertIn(self.filter.stop(), (None, 0), self.filter.log_text())

    def start(self, **options):
        self.filter.configure(**options)
        self.filter.start()

    def logs(self):
        return self.filter.logs()

    def session(self):
        session = Session(self.filter.connect())
        self.addCleanup(session.close)
        return session

    def ask(self, client=LISTED):
        with Session(self.filter.connect()) as session:
            return session.ask(client)

    def reader(self, path):
        """A connection of somebody with sqlite3, closed at the end of the test."""
        database = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self.addCleanup(database.close)
        return database

    def status(self, name):
        """A figure of /proc/PID/status in kB."""
        text = tail(f"/proc/{self.filter.process.pid}/status", 100)
        return int(next(line for line in text.splitlines() if line.startswith(name + ":")).split()[1])

    # what must be true

    def assert_refused(self):
        """The listed client is refused, and its row is there; the unlisted one is not."""
        answer = self.ask()
        self.assertEqual("refused", answer.outcome, answer)
        self.assert_on_record([answer.ref])
        self.assertEqual("accepted", self.ask(UNLISTED).outcome)
        return answer

    def assert_on_record(self, refs):
        """Each refusal that a client has received is a row, and says so."""
        self.assertNotIn(None, refs)
        self.assertEqual(len(refs), len(set(refs)), "a reference was given twice")
        rows = {hit["ref"]: hit for hit in self.filter.hits()}
        missing = [ref for ref in refs if ref not in rows]
        self.assertEqual([], missing[:5], f"{len(missing)} of {len(refs)} refusals have no row")
        for ref in refs:
            self.assertEqual("refused", rows[ref]["action"], ref)
            self.assertTrue(rows[ref]["reply"].endswith(f"(ref {ref})"), rows[ref]["reply"])

    def assert_sound(self):
        """Both databases are whole."""
        for path in (self.filter.database, self.filter.hit_log):
            database = sqlite3.connect(path, timeout=10)
            self.assertEqual([("ok",)], database.execute("PRAGMA integrity_check").fetchall(), path)
            database.close()

    def assert_by_on_error(self, outcome="accepted", most_seconds=1.5, times=5):
        """Mail of the listed client is handled according to on_error, without a wait; the log says so once."""
        for _ in range(times):
            answer = self.ask()
            self.assertEqual(outcome, answer.outcome, answer)
            self.assertIsNone(answer.ref)
            self.assertLess(answer.seconds, most_seconds)
        self.assert_one_line()

    def assert_one_line(self):
        text = self.log_text()
        self.assertEqual(1, text.count("according to on_error"), text)

    def log_text(self):
        """What this process of the filter has logged."""
        return tail(self.filter.log, 1000, self.filter.log_start)

    def wait_until_refused(self, seconds=10):
        """What was repaired is in use again without a restart."""
        wait_until(lambda: self.ask().outcome == "refused", seconds, "the filter to refuse again")
        self.assert_refused()
        self.assertIsNone(self.filter.process.poll())

    def small_disk(self, name, size="2m"):
        """A file system of its own with little room, in place of a folder of the filter; skips where
        that is not permitted. It ends with the mount namespace that tests/fault/run made."""
        if not os.environ.get("OPSMILTER_MOUNTS"):
            self.skipTest("a mount namespace of one's own is not permitted here")
        folder = self.scratch.folder(name)
        owner = pwd.getpwnam(programs.USER)
        options = f"size={size},mode=2770,uid={owner.pw_uid},gid={owner.pw_gid}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"no file system can be mounted: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder


def fill(folder):
    """Takes all the room of a file system; returns the file to remove."""
    path = os.path.join(folder, "ballast")
    with open(path, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    if os.statvfs(folder).f_bavail != 0:
        raise Refused(f"{folder} could not be filled")
    return path
