# SPDX-License-Identifier: BSD-2-Clause
"""opsmilter behind Sendmail."""

import unittest

from support.sendmail import Sendmail

from .cases_answers import AnswerCases
from .cases_changes import ChangeCases
from .cases_exemptions import ExemptionCases
from .cases_process import OverTcpCases, ProcessCases
from .cases_real_input import RealInputCases
from .cases_traps import TrapCases
from .setting import RECIPIENT, Setting


class SendmailTest(AnswerCases, ExemptionCases, ChangeCases, ProcessCases, RealInputCases, TrapCases, Setting,
                   unittest.TestCase):
    subject = "sendmail"
    server_class = Sendmail
    # The daemon's clients; it has no XCLIENT.
    listed = "127.66.0.9"
    neighbour = "127.66.0.10"
    listed_network = "127.66.0.0/24"
    unlisted = "127.7.0.7"

    def test_accepts_mail_from_standard_input_that_has_no_address(self):
        self.filter.list_address(self.listed)
        self.start(on_error="tempfail")
        for connect in (self.server.connect_by_pipe, self.server.connect_by_unix_socket):
            with self.subTest(connect.__name__):
                client = connect()
                self.dialogues.append(client)
                self.addCleanup(client.drop)
                client.ehlo()
                message = self.deliver(client)
                client.quit()
                self.assertEqual([RECIPIENT], message.recipients)
        self.assertEqual([], self.all_hits())


class SendmailOverTcpTest(OverTcpCases, Setting, unittest.TestCase):
    subject = "sendmail over tcp"
    server_class = Sendmail
    tcp = True
    listed = SendmailTest.listed
    unlisted = SendmailTest.unlisted
