# SPDX-License-Identifier: BSD-2-Clause
"""What opsprobe finds at real proxies, open and secured, and at liars. curl is asked too: it is a witness of its own
for whether a peer lets anybody through."""

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
import time
import unittest

from . import liars
from .programs import (Apache, Dante, Microsocks, Nginx, Peer, Squid, SquidWithTls, Ssh, Tinyproxy, free_port)

BUILD = os.environ.get("OPSMILTER_BUILD", ".")
HTTP = ("HTTP CONNECT", "HTTP/1.0 CONNECT", "HTTP GET", "HTTP POST")
SOCKS4 = ("SOCKS4", "SOCKS4a")
STATUS = {"closed": 0, "open": 1, "unreachable": 3, "inconclusive": 3}
HALF_OPEN = """acl SSL_ports port 443
acl CONNECT method CONNECT
http_access deny CONNECT !SSL_ports
http_access allow all"""
BASIC_AUTH = """auth_param basic program /bin/cat
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all"""


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
    def url(self):
        address, port = self.server_address[:2]
        return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.token.encode())

    def log_message(self, *_):
        pass


def curl_options(how, address, port):
    host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return {
        "get": ["--proxy", f"http://{host}"],
        "connect": ["--proxy", f"http://{host}", "--proxytunnel"],
        "tls": ["--proxy", f"https://{host}", "--proxy-insecure", "--proxytunnel"],
        "socks4": ["--socks4", host],
        "socks4a": ["--socks4a", host],
        "socks5": ["--socks5", host],
    }[how]


