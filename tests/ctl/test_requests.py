# SPDX-License-Identifier: BSD-2-Clause
import os
import sqlite3
import unittest

from command_line import CommandTest

SPAM = b"""From sender@example.net Thu Aug 22 14:44:07 2002
Received: from mail.example.net (unknown [198.18.7.9])
\tby mx.example.org (Postfix) with ESMTP id 1
\tfor <user@example.org>; Thu, 22 Aug 2002 09:44:02 -0400 (EDT)
Subject: \xff\x00\x1b[2J

Buy this
"""


class Requests(CommandTest):
    def nominate(self, *arguments, ip="198.18.7.9", spam=SPAM):
        return self.run_ok("nominate", ip, "--spam", "-", *arguments, stdin=spam)

    def execute(self, sql, *values):
        """Files what otherwise comes from the site."""
        connection = sqlite3.connect(os.path.join(self.folder, "ops.db"))
        with connection:
            connection.execute(sql, values)
        connection.close()

    def file_removal(self, ip, state="review", contact="owner@example.net"):
        self.execute("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, filed_from, contact,"
                     " note, waived, next_test_at, tests) VALUES ('removal', ?, 1, ?, 1700000000, 'visitor',"
                     " '192.0.2.77', ?, 'closed the port', 0, NULL, 0)", ip, state, contact)

    def test_a_nomination_keeps_the_copy_as_it_came_and_is_due_for_its_test(self):
        self.assertIn("request 1", self.nominate("--by", "ann"))
        row = self.run_json("requests", "show", "1")[0]
        self.assertEqual((row["kind"], row["ip"], row["list"], row["state"], row["by"]),
                         ("nomination", "198.18.7.9", "ops", "open", "ann"))
        self.assertEqual(row["next_test_at"], row["requested_at"])
        self.assertEqual(self.run_raw("evidence", str(row["evidence"])).stdout, SPAM)
        self.assertEqual(self.query("SELECT who, what FROM history WHERE ip IS NOT NULL"),
                         [("ann", "nomination request")])

    def test_what_cannot_be_nominated_is_refused_with_what_would_be_right(self):
        big = self.write("big", SPAM + b"x" * (1024 * 1024))
        for status, ip, spam, words in [
            (2, "198.18.7", SPAM, "not an IP address"),
            (2, "198.18.7.0/24", SPAM, "is a network; expected one address"),
            (2, "198.18.7.8", SPAM, "no Received field"),
            (2, "198.18.7.9", b"Subject: x\n\nReceived: from a (b [198.18.7.9]) by c\n", "--confirm"),
            (2, "198.18.7.9", b"", "the file is empty"),
            (2, "10.1.2.3", SPAM, "allow_private"),
            (2, "::1", SPAM, "reserved"),
            (2, "192.0.2.1", SPAM, "documentation"),
        ]:
            with self.subTest(ip=ip, words=words):
                self.assertIn(words, self.run_fails(status, "nominate", ip, "--spam", "-", stdin=spam))
        self.assertIn("1048576", self.run_fails(2, "nominate", "198.18.7.9", "--spam", big))
        self.assertIn("--spam", self.run_fails(2, "nominate", "198.18.7.9"))
        self.run_fails(2, "nominate", "198.18.7.9", "--spam", self.folder + "/missing")
        self.assertEqual(self.query("SELECT count(*) FROM request"), [(0,)])

    def test_the_operator_may_vouch_for_a_copy_himself(self):
        self.nominate("--confirm", spam=b"no header at all")
        self.assertEqual(self.query("SELECT state FROM requests"), [("open",)])

    def test_an_address_is_nominated_once_and_not_when_it_is_listed(self):
        self.nominate()
        self.assertIn("request 1", self.run_fails(1, "nominate", "198.18.7.9", "--spam", "-", stdin=SPAM))
        self.add("198.18.7.0/24")
        self.run_ok("requests", "decide", "1", "--remove", "--why", "a mistake")
        self.assertIn("already", self.run_fails(1, "nominate", "198.18.7.9", "--spam", "-", stdin=SPAM))

    def test_a_removal_that_is_granted_ends_the_listing_and_is_in_the_history(self):
        self.add("198.18.7.9")
        self.file_removal("198.18.7.9")
        self.run_ok("requests", "decide", "1", "--remove", "--why", "talked to the owner", "--by", "ann")
        self.assertEqual(self.query("SELECT count(*) FROM listings"), [(0,)])
        self.assertEqual(self.query("SELECT state, decided_by, why FROM requests"),
                         [("granted", "ann", "talked to the owner")])
        events = self.run_json("history", "198.18.7.9")
        self.assertLessEqual({"add", "removal request", "removal granted"}, {event["what"] for event in events})
        self.assertIn("granted by ann", self.run_fails(1, "requests", "decide", "1", "--keep", "--why", "x"))

    def test_a_removal_that_is_denied_leaves_the_listing(self):
        self.add("198.18.7.9")
        self.file_removal("198.18.7.9")
        self.assertIn("stays", self.run_ok("requests", "decide", "1", "--keep", "--why", "still sends"))
        self.assertEqual(self.query("SELECT network FROM listings"), [("198.18.7.9",)])
        self.assertEqual(self.query("SELECT state FROM requests"), [("denied",)])

    def test_one_address_of_a_listed_network_is_not_taken_off_alone(self):
        self.add("198.18.7.0/24")
        self.file_removal("198.18.7.9")
        self.assertIn("network", self.run_fails(1, "requests", "decide", "1", "--remove", "--why", "x"))
        self.assertEqual(self.query("SELECT state FROM requests"), [("review",)])

    def test_only_show_tells_the_contact(self):
        self.add("198.18.7.9")
        self.file_removal("198.18.7.9", contact="owner@example.net\x1b[2J")
        shown = self.run_ok("requests", "show", "1")
        self.assertIn("owner@example.net", shown)
        self.assertIn("192.0.2.77", shown)
        self.assertNotIn("\x1b", shown)
        for arguments in (("requests",), ("--json", "requests"), ("history", "198.18.7.9"), ("lookup", "198.18.7.9")):
            output = self.run_raw(*arguments).stdout.decode()
            self.assertNotIn("owner@example.net", output)
            self.assertNotIn("192.0.2.77", output)

    def test_the_table_has_what_is_undecided_the_oldest_first(self):
        self.assertIn("no undecided requests", self.run_ok("requests"))
        self.nominate()
        self.add("198.18.8.1")
        self.file_removal("198.18.8.1")
        rows = self.run_json("requests")
        self.assertEqual([row["ip"] for row in rows], ["198.18.8.1", "198.18.7.9"])
        self.run_ok("requests", "decide", "2", "--keep", "--why", "x")
        self.assertEqual([row["ip"] for row in self.run_json("requests")], ["198.18.7.9"])

    def test_a_number_or_a_decision_that_makes_no_sense_is_named(self):
        for status, arguments, words in [
            (1, ("show", "99"), "no request 99"),
            (1, ("decide", "99", "--keep", "--why", "x"), "no request 99"),
            (2, ("show", "x"), "not a request number"),
            (2, ("show",), "usage: opsctl requests show N"),
            (2, ("find", "1"), "opsctl requests --help"),
            (2, ("decide", "1", "--why", "x"), "--keep"),
            (2, ("decide", "1", "--keep", "--remove", "--why", "x"), "--keep"),
            (2, ("decide", "1", "--keep"), "--why"),
        ]:
            with self.subTest(arguments):
                self.assertIn(words, self.run_fails(status, "requests", *arguments))


if __name__ == "__main__":
    unittest.main()
