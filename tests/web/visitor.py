# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of opsweb share: a site with databases of its own, and a visitor of it."""

import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from markup import Page
from support.scratch import free_port

BUILD = os.environ.get("OPSMILTER_BUILD", ".")
PATIENCE = 20
LISTED, UNLISTED, PAST, POLICY, EXPIRING = "198.18.7.9", "198.18.7.8", "198.18.7.10", "198.18.8.1", "198.18.9.1"
REF = "1-5R2GK0M8W1XA"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def page(self):
        return Page(self.text)


class SiteTest(unittest.TestCase):
    """One site for all tests of a class."""

    web_options = "lookups_per_hour = 100000"
    more = ""  # further sections of the configuration

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="opsweb-test.")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.port = free_port()
        cls.conf = os.path.join(cls.folder, "opsmilter.conf")
        cls.write_conf(cls.web_options)
        cls.make_databases()
        cls.start()

    @classmethod
    def write_conf(cls, options):
        with open(cls.conf, "w", encoding="utf-8") as file:
            file.write(f"""
                database = "{cls.folder}/ops.db"
                hit_log = "{cls.folder}/hits.db"
                site_url = "http://127.0.0.1:{cls.port}"
                probe {{ allow_private = {{"198.18.0.0/15"}} }}
                web {{
                    listen = "127.0.0.1:{cls.port}"
                    operator = "Example <Mail> & Services"
                    user = "nobody"
                    {options}
                }}
                {cls.more}
                """)

    @classmethod
    def opsctl(cls, *arguments):
        return subprocess.run([f"{BUILD}/opsctl", "-c", cls.conf, *arguments], check=True, capture_output=True,
                              text=True, timeout=60).stdout

    @classmethod
    def make_databases(cls):
        cls.opsctl("init")
        cls.list(LISTED)
        cls.list(PAST)
        cls.opsctl("remove", PAST, "--why", "closed")
        cls.list(POLICY, "--list", "rbl")
        cls.list(EXPIRING, "--list", "qil")
        cls.add_hit(LISTED)
        if os.geteuid() == 0:  # the site becomes somebody else
            os.chmod(cls.folder, 0o777)
            for name in ("ops.db", "hits.db", "inbox.db"):
                os.chmod(os.path.join(cls.folder, name), 0o666)

    @classmethod
    def list(cls, address, *arguments, reason="open proxy: http 3128", note="seen"):
        cls.opsctl("add", address, "--force", "--reason", reason, "--note", note, *arguments)

    @classmethod
    def add_hit(cls, client, number=1, ref=REF, sender="a.sender@sender.example", rcpt="somebody@rcpt.example"):
        key = b"\0" * 10 + b"\xff\xff" + socket.inet_aton(client)
        cls.query("INSERT INTO hit VALUES (?, unixepoch(), ?, ?, 'host.example', 'helo.example', ?, ?, 'ops', ?,"
                  " 'open proxy', unixepoch() - 60, 'rcpt', 'refused', 'reply', ?, 'mx.rcpt.example', 'QUEUE')",
                  number, key, client, sender, rcpt, client, ref, database="hits.db")

    @classmethod
    def query(cls, sql, *values, database="ops.db"):
        connection = sqlite3.connect(os.path.join(cls.folder, database), timeout=PATIENCE)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    @classmethod
    def take_inbox(cls):
        """Takes what visitors filed, as the prober's worker does; a line for each."""
        return subprocess.run([f"{BUILD}/tests/web/take_inbox", os.path.join(cls.folder, "ops.db"),
                               os.path.join(cls.folder, "inbox.db")], check=True, capture_output=True,
                              text=True).stdout.splitlines()

    @classmethod
    def start(cls):
        with open(os.path.join(cls.folder, "log"), "a", encoding="utf-8") as log:
            cls.site = subprocess.Popen([f"{BUILD}/opsweb", "-c", cls.conf], stderr=log)
        cls.addClassCleanup(cls.stop)
        cls.wait_for(lambda: cls.answers() or cls.site.poll() is not None, "the start")

    @classmethod
    def answers(cls):
        try:
            cls.connect().close()
        except OSError:
            return False
        return True

    @classmethod
    def stop(cls):
        """A site that crashed meanwhile fails the test."""
        if cls.site.poll() is None:
            cls.site.send_signal(signal.SIGTERM)
        status = cls.site.wait(PATIENCE)
        if status != 0:
            raise AssertionError(f"opsweb ended with {status}: {cls.log()}")

    @classmethod
    def log(cls):
        with open(os.path.join(cls.folder, "log"), encoding="utf-8") as file:
            return file.read()

    @classmethod
    def wait_for(cls, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come about: {cls.log()}")
            time.sleep(0.02)

    @classmethod
    def connect(cls):
        return socket.create_connection(("127.0.0.1", cls.port), PATIENCE)

    def ask(self, path, method="GET", body=None, **headers):
        """The answer to one request; the name X_Y stands for the header X-Y."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, status=200, **headers):
        answer = self.ask(path, **headers)
        self.assertEqual(answer.status, status, (path, answer.body[:500]))
        return answer

    def look_up(self, value, status=200, more="", **headers):
        return self.get("/lookup?ip=" + urllib.parse.quote(value, safe="") + more, status, **headers)

    def post(self, path, fields, status=303, **headers):
        body = urllib.parse.urlencode(fields)
        headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        answer = self.ask(path, "POST", body, **headers)
        self.assertEqual(answer.status, status, (path, answer.body[:2000]))
        return answer

    def token(self, path, **headers):
        return re.search(r'name="token" value="([^"]+)"', self.get(path, **headers).text).group(1)

    def check_page(self, answer, what):
        page = answer.page
        self.assertEqual(page.faults, [], what)
        self.assertEqual(page.check_harmless(), [], what)
        return page

    def say(self, octets, wait=PATIENCE):
        """All that the site says to these octets until it closes the connection or is silent for so long."""
        with self.connect() as connection:
            connection.settimeout(wait)
            said = b""
            try:
                connection.sendall(octets)
                while more := connection.recv(65536):
                    said += more
            except (TimeoutError, ConnectionError):
                pass
            return said
