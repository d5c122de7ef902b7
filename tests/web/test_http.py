# SPDX-License-Identifier: BSD-2-Clause
"""The rules of HTTP, kept against visitors who do not keep them."""

import concurrent.futures
import re
import socket
import time
import unittest

from visitor import LISTED, UNLISTED, SiteTest

BOUNDARY = "a-boundary"


def status_of(said):
    return int(said.split()[1]) if said.startswith(b"HTTP/1.1 ") else None


class Http(SiteTest):
    def test_other_methods_are_answered_with_those_that_are_understood(self):
        for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "X"):
            answer = self.ask("/", method)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, POST"), method)

    def test_a_page_without_a_form_takes_none(self):
        for path in ("/", "/lookup", "/faq", "/metrics", "/healthz", "/style.css", "/request/1", "/evidence/1"):
            answer = self.ask(path, "POST", "ip=" + LISTED, Content_Type="application/x-www-form-urlencoded")
            self.assertEqual(answer.status, 405, path)
            self.assertEqual("GET, HEAD", answer.headers["Allow"], path)

    def test_a_form_that_is_too_large_is_refused_by_what_it_says(self):
        for path, size in (("/remove", 17 * 1024), ("/nominate", 2 * 1024 * 1024)):
            answer = self.ask(path, "POST", b"x" * size, Content_Type="application/x-www-form-urlencoded")
            self.assertEqual(answer.status, 413, path)
            self.check_page(answer, path)
        said = self.say(b"POST /remove HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        b"Content-Length: 1000000000000000\r\n\r\n")
        self.assertEqual(status_of(said), 413, said)

    def test_what_follows_a_nul_is_not_lost(self):
        for path in ("/%00", "/faq%00", "/%00lookup", "/lookup%00?ip=198.18.7.9"):
            self.get(path, 404)
        self.get("/lookup?ip=198.18.7.9%00", 400)

    def test_very_many_fields_are_answered_all_the_same(self):
        self.get("/lookup?ip=198.18.7.9&" + "&".join(f"field{i}=x" for i in range(500)))

    def test_a_form_that_is_too_large_is_refused_also_when_it_does_not_say_so(self):
        chunk = b"1000\r\n" + b"a" * 0x1000 + b"\r\n"
        said = self.say(b"POST /remove HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                        b"5\r\nnote=\r\n" + chunk * 8 + b"0\r\n\r\n")
        self.assertEqual(status_of(said), 413, said[:300])

    def test_a_header_that_is_too_large_is_refused(self):
        said = self.say(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100000 + b"\r\n\r\n")
        self.assertIn(status_of(said), (400, 413, 431), said[:300])
        said = self.say(b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertIn(status_of(said), (400, 414, 431), said[:300])

    def test_a_request_with_two_lengths_is_refused_and_nothing_follows_it(self):
        smuggled = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        for lengths in (b"Content-Length: 0\r\nContent-Length: %d" % len(smuggled),
                        b"Content-Length: %d\r\nTransfer-Encoding: chunked" % (len(smuggled) + 5),
                        b"Transfer-Encoding: chunked\r\nContent-Length: 3",
                        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                        b"Content-Length: 5\r\nContent-Length: 5"):
            for method in (b"POST /remove", b"GET /"):
                said = self.say(method + b" HTTP/1.1\r\nHost: a\r\n" + lengths + b"\r\n\r\n0\r\n\r\n" + smuggled, 0.5)
                self.assertEqual(status_of(said), 400, (lengths, said))
                self.assertEqual(len(re.findall(rb"HTTP/1.1 \d", said)), 1, (lengths, said))

    def test_a_length_that_is_no_number_is_refused(self):
        for length in (b"-1", b"0x10", b"1e3", b"99999999999999999999999", b"5 5", b"a"):
            said = self.say(b"POST /remove HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + b"\r\n\r\n", 0.5)
            self.assertIn(status_of(said), (None, 400, 413), (length, said))

    def test_what_is_not_http_gets_no_page(self):
        for octets in (b"\x16\x03\x01\x02\x00\x01", b"EHLO a.example\r\n\r\n", b"\0" * 100, b"GET\r\n\r\n",
                       b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 1000, b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
                       b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n"):
            said = self.say(octets, 0.3)
            self.assertNotEqual(status_of(said), 500, (octets, said))
        self.get("/healthz", 503)  # up, and says that no prober has tested itself

    def test_an_unknown_kind_of_form_is_a_form_without_fields(self):
        for kind in ("text/plain", "application/json", "multipart/form-data", "", "multipart/form-data; boundary="):
            answer = self.ask("/remove", "POST", f"ip={LISTED}", Content_Type=kind)
            self.assertEqual(answer.status, 400, kind)

    def test_many_fields_are_read_as_far_as_there_is_room(self):
        query = "&".join(f"field{i}=x" for i in range(1000))
        self.get(f"/lookup?ip={UNLISTED}&{query}"[:1000])
        answer = self.ask("/remove", "POST", query[:15000], Content_Type="application/x-www-form-urlencoded")
        self.assertEqual(answer.status, 400)

    def test_broken_parts_are_no_form(self):
        for body in (f"--{BOUNDARY}", f"--{BOUNDARY}\r\n\r\n--{BOUNDARY}--", f"--{BOUNDARY}\r\nContent-Disposition: form-data",
                     f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"ip\r\n\r\n{LISTED}\r\n--{BOUNDARY}--", "x" * 5000):
            answer = self.ask("/nominate", "POST", body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}")
            self.assertEqual(answer.status, 400, body[:60])

    def test_fifty_visitors_at_once_are_all_answered(self):
        def visit(number):
            return self.ask(f"/lookup?ip={LISTED if number % 2 else UNLISTED}", X_Forwarded_For=f"192.0.2.{number % 250 + 1}").status
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            self.assertEqual(set(pool.map(visit, range(1000))), {200})

    def test_many_requests_come_over_one_connection(self):
        said = self.say(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 20 +
                        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertEqual(len(re.findall(rb"HTTP/1.1 503", said)), 21)


class Crowds(SiteTest):
    web_options = 'lookups_per_hour = 100000\ntrusted_proxies = {"192.0.2.1"}'

    def open(self, number):
        connections = [self.connect() for _ in range(number)]
        for connection in connections:
            self.addCleanup(connection.close)
        return connections

    def is_served(self, connection):
        try:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            connection.settimeout(5)
            return connection.recv(9) == b"HTTP/1.1 "
        except OSError:
            return False

    def test_one_client_has_so_many_connections_and_no_more(self):
        served = [self.is_served(connection) for connection in self.open(48)]
        self.assertIn(sum(served), range(28, 37))  # a few may just be coming or going

    def test_who_sends_octet_by_octet_is_cut_off(self):
        began = time.monotonic()
        with self.connect() as connection:
            connection.settimeout(1)
            try:
                for octet in b"GET / HTTP/1.1\r\nX: " + b"a" * 60:
                    connection.sendall(bytes([octet]))
                    try:
                        if not connection.recv(1):
                            break
                    except socket.timeout:
                        pass
            except ConnectionError:
                pass
        self.assertLess(time.monotonic() - began, 30)


if __name__ == "__main__":
    unittest.main()
