# SPDX-License-Identifier: BSD-2-Clause
"""Mail that passes although its client is listed, and the hit that it leaves."""

from .setting import RECIPIENT, SENDER


class ExemptionCases:
    def test_accepts_mail_to_postmaster_beside_a_refused_recipient(self):
        self.filter.list_address(self.listed)
        self.start()
        client = self.connect(self.listed)
        client.mail(SENDER)
        self.assert_refused(client.rcpt(RECIPIENT), self.listed)
        self.assertEqual(250, client.rcpt("postmaster@rcpt.example").code)
        self.assert_refused(client.rcpt("other@rcpt.example"), self.listed, quoted="other@rcpt.example")
        message = self.deliver_data(client)
        client.quit()
        self.assertEqual(["postmaster@rcpt.example"], message.recipients)
        hits = self.all_hits()
        self.assertEqual(["refused", "exempt", "refused"], [hit["action"] for hit in hits])
        self.assert_columns(hits[1], rcpt_to="postmaster@rcpt.example", stage="rcpt")
        self.assertIn("recipient is exempt", hits[1]["reply"])

    def test_accepts_every_spelling_of_postmaster(self):
        self.filter.list_address(self.listed)
        self.start()
        for recipient in ("postmaster", "PostMaster", "POSTMASTER@rcpt.example", "Abuse@Rcpt.Example"):
            with self.subTest(recipient):
                self.assertEqual(250, self.try_recipient(self.listed, recipient).code)
        for recipient in ("postmaster2@rcpt.example", "xpostmaster@rcpt.example"):
            with self.subTest(recipient):
                self.assert_refused(self.try_recipient(self.listed, recipient), self.listed,
                                    quoted=recipient)

    def test_exempts_a_whole_address_and_nothing_else_when_so_configured(self):
        self.filter.list_address(self.listed)
        self.start(exempt_recipients=["help@rcpt.example"])
        self.assertEqual(250, self.try_recipient(self.listed, "help@rcpt.example").code)
        for recipient in ("help@other.rcpt.example", "postmaster@rcpt.example"):
            self.assert_refused(self.try_recipient(self.listed, recipient), self.listed, quoted=recipient)

    def test_accepts_an_authenticated_client(self):
        self.need_authentication()
        self.filter.list_address(self.listed)
        self.start()
        client = self.connect(self.listed)
        self.assertEqual(235, client.auth_plain(self.server.user, self.server.password).code)
        self.deliver(client, RECIPIENT, "other@rcpt.example")
        client.quit()
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        hits = self.all_hits()
        self.assertEqual(["exempt", "refused"], [hit["action"] for hit in hits])
        self.assertIn("authenticated", hits[0]["reply"])
        self.assert_columns(hits[0], client=self.listed, stage="mail", mail_from=SENDER)

    def test_refuses_an_authenticated_client_when_so_configured(self):
        self.need_authentication()
        self.filter.list_address(self.listed)
        self.start(exempt_authenticated=False)
        client = self.connect(self.listed)
        self.assertEqual(235, client.auth_plain(self.server.user, self.server.password).code)
        client.mail(SENDER)
        self.assert_refused(client.rcpt(RECIPIENT), self.listed)
        client.quit()

    def test_does_not_ask_the_filter_on_the_submission_port(self):
        self.need_authentication()
        self.filter.list_address(self.listed)
        self.start()
        client = self.connect(self.listed, submission=True)
        self.assertEqual(235, client.auth_plain(self.server.user, self.server.password).code)
        self.deliver(client)
        client.quit()
        self.assertEqual([], self.all_hits())

    def test_accepts_a_client_in_exempt_clients(self):
        self.filter.list_address(self.listed_network)
        self.start(exempt_clients=[self.listed])
        self.assert_accepted(self.listed)
        self.assert_refused(self.try_recipient(self.neighbour), self.neighbour)
        # Not a listed client's mail, so there is no hit.
        self.assertEqual([self.neighbour], [hit["client"] for hit in self.all_hits()])

    def test_accepts_a_client_in_the_exemptions_table_until_it_is_removed(self):
        self.filter.list_address(self.listed_network)
        self.start()
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.filter.ctl("exempt", "add", self.listed, "--why", "our own backup")
        self.assert_accepted(self.listed)
        self.assert_refused(self.try_recipient(self.neighbour), self.neighbour)
        self.filter.ctl("exempt", "remove", self.listed)
        self.assert_refused(self.try_recipient(self.listed), self.listed)
