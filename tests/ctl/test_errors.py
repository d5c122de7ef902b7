# SPDX-License-Identifier: BSD-2-Clause
"""What opsctl does when a database fails, and what it shows on a terminal and to people."""
import json
import os
import socket
import sqlite3
import struct
import threading
import unittest

from command_line import CommandTest


class Errors(CommandTest):
    def execute(self, sql, database="ops.db"):
        connection = sqlite3.connect(os.path.join(self.folder, database))
        connection.executescript(sql)
        connection.close()

    def rename(self, table, database="ops.db"):
        """Takes a table away, as damage would."""
        self.execute(f"PRAGMA legacy_alter_table = ON; ALTER TABLE {table} RENAME TO gone", database)

    def test_a_failing_database_ends_each_command_with_status_3_and_its_path(self):
        good = ("--reason", "x", "--note", "y")
        for table, commands in [
            ("list", [("list",), ("add", "198.18.7.9", *good), ("export", "--format", "text"),
                      ("remove", "198.18.7.9", "--why", "x"), ("list", "set", "ops", "action=log")]),
            ("exemption", [("exempt",), ("exempt", "add", "198.18.0.0/24", "--why", "x"),
                           ("exempt", "remove", "198.18.0.0/24")]),
            ("listing", [("lookup", "198.18.7.9"), ("history", "198.18.7.9")]),
            ("request", [("requests",), ("requests", "show", "1"),
                         ("requests", "decide", "1", "--keep", "--why", "x"), ("history", "198.18.7.9")]),
            ("evidence", [("evidence", "1"), ("add", "198.18.7.9", *good)]),
            ("hit", [("hits",), ("report",), ("hits", "--ref", "1-5R2GK0M8W1XA")]),
        ]:
            with self.subTest(table):
                self.setUp()
                database = "hits.db" if table == "hit" else "ops.db"
                self.rename(table, database)
                for command in commands:
                    self.assertIn(f"{self.folder}/{database}: ", self.run_fails(3, *command))

    def test_a_missing_hit_log_is_reported_and_lookup_answers_anyway(self):
        os.unlink(os.path.join(self.folder, "hits.db"))
        self.add("198.18.7.9")
        result = self.run_raw("--json", "lookup", "198.18.7.9")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"hits.db", result.stderr)
        self.assertIsNone(json.loads(result.stdout)["hits"])
        self.assertIn(b"its mail is refused", self.run_raw("lookup", "198.18.7.9").stdout)

    def test_import_of_a_failing_database_imports_nothing(self):
        self.rename("evidence")
        errors = self.run_fails(3, "import", "-", stdin=b"198.18.0.1\n")
        self.assertIn("nothing was imported", errors)
        self.assertEqual(self.query("SELECT count(*) FROM listing"), [(0,)])

    def test_init_reports_what_keeps_it_from_a_database(self):
        self.write("opsmilter.conf", f"""database = "{self.folder}/none/ops.db"
            hit_log = "{self.folder}/hits.db"
            site_url = "https://ops.example.org"\n""")
        self.assertIn("none/ops.db", self.run_fails(3, "init"))

    def test_settings_of_a_list_that_are_invalid_are_named(self):
        for setting, words in [("title=", "title is empty"), ("removal=never", "retest, review or expire"),
                               ("max_network=" + "/1" * 10, "max_network must be"), ("action", "expected KEY=VALUE"),
                               ("max_network=/8,/129", "max_network must be"), ("dns_code=1000", "dns_code must be")]:
            with self.subTest(setting):
                self.assertIn(words, self.run_fails(2, "list", "set", "ops", setting))
        self.run_ok("list", "set", "ops", "title=open relays", "removal=review", "dns_code=127.0.0.9")
        row = self.run_json("list", "ops")[0]
        self.assertEqual((row["title"], row["removal"], row["dns_code"]), ("open relays", "review", "127.0.0.9"))

    def test_lists_that_cannot_be_added_are_named(self):
        self.assertIn("reserved", self.run_fails(2, "list", "add", "set"))
        self.assertIn("missing argument", self.run_fails(2, "list", "add"))
        self.assertIn("missing argument", self.run_fails(2, "list", "set", "ops"))
        self.assertIn('unexpected argument "rbl"', self.run_fails(2, "list", "ops", "rbl"))
        for i in range(100):
            result = self.run_raw("list", "add", f"own{i}")
            if result.returncode != 0:
                break
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"the maximum", result.stderr)


