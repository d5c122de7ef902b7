# SPDX-License-Identifier: BSD-2-Clause
"""Every page as HTML: whole, harmless, with its headers, and safe from whatever a visitor writes."""

import json
import os
import signal
import unittest
import urllib.parse

from visitor import EXPIRING, LISTED, PAST, POLICY, REF, UNLISTED, SiteTest

PAGES = ["/", f"/lookup?ip={LISTED}", f"/lookup?ip={LISTED}&ref={REF}", f"/lookup?ip={UNLISTED}", f"/lookup?ip={PAST}",
         f"/lookup?ip={POLICY}", f"/lookup?ip={EXPIRING}", "/lookup?ip=127.0.0.2", "/lookup?ip=2001:db8::1",
         f"/ref/{REF}", "/evidence/1", f"/remove?ip={LISTED}", f"/remove?ip={UNLISTED}", f"/remove?ip={EXPIRING}",
         f"/remove?ip={POLICY}&list=rbl", "/nominate", "/help/sender", "/help/recipient", "/help/fix", "/faq", "/lists",
         "/use", "/contact"]
PROBLEMS = {"/lookup": 400, "/lookup?ip=": 400, "/lookup?ip=x": 400, "/nothing": 404, "/ref/x": 404,
            "/ref/1-000000000000": 404, "/evidence/99999": 404, "/evidence/x": 404, "/request/99999": 404,
            "/request/-1": 404, "/remove?ip=x": 400, "/evidence/1/": 404, "/" + "a" * 3000: 404}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                               "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "{{!token}}{{%ip}}",
           "'; DROP TABLE listing; --", "1' OR '1'='1", "%s%n%x", "../../etc/passwd", "\r\nSet-Cookie: a=b", "\x00",
           "\u202e\u2066", "javascript:alert(1)", "A" * 5000, "127.0.0.1/0", "::ffff:1.2.3.4::", "&lt;b&gt;", "é" * 40]


class Pages(SiteTest):
    def test_every_page_is_well_formed_and_loads_and_runs_nothing(self):
        for path in PAGES:
            self.check_page(self.get(path), path)

    def test_every_problem_is_a_page_with_the_look_up_form(self):
        for path, status in PROBLEMS.items():
            page = self.check_page(self.get(path, status), path)
            self.assertIn("ip", [field.get("name") for field in page.all("input")], path)

    def test_every_answer_has_the_headers_and_no_cookie_or_server(self):
        for path in [*PAGES, *PROBLEMS, "/style.css", "/metrics", f"/api/lookup?ip={LISTED}", "/api/lookup", "/healthz"]:
            answer = self.ask(path)
            for name, value in HEADERS.items():
                self.assertEqual(answer.headers.get(name), value, (path, name))
            self.assertIsNone(answer.headers.get("Set-Cookie"), path)
            self.assertIsNone(answer.headers.get("Server"), path)
            self.assertIsNotNone(answer.headers.get("Cache-Control"), path)

    def test_every_link_leads_to_a_page(self):
        links = {attributes["href"] for path in PAGES for attributes in self.get(path).page.all("a")
                 if attributes["href"].startswith("/")}  # "#main" is on each page
        self.assertGreater(len(links), 12)
        for link in links:
            path, _, name = link.partition("#")
            page = self.get(path).page
            self.assertIn(name or "main", [attributes.get("id") for _, attributes in page.elements], link)

    def test_head_is_get_without_the_page(self):
        for path in PAGES:
            answer = self.ask(path, "HEAD")
            self.assertEqual((answer.status, answer.body), (200, b""), path)
            self.assertGreater(int(answer.headers["Content-Length"]), 500)

    def test_pages_are_small(self):
        for path in [*PAGES, "/style.css"]:
            self.assertLess(len(self.get(path).body), 32 * 1024, path)

    def test_whatever_is_written_in_a_field_comes_back_as_text(self):
        for value in HOSTILE:
            for path in ("/lookup?ip={}", "/lookup?ref={}", f"/lookup?ip={LISTED}&ref={{}}", "/remove?ip={}", "/remove?list={}",
                         f"/remove?ip={LISTED}&list={{}}", "/ref/{}", "/evidence/{}", "/request/{}", "/{}", "/?{}",
                         "/nominate?ip={}&contact={}", f"/remove?ip={LISTED}&contact={{}}&note={{}}"):
                path = path.replace("{}", urllib.parse.quote(value, safe=""))
                answer = self.ask(path)
                self.assertIn(answer.status, (200, 400, 404), path)
                self.check_page(answer, path)
                self.assertIsNone(answer.headers.get("Set-Cookie"), path)

    def test_a_wrong_address_is_kept_in_the_form(self):
        for value in ("192.0.2.256", "<b>\"'&", "host.example", "192.0.2.0/24"):
            page = self.look_up(value, 400).page
            self.assertEqual([field.get("value") for field in page.all("input") if field.get("name") == "ip"], [value])

    def test_white_space_around_an_address_does_not_count(self):
        self.assertIn(f"{LISTED} is listed", self.look_up(f" {LISTED}\t\r\n").page.text)

    def test_the_program_s_answer_is_json(self):
        for value in (LISTED, UNLISTED, "2001:db8::1", "127.0.0.2"):
            answer = self.get(f"/api/lookup?ip={value}")
            self.assertEqual(answer.headers["Content-Type"], "application/json")
            read = json.loads(answer.body)
            self.assertEqual((read["ip"], read["listed"]), (value, value in (LISTED, "127.0.0.2")))
        for value in HOSTILE:
            answer = self.get("/api/lookup?ip=" + urllib.parse.quote(value, safe=""), 400)
            self.assertIn("error", json.loads(answer.body))


