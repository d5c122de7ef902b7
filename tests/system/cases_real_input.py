# SPDX-License-Identifier: BSD-2-Clause
"""Real blocklists, open proxies and spam, where they lie beside the checkout (shared/data)."""

import itertools
import os
import re
import shutil
import subprocess

from support.scratch import TOP

from .setting import RECIPIENT

DATA = os.environ.get("OPSMILTER_DATA") or os.path.join(TOP, "..", "shared", "data")


def first_fields(name, separator=None):
    """The first field of each line that is no comment."""
    with open(os.path.join(DATA, name), encoding="ascii") as file:
        return [line.split(separator)[0] for line in file if line.strip() and line[0] != "#"]


class RealInputCases:
    def need_data(self):
        for name in ("ipsum.txt", "open-proxies.txt", "spam/01.eml"):
            if not os.path.isfile(os.path.join(DATA, name)):
                self.skipTest("no real data beside the checkout")
        if not shutil.which("sqlite3"):
            self.skipTest("sqlite3 is not installed")

    def test_refuses_real_proxies_and_real_blocklists(self):
        self.need_data()
        addresses = first_fields("ipsum.txt")
        proxies = [each for each in first_fields("open-proxies.txt", ":") if each not in set(addresses)]
        self.filter.ctl("import", os.path.join(DATA, "ipsum.txt"), "--list", "rbl",
                        "--reason", "seen on several blocklists")
        for number, proxy in enumerate(itertools.islice(proxies, 12), 1):
            self.filter.ctl("add", proxy, "--reason", "open proxy",
                            "--evidence", os.path.join(DATA, "spam", f"{number:02}.eml"))
        self.start()

        refused = [addresses[0], addresses[len(addresses) // 2], addresses[-1]]
        for address in refused:
            self.assert_refused(self.try_recipient(address), address, list_name="rbl",
                                reason="seen on several blocklists")
        self.assert_refused(self.try_recipient(proxies[0]), proxies[0], reason="open proxy")
        self.assert_accepted("192.0.2.7")
        self.assertEqual(0, self.filter.ctl("lookup", proxies[0]).returncode)
        self.assertEqual(1, self.filter.ctl("lookup", "192.0.2.7", check=False).returncode)

        done = subprocess.run(
            ["sqlite3", "-separator", " ", self.filter.hit_log,
             "SELECT client, list, action, rcpt_to FROM hits ORDER BY id"],
            capture_output=True, text=True, check=True)
        expected = [f"{address} rbl refused {RECIPIENT}" for address in refused]
        self.assertEqual([*expected, f"{proxies[0]} ops refused {RECIPIENT}"], done.stdout.splitlines())

    def test_takes_real_spam_from_clients_that_are_not_listed(self):
        """Broken headers and odd encodings are none of the filter's business."""
        self.need_data()
        self.filter.ctl("list", "set", "ops", "action=tag")
        self.filter.list_address(self.listed)
        self.start()
        for number in range(1, 13):
            with open(os.path.join(DATA, "spam", f"{number:02}.eml"), "rb") as file:
                octets = re.sub(rb"\AFrom .*\r?\n", b"", file.read())
            for address, tags in ((self.unlisted, 0), (self.listed, 1)):
                with self.subTest(number=number, address=address):
                    message = self.deliver_octets(address, f"spam-{number}-{tags}@from.example", octets)
                    self.assertEqual(tags, len(message.headers.get_all("X-OPS-Listed") or ()))

    def deliver_octets(self, address, sender, octets):
        client = self.connect(address)
        self.assertEqual(250, client.mail(sender).code)
        self.assertEqual(250, client.rcpt(RECIPIENT).code)
        self.assertEqual(250, client.data(octets).code)
        client.quit()
        return self.sink.wait_for_sender(sender)
