# SPDX-License-Identifier: BSD-2-Clause
"""What each daemon's user can do to the files of the others, with a shell and plain sqlite3: nothing."""

import os
import sqlite3
import subprocess
import unittest

from support.filter import build_folder
from support.scratch import Scratch, write_file

# Three users of every Debian that own nothing here, and a group that they share for the test.
FILTER, PROBER, SITE = "games", "news", "www-data"
GROUP = "operator"

# What a user may write; everything else stays as it is.
OWN = {FILTER: {"hits.db", "inbox.db"}, PROBER: {"ops.db", "inbox.db", "ops.db-opsprobe"}, SITE: {"inbox.db"}}

LIST_THE_WORLD = ("INSERT INTO listing (list_id, network, prefix, reason_id, evidence_id, listed_at, added_id)"
                  " VALUES (1, zeroblob(16), 0, 1, 1, 1, 1)")
ATTACKS = (
    f'sqlite3 ops.db "{LIST_THE_WORLD}"',
    'sqlite3 ops.db "DELETE FROM listing"',
    'sqlite3 ops.db "CREATE TABLE x (y)"',
    'sqlite3 ops.db "PRAGMA journal_mode = delete"',
    'sqlite3 ops.db "VACUUM INTO \'copy.db\'"',
    'sqlite3 hits.db "INSERT INTO counter VALUES (\'x\', 1, 1)"',
    'sqlite3 hits.db "DELETE FROM hit"',
    "rm -f {file}",
    "mv {file} other",
    "mv /etc/hostname {file}",
    "ln {file} other",
    "ln -s {file} other",
    "ln -sf /etc/passwd {file}",
    "cp /etc/hostname {file}",
    ": > {file}",
    "echo x >> {file}",
    "truncate -s 0 {file}",
    "chmod 666 {file}",
    "touch other",
    "mkdir other",
    "mv ../state ../other",
    "rmdir ../state",
)
FILES = [name + ending for name in ("ops.db", "hits.db", "inbox.db") for ending in ("", "-wal", "-shm")]


