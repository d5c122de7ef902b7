# SPDX-License-Identifier: BSD-2-Clause
"""Listings that cannot be read, or are other ones than before: on_error decides, or the new ones count."""

import os
import shutil
import sqlite3
import time
import unittest

from support import filter as programs
from support.milter import Load

from .setting import LISTED, Setting

OTHER = "192.0.2.99"
NOTICE_SECONDS = 0.15  # within a tenth of a second the filter looks whether the file is still the same
OUTCOMES = (("accept", "accepted"), ("tempfail", "deferred"))


class DatabaseTest(Setting, unittest.TestCase):
    subject = "listings"

    def init_again(self, *addresses):
        self.filter.init()
        for address in addresses:
            self.filter.list_address(address)

    def make_other(self):
        """A database made elsewhere, with other listings; returns its path."""
        other = programs.Filter(self.scratch, "other")
        other.init()
        other.list_address(OTHER)
        return other.database

    def remove_all(self, path):
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.remove(path + suffix)
        time.sleep(NOTICE_SECONDS)

    def test_a_change_under_way_holds_no_look_up_up(self):
        self.start()
        self.assert_refused()
        writer = self.reader(self.filter.database)
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE list SET action = 'log'")
        for _ in range(20):
            self.assertLess(self.assert_refused().seconds, 0.5)
        writer.execute("ROLLBACK")
        self.assert_refused()

    def test_a_database_that_another_program_has_for_itself(self):
        for on_error, outcome in OUTCOMES:
            with self.subTest(on_error):
                self.start(on_error=on_error)
                holder = self.reader(self.filter.database)
                holder.execute("PRAGMA locking_mode = EXCLUSIVE")
                holder.execute("BEGIN EXCLUSIVE")
                holder.execute("UPDATE list SET title = title")
                self.assert_by_on_error(outcome, times=3)
                holder.execute("COMMIT")
                holder.close()
                self.wait_until_refused()
                self.assertEqual(0, self.filter.stop())

    def test_a_database_deleted_while_running(self):
        for on_error, outcome in OUTCOMES:
            with self.subTest(on_error):
                self.start(on_error=on_error)
                self.assert_refused()
                self.remove_all(self.filter.database)
                self.assert_by_on_error(outcome)
                self.assertIn("opsctl init", self.log_text())
                self.init_again(LISTED)
                self.assert_refused()
                self.assertEqual(0, self.filter.stop())

    def test_a_database_of_which_only_the_main_file_was_deleted(self):
        self.start()
        self.assert_refused()
        os.remove(self.filter.database)
        time.sleep(NOTICE_SECONDS)
        self.assert_by_on_error()
        self.init_again(LISTED, OTHER)
        self.assert_refused()
        self.assertEqual("refused", self.ask(OTHER).outcome)
        self.assert_sound()

    def replace(self, database, leave_log):
        """Puts a whole database at the place of the one in use, by rename."""
        checked = sqlite3.connect(database)
        checked.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        checked.close()
        shutil.chown(database, programs.USER, programs.GROUP)
        if not leave_log:
            for suffix in ("-wal", "-shm"):
                if os.path.exists(self.filter.database + suffix):
                    os.remove(self.filter.database + suffix)
        os.rename(database, self.filter.database)
        time.sleep(NOTICE_SECONDS)

    def test_a_database_replaced_by_rename_counts_at_once(self):
        for leave_log in (False, True):
            with self.subTest("the old one's files stay" if leave_log else "alone"):
                self.start()
                self.assert_refused()
                self.assertEqual("accepted", self.ask(OTHER).outcome)
                before = self.filter.database + ".before"
                shutil.copy(self.filter.database, before)
                other = self.make_other() if not leave_log else self.other_again
                self.other_again = other + ".again"
                shutil.copy(other, self.other_again)
                self.replace(other, leave_log)
                self.assertEqual("accepted", self.ask(LISTED).outcome)
                self.assertEqual("refused", self.ask(OTHER).outcome)
                self.filter.list_address(LISTED)
                self.assert_refused()
                self.assert_sound()
                self.replace(before, leave_log)
                self.assert_refused()
                self.assertEqual("accepted", self.ask(OTHER).outcome)
                self.assert_sound()
                self.assertEqual(0, self.filter.stop())

    def test_a_database_replaced_while_its_log_is_full_harms_nobody(self):
        """SQLite warns of this: the log of the old database is taken for that of the new one. Mail still
        flows, and without the log everything works again."""
        self.start()
        self.assert_refused()
        writer = self.reader(self.filter.database)
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(200):
            writer.execute("UPDATE list SET title = ?", (f"title {number}",))
        self.replace(self.make_other(), leave_log=True)
        for _ in range(10):
            self.assertIn(self.ask().outcome, ("refused", "accepted"))
        self.assertIsNone(self.filter.process.poll())
        writer.close()
        self.remove_all(self.filter.database)
        self.init_again(LISTED)
        self.assert_refused()
        self.assert_sound()

    def damage(self, how):
        with open(self.filter.database, "r+b") as file:
            how(file)

    def test_a_damaged_database_crashes_nothing_and_a_new_one_is_used(self):
        path = self.filter.database
        whole = path + ".whole"
        lines = "".join(f"10.{number // 256}.{number % 256}.1\n" for number in range(5000))
        self.filter.ctl("import", "-", "--reason", "for a test", "--force", text=lines)
        checked = sqlite3.connect(path)
        checked.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        checked.close()
        shutil.copy(path, whole)
        size = os.path.getsize(path)

        def overwrite(file):
            file.seek(4096)
            file.write(b"\xa5" * (size - 4096))

        cases = {
            "overwritten behind the first page": overwrite,
            "overwritten at the start": lambda file: file.write(b"\xa5" * 8192),
            "truncated to nothing": lambda file: file.truncate(0),
            "truncated to an odd size": lambda file: file.truncate(size // 2 + 77),
        }
        for name, how in cases.items():
            with self.subTest(name):
                self.start()
                self.assert_refused()
                with Load(self.filter.connect, (LISTED, OTHER, "10.0.7.1"), threads=4) as load:
                    self.damage(how)
                    time.sleep(0.3)
                self.assertEqual(0, load.lost)
                self.assertEqual(0, load.count("deferred"))
                self.assert_on_record(load.refs)
                self.assertIsNone(self.filter.process.poll())
                self.remove_all(path)
                shutil.copy(whole, path + ".new")
                shutil.chown(path + ".new", programs.USER, programs.GROUP)
                os.rename(path + ".new", path)
                self.wait_until_refused()
                self.assertEqual(0, self.filter.stop())
                self.assert_sound()

    def test_a_newer_schema_is_not_read(self):
        self.start()
        self.assert_refused()
        database = self.reader(self.filter.database)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.executescript("BEGIN; ALTER TABLE list ADD COLUMN more TEXT; PRAGMA user_version = 99; COMMIT")
        self.ask()  # what was open may serve once more
        self.assert_by_on_error()
        self.assertIn("newer", self.log_text())
        database.execute(f"PRAGMA user_version = {version}")
        self.wait_until_refused()

    def test_a_database_that_may_not_be_read(self):
        self.start()
        os.chmod(self.filter.database, 0)
        self.assert_by_on_error()
        os.chmod(self.filter.database, 0o660)
        self.wait_until_refused()

    def test_a_database_of_another_program_and_no_database_at_all(self):
        self.start()
        self.assert_refused()
        self.remove_all(self.filter.database)
        foreign = sqlite3.connect(self.filter.database)
        foreign.execute("CREATE TABLE listing (id INTEGER)")
        foreign.close()
        self.assert_by_on_error()
        for content in (b"", b"not a database at all" * 1000):
            with open(self.filter.database, "wb") as file:
                file.write(content)
            self.assertEqual("accepted", self.ask().outcome)
        os.remove(self.filter.database)
        os.mkdir(self.filter.database)
        self.assertEqual("accepted", self.ask().outcome)
        os.rmdir(self.filter.database)
        self.init_again(LISTED)
        self.wait_until_refused()
