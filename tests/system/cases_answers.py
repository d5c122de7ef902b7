# SPDX-License-Identifier: BSD-2-Clause
"""What listed and unlisted clients are told, and which hits that leaves."""

import time

from .setting import REASON, RECIPIENT, SENDER

FORGED = """\
X-OPS-Listed: rbl; forged=1
Subject-Of-Nothing: stays
x-ops-LISTED: rbl; forged=2
X-Ops-Listed:rbl;
\tforged=3
X-OPS-Listed-Not: stays too
"""


class AnswerCases:
    def test_accepts_and_delivers_mail_of_an_unlisted_client(self):
        self.filter.list_address(self.listed)
        self.start()
        message = self.assert_accepted(self.unlisted)
        self.assertEqual([RECIPIENT], message.recipients)
        self.assertEqual(SENDER, message.sender)
        self.assertEqual(None, message.headers["X-OPS-Listed"])
        self.assertEqual([], self.all_hits())

    def test_refuses_a_listed_client_at_rcpt_with_the_whole_link(self):
        self.filter.list_address(self.listed, reason=REASON)
        self.start()
        before = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        client = self.connect(self.listed)
        self.assertEqual(250, client.mail(SENDER).code)
        reply = client.rcpt(RECIPIENT)
        hit = self.assert_refused(reply, self.listed)
        after = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        self.assert_columns(
            hit, action="refused", stage="rcpt", list="ops", network=self.listed, reason=REASON,
            helo="client.example", mail_from=SENDER, rcpt_to=RECIPIENT, mta="mx.rcpt.example")
        self.assertTrue(before <= hit["at"] <= after, hit["at"])
        self.assertLessEqual(hit["listed_at"], hit["at"])
        # The MTA continues the session: nothing but the recipient is lost.
        self.assertIn(client.command("DATA").code, (503, 554))
        self.assertEqual(221, client.quit().code)
        self.assertEqual(1, len(self.all_hits()))

    def test_refuses_a_client_in_a_listed_network(self):
        network, reason = self.listed_network, "a network without a postmaster"
        self.filter.list_address(network, "--list", "rbl", reason=reason)
        self.start()
        reply = self.try_recipient(self.listed)
        hit = self.assert_refused(reply, self.listed, list_name="rbl", reason=reason)
        self.assert_columns(hit, network=network, list="rbl", reason=reason)
        self.assert_accepted(self.unlisted)

    def test_the_strictest_list_decides_and_the_nearest_network_among_equals(self):
        self.filter.ctl("list", "set", "qil", "action=log")
        self.filter.list_address(self.listed, "--list", "qil", reason="only logged")
        self.filter.list_address(self.listed_network, "--list", "rbl", reason="the network")
        self.start()
        reply = self.try_recipient(self.listed)
        self.assert_refused(reply, self.listed, list_name="rbl", reason="the network")
        self.filter.list_address(self.listed, "--list", "ops", reason="the host")
        reply = self.try_recipient(self.listed)
        self.assert_refused(reply, self.listed, list_name="ops", reason="the host")

    def test_refuses_at_mail_when_so_configured(self):
        self.filter.list_address(self.listed)
        self.start(reject_at="mail", exempt_recipients=[])
        client = self.connect(self.listed)
        hit = self.assert_refused(client.mail(SENDER), self.listed, quoted=SENDER)
        self.assert_columns(hit, action="refused", stage="mail", mail_from=SENDER, rcpt_to="")
        client.quit()
        self.assertEqual(1, len(self.all_hits()))
        self.assert_accepted(self.unlisted)

    def test_refuses_at_helo_when_so_configured(self):
        self.filter.list_address(self.listed)
        self.start(reject_at="helo", exempt_recipients=[], exempt_authenticated=False)
        for verb in ("EHLO", "HELO"):
            with self.subTest(verb):
                client = self.connect(self.listed, greet=False)
                reply = client.command(verb + " client.example")
                if reply.code == 250:  # neither server's EHLO shows it; both say it at MAIL
                    reply = client.mail(SENDER)
                hit = self.assert_refused(reply, self.listed, quoted=None)
                self.assert_columns(hit, action="refused", stage="helo", helo="client.example",
                                    mail_from="", rcpt_to="")
                client.quit()
        self.assertEqual(2, len(self.all_hits()))
        self.assert_accepted(self.unlisted)

    def test_refuses_a_client_that_says_no_helo_although_refusals_come_at_helo(self):
        self.filter.list_address(self.listed)
        self.start(reject_at="helo", exempt_recipients=[], exempt_authenticated=False)
        client = self.connect(self.listed, greet=False)
        reply = client.mail(SENDER)
        hit = self.assert_refused(reply, self.listed, quoted=SENDER)
        self.assert_columns(hit, action="refused", helo="", mail_from=SENDER)
        client.quit()

    def test_defers_when_the_list_says_defer(self):
        self.filter.ctl("list", "set", "ops", "action=defer")
        self.filter.list_address(self.listed)
        self.start()
        reply = self.try_recipient(self.listed)
        hit = self.assert_refused(reply, self.listed, status="450 4.7.1")
        self.assert_columns(hit, action="deferred", stage="rcpt", rcpt_to=RECIPIENT)

    def test_tags_a_message_and_removes_forged_headers(self):
        self.filter.ctl("list", "set", "ops", "action=tag")
        self.filter.list_address(self.listed, reason='says "hello"')
        self.start()
        client = self.connect(self.listed)
        message = self.deliver(client, headers=FORGED)
        client.quit()
        hits = self.all_hits()
        self.assertEqual(1, len(hits))
        self.assert_columns(hits[0], action="tagged", rcpt_to=RECIPIENT, client=self.listed)
        values = message.headers.get_all("X-OPS-Listed")
        self.assertEqual(1, len(values), message.octets)
        self.assertEqual(
            f"ops; client={self.listed}; network={self.listed}; "
            f"reason=\"says 'hello'\"; ref={hits[0]['ref']}", " ".join(values[0].split()))
        self.assertNotIn(b"forged", message.octets)
        self.assertEqual("stays", message.headers["Subject-Of-Nothing"])
        self.assertEqual("stays too", message.headers["X-OPS-Listed-Not"])

    def test_tags_each_message_of_a_connection_at_every_stage(self):
        self.filter.ctl("list", "set", "ops", "action=tag")
        self.filter.list_address(self.listed)
        # Hits of three messages, the second of which has two recipients.
        for stage, hits in (("rcpt", 4), ("mail", 3), ("helo", 1)):
            with self.subTest(stage):
                before = len(self.filter.hits())
                self.start(reject_at=stage, exempt_recipients=[], exempt_authenticated=False)
                client = self.connect(self.listed)
                for recipients in ((RECIPIENT,), (RECIPIENT, "other@rcpt.example"), (RECIPIENT,)):
                    message = self.deliver(client, *recipients)
                    self.assertEqual(1, len(message.headers.get_all("X-OPS-Listed") or ()))
                client.quit()
                self.filter.stop()
                found = self.filter.hits()[before:]
                self.assertEqual([("tagged", stage)] * hits, [(hit["action"], hit["stage"]) for hit in found])

    def test_only_logs_when_the_list_says_log(self):
        self.filter.ctl("list", "set", "ops", "action=log")
        self.filter.list_address(self.listed)
        self.start()
        message = self.assert_accepted(self.listed)
        self.assertEqual(None, message.headers["X-OPS-Listed"])
        hits = self.all_hits()
        self.assertEqual(1, len(hits))
        self.assert_columns(hits[0], action="logged", stage="rcpt", rcpt_to=RECIPIENT)

    def test_each_refused_recipient_has_its_hit(self):
        self.filter.list_address(self.listed)
        self.start()
        client = self.connect(self.listed)
        client.mail(SENDER)
        recipients = [f"user{number}@rcpt.example" for number in range(20)]
        refs = set()
        for recipient in recipients:
            hit = self.assert_refused(client.rcpt(recipient), self.listed, quoted=recipient)
            self.assert_columns(hit, rcpt_to=recipient)
            refs.add(hit["ref"])
        client.quit()
        self.assertEqual(20, len(refs))
        self.assertEqual(recipients, [hit["rcpt_to"] for hit in self.all_hits()])

    def test_refuses_each_message_of_a_connection(self):
        self.filter.list_address(self.listed)
        self.start()
        client = self.connect(self.listed)
        for number in range(3):
            sender = f"sender{number}@from.example"
            self.assertEqual(250, client.mail(sender).code)
            hit = self.assert_refused(client.rcpt(RECIPIENT), self.listed)
            self.assert_columns(hit, mail_from=sender)
            self.assertEqual(250, client.command("RSET").code)
        self.assertEqual(250, client.ehlo("second.example").code)
        client.mail(SENDER)
        hit = self.assert_refused(client.rcpt(RECIPIENT), self.listed)
        self.assert_columns(hit, helo="second.example", mail_from=SENDER)
        client.quit()
        self.assertEqual(["refused"] * 4, [hit["action"] for hit in self.all_hits()])

    def test_delivers_each_message_of_an_unlisted_connection(self):
        self.filter.list_address(self.listed)
        self.start()
        client = self.connect(self.unlisted)
        for _ in range(3):
            self.deliver(client)
        client.quit()

    def test_records_a_listed_client_that_leaves_before_a_recipient(self):
        self.filter.list_address(self.listed)
        self.start()
        self.connect(self.listed).drop()
        self.filter.wait_for_hits(1)
        client = self.connect(self.listed)
        client.mail("early@from.example")
        client.drop()
        self.filter.wait_for_hits(2)
        client = self.connect(self.listed)
        client.quit()
        for hit in self.filter.wait_for_hits(3):
            self.assert_columns(hit, action="left", stage="close", client=self.listed, rcpt_to="",
                                helo="client.example")
        self.assertEqual("early@from.example", self.filter.hits()[1]["mail_from"])

    def test_refuses_the_null_sender_and_keeps_what_clients_say_as_it_is(self):
        self.filter.list_address(self.listed)
        self.start()
        self.assert_refused(self.try_recipient(self.listed, sender=""), self.listed)
        odd = "\"it's;--\\\"%s\"@from.example"
        hit = self.assert_refused(self.try_recipient(self.listed, sender=odd), self.listed)
        self.assert_columns(hit, mail_from=odd)
        self.assert_columns(self.filter.hits()[0], mail_from="")

    def test_cuts_a_long_reason_and_never_the_link(self):
        reason = "open proxy " + "seen again and again " * 11
        reason = reason.strip().ljust(255, "!")
        self.filter.list_address(self.listed, reason=reason)
        self.start()
        recipient = "r" * 64 + "@" + "long-label-of-a-domain." * 5 + "rcpt.example"
        reply = self.try_recipient(self.listed, recipient=recipient)
        start = "550 5.7.1 " + self.server.quoted(recipient)
        url = f"{self.url}/lookup\\?ip={self.listed}"
        text = (rf"Service unavailable; client \[{self.listed}\] is on the ops list: "
                rf"open proxy [a-z !]*(\.\.\.)?; see {url} \(ref (?P<ref>[0-9A-Z-]+)\)")
        hit = self.find_hit(reply, start, text)
        self.assert_columns(hit, reason=reason, rcpt_to=recipient)

    def test_a_reply_of_ones_own_with_percent_signs_arrives_whole(self):
        self.filter.list_address(self.listed)
        self.start(reply="Go to https://x.example/a%%2Fb?c=100%% and %{url} since %{listed_at} (%{ref})")
        reply = self.try_recipient(self.listed)
        start = "550 5.7.1 " + self.server.quoted(RECIPIENT)
        text = (rf"Go to https://x\.example/a%2Fb\?c=100% and {self.url}/lookup\?ip={self.listed} "
                r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \((?P<ref>[0-9A-Z-]+)\)")
        self.find_hit(reply, start, text)

    def test_refuses_an_ipv6_client(self):
        address = "2001:db8::66"
        self.filter.list_address("2001:db8::/48", reason=REASON)
        self.start()
        hit = self.assert_refused(self.try_recipient(address), address)
        self.assert_columns(hit, client=address, network="2001:db8::/48")
        self.assertEqual(250, self.try_recipient("2001:db8:1::66").code)

    def test_refuses_an_ipv6_client_on_loopback(self):
        self.filter.list_address("::1")
        self.start()
        self.assert_refused(self.try_recipient("::1"), "::1")

    def test_an_ipv4_mapped_client_is_the_ipv4_client(self):
        self.filter.list_address("192.0.2.66")
        self.start()
        hit = self.assert_refused(self.try_recipient("::ffff:192.0.2.66"), "192.0.2.66")
        self.assert_columns(hit, client="192.0.2.66", network="192.0.2.66")
        self.assertEqual(250, self.try_recipient("::ffff:192.0.2.67").code)

    def test_answers_many_clients_at_once(self):
        self.filter.list_address(self.listed)
        self.start()
        clients = [self.connect(self.listed if number % 2 else self.unlisted) for number in range(40)]
        for client in clients:
            self.assertEqual(250, client.mail(SENDER).code)
        replies = [client.rcpt(RECIPIENT) for client in clients]
        self.assertEqual([550 if number % 2 else 250 for number in range(40)],
                         [reply.code for reply in replies])
        for reply in replies[1::2]:
            self.assert_refused(reply, self.listed)
        for client in clients:
            client.quit()
        self.assertEqual(20, len(self.all_hits()))
