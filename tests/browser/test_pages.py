# SPDX-License-Identifier: BSD-2-Clause
"""Every page as it looks and reads: wide and narrow, light and dark, by keyboard, with hostile content."""

import contextlib
import os
import re
import socket
import sqlite3
import threading

from .setting import SHOTS, SPAM, SUSPECT, Installation, wait_until

LISTED, NETWORK, PAST = "198.18.7.9", "198.18.8.0/24", "198.18.7.10"
SIZES = ((1280, False), (1280, True), (360, False), (360, True))
HOSTILE = ('<script>alert(1)</script><img src=x onerror=alert(2)>"\' onfocus=alert(3) autofocus '
           "{{!title}} {{%ip}} ${7*7} '; DROP TABLE listing; -- <!--#exec cmd=\"id\"--> "
           "<iframe src=javascript:alert(4)></iframe><svg/onload=alert(5)>")


class PagesTest(Installation):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("test_nothing_hostile_runs")
        cls.filter.list_address(LISTED, reason="open proxy: SOCKS5 on port 1080")
        cls.filter.list_address(LISTED, "--list", "qil", "--expires", "2d", reason="burst of spam")
        cls.filter.list_address(NETWORK, "--list", "dul", reason="dial-up range")
        cls.filter.list_address(PAST)
        cls.filter.ctl("remove", PAST, "--why", "closed")
        cls.ref = re.search(r"\(ref (\S+)\)", str(case.send_mail_as(LISTED)))[1]
        for _ in range(3):
            case.send_mail_as(LISTED)
        cls.filter.ctl("nominate", SUSPECT, "--spam", case.spam_from(SUSPECT))
        case.wait_for_request(1)
        cls.transcript = cls.evidence_of("test")
        cls.spam = cls.evidence_of("spam")

    def send_mail_as(self, address):
        client = self.server.connect(address)
        client.ehlo()
        client.mail("sender@from.example")
        reply = client.rcpt("user@rcpt.example")
        client.quit()
        return reply

    def wait_for_request(self, number):
        self.browser.do("visit")
        self.goto(f"/request/{number}")
        self.browser.do("waitFor", text="now listed", seconds=30)

    @classmethod
    def evidence_of(cls, kind):
        with sqlite3.connect(f"file:{cls.filter.database}?mode=ro", uri=True) as database:
            found = database.execute("SELECT max(id) FROM evidence WHERE kind = ?", (kind,)).fetchone()[0]
        database.close()
        return found

    def ask_for_removal(self, address):
        with sqlite3.connect(self.filter.database, timeout=10) as database:
            database.execute("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, contact, note,"
                             " waived, next_test_at, tests) VALUES ('removal', ?, 1, 'open', unixepoch(), 'visitor', '',"
                             " '', 0, unixepoch(), 0)", (address,))
        database.close()

    def list_with(self, address, path):
        """Lists an address with a file as evidence; its number."""
        self.filter.ctl("add", address, "--reason", "spam", "--evidence", path, "--force")
        return self.evidence_of("file")

    def pages(self):
        """Name, path and expected status of each page, in each of its states."""
        return (
            ("front", "/", 200),
            ("lookup-listed", f"/lookup?ip={LISTED}&ref={self.ref}", 200),
            ("lookup-network", "/lookup?ip=198.18.8.7", 200),
            ("lookup-proxy", f"/lookup?ip={SUSPECT}", 200),
            ("lookup-past", f"/lookup?ip={PAST}", 200),
            ("lookup-unlisted", "/lookup?ip=2001:db8::1", 200),
            ("lookup-test-entry", "/lookup?ip=127.0.0.2", 200),
            ("lookup-malformed", "/lookup?ip=1.2.3", 400),
            ("evidence-spam", f"/evidence/{self.spam}", 200),
            ("evidence-test", f"/evidence/{self.transcript}", 200),
            ("ref", f"/ref/{self.ref}", 200),
            ("ref-unknown", "/ref/1-000000000000", 404),
            ("remove", f"/remove?ip={LISTED}", 200),
            ("remove-review", "/remove?ip=198.18.8.7", 200),
            ("remove-expire", f"/remove?ip={LISTED}&list=qil", 200),
            ("remove-unlisted", "/remove?ip=198.18.7.1", 200),
            ("request", "/request/1", 200),
            ("nominate", "/nominate", 200),
            ("help-sender", "/help/sender", 200),
            ("help-recipient", "/help/recipient", 200),
            ("help-fix", "/help/fix", 200),
            ("faq", "/faq", 200),
            ("lists", "/lists", 200),
            ("use", "/use", 200),
            ("contact", "/contact", 200),
            ("not-found", "/nowhere", 404),
        )

    def test_every_page_fits_its_window_and_axe_finds_nothing(self):
        for width, dark in SIZES:
            self.browser.do("visit", width=width, dark=dark, scripts=True)
            for name, path, status in self.pages():
                with self.subTest(name, width=width, dark=dark):
                    self.assertEqual(status, self.goto(path)["status"])
                    self.browser.do(
                        "shot", file=os.path.join(SHOTS, f"{name}-{width}-{'dark' if dark else 'light'}.png"))
                    self.assertLessEqual(self.browser.do("overflow"), 0, "wider than the window")
                    self.assertEqual([], self.browser.do("axe"))
            self.assert_quiet(400, 404)

    def test_the_keyboard_leads_to_the_content_and_through_the_form(self):
        self.browser.do("visit", scripts=True)
        self.goto("/")
        seen = []
        for _ in range(9):
            self.browser.do("press", key="Tab")
            focus = self.browser.do("focus")
            self.assertNotEqual("none", focus["outline"], f"{focus['text']} shows that it has the focus")
            seen.append(focus["text"])
        self.assertEqual("Skip to the content", seen[0])
        self.assertEqual(["ip", "Look up"], seen[7:])
        self.browser.do("fill", label="IP address", value=LISTED)
        self.browser.do("press", key="Enter")
        self.browser.do("waitFor", text=f"{LISTED} is listed", seconds=20)

    def test_nothing_hostile_runs(self):
        self.filter.list_address("198.18.9.9", reason=HOSTILE[:200])
        spam = self.list_with("198.18.9.8", self.spam_from("198.18.9.8", text=HOSTILE, Subject=HOSTILE))
        self.browser.do("visit", scripts=True)
        for path in ("/lookup?ip=198.18.9.9", "/remove?ip=198.18.9.9", f"/evidence/{spam}",
                     f"/lookup?ip={HOSTILE}", f"/ref/{HOSTILE}", f"/evidence/{HOSTILE}",
                     f"/remove?ip={HOSTILE}", f"/{HOSTILE}", f"/request/{HOSTILE}"):
            with self.subTest(path):
                self.goto(path.replace("%", "%25").replace("#", "%23"))
        self.goto("/nominate")
        self.browser.do("fill", label="Address that the spam came from", value=HOSTILE[:60])
        self.browser.do("fill", label="Or pasted here", value=HOSTILE)
        self.browser.do("click", role="button", name="Nominate")
        self.browser.do("waitFor", text="That is not an IP address", seconds=20)
        self.assert_quiet(400, 404)

    def test_nothing_that_a_proxy_answers_runs(self):
        """The suspect speaks to the prober in markup; its words are in the transcript of the test."""
        suspect = "127.0.0.90"
        answer = f"HTTP/1.1 403 {HOSTILE}\r\nServer: {HOSTILE}\r\n\r\n{HOSTILE}".encode()
        with socket.create_server((suspect, self.proxy.port)) as listener:
            def serve():
                with contextlib.suppress(OSError):
                    while True:
                        client, _ = listener.accept()
                        with client, contextlib.suppress(OSError):
                            client.recv(4096)
                            client.sendall(answer)
            threading.Thread(target=serve, daemon=True).start()
            before = self.evidence_of("test")
            self.filter.list_address(suspect)
            self.ask_for_removal(suspect)
            wait_until(lambda: self.evidence_of("test") != before, 30, "the test")
            listener.shutdown(socket.SHUT_RDWR)
        self.browser.do("visit", scripts=True)
        for path in (f"/evidence/{self.evidence_of('test')}", f"/lookup?ip={suspect}"):
            self.goto(path)
        self.goto(f"/evidence/{self.evidence_of('test')}")
        self.assertIn("<script>alert(1)</script>", self.text())
        self.assert_quiet()

    def test_real_spam_is_shown_as_text(self):
        if not SPAM:
            self.skipTest("OPSMILTER_SPAM names no folder of real spam")
        self.browser.do("visit", scripts=True)
        for number, name in enumerate(sorted(os.listdir(SPAM)), 10):
            with self.subTest(name):
                evidence = self.list_with(f"198.18.10.{number}", os.path.join(SPAM, name))
                self.goto(f"/evidence/{evidence}")
                self.assertIn("Received: ", self.text())
                self.assertLessEqual(self.browser.do("overflow"), 0, "wider than the window")
        self.assert_quiet(404)
