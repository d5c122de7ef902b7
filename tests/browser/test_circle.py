# SPDX-License-Identifier: BSD-2-Clause
"""The whole way of an open proxy, as its spam's recipient and then its owner go it, without a script."""

import re

from .setting import SUSPECT, Installation


class CircleTest(Installation):
    def nominate(self):
        self.goto("/nominate")
        self.browser.do("fill", label="Address that the spam came from", value=SUSPECT)
        self.browser.do("upload", label="The message as a file", file=self.spam_from(SUSPECT))
        self.browser.do("click", role="button", name="Nominate")
        self.browser.do("waitFor", text="is an open proxy, and is now listed", seconds=30)

    def refused_link(self):
        reply = self.send_mail(SUSPECT)
        self.assertEqual(550, reply.code, reply)
        link = re.search(r"see (\S+) \(ref (\S+)\)", str(reply))
        self.assertTrue(link, reply)
        return link[1], link[2]

    def ask_for_removal(self):
        self.goto(f"/lookup?ip={SUSPECT}")
        self.browser.do("click", name="ask for removal")
        self.browser.do("fill", label="Your mail address", value="owner@secret.example")
        self.browser.do("fill", label="What you did", value="I have restarted it.")
        self.browser.do("click", role="button", name="Test it now")

    def test_from_spam_to_removal(self):
        self.browser.do("visit", width=1280)
        self.assertEqual(250, self.send_mail(SUSPECT).code)
        self.nominate()

        link, ref = self.refused_link()
        self.assertEqual(200, self.goto(link)["status"])
        text = self.text()
        self.assertIn(f"{SUSPECT} is listed", text)
        self.assertIn(f"on port {self.proxy.port}", text)

        # The refusal itself, and its recipient masked.
        self.goto(f"/ref/{ref}")
        self.assertIn("u***@rcpt.example", self.text())
        self.browser.do("click", name="Evidence, and how to get the address removed")

        # The spam, masked, and the dialogue of the test.
        self.browser.do("click", name="no. ")
        self.browser.do("waitFor", text="Subject: You have won", seconds=20)
        text = self.text()
        for secret in ("jane.roe", "Jane Roe", "secret-id", "4XwSecret"):
            self.assertNotIn(secret, text)

        # Still open: which protocol and port, and when to ask again.
        self.ask_for_removal()
        self.browser.do("waitFor", text="stays on the list", seconds=30)
        text = self.text()
        self.assertIn(str(self.proxy.port), text)
        self.assertRegex(text, r"accepted from \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC")
        self.assertNotIn("owner@secret.example", text)
        self.goto(f"/remove?ip={SUSPECT}")
        self.browser.do("click", role="button", name="Test it now")
        self.browser.do("waitFor", text="Too early", seconds=20)

        # Closed; the request comes from the listed address itself, as an owner's may.
        self.proxy.secure()
        self.file_from_the_suspect()
        self.browser.do("waitFor", text="was removed from the list", seconds=30)
        self.assertEqual(250, self.send_mail(SUSPECT).code)
        self.goto(link)
        self.assertIn(f"{SUSPECT} is not listed", self.text())
        self.assert_quiet(429)
        self.assert_history()

    def file_from_the_suspect(self):
        """The browser is at 127.0.0.1, a trusted proxy: it says whose request it brings on."""
        self.browser.do("headers", headers={"X-Forwarded-For": SUSPECT})
        self.goto(f"/remove?ip={SUSPECT}")
        self.assertIn("You are visiting from the listed address itself", self.text())
        self.browser.do("click", role="button", name="Test it now")

    def assert_history(self):
        events = [(each["what"], each["who"]) for each in self.filter.ctl_json("history", SUSPECT)]
        for event in (("nomination request", "visitor"), ("test open", "opsprobe"), ("add", "opsprobe"),
                      ("nomination granted", "opsprobe"), ("removal request", "visitor"),
                      ("removal denied", "opsprobe"), ("test closed", "opsprobe"),
                      ("removal granted", "opsprobe"), ("remove", "opsprobe")):
            self.assertIn(event, events)