class RightsTest(unittest.TestCase):
    subject = "rights"

    def setUp(self):
        self.scratch = Scratch()
        self.addCleanup(self.scratch.remove)
        self.folder = self.scratch.folder("state", mode=0o2750, user="root", group=GROUP)
        self.conf = os.path.join(self.scratch.path, "opsmilter.conf")
        write_file(self.conf, f"""
database = "{self.folder}/ops.db"
hit_log = "{self.folder}/hits.db"
site_url = "https://ops.example.org"
milter {{ user = "{FILTER}" }}
probe {{ user = "{PROBER}" }}
web {{ user = "{SITE}" }}
""")
        self.ctl("init")
        self.ctl("add", "198.51.100.7", "--force", "--reason", "open proxy", "--note", "seen")

    def ctl(self, *arguments):
        return subprocess.run([os.path.join(build_folder(), "opsctl"), "-c", self.conf, *arguments], check=True,
                              capture_output=True, text=True).stdout

    def run_as(self, user, command):
        return subprocess.run(["setpriv", f"--reuid={user}", f"--regid={GROUP}", "--clear-groups", "sh", "-c", command],
                              cwd=self.folder, capture_output=True, text=True, check=False)

    def look(self):
        """The names in the folder, with what they are and hold. SQLite's index is no content."""
        seen = {".": os.stat(self.folder)[:2]}
        for name in sorted(os.listdir(self.folder)):
            path = os.path.join(self.folder, name)
            status = os.lstat(path)
            with open(path, "rb") as file:
                content = None if name.endswith("-shm") else file.read()
            seen[name] = (status.st_ino, status.st_mode, status.st_uid, status.st_nlink, content)
        return seen

    def changed(self, before, user):
        after = self.look()
        own = {name + ending for name in OWN[user] for ending in ("", "-wal", "-shm")}
        return sorted(name for name in before.keys() | after.keys()
                      if name not in own and before.get(name) != after.get(name))

    def test_no_user_changes_what_is_not_its_own(self):
        for user in (SITE, FILTER, PROBER):
            for attack in ATTACKS:
                for file in FILES if "{file}" in attack else ("",):
                    command = attack.format(file=file)
                    name = next((each for each in ("ops.db", "hits.db", "inbox.db") if each in command), None)
                    if name in OWN[user]:
                        continue
                    before = self.look()
                    with self.subTest(f"{user}: {command}"):
                        self.run_as(user, command)
                        self.assertEqual([], self.changed(before, user))
                        self.assertTrue(os.path.isdir(self.folder))

    def test_each_user_can_do_its_work(self):
        """That the attacks fail proves something only where the same user can do what it must."""
        for user in (SITE, FILTER, PROBER):
            for name in ("ops.db", "hits.db", "inbox.db"):
                with self.subTest(f"{user} reads {name}"):
                    table = {"ops.db": "listing", "hits.db": "hit", "inbox.db": "filing"}[name]
                    done = self.run_as(user, f'sqlite3 {name} "SELECT count(*) FROM {table}"')
                    self.assertRegex(done.stdout, r"^\d+\n$", done.stderr)
            for name in OWN[user] & {"ops.db", "hits.db", "inbox.db"}:
                with self.subTest(f"{user} writes {name}"):
                    done = self.run_as(user, f'sqlite3 {name} "CREATE TABLE {user.replace("-", "_")} (x)"')
                    self.assertEqual("", done.stderr)

    def test_the_owner_of_a_file_cannot_give_it_away_or_take_it_out(self):
        for user in (FILTER, PROBER):
            for name in sorted(OWN[user]):
                for command in (f"rm -f {name}", f"mv {name} other", f"ln {name} other", f"ln -sf /etc/passwd {name}"):
                    with self.subTest(f"{user}: {command}"):
                        inode = os.lstat(os.path.join(self.folder, name)).st_ino
                        self.run_as(user, command)
                        self.assertEqual(inode, os.lstat(os.path.join(self.folder, name)).st_ino)
                        self.assertFalse(os.path.lexists(os.path.join(self.folder, "other")))

    def test_a_reader_needs_no_writer_and_leaves_no_trace(self):
        """After a start of the machine: nothing is open, and the index of SQLite is of another time."""
        for ending in ("-wal", "-shm"):
            self.assertTrue(os.path.exists(os.path.join(self.folder, "ops.db" + ending)))
        os.truncate(os.path.join(self.folder, "ops.db-shm"), 0)
        before = self.look()
        done = self.run_as(SITE, 'sqlite3 ops.db "SELECT count(*) FROM listing"')
        self.assertEqual(("1\n", ""), (done.stdout, done.stderr))
        self.assertEqual([], self.changed(before, SITE))

    def test_init_makes_what_is_missing_and_sets_what_is_wrong(self):
        for ending in ("-wal", "-shm"):
            os.remove(os.path.join(self.folder, "ops.db" + ending))
        os.chmod(os.path.join(self.folder, "hits.db"), 0o600)
        self.assertNotEqual("1\n", self.run_as(SITE, 'sqlite3 ops.db "SELECT count(*) FROM listing"').stdout)
        self.ctl("init")
        self.assertEqual("1\n", self.run_as(SITE, 'sqlite3 ops.db "SELECT count(*) FROM listing"').stdout)
        self.assertEqual("0\n", self.run_as(SITE, 'sqlite3 hits.db "SELECT count(*) FROM hit"').stdout)

    def test_a_database_that_is_a_link_is_not_opened(self):
        os.rename(os.path.join(self.folder, "ops.db"), os.path.join(self.folder, "real.db"))
        for make in (os.symlink, os.link):
            make(os.path.join(self.folder, "real.db"), os.path.join(self.folder, "ops.db"))
            done = subprocess.run([os.path.join(build_folder(), "opsctl"), "-c", self.conf, "remove", "198.51.100.7",
                                   "--why", "x"], check=False, capture_output=True, text=True)
            self.assertEqual(3, done.returncode)
            self.assertIn("link", done.stderr)
            os.remove(os.path.join(self.folder, "ops.db"))
        database = sqlite3.connect(os.path.join(self.folder, "real.db"))
        self.assertEqual([(1,)], database.execute("SELECT count(*) FROM listing WHERE ended_at IS NULL").fetchall())
        database.close()


if __name__ == "__main__":
    unittest.main()
