# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of opsctl share: a scratch installation and a way to run commands in it."""

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

OPSCTL = os.environ.get("OPSCTL", "./opsctl")


class CommandTest(unittest.TestCase):
    """Each test has a configuration and fresh databases."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="opsctl-test.")
        self.addCleanup(shutil.rmtree, self.folder)
        self.conf = self.write("opsmilter.conf", f"""
            database = "{self.folder}/ops.db"
            hit_log = "{self.folder}/hits.db"
            site_url = "https://ops.example.org"
            milter {{ user = "nobody" }}
            """)
        self.run_ok("init")

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def run_raw(self, *arguments, stdin=b"", **options):
        return subprocess.run([OPSCTL, "-c", self.conf, *arguments], input=stdin,
                              capture_output=True, timeout=60, **options)

    def run_ok(self, *arguments, stdin=b""):
        """Standard output of a command that must succeed without a word on standard error."""
        result = self.run_raw(*arguments, stdin=stdin)
        self.assertEqual((result.returncode, result.stderr), (0, b""), arguments)
        return result.stdout.decode()

    def run_fails(self, status, *arguments, stdin=b""):
        """Standard error of a command that must end with this status and say nothing else."""
        result = self.run_raw(*arguments, stdin=stdin)
        self.assertEqual(result.returncode, status, (arguments, result.stderr))
        self.assertNotEqual(result.stderr, b"", arguments)
        return result.stderr.decode()

    def run_warns(self, *arguments, stdin=b""):
        """Standard error of a command that must succeed, and warn in one line."""
        result = self.run_raw(*arguments, stdin=stdin)
        self.assertEqual(result.returncode, 0, (arguments, result.stderr))
        self.assertRegex(result.stderr, rb"\Aopsctl: warning: .*\n\Z", arguments)
        return result.stderr.decode()

    def run_json(self, *arguments):
        return [json.loads(line) for line in self.run_ok("--json", *arguments).splitlines()]

    def add(self, network, *arguments, reason="open proxy"):
        return self.run_ok("add", network, "--reason", reason, "--note", "seen", *arguments)

    def run_on_terminal(self, *arguments, status=0, answer=b""):
        """What a command writes to a terminal, on both streams; the answer is what somebody types."""
        leader, follower = pty.openpty()
        process = subprocess.Popen([OPSCTL, "-c", self.conf, *arguments],
                                   stdin=follower if answer else subprocess.DEVNULL,
                                   stdout=follower, stderr=follower,
                                   env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})
        os.close(follower)
        os.write(leader, answer)
        output = b""
        while True:
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            if not piece:
                break
            output += piece
        os.close(leader)
        self.assertEqual(process.wait(60), status)
        return output.decode()

    def query(self, sql, database="ops.db"):
        connection = sqlite3.connect(os.path.join(self.folder, database))
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
