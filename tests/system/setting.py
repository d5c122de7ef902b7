# SPDX-License-Identifier: BSD-2-Clause
"""What the cases share: one mail server and one sink for a class, one filter for each test.

A case is written once, in a cases_*.py, for both servers; test_postfix.py and test_sendmail.py put
them together. Where the servers differ, they differ in wording only: see quoted()."""

import re
import unittest
import uuid

from support import filter as programs
from support.scratch import Scratch
from support.smtp import Sink

RECIPIENT = "user@rcpt.example"
SENDER = "sender@from.example"
REASON = "open proxy, SOCKS 5 on port 1080"
REF = "[0-9A-HJKMNP-TV-Z-]{14,26}"
DEFAULT_TEXT = "Service unavailable; client [{client}] is on the {list} list: {reason}; see {url} (ref {ref})"


class Setting:
    """Mixed into a unittest.TestCase that says server_class, subject and the addresses of clients:
    listed, its neighbour in listed_network, and unlisted."""

    tcp = False  # how the server finds the filter: by a unix socket
    url = re.escape(programs.SITE_URL)

    @classmethod
    def setUpClass(cls):
        why_not = cls.server_class.missing()
        if why_not:
            raise unittest.SkipTest(why_not)
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.remove)
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.stop)
        cls.server = cls.server_class(cls.scratch, cls.sink.port, programs.USER, tcp=cls.tcp)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def setUp(self):
        name = self._testMethodName.removeprefix("test_")
        self.dialogues = []
        self.server.mark()
        self.filter = programs.Filter(
            self.scratch, name, self.server.socket, "" if self.tcp else self.server.socket_group)
        self.addCleanup(self.end_filter)
        self.filter.init()

    def end_filter(self):
        """A filter that has crashed since, or about which a sanitizer reports something at its end, fails the test."""
        self.assertIn(self.filter.stop(), (None, 0), self.filter.log_text())

    def start(self, **options):
        """Starts the filter, with options of the section milter."""
        self.filter.configure(**options)
        self.filter.start()

    def logs(self):
        dialogues = "\n".join(client.transcript() for client in self.dialogues[-5:])
        return {"dialogues": dialogues, **self.filter.logs(), **self.server.logs()}

    def need_authentication(self):
        if not self.server.authenticates():
            self.skipTest("a mount namespace, which is not permitted here, is how it gets its passwords")

    # SMTP

    def connect(self, address, greet=True, submission=False):
        """A client that has said EHLO; it is hung up on at the end of the test."""
        client = self.server.connect(address, submission)
        self.dialogues.append(client)
        self.addCleanup(client.drop)
        if greet:
            self.assertEqual(220, client.greeting.code)
            self.assertEqual(250, client.ehlo().code)
        return client

    def try_recipient(self, address, recipient=RECIPIENT, sender=SENDER):
        """One whole attempt from address; returns the reply to RCPT, or to MAIL if that failed."""
        client = self.connect(address)
        reply = client.mail(sender)
        if reply.code == 250:
            reply = client.rcpt(recipient)
        client.quit()
        return reply

    def deliver(self, client, *recipients, headers="", sender=SENDER):
        """Sends one message, all of whose recipients are taken, and returns it as delivered."""
        token = uuid.uuid4().hex
        self.assertEqual(250, client.mail(sender).code)
        for recipient in recipients or (RECIPIENT,):
            self.assertEqual(250, client.rcpt(recipient).code, recipient)
        return self.deliver_data(client, token, headers)

    def deliver_data(self, client, token=None, headers=""):
        token = token or uuid.uuid4().hex
        reply = client.data(f"{headers}From: {SENDER}\nSubject: {token}\n\nHello.\n")
        self.assertEqual(250, reply.code, reply)
        messages = self.sink.wait_for(token)
        self.assertEqual(1, len(messages), "messages delivered")
        return messages[0]

    def assert_accepted(self, address):
        client = self.connect(address)
        message = self.deliver(client)
        client.quit()
        return message

    # replies and hits

    def expected_text(self, client, network=None, reason=REASON, list_name="ops"):
        """The default reply as a regular expression that finds the reference."""
        url = f"{programs.SITE_URL}/lookup?ip={client}"
        text = DEFAULT_TEXT.format(client=client, list=list_name, reason=reason, url=url, ref="\0")
        return re.escape(text).replace("\0", f"(?P<ref>{REF})")

    def all_hits(self):
        """Ends the filter, which leaves no hit unwritten, and returns them, oldest first."""
        self.assertEqual(0, self.filter.stop())
        return self.filter.hits()

    def find_hit(self, reply, start, text):
        """Asserts that reply is start, the server's quotation and text; returns the hit it refers to."""
        self.assertEqual(1, len(reply.lines), reply)
        match = re.fullmatch(re.escape(start) + text, str(reply))
        self.assertTrue(match, f"{reply}\nis not\n{start}{text}")
        self.assertLessEqual(len(str(reply)) + 2, 512, "octets of a reply line")
        found = self.filter.hits("ref = ?", match["ref"])
        self.assertEqual(1, len(found), f"hits with the reference {match['ref']}")
        return found[0]

    def assert_refused(self, reply, address, quoted=RECIPIENT, status="550 5.7.1", **expected):
        """The whole refusal of a listed client, and its row; quoted is what Sendmail repeats of the command."""
        start = status + " " + self.server.quoted(quoted)
        hit = self.find_hit(reply, start, self.expected_text(address, **expected))
        self.assertEqual(address, hit["client"])
        self.assertTrue(hit["reply"].endswith(f"(ref {hit['ref']})"), hit["reply"])
        self.assertIn(hit["reply"].partition("Service")[2], str(reply))
        return hit

    def assert_columns(self, row, **columns):
        self.assertEqual(columns, {name: row[name] for name in columns})
