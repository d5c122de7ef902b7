# SPDX-License-Identifier: BSD-2-Clause
"""What changes while mail comes in: listings, configuration, the filter itself, its databases."""

import os
import re
import signal
import threading
import time
import uuid

from support.scratch import wait_until

from .setting import REF, RECIPIENT, SENDER


class Traffic(threading.Thread):
    """Sends message after message from one address until told to stop."""

    def __init__(self, connect, address):
        super().__init__(daemon=True)
        self.connect = connect
        self.address = address
        self.end = threading.Event()
        self.delivered = []  # tokens of messages that the server took
        self.refusals = []   # whole replies to RCPT
        self.troubles = []   # everything else

    def run(self):
        while not self.end.is_set():
            try:
                self.send_one()
            except (OSError, EOFError) as error:
                self.troubles.append(repr(error))

    def send_one(self):
        with self.connect(self.address) as client:
            token = uuid.uuid4().hex
            client.ehlo()
            client.mail(SENDER)
            reply = client.rcpt(RECIPIENT)
            if reply.code == 250:
                reply = client.data(f"Subject: {token}\n\nHello.\n")
            if reply.code == 250:
                self.delivered.append(token)
            elif reply.code == 550:
                self.refusals.append(str(reply))
            else:
                self.troubles.append(str(reply))
            client.quit()


