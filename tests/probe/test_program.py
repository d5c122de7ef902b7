# SPDX-License-Identifier: BSD-2-Clause
"""opsprobe from outside: its verdicts and statuses, and the worker's life."""

import os
import pty
import random
import signal
import socket
import subprocess
import time

from prober import BUILD, ProberTest


class Command(ProberTest):
    def test_an_open_host_gives_1_and_the_test_is_stored(self):
        self.list("127.0.0.71")
        output = self.opsprobe("127.0.0.71", status=1)
        self.assertRegex(output, rf"(?m)^{self.proxy.port} +HTTP CONNECT +open +[0-9.]+ +127.0.0.1:{self.target}")
        self.assertIn(f"127.0.0.71 is open: HTTP CONNECT on port {self.proxy.port}", output)
        self.assertEqual(self.query("SELECT verdict, open_ports FROM tests"), [("open", f"http:{self.proxy.port}")])
        transcript = self.opsctl("evidence", "2")
        self.assertIn("CONNECT 127.0.0.1:", transcript)
        self.assertIn("test open", self.opsctl("history", "127.0.0.71"))

    def test_a_closed_host_gives_0(self):
        self.judge = lambda address: "refuse"
        self.list("127.0.0.71", f"HTTP on port {self.proxy.port}")
        self.assertIn("127.0.0.71 is closed", self.opsprobe("127.0.0.71"))

    def test_a_port_of_the_reason_is_asked_too(self):
        port = self.proxy.port
        self.write_conf()
        with open(self.conf) as file:
            content = file.read().replace(f'"http:{port}"', '"socks5:1"')
        with open(self.conf, "w") as file:
            file.write(content)
        self.list("127.0.0.71", f"open HTTP proxy on port {port}")
        self.assertIn(f"on port {port}", self.opsprobe("127.0.0.71", status=1))

    def test_a_liar_gives_3(self):
        self.judge = lambda address: "lie"
        self.list("127.0.0.71", f"HTTP on port {self.proxy.port}")
        self.assertIn("127.0.0.71 is inconclusive", self.opsprobe("127.0.0.71", status=3))

    def test_an_ordinary_web_server_is_closed(self):
        servers = {
            "its page for every GET": {"GET": "200 OK", "POST": "405 Not Allowed", "": "400 Bad Request"},
            "its page for everything": {"": "200 OK\r\nContent-Type: text/html"},
            "not found": {"": "404 Not Found"},
            "a redirect": {"GET": "301 Moved\r\nLocation: https://www.example.org/", "": "405 Not Allowed"},
            "nothing behind it": {"GET": "502 Bad Gateway", "POST": "502 Bad Gateway", "": "400 Bad Request"},
            "too much for it": {"GET": "503 Service Unavailable", "POST": "503 Service Unavailable", "": "405 No"},
            "too slow": {"GET": "504 Gateway Time-out", "POST": "504 Gateway Time-out", "": "405 No"},
        }
        for number, (name, answers) in enumerate(servers.items()):
            with self.subTest(name):
                self.judge = lambda _, answers=answers: answers
                self.list(f"127.0.1.{number}", f"HTTP on port {self.proxy.port}")
                output = self.opsprobe(f"127.0.1.{number}")
                self.assertIn("is closed", output)
                self.assertNotRegex(output, "liar|cannot-reach-target")

    def test_a_proxy_that_fails_for_us_is_no_web_server(self):
        failed = "503 Service Unavailable"
        proxies = {
            "GET alone": {"GET": f"{failed}\r\nX-Squid-Error: ERR_CONNECT_FAIL", "": "405 No"},
            "CONNECT to another port": {"GET": failed, "POST": failed, "": "403 Forbidden"},
            "all of it": {"": failed},
        }
        for number, (name, answers) in enumerate(proxies.items()):
            with self.subTest(name):
                self.judge = lambda _, answers=answers: answers
                self.list(f"127.0.1.{number}", f"HTTP on port {self.proxy.port}")
                self.assertIn("is inconclusive", self.opsprobe(f"127.0.1.{number}", status=3))

    def test_only_listed_and_nominated_addresses_are_tested(self):
        self.assertIn("neither listed nor nominated", self.opsprobe("127.0.0.71", status=2))
        self.query("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, contact, note, waived,"
                   " next_test_at, tests) VALUES ('nomination', '127.0.0.71', 1, 'open', 1, 'visitor', '', '', 0, 1, 0)")
        self.opsprobe("127.0.0.71", status=1)
        self.assertIn("reserved range", self.opsprobe("192.168.1.1", status=2))
        self.assertEqual(self.query("SELECT count(*) FROM tests"), [(1,)])

    def test_who_opted_out_is_not_tested(self):
        self.write_conf('opt_out = {"127.0.0.71"}')
        self.list("127.0.0.71")
        self.assertIn("opted out", self.opsprobe("127.0.0.71", status=2))

    def test_wrong_usage_gives_2(self):
        for arguments in ([], ["256.1.1.1"], ["127.0.0.71", "127.0.0.72"], ["--worker", "127.0.0.71"],
                          ["-d", "127.0.0.71"], ["--nothing"]):
            self.opsprobe(*arguments, status=2)
        self.assertIn("the configuration is good", self.opsprobe("-n"))
        self.assertIn("Usage:", self.opsprobe("--help"))
        self.write_conf("target = {}")
        self.assertIn("probe.target: empty; expected at least one ADDRESS:PORT", self.opsprobe("-n", status=2))

    def test_a_target_that_is_not_ours_makes_the_test_void(self):
        # Nothing reaches the listener: it listens on every address, and the name is of another host.
        other = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(other.close)
        with open(self.conf) as file:
            content = file.read().replace(f'"127.0.0.1:{self.target}"', f'"203.0.113.1:{self.target}"')
        with open(self.conf, "w") as file:
            file.write(content)
        self.list("127.0.0.71")
        output = self.opsprobe("127.0.0.71", status=3)
        self.assertIn("203.0.113.1", output)
        self.assertIn("127.0.0.71 is void", output)
        self.assertEqual(self.query("SELECT verdict FROM tests"), [("void",)])

    def test_progress_is_shown_on_a_terminal_only(self):
        self.list("127.0.0.71")
        main, terminal = pty.openpty()
        result = subprocess.run([f"{BUILD}/opsprobe", "-c", self.conf, "127.0.0.71"],
                                stdout=subprocess.PIPE, stderr=terminal, timeout=60)
        os.close(terminal)
        shown = os.read(main, 65536)
        os.close(main)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"1 of 1 ports", shown)
        self.assertNotIn(b"\r", result.stdout)


