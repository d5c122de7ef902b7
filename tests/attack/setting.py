# SPDX-License-Identifier: BSD-2-Clause
"""An installation in a network namespace of its own, and the strangers' side of the wire to it.

This process is in the strangers' namespace (tests/attack/run), where every address of STRANGERS is its own. The
programs are in that of a child that only sleeps. Neither namespace has another way out."""

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

BUILD = os.environ.get("OPSMILTER_BUILD", os.getcwd())

SERVER, SERVER6 = "198.18.0.25", "2a0f:beef:1::25"
STRANGERS, STRANGERS6 = "198.19.0.0/16", "2a0f:beef:2::/48"
PORT = 8025
USER, GROUP = "nobody", "nogroup"
DISK = "48m"
PATIENCE = 30


def shell(command):
    subprocess.run(command, shell=True, check=True, capture_output=True, text=True)


class Wire:
    """Both namespaces, once for all tests; they end with their processes."""

    server = None

    @classmethod
    def make(cls):
        if cls.server is not None:
            return
        cls.server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        namespace = f"/proc/{cls.server.pid}/ns/net"
        mine = os.readlink("/proc/self/ns/net")
        end = time.monotonic() + PATIENCE
        while os.readlink(namespace) == mine and time.monotonic() < end:
            time.sleep(0.01)
        # The strangers' many addresses are all behind one link address.
        shell(f"""set -e
            n() {{ nsenter --net={namespace} "$@"; }}
            ip link add strangers address 02:00:00:00:00:01 type veth \
                peer name server address 02:00:00:00:00:02 netns {cls.server.pid}
            ip link set lo up
            ip link set strangers up
            n ip link set lo up
            n ip link set server up
            n ip addr add {SERVER}/16 dev server
            n ip addr add {SERVER6}/48 dev server nodad
            n ip neigh add 198.18.255.254 lladdr 02:00:00:00:00:01 dev server
            n ip neigh add 2a0f:beef:1::fffe lladdr 02:00:00:00:00:01 dev server
            n ip route add {STRANGERS} via 198.18.255.254 dev server
            n ip route add {STRANGERS6} via 2a0f:beef:1::fffe dev server
            ip addr add 198.19.255.254/32 dev strangers
            ip route add local {STRANGERS} dev lo
            ip route add local {STRANGERS6} dev lo
            ip neigh add {SERVER} lladdr 02:00:00:00:00:02 dev strangers
            ip neigh add {SERVER6} lladdr 02:00:00:00:00:02 dev strangers
            ip route add 198.18.0.0/16 dev strangers
            ip route add 2a0f:beef:1::/48 dev strangers
            sysctl -qw net.ipv6.ip_nonlocal_bind=1""")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf-8", "replace")
        self.place = response.headers["Location"]

    def __repr__(self):
        notice = re.search(r'class="notice"[^>]*>(.*?)</p>', self.text, re.S)
        return f"{self.status} {self.place or (notice and notice[1].strip()) or self.text[:300]}"


