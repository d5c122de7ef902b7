# SPDX-License-Identifier: BSD-2-Clause
"""Mail to trap recipients: thrown away, and its client nominated."""

import time

from .setting import RECIPIENT

TRAP = "trap@rcpt.example"
OTHER_TRAP = "other-trap@rcpt.example"


class TrapCases:
    def start_with_traps(self, **options):
        self.filter.probe = 'allow_private = {"127.0.0.0/8", "192.0.2.0/24"}'
        self.start(trap_recipients=[TRAP, OTHER_TRAP], **options)

    def send(self, client, *recipients, text="Spam.\n"):
        self.assertEqual(250, client.mail("spammer@from.example").code)
        for recipient in recipients:
            self.assertEqual(250, client.rcpt(recipient).code, recipient)
        self.assertEqual(250, client.data(f"From: x@from.example\nSubject: spam\n\n{text}").code)

    def nominations(self, count, seconds=10):
        """The nominations once there are so many; they are filed a moment after the message."""
        end = time.monotonic() + seconds
        while True:
            found = self.filter.filings()
            if len(found) >= count or time.monotonic() > end:
                self.assertEqual(count, len(found), found)
                return found
            time.sleep(0.1)

    def test_mail_to_a_trap_alone_is_thrown_away_and_nominates_its_client(self):
        self.start_with_traps()
        client = self.connect(self.unlisted)
        self.send(client, TRAP.upper(), text="Buy this.\n")
        kind, address, copy = self.nominations(1)[0]
        self.assertEqual(("nomination", self.unlisted), (kind, address))
        self.assertTrue(copy.startswith("Received: from client.example ("), copy)
        self.assertIn(f"[{self.unlisted}])\n\tby mx.rcpt.example with SMTP id ", copy)
        self.assertIn("Subject: spam", copy)
        self.assertIn("Buy this.", copy)
        # The session continues, and other mail in it is delivered whole.
        message = self.deliver(client)
        self.assertEqual([RECIPIENT], message.recipients)
        self.assertEqual([], self.sink.wait_for("Buy this.", 0, 0))
        self.nominations(1)
        self.assertEqual([], self.all_hits())

    def test_other_recipients_of_a_message_to_a_trap_get_it(self):
        self.start_with_traps()
        client = self.connect(self.unlisted)
        message = self.deliver(client, TRAP, RECIPIENT, OTHER_TRAP)
        self.assertEqual([RECIPIENT], message.recipients)
        self.nominations(1)

    def test_a_listed_client_is_refused_at_a_trap_as_anywhere(self):
        self.filter.list_address(self.listed)
        self.start_with_traps()
        self.assertEqual(550, self.try_recipient(self.listed, TRAP).code)
        self.nominations(0, 0.5)

    def test_no_more_than_so_many_an_hour_become_nominations(self):
        self.start_with_traps(traps_per_hour=1)
        for address in (self.unlisted, self.neighbour):
            self.send(self.connect(address), TRAP)
        self.assertEqual([self.unlisted], [each[1] for each in self.nominations(1)])

    def test_the_filter_counts_what_it_did(self):
        self.filter.list_address(self.listed)
        self.start_with_traps()
        self.try_recipient(self.listed)
        self.send(self.connect(self.unlisted), TRAP)
        self.nominations(1)
        self.assertEqual(0, self.filter.stop())
        counted = self.filter.counters()
        # Behind Postfix, connections begin twice: XCLIENT starts them again.
        self.assertGreaterEqual(counted["sessions_total"], 2)
        self.assertEqual(counted["sessions_total"], counted["lookups_total"])
        self.assertEqual((1, 0), (counted["listed_total"], counted["lookup_errors_total"]))
        self.assertEqual((1, 1), (counted["trapped_messages_total"], counted["nominations_total"]))
        self.assertGreaterEqual(counted["commits_total"], 1)
        self.assertGreater(counted["commit_microseconds_total"], 0)
        self.assertGreater(counted["longest_commit_microseconds"], 0)
