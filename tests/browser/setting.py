# SPDX-License-Identifier: BSD-2-Clause
"""What the tests in Chromium share: a browser, and a whole installation behind a Postfix of its own."""

import json
import os
import shutil
import socket
import subprocess
import time
import unittest
import uuid

from support import filter as programs
from support.postfix import Postfix
from support.scratch import Scratch, free_port
from support.smtp import Sink

HERE = os.path.dirname(os.path.abspath(__file__))
SPAM = os.environ.get("OPSMILTER_SPAM", "")  # a folder of real spam
SHOTS = os.environ.get("OPSMILTER_SHOTS", os.path.join(programs.build_folder(), "screenshots"))
SUSPECT = "127.0.0.76"


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.1)


class Browser:
    """Chromium, by browser.mjs."""

    def __init__(self):
        modules = os.environ["OPSMILTER_NODE_MODULES"]
        self.process = subprocess.Popen(
            ["node", os.path.join(HERE, "browser.mjs"), modules, shutil.which("chromium")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, command, **options):
        self.process.stdin.write(json.dumps({"command": command, **options}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise AssertionError(f"{command} {options}: {answer['error']}")
        return answer["result"]

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


class Proxy:
    """A tinyproxy at the suspect's address that serves everybody, until secured."""

    def __init__(self, scratch):
        self.port = free_port()
        self.file = os.path.join(scratch.folder("tinyproxy"), "tinyproxy.conf")
        self.start("")

    def start(self, rules):
        with open(self.file, "w", encoding="ascii") as out:
            out.write(f"Listen {SUSPECT}\nPort {self.port}\nBind {SUSPECT}\nTimeout 20\nLogLevel Error\n{rules}")
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", self.file],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers, 10, "tinyproxy")

    def answers(self):
        with socket.socket() as client:
            return client.connect_ex((SUSPECT, self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def secure(self):
        self.stop()
        self.start("Allow 127.0.0.99\n")


class Installation(unittest.TestCase):
    """Postfix with opsmilter, opsweb and opsprobe's worker, for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        why_not = Postfix.missing()
        if why_not:
            raise unittest.SkipTest(why_not)
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.remove)
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.stop)
        cls.server = Postfix(cls.scratch, cls.sink.port, programs.USER)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.proxy = Proxy(cls.scratch)
        cls.addClassCleanup(cls.proxy.stop)
        cls.site = f"http://127.0.0.1:{free_port()}"
        cls.filter = programs.Filter(cls.scratch, "browser", cls.server.socket, cls.server.socket_group)
        cls.configure()
        cls.filter.init()
        cls.filter.start()
        cls.addClassCleanup(cls.filter.stop)
        cls.start_program("opsweb")
        cls.start_program("opsprobe", "--worker")
        wait_until(lambda: cls.http_status("/healthz") == 200, 20, "the site and the prober's self-test")
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.stop)
        os.makedirs(SHOTS, exist_ok=True)

    @classmethod
    def configure(cls):
        cls.filter.site_url = cls.site
        cls.filter.probe = f"""
    target          = {{"127.0.0.1:{free_port()}"}}
    ports           = {{"http:{cls.proxy.port}"}}
    allow_private   = {{"127.0.0.0/8"}}
    user            = "{programs.USER}"
    connect_timeout = 2
    probe_timeout   = 10
}}

web {{
    listen           = "{cls.site.removeprefix('http://')}"
    user             = "{programs.USER}"
    lookups_per_hour = 1000000"""
        cls.filter.configure()

    @classmethod
    def start_program(cls, name, *options):
        with open(os.path.join(cls.filter.run, name + ".log"), "wb") as log:
            process = subprocess.Popen(
                [os.path.join(programs.build_folder(), name), "-c", cls.filter.configuration, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def stop():
            process.terminate()
            assert process.wait(20) == 0, name
        cls.addClassCleanup(stop)

    @classmethod
    def http_status(cls, path):
        done = subprocess.run(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--noproxy", "*", cls.site + path],
            capture_output=True, text=True, check=False)
        return int(done.stdout or 0)

    def send_mail(self, address):
        """One message from address; the reply to RCPT, or to the message."""
        client = self.server.connect(address)
        self.addCleanup(client.drop)
        client.ehlo()
        client.mail("sender@from.example")
        reply = client.rcpt("user@rcpt.example")
        if reply.code == 250:
            reply = client.data(f"Subject: {uuid.uuid4().hex}\n\nHello.\n")
        client.quit()
        return reply

    def spam_from(self, address, text="Buy this.\n", **headers):
        """A file with a message as a receiving server keeps it."""
        path = os.path.join(self.filter.run, uuid.uuid4().hex)
        fields = {"From": '"Offers" <offers@from.example>', "To": "Jane Roe <jane.roe@rcpt.example>",
                  "Subject": "You have won", "Message-ID": "<secret-id@from.example>", **headers}
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"Received: from client.example (unknown [{address}])\n"
                      "\tby mx.rcpt.example (Postfix) with ESMTP id 4XwSecret\n"
                      "\tfor <jane.roe@rcpt.example>; Sat, 21 Nov 2026 05:00:00 +0000\n")
            out.writelines(f"{name}: {value}\n" for name, value in fields.items())
            out.write("\n" + text)
        return path

    # the browser

    def goto(self, path):
        return self.browser.do("goto", url=path if path.startswith("http") else self.site + path)

    def text(self):
        return self.browser.do("text")["text"]

    def assert_quiet(self, *statuses):
        """No script ran, nothing was loaded from elsewhere, no cookie; no console message but about these statuses."""
        heard = [each for each in self.browser.do("heard")
                 if not any(f"status of {status} " in each for status in statuses)]
        self.assertEqual([], heard)
        self.assertEqual([], self.browser.do("cookies"))
