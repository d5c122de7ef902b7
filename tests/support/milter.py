# SPDX-License-Identifier: BSD-2-Clause
"""The mail server's side of the milter protocol, for tests of the filter alone: single sessions, and load."""

import ipaddress
import re
import struct
import threading
import time

# As libmilter's mfdef.h has them.
VERSION = 6
ALL_ACTIONS = 0x1FF
ALL_STEPS = 0x1FFFFF
CONTINUE, ACCEPT, TEMPFAIL, REPLYCODE = "c", "a", "t", "y"


def string(text):
    return text.encode() + b"\0"


def packet(command, data=b""):
    return struct.pack(">I", len(data) + 1) + command.encode() + data


def connect_packet(client):
    address = ipaddress.ip_address(client)
    family = b"4" if address.version == 4 else b"6"
    return packet("C", string("client.example") + family + struct.pack(">H", 40000) + string(str(address)))


class Answer:
    """What a client was told in the end: outcome is accepted, refused or deferred; ref is of its hit."""

    def __init__(self, command, data, seconds=0.0):
        self.text = data.rstrip(b"\0").decode("ascii", "replace")
        self.outcome = {ACCEPT: "accepted", CONTINUE: "accepted", TEMPFAIL: "deferred"}.get(command)
        if command == REPLYCODE:
            self.outcome = "refused" if self.text.startswith("5") else "deferred"
        if self.outcome is None:
            raise EOFError(f"the filter answered {command!r} {self.text!r}")
        found = re.search(r"\(ref ([0-9A-Z-]+)\)", self.text)
        self.ref = found and found[1]
        self.seconds = seconds

    def __repr__(self):
        return f"{self.outcome} after {self.seconds:.2f} s: {self.text!r}"


class Session:
    """One connection of a mail server to the filter. EOFError: the filter hung up; OSError: or is not there."""

    def __init__(self, connection, seconds=30):
        self.connection = connection
        connection.settimeout(seconds)
        self.file = connection.makefile("rb")
        try:
            self.command(packet("O", struct.pack(">III", VERSION, ALL_ACTIONS, ALL_STEPS)))
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def send(self, octets):
        self.connection.sendall(octets)

    def read(self):
        """The next reply as (command, data)."""
        head = self.file.read(4)
        body = self.file.read(struct.unpack(">I", head)[0]) if len(head) == 4 else b""
        if not body:
            raise EOFError("the filter hung up")
        return chr(body[0]), body[1:]

    def command(self, octets):
        self.send(octets)
        return self.read()

    def begin(self, client):
        """Up to the sender; returns an Answer when the filter has no more questions, else None."""
        for octets in (connect_packet(client), packet("H", string("client.example")),
                       packet("M", string("<sender@from.example>"))):
            command, data = self.command(octets)
            if command != CONTINUE:
                return Answer(command, data)
        return None

    def send_recipient(self, recipient="user@rcpt.example"):
        self.send(packet("R", string(f"<{recipient}>")))

    def recipient(self, recipient="user@rcpt.example"):
        self.send_recipient(recipient)
        return Answer(*self.read())

    def ask(self, client):
        """One whole attempt."""
        start = time.monotonic()
        answer = self.begin(client) or self.recipient()
        answer.seconds = time.monotonic() - start
        return answer

    def close(self):
        try:
            self.send(packet("Q"))
        except OSError:
            pass  # the filter was first, or it is closed
        self.hang_up()

    def hang_up(self):
        """Without a word."""
        self.file.close()
        self.connection.close()


class Load:
    """Threads, each a mail server's process with one session after another, until stop() or until the
    filter is gone. refs are those of the refusals received, noted as they came."""

    RECIPIENTS = 5  # of one session

    def __init__(self, connect, clients, threads=16):
        self.connect = connect
        self.clients = clients
        self.answers = []  # appended to by all threads
        self.lost = 0      # sessions that the filter did not answer to the end
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *unused):
        self.stop()

    def work(self, number):
        while not self.stopping.is_set():
            number += 1
            try:
                with Session(self.connect()) as session:
                    self.run_session(session, self.clients[number % len(self.clients)])
            except (EOFError, OSError):
                self.lost += 1
                self.stopping.wait(0.02)

    def run_session(self, session, client):
        answer = session.begin(client)
        if answer is not None:
            self.answers.append(answer)
            return
        for _ in range(self.RECIPIENTS):
            answer = session.recipient()
            self.answers.append(answer)
            if answer.outcome == "accepted":
                return

    @property
    def refs(self):
        return [answer.ref for answer in self.answers if answer.outcome == "refused"]

    def count(self, outcome):
        return sum(answer.outcome == outcome for answer in self.answers)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
