# SPDX-License-Identifier: BSD-2-Clause
"""What strangers can do by the tests that they ask for: harm neither the tested host nor those who wait."""

import os
import re
import sqlite3
import time
import unittest

from .hosts import Host, drip, endless_header, flood, forger, liar, open_proxy, tarpit, web_server
from .setting import SERVER, Setting

PORTS = (80, 443, 1080, 3128, 8080)


class TestsTest(Setting):
    subject = "tests"

    def host(self, address, behave, ports=PORTS):
        host = Host(address, ports, behave)
        self.addCleanup(host.close)
        return host

    def test_an_open_proxy_is_listed_and_removed_once_it_is_closed(self):
        """The whole circle works here: what the other tests do not see happen could have happened."""
        proxy = self.host("198.19.5.5", open_proxy, [3128])
        self.start()
        self.assertEqual("granted", self.decision(self.nominate("198.19.60.1", "198.19.5.5")))
        self.assertEqual("refused", self.refused("198.19.5.5"))
        self.assertEqual("denied", self.decision(self.remove("198.19.5.5", "198.19.5.5")))
        proxy.close()
        self.assertEqual("granted", self.decision(self.remove("198.19.5.5", "198.19.5.5")))
        self.assertEqual("accepted", self.refused("198.19.5.5"))

    def test_an_innocent_host_is_tested_once_however_often_it_is_nominated(self):
        host = self.host("198.19.8.8", web_server)
        self.start()
        self.decision(self.nominate("198.19.200.1", "198.19.8.8"))
        taken = host.connections
        for number in range(2, 40):
            self.nominate(f"198.19.200.{number}", "198.19.8.8")
        time.sleep(3)
        self.assertEqual(1, self.value("SELECT count(*) FROM test WHERE address = '198.19.8.8'"))
        self.assertEqual(taken, host.connections)
        self.assertEqual(2, self.value("SELECT count(*) FROM request WHERE address = '198.19.8.8'"))

    def test_a_stranger_s_request_does_not_keep_the_owner_waiting(self):
        proxy = self.host("198.19.77.77", open_proxy, [3128])
        self.list("198.19.77.77")
        self.start()
        self.assertEqual("denied", self.decision(self.remove("198.19.250.66", "198.19.77.77")))
        # The next stranger's waits for the cool-down, and the owner's is added to it.
        self.assertEqual(303, self.remove("198.19.250.67", "198.19.77.77").status)
        self.wait_for(lambda: self.value("SELECT count(*) FROM request") == 2, "the second request")
        proxy.close()
        began = time.monotonic()
        self.assertEqual("granted", self.decision(self.remove("198.19.77.77", "198.19.77.77")))
        self.assertLess(time.monotonic() - began, 20)

    def test_a_stranger_does_not_burn_the_owner_s_waiver_through_the_open_proxy(self):
        proxy = self.host("198.19.5.5", open_proxy, [3128])
        self.list("198.19.5.5")
        self.start()
        self.assertEqual("denied", self.decision(self.remove("198.19.250.66", "198.19.5.5")))
        # What comes through the proxy comes from its address.
        for _ in range(3):
            self.assertEqual("denied", self.decision(self.remove("198.19.5.5", "198.19.5.5")))
        proxy.close()
        self.assertEqual("granted", self.decision(self.remove("198.19.5.5", "198.19.5.5")))

    def test_removals_do_not_wait_behind_tarpits(self):
        for number in range(45):
            self.host(f"198.19.{130 + number}.9", tarpit, [80, 1080, 3128, 8080, 8000, 8888])
        self.list("198.19.7.9")
        self.start()
        for number in range(45):
            self.assertEqual(303, self.nominate(f"198.19.{20 + number // 15}.3", f"198.19.{130 + number}.9").status)
        self.wait_until_busy()
        began = time.monotonic()
        self.assertEqual("granted", self.decision(self.remove("198.19.60.1", "198.19.7.9"), 60))
        self.assertLess(time.monotonic() - began, 30)

    def wait_until_busy(self):
        """Until as many tests run as the worker runs at once."""
        under_way = "SELECT count(*) FROM request WHERE test_began_at IS NOT NULL"
        before = -1
        self.wait_for(lambda: self.value(under_way) > 5, "the tarpits' tests to begin")
        while self.value(under_way) != before:
            before = self.value(under_way)
            time.sleep(1)

    def test_hosts_that_waste_time_and_memory_are_not_open_and_harm_no_other(self):
        for number, behave in enumerate((tarpit, drip, flood, endless_header, forger)):
            self.host(f"198.19.{140 + number}.6", behave)
        self.list("198.19.7.9")
        self.start()
        for number in range(5):
            self.assertEqual(303, self.nominate(f"198.19.60.{number + 1}", f"198.19.{140 + number}.6").status)
        self.wait_for(lambda: self.value("SELECT count(*) FROM test") >= 5, "five tests", 120)
        self.assertEqual([], self.query("SELECT address FROM test WHERE verdict = 'open'"))
        self.assertEqual("granted", self.decision(self.remove("198.19.60.9", "198.19.7.9")))
        self.assertLess(self.memory_kb("opsprobe"), 32 * 1024)

    def memory_kb(self, name):
        children = os.path.join("/proc", str(self.daemons[name].pid), "status")
        with open(children, encoding="ascii") as file:
            return int(re.search(r"RssAnon:\s+(\d+)", file.read())[1])

    def test_what_a_host_sends_is_no_markup_and_no_line_of_its_transcript(self):
        self.host("198.19.5.6", forger, [3128])
        self.list("198.19.5.6")
        self.start()
        self.remove("198.19.60.1", "198.19.5.6")
        self.wait_for(lambda: self.value("SELECT count(*) FROM test") > 0, "the test", 60)
        number = self.value("SELECT evidence_id FROM test")
        page = self.ask("198.19.60.1", f"/evidence/{number}").text
        self.assertIn("owned", page)
        self.assertNotIn("<script", page)
        self.assertNotIn("\x1b", page)
        shown = self.ctl("evidence", str(number))
        self.assertNotIn("\nconnection 99", shown)
        self.assertNotIn("\n  0.000 = open", shown)


