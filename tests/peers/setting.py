# SPDX-License-Identifier: BSD-2-Clause
"""What the tests against peers share: an installation of their own, and curl as a witness."""

import http.server
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import unittest

from support.scratch import free_port

BUILD = os.environ.get("OPSMILTER_BUILD", ".")
PATIENCE = 20
HTTP = ("HTTP CONNECT", "HTTP/1.0 CONNECT", "HTTP GET", "HTTP POST")
SOCKS4 = ("SOCKS4", "SOCKS4a")
STATUS = {"closed": 0, "open": 1, "unreachable": 3, "inconclusive": 3}
# Says to use no proxy, or another one; neither must matter.
ENVIRONMENT = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "http_proxy": "http://127.0.0.1:1",
               "HTTPS_PROXY": "nonsense", "ALL_PROXY": "socks5://127.0.0.1:1"}


def all_of(protocols, verdict):
    return dict.fromkeys(protocols, verdict)


class Witness(http.server.ThreadingHTTPServer):
    """Answers everybody with a token."""

    def __init__(self, address):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.token = secrets.token_hex(16)
        super().__init__((address, 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def host(self):
        address, port = self.server_address[:2]
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    def comes_through(self, peer, how, seconds=3):
        """Whether curl gets the token by way of a peer within these seconds."""
        host = f"[{peer.address}]:{peer.port}" if ":" in peer.address else f"{peer.address}:{peer.port}"
        ways = {
            "get": ["--proxy", f"http://{host}"],
            "connect": ["--proxy", f"http://{host}", "--proxytunnel"],
            "tls": ["--proxy", f"https://{host}", "--proxy-insecure", "--proxytunnel"],
            "socks4": ["--socks4", host],
            "socks4a": ["--socks4a", host],
            "socks5": ["--socks5", host],
        }
        where, typed = [*ways.get(how, ()), f"http://{self.host}/"], ""
        if how == "gateway":
            where, typed = [f"telnet://{host}"], f"{self.host}\r\nGET / HTTP/1.0\r\n\r\n"
        done = subprocess.run(["curl", "--silent", "--noproxy", "", "--max-time", str(seconds), *where], input=typed,
                              capture_output=True, text=True, errors="replace", check=False)
        return self.token in done.stdout


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.token.encode())

    def log_message(self, *_):
        pass


class Setting(unittest.TestCase):
    """Each test has a configuration, fresh databases and addresses that no other test has."""

    addresses = 0
    network = "127.66.1"
    connect_timeout = 2
    hosts_per_minute = 100000

    @classmethod
    def setUpClass(cls):
        cls.witnesses = {":": Witness("::1"), ".": Witness("127.0.0.1")}
        for each in cls.witnesses.values():
            cls.addClassCleanup(each.server_close)
            cls.addClassCleanup(each.shutdown)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="opsprobe-peers.")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o777)
        self.conf = os.path.join(self.folder, "opsmilter.conf")
        self.targets = f'"127.0.0.1:{free_port()}"'
        self.write_conf("http:1")
        self.ctl("init")
        for name in ("ops.db", "hits.db"):
            os.chmod(os.path.join(self.folder, name), 0o666)

    def write_conf(self, *ports, targets=None, more="", web=""):
        with open(self.conf, "w", encoding="ascii") as file:
            file.write(f"""database = "{self.folder}/ops.db"
hit_log = "{self.folder}/hits.db"
site_url = "https://ops.example.org"
probe {{
    target = {{{targets or self.targets}}}
    ports = {{{", ".join(f'"{each}"' for each in ports)}}}
    allow_private = {{"127.0.0.0/8", "::1/128"}}
    user = "nobody"
    pid_file = "{self.folder}/opsprobe.pid"
    hosts_per_minute = {self.hosts_per_minute}
    connect_timeout = {self.connect_timeout}
    probe_timeout = 3
    {more}
}}
{web}
""")

    def ctl(self, *arguments, check=True):
        done = subprocess.run([f"{BUILD}/opsctl", "-c", self.conf, *arguments], capture_output=True, text=True,
                              errors="replace", check=False, timeout=60)
        if check:
            self.assertEqual(0, done.returncode, done)
        return done.stdout

    def query(self, sql, *values):
        database = sqlite3.connect(os.path.join(self.folder, "ops.db"), timeout=PATIENCE)
        try:
            with database:
                return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def is_listed(self, address):
        return self.query("SELECT count(*) FROM listings WHERE network = ?", address) == [(1,)]

    def list(self, address, reason="open proxy"):
        self.ctl("add", address, "--force", "--reason", reason, "--note", "for a test")

    def use(self, peer):
        self.addCleanup(peer.stop)
        return peer

    def address(self):
        Setting.addresses += 1
        return f"{self.network}.{Setting.addresses}"

    def probe(self, address):
        """(rows by protocol, verdicts of ports that took no connection, exit status, output)."""
        if not self.is_listed(address):
            self.list(address)
        done = subprocess.run([f"{BUILD}/opsprobe", "-c", self.conf, address], capture_output=True, text=True,
                              check=False, timeout=60, env=ENVIRONMENT)
        rows, ports, verdict = {}, {}, None
        for line in done.stdout.splitlines():
            if (match := re.fullmatch(r"([a-z-]+): +([0-9 ]+)", line)) or (ports and re.fullmatch(r" +[0-9 ]+", line)):
                verdict = match[1] if match else verdict
                ports.update(dict.fromkeys((match[2] if match else line).split(), verdict))
                continue
            parts = line.split("  ")
            parts = [part.strip() for part in parts if part.strip()]
            if len(parts) >= 3 and parts[0].isdigit():
                rows[parts[1]] = parts[2:]
        return rows, ports, done.returncode, done.stdout + done.stderr

    def latest_test(self, address):
        """(verdict, egress, open ports, transcript)"""
        (found,) = self.query("SELECT tests.verdict, tests.egress, tests.open_ports, evidence_id FROM tests"
                              " JOIN test USING (id) WHERE ip = ? ORDER BY id DESC LIMIT 1", address)
        return (*found[:3], self.ctl("evidence", str(found[3])))

    def assert_found(self, peer, kinds, verdicts, host, **options):
        """The table, the host's verdict, the exit status, and that the database has all of it."""
        self.write_conf(*(f"{kind}:{peer.port}" for kind in kinds), **options)
        rows, _, status, output = self.probe(peer.address)
        self.assertEqual(verdicts, {protocol: row[0] for protocol, row in rows.items()}, output)
        self.assertEqual(STATUS[host], status, output)
        verdict, _, open_ports, transcript = self.latest_test(peer.address)
        self.assertEqual(host, verdict, output)
        self.assertEqual(host == "open", f":{peer.port}" in open_ports, open_ports)
        for protocol, verdict in verdicts.items():
            self.assert_in_transcript(transcript, peer, protocol, verdict)
        return rows

    def assert_in_transcript(self, transcript, peer, protocol, verdict):
        """The protocol's own connection, what went out over it, and what it was found to be."""
        head = f"connection [0-9]+ to {re.escape(peer.address)} port {peer.port}: {re.escape(protocol)} to "
        found = re.findall(rf"(?m)^{head}.*\n(?: .*\n)+", transcript)
        self.assertTrue(found, f"{protocol}: {transcript}")
        self.assertRegex(found[-1] + transcript.split("\nport ", 1)[-1],
                         rf"(?m)^ +[0-9.]+ = {verdict}$|{re.escape(protocol)}: {verdict}, because ")
        self.assertEqual(verdict.startswith("open"), "the token came to our listener from" in found[-1], found[-1])
        if protocol != "telnet gateway":
            self.assertRegex(found[-1], r"(?m)^ +[0-9.]+ > ")

    def assert_witnessed(self, peer, seconds=3, **through):
        """curl gets through by these ways (True), or does not."""
        witness = self.witnesses[":" if ":" in peer.address else "."]
        for how, expected in through.items():
            self.assertEqual(expected, witness.comes_through(peer, how, seconds), f"curl by {how}")
