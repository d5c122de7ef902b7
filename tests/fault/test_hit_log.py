# SPDX-License-Identifier: BSD-2-Clause
"""A hit log that cannot be written: no refusal without its row, so mail is handled according to on_error until the log works again."""

import contextlib
import os
import shutil
import sqlite3
import threading
import time
import unittest

from support.milter import Load
from support.scratch import size_of, wait_until

from .setting import LISTED, Setting, fill

HIT_WAIT_SECONDS = 5  # how long a client waits for its hit
OUTCOMES = (("accept", "accepted"), ("tempfail", "deferred"))


class HitLogTest(Setting, unittest.TestCase):
    subject = "hit log"

    def move_hit_log(self, folder):
        """Puts the hit log into a folder of its own, so that its fault is not the other database's."""
        self.filter.hit_log = os.path.join(folder, "hits.db")
        self.filter.configure()
        self.filter.init()

    def test_a_full_disk_leaves_the_mail_to_on_error_until_there_is_room(self):
        for on_error, outcome in OUTCOMES:
            with self.subTest(on_error):
                folder = self.small_disk("disk." + on_error)
                self.move_hit_log(folder)
                self.start(on_error=on_error)
                refused = [self.assert_refused().ref for _ in range(20)]
                ballast = fill(folder)
                # There may be room left in the write-ahead log: up to here refusals have their rows.
                for _ in range(50):
                    answer = self.ask()
                    if answer.outcome != "refused":
                        break
                    refused.append(answer.ref)
                self.assert_by_on_error(outcome)
                os.remove(ballast)
                self.wait_until_refused()
                self.assertEqual(0, self.filter.stop())
                self.assert_on_record(refused)
                self.assert_sound()

    def test_a_disk_that_fills_up_under_load_loses_no_refusal(self):
        folder = self.small_disk("disk", size="4m")
        self.move_hit_log(folder)
        self.start()
        with Load(self.filter.connect, (LISTED,)) as load:
            wait_until(lambda: load.count("accepted") > 500, 60, "the disk to fill up")
            shutil.copy(self.filter.database, os.path.join(self.scratch.path, "room"))
        self.assertEqual(0, load.lost)
        self.assertGreater(len(load.refs), 300)
        self.assert_on_record(load.refs)
        self.assert_one_line()
        self.assertEqual(0, self.filter.stop())
        self.assert_on_record(load.refs)
        self.assert_sound()

    def lock(self):
        """Another program that is in the middle of a change, until it is rolled back."""
        holder = self.reader(self.filter.hit_log)
        holder.execute("BEGIN EXCLUSIVE")
        return holder

    def test_a_locked_log_holds_up_the_first_clients_only(self):
        for on_error, outcome in OUTCOMES:
            with self.subTest(on_error):
                self.start(on_error=on_error)
                self.assert_refused()
                holder = self.lock()
                first = self.ask_at_once(8)
                self.assertEqual([outcome] * 8, [answer.outcome for answer in first])
                self.assertLess(max(answer.seconds for answer in first), HIT_WAIT_SECONDS + 1)
                self.assertGreater(max(answer.seconds for answer in first), 2, "it gave up at once")
                self.assert_by_on_error(outcome)
                holder.execute("ROLLBACK")
                self.wait_until_refused()
                self.filter.stop()
                # None of those that were let through has a hit that says "refused".
                self.assertNotIn("", [hit["ref"] for hit in self.filter.hits()])
                self.assert_sound()

    def ask_at_once(self, count):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.ask())) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(count, len(answers))
        return answers

    def test_a_lock_that_is_given_up_in_time_costs_a_wait_and_nothing_else(self):
        self.start()
        self.assert_refused()
        holder = self.lock()
        timer = threading.Timer(1, holder.execute, ("ROLLBACK",))
        timer.start()
        answer = self.ask()
        timer.join()
        self.assertEqual("refused", answer.outcome, answer)
        self.assertGreater(answer.seconds, 0.5)
        self.assert_on_record([answer.ref])

    def test_readers_of_the_log_hold_nothing_up(self):
        self.start()
        reader = self.reader(self.filter.hit_log)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM hits").fetchall()
        for _ in range(20):
            self.assertLess(self.assert_refused().seconds, 1)
        self.assertEqual([(0,)], reader.execute("SELECT count(*) FROM hits").fetchall())
        reader.execute("COMMIT")

    def test_hits_that_nobody_waits_for_are_kept_while_the_log_is_locked(self):
        self.filter.ctl("list", "set", "ops", "action=log")
        self.start()
        holder = self.lock()
        for _ in range(100):
            self.assertLess(self.ask().seconds, 1)
        holder.execute("ROLLBACK")
        self.assertEqual(100, len(self.filter.wait_for_hits(100)))

    def test_ends_in_time_while_the_log_is_locked(self):
        self.start()
        self.lock()
        threading.Thread(target=self.ask, daemon=True).start()
        time.sleep(0.3)
        start = time.monotonic()
        self.assertEqual(0, self.filter.stop())
        self.assertLess(time.monotonic() - start, 10)

    def test_a_log_deleted_while_running_is_missed_at_once_and_used_once_made_again(self):
        self.start()
        self.assert_refused()
        for suffix in ("", "-wal", "-shm"):
            os.remove(self.filter.hit_log + suffix)
        self.assert_by_on_error()
        self.assertFalse(os.path.exists(self.filter.hit_log), "an empty log was made")
        self.filter.init()
        self.wait_until_refused()
        self.assertEqual(1, len([hit for hit in self.filter.hits() if hit["action"] == "refused"][1:]))

    def test_a_log_moved_away_under_load_keeps_its_hits_and_the_new_one_gets_the_rest(self):
        self.start()
        old = self.filter.hit_log + ".1"
        with Load(self.filter.connect, (LISTED,), threads=8) as load:
            wait_until(lambda: len(load.refs) > 200, 10, "refusals")
            os.rename(self.filter.hit_log, old)
            self.filter.init()
            before = len(load.refs)
            wait_until(lambda: len(load.refs) > before + 200, 10, "refusals in the new log")
        self.assertEqual(0, self.filter.stop())
        rows = {hit["ref"] for hit in self.filter.hits()}
        self.assertGreater(len(rows), 100)
        self.filter.hit_log, new = old, self.filter.hit_log
        rows |= {hit["ref"] for hit in self.filter.hits()}
        self.assertEqual([], [ref for ref in load.refs if ref not in rows][:5])
        self.assert_sound()
        self.filter.hit_log = new
        self.assert_sound()

    def test_a_log_replaced_by_a_copy_is_written_on(self):
        self.start()
        kept = [self.assert_refused().ref for _ in range(5)]
        copy = self.filter.hit_log + ".copy"
        source, target = self.reader(self.filter.hit_log), sqlite3.connect(copy)
        source.backup(target)
        target.close()
        source.close()
        shutil.chown(copy, "nobody", "nogroup")
        os.rename(copy, self.filter.hit_log)
        kept += [self.assert_refused().ref for _ in range(5)]
        self.assertEqual(0, self.filter.stop())
        self.assert_on_record(kept)
        self.assert_sound()

    def damage(self, how):
        with open(self.filter.hit_log, "r+b") as file:
            how(file)

    def test_a_damaged_log_crashes_nothing_and_a_new_one_is_used(self):
        def overwrite(file):
            file.seek(4096)
            file.write(b"\xa5" * (os.path.getsize(self.filter.hit_log) - 4096))

        cases = {
            "overwritten behind the first page": overwrite,
            "overwritten at the start": lambda file: file.write(b"\xa5" * 4096),
            "truncated to nothing": lambda file: file.truncate(0),
            "truncated to an odd size": lambda file: file.truncate(5001),
        }
        for name, how in cases.items():
            with self.subTest(name):
                self.start()
                for _ in range(30):
                    self.assertEqual("refused", self.ask().outcome)
                time.sleep(1.5)  # when it is idle, the write-ahead log is copied into the file
                self.damage(how)
                for _ in range(10):
                    self.assertIn(self.ask().outcome, ("refused", "accepted"))
                self.assertIsNone(self.filter.process.poll())
                for suffix in ("", "-wal", "-shm"):
                    if os.path.exists(self.filter.hit_log + suffix):
                        os.remove(self.filter.hit_log + suffix)
                self.filter.init()
                self.wait_until_refused()
                self.assertEqual(0, self.filter.stop())
                self.assert_sound()

    def test_a_newer_schema_is_not_written_to(self):
        self.start()
        self.assert_refused()
        database = self.reader(self.filter.hit_log)
        database.executescript("BEGIN; ALTER TABLE hit ADD COLUMN more TEXT; PRAGMA user_version = 99; COMMIT")
        self.ask()  # what was open may take one hit more
        self.assert_by_on_error()
        self.assertIn("newer", self.log_text())
        database.execute("PRAGMA user_version = 2")
        self.wait_until_refused()

    def test_a_log_that_may_not_be_written(self):
        folder = self.scratch.folder("hits", 0o2770, "nobody", "nogroup")
        self.move_hit_log(folder)
        before = os.stat(self.filter.hit_log).st_mode & 0o7777
        self.start()
        os.chmod(self.filter.hit_log, 0o440)
        self.assert_by_on_error()
        os.chmod(self.filter.hit_log, before)
        self.wait_until_refused()
        # What is open stays open, and is written to the end.
        os.chmod(self.filter.hit_log, 0o440)
        answer = self.ask()
        if answer.outcome == "refused":
            self.assert_on_record([answer.ref])
        os.chmod(self.filter.hit_log, before)
        self.assertEqual(0, self.filter.stop())
        self.assertGreater(size_of(self.filter.hit_log), 0)

    def test_a_folder_that_may_not_be_written_is_enough(self):
        """As "opsctl init" leaves it: SQLite's files are there, and stay."""
        folder = self.scratch.folder("hits", 0o2770, "nobody", "nogroup")
        self.move_hit_log(folder)
        os.chmod(folder, 0o550)
        for _ in range(2):
            self.start()
            self.assert_refused()
            self.assertEqual(0, self.filter.stop())
            # The last to close the database removes them; root's start makes them again.
            with contextlib.closing(sqlite3.connect(self.filter.hit_log)) as database:
                database.execute("SELECT count(*) FROM hits").fetchone()
            self.assertFalse(os.path.exists(self.filter.hit_log + "-wal"))

    def test_a_log_that_lost_its_write_ahead_mode_gets_it_back(self):
        """VACUUM INTO makes a file without it, and then one plain reader would hold up every refusal."""
        small = self.filter.hit_log + ".small"
        with contextlib.closing(sqlite3.connect(self.filter.hit_log)) as database:
            database.execute(f"VACUUM INTO '{small}'")
        os.rename(small, self.filter.hit_log)
        shutil.chown(self.filter.hit_log, "nobody", "nogroup")
        self.start()
        self.assert_refused()
        reader = sqlite3.connect(self.filter.hit_log, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM hits").fetchone()
        self.assert_refused()

    def test_while_a_fault_lasts_the_log_has_one_line_a_minute(self):
        self.start()
        os.rename(self.filter.hit_log, self.filter.hit_log + ".away")
        self.assert_by_on_error()
        began = time.monotonic()
        while time.monotonic() - began < 58:
            self.assertEqual("accepted", self.ask().outcome)
            time.sleep(0.5)
        self.assert_one_line()
        wait_until(self.asked_for_a_second_line, 5, "the line of the second minute")
        self.assertRegex(self.log_text(), r"according to on_error; \d+ failures? since the last line")

    def asked_for_a_second_line(self):
        self.ask()
        return self.log_text().count("according to on_error") == 2
