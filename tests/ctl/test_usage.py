# SPDX-License-Identifier: BSD-2-Clause
import os
import stat
import subprocess
import unittest

from command_line import OPSCTL, CommandTest


class Usage(CommandTest):
    def test_usage_errors_end_with_status_2_and_say_what_is_wrong(self):
        for arguments, words in [
            ((), "missing command"),
            (("frobnicate",), 'unknown command "frobnicate"'),
            (("--frobnicate",), 'option "--frobnicate" is unknown or ambiguous; "opsctl --help" shows the options\n'),
            (("list", "-x"), 'option "-x" is unknown or ambiguous; "opsctl --help"'),
            (("list", "--json=x"), 'option "--json=x" takes no value'),
            (("add", "--reason"), 'option "--reason" has no value'),
            (("-c",), 'option "-c" has no value'),
            (("list", "--re"), 'option "--re" is unknown or ambiguous'),
            (("list", "del"), 'unknown list "del"; known lists are: ops rbl rss dul nml qil; '
                              '"opsctl list --help" shows what else list does\n'),
            (("help",), 'unknown command "help"; "opsctl --help" lists the commands\n'),
            (("add",), "missing"),
            (("add", "198.18.0.1", "198.18.0.2"), 'unexpected argument "198.18.0.2"'),
            (("init", "--reason", "x"), "--reason is not an option of init"),
            (("list", "nolist"), "ops rbl rss dul nml qil"),
            (("list", "set", "ops"), "KEY=VALUE"),
            (("list", "set", "ops", "colour=red"), "colour=red"),
            (("list", "set", "ops", "action=drop"), "refuse, defer, tag or log"),
            (("list", "set", "ops", "expires=soon"), "90d"),
            (("list", "set", "ops", "max_network=/33"), "/16"),
            (("list", "set", "ops", "dns_code=127.0.0.1"), "127.0.0.2 to 127.0.0.255"),
            (("list", "add", "Big Names"), "a-z, 0-9"),
            (("export",), "--format"),
            (("export", "--format", "xml"), "must be one of text, csv, json, rbldnsd, zone, postfix-cidr\n"),
            (("evidence", "abc"), "not an evidence number"),
            (("exempt", "frob", "198.18.0.1"), "opsctl exempt --help"),
            (("import", "/nonexistent"), "/nonexistent: No such file"),
            (("import", "-", "--format", "xml"), "--format xml: must be one of text, csv, rbldnsd\n"),
            (("list", "--by", ""), "--by"),
        ]:
            with self.subTest(arguments):
                self.assertIn(words, self.run_fails(2, *arguments))

    def test_a_missing_configuration_is_named(self):
        self.assertIn("/nonexistent.conf", self.run_fails(2, "-c", "/nonexistent.conf", "list"))

    def test_missing_databases_point_to_init(self):
        os.unlink(os.path.join(self.folder, "ops.db"))
        self.assertIn("opsctl init", self.run_fails(3, "list"))

    def test_help_shows_every_command_and_each_has_its_own_with_an_example(self):
        shown = self.run_ok("--help").split("Commands:\n")[1].split("\n\n")[0]
        names = [line.split()[0] for line in shown.splitlines()]
        for name in ("init", "list", "add", "remove", "exempt", "import", "export", "evidence"):
            self.assertIn(name, names)
        for name in names:
            text = self.run_ok(name, "--help")
            self.assertTrue(text.startswith(f"Usage: opsctl {name}"), text)
            self.assertIn("\nExample:\n  opsctl ", text)

    def test_global_options_count_before_and_after_the_command(self):
        self.assertEqual(self.run_json("list"), self.run_json("list", "--json"))
        self.assertIn("opsmilter", self.run_ok("list", "-V"))
        self.assertIn("configuration is valid", self.run_ok("-n"))

    def test_init_may_be_run_again_and_files_are_for_the_group(self):
        self.assertIn("already exists", self.run_ok("init"))
        self.assertEqual([row["version"] for row in self.run_json("init")], [4, 2, 1])
        for name, right in (("ops.db", 0o640), ("hits.db", 0o640), ("inbox.db", 0o660)):
            for ending in ("", "-wal", "-shm"):
                mode = os.stat(os.path.join(self.folder, name + ending)).st_mode
                self.assertEqual(stat.S_IMODE(mode), right)

    def test_a_reader_that_goes_away_is_no_failure_and_a_full_disk_is(self):
        addresses = "".join(f"198.18.{i // 250}.{i % 250 + 1}\n" for i in range(20000)).encode()
        self.run_ok("import", "-", stdin=addresses)
        result = self.run_raw("export", "--format", "csv", "--list", "ops")
        self.assertEqual(result.returncode, 0)
        reader, writer = os.pipe()
        os.close(reader)
        closed = self.run_to(writer)
        os.close(writer)
        self.assertEqual(closed, (0, b""))
        with open("/dev/full", "wb") as full:
            status, errors = self.run_to(full.fileno())
        self.assertEqual(status, 3)
        self.assertIn(b"No space left", errors)

    def run_to(self, descriptor):
        result = subprocess.run([OPSCTL, "-c", self.conf, "export", "--format", "csv"], timeout=60,
                                stdout=descriptor, stderr=subprocess.PIPE)
        return result.returncode, result.stderr