class Setting(unittest.TestCase):
    """A fresh installation for each test: databases on a small disk, the three daemons as one user."""

    probe = ""
    caps = ""
    web = "lookups_per_hour = 100000"

    folder = None

    def setUp(self):
        Wire.make()
        self.folder = tempfile.mkdtemp(prefix="opsmilter-attack.", dir="/run")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.state = os.path.join(self.folder, "state")
        os.mkdir(self.state)
        shell(f"mount -t tmpfs -o size={DISK},mode=2750,gid=$(getent group {GROUP} | cut -d: -f3) tmpfs {self.state}")
        self.addCleanup(shell, f"umount -l {self.state}")
        self.conf = os.path.join(self.folder, "opsmilter.conf")
        self.socket = os.path.join(self.folder, "run", "filter.sock")
        os.mkdir(os.path.dirname(self.socket))
        shutil.chown(os.path.dirname(self.socket), USER, GROUP)
        with open(self.conf, "w", encoding="ascii") as file:
            file.write(f"""
database = "{self.state}/ops.db"
hit_log = "{self.state}/hits.db"
site_url = "http://{SERVER}:{PORT}"
milter {{
    socket = "unix:{self.socket}"
    user = "{USER}"
    pid_file = ""
}}
probe {{
    target = {{"{SERVER}:2525", "{SERVER}:8443"}}
    user = "{USER}"
    pid_file = ""
    connect_timeout = 2
    probe_timeout = 4
    hosts_per_minute = 6000
    {self.probe}
}}
web {{
    listen = "[::]:{PORT}"
    user = "{USER}"
    pid_file = ""
    {self.web}
}}
caps {{
    {self.caps}
}}
""")
        self.ctl("init")
        self.daemons = {}

    def start(self, *names):
        for name in names or ("opsmilter", "opsprobe", "opsweb"):
            log = open(os.path.join(self.folder, name + ".log"), "ab")
            options = ["--worker"] if name == "opsprobe" else []
            self.daemons[name] = subprocess.Popen(
                ["nsenter", f"--net=/proc/{Wire.server.pid}/ns/net", os.path.join(BUILD, name), "-c", self.conf,
                 *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            log.close()
            self.addCleanup(self.end, name)
        for name in self.daemons:
            self.wait_for(lambda: "ready" in self.log(name), f"{name} to be ready")
        if "opsprobe" in self.daemons:
            self.wait_for(lambda: "self-test: an open proxy was found open" in self.log("opsprobe"), "the self-test")

    def end(self, name):
        """One that ended by itself fails the test."""
        daemon = self.daemons.pop(name)
        alive = daemon.poll() is None
        daemon.send_signal(signal.SIGTERM)
        status = daemon.wait(PATIENCE)
        self.assertTrue(alive and status == 0, f"{name} ended with {status}: {self.log(name)[-3000:]}")

    def logs(self):
        return {name: self.log(name)[-3000:] for name in ("opsmilter", "opsprobe", "opsweb")}

    def log(self, name):
        path = os.path.join(self.folder or "", name + ".log")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ctl(self, *arguments):
        done = subprocess.run([os.path.join(BUILD, "opsctl"), "-c", self.conf, *arguments], capture_output=True,
                              text=True, errors="replace", check=False)
        self.assertEqual(0, done.returncode, done)
        return done.stdout

    def list(self, address, reason="open proxy: http 3128"):
        self.ctl("add", address, "--reason", reason, "--note", "seen")

    def query(self, sql, *values, database="ops.db"):
        connection = sqlite3.connect(f"file:{self.state}/{database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def value(self, sql, *values, database="ops.db"):
        return self.query(sql, *values, database=database)[0][0]

    def wait_for(self, condition, what, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.fail(f"waited {seconds} s in vain for {what}: {self.logs()}")
            time.sleep(0.05)

    # What strangers do; each call is from an address of theirs.

    def ask(self, visitor, path, fields=None):
        server = SERVER6 if ":" in visitor else SERVER
        connection = http.client.HTTPConnection(server, PORT, timeout=PATIENCE, source_address=(visitor, 0))
        body = urllib.parse.urlencode(fields) if fields is not None else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
        try:
            connection.request("GET" if fields is None else "POST", path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def token(self, visitor, path):
        found = re.search(r'name="token" value="([^"]+)"', self.ask(visitor, path).text)
        return found[1] if found else ""

    def nominate(self, visitor, address, spam="spam\n"):
        written = f"IPv6:{address}" if ":" in address else address
        head = f"Received: from x (unknown [{written}])\n\tby mx.example.net with SMTP id 1; Mon, 1 Jan 2026 00:00:00 +0000\n\n"
        return self.ask(visitor, "/nominate",
                        {"ip": address, "spam": head + spam, "token": self.token(visitor, "/nominate")})

    def remove(self, visitor, address):
        return self.ask(visitor, "/remove",
                        {"ip": address, "list": "ops", "token": self.token(visitor, f"/remove?ip={address}&list=ops")})

    def decision(self, answer, seconds=PATIENCE):
        """The state of the request that an answer leads to, once it is decided."""
        self.assertEqual(303, answer.status, answer)
        token = answer.place.rsplit("/", 1)[1]
        sql = ("SELECT state FROM request WHERE decided_at IS NOT NULL AND id = coalesce("
               "(SELECT id FROM request WHERE token = ?1 OR id = ?1),"
               "(SELECT request_id FROM repeated_request WHERE token = ?1))")
        self.wait_for(lambda: self.query(sql, token), f"the decision of {answer.place}", seconds)
        return self.value(sql, token)

    def refused(self, client):
        """The answer of the filter to a client of the mail server, as text."""
        from support.milter import Session
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.socket)
        with Session(connection) as session:
            return session.ask(client).outcome
