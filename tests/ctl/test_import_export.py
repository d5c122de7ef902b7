# SPDX-License-Identifier: BSD-2-Clause
import ipaddress
import random
import re
import signal
import subprocess
import time
import unittest

from command_line import OPSCTL, CommandTest


class Import(CommandTest):
    def networks(self, name="ops"):
        return self.run_ok("export", "--list", name, "--format", "text").split()

    def test_text_takes_the_first_field_whatever_the_line_ends(self):
        self.run_ok("import", "-", stdin=b"\xef\xbb\xbf# list\r\n\r\n198.18.0.2\t8\r\n 198.18.1.0/24 ; x\r\n2600::5")
        self.assertEqual(self.networks(), ["198.18.0.2", "198.18.1.0/24", "2600::5"])

    def test_every_bad_line_is_named_and_nothing_is_imported(self):
        lines = [b"198.18.0.%d" % i for i in range(1, 200)]
        lines[100] = b"198.18.0.9:8080"
        lines[120] = b"198.18.0.9/24"
        lines[130] = b"10.0.0.1"
        lines[140] = b"nonsense\x00"
        lines[150] = b"x" * 1000000
        path = self.write("list.txt", b"\n".join(lines))
        words = self.run_fails(2, "import", path)
        for number, text in [(101, "with a port"), (121, "198.18.0.0/24"), (131, "private"), (141, "NUL"),
                             (151, "longer")]:
            self.assertRegex(words, f"{re.escape(path)}:{number}: .*{text}")
        self.assertIn("nothing was imported", words)
        self.assertEqual(self.networks(), [])
        self.assertEqual(self.query("SELECT count(*) FROM change WHERE what = 'import'"), [(0,)])

    def test_skip_bad_imports_the_rest_and_counts_them(self):
        result = self.run_raw("import", "-", "--skip-bad", "--json", stdin=b"198.18.0.1\nbad\n198.18.0.1\n")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b'"added": 1', result.stdout)
        self.assertIn(b'"duplicates": 1', result.stdout)
        self.assertIn(b'"bad_lines": 1', result.stdout)

    def test_at_most_twenty_bad_lines_are_named_and_the_others_counted(self):
        words = self.run_fails(2, "import", "-", stdin=b"bad\n" * 50)
        self.assertEqual(words.count("not an address"), 20)
        self.assertIn("30 more", words)

    def test_an_empty_file_is_an_error_even_when_it_would_replace_all(self):
        self.add("198.18.0.1")
        for content in (b"", b"# nothing\n"):
            self.assertIn("no networks in it", self.run_fails(2, "import", "-", "--replace", stdin=content))
        self.assertEqual(self.networks(), ["198.18.0.1"])

    def test_all_share_one_change_and_one_piece_of_evidence(self):
        path = self.write("list.txt", b"198.18.0.1\n198.18.0.2\n")
        self.run_ok("import", path, "--reason", "partner's list", "--expires", "never")
        self.assertEqual(self.query("SELECT DISTINCT reason, expires_at FROM listings"), [("partner's list", None)])
        self.assertEqual(self.query("SELECT kind, source, octets, body FROM evidence"), [("import", path, 22, None)])
        self.assertEqual(self.query("SELECT count(DISTINCT added_id), count(DISTINCT evidence_id) FROM listing"),
                         [(1, 1)])

    def test_what_is_in_force_is_kept_and_replace_ends_the_rest(self):
        self.run_ok("import", "-", stdin=b"198.18.0.1\n198.18.0.2\n198.18.1.0/24\n2600::/48\n")
        self.add("198.18.0.1", "--list", "rbl")
        out = self.run_ok("import", "-", "--replace", "--json", stdin=b"198.18.0.2\n198.18.0.3\n")
        self.assertRegex(out, '"added": 1, "kept": 1, "ended": 3')
        self.assertEqual(self.networks(), ["198.18.0.2", "198.18.0.3"])
        self.assertEqual(self.networks("rbl"), ["198.18.0.1"])
        self.assertEqual(self.query("SELECT count(*) FROM history WHERE what = 'replace'"), [(3,)])
        before = self.query("SELECT count(*) FROM change")
        self.run_ok("import", "-", "--replace", stdin=b"198.18.0.2\n198.18.0.3\n")
        self.assertEqual(self.query("SELECT count(*) FROM change"), before)

    def test_rbldnsd_reasons_hold_until_the_next_and_exclusions_are_refused(self):
        data = b"""$SOA 3000
:127.0.0.2:open; see https://ops.example.org/lookup?ip=$
198.18.0.1
127.0.0.2
198.18.0.2 :127.0.0.3:own words
198.18.0.3 just text
:127.0.0.4:later
2600::/48
"""
        self.run_ok("import", "-", "--format", "rbldnsd", stdin=data)
        self.assertEqual(self.query("SELECT network, reason FROM listings ORDER BY id DESC"),
                         [("2600::/48", "later"), ("198.18.0.3", "just text"), ("198.18.0.2", "own words"),
                          ("198.18.0.1", "open")])
        self.assertIn("exclusion", self.run_fails(2, "import", "-", "--format", "rbldnsd", stdin=b"!198.18.0.5\n"))

    def test_csv_faults_are_named(self):
        for data, words in [
            (b"address,reason\n", ":1: the first line must name"),
            (b"network,expires_at\n198.18.0.1,2001-01-01\n", ":2: expires_at"),
            (b"network,listed_at\n198.18.0.1,2999-01-01\n", ":2: listed_at"),
            (b'network,reason\n198.18.0.1,"open\n', ":2: unbalanced quotation marks"),
            (b"network,reason\n198.18.0.1," + b"x" * 300 + b"\n", ":2: the reason"),
        ]:
            with self.subTest(data):
                self.assertIn(words, self.run_fails(2, "import", "-", "--format", "csv", stdin=data))

    def test_a_signal_in_the_middle_leaves_nothing(self):
        path = self.write("many.txt", "".join(f"{11 + i // 65536}.{i // 256 % 256}.{i % 256}.1\n"
                                              for i in range(300000)))
        for signal_number, delay in ((signal.SIGINT, 0.05), (signal.SIGTERM, 0.4)):
            process = subprocess.Popen([OPSCTL, "-c", self.conf, "import", path], stderr=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
            time.sleep(delay)
            process.send_signal(signal_number)
            errors = process.communicate(timeout=30)[1]
            self.assertEqual(process.returncode, 3, errors)
            self.assertIn(b"nothing was imported", errors)
            self.assertEqual(self.query("SELECT count(*) FROM listing"), [(0,)])

    def test_a_line_without_end_stops_at_a_signal_and_takes_no_memory(self):
        endless = subprocess.Popen(["sh", "-c", "yes | tr -d '\\n'"], stdout=subprocess.PIPE)
        process = subprocess.Popen([OPSCTL, "-c", self.conf, "import", "-"], stdin=endless.stdout,
                                   stderr=subprocess.PIPE)
        try:
            time.sleep(0.5)
            with open(f"/proc/{process.pid}/statm") as file:
                self.assertLess(int(file.read().split()[1]) * 4096, 64 << 20)
            process.send_signal(signal.SIGTERM)
            errors = process.communicate(timeout=5)[1]
        finally:
            process.kill()
            endless.stdout.close()
            endless.kill()
            endless.wait()
        self.assertEqual((process.returncode, errors), (3, b"opsctl: interrupted; nothing was imported\n"))


def zone_of(text):
    """The zone as a dictionary of names to their records, and the names that exist by those below them."""
    names = {}
    for line in text.splitlines():
        match = re.match(r'(\S+) (A|TXT) (.*)', line)
        if match and not line.startswith((";", "$")):
            names.setdefault(match[1], {})[match[2]] = match[3]
    existing = set()
    for name in names:
        labels = name.split(".")
        existing.update(".".join(labels[i:]) for i in range(len(labels)))
    return names, existing


def ask(zone, name):
    """A name server's answer, with wildcards as RFC 4592 has them."""
    names, existing = zone
    if name in existing:
        return names.get(name, {})
    labels = name.split(".")
    for i in range(1, len(labels)):
        if ".".join(labels[i:]) in existing:
            return names.get("*." + ".".join(labels[i:]), {})
    return names.get("*", {})


def reverse_name(address):
    if address.version == 4:
        return ".".join(reversed(str(address).split(".")))
    return ".".join(reversed(address.exploded.replace(":", "")))


class Export(CommandTest):
    def test_csv_and_rbldnsd_and_text_come_back_as_they_were(self):
        self.add("198.18.0.0/16", reason='wide, "quoted" \\ 100% $1 $')
        self.run_warns("add", "198.18.5.7", "--expires", "never", "--reason", "café", "--note", "seen")
        self.add("2600:db8::/32", reason="v6; see also")
        for number, mark in enumerate("=+-@'"):
            self.add(f"198.19.0.{number}", reason=mark + 'HYPERLINK("x")')
        csv = self.run_ok("export", "--format", "csv")
        self.assertNotRegex(csv, '(?m)^[^,]*,"[=+@-]')
        self.run_ok("import", "-", "--format", "csv", "--list", "rbl", stdin=csv.encode())
        self.assertEqual(self.run_ok("export", "--format", "csv", "--list", "rbl"), csv)
        data = self.run_ok("export", "--format", "rbldnsd").encode()
        self.run_ok("import", "-", "--format", "rbldnsd", "--list", "rss", stdin=data)
        rows = "SELECT network, reason FROM listings WHERE list = '%s' ORDER BY network"
        self.assertEqual(self.query(rows % "rss"), self.query(rows % "ops"))
        text = self.run_ok("export", "--format", "text")
        self.run_ok("import", "-", "--list", "dul", stdin=text.encode())
        self.assertEqual(self.run_ok("export", "--format", "text", "--list", "dul"), text)

    def test_postfix_sees_the_most_specific_network_first_and_what_is_exempt_before_all(self):
        for network in ("198.18.0.0/16", "198.18.4.0/23", "198.18.5.7", "198.19.0.0/24"):
            self.add(network, reason=network)
        self.run_ok("exempt", "add", "198.18.9.9", "--why", "x")
        lines = self.run_ok("export", "--format", "postfix-cidr").splitlines()
        self.assertEqual([line.split()[0] for line in lines],
                         ["198.18.9.9", "198.18.5.7", "198.18.4.0/23", "198.18.0.0/16", "198.19.0.0/24"])
        self.assertEqual(lines[0], "198.18.9.9 DUNNO")
        self.assertTrue(lines[1].startswith("198.18.5.7 550 5.7.1 "))

    def test_the_test_entries_of_a_zone_are_there_by_rule(self):
        zone = zone_of(self.run_ok("export", "--format", "zone"))
        self.assertEqual(ask(zone, "2.0.0.127")["A"], "127.0.0.2")
        self.assertEqual(ask(zone, "1.0.0.127"), {})
        mapped = "2.0.0.0.0.0.f.7.f.f.f.f." + ".".join("0" * 20)
        self.assertEqual(ask(zone, mapped)["A"], "127.0.0.2")
        self.run_warns("add", "127.0.0.0/8", "--force", "--reason", "x", "--note", "y")
        zone = zone_of(self.run_ok("export", "--format", "zone"))
        self.assertNotIn("A", ask(zone, "1.0.0.127"))
        self.assertIn("A", ask(zone, "3.0.0.127"))
        self.assertIn("test entry", ask(zone, "2.0.0.127")["TXT"])

    def test_a_name_server_answers_from_a_zone_as_the_filter_would(self):
        chance = random.Random(7)
        networks = self.random_networks(chance)
        data = "network,reason\n" + "".join(f"{network},on {network}\n" for network in networks)
        self.run_warns("import", "-", "--format", "csv", "--force", stdin=data.encode())
        zone = zone_of(self.run_ok("export", "--format", "zone"))
        for address in self.addresses_around(networks, chance):
            holders = [network for network in networks if network.version == address.version and address in network]
            answer = ask(zone, reverse_name(address))
            if not holders:
                self.assertEqual(answer, {}, address)
                continue
            best = max(holders, key=lambda network: network.prefixlen)
            self.assertEqual(answer.get("A"), "127.0.0.2", address)
            self.assertTrue(answer["TXT"].startswith(f'"on {best}; see'), (address, best, answer))

    def random_networks(self, chance):
        networks = set()
        for base, bits, shortest in (("198.18.0.0", 32, 9), ("2600:db8::", 128, 20)):
            first = int(ipaddress.ip_address(base))
            for _ in range(150):
                address = ipaddress.ip_address(first ^ chance.getrandbits(chance.choice((4, 9, 17, 22))))
                prefix = chance.randint(shortest, bits)
                networks.add(ipaddress.ip_network((address, prefix), strict=False))
        return sorted(networks, key=lambda network: (network.version, network))

    def addresses_around(self, networks, chance):
        for network in networks:
            first, last = int(network[0]), int(network[-1])
            for value in (first - 1, first, chance.randint(first, last), last, last + 1):
                yield type(network[0])(value)


if __name__ == "__main__":
    unittest.main()