class Lists(CommandTest):
    def test_the_six_lists_are_there_with_their_settings(self):
        lists = self.run_json("list")
        self.assertEqual([row["list"] for row in lists], "ops rbl rss dul nml qil".split())
        self.assertEqual(lists[0]["action"], "refuse")
        self.assertEqual(lists[0]["expires"], "90d")
        self.assertEqual(self.run_ok("list").splitlines()[0].split()[0], "LIST")

    def test_set_changes_what_it_names_and_nothing_else(self):
        before = self.run_json("list", "dul")[0]
        self.run_ok("list", "set", "dul", "action=tag", "expires=180d", "max_network=/8,/24", "--by", "ann")
        after = self.run_json("list", "dul")[0]
        self.assertEqual(after, {**before, "action": "tag", "expires": "180d", "max_ipv4": "/8",
                                 "max_ipv6": "/24"})
        self.assertIn(("ann", "list set", "dul", "dul action=tag expires=180d max_network=/8,/24"),
                      self.query("SELECT who, what, list, why FROM history"))

    def test_a_new_list_harms_no_mail_unless_told_to(self):
        self.run_ok("list", "add", "own")
        self.assertEqual(self.run_json("list", "own")[0]["action"], "log")
        self.assertIn("already", self.run_fails(1, "list", "add", "own"))

    def test_set_and_add_say_what_they_did(self):
        self.assertEqual(self.run_ok("list", "set", "dul", "action=tag", "expires=180d"),
                         "list dul is set: action=tag expires=180d\n")
        self.assertEqual(self.run_ok("list", "add", "own"), "list own is added: action=log removal=review\n")
        self.assertEqual(self.run_json("list", "set", "own", "action=tag"), self.run_json("list", "own"))
        self.assertEqual(self.run_json("list", "add", "two")[0]["list"], "two")

    def test_a_list_that_allows_everything_is_warned_of(self):
        self.assertIn("list ops now allows a listing of every IPv4 address",
                      self.run_warns("list", "set", "ops", "max_network=/0"))
        self.assertIn("list ops now allows a listing of every IPv6 address",
                      self.run_warns("list", "set", "ops", "max_network=/8,/0"))

    def test_one_wrong_value_among_several_changes_nothing(self):
        self.run_fails(2, "list", "set", "ops", "action=log", "expires=x")
        self.assertEqual(self.run_json("list", "ops")[0]["action"], "refuse")


if __name__ == "__main__":
    unittest.main()