class Shown(CommandTest):
    def test_changes_are_reported_to_programs_too(self):
        row = self.run_json("add", "198.18.7.9", "--reason", "r", "--note", "n")[0]
        self.assertEqual((row["id"], row["list"], row["network"], row["reason"], row["evidence_id"]),
                         (1, "ops", "198.18.7.9", "r", 1))
        self.assertEqual(self.run_json("remove", "198.18.7.9", "--why", "w"),
                         [{"network": "198.18.7.9", "list": "ops", "state": "removed"}])
        self.assertEqual(self.run_json("exempt", "add", "198.18.8.0/24", "--why", "w"),
                         [{"network": "198.18.8.0/24", "state": "exempt"}])
        result = self.run_raw("--json", "nominate", "198.18.7.9", "--confirm", "--spam", "-", stdin=b"spam")
        self.assertEqual(json.loads(result.stdout), {"ip": "198.18.7.9", "request": 1})

    def test_people_see_when_a_purge_deleted_something(self):
        self.add("198.18.7.9")
        self.run_ok("remove", "198.18.7.9", "--why", "w")
        connection = sqlite3.connect(os.path.join(self.folder, "ops.db"))
        for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE evidence SET at = 1000")
        connection.commit()
        connection.close()
        self.assertIn("1 body of evidence older than 1d deleted", self.run_ok("purge", "--evidence", "1d"))
        self.assertIn("evidence 1 was purged on", self.run_fails(1, "evidence", "1"))
        self.assertIn("0 hits older than 1d deleted", self.run_ok("purge", "--hits", "1d"))

    def test_the_evidence_of_an_import_is_its_listings(self):
        self.run_ok("import", "-", stdin=b"198.18.0.1\n")
        self.assertIn("the import of standard input (11 bytes)", self.run_fails(1, "evidence", "1"))
        self.assertIsNone(self.run_json("evidence", "1")[0]["body"])

    def test_evidence_on_a_terminal_has_no_control_characters(self):
        path = self.write("spam", b"a\x1b[2J\tb\r\nc\x7f\xff \xc2\x9b caf\xc3\xa9\n")
        self.run_ok("add", "198.18.7.9", "--reason", "r", "--evidence", path)
        self.assertEqual(self.run_on_terminal("evidence", "1"), "a^[[2J\tb\r\nc^?? ? café\r\n")

    def test_colours_and_progress_are_shown_on_a_terminal(self):
        path = self.write("list", b"".join(b"198.18.%d.%d\n" % (i // 200, i % 200 + 1) for i in range(2000)))
        shown = self.run_on_terminal("import", path)
        self.assertIn("reading [", shown)
        self.assertIn("writing [", shown)
        self.assertIn("2000 listings added to ops", shown)
        self.assertIn("\x1b[31mrefuse\x1b[0m", self.run_on_terminal("list", "ops"))

    def serve(self, answer):
        """A filter on TCP that answers one client; the configuration names it."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        with open(self.conf) as file:
            content = file.read().replace(
                "milter {", f'milter {{ socket = "inet:{listener.getsockname()[1]}@127.0.0.1" ')
        self.write("opsmilter.conf", content)

        def run():
            client, _ = listener.accept()
            with client:
                client.recv(17)
                client.sendall(answer)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)

    def test_a_filter_on_tcp_is_asked_and_people_see_the_outcome(self):
        self.serve(struct.pack("!IcIII", 13, b"O", 6, 0, 0))
        self.assertRegex(self.run_raw("check").stdout.decode(),
                         r"(?m)^ok       filter .*: answers, milter protocol version 6$")

    def test_a_filter_that_hangs_up_is_reported(self):
        self.serve(b"")
        self.assertIn("the connection was closed without an answer; read opsmilter's log",
                      self.run_raw("check").stdout.decode())


if __name__ == "__main__":
    unittest.main()
