# SPDX-License-Identifier: BSD-2-Clause
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import struct
import threading
import time
import unittest
from unittest import mock

from command_line import CommandTest


class Reading(CommandTest):
    def hit(self, at, client="198.18.7.9", key="00000000000000000000ffffc6120709", sender="a@example.org",
            list="ops", action="refused", ref="1-5R2GK0M8W1XA"):
        connection = sqlite3.connect(os.path.join(self.folder, "hits.db"))
        with connection:
            connection.execute(
                "INSERT INTO hit (at, client_key, client, client_name, helo, mail_from, rcpt_to, list, network,"
                " reason, listed_at, stage, action, reply, ref, mta, queue_id) VALUES"
                " (?, ?, ?, '', 'h', ?, 'b@example.net', ?, ?, 'r', 1, 'rcpt', ?, '550 5.7.1 no', ?, 'mx', 'Q')",
                (int(at), bytes.fromhex(key), client, sender, list, client, action, ref))
        connection.close()

    def run_no(self, *arguments):
        result = self.run_raw(*arguments)
        self.assertEqual((result.returncode, result.stderr), (1, b""), arguments)
        return result.stdout.decode()

    def test_lookup_says_what_the_filter_would_do_and_why(self):
        self.add("198.18.7.9")
        self.add("198.18.0.0/16", "--list", "dul", reason="dynamic")
        self.hit(time.time())
        row = self.run_json("lookup", "::ffff:198.18.7.9")[0]
        self.assertEqual((row["ip"], row["listed"], row["action"], row["stage"], row["exempt"]),
                         ("198.18.7.9", True, "refuse", "rcpt", None))
        self.assertEqual([(entry["list"], entry["network"], entry["evidence"]) for entry in row["listings"]],
                         [("ops", "198.18.7.9", [1]), ("dul", "198.18.0.0/16", [2])])
        self.assertEqual(row["hits"][0]["ref"], "1-5R2GK0M8W1XA")
        self.assertRegex(row["sample_reply"],
                         r"^550 5\.7\.1 .*198\.18\.7\.9.*ops.*https://ops\.example\.org/lookup\?ip=198\.18\.7\.9")
        text = self.run_ok("lookup", "198.18.7.9")
        self.assertIn("its mail is refused at RCPT, by list ops", text)
        self.assertIn("the reference is a sample", text)

    def test_lookup_ends_with_1_where_nothing_is_listed(self):
        self.assertIn("not listed", self.run_no("lookup", "198.18.7.9"))
        self.assertIn("not listed", self.run_no("lookup", "127.0.0.1"))
        row = json.loads(self.run_no("--json", "lookup", "198.18.7.9"))
        self.assertEqual((row["listed"], row["action"], row["listings"], row["hits"]), (False, "accept", [], []))

    def test_lookup_shows_the_test_entry_whatever_is_exempt(self):
        row = self.run_json("lookup", "127.0.0.2")[0]
        self.assertEqual(row["exempt"], {"by": "exempt_clients", "network": "127.0.0.0/8", "why": None})
        self.assertEqual([entry["list"] for entry in row["listings"]],
                         ["ops", "rbl", "rss", "dul", "nml", "qil"])

    def test_lookup_of_what_is_exempt_by_the_table_is_still_a_yes(self):
        self.add("198.18.7.9")
        self.run_ok("exempt", "add", "198.18.7.0/24", "--why", "partner")
        row = self.run_json("lookup", "198.18.7.9")[0]
        self.assertEqual((row["action"], row["sample_reply"]), ("accept", None))
        self.assertEqual(row["exempt"], {"by": "exemptions", "network": "198.18.7.0/24", "why": "partner"})
        self.assertIn("partner", self.run_ok("lookup", "198.18.7.9"))

    def test_hits_are_newest_first_and_one_is_opened_by_its_reference(self):
        self.hit(100, ref="1-5R2GK0M8W1XA")
        self.hit(200, "2001:db8::1", "20010db8000000000000000000000001", ref="2-5R2GK0M8W1XA")
        self.assertEqual([row["id"] for row in self.run_json("hits")], [2, 1])
        self.assertEqual([row["id"] for row in self.run_json("hits", "198.18.0.0/16")], [1])
        self.assertEqual([row["id"] for row in self.run_json("hits", "--limit", "1")], [2])
        self.assertEqual(self.run_json("hits", "--since", "1d"), [])
        row = self.run_json("hits", "--ref", "i-5r2gkom8w1xa")[0]
        self.assertEqual((row["id"], row["at"], row["reply"]), (1, "1970-01-01 00:01:40", "550 5.7.1 no"))
        self.assertIn("reply          550 5.7.1 no\n", self.run_ok("hits", "--ref", "1-5R2GK0M8W1XA"))
        self.assertIn("no hit", self.run_fails(1, "hits", "--ref", "1-5R2GK0M8W1XB"))

    def test_what_a_visitor_said_cannot_steer_the_terminal(self):
        self.hit(time.time(), sender="a\x1b[2J\n@example.org")
        for command in (("hits",), ("hits", "--ref", "1-5R2GK0M8W1XA"), ("report",)):
            self.assertNotIn("\x1b", self.run_ok(*command))

    def test_invalid_times_are_named_in_one_line(self):
        for arguments in [("hits", "--since", "nonsense"), ("hits", "--until", "2026-02-30"),
                          ("report", "--since", ""), ("report", "--since", "2999-01-01"),
                          ("hits", "--since", "1d", "--until", "2d"), ("hits", "--limit", "-1"),
                          ("hits", "--ref", "nonsense"), ("hits", "--list", "nolist"), ("hits", "198.18.7.9/24"),
                          ("purge",), ("purge", "--hits", "never"), ("purge", "--evidence", "old")]:
            with self.subTest(arguments):
                self.assertEqual(self.run_fails(2, *arguments).count("\n"), 1)

    def test_a_report_counts_by_day_list_network_and_sender_domain(self):
        now = time.time()
        self.hit(now - 3 * 86400)
        self.hit(now - 86400, sender="x@EXAMPLE.org", action="logged")
        self.hit(now - 86400, sender="", list="dul")
        rows = self.run_json("report")
        days = [row["hits"] for row in rows if row["by"] == "day"]
        self.assertEqual(days, [1, 0, 2])
        self.assertEqual([(row["key"], row["refused"], row["other"]) for row in rows if row["by"] == "sender_domain"],
                         [("example.org", 1, 1), ("<>", 1, 0)])
        with mock.patch.dict(os.environ, {"LC_ALL": "C.UTF-8"}):
            self.assertIn("█", self.run_ok("report"))
        with mock.patch.dict(os.environ, {"LC_ALL": "C"}):
            text = self.run_ok("report")
        self.assertIn("###", text)
        self.assertTrue(text.isascii())

    def test_history_tells_a_listing_from_its_beginning_to_its_end(self):
        self.add("198.18.0.0/16", "--by", "ann")
        self.run_ok("remove", "198.18.0.0/16", "--why", "closed", "--by", "bob")
        self.assertEqual([(row["what"], row["network"], row["who"], row["why"], row["evidence"])
                          for row in self.run_json("history", "198.18.7.9")],
                         [("add", "198.18.0.0/16", "ann", "open proxy", 1),
                          ("remove", "198.18.0.0/16", "bob", "closed", None)])
        self.assertIn("nothing", self.run_ok("history", "198.19.0.1"))

    def test_a_purge_deletes_old_hits_and_evidence_that_nothing_needs(self):
        self.hit(100)
        self.hit(time.time(), ref="2-5R2GK0M8W1XA")
        self.add("198.18.7.8")
        self.add("198.18.7.9")
        self.run_ok("remove", "198.18.7.9", "--why", "closed")
        time.sleep(2.1)  # times are whole seconds
        self.assertEqual(self.run_json("purge", "--hits", "1d", "--evidence", "1s"), [{"hits": 1, "evidence": 1}])
        self.assertEqual(self.query("SELECT id FROM hit", "hits.db"), [(2,)])
        self.assertEqual(self.query("SELECT id, body IS NULL FROM evidence"), [(1, 0), (2, 1)])
        self.assertEqual(self.query("SELECT count(*) FROM change WHERE what = 'purge'"), [(2,)])

    def test_on_a_terminal_a_purge_asks_before_it_deletes(self):
        self.hit(100)
        shown = self.run_on_terminal("purge", "--hits", "0d", status=1, answer=b"n\n")
        self.assertIn("Delete hits older than 0d? [y/N]", shown)
        self.assertIn("nothing was deleted", shown)
        self.assertEqual(self.query("SELECT count(*) FROM hit", "hits.db"), [(1,)])
        shown = self.run_on_terminal("purge", "--hits", "0d", "--evidence", "1d", answer=b"y\n")
        self.assertIn("Delete hits older than 0d and bodies of evidence older than 1d? [y/N]", shown)
        self.assertIn("1 hit older than 0d deleted", shown)
        for switch in ("--yes", "-y"):
            self.assertNotIn("[y/N]", self.run_on_terminal("purge", "--hits", "0d", switch, answer=b"n\n"))

    def execute(self, sql, database="ops.db"):
        connection = sqlite3.connect(os.path.join(self.folder, database))
        with connection:
            connection.executescript(sql)
        connection.close()

    def assert_purge_fails(self, *arguments):
        """What it says on standard error and standard output, status 3."""
        result = self.run_raw(*arguments)
        self.assertEqual(result.returncode, 3, result)
        return result.stderr.decode(), result.stdout.decode()

    def test_a_purge_that_fails_says_so_and_what_it_deleted_before(self):
        self.hit(100)
        self.add("198.18.7.9")
        self.run_ok("remove", "198.18.7.9", "--why", "closed")
        self.execute("CREATE TRIGGER broken BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'broken'); END")
        time.sleep(2.1)  # times are whole seconds
        errors, output = self.assert_purge_fails("purge", "--hits", "1d", "--evidence", "1s")
        self.assertIn("ops.db", errors)
        self.assertIn("purge failed; deleted before it failed: 1 hit, 0 bodies of evidence\n", errors)
        self.assertEqual(output, "")
        errors, output = self.assert_purge_fails("--json", "purge", "--hits", "1d", "--evidence", "1s")
        self.assertIn("purge failed; deleted before it failed: 0 hits, 0 bodies of evidence\n", errors)
        self.assertEqual(json.loads(output), {"hits": 0, "evidence": 0, "failed": True})

    def test_a_purge_that_fails_at_a_later_hit_counts_those_before(self):
        self.execute("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 2100)"
                     " INSERT INTO hit (at, client_key, client, client_name, helo, mail_from, rcpt_to, list, network,"
                     " reason, listed_at, stage, action, reply, ref, mta, queue_id)"
                     " SELECT i, zeroblob(16), 'c', '', '', '', '', 'ops', 'n', 'r', 1, 'rcpt', 'refused', '550',"
                     " printf('%d-5R2GK0M8W1XA', i), 'mx', 'Q' FROM n;"
                     "CREATE TRIGGER broken BEFORE DELETE ON hit WHEN old.at = 2050"
                     " BEGIN SELECT RAISE(ABORT, 'broken'); END", "hits.db")
        errors, output = self.assert_purge_fails("purge", "--hits", "1d")
        self.assertIn("hits.db", errors)
        self.assertIn("purge failed; deleted before it failed: 2000 hits\n", errors)
        self.assertEqual(output, "")
        self.assertEqual(self.query("SELECT why FROM change WHERE what = 'purge'"), [("2000 hits older than 1d",)])


