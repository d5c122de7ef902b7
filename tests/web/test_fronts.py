# SPDX-License-Identifier: BSD-2-Clause
"""The fragments for web servers in front of the site, in the web servers that they are for."""

import http.client
import os
import re
import shutil
import subprocess
import unittest
import uuid

from visitor import LISTED, PATIENCE, Answer, SiteTest, free_port

CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib")
VISITOR, OTHER = "127.0.0.5", "127.0.0.6"


class FrontCases:
    """For a class that starts a server at cls.front, without TLS."""

    web_options = "lookups_per_hour = 7"

    @classmethod
    def setUpClass(cls):
        program = shutil.which(cls.program, path=os.environ["PATH"] + ":/usr/sbin")
        if not program:
            raise unittest.SkipTest(f"{cls.program} is not installed")
        super().setUpClass()
        cls.front = free_port()
        process = cls.start_front(program)

        def stop():
            process.terminate()
            process.wait(PATIENCE)
        cls.addClassCleanup(stop)
        cls.wait_for(lambda: cls.status_of("/contact") == 200, cls.program)

    @classmethod
    def fragment(cls, name):
        """The fragment for this site, at a port of its own and without its lines about TLS."""
        with open(os.path.join(CONTRIB, name), encoding="utf-8") as file:
            text = file.read().replace("127.0.0.1:8025", f"127.0.0.1:{cls.port}")
        text = re.sub(r"(?m)^ *(listen \[::\]:443|ssl_certificate|SSL).*\n", "", text)
        return text.replace("listen 443 ssl", f"listen 127.0.0.1:{cls.front}").replace(
            "*:443", f"127.0.0.1:{cls.front}")

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    @classmethod
    def through(cls, path, visitor=VISITOR, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", cls.front, timeout=PATIENCE, source_address=(visitor, 0))
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    @classmethod
    def status_of(cls, path):
        try:
            return cls.through(path).status
        except OSError:
            return 0

    def test_the_visitor_counts_by_the_address_that_he_has_not_by_what_he_says(self):
        statuses = [self.through("/lookup?ip=198.18.1.1", X_Forwarded_For=f"203.0.113.{i}").status for i in range(8)]
        self.assertEqual([200] * 6, statuses[:6])
        self.assertEqual(429, statuses[-1])
        self.assertEqual(200, self.through("/lookup?ip=198.18.1.1", OTHER).status)

    def test_nobody_poses_as_the_listed_address(self):
        said = "You come from the listed address itself"
        page = self.through(f"/remove?ip={LISTED}", X_Forwarded_For=LISTED)
        self.assertEqual(200, page.status)
        self.assertNotIn(said, page.text)

    def test_figures_are_not_for_the_public(self):
        for path in ("/metrics", "/healthz"):
            self.assertEqual(403, self.through(path).status, path)

    def nominate(self, octets):
        token = re.search(r'name="token" value="([^"]+)"', self.through("/nominate").text)[1]
        mark = uuid.uuid4().hex
        body = b""
        for name, value in (("token", token.encode()), ("ip", b"198.18.1.2"), ("file", octets)):
            body += (f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'
                     f'{"; filename=x" if name == "file" else ""}\r\n\r\n').encode() + value + b"\r\n"
        return self.through("/nominate", method="POST", body=body + f"--{mark}--\r\n".encode(),
                            Content_Type=f"multipart/form-data; boundary={mark}")

    def test_a_spam_copy_of_a_megabyte_gets_through_and_a_larger_one_does_not(self):
        head = (b"Received: from x.example (unknown [198.18.1.2])\n\tby mx.rcpt.example with ESMTP id 1;"
                b" Sat, 21 Nov 2026 05:00:00 +0000\n\n")
        self.assertEqual(413, self.nominate(b"x" * 1200 * 1024).status)
        answer = self.nominate(head + b"x" * (1024 * 1024 - len(head)))
        self.assertEqual(303, answer.status, answer.text)
        self.assertRegex(answer.headers["Location"], "/request/[0-9a-f-]+$")


class NginxTest(FrontCases, SiteTest):
    program = "nginx"

    @classmethod
    def start_front(cls, program):
        folder = cls.folder
        paths = "".join(f"{kind}_temp_path {folder}/{kind};\n"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user nobody nogroup;" if os.geteuid() == 0 else ""
        conf = cls.write("nginx.conf", f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/log;\n"
                         f"events {{}}\nhttp {{ access_log off;\n{paths}{cls.fragment('nginx.conf')}}}\n")
        return subprocess.Popen([program, "-p", folder, "-c", conf, "-e", f"{folder}/log"])


class ApacheTest(FrontCases, SiteTest):
    program = "apache2"

    @classmethod
    def start_front(cls, program):
        folder = cls.folder
        modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                          for name in ("mpm_event", "authz_core", "headers", "proxy", "proxy_http", "reqtimeout"))
        user = "User nobody\nGroup nogroup\n" if os.geteuid() == 0 else ""
        conf = cls.write("apache2.conf", f"ServerRoot {folder}\nServerName localhost\nPidFile {folder}/apache2.pid\n"
                         f"DefaultRuntimeDir {folder}\nErrorLog {folder}/log\nListen 127.0.0.1:{cls.front}\n"
                         f"{modules}{user}{cls.fragment('apache.conf')}")
        return subprocess.Popen([program, "-D", "FOREGROUND", "-f", conf])
