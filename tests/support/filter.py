# SPDX-License-Identifier: BSD-2-Clause
"""opsmilter and opsctl as built, with a state folder, configuration and log of their own."""

import atexit
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess

from .scratch import Refused, end_process, size_of, tail, wait_until, write_file

SITE_URL = "https://ops.example.test"

# Who the filter becomes: any user of the system that is not root. It needs no home and no files.
USER = "nobody"
GROUP = "nogroup"


def build_folder():
    return os.environ.get("OPSMILTER_BUILD", os.getcwd())


def spell(value):
    """A value as libConfuse reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, set)):
        return "{" + ", ".join(spell(each) for each in value) + "}"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Filter:
    """One opsmilter. It is not running until start(); end it with stop() or kill()."""

    def __init__(self, scratch, name="filter", socket_name=None, socket_group=""):
        """socket_name as in the configuration; socket_group is the mail server's, so that it may use it."""
        self.name = name
        self.folder = scratch.folder(name, mode=0o2770, user=USER, group=GROUP)
        self.run = scratch.folder(name + ".run", user=USER, group=GROUP)
        self.socket_name = socket_name or f"unix:{self.run}/opsmilter.sock"
        self.socket_group = socket_group
        self.log = os.path.join(self.run, "log")
        self.log_start = 0
        self.database = os.path.join(self.folder, "ops.db")
        self.hit_log = os.path.join(self.folder, "hits.db")
        self.inbox = os.path.join(self.folder, "inbox.db")
        self.configuration = os.path.join(self.run, "opsmilter.conf")
        self.pid_file = os.path.join(self.run, "pid")
        self.process = None
        self.site_url = SITE_URL
        self.probe = ""  # options of the section probe
        self.wrapper = []  # a command that runs opsmilter, such as one that limits it
        self.configure()

    @property
    def socket(self):
        """The path of a unix socket."""
        return self.socket_name.removeprefix("unix:")

    def configure(self, **milter):
        """Writes the configuration, the defaults of the tests with milter's options over them."""
        options = {
            "socket": self.socket_name,
            "socket_mode": "0660",
            "user": USER,
            "group": self.socket_group,
            "pid_file": self.pid_file,
            # The default would let all clients on loopback through.
            "exempt_clients": [],
            **milter,
        }
        text = (f"database = {spell(self.database)}\nhit_log = {spell(self.hit_log)}\n"
                f"site_url = {spell(self.site_url)}\n\nmilter {{\n"
                + "".join(f"    {key} = {spell(value)}\n" for key, value in options.items())
                + f"}}\n\nprobe {{\n    {self.probe}\n}}\n")
        self.write_configuration(text)

    def write_configuration(self, text):
        write_file(self.configuration, text)

    def init(self):
        self.ctl("init")
        return self

    def start(self, *options, wait=True):
        """Starts opsmilter in the foreground and waits until its socket answers and it says so."""
        self.log_start = size_of(self.log)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, os.path.join(build_folder(), "opsmilter"), "-c", self.configuration, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(self.stop)  # an interrupted run ends it too
        if wait:
            wait_until(self.answers, 15, "opsmilter to answer on its socket")
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise Refused(f"opsmilter ended with {self.process.returncode}: {tail(self.log)}")
        try:
            self.connect().close()
        except OSError:
            return False
        return "is ready" in tail(self.log, start=self.log_start)

    def connect(self):
        """A connection to its socket, as a mail server makes it."""
        if self.socket_name.startswith("inet:"):
            port = next(each for each in re.findall(r"\d+", self.socket_name) if len(each) > 3)
            return socket.create_connection(("127.0.0.1", int(port)), 5)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(self.socket)
        except OSError:
            connection.close()
            raise
        return connection

    def stop(self):
        """Ends it in order; returns the exit status, None when it was not running."""
        if self.process is None:
            return None
        try:
            return end_process(self.process, 15)
        finally:
            if self.process.poll() is not None:  # after an interruption, atexit tries again
                self.process = None

    def kill(self):
        """As kill -9 does."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def reload(self):
        """Asks for the configuration to be read again and waits until it says what came of it."""
        before = size_of(self.log)
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: size_of(self.log) > before, 10, "a log line after SIGHUP")

    def ctl(self, *arguments, check=True, text=None, timeout=120):
        """Runs opsctl; text is its standard input. With check, a failure fails the test."""
        done = subprocess.run(
            [os.path.join(build_folder(), "opsctl"), "-c", self.configuration, *arguments],
            input=text, stdin=None if text is not None else subprocess.DEVNULL,
            capture_output=True, text=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise Refused(f"opsctl {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
        return done

    def ctl_json(self, *arguments):
        """The objects that opsctl --json writes, one a line."""
        return [json.loads(line) for line in self.ctl("--json", *arguments).stdout.splitlines()]

    def list_address(self, network, *options, reason="open proxy, SOCKS 5 on port 1080"):
        """Puts network on a list; --force, because tests use addresses that name nobody."""
        self.ctl("add", network, "--reason", reason, "--note", "for a test", "--force", *options)

    def filings(self):
        """What waits in the inbox: kind, address and the spam copy as text."""
        with sqlite3.connect(f"file:{self.inbox}?mode=ro", uri=True, timeout=10) as database:
            return database.execute("SELECT kind, address, CAST(spam AS TEXT) FROM filing ORDER BY id").fetchall()

    def hits(self, condition="1", *values):
        """Rows of the view hits as dictionaries, oldest first."""
        with sqlite3.connect(f"file:{self.hit_log}?mode=ro", uri=True, timeout=10) as database:
            database.row_factory = sqlite3.Row
            query = f"SELECT * FROM hits WHERE {condition} ORDER BY id"
            rows = [dict(row) for row in database.execute(query, values)]
        database.close()
        return rows

    def counters(self):
        with sqlite3.connect(f"file:{self.hit_log}?mode=ro", uri=True, timeout=10) as database:
            values = dict(database.execute("SELECT name, value FROM counter"))
        database.close()
        return values

    def wait_for_hits(self, count, seconds=10):
        """For hits that nobody waits for, such as of clients that left; returns all hits."""
        wait_until(lambda: len(self.hits()) >= count, seconds, f"{count} hits")
        return self.hits()

    def log_text(self):
        return tail(self.log, 10000)

    def logs(self):
        return {"opsmilter": tail(self.log), "its configuration": tail(self.configuration)}