class PeersTest(unittest.TestCase):
    subject = "peers"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="opsprobe-peers.")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.chmod(cls.folder, 0o777)
        cls.conf = os.path.join(cls.folder, "opsmilter.conf")
        cls.targets = f'"127.0.0.1:{free_port()}"'
        cls.write_conf("http:1")
        cls.ctl("init")
        for name in ("ops.db", "hits.db"):
            os.chmod(os.path.join(cls.folder, name), 0o666)
        cls.witnesses = {":": Witness("::1"), ".": Witness("127.0.0.1")}
        for each in cls.witnesses.values():
            cls.addClassCleanup(each.server_close)
            cls.addClassCleanup(each.shutdown)

    @classmethod
    def write_conf(cls, *ports, targets=None):
        with open(cls.conf, "w", encoding="ascii") as file:
            file.write(f"""database = "{cls.folder}/ops.db"
hit_log = "{cls.folder}/hits.db"
site_url = "https://ops.example.org"
probe {{
    target = {{{targets or cls.targets}}}
    ports = {{{", ".join(f'"{each}"' for each in ports)}}}
    allow_private = {{"127.0.0.0/8", "::1"}}
    user = "nobody"
    connect_timeout = 2
    probe_timeout = 3
}}
""")

    @classmethod
    def ctl(cls, *arguments):
        subprocess.run([f"{BUILD}/opsctl", "-c", cls.conf, *arguments], check=True, capture_output=True, timeout=60)

    def listed(self, address):
        """Whether it was listed just now; one that is already stays."""
        done = subprocess.run([f"{BUILD}/opsctl", "-c", self.conf, "lookup", address], capture_output=True, check=False)
        return done.returncode == 0

    def use(self, peer):
        self.addCleanup(peer.stop)
        return peer

    # Each test has an address of its own.
    next_address = 0

    def address(self):
        type(self).next_address += 1
        return f"127.66.1.{self.next_address}"

    def probe(self, address, **environment):
        """(rows by protocol, verdicts of ports that took no connection, exit status, output). The environment says
        to use no proxy, or another one, which must not matter."""
        if not self.listed(address):
            self.ctl("add", address, "--force", "--reason", "open proxy", "--note", "for a test")
        environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "http_proxy": "http://127.0.0.1:1",
                       **environment}
        done = subprocess.run([f"{BUILD}/opsprobe", "-c", self.conf, address], capture_output=True, text=True,
                              check=False, timeout=60, env=environment)
        rows, ports = {}, {}
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
        with sqlite3.connect(f"file:{self.folder}/ops.db?mode=ro", uri=True) as database:
            found = database.execute(
                "SELECT verdict, egress, summary FROM tests WHERE ip = ? ORDER BY id DESC", (address,)).fetchone()
        database.close()
        return found

    def assert_found(self, peer, kinds, verdicts, host, **options):
        """The table, the host's verdict, the exit status, and that all of it is on record."""
        self.write_conf(*(f"{kind}:{peer.port}" for kind in kinds), **options)
        rows, _, status, output = self.probe(peer.address)
        self.assertEqual(verdicts, {protocol: row[0] for protocol, row in rows.items()}, output)
        self.assertEqual(STATUS[host], status, output)
        self.assertEqual(host, self.latest_test(peer.address)[0], output)
        return rows

    def assert_witnessed(self, peer, **through):
        """curl gets through by these ways (True), or does not."""
        witness = self.witnesses[":" if ":" in peer.address else "."]
        for how, expected in through.items():
            done = subprocess.run(
                ["curl", "--silent", "--noproxy", "", "--max-time", "3", *curl_options(how, peer.address, peer.port),
                 witness.url], capture_output=True, text=True, check=False)
            self.assertEqual(expected, witness.token in done.stdout, f"curl by {how}: {done.stdout[:200]}")

    # tinyproxy

    def test_tinyproxy_that_serves_everybody_is_open(self):
        peer = self.use(Tinyproxy(self.folder, self.address()))
        self.assert_witnessed(peer, get=True, connect=True)
        self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")

    def test_tinyproxy_for_others_is_closed(self):
        peer = self.use(Tinyproxy(self.folder, self.address(), rules="Allow 127.0.0.99\n"))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed")

    def test_tinyproxy_with_another_way_out_is_open_and_that_address_is_not_listed(self):
        peer = self.use(Tinyproxy(self.folder, self.address(), rules="Bind 127.0.0.77\n"))
        self.assert_witnessed(peer, get=True)
        rows = self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")
        self.assertEqual("127.0.0.77", rows["HTTP GET"][-1])
        self.assertEqual("127.0.0.77", self.latest_test(peer.address)[1])
        self.assertFalse(self.listed("127.0.0.77"))

    # squid

    def test_squid_that_serves_everybody_is_open(self):
        peer = self.use(Squid(self.folder, self.address()))
        self.assert_witnessed(peer, get=True, connect=True)
        self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")

    def test_squid_that_denies_all_is_closed(self):
        peer = self.use(Squid(self.folder, self.address(), rules="http_access deny all"))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed")

    def test_squid_that_only_refuses_connect_is_open(self):
        peer = self.use(Squid(self.folder, self.address(), rules=HALF_OPEN))
        self.assert_witnessed(peer, get=True, connect=False)
        self.assert_found(peer, ["http"], {**all_of(HTTP[:2], "refused"), **all_of(HTTP[2:], "open")}, "open")

    def test_squid_that_wants_a_password_is_closed(self):
        peer = self.use(Squid(self.folder, self.address(), rules=BASIC_AUTH))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "auth-required"), "closed")

    def test_squid_inside_tls_is_open(self):
        peer = self.use(SquidWithTls(self.folder, self.address()))
        self.assert_witnessed(peer, tls=True)
        self.assert_found(peer, ["https"], {"HTTPS CONNECT": "open"}, "open")

    def test_squid_with_another_way_out_is_open(self):
        peer = self.use(Squid(self.folder, self.address(),
                              rules="http_access allow all\ntcp_outgoing_address 127.0.0.78"))
        rows = self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")
        self.assertEqual("127.0.0.78", rows["HTTP CONNECT"][-1])

    # SOCKS

    def test_microsocks_is_open_by_socks5_alone(self):
        peer = self.use(Microsocks(self.folder, self.address()))
        self.assert_witnessed(peer, socks5=True, socks4=False)
        self.assert_found(peer, ["socks4", "socks5"],
                          {**all_of(SOCKS4, "not-a-proxy"), "SOCKS5": "open"}, "open")

    def test_microsocks_with_a_password_is_closed(self):
        peer = self.use(Microsocks(self.folder, self.address(), arguments=("-u", "u", "-P", "p")))
        self.assert_witnessed(peer, socks5=False)
        self.assert_found(peer, ["socks5"], {"SOCKS5": "auth-required"}, "closed")

    def test_microsocks_with_another_way_out_is_open(self):
        peer = self.use(Microsocks(self.folder, self.address(), arguments=("-b", "127.0.0.79")))
        rows = self.assert_found(peer, ["socks5"], {"SOCKS5": "open"}, "open")
        self.assertEqual("127.0.0.79", rows["SOCKS5"][-1])

    def test_dante_that_serves_everybody_is_open(self):
        peer = self.use(Dante(self.folder, self.address()))
        self.assert_witnessed(peer, socks4=True, socks5=True)
        rows = self.assert_found_among(peer, ["socks4", "socks5"], "open")
        self.assertEqual(("open", "open"), (rows["SOCKS4"][0], rows["SOCKS5"][0]))

    def assert_found_among(self, peer, kinds, host, **options):
        """As assert_found(), where not all verdicts are known."""
        self.write_conf(*(f"{kind}:{peer.port}" for kind in kinds), **options)
        rows, _, status, output = self.probe(peer.address)
        self.assertEqual(STATUS[host], status, output)
        return rows

    def test_dante_that_blocks_is_closed(self):
        peer = self.use(Dante(self.folder, self.address(), client="block", socks="block"))
        self.assert_witnessed(peer, socks4=False, socks5=False)
        self.assert_found(peer, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "refused"), "closed")

    def test_ssh_with_a_dynamic_forwarding_for_all_is_open_and_stopped_it_is_closed(self):
        peer = self.use(Ssh(self.folder, self.address()))
        self.assert_witnessed(peer, socks4=True, socks4a=True, socks5=True)
        self.assert_found(peer, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "open"), "open")
        Peer.stop(peer)
        self.write_conf(f"socks5:{peer.port}")
        _, ports, status, output = self.probe(peer.address)
        self.assertEqual(0, status, output)
        self.assertEqual({str(peer.port): "port-closed"}, ports, output)

    # web servers

    def test_nginx_that_forwards_to_whatever_is_named_is_open(self):
        peer = self.use(Nginx(self.folder, self.address()))
        self.assert_witnessed(peer, get=True, connect=False)
        rows = self.assert_found_among(peer, ["http"], "open")
        self.assertEqual(("open", "open"), (rows["HTTP GET"][0], rows["HTTP POST"][0]))
        self.assertNotIn("open", (rows["HTTP CONNECT"][0], rows["HTTP/1.0 CONNECT"][0]))

    def test_nginx_that_answers_200_to_everything_is_a_liar(self):
        peer = self.use(Nginx(self.folder, self.address(), location='return 200 "yes";'))
        self.assert_witnessed(peer, get=False, connect=False)
        rows = self.assert_found_among(peer, ["http"], "inconclusive")
        self.assertEqual(("liar", "liar"), (rows["HTTP GET"][0], rows["HTTP POST"][0]))

    def test_apache_as_a_forward_proxy_for_all_is_open(self):
        port = self.targets.strip('"').rsplit(":", 1)[1]
        peer = self.use(Apache(self.folder, self.address(), connect_port=port))
        self.assert_witnessed(peer, get=True)
        self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")

    def test_apache_as_a_forward_proxy_for_nobody_is_closed(self):
        port = self.targets.strip('"').rsplit(":", 1)[1]
        peer = self.use(Apache(self.folder, self.address(), require="denied", connect_port=port))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed")

    # IPv6

    def test_proxies_at_ipv6_are_open(self):
        target = f'"[::1]:{free_port("::1")}"'
        tinyproxy = self.use(Tinyproxy(self.folder, "::1"))
        self.assert_witnessed(tinyproxy, get=True, connect=True)
        self.assert_found(tinyproxy, ["http"], all_of(HTTP, "open"), "open", targets=target)
        microsocks = self.use(Microsocks(self.folder, "::1"))
        self.assert_witnessed(microsocks, socks5=True)
        # The ports that were open just now are asked at too.
        self.assertEqual("open", self.assert_found_among(microsocks, ["socks5"], "open", targets=target)["SOCKS5"][0])

    def test_an_ipv4_proxy_reaches_an_ipv6_target(self):
        peer = self.use(Dante(self.folder, self.address(),
                              external="external.protocol: ipv4 ipv6\nexternal: lo"))
        rows = self.assert_found(peer, ["socks5"], {"SOCKS5": "open"}, "open",
                                 targets=f'"[::1]:{free_port("::1")}"')
        self.assertEqual("::1", rows["SOCKS5"][-1])

    # liars, and hosts that say nothing

    def assert_liar(self, serve, kinds, verdicts, host, **options):
        self.assert_found(self.use(liars.Liar(self.address(), serve, **options)), kinds, verdicts, host)

    def test_an_echo_is_no_proxy(self):
        self.assert_liar(liars.echo, ["http", "socks5"], {**all_of(HTTP, "not-a-proxy"), "SOCKS5": "not-a-proxy"},
                         "closed")

    def test_a_yes_to_every_request_proves_nothing(self):
        self.assert_liar(liars.yes_to_http, ["http"], all_of(HTTP, "liar"), "inconclusive")

    def test_socks_that_is_granted_and_goes_nowhere_proves_nothing(self):
        self.assert_liar(liars.grant_socks, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "liar"), "inconclusive")

    def test_an_endless_flood_ends(self):
        self.assert_liar(liars.flood, ["http"], all_of(HTTP, "liar"), "inconclusive")

    def test_a_tarpit_holds_nobody_for_longer_than_the_time_out(self):
        began = time.monotonic()
        self.assert_liar(liars.drip, ["http"], all_of(HTTP, "no-answer"), "inconclusive")
        self.assertLess(time.monotonic() - began, 8)

    def test_a_gateway_with_a_prompt_is_open(self):
        self.assert_liar(liars.gateway, ["gateway"], {"telnet gateway": "open"}, "open")

    def test_a_gateway_that_only_says_connected_proves_nothing(self):
        self.assert_liar(liars.gateway, ["gateway"], {"telnet gateway": "liar"}, "inconclusive", honest=False)

    def test_a_host_with_nothing_at_the_port_is_closed(self):
        peer = liars.Closed(self.address())
        self.write_conf(f"http:{peer.port}")
        _, ports, status, output = self.probe(peer.address)
        self.assertEqual(STATUS["closed"], status, output)
        self.assertEqual({str(peer.port): "port-closed"}, ports, output)

    def test_a_host_that_drops_everything_costs_one_time_out(self):
        address = self.address()
        peers = [self.use(liars.Mute(address)) for _ in range(20)]
        self.write_conf(*(f"http:{peer.port}" for peer in peers))
        began = time.monotonic()
        _, ports, status, output = self.probe(address)
        self.assertLess(time.monotonic() - began, 4, "two seconds is the time-out")
        self.assertEqual(STATUS["unreachable"], status, output)
        self.assertEqual({str(peer.port): "filtered" for peer in peers}, ports, output)
        self.assertEqual("unreachable", self.latest_test(address)[0])
