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
            (2, ("198.018.7.9", *good), "leading zeros"),
            (2, ("10.1.2.3", *good), "private"),
            (2, ("::1", *good), "loopback"),
            (2, ("198.0.0.0/8", *good), "wider than the /16"),
            (2, ("2600::/16", *good), "wider than the /32"),
            (2, ("198.18.7.9", "--note", "y"), "--reason"),
            (2, ("198.18.7.9", "--reason", "a\nb", "--note", "y"), "control"),
            (2, ("198.18.7.9", "--reason", "x" * 256, "--note", "y"), "255"),
            (2, ("198.18.7.9", "--reason", "x"), "evidence"),
            (2, ("198.18.7.9", "--reason", "x", "--note", ""), "empty"),
            (2, ("198.18.7.9", "--reason", "x", "--evidence", self.write("empty", "")), "the file is empty"),
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

    def test_force_overrides_reserved_ranges(self):
        self.add("10.1.0.0/16", "--force")
        self.assertEqual(self.query("SELECT network FROM listings"), [("10.1.0.0/16",)])

    def test_the_test_entries_are_neither_added_nor_removed(self):
        good = ("--reason", "x", "--note", "y")
        for entry, words in (("127.0.0.1", "127.0.0.1 is never on a list"),
                             ("::ffff:127.0.0.1", "127.0.0.1 is never on a list"),
                             ("127.0.0.2", "127.0.0.2 is on every list"),
                             ("127.0.0.2/32", "127.0.0.2 is on every list"),
                             ("::ffff:7f00:2", "127.0.0.2 is on every list")):
            with self.subTest(entry):
                for arguments in (("add", entry, *good), ("add", entry, *good, "--force"),
                                  ("remove", entry, "--why", "x")):
                    errors = self.run_fails(2, *arguments)
                    self.assertIn(words, errors)
                    self.assertIn("neither added nor removed", errors)
                    self.assertNotIn("--force", errors)
        for entry in (b"127.0.0.1", b"127.0.0.2"):
            self.assertIn("neither added nor removed", self.run_fails(2, "import", "-", "--force", stdin=entry))
        self.assertEqual(self.query("SELECT count(*) FROM listing"), [(0,)])

    def test_a_network_that_is_wider_than_its_list_allows_says_how_much_it_is(self):
        good = ("--reason", "x", "--note", "y")
        for network, size in (("0.0.0.0/0", "every IPv4 address"), ("::/0", "every IPv6 address"),
                              ("11.0.0.0/8", "16777216 addresses"), ("2600::/16", "2^112 addresses")):
            with self.subTest(network):
                words = f"{network} ({size}) is wider than the /"
                errors = self.run_fails(2, "add", network, *good)
                self.assertIn(words, errors)
                self.assertIn("--force overrides", errors)
                self.assertIn(words, self.run_warns("add", network, *good, "--force"))
        self.assertIn("4 networks are wider than list rbl allows, the widest is ::/0 (every IPv6 address)",
                      self.run_warns("import", "-", "--list", "rbl", "--force",
                                     stdin=b"11.0.0.0/8\n0.0.0.0/0\n2600::/16\n::/0\n198.18.7.9\n"))

    def test_a_reason_that_is_not_ascii_warns_of_what_servers_see(self):
        arguments = ("add", "198.18.7.9", "--note", "y", "--reason", "Offener Zugang für alle")
        self.assertIn('it reads "Offener Zugang f??r alle"', self.run_warns(*arguments))
        self.assertIn('it reads "caf??"', self.run_warns("import", "-", "--reason", "café", stdin=b"198.18.7.8"))

    def test_each_thing_that_is_wrong_with_a_reason_has_its_message(self):
        for reason, words in (("", "is empty"), ("x" * 256, "is longer than 255 bytes"),
                              ("a\nb", "has a control character"), ("a\x7fb", "has a control character"),
                              ("a\u009bb", "has a control character"), ("a\u2028b", "has a control character"),
                              (b"caf\xe9", "is not UTF-8"), ("a\u202eb", "has a character that turns the direction"),
                              ("a\u2066b", "has a character that turns the direction")):
            with self.subTest(reason):
                self.assertIn(f"--reason: the text {words}",
                              self.run_fails(2, "add", "198.18.7.9", "--note", "y", "--reason", reason))
                if not reason or "\n" in str(reason):
                    continue
                line = b"network,reason\n198.18.7.9," + (reason if isinstance(reason, bytes) else reason.encode())
                self.assertIn(f":2: the reason {words}", self.run_fails(2, "import", "-", "--format", "csv", stdin=line))
        self.assertEqual(self.query("SELECT count(*) FROM listing"), [(0,)])

    def test_evidence_that_is_not_a_file_is_refused_at_once(self):
        fifo = os.path.join(self.folder, "fifo")
        os.mkfifo(fifo)
        for path, words in ((fifo, "not a regular file"), ("/dev/zero", "not a regular file"),
                            (self.folder, "Is a directory")):
            for arguments in (("add", "198.18.7.9", "--reason", "x", "--evidence", path),
                              ("nominate", "198.18.7.9", "--spam", path)):
                with self.subTest(arguments):
                    self.assertIn(f"{path}: {words}", self.run_fails(2, *arguments))

    def test_an_expiry_that_cannot_be_is_named(self):
        for expires, words in (("2001-01-01", "2001-01-01 is not in the future"), ("0d", "0d is not in the future"),
                               ("2027-02-30", "there is no date 2027-02-30"), ("200y", "200y is longer than 100 years"),
                               ("soon", '"soon" is not a duration or a date (for example 90d'),
                               ("", '"" is not a duration or a date')):
            with self.subTest(expires):
                self.assertIn(f"--expires: {words}", self.run_fails(
                    2, "add", "198.18.7.9", "--reason", "x", "--note", "y", "--expires", expires))

    def test_an_address_that_cannot_be_is_named(self):
        for command, operand, words in (
                ("lookup", "198.18.7.0/24", '"198.18.7.0/24" is a network; expected one address'),
                ("history", "198.18.7.9/24", "is a network; expected one address"),
                ("lookup", "198.018.7.09", '"198.018.7.09" has leading zeros; without them it is 198.18.7.9'),
                ("hits", "198.018.7.0/24", "without them it is 198.18.7.0/24"),
                ("hits", "198.18.7.0/024", "without them it is 198.18.7.0/24"),
                ("lookup", "198.18.7.9:25", "is an address with a port; expected only the address"),
                ("lookup", "mail.example.org", "is not an IP address (for example"),
                ("hits", "198.18.7.0/33", "must be at most /32")):
            with self.subTest(operand):
                self.assertIn(words, self.run_fails(2, command, operand))

    def test_the_machines_own_addresses_are_refused(self):
        own = {row[4][0] for row in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in own:
            self.assertRegex(self.run_fails(2, "add", address, "--reason", "x", "--note", "y"), "own|reserved|by rule")

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
        for reason in ("caf\u00e9", "a\u009b31m", "a\u202eb"):
            self.run_raw("add", "198.18.7.9", "--note", "n", "--reason", reason)
        output = self.run_raw("remove", "198.18.7.1\x1b[31m", "--why", "x").stderr
        self.assertNotIn(b"\x1b", output)
        self.assertIn("café".encode(), self.run_raw("export", "--format", "json").stdout)

    def test_what_came_from_outside_steers_no_terminal(self):
        self.add("198.18.7.9", "--by", "ann")
        hostile = "a\x1b[2J\u009b31m\u202eb\x08\x7f\u2066c\n"
        connection = sqlite3.connect(os.path.join(self.folder, "ops.db"))
        for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for table, column in (("reason", "text"), ("change", "who"), ("change", "why"), ("list", "title"),
                              ("evidence", "source"), ("evidence", "body")):
            connection.execute(f"UPDATE {table} SET {column} = ?",
                               (hostile.encode() if column == "body" else hostile,))
        connection.commit()
        connection.close()
        for arguments in (("lookup", "198.18.7.9"), ("history", "198.18.7.9"), ("list",), ("evidence", "1"),
                          ("export", "--format", "csv"), ("export", "--format", "rbldnsd"),
                          ("export", "--format", "zone"), ("export", "--format", "postfix-cidr"),
                          ("export", "--format", "json")):
            with self.subTest(arguments):
                shown = self.run_on_terminal(*arguments)
                for bad in ("\x1b[2J", "\u009b", "\u202e", "\x08", "\x7f", "\u2066"):
                    self.assertNotIn(bad, shown)


if __name__ == "__main__":
    unittest.main()
