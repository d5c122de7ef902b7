# SPDX-License-Identifier: BSD-2-Clause
"""Fifty visitors at once beside the running filter: nobody sees an error, and mail still flows.

    OPSMILTER_VISIT_SECONDS  how long they stay (default 60)"""

import http.client
import os
import threading
import time

from .setting import SUSPECT, Installation

VISITORS = 50
PAUSE = 0.5  # seconds of each visitor, who reads fast, between two pages
SECONDS = int(os.environ.get("OPSMILTER_VISIT_SECONDS", "60"))
LISTED, UNLISTED = "198.18.7.9", "198.18.7.8"
PATHS = (f"/lookup?ip={LISTED}", f"/lookup?ip={UNLISTED}", "/", f"/remove?ip={LISTED}", "/evidence/1", "/faq",
         "/lists", f"/api/lookup?ip={LISTED}", "/style.css", "/nominate", "/metrics", f"/lookup?ip={SUSPECT}")


class Visitors:
    """Threads that ask for one page after another, each from an address and over a connection of its own."""

    def __init__(self, port):
        self.port = port
        self.ends = False
        self.answers = 0
        self.faults = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.visit, args=(i,)) for i in range(VISITORS)]
        for each in self.threads:
            each.start()

    def visit(self, number):
        source = f"127.0.1.{number + 1}"
        while not self.ends:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))
            try:
                for path in PATHS[number % len(PATHS):] + PATHS[:number % len(PATHS)]:
                    self.ask(connection, path)
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(repr(error))
            finally:
                connection.close()

    def ask(self, connection, path):
        time.sleep(PAUSE)
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        with self.lock:
            self.answers += 1
        if response.status != 200:
            self.faults.append(f"{path}: {response.status}")

    def stop(self):
        self.ends = True
        for each in self.threads:
            each.join()


class VisitorsTest(Installation):
    subject = "visitors"

    def count_sessions(self, seconds):
        """SMTP sessions of a listed and an unlisted client in turn, each answered as it should be."""
        end = time.monotonic() + seconds
        count = 0
        while time.monotonic() < end:
            for address, code in ((LISTED, 550), (UNLISTED, 250)):
                client = self.server.connect(address)
                client.ehlo()
                client.mail("sender@from.example")
                self.assertEqual(code, client.rcpt("user@rcpt.example").code, address)
                client.quit()
                client.drop()
                count += 1
        return count / seconds

    def test_fifty_visitors_see_no_error_and_mail_still_flows(self):
        self.filter.list_address(LISTED)
        alone = self.count_sessions(min(SECONDS, 5))
        visitors = Visitors(int(self.site.rsplit(":", 1)[1]))
        try:
            together = self.count_sessions(SECONDS)
        finally:
            visitors.stop()
        self.assertEqual([], visitors.faults[:5])
        self.assertGreater(visitors.answers, VISITORS)
        self.assertEqual(200, self.http_status("/healthz"))
        print(f"        {visitors.answers / SECONDS:.0f} pages a second to {VISITORS} visitors; SMTP sessions a second:"
              f" {alone:.0f} alone, {together:.0f} beside them", flush=True)
        self.assertEqual("", "".join(line for line in self.filter.log_text().splitlines(True) if "error" in line))
