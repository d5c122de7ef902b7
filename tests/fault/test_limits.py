# SPDX-License-Identifier: BSD-2-Clause
"""Clients in numbers, slow ones and broken ones; too little of what the system gives."""

import os
import struct
import time
import unittest

from support.milter import Answer, Load, connect_packet, packet
from support.scratch import wait_until

from .setting import LISTED, UNLISTED, Setting

SESSIONS = 512
MEMORY_KB = 32 * 1024


class LimitsTest(Setting, unittest.TestCase):
    subject = "limits"

    def open_sessions(self, count):
        return [self.session() for _ in range(count)]

    def test_answers_another_client_while_512_sessions_are_open_and_takes_little_memory(self):
        self.start()
        sessions = self.open_sessions(SESSIONS)
        for session in sessions:
            self.assertIsNone(session.begin(LISTED))
        for _ in range(20):
            self.assertLess(self.assert_refused().seconds, 1)
        self.assertLess(self.status("RssAnon"), MEMORY_KB)
        # And now all of them at once.
        for session in sessions:
            session.send_recipient()
        answers = [Answer(*session.read()) for session in sessions]
        self.assertEqual(["refused"] * SESSIONS, [answer.outcome for answer in answers])
        self.assert_on_record([answer.ref for answer in answers])
        used = self.status("RssAnon")
        self.assertLess(used, MEMORY_KB)
        print(f"        {used} kB of anonymous memory")

    def test_memory_does_not_grow_with_sessions(self):
        self.start()
        figures = []
        for _ in range(4):
            with Load(self.filter.connect, (LISTED, UNLISTED), threads=32) as load:
                time.sleep(1)
            self.assertEqual(0, load.lost)
            figures.append(self.status("RssAnon"))
        self.assertLess(figures[-1], MEMORY_KB)
        # The first rounds start the threads, on a busy machine later ones too.
        self.assertLess(figures[-1], figures[-2] + 1024, figures)

    def test_descriptors_come_back_after_many_sessions(self):
        self.start()
        self.assert_refused()
        before = self.descriptors()
        with Load(self.filter.connect, (LISTED, UNLISTED), threads=32):
            time.sleep(0.5)
        for session in self.open_sessions(200):
            session.begin(LISTED)
            session.hang_up()
        # A connection to the database for each look-up that there was at once is kept, three files each.
        wait_until(lambda: self.descriptors() < before + 3 * 40, 10, "sessions' descriptors to be closed")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.filter.process.pid}/fd"))

    def test_a_client_that_sleeps_keeps_nobody_waiting(self):
        self.start()
        self.session()
        self.session().begin(LISTED)
        self.filter.connect()  # has not even negotiated
        for _ in range(10):
            self.assertLess(self.assert_refused().seconds, 1)

    def test_a_packet_sent_by_halves_keeps_nobody_waiting(self):
        self.start()
        whole = connect_packet(LISTED)
        slow = self.session()
        broken = []
        for size in (1, 3, 4, 5, len(whole) - 1):
            broken.append(self.session())
            broken[-1].send(whole[:size])
        slow.send(whole[:7])
        for _ in range(10):
            self.assertLess(self.assert_refused().seconds, 1)
        slow.send(whole[7:])
        self.assertEqual("c", slow.read()[0])
        for session in broken:
            session.hang_up()
        self.assert_refused()

    def test_packets_that_lie_about_their_length(self):
        self.start()
        for head in (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", struct.pack(">I", 1 << 20)):
            session = self.session()
            session.send(head + b"C" + b"x" * 100)
        self.assert_refused()
        self.assertLess(self.status("RssAnon"), MEMORY_KB)

    def test_a_client_that_hangs_up_while_its_hit_is_written(self):
        self.start()
        for _ in range(200):
            with self.session() as session:
                session.begin(LISTED)
                session.send(packet("R", b"<user@rcpt.example>\0"))
        self.assert_refused()
        self.assertEqual(0, self.filter.stop())
        self.assert_sound()

    def test_too_few_descriptors_cost_no_refusal_its_row_and_pass(self):
        # As much as root could raise the limit again, it may not here.
        for limit in (24, 40):
            with self.subTest(limit):
                self.filter.wrapper = ["setpriv", "--bounding-set=-sys_resource", "prlimit", f"--nofile={limit}:{limit}"]
                self.start()
                refs = [self.assert_refused().ref]
                with Load(self.short_connect, (LISTED,), threads=limit) as load:
                    time.sleep(3)
                self.assertIsNone(self.filter.process.poll(), self.log_text())
                self.wait_until_refused(20)
                self.assert_on_record(refs + load.refs)
                self.assert_sound()
                self.assertEqual(0, self.filter.stop())

    def short_connect(self):
        """Of a mail server that does not wait for long."""
        connection = self.filter.connect()
        connection.settimeout(2)
        return connection
