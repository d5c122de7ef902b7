# SPDX-License-Identifier: BSD-2-Clause
"""What visitors send: requests for removal, nominations; and what limits them."""

import re
import unittest

from visitor import EXPIRING, LISTED, POLICY, UNLISTED, SiteTest

SPAM = """Return-Path: <a@sender.example>
Received: from helo.example (host.example [198.18.50.1])
\tby mx.rcpt.example (Postfix) with ESMTP id 1234567 for <victim@rcpt.example>;
\tFri, 20 Nov 2026 21:02:25 +0000
From: a@sender.example
To: victim@rcpt.example
Message-ID: <secret.id@rcpt.example>
Subject: <script>alert(1)</script>

https://shop.example/?u=victim@rcpt.example
"""


class Forms(SiteTest):
    web_options = "lookups_per_hour = 100000\nnominations_per_day = 5"

    def setUp(self):
        self.before = self.query("SELECT coalesce(max(id), 0) FROM requests")[0][0]

    def tearDown(self):
        self.decide("granted")

    def decide(self, state):
        self.take_inbox()
        self.query("UPDATE request SET state = ?, next_test_at = NULL, decided_at = requested_at,"
                   " decided_by = 'tester', why = 'a test' WHERE decided_at IS NULL", state)

    def requests(self):
        """Those of this test."""
        self.take_inbox()
        return self.query("SELECT kind, state, ip FROM requests WHERE id > ? ORDER BY id", self.before)

    def removal(self, ip=LISTED, **fields):
        return {"ip": ip, "token": self.token(f"/remove?ip={ip}"), **fields}

    def test_a_request_is_filed_once_however_often_it_is_sent(self):
        fields = self.removal(contact="owner@owner.example", note="closed the proxy")
        places = {self.post("/remove", fields).headers["Location"] for _ in range(3)}
        self.assertEqual(len(places), 1)
        self.assertRegex(next(iter(places)), r"^/request/[0-9a-f-]+$")
        self.assertEqual(self.requests(), [("removal", "open", LISTED)])

    def test_a_second_form_leads_to_the_request_that_waits(self):
        first = self.post("/remove", self.removal()).headers["Location"]
        second = self.post("/remove", self.removal(note="mine")).headers["Location"]
        self.assertEqual(len(self.requests()), 1)
        numbers = {re.search(r'href="/request/(\d+)"', self.get(place).body.decode()).group(1)
                   for place in (first, second)}
        self.assertEqual(len(numbers), 1)
        self.assertIn("mine", self.opsctl("requests", "show", numbers.pop()))

    def test_the_page_of_what_was_sent_is_there_before_and_after_it_is_taken(self):
        place = self.post("/remove", self.removal()).headers["Location"]
        answer = self.get(place)
        self.check_page(answer, place)
        self.assertIn("has arrived", answer.text)
        self.assertLess(int(answer.headers["Refresh"]), 60)
        self.take_inbox()
        answer = self.get(place)
        self.check_page(answer, place)
        self.assertIn("is being tested", answer.text)
        self.get(place[:-1], 404)
        self.assertIn(LISTED, self.opsctl("requests", "show", place.split("/")[-1]))

    def test_the_site_writes_only_the_inbox(self):
        self.post("/remove", self.removal())
        self.nominate(SPAM.encode(), visitor="192.0.2.3")
        self.assertEqual(self.query("SELECT count(*) FROM requests WHERE id > ?", self.before), [(0,)])
        self.assertEqual(self.query("SELECT kind, address, filed_by FROM filing ORDER BY id", database="inbox.db"),
                         [("removal", LISTED, "visitor"), ("nomination", "198.18.50.1", "visitor")])

    def test_after_a_no_the_next_one_waits_but_for_the_address_itself_and_once(self):
        ip = "198.18.60.1"
        self.list(ip)
        own = {"X_Forwarded_For": ip}
        self.post("/remove", self.removal(ip))
        self.decide("denied")
        self.post("/remove", {"ip": ip, "token": self.token(f"/remove?ip={ip}")}, X_Forwarded_For="198.51.100.9")
        self.decide("denied")
        answer = self.post("/remove", self.removal(ip), 429)
        self.check_page(answer, ip)
        self.assertGreater(int(answer.headers["Retry-After"]), 600)
        self.assertEqual(len(self.requests()), 2)
        for _ in range(2):
            self.post("/remove", {"ip": ip, "token": self.token(f"/remove?ip={ip}", **own)}, **own)
            self.decide("denied")
        self.post("/remove", {"ip": ip, "token": self.token(f"/remove?ip={ip}", **own)}, 429, **own)
        self.assertEqual(len(self.requests()), 4)

    def test_the_request_s_page_follows_the_test_and_shows_nothing_of_the_visitor(self):
        fields = {"ip": LISTED, "contact": "owner@owner.example", "note": "a private note",
                  "token": self.token(f"/remove?ip={LISTED}", X_Forwarded_For="192.0.2.99")}
        place = self.post("/remove", fields, X_Forwarded_For="192.0.2.99").headers["Location"]
        answer = self.get(place)
        self.check_page(answer, place)
        self.assertLess(int(answer.headers["Refresh"]), 60)
        for word in ("owner@owner.example", "a private note", "192.0.2.99"):
            self.assertNotIn(word, answer.text)
            self.assertNotIn(word, self.look_up(LISTED).text)

    def test_a_form_works_from_an_address_that_changes(self):
        token = self.token(f"/remove?ip={LISTED}", X_Forwarded_For="100.70.1.1")
        self.post("/remove", {"ip": LISTED, "token": token}, X_Forwarded_For="100.70.1.2")
        self.assertEqual(len(self.requests()), 1)

    def test_a_form_needs_a_token_of_its_own_form(self):
        good = self.removal()["token"]
        for token in ("", "x", good[:-1], good + "x", good.replace(good[-4], "0" if good[-4] != "0" else "1"),
                      self.token("/nominate")):
            if token != good:
                answer = self.post("/remove", {"ip": LISTED, "token": token, "note": "kept <b>"}, 400)
                self.assertIn("kept &lt;b&gt;", answer.text)
        self.assertEqual(self.requests(), [])

    def test_a_form_that_another_site_sends_is_refused(self):
        for site in ("cross-site", "same-site"):
            self.post("/remove", self.removal(), 400, Sec_Fetch_Site=site)
        self.assertEqual(self.requests(), [])
        for origin in ("https://elsewhere.example", "null", "http://127.0.0.1:1"):
            self.post("/remove", self.removal(), 400, Origin=origin)
        # A name of another site that leads to this one.
        self.post("/remove", self.removal(), 400, Origin="http://elsewhere.example", Host="elsewhere.example",
                  Sec_Fetch_Site="same-origin")
        self.assertEqual(self.requests(), [])
        self.post("/remove", self.removal(), 303, Sec_Fetch_Site="same-origin",
                  Origin=f"http://127.0.0.1:{self.port}")

    def test_what_a_test_cannot_decide_waits_for_the_operator(self):
        token = self.token(f"/remove?ip={POLICY}&list=rbl")
        self.post("/remove", {"ip": POLICY, "list": "rbl", "token": token})
        self.assertEqual(self.requests(), [("removal", "review", POLICY)])

    def test_what_needs_no_request_gets_a_friendly_page(self):
        for ip in (UNLISTED, EXPIRING, "127.0.0.2", "2001:db8::1"):
            answer = self.get(f"/remove?ip={ip}")
            self.check_page(answer, ip)
            self.assertNotIn("<textarea", answer.text)
            self.check_page(self.post("/remove", {"ip": ip, "token": "x"}, 200), ip)
        self.assertEqual(self.requests(), [])

    def test_fields_that_are_too_long_are_refused_and_kept(self):
        for name, length in (("contact", 300), ("note", 8000)):
            answer = self.post("/remove", self.removal(**{name: "y" * length}), 400)
            self.assertIn("y" * length, answer.text)
        self.assertEqual(self.requests(), [])

    def nominate(self, spam, ip="198.18.50.1", status=303, visitor="192.0.2.1", token=None):
        boundary = "a-boundary"
        token = token or self.token("/nominate", X_Forwarded_For=visitor)
        body = b""
        for name, value in (("token", token), ("ip", ip), ("contact", "")):
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.eml"\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + spam + f"\r\n--{boundary}--\r\n".encode()
        answer = self.ask("/nominate", "POST", body, Content_Type=f"multipart/form-data; boundary={boundary}",
                          X_Forwarded_For=visitor)
        self.assertEqual(answer.status, status, answer.body[:1500])
        return answer

    def test_a_spam_copy_of_any_octets_is_filed_as_it_is(self):
        spam = SPAM.encode() + bytes(range(256)) * 100
        self.nominate(spam, visitor="192.0.2.2")
        self.assertEqual(self.requests(), [("nomination", "open", "198.18.50.1")])
        stored = self.query("SELECT body FROM evidence WHERE kind = 'spam' ORDER BY id DESC LIMIT 1")[0][0]
        self.assertEqual(stored, spam)

    def test_a_nomination_needs_an_address_and_a_server_that_saw_it(self):
        for number, (spam, ip, status) in enumerate((
                (SPAM, "198.51.100.300", 400), (SPAM, "", 400), (SPAM, "198.18.50.2", 400), ("", "198.18.50.1", 400),
                ("no header\n", "198.18.50.1", 400), (SPAM, "127.0.0.1", 400), (SPAM, "10.0.0.1", 400))):
            self.check_page(self.nominate(spam.encode(), ip, status, f"192.0.2.{10 + number}"), ip)
        self.assertEqual(self.requests(), [])

    def test_a_spam_copy_may_have_a_megabyte_and_no_more(self):
        room = 1024 * 1024 - len(SPAM)
        self.nominate(SPAM.encode() + b"x" * (room + 1), status=413, visitor="192.0.2.30")
        self.assertEqual(self.requests(), [])
        self.nominate(SPAM.encode() + b"x" * room, visitor="192.0.2.32")
        self.assertEqual(len(self.requests()), 1)

    def test_a_visitor_nominates_so_often_a_day(self):
        for _ in range(5):
            self.nominate(b"", status=400, visitor="192.0.2.40")
        answer = self.nominate(SPAM.encode(), status=429, visitor="192.0.2.40")
        self.assertGreater(int(answer.headers["Retry-After"]), 80000)
        self.nominate(SPAM.encode(), visitor="192.0.2.41")

    def test_a_nomination_is_filed_once_however_often_it_is_sent(self):
        token = self.token("/nominate", X_Forwarded_For="192.0.2.50")
        places = {self.nominate(SPAM.encode(), visitor="192.0.2.50", token=token).headers["Location"] for _ in range(2)}
        self.assertEqual(len(places), 1)
        self.assertEqual(len(self.requests()), 1)