class ChangeCases:
    def test_a_listing_is_in_force_at_the_next_connection_and_so_is_its_end(self):
        self.start()
        open_one = self.connect(self.listed)
        self.filter.list_address(self.listed)
        self.deliver(open_one)  # it was let through at connect
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.filter.ctl("remove", self.listed, "--why", "closed")
        self.assert_accepted(self.listed)
        self.filter.list_address(self.listed)
        self.assert_refused(self.try_recipient(self.listed), self.listed)

    def test_a_lists_action_is_in_force_at_the_next_connection(self):
        self.filter.list_address(self.listed)
        self.start()
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.filter.ctl("list", "set", "ops", "action=defer")
        self.assert_refused(self.try_recipient(self.listed), self.listed, status="450 4.7.1")

    def test_loses_nothing_while_the_filter_is_stopped_killed_and_started(self):
        self.filter.list_address(self.listed)
        self.start()
        senders = [Traffic(self.server.connect, self.unlisted) for _ in range(2)]
        spammers = [Traffic(self.server.connect, self.listed) for _ in range(2)]
        for each in senders + spammers:
            each.start()
        try:
            for end in (self.filter.stop, self.filter.kill, self.filter.stop):
                time.sleep(0.7)
                end()
                time.sleep(0.4)
                self.filter.start()
            time.sleep(0.5)
        finally:
            for each in senders + spammers:
                each.end.set()
            for each in senders + spammers:
                each.join(60)
        for each in senders + spammers:
            self.assertEqual([], each.troubles)
            self.assertTrue(each.delivered, "nothing was accepted, not even without a filter")
            for token in each.delivered:
                self.assertEqual(1, len(self.sink.wait_for(token)), "a message taken and lost")
        self.assertFalse([refusal for each in senders for refusal in each.refusals])
        rows = {hit["ref"]: hit for hit in self.filter.hits("action = 'refused'")}
        for each in spammers:
            self.assertTrue(each.refusals)
            for refusal in each.refusals:
                self.assertIn(re.search(rf"\(ref ({REF})\)$", refusal)[1], rows)
        self.assert_refused(self.try_recipient(self.listed), self.listed)

    def test_ends_in_order_at_sigterm_and_runs_until_then(self):
        self.filter.list_address(self.listed)
        self.start()
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.assertEqual(0, self.filter.stop())
        self.assertFalse(os.path.exists(self.filter.socket))
        self.assert_accepted(self.listed)

    def test_reloads_the_configuration_at_sighup(self):
        self.filter.list_address(self.listed)
        self.start()
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.filter.configure(reply="Changed: %{client} (ref %{ref})")
        self.filter.reload()
        text = rf"Changed: {self.listed} \(ref (?P<ref>{REF})\)"
        start = "550 5.7.1 " + self.server.quoted(RECIPIENT)
        self.find_hit(self.try_recipient(self.listed), start, text)
        self.filter.configure(exempt_clients=[self.listed])
        self.filter.reload()
        self.assert_accepted(self.listed)

    def test_keeps_the_old_configuration_when_the_new_one_is_bad(self):
        self.filter.list_address(self.listed)
        self.start()
        self.filter.configure(reply="%{nonsense}")
        self.filter.reload()
        self.assertIn("nonsense", self.filter.log_text())
        self.assert_refused(self.try_recipient(self.listed), self.listed)

    def move_away(self, *paths):
        """Takes files away, with SQLite's own beside them; returns what puts them back."""
        moved = []
        for path in paths:
            for name in (path, path + "-wal", path + "-shm"):
                if os.path.exists(name):
                    os.rename(name, name + ".away")
                    moved.append(name)

        def put_back():
            for name in moved:
                os.rename(name + ".away", name)
        return put_back

    def assert_back_at_work(self):
        """The filter recovers without help; it may take a moment to notice."""
        reply = wait_until(lambda: self._refusal(), 15, "a refusal")
        self.assert_refused(reply, self.listed)

    def _refusal(self):
        reply = self.try_recipient(self.listed)
        return reply if reply.code == 550 else None

    def first_failure(self, address):
        """The first reply of a whole attempt that is no success, or the last of all."""
        client = self.server.connect(address)
        self.dialogues.append(client)
        with client:
            for reply in (client.greeting, client.ehlo(), client.mail(), client.rcpt()):
                if reply.code >= 400:
                    break
        return reply

    def test_accepts_when_the_hit_log_is_gone_and_says_so_once(self):
        self.filter.list_address(self.listed)
        self.start(on_error="accept")
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        put_back = self.move_away(self.filter.hit_log)
        lines = len(self.filter.log_text().splitlines())
        for _ in range(3):
            self.assert_accepted(self.listed)
        self.assertEqual(lines + 1, len(self.filter.log_text().splitlines()), self.filter.log_text())
        self.assertIn("hits.db", self.filter.log_text().splitlines()[-1])
        put_back()
        self.assert_back_at_work()

    def test_defers_when_the_hit_log_is_gone_if_so_configured(self):
        self.filter.list_address(self.listed)
        self.start(on_error="tempfail")
        put_back = self.move_away(self.filter.hit_log)
        reply = self.first_failure(self.listed)
        self.assertEqual(451, reply.code, reply)
        self.assert_accepted(self.unlisted)  # it needs no row
        put_back()
        self.assert_back_at_work()

    def test_accepts_when_the_listings_are_gone(self):
        self.filter.list_address(self.listed)
        self.start(on_error="accept")
        put_back = self.move_away(self.filter.database)
        self.assert_accepted(self.listed)
        self.assert_accepted(self.unlisted)
        put_back()
        self.assert_back_at_work()

    def test_defers_everybody_when_the_listings_are_gone_if_so_configured(self):
        self.filter.list_address(self.listed)
        self.start(on_error="tempfail")
        put_back = self.move_away(self.filter.database)
        for address in (self.listed, self.unlisted):
            reply = self.first_failure(address)
            self.assertIn(reply.code, (421, 451), reply)
        put_back()
        self.assert_back_at_work()
        wait_until(lambda: self.first_failure(self.unlisted).code == 250, 15, "unlisted mail")

    def test_a_filter_started_with_signals_pending_still_serves(self):
        self.filter.list_address(self.listed)
        self.start()
        for _ in range(5):
            self.filter.process.send_signal(signal.SIGHUP)
        self.assert_refused(self.try_recipient(self.listed), self.listed)
