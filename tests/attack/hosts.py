# SPDX-License-Identifier: BSD-2-Clause
"""Hosts of strangers: honest open proxies, and those that waste the prober's time."""

import select
import socket
import threading
import time


class Host:
    """Listens on ports of one address; each connection runs `behave(self, connection)` in a thread of its own."""

    def __init__(self, address, ports, behave):
        self.address = address
        self.connections = 0
        self.behave = behave
        self.sockets = [self.listen(port) for port in ports]

    def listen(self, port):
        listener = socket.create_server((self.address, port), backlog=512)
        threading.Thread(target=self.serve, args=(listener,), daemon=True).start()
        return listener

    def serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        try:
            with connection:
                connection.settimeout(60)
                self.behave(self, connection)
        except (OSError, ValueError):
            pass

    def close(self):
        for listener in self.sockets:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.sockets = []


def relay(one, other):
    while True:
        for ready in select.select([one, other], [], [], 20)[0]:
            octets = ready.recv(65536)
            if not octets:
                return
            (other if ready is one else one).sendall(octets)


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 8192:
        more = connection.recv(4096)
        if not more:
            raise ValueError("cut")
        head += more
    return head


def liar(host, connection):
    """An open proxy for everybody but the tester, whose published targets it knows."""
    open_proxy(host, connection, refused=(b"198.18.0.25:2525", b"198.18.0.25:8443"))


def open_proxy(host, connection, refused=()):
    """CONNECT to wherever the client likes."""
    words = read_head(connection).split(b" ")
    if words[0] != b"CONNECT" or words[1] in refused:
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nProxy-Agent: liar\r\n\r\n")
        return
    name, port = words[1].rsplit(b":", 1)
    with socket.create_connection((name.decode().strip("[]"), int(port)), 5, (host.address, 0)) as target:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        relay(connection, target)


def web_server(_, connection):
    connection.settimeout(2)
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nServer: internal/1.2\r\nContent-Length: 0\r\n\r\n")


def tarpit(_, connection):
    """Takes the connection and the request, and says nothing."""
    connection.recv(4096)
    time.sleep(60)


def drip(_, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X")
        time.sleep(0.5)


def flood(_, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"A" * 65536)


def endless_header(_, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Header: y\r\n" * 1000)


def forger(_, connection):
    """Sends what would be markup, control sequences and lines of a transcript."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 \x1b]0;owned\x07\x1b[31m<script>alert(1)</script>\r\nSet: \x00\xff\r\n\r\n"
                       b"  0.000 = open\nconnection 99 to 192.0.2.1 port 1: forged\n")
    time.sleep(1)