class Caps(SiteTest):
    web_options = "nominations_per_day = 100000"
    more = "caps { nominations_per_day = 2 }"

    def test_all_visitors_together_nominate_so_often_and_learn_it_kindly(self):
        for number in range(1, 3):
            spam = f"Received: from x ([198.18.50.{number}]) by mx.example.org; now\n\nbuy\n"
            self.post("/nominate", {"ip": f"198.18.50.{number}", "spam": spam, "token": self.token("/nominate")})
        answer = self.post("/nominate", {"ip": "198.18.50.3", "spam": "Received: from x ([198.18.50.3]) by y; now\n\n",
                                         "token": self.token("/nominate")}, 503)
        self.check_page(answer, "a cap")
        self.assertIn("you did nothing wrong", answer.text)
        self.assertEqual(int(answer.headers["Retry-After"]), 3600)
        self.post("/remove", {"ip": LISTED, "token": self.token(f"/remove?ip={LISTED}")})
        self.assertIn("caps.nominations_per_day is reached", self.log())
        self.assertEqual(len(self.take_inbox()), 3)


class LookUps(SiteTest):
    web_options = 'lookups_per_hour = 3\ntrusted_proxies = {"127.0.0.1", "192.0.2.128/25"}'

    def look_ups(self, *forwarded):
        """Statuses of look-ups, each behind what the header says."""
        return [self.ask(f"/lookup?ip={LISTED}", X_Forwarded_For=each).status for each in forwarded]

    def test_a_visitor_has_so_many_an_hour_and_learns_when_there_are_more(self):
        self.assertEqual(self.look_ups(*["198.51.100.1"] * 4), [200, 200, 200, 429])
        answer = self.get(f"/api/lookup?ip={LISTED}", 429, X_Forwarded_For="198.51.100.1")
        self.get(f"/remove?ip={LISTED}", 429, X_Forwarded_For="198.51.100.1")
        self.assertGreater(int(answer.headers["Retry-After"]), 3500)
        for path in ("/", "/faq", "/style.css", "/metrics"):
            self.get(path, X_Forwarded_For="198.51.100.1")

    def test_what_the_visitor_writes_into_the_header_does_not_help(self):
        for forged in ("203.0.113.{}, 198.51.100.2", "203.0.113.{},198.51.100.2", "203.0.113.{}, 192.0.2.200, 198.51.100.2",
                       "198.51.100.2, 192.0.2.{:d}"):
            statuses = self.look_ups(*[forged.format(number + 130) for number in range(4)])
            self.assertIn(429, statuses, forged)

    def test_of_several_headers_the_last_counts(self):
        statuses = []
        for number in range(5):
            said = self.say(f"GET /lookup?ip={LISTED} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                            f"X-Forwarded-For: 203.0.113.{number}\r\nX-Forwarded-For: 198.51.100.3\r\n\r\n".encode())
            statuses.append(int(re.match(rb"HTTP/1.1 (\d+)", said).group(1)))
        self.assertEqual(statuses, [200, 200, 200, 429, 429])

    def test_an_ipv6_visitor_counts_by_its_network(self):
        statuses = self.look_ups(*[f"2001:db8:5::{number}" for number in range(1, 5)])
        self.assertEqual(statuses, [200, 200, 200, 429])


if __name__ == "__main__":
    unittest.main()