class Addresses(SiteTest):
    def test_of_a_long_history_the_latest_events_are_shown(self):
        address = "198.18.7.77"
        for number in range(55):
            self.list(address, reason=f"reason {number}.")
            self.opsctl("remove", address, "--why", f"removal {number}.")
        text = self.check_page(self.look_up(address), address).text
        for words, shown in (("removal 54.", True), ("reason 5.", True), ("removal 4.", False), ("reason 0.", False)):
            self.assertEqual(words in text, shown, words)

    def test_what_a_new_version_of_a_list_does_not_contain_was_removed(self):
        path = os.path.join(self.folder, "secret-name.txt")
        for address in ("198.18.70.1", "198.18.70.2"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(address + "\n")
            self.opsctl("import", path, "--list", "dul", "--reason", "dial-up", "--replace")
        text = self.look_up("198.18.70.1").page.text
        self.assertIn("listed, with many others", text)
        self.assertIn("removed: the list was replaced", text)
        self.assertNotIn("secret-name", text)

    def test_the_steps_of_requests_and_watches_are_in_words(self):
        for what in ("removal retry", "removal review", "nomination retry", "nomination review", "watch over"):
            self.query("INSERT INTO change (at, who, what, address, why) VALUES (1, 'opsprobe', ?, '198.18.71.1', 'secret')",
                       what)
        text = self.look_up("198.18.71.1").page.text
        for words in ("removal: the test is repeated", "removal: the operator decides", "nomination: the test is repeated",
                      "nomination: the operator decides", "tests after the removal ended"):
            self.assertIn(words, text)
        self.assertNotIn("secret", text)

    def test_each_listing_says_how_to_get_the_address_removed(self):
        self.list("198.18.32.0/24")
        for address, link, words in ((LISTED, "ops", "tested at once"), (POLICY, "rbl", "operator reads"),
                                     (EXPIRING, None, "does not accept requests"),
                                     ("198.18.32.1", "ops", "the operator decides")):
            page = self.look_up(address).page
            self.assertIn(words, page.text)
            links = [each["href"] for each in page.all("a") if each["href"].startswith("/remove")]
            self.assertEqual(links, [f"/remove?ip={address}&list={link}"] if link else [])

    def test_a_test_entry_says_what_it_is(self):
        for address, words in (("127.0.0.2", "always on every list"), ("127.0.0.1", "never on any list")):
            self.assertIn(words, self.look_up(address).page.text)


class Contacts(SiteTest):
    """Whether the contact's mail is accepted from everybody, as far as the configuration says."""

    promise = "accepts mail to this address from listed servers"

    def test_only_an_exempt_contact_is_promised_to_accept_mail(self):
        self.assertIn(self.promise, self.get("/contact").page.text)
        self.write_conf('contact = "someone@example.org"')
        os.kill(self.site.pid, signal.SIGHUP)
        self.wait_for(lambda: "someone@" in self.get("/contact").page.text, "the reload")
        self.assertNotIn(self.promise, self.get("/contact").page.text)


class Requests(SiteTest):
    """A row of each state, and what its page says."""

    def add(self, kind, state, verdict=None, due=None, running=False):
        """A request whose test is due in so many seconds; its page."""
        decided = state in ("granted", "denied")
        self.query("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, filed_from, contact, note,"
                   " waived, tests, next_test_at, test_began_at, decided_at, decided_by, verdict, why) VALUES (?, '198.18.7.30',"
                   " 1, ?, unixepoch() - 60, 'visitor', '127.0.0.1', '', '', 0, 0, unixepoch() + ?, iif(?, unixepoch(), NULL),"
                   " iif(?, unixepoch(), NULL), iif(?, 'opsprobe', NULL), ?, 'Its reason.')",
                   kind, state, due, running, decided, decided, verdict)
        answer = self.get(f"/request/{self.query('SELECT max(id) FROM request')[0][0]}")
        self.check_page(answer, state)
        return answer

    def check_words(self, *cases):
        for kind, state, row, words in cases:
            with self.subTest(kind=kind, state=state, **row):
                self.assertIn(words, self.add(kind, state, **row).page.text)

    def test_each_state_has_its_words(self):
        self.check_words(
            ("removal", "open", {"due": 0}, "The test begins in a moment"),
            ("removal", "open", {"due": 0, "running": True}, "The test is running"),
            ("removal", "retry", {"due": 600, "verdict": "void"}, "It is repeated on"),
            ("removal", "review", {"verdict": "inconclusive"}, "waits for the operator"),
            ("removal", "granted", {"verdict": "closed"}, "was removed from the list ops"),
            ("nomination", "open", {"due": 0}, "The nominated address is being tested"),
            ("nomination", "denied", {"verdict": "closed"}, "The test did not find an open proxy"))
        self.list("198.18.7.30")
        self.addCleanup(self.opsctl, "remove", "198.18.7.30", "--why", "end of the test")
        self.check_words(
            ("removal", "denied", {"verdict": "open"}, "stays on the list ops. Its reason."),
            ("removal", "denied", {"verdict": "unreachable"}, "What “unreachable” means"),
            ("nomination", "granted", {"verdict": "open"}, "is an open proxy, and is now listed"))

    def test_a_decision_that_was_overtaken_says_what_is_true_now(self):
        self.check_words(
            ("removal", "denied", {"verdict": "unreachable"}, "198.18.7.30 is no longer on the list ops."),
            ("nomination", "granted", {"verdict": "open"}, "198.18.7.30 is no longer on the list ops."))
        self.assertNotIn("What “unreachable” means", self.add("removal", "denied", verdict="unreachable").page.text)
        self.list("198.18.7.30")
        self.addCleanup(self.opsctl, "remove", "198.18.7.30", "--why", "end of the test")
        self.check_words(("removal", "granted", {"verdict": "closed"}, "198.18.7.30 is on the list ops again."))

    def test_a_page_reloads_itself_as_long_as_a_test_is_due(self):
        for state, row, seconds in (("open", {"due": 0}, "3"), ("retry", {"due": 600}, "300"), ("review", {}, None)):
            self.assertEqual(self.add("removal", state, **row).headers.get("Refresh"), seconds)

    def test_after_a_denied_request_the_page_says_when_the_next_one_is_accepted(self):
        self.list("198.18.7.30")
        self.addCleanup(self.opsctl, "remove", "198.18.7.30", "--why", "end of the test")
        text = self.add("removal", "denied", verdict="open").page.text
        self.assertRegex(text, r"accepted from \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC on")

    def test_the_metrics_count_requests_and_tests(self):
        self.add("removal", "review")
        self.query("INSERT INTO test (address, at, verdict, summary, evidence_id) VALUES ('198.18.7.30', 1, 'closed', '',"
                   " 1)")
        text = self.get("/metrics").text
        self.assertRegex(text, r'opsmilter_requests\{kind="removal",state="review"\} [1-9]')
        self.assertIn('opsmilter_tests_total{verdict="closed"} 1\n', text)
        self.assertRegex(text, r"opsmilter_oldest_open_request_seconds [1-9]")


class Records(SiteTest):
    """What was stored by others is hostile too."""

    @classmethod
    def make_databases(cls):
        super().make_databases()
        cls.marks = [value for value in HOSTILE if "\0" not in value and len(value) < 100 and value.isprintable()]
        for number, value in enumerate(cls.marks):
            address = f"198.18.100.{number + 1}"
            cls.list(address, reason="x " + value.encode("ascii", "replace").decode(), note=value)
            cls.add_hit(address, number + 100, f"1-{number:012}", value, value)

    def test_stored_markup_is_text_on_every_page(self):
        evidence = [row[0] for row in self.query("SELECT id FROM evidence")]
        refs = [row[0] for row in self.query("SELECT ref FROM hits", database="hits.db")]
        self.assertGreater(len(evidence), len(self.marks))
        for path in [f"/evidence/{number}" for number in evidence] + [f"/ref/{ref}" for ref in refs]:
            answer = self.ask(path)
            self.assertIn(answer.status, (200, 404), path)
            self.check_page(answer, path)
        for number in range(len(self.marks)):
            self.check_page(self.look_up(f"198.18.100.{number + 1}"), self.marks[number])
            self.check_page(self.get(f"/remove?ip=198.18.100.{number + 1}"), self.marks[number])
            json.loads(self.get(f"/api/lookup?ip=198.18.100.{number + 1}").body)


if __name__ == "__main__":
    unittest.main()
