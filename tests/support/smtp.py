# SPDX-License-Identifier: BSD-2-Clause
"""An SMTP client that keeps every line said, and a mail server that swallows everything.

smtplib hides how a reply was cut into lines and cannot say XCLIENT; these tests are about replies."""

import base64
import email
import email.policy
import ipaddress
import socket
import socketserver
import threading
import time


class Reply:
    """One whole reply: code 550, text without the codes, lines as received without CRLF."""

    def __init__(self, lines):
        self.lines = lines
        self.code = int(lines[0][:3])
        self.text = "\n".join(line[4:] for line in lines)

    def __str__(self):
        return "\n".join(self.lines)

    __repr__ = __str__


class Conversation:
    """SMTP over two files. Raises OSError when the server hangs up, EOFError at an early end."""

    def __init__(self, incoming, outgoing):
        self.dialogue = []
        self.incoming = incoming
        self.outgoing = outgoing
        self.greeting = self.read_reply()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.drop()

    def _send(self, octets):
        self.outgoing.write(octets)
        self.outgoing.flush()

    def read_reply(self):
        lines = []
        while True:
            raw = self.incoming.readline()
            if not raw.endswith(b"\r\n"):
                raise EOFError("the server closed the connection after " + repr(self.dialogue[-3:]))
            line = raw[:-2].decode("ascii", "backslashreplace")
            self.dialogue.append("S: " + line)
            lines.append(line)
            if line[3:4] != "-":
                return Reply(lines)

    def command(self, line):
        self.dialogue.append("C: " + line)
        self._send(line.encode() + b"\r\n")
        return self.read_reply()

    def ehlo(self, name="client.example"):
        return self.command("EHLO " + name)

    def helo(self, name="client.example"):
        return self.command("HELO " + name)

    def mail(self, sender="sender@from.example"):
        return self.command(f"MAIL FROM:<{sender}>")

    def rcpt(self, recipient="user@rcpt.example"):
        return self.command(f"RCPT TO:<{recipient}>")

    def data(self, message):
        """message is text or bytes with any line ends; dots are doubled here."""
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        if isinstance(message, str):
            message = message.encode()
        lines = message.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
        stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
        self.dialogue.append(f"C: ({len(message)} octets)")
        self._send(b"\r\n".join(stuffed) + b"\r\n.\r\n")
        return self.read_reply()

    def xclient(self, address, **attributes):
        """Postfix only: from here on the connection counts as one from address."""
        form = "IPV6:" + address if ":" in address else address
        extra = "".join(f" {name.upper()}={value}" for name, value in attributes.items())
        return self.command(f"XCLIENT ADDR={form}{extra}")

    def auth_plain(self, user, password):
        secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return self.command("AUTH PLAIN " + secret)

    def quit(self):
        reply = self.command("QUIT")
        self.drop()
        return reply

    def drop(self):
        """Hangs up without a word, as a spammer's program does."""
        for file in (self.incoming, self.outgoing):
            try:
                file.close()
            except OSError:
                pass  # the other side was first

    def transcript(self):
        return "\n".join(self.dialogue) + "\n"


class Client(Conversation):
    """SMTP over a connected socket; process is the server's, when it has one for this alone."""

    def __init__(self, connection, process=None):
        self.connection = connection
        self.process = process
        connection.settimeout(60)
        try:
            super().__init__(connection.makefile("rb"), connection.makefile("wb"))
        except BaseException:
            connection.close()
            raise

    @classmethod
    def to(cls, server, port, source=None):
        """Connects to a server, from the address source."""
        return cls(socket.create_connection(
            (server, port), 60, source_address=(source, 0) if source else None))

    def drop(self):
        super().drop()
        self.connection.close()
        if self.process is not None:
            self.process.wait(60)


class Child(Conversation):
    """SMTP with a program over pipes; the program ends when its input does."""

    def __init__(self, process):
        self.process = process
        super().__init__(process.stdout, process.stdin)

    def drop(self):
        super().drop()
        self.process.wait(60)


class Message:
    """One delivered message: its envelope, its headers by email.message, and the octets."""

    def __init__(self, sender, recipients, octets):
        self.sender = sender
        self.recipients = recipients
        self.octets = octets
        self.headers = email.message_from_bytes(octets, policy=email.policy.compat32)


class _SinkSession(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink ESMTP")
        sender, recipients = None, []
        for line in self.rfile:
            words = line.decode("ascii", "replace").strip()
            verb = words[:4].upper()
            if verb == "QUIT":
                return self.say("221 2.0.0 bye")
            if verb == "DATA":
                self.say("354 go ahead")
                self.server.keep(Message(sender, recipients, self.read_data()))
                sender, recipients = None, []
            elif verb == "MAIL":
                sender = words.partition("<")[2].partition(">")[0]
            elif verb == "RCPT":
                recipients.append(words.partition("<")[2].partition(">")[0])
            self.say("250 2.0.0 ok")

    def read_data(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


class Sink(socketserver.ThreadingTCPServer):
    """Where the mail servers under test deliver to; keeps all messages in memory."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _SinkSession)
        self.port = self.server_address[1]
        self.messages = []
        self.arrived = threading.Condition()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def keep(self, message):
        with self.arrived:
            self.messages.append(message)
            self.arrived.notify_all()

    def wait_for(self, token, count=1, seconds=20):
        """The messages whose octets hold token, once there are count of them; fewer when none came."""
        return self._wait(lambda message: token.encode() in message.octets, count, seconds)

    def wait_for_sender(self, sender, seconds=20):
        """The message from an envelope sender that only it has; None when none came."""
        return next(iter(self._wait(lambda message: message.sender == sender, 1, seconds)), None)

    def _wait(self, wanted, count, seconds):
        deadline = time.monotonic() + seconds
        with self.arrived:
            while True:
                found = [message for message in self.messages if wanted(message)]
                left = deadline - time.monotonic()
                if len(found) >= count or left <= 0:
                    return found
                self.arrived.wait(left)

    def stop(self):
        self.shutdown()
        self.server_close()


def canonical(address):
    """As the project writes addresses: RFC 5952, and IPv4-mapped IPv6 as IPv4."""
    parsed = ipaddress.ip_address(address)
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
