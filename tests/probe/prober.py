# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of opsprobe share: a scratch installation, and proxies on loopback."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from support.scratch import free_port

BUILD = os.environ.get("OPSMILTER_BUILD", ".")
PATIENCE = 20


class Proxy(threading.Thread):
    """An HTTP proxy at every address of loopback; judge(address) says what it does for a client that
    connected to that address: "open", "refuse" or "lie", or the status lines and header fields of its answers by
    method, "" for any other one."""

    def __init__(self, judge):
        super().__init__(daemon=True)
        self.judge = judge
        self.socket = socket.create_server(("0.0.0.0", 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client:
            try:
                self.answer(client)
            except OSError:
                pass

    def answer(self, client):
        client.settimeout(PATIENCE)
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            more = client.recv(1)
            if not more:
                return
            request += more
        what = self.judge(client.getsockname()[0])
        if isinstance(what, dict):
            answer = what.get(request.split()[0].decode(), what[""])
            client.sendall(f"HTTP/1.1 {answer}\r\nContent-Length: 2\r\n\r\nhi".encode())
        elif what == "refuse" or not request.startswith(b"CONNECT "):
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        elif what == "lie":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        else:
            self.forward(client, request.split()[1].decode())

    def forward(self, client, target):
        host, port = target.rsplit(":", 1)
        with socket.create_connection((host, int(port)), PATIENCE) as server:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            server.sendall(client.recv(4096))
            while True:
                answer = server.recv(4096)
                if not answer:
                    return
                client.sendall(answer)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class ProberTest(unittest.TestCase):
    """Each test has a configuration, fresh databases and a proxy that does as self.judge says."""

    judge = staticmethod(lambda address: "open")
    hosts_per_minute = 100000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="opsprobe-test.")
        self.addCleanup(shutil.rmtree, self.folder)
        self.proxy = Proxy(lambda address: self.judge(address))
        self.addCleanup(self.proxy.close)
        self.target = free_port()
        self.conf = os.path.join(self.folder, "opsmilter.conf")
        self.database = os.path.join(self.folder, "ops.db")
        self.write_conf()
        self.opsctl("init")
        if os.geteuid() == 0:  # the prober becomes somebody else
            os.chmod(self.folder, 0o777)
            for name in ("ops.db", "hits.db"):
                os.chmod(os.path.join(self.folder, name), 0o666)

    def write_conf(self, more=""):
        with open(self.conf, "w") as file:
            file.write(f"""
                database = "{self.folder}/ops.db"
                hit_log = "{self.folder}/hits.db"
                site_url = "https://ops.example.org"
                probe {{
                    target = {{"127.0.0.1:{self.target}"}}
                    ports = {{"http:{self.proxy.port}"}}
                    allow_private = {{"127.0.0.0/8"}}
                    hosts_per_minute = {self.hosts_per_minute}
                    connect_timeout = 2
                    probe_timeout = 3
                    user = "nobody"
                    pid_file = "{self.folder}/opsprobe.pid"
                    {more}
                }}
                """)

    def opsctl(self, *arguments, status=0):
        result = subprocess.run([f"{BUILD}/opsctl", "-c", self.conf, *arguments], capture_output=True, timeout=60)
        self.assertEqual(result.returncode, status, result)
        return result.stdout.decode()

    def opsprobe(self, *arguments, status=0):
        result = subprocess.run([f"{BUILD}/opsprobe", "-c", self.conf, *arguments],
                                capture_output=True, timeout=60)
        self.assertEqual(result.returncode, status, result)
        return (result.stdout if status in (0, 1) else result.stdout + result.stderr).decode()

    def list(self, address, reason="open proxy"):
        self.opsctl("add", address, "--force", "--reason", reason, "--note", "seen")

    def start_worker(self):
        with open(os.path.join(self.folder, "worker.log"), "a") as log:
            worker = subprocess.Popen([f"{BUILD}/opsprobe", "-c", self.conf, "--worker"], stderr=log)
        self.addCleanup(self.clean_up, worker)
        return worker

    def stop(self, worker, number=signal.SIGTERM):
        worker.send_signal(number)
        return worker.wait(PATIENCE)

    def clean_up(self, worker):
        """A worker that the test left running ends in order, without a leak."""
        if worker.poll() is None:
            self.assertEqual(self.stop(worker), 0, self.log())

    def log(self):
        with open(os.path.join(self.folder, "worker.log")) as file:
            return file.read()

    def query(self, sql, *values):
        connection = sqlite3.connect(self.database, timeout=PATIENCE)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def request_removal(self, address):
        self.query("INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, contact, note,"
                   " waived, next_test_at, tests) VALUES ('removal', ?, 1, 'open', unixepoch(), 'visitor', '', '',"
                   " 0, unixepoch(), 0)", address)

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                self.fail(f"{what} did not come about: {self.log()}")
            time.sleep(0.05)
