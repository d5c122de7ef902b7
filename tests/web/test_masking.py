# SPDX-License-Identifier: BSD-2-Clause
"""No page of a spam copy tells who received it, whatever the disguise."""

import os
import unittest

import disguises
from disguises import LAST, MAILBOX, NAME
from visitor import SiteTest

SPAM = os.environ.get("OPSMILTER_SPAM") or os.path.join(os.path.dirname(__file__), "../../../shared/data/spam")


def real_messages():
    for name in sorted(os.listdir(SPAM)) if os.path.isdir(SPAM) else ():
        with open(os.path.join(SPAM, name), "rb") as file:
            yield name, file.read()


class Masking(SiteTest):
    def show(self, octets, kind="spam"):
        self.query("INSERT INTO evidence (at, who, kind, source, sha256, octets, body)"
                   " VALUES (1700000000, 'tester', ?, '-', ?, ?, ?)", kind, "0" * 64, len(octets), octets)
        number = self.query("SELECT max(id) FROM evidence")[0][0]
        return self.get(f"/evidence/{number}")

    def test_the_readings_find_every_disguise_of_a_line(self):
        """The test's own measure: whatever it cannot read would pass unseen."""
        unread = {"base32", "name in look-alikes", "name, cut", "link with a token in its host", "base64 in pieces"}
        for name, line in disguises.LINES.items():
            if name not in unread:
                with self.subTest(name):
                    self.assertTrue(disguises.found(line), line)

    def test_no_reading_of_a_page_finds_the_recipient(self):
        for name, octets in disguises.messages(real_messages()):
            with self.subTest(name):
                answer = self.show(octets)
                self.check_page(answer, name)
                self.assertEqual(disguises.found(answer.text), [], answer.text[-3000:])

    def test_what_is_harmless_is_shown(self):
        page = self.show(b"Received: from mail.example.net (host.example.net [198.18.7.9])\n\tby mx.example.org with "
                         b"ESMTP id Q1\n\tfor <jane@kundkontor.example>; Thu, 22 Aug 2002 09:44:02 -0400\n"
                         b"From: Great Offers <offers@example.net>\nTo: jane@kundkontor.example\n"
                         b"Subject: =?utf-8?Q?You=20have=20won?=\nX-Mailer: Bulk Mailer\n"
                         b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"
                         b"<p>Don&#39;t wait, it is only $5.00 until 12/24:<p><a href=http://www.example.net/a?b=c>go</a>"
                         b"\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nQUJD\n--b--\n").text
        for shown in ("from mail.example.net (host.example.net [198.18.7.9]); Thu, 22 Aug 2002 09:44:02 -0400",
                      "From: Great Offers &lt;offers@example.net&gt;", "Subject: You have won", "X-Mailer: Bulk Mailer",
                      "To: hidden", "Don&#39;t wait, it is only $5.00 until 12/24:",
                      "go &lt;http://www.example.net/[masked]&gt;",
                      "[attachment: image/png, 3 octets, SHA-256 b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716"
                      "e0a1e2789df78]"):
            self.assertIn(shown, page)

    def test_the_text_of_a_note_is_shown(self):
        for kind in ("note", "file", "spam", "import"):
            for text in ("tested by hand with curl, port 3128 answered", "log: port 3128 open",
                         "first paragraph\nof two\n\nand the second", "note: seen\nagain: today\n",
                         "HTTP/1.1 200 OK\nDate: today\nServer: proxy\n\nhello"):
                with self.subTest(kind + ": " + text):
                    page = self.show(text.encode(), kind).text
                    shown = page.split('aria-label="The text"')[1]
                    for line in filter(None, text.split("\n")):
                        self.assertIn(line, shown)

    def test_a_recipient_in_a_note_is_masked(self):
        for text in (MAILBOX, f"To: {NAME} <{MAILBOX}>\nhi {NAME}",
                     f"> Delivered-To: {MAILBOX}\ntold {LAST} about it",
                     f"X-Strange-To: {MAILBOX}\nX-Anything: {NAME}\n\nhi {NAME}"):
            with self.subTest(text):
                self.assertEqual(disguises.found(self.show(text.encode(), "note").text), [])


if __name__ == "__main__":
    unittest.main()
