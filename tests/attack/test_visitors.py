# SPDX-License-Identifier: BSD-2-Clause
"""What visitors of the site can cause: nothing that harms others."""

import os
import socket
import unittest

from .setting import PORT, SERVER6, Setting


class VisitorsTest(Setting):
    subject = "visitors"

    def free(self):
        disk = os.statvfs(self.state)
        return disk.f_bavail / disk.f_blocks

    def test_they_do_not_fill_the_disk_and_the_filter_refuses_as_before(self):
        self.list("198.19.7.9")
        self.start("opsmilter", "opsweb")
        answers = []
        for number in range(70):
            answers.append(self.nominate(f"198.19.61.{1 + number // 15}", f"198.19.62.{number + 1}", "x" * 1000000))
        statuses = {answer.status for answer in answers}
        self.assertEqual({303, 503}, statuses, answers[-1])
        self.assertIn("you did nothing wrong", answers[-1].text)
        self.assertGreater(self.free(), 0.08)
        self.assertEqual("refused", self.refused("198.19.7.9"))
        self.assertEqual(1, self.value("SELECT count(*) FROM hits", database="hits.db"))

    def test_special_addresses_and_what_embeds_them_are_not_taken(self):
        self.start("opsweb")
        refused = (
            "10.0.0.1", "127.0.0.1", "127.0.0.2", "169.254.169.254", "192.168.1.1", "0.0.0.0", "255.255.255.255",
            "224.0.0.1", "192.0.0.8", "192.0.0.170", "192.88.99.1", "100.64.0.1", "192.0.2.1", "203.0.113.1", "198.18.0.25",
            "::1", "::", "::ffff:10.0.0.1", "::10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1", "2002:a00:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "2002:c612:19::1",
            "2001:0:7f00:1::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1", "5f00::1",
            "::ffff:0:10.0.0.1", "fec0::1", "100::1", "fe80::1", "fc00::1", "ff02::1", "4000::1", "1::1", SERVER6)
        for number, address in enumerate(refused):
            with self.subTest(address):
                answer = self.nominate(f"198.19.{100 + number}.7", address)
                self.assertEqual(400, answer.status, answer)
        for address in ("198.19.62.1", "2a0f:beef:2::62", "2002:c613:3e01::1"):
            with self.subTest(address):
                self.assertEqual(303, self.nominate("198.19.99.7", address).status)

    def test_the_connections_of_one_ipv6_network_leave_room_for_others(self):
        self.start("opsweb")
        held = []
        for number in range(300):
            try:
                connection = socket.create_connection((SERVER6, PORT), 2, (f"2a0f:beef:2:1::{number + 2:x}", 0))
                connection.sendall(b"GET /lookup?ip=198.19.7.9 HTTP/1.1\r\n")
            except OSError:
                continue
            held.append(connection)
            self.addCleanup(connection.close)
        self.assertGreater(len(held), 30)
        for number in range(5):
            self.assertEqual(200, self.ask(f"2a0f:beef:2:2::{number + 2:x}", "/faq").status)

    def test_a_form_works_from_an_address_that_changes(self):
        self.list("198.19.7.9")
        self.start("opsweb")
        token = self.token("198.19.70.1", "/remove?ip=198.19.7.9&list=ops")
        answer = self.ask("198.19.70.2", "/remove", {"ip": "198.19.7.9", "list": "ops", "token": token})
        self.assertEqual(303, answer.status, answer)


class AllowanceTest(Setting):
    subject = "visitors"
    web = "lookups_per_hour = 5"

    def test_one_ipv6_network_has_the_look_ups_of_one_client_on_every_page(self):
        self.list("198.19.7.9")
        self.start("opsweb")
        paths = ("/api/lookup?ip=198.19.7.9", "/lookup?ip=198.19.7.9", "/remove?ip=198.19.7.9", "/evidence/1", "/ref/1-X")
        statuses = [self.ask(f"2a0f:beef:2:1::{number + 2:x}", path).status for number, path in enumerate(paths * 2)]
        self.assertEqual([429] * 5, statuses[5:])
        self.assertNotIn(429, statuses[:5])
        self.assertEqual(200, self.ask("2a0f:beef:2:2::2", paths[0]).status)


class CapsTest(Setting):
    subject = "visitors"
    caps = "nominations_per_day = 5 open_requests = 8"

    def test_all_together_file_no_more_than_the_caps_allow(self):
        self.start("opsweb")
        statuses = [self.nominate(f"198.19.60.{n}", f"198.19.62.{n}").status for n in range(1, 9)]
        self.assertEqual([303] * 5 + [503] * 3, statuses)
        for number in range(1, 6):
            self.list(f"198.19.7.{number}")
        statuses = [self.remove(f"198.19.60.{n}", f"198.19.7.{n}").status for n in range(1, 6)]
        self.assertEqual([303] * 3 + [503] * 2, statuses)


if __name__ == "__main__":
    unittest.main()