class Check(CommandTest):
    def check(self, status):
        result = self.run_raw("--json", "check")
        self.assertEqual(result.returncode, status, result.stdout)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def outcomes(self, what, status=1):
        return [row["outcome"] for row in self.check(status) if row["check"] == what]

    def set_socket(self, path):
        with open(self.conf) as file:
            content = file.read().replace("milter {", f'milter {{ socket = "unix:{path}" ')
        self.write("opsmilter.conf", content)

    def serve(self, answer):
        """A socket that reads one packet and answers it."""
        path = os.path.join(self.folder, "socket")
        self.set_socket(path)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen()

        def run():
            client, _ = listener.accept()
            with client:
                self.offer = client.recv(100)
                client.sendall(answer)
                with contextlib.suppress(ConnectionError):
                    client.recv(100)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)

    def test_a_filter_that_answers_is_known_by_its_negotiation(self):
        self.serve(struct.pack("!IcIII", 13, b"O", 6, 0, 0))
        self.assertEqual([row["outcome"] for row in self.check_any() if row["check"] == "filter"], ["ok"])
        self.assertEqual(struct.unpack("!IcI", self.offer[:9]), (13, b"O", 6))

    def check_any(self):
        """What check finds, whatever the permissions of the scratch folder."""
        return [json.loads(line) for line in self.run_raw("--json", "check").stdout.splitlines()]

    def test_what_answers_otherwise_is_no_filter(self):
        self.serve(b"220 mail.example.org ESMTP ready\r\n")
        self.assertEqual(self.outcomes("filter"), ["failed"])

    def test_one_run_shows_all_that_is_wrong(self):
        self.set_socket(os.path.join(self.folder, "nothing"))
        os.remove(os.path.join(self.folder, "ops.db"))
        self.write("hits.db", b"no database at all")
        rows = {row["check"]: row for row in self.check(1)}
        for what in ("database", "hit log", "filter"):
            self.assertEqual(rows[what]["outcome"], "failed")
        self.assertIn("opsctl init", rows["database"]["text"])
        self.assertIn("start opsmilter", rows["filter"]["fix"])

    def test_schema_integrity_and_test_entries_are_looked_at(self):
        self.assertEqual(self.outcomes("integrity"), ["ok", "ok"])
        self.assertEqual(self.outcomes("test entries"), ["ok"])
        connection = sqlite3.connect(os.path.join(self.folder, "hits.db"))
        connection.execute("PRAGMA user_version = 99")
        connection.close()
        self.assertEqual(self.outcomes("hit log"), ["failed"])

    def check_one(self, what):
        return [row for row in self.check_any() if row["check"] == what][0]

    def write_hit(self, sql):
        connection = sqlite3.connect(os.path.join(self.folder, "hits.db"))
        with connection:
            connection.execute(sql)
        connection.close()

    def test_a_clock_behind_the_newest_record_is_a_warning(self):
        self.assertEqual(self.check_one("clock")["outcome"], "ok")
        self.write_hit("INSERT INTO hit (at, client_key, client, client_name, helo, mail_from, rcpt_to, list,"
                        " network, reason, listed_at, stage, action, reply, ref, mta, queue_id) VALUES"
                        " (unixepoch() + 3600, zeroblob(16), '', '', '', '', '', 'ops', '', '', 1, 'rcpt',"
                        " 'refused', '', '1-5R2GK0M8W1XA', '', '')")
        row = self.check_one("clock")
        self.assertEqual(row["outcome"], "warning")
        self.assertIn("newest hit", row["text"])

    def test_listings_that_have_all_expired_are_a_warning(self):
        self.assertEqual(self.check_one("listings")["outcome"], "ok")
        self.add("198.18.7.9", "--expires", "1s")
        time.sleep(2.1)  # times are whole seconds
        row = self.check_one("listings")
        self.assertEqual((row["outcome"], row["text"]), ("warning", "0 in force, 1 expired"))
        self.add("198.18.7.8")
        row = self.check_one("listings")
        self.assertEqual((row["outcome"], row["text"]), ("ok", "1 in force, 1 expired"))

    def write_self_test(self, age, passed, why):
        connection = sqlite3.connect(os.path.join(self.folder, "ops.db"))
        with connection:
            connection.execute("INSERT OR REPLACE INTO self_test (id, at, passed, why)"
                               " VALUES (1, unixepoch() - ?, ?, ?)", (age, passed, why))
        connection.close()
        row = self.check_one("prober")
        return row["outcome"], row["text"]

    def test_what_the_prober_found_of_itself_is_told(self):
        row = self.check_one("prober")
        self.assertEqual((row["outcome"], row["text"]), ("note", "opsprobe has not run here yet"))
        self.assertIn("opsprobe --worker", row["fix"])
        outcome, text = self.write_self_test(60, 1, "")
        self.assertEqual(outcome, "ok")
        self.assertRegex(text, r"^the self-test at 20..-..-.. ..:..:.. passed$")
        outcome, text = self.write_self_test(60, 0, "the target cannot be reached")
        self.assertEqual(outcome, "failed")
        self.assertIn("the target cannot be reached", text)
        outcome, text = self.write_self_test(5460, 1, "")
        self.assertEqual(outcome, "warning")
        self.assertIn("every hour", text)

    def test_a_site_that_does_not_run_is_named_and_one_that_answers_too(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        with open(self.conf) as file:
            content = file.read()
        self.write("opsmilter.conf", content + f'web {{ listen = "127.0.0.1:{port}" }}\n')
        row = self.check_one("site")
        self.assertEqual((row["outcome"], row["text"]), ("ok", f"127.0.0.1:{port}: a program listens"))
        listener.close()
        row = self.check_one("site")
        self.assertEqual((row["outcome"], row["text"]), ("note", f"127.0.0.1:{port}: opsweb is not running"))
        self.assertIn("start opsweb", row["fix"])

    def test_a_user_that_is_not_there_is_named(self):
        with open(self.conf) as file:
            content = file.read().replace('"nobody"', '"no-such-user"')
        self.write("opsmilter.conf", content)
        row = [row for row in self.check(1) if row["check"] == "user"][0]
        self.assertIn("no-such-user", row["text"])

    def test_a_folder_that_is_missing_is_named_with_the_cure(self):
        os.chmod(self.folder, 0o755)
        missing = os.path.join(self.folder, "missing")
        with open(self.conf) as file:
            content = file.read().replace(f"{self.folder}/hits.db", f"{missing}/hits.db")
        self.write("opsmilter.conf", content)
        texts = {row["text"]: row["fix"] for row in self.check(1) if row["check"] == "folder"}
        self.assertIn("install -d -m 2750 -o root -g", texts[f"{missing}: No such file or directory"])

    def test_damage_is_named_on_one_line(self):
        with open(os.path.join(self.folder, "ops.db"), "r+b") as file:
            file.seek(2 * 4096)
            file.write(bytes(4096))
        row = [row for row in self.check(1) if row["check"] == "integrity"][0]
        self.assertRegex(row["text"], r"ops\.db: the database is damaged: .*[Pp]age 3")
        self.assertNotIn("?", row["text"])

    @unittest.skipIf(os.getuid() != 0, "the files of another user are made by root")
    def test_files_that_the_daemon_cannot_use_are_named_with_the_cure(self):
        os.chmod(self.folder, 0o711)
        rows = [row for row in self.check(1) if row["check"] in ("folder", "permissions") and row["fix"]]
        self.assertEqual({row["check"] for row in rows}, {"folder", "permissions"})
        self.assertTrue(all(row["outcome"] == "failed" for row in rows), rows)
        # The cure that is named is the cure.
        for row in rows:
            self.assertEqual(os.system(row["fix"]), 0)
        self.assertEqual(set(self.outcomes("folder") + self.outcomes("permissions")), {"ok"})

    def test_files_that_a_daemon_should_only_read_are_named_with_the_cure(self):
        shutil.chown(self.folder, "root", "nogroup")
        os.chmod(self.folder, 0o2770)
        for name in ("ops.db", "ops.db-wal", "ops.db-shm"):
            os.chmod(os.path.join(self.folder, name), 0o666)
        self.run_ok("init")  # gives the rest its owner
        os.chmod(os.path.join(self.folder, "ops.db"), 0o666)
        rows = [row for row in self.check(1) if row["outcome"] == "warning" and row["check"] in ("folder", "permissions")]
        self.assertIn("milter.user can replace the databases", rows[0]["text"])
        self.assertIn("milter.user can write it, and should only read it", rows[1]["text"])
        for row in rows:
            self.assertEqual(os.system(row["fix"]), 0)
        self.assertNotIn("warning", self.outcomes("folder") + self.outcomes("permissions"))


if __name__ == "__main__":
    unittest.main()
