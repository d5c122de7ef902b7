# SPDX-License-Identifier: BSD-2-Clause
"""Evidence as a visitor sees it: what is masked, what is not shown at all, and what nothing in it can do."""

import os
import unittest

from visitor import LISTED, SiteTest

NOMINATED = "198.18.7.20"
SPAM = f"""From x@example.net Thu Aug 22 14:44:07 2002
Received: from [192.0.2.9] (unknown [{NOMINATED}])
\tby mx.example.org (Postfix) with ESMTP id QUEUEID77
\tfor <jane.doe@example.org>; Thu, 22 Aug 2002 09:44:02 -0400 (EDT)
To: "Jane Q. Doe" <jane.doe@example.org>
Message-ID: <unique17@example.net>
Subject: <script>alert(1)</script>

Dear jane.doe%40example.org and jane.d=
oe@example.org, honey@traps.example too:
http://www.example.net/win/8f3a9c0d1e2b4f5a?u=c2VjcmV0
<img src=x onerror=alert(1)> {{{{token}}}} ' OR 1=1 --
""".encode() + b"\xff\x00\x1b[2J\n"

TRANSCRIPT = rb"""connection 1 to 198.18.7.9 port 3128: HTTP CONNECT to 192.0.2.25 port 25
    0.012 . connected from 192.0.2.25
    0.012 > CONNECT 192.0.2.25:25 HTTP/1.1\r\n
    0.051 < HTTP/1.1 200 <script>alert(2)</script>\r\n
    0.060 = open
"""


TESTED = "198.18.7.200"


