# SPDX-License-Identifier: BSD-2-Clause
import hashlib
import os
import socket
import sqlite3
import unittest

from command_line import CommandTest


class Listing(CommandTest):
    def test_a_listing_has_evidence_a_reason_and_a_change(self):
        body = bytes(range(256)) * 8
        path = self.write("spam.eml", body)
        self.run_ok("add", "198.18.7.9", "--reason", "open proxy", "--evidence", path, "--by", "ann")
        self.assertEqual(self.query("SELECT list, network, reason, evidence_count FROM listings"),
                         [("ops", "198.18.7.9", "open proxy", 1)])
        self.assertEqual(self.query("SELECT who, what, ip, list, why FROM history WHERE what = 'add'"),
                         [("ann", "add", "198.18.7.9", "ops", "open proxy")])
        self.assertEqual(self.run_raw("evidence", "1").stdout, body)
        row = self.run_json("evidence", "1")[0]
        self.assertEqual((row["kind"], row["source"], row["octets"]), ("file", path, len(body)))
        self.assertEqual(row["sha256"], hashlib.sha256(body).hexdigest())
        self.assertIn("\ufffd", row["body"])

    def test_what_cannot_be_listed_is_refused_with_what_would_be_right(self):
        with open(self.write("big", b"x" * (1024 * 1024 + 1)), "rb") as big:
            path = big.name
        good = ("--reason", "x", "--note", "y")
        for status, arguments, words in [
            (2, ("198.18.7.9/24", *good), "the network is 198.18.7.0/24"),
            (2, ("198.18.7.9/24", *good, "--force"), "the network is 198.18.7.0/24"),
            (2, ("198.18.7.9/33", *good), "/32"),
            (2, ("198.018.7.9", *good), "not an address"),
            (2, ("10.1.2.3", *good), "private"),
            (2, ("::1", *good), "loopback"),
            (2, ("198.0.0.0/8", *good), "wider than the /16"),
            (2, ("2600::/16", *good), "wider than the /32"),
            (2, ("198.18.7.9", "--note", "y"), "--reason"),
            (2, ("198.18.7.9", "--reason", "a\nb", "--note", "y"), "control"),
            (2, ("198.18.7.9", "--reason", "x" * 256, "--note", "y"), "255"),
            (2, ("198.18.7.9", "--reason", "x"), "evidence"),
            (2, ("198.18.7.9", "--reason", "x", "--note", ""), "empty"),
            (2, ("198.18.7.9", "--reason", "x", "--evidence", "/dev/null"), "the file is empty"),
            (2, ("198.18.7.9", "--reason", "x", "--evidence", path), "1048576"),
            (2, ("198.18.7.9", "--reason", "x", "--evidence", path, "--note", "y"), "not both"),
            (2, ("198.18.7.9", *good, "--expires", "2001-01-01"), "future"),
            (2, ("198.18.7.9", *good, "--expires", "0d"), "future"),
            (2, ("198.18.7.9", *good, "--expires", "soon"), "90d"),
            (2, ("198.18.7.9", *good, "--list", "nolist"), "known lists are: ops"),
        ]:
            with self.subTest(arguments):
                self.assertIn(words, self.run_fails(status, "add", *arguments))
        self.assertEqual(self.query("SELECT count(*) FROM listing"), [(0,)])

    def test_force_overrides_reserved_ranges_and_width(self):
        self.add("10.0.0.0/8", "--force")
        for never in ("127.0.0.1", "::ffff:127.0.0.1"):
            words = self.run_fails(2, "add", never, "--force", "--reason", "x", "--note", "y")
            self.assertIn("127.0.0.1 is never on a list", words)
        self.assertEqual(self.query("SELECT network FROM listings"), [("10.0.0.0/8",)])

    def test_the_machines_own_addresses_are_refused(self):
        own = {row[4][0] for row in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in own:
            self.assertRegex(self.run_fails(2, "add", address, "--reason", "x", "--note", "y"), "own|reserved")

    def test_a_network_is_listed_once_but_on_any_number_of_lists(self):
        self.add("198.18.7.9")
        words = self.run_fails(1, "add", "198.18.7.9", "--reason", "x", "--note", "y")
        self.assertIn("already listed on ops since", words)
        self.assertIn("remove it first", words)
        self.add("198.18.7.9", "--list", "rbl")
        self.add("198.18.7.0/24")

    def test_mapped_addresses_are_the_ipv4_address(self):
        self.add("::ffff:198.18.7.9")
        self.run_fails(1, "add", "198.18.7.9", "--reason", "x", "--note", "y")

    def test_an_expired_listing_is_ended_and_the_network_listed_again(self):
        self.add("198.18.7.9")
        self.expire()
        self.add("198.18.7.9", reason="again")
        self.assertEqual(self.query("SELECT reason FROM listings"), [("again",)])
        self.assertEqual(self.query("SELECT removed_by, removed_why, removed_at = expires_at FROM past_listings"),
                         [("opsmilter", "expired", 1)])

    def expire(self):
        """Moves the only listing into the past, which the database's rules allow nobody else."""
        connection = sqlite3.connect(os.path.join(self.folder, "ops.db"))
        connection.execute("DROP TRIGGER listing_is_final")
        connection.execute("UPDATE listing SET listed_at = 1000, expires_at = 2000")
        connection.commit()
        connection.close()

    def test_remove_ends_a_listing_and_keeps_the_record(self):
        self.add("198.18.7.9")
        self.run_ok("remove", "198.18.7.9", "--why", "closed", "--by", "bob")
        self.assertEqual(self.query("SELECT count(*) FROM listings"), [(0,)])
        self.assertEqual(self.query("SELECT removed_by, removed_why FROM past_listings"), [("bob", "closed")])
        self.assertIn("no network around", self.run_fails(1, "remove", "198.18.7.9", "--why", "x"))

    def test_remove_of_what_is_not_listed_names_its_neighbours(self):
        self.add("198.18.7.0/24")
        self.add("198.18.9.1", "--list", "rbl")
        self.assertIn("198.18.7.0/24 on ops", self.run_fails(1, "remove", "198.18.7.9", "--why", "x"))
        self.assertIn("198.18.9.1 on rbl", self.run_fails(1, "remove", "198.18.9.0/24", "--why", "x"))
        self.assertIn("--why", self.run_fails(2, "remove", "198.18.7.0/24"))

    def test_exemptions_are_added_shown_and_ended(self):
        self.run_ok("exempt", "add", "198.18.0.0/24", "--why", "partner", "--by", "ann")
        row = self.run_json("exempt")[0]
        self.assertEqual((row["network"], row["who"], row["why"]), ("198.18.0.0/24", "ann", "partner"))
        self.assertIn("already", self.run_fails(1, "exempt", "add", "198.18.0.0/24", "--why", "x"))
        self.run_ok("exempt", "remove", "198.18.0.0/24")
        self.assertIn("not exempt", self.run_fails(1, "exempt", "remove", "198.18.0.0/24"))
        self.assertIn("no exempt networks", self.run_ok("exempt"))

    def test_evidence_that_is_not_there_is_a_no(self):
        self.assertIn("no evidence 99", self.run_fails(1, "evidence", "99"))

    def test_control_characters_reach_no_terminal(self):
        self.add("198.18.7.9", reason="caf\u00e9 \u009b31m")
        output = self.run_raw("remove", "198.18.7.1\x1b[31m", "--why", "x").stderr
        self.assertNotIn(b"\x1b", output)
        self.assertIn("café".encode(), self.run_raw("export", "--format", "json").stdout)
        self.assertNotIn("\u009b".encode(), self.run_raw("export", "--format", "json").stdout)


if __name__ == "__main__":
    unittest.main()
