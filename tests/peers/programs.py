# SPDX-License-Identifier: BSD-2-Clause
"""Real proxies on loopback, each open or secured. A peer has an address, a port and a process of its own."""

import getpass
import glob
import os
import secrets
import shutil
import socket
import subprocess
import time
import unittest

from support.scratch import free_port

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
PATIENCE = 20


class Peer:
    """One program. Subclasses say program and write their configuration in command()."""

    program = None

    def __init__(self, folder, address, port=None, **options):
        self.path = shutil.which(self.program, path=PATH)
        if not self.path:
            raise unittest.SkipTest(f"{self.program} is not installed")
        self.folder = os.path.join(folder, f"{type(self).__name__}-{address.replace(':', '_')}")
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        self.address = address
        self.host = f"[{address}]" if ":" in address else address
        self.port = port or free_port(address)
        self.start(**options)

    def start(self, **options):
        """Again after a stop(), perhaps with other options."""
        with open(self.file("log"), "wb") as log:
            self.process = subprocess.Popen(self.command(**options), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait()

    def file(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        path = self.file(name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def command(self, **options):
        raise NotImplementedError

    def answers(self):
        with socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET) as client:
            return client.connect_ex((self.address, self.port)) == 0

    def wait(self):
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                with open(self.file("log"), encoding="utf-8", errors="replace") as log:
                    raise AssertionError(f"{self.program} does not answer: {log.read()[-2000:]}")
            time.sleep(0.05)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Tinyproxy(Peer):
    program = "tinyproxy"

    def command(self, rules=""):
        return [self.path, "-d", "-c", self.write(
            "conf", f"Listen {self.address}\nPort {self.port}\nTimeout 20\nLogLevel Error\nMaxClients 100\n{rules}")]


class Squid(Peer):
    program = "squid"

    def command(self, rules="http_access allow all", port="http_port {}:{}"):
        listen = port.format(self.host, self.port, folder=self.folder)
        self.service = f"opsprobe{secrets.token_hex(8)}"
        return [self.path, "-N", "-n", self.service, "-f", self.write(
            "conf", f"{listen}\n{rules}\ncache deny all\npid_filename none\naccess_log none\ncache_store_log none\n"
            f"cache_log {self.folder}/cache.log\ncoredump_dir {self.folder}\nvisible_hostname squid.example\n"
            "pinger_enable off\n")]

    def stop(self):
        """At once: in order it takes seconds. What it shares with its processes bears the name of its service."""
        self.process.kill()
        self.process.wait()
        for path in glob.glob(f"/dev/shm/{self.service}-*"):
            os.remove(path)


class SquidWithTls(Squid):
    def command(self, **options):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=squid.example",
             "-keyout", self.file("key"), "-out", self.file("certificate")], check=True, capture_output=True)
        os.chmod(self.file("key"), 0o644)
        return super().command(port="https_port {}:{} tls-cert={folder}/certificate tls-key={folder}/key")


class Microsocks(Peer):
    program = "microsocks"

    def command(self, arguments=()):
        return [self.path, "-i", self.address, "-p", str(self.port), *arguments]


class Dante(Peer):
    program = "danted"

    def command(self, client="pass", socks="pass", external="external: lo"):
        everybody = "{ from: 0/0 to: 0/0 }"
        rights = "user.privileged: root\nuser.unprivileged: nobody\n" if os.geteuid() == 0 else ""
        return [self.path, "-f", self.write(
            "conf", f"logoutput: {self.folder}/dante.log\ninternal: {self.address} port = {self.port}\n{external}\n"
            f"clientmethod: none\nsocksmethod: none\n{rights}client {client} {everybody}\nsocks {socks} {everybody}\n"),
            "-p", self.file("pid")]


class Ssh(Peer):
    """ssh -D by way of a server of its own on loopback."""

    program = "ssh"

    def command(self, server_options=""):
        sshd = shutil.which("sshd", path=PATH)
        if not sshd:
            raise unittest.SkipTest("sshd is not installed")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        for name in ("host", "client"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.file(name)], check=True)
        shutil.copy(self.file("client.pub"), self.file("authorized"))
        server_port = free_port()
        self.server = subprocess.Popen(
            [sshd, "-D", "-e", "-f", self.write(
                "sshd_config", f"ListenAddress 127.0.0.1:{server_port}\nHostKey {self.file('host')}\n"
                f"AuthorizedKeysFile {self.file('authorized')}\nStrictModes no\nUsePAM no\nPidFile none\n"
                f"PermitRootLogin yes\nPasswordAuthentication no\n{server_options}")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_server(server_port)
        return [self.path, "-F", "none", "-N", "-g", "-D", f"{self.host}:{self.port}", "-p", str(server_port),
                "-i", self.file("client"), "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
                "-o", f"UserKnownHostsFile={self.file('known')}", f"{getpass.getuser()}@127.0.0.1"]

    @staticmethod
    def wait_for_server(port):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)

    def wait(self):
        try:
            super().wait()
        except AssertionError as why:
            if os.geteuid() == 0 or "Permission denied" not in str(why):
                raise
            raise unittest.SkipTest("the account of this user is locked for ssh") from None

    def stop(self):
        super().stop()
        self.server.terminate()
        self.server.wait(PATIENCE)


class Nginx(Peer):
    program = "nginx"

    def command(self, location="proxy_pass http://$http_host$request_uri;"):
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user nobody nogroup;" if os.geteuid() == 0 else ""
        return [self.path, "-p", self.folder, "-e", self.file("error"), "-c", self.write(
            "conf", f"{user} daemon off; pid {self.folder}/pid; error_log {self.folder}/error; events {{}}\n"
            f"http {{ access_log off; {temporary} server {{ listen {self.host}:{self.port};\n"
            f"location / {{ {location} }} }} }}\n")]


class Apache(Peer):
    program = "apache2"

    def command(self, require="granted", connect_port=0, requests="On"):
        modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                          for name in ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_connect"))
        user = "User nobody\nGroup nogroup\n" if os.geteuid() == 0 else ""
        return [self.path, "-D", "FOREGROUND", "-f", self.write(
            "conf", f"ServerRoot {self.folder}\nServerName apache.example\nDefaultRuntimeDir {self.folder}\n"
            f"PidFile {self.folder}/pid\nErrorLog {self.folder}/error\nListen {self.host}:{self.port}\n{modules}{user}"
            f"ProxyRequests {requests}\nAllowCONNECT {connect_port} 443\n"
            f"<Proxy \"*\">\nRequire all {require}\n</Proxy>\n")]
