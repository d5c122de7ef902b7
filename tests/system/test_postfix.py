# SPDX-License-Identifier: BSD-2-Clause
"""opsmilter behind Postfix."""

import unittest

from support.postfix import Postfix

from .cases_answers import AnswerCases
from .cases_changes import ChangeCases
from .cases_exemptions import ExemptionCases
from .cases_process import OverTcpCases, ProcessCases
from .cases_real_input import RealInputCases
from .cases_traps import TrapCases
from .setting import Setting


class PostfixTest(AnswerCases, ExemptionCases, ChangeCases, ProcessCases, RealInputCases, TrapCases, Setting,
                  unittest.TestCase):
    subject = "postfix"
    server_class = Postfix
    # By XCLIENT.
    listed = "192.0.2.66"
    neighbour = "192.0.2.67"
    listed_network = "192.0.2.64/26"
    unlisted = "192.0.2.7"

    def test_refuses_a_client_that_connects_without_xclient(self):
        self.filter.list_address("127.66.0.9")
        self.start()
        self.assert_refused(self.try_recipient("127.66.0.9"), "127.66.0.9")
        self.assertEqual(250, self.try_recipient("127.66.0.10").code)


class PostfixOverTcpTest(OverTcpCases, Setting, unittest.TestCase):
    subject = "postfix over tcp"
    server_class = Postfix
    tcp = True
    listed = PostfixTest.listed
    unlisted = PostfixTest.unlisted