class Evidence(SiteTest):
    @classmethod
    def write_conf(cls, options):
        super().write_conf(options)
        with open(cls.conf, "a", encoding="utf-8") as file:
            file.write('milter { trap_recipients = {"honey@traps.example"} }\n')

    @classmethod
    def keep(cls, kind, body, of="removal", state="open"):
        """A piece of evidence; of a test also the test, for a request of that kind ("": none) and state."""
        cls.query("INSERT INTO evidence (at, who, kind, source, sha256, octets, body)"
                  " VALUES (1700000000, 'tester', ?, '/home/operator/secret', ?, ?, ?)",
                  kind, "0" * 64, len(body), body)
        number = cls.query("SELECT max(id) FROM evidence")[0][0]
        if kind == "test":
            cls.add_test(number, of, state)
        return number

    @classmethod
    def add_test(cls, number, kind, state):
        request = None
        if kind:
            decided = state in ("granted", "denied")
            cls.query("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, contact, note, waived,"
                      " tests, next_test_at, decided_at, decided_by) VALUES (?, ?, 1, ?, 1700000000, 'visitor', '', '', 0,"
                      " 1, ?, ?, ?)", kind, TESTED, state, None if decided else 1700000000,
                      1700000001 if decided else None, "opsprobe" if decided else None)
            request = cls.query("SELECT max(id) FROM request")[0][0]
        cls.query("INSERT INTO test (address, at, verdict, summary, evidence_id, request_id)"
                  " VALUES (?, 1700000000, 'closed', '', ?, ?)", TESTED, number, request)

    def nominate(self, state):
        """A spam copy of a nomination that stands so."""
        number = self.keep("spam", SPAM)
        decided = state in ("granted", "denied")
        self.query("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, contact, note, waived,"
                   " tests, decided_at, decided_by, why, evidence_id) VALUES ('nomination', ?, 1, ?, 1700000000,"
                   " 'visitor', 'who@example.com', '', 0, 0, ?, ?, 'because', ?)", NOMINATED, state,
                   1700000001 if decided else None, "opsprobe" if decided else None, number)
        return number

    def test_a_copy_is_text_without_what_tells_whom_it_was_sent_to(self):
        answer = self.get(f"/evidence/{self.keep('spam', SPAM)}")
        self.check_page(answer, "evidence")
        for word in ("jane", "Jane", "oe@example.org", "honey", "unique17", "QUEUEID77", "c2VjcmV0",
                     "8f3a9c0d1e2b4f5a", "/home/operator", "<script", "<img src=x"):
            self.assertNotIn(word, answer.text)
        for word in (NOMINATED, "&lt;script", "http://www.", "/[masked]", "{{token}}", "Dear [masked]"):
            self.assertIn(word, answer.text)
        self.assertNotIn("\x1b", answer.text)
        self.assertNotIn("\0", answer.text)

    def test_a_nomination_s_copy_is_shown_once_it_led_to_a_listing(self):
        for state, status in (("review", 404), ("denied", 404), ("granted", 200)):
            self.get(f"/evidence/{self.nominate(state)}", status)

    def test_a_transcript_is_shown_if_it_led_to_a_listing_or_is_of_a_removal_request(self):
        for kind, state, status in (("removal", "open", 200), ("removal", "denied", 200), ("nomination", "open", 404),
                                    ("nomination", "denied", 404), ("nomination", "granted", 200), ("", "", 404)):
            with self.subTest(f"{kind} {state}"):
                number = self.keep("test", TRANSCRIPT, kind, state)
                self.get(f"/evidence/{number}", status)
                links = f"/evidence/{number}\"" in self.look_up(TESTED).body.decode()
                self.assertEqual(links, status == 200)

    def test_a_nominated_address_is_named_once_it_is_listed(self):
        for state in ("review", "denied", "granted"):
            self.nominate(state)
            page = self.get(f"/request/{self.query('SELECT max(id) FROM request')[0][0]}")
            self.check_page(page, state)
            self.assertEqual(NOMINATED in page.text, state == "granted", state)
            self.assertNotIn("who@example.com", page.text)

    def test_a_transcript_is_a_dialogue_in_which_nothing_runs(self):
        answer = self.get(f"/evidence/{self.keep('test', TRANSCRIPT)}")
        self.check_page(answer, "transcript")
        for sign in ("sent", "received", "verdict"):
            self.assertIn(f'<li class="{sign}">', answer.text)
        self.assertIn("connection 1 to 198.18.7.9 port 3128", answer.text)
        self.assertIn("&lt;script", answer.text)
        self.assertNotIn("<script", answer.text)

    def test_a_target_that_is_not_published_is_not_shown(self):
        hidden = TRANSCRIPT.replace(b"to 192.0.2.25 port 25\n", b"to 192.0.2.77 port 25 (unpublished)\n").replace(
            b"192.0.2.25", b"192.0.2.77") + b"  0.061 < url = http://192.0.2.77:25/\\r\\n\n"
        answer = self.get(f"/evidence/{self.keep('test', TRANSCRIPT + hidden)}")
        self.check_page(answer, "transcript")
        self.assertIn("192.0.2.25", answer.text)
        self.assertNotIn("192.0.2.77", answer.text)
        self.assertEqual(answer.text.count("verdict:"), 2)

    def test_a_broken_transcript_and_any_octets_are_pages_too(self):
        for kind in ("test", "spam", "file", "note"):
            for body in (b"", b"\n", b"connection ", b" 1 >", b">", bytes(range(256)) * 40, b"connection 1\n 0 > "):
                with self.subTest(kind=kind, body=body[:20]):
                    self.check_page(self.get(f"/evidence/{self.keep(kind, body)}"), body[:20])

    def test_numbers_that_do_not_exist_are_not_found(self):
        for number in ("0", "99999", "x", "1x", "-1", "999999999999999999999", "1/2", "%00"):
            with self.subTest(number):
                self.get(f"/evidence/{number}", 404)

    def test_real_messages_are_shown_without_their_recipients(self):
        folder = os.path.join(os.path.dirname(__file__), "../../../shared/data/spam")
        if not os.path.isdir(folder):
            self.skipTest("the messages are not here")
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                answer = self.get(f"/evidence/{self.keep('spam', file.read())}")
            with self.subTest(name):
                self.check_page(answer, name)
                self.assertNotIn("zzzz@", answer.text)

    def test_the_page_of_an_address_leads_to_its_evidence(self):
        self.assertIn('href="/evidence/', self.look_up(LISTED).text)


if __name__ == "__main__":
    unittest.main()
