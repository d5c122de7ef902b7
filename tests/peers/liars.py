# SPDX-License-Identifier: BSD-2-Clause
"""Peers that no package has: hosts that say yes and do nothing, and an honest gateway with a prompt."""

import re
import socket
import threading
import time

from support.scratch import free_port


class Liar(threading.Thread):
    """Serves each connection by serve(), in a thread of its own."""

    def __init__(self, address, serve, **options):
        super().__init__(daemon=True)
        self.address = address
        self.serve, self.options = serve, options
        self.socket = socket.create_server((address, 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.ends = False
        self.start()

    def run(self):
        while not self.ends:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(client,), daemon=True).start()

    def talk(self, client):
        with client:
            try:
                self.serve(client, **self.options)
            except OSError:
                pass

    def stop(self):
        self.ends = True
        self.socket.close()


def read_request(client):
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        more = client.recv(1)
        if not more:
            return request
        request += more
    return request


def swallow(client):
    while client.recv(4096):
        pass


def echo(client):
    while octets := client.recv(4096):
        client.sendall(octets)


def yes_to_http(client):
    read_request(client)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes")
    swallow(client)


def grant_socks(client):
    first = client.recv(1)
    client.recv(4096)
    if first == b"\x05":
        client.sendall(b"\x05\x00")
        client.recv(4096)
        client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    else:
        client.sendall(b"\x00\x5a\x00\x00\x00\x00\x00\x00")
    swallow(client)


def flood(client):
    client.recv(1)
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        client.sendall(b"X-Flood: " + b"x" * 8000 + b"\r\n")


def drip(client):
    client.recv(1)
    for octet in b"HTTP/1.1 200 OK\r\nServer: tarpit\r\n" * 100:
        client.sendall(bytes((octet,)))
        time.sleep(1)


def one_way(client):
    """Passes on what it is sent by CONNECT, and nothing of what comes back."""
    request = read_request(client)
    if not request.startswith(b"CONNECT "):
        client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        return
    host, port = request.split()[1].decode().rsplit(":", 1)
    with socket.create_connection((host, int(port)), 5) as onward:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        pipe(client, onward)


def refuse_slowly(client):
    """Long enough for a test to be under way at any moment."""
    read_request(client)
    time.sleep(0.03)
    client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


def gateway(client, honest=True):
    """A prompt as WinGate's, at which a host and a port are named."""
    client.sendall(b"\xff\xfb\x01WinGate>")
    line = b""
    while not line.endswith(b"\n"):
        line += client.recv(1)
    line = re.sub(rb"\xff[\xfb-\xfe].", b"", line)  # what a telnet client agrees to
    client.sendall(b"Connecting to host " + line.strip() + b"...Connected\r\n")
    if not honest:
        swallow(client)
        return
    host, port = line.decode().strip().rsplit(":", 1)
    with socket.create_connection((host, int(port)), 5) as onward:
        back = threading.Thread(target=pipe, args=(onward, client), daemon=True)
        back.start()
        pipe(client, onward)
        back.join(5)


def pipe(source, sink):
    try:
        while octets := source.recv(4096):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Mute:
    """A host that drops SYN: the queue of its port is full, and nobody takes from it."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket()
        self.socket.bind((address, 0))
        self.socket.listen(0)
        self.port = self.socket.getsockname()[1]
        self.waiting = []
        for _ in range(3):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex((address, self.port))
            self.waiting.append(client)

    def stop(self):
        for each in (*self.waiting, self.socket):
            each.close()


class Closed:
    """A host that lives, with nothing at the port."""

    def __init__(self, address):
        self.address = address
        self.port = free_port(address)

    def stop(self):
        pass