class Worker(ProberTest):
    def decided(self):
        return self.query("SELECT count(*) FROM requests WHERE decided_at IS NOT NULL")[0][0]

    def test_it_makes_the_tests_that_the_command_asks_for(self):
        self.list("127.0.0.71")
        worker = self.start_worker()
        self.wait_for(lambda: self.query("SELECT count(*) FROM self_test") == [(1,)], "a self-test")
        output = self.opsprobe("127.0.0.71", status=1)
        self.assertRegex(output, r"(?m)^\d+ +HTTP CONNECT +open ")
        self.assertIn("127.0.0.71 is open", output)
        self.assertIn("self-test at", self.opsctl("check", status=1))
        self.assertEqual(self.stop(worker), 0)

    def test_a_new_request_is_taken_up_at_once(self):
        self.list("127.0.0.71")
        self.start_worker()
        self.wait_for(lambda: "ready" in self.log(), "a start")
        time.sleep(0.5)
        began = time.monotonic()
        self.request_removal("127.0.0.71")
        self.wait_for(lambda: self.decided() == 1, "a decision")
        self.assertLess(time.monotonic() - began, 3)  # a quarter of a second, on a busy machine

    def test_one_is_enough(self):
        self.start_worker()
        self.wait_for(lambda: "ready" in self.log(), "a start")
        self.assertIn("another worker is running", self.opsprobe("--worker", status=3))

    def test_a_bad_configuration_is_reported_and_the_old_one_stays(self):
        worker = self.start_worker()
        self.wait_for(lambda: "ready" in self.log(), "a start")
        self.write_conf("nonsense = 1")
        worker.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "the old configuration stays in force" in self.log(), "a complaint")
        self.write_conf('opt_out = {"127.0.0.71"}')
        worker.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "is in force" in self.log(), "a reload")
        self.list("127.0.0.71")
        self.request_removal("127.0.0.71")
        self.wait_for(lambda: self.decided() == 1, "a decision")
        self.assertEqual(self.query("SELECT count(*) FROM tests"), [(0,)])

    def test_it_detaches_and_ends_by_its_pid_file(self):
        result = subprocess.run([f"{BUILD}/opsprobe", "-c", self.conf, "--worker", "-d"], timeout=60,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual(result.returncode, 0)
        path = os.path.join(self.folder, "opsprobe.pid")
        with open(path) as file:
            os.kill(int(file.read()), signal.SIGTERM)
        self.wait_for_end(path)

    def wait_for_end(self, path):
        end = time.monotonic() + 10
        while os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(os.path.exists(path))

    def test_killed_at_any_moment_it_loses_nothing_and_decides_nothing_twice(self):
        addresses = [f"127.0.{i}.71" for i in range(1, 41)]
        self.hosts_per_minute = 3000  # a few before each kill
        self.write_conf()
        self.judge = lambda address: "open" if int(address.split(".")[2]) % 2 else "refuse"
        for address in addresses:
            self.list(address, f"HTTP on port {self.proxy.port}")
            self.request_removal(address)
        chance = random.Random(1)
        kills = 0
        while self.decided() < len(addresses) and kills < 100:
            worker = self.start_worker()
            time.sleep(chance.uniform(0.005, 0.12))
            self.stop(worker, signal.SIGKILL)
            kills += 1
        self.assertGreater(kills, 3)
        if self.decided() < len(addresses):
            self.start_worker()
            self.wait_for(lambda: self.decided() == len(addresses), "all decisions")
        self.assertEqual(self.query("SELECT state, count(*) FROM requests GROUP BY state ORDER BY state"),
                         [("denied", 20), ("granted", 20)])
        for sql in ("SELECT count(*) FROM history WHERE who = 'opsprobe' AND what = 'remove'",
                    "SELECT count(*) FROM watch", "SELECT count(*) FROM past_listings",
                    "SELECT count(*) FROM listings"):
            self.assertEqual(self.query(sql), [(20,)], sql)
        # A test is stored together with its decision, or not at all.
        self.assertEqual(self.query("SELECT count(*), count(DISTINCT request_id) FROM test"), [(40, 40)])
        self.assertEqual(self.query("PRAGMA integrity_check"), [("ok",)])