class WatchTest(Setting):
    subject = "tests"
    probe = f'watch_target = {{"{SERVER}:2526"}}'

    def test_a_proxy_that_refuses_only_the_tester_is_listed_again_by_the_watch(self):
        host = Host("198.19.5.10", [3128], liar)
        self.addCleanup(host.close)
        self.list("198.19.5.10")
        self.start()
        self.assertEqual("granted", self.decision(self.remove("198.19.60.1", "198.19.5.10")))
        self.assertEqual("accepted", self.refused("198.19.5.10"))
        shown = self.ask("198.19.60.1", f"/evidence/{self.value('SELECT max(evidence_id) FROM test')}").text
        self.assertIn("2525", shown)
        # An hour later.
        connection = sqlite3.connect(f"{self.state}/ops.db", timeout=10)
        with connection:
            connection.execute("UPDATE watch SET next_test_at = unixepoch()")
        connection.close()
        self.wait_for(lambda: self.refused("198.19.5.10") == "refused", "the listing")
        shown = self.ask("198.19.60.1", f"/evidence/{self.value('SELECT max(evidence_id) FROM test')}").text
        self.assertIn("verdict", shown)
        self.assertNotIn("2526", shown)


class NatTest(Setting):
    """A router in front has the public address and turns what comes for it round to the prober."""

    subject = "tests"
    probe = 'allow_private = {"198.18.0.0/15"}'

    def test_the_address_at_which_the_machine_is_reached_is_not_tested_nor_listed(self):
        self.start("opsweb")
        answer = self.nominate("198.19.60.1", SERVER)
        self.assertEqual(400, answer.status)
        self.assertIn("address of this machine", answer.text)


if __name__ == "__main__":
    unittest.main()
