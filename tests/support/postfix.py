# SPDX-License-Identifier: BSD-2-Clause
"""A Postfix of our own: own configuration, queue, log and ports; the installed one is not touched.

It is hooked to the filter by the fragments in contrib/, as an administrator's would be."""

import atexit
import os
import shutil
import signal
import subprocess

from .scratch import (Refused, contrib, free_port, replace_once, size_of, tail, wait_until,
                      write_file)
from .smtp import Client

SERVICES = """\
127.0.0.1:{port} inet n - n - 100 smtpd
[::1]:{port6} inet n - n - 100 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

SETTINGS = {
    "compatibility_level": "3.6",
    "myhostname": "mx.rcpt.example",
    "mydomain": "rcpt.example",
    "myorigin": "rcpt.example",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8 [::1]/128",
    "inet_interfaces": "127.0.0.1, [::1]",
    "inet_protocols": "all",
    "relay_domains": "rcpt.example",
    "local_recipient_maps": "",
    "relay_recipient_maps": "",
    "alias_maps": "",
    "alias_database": "",
    "smtpd_relay_restrictions": "permit_sasl_authenticated reject_unauth_destination",
    "smtpd_peername_lookup": "no",
    "smtp_dns_support_level": "disabled",
    "smtp_host_lookup": "native",
    "in_flow_delay": "0s",
    "smtpd_authorized_xclient_hosts": "127.0.0.0/8 [::1]/128",
    "smtpd_client_connection_count_limit": "0",
    "smtpd_client_connection_rate_limit": "0",
    "smtpd_error_sleep_time": "0s",
    "smtpd_hard_error_limit": "1000",
    "smtpd_soft_error_limit": "1000",
    "smtpd_junk_command_limit": "1000",
    "default_process_limit": "200",
    "smtpd_sasl_type": "cyrus",
    "smtpd_sasl_path": "opsmilter-test",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_sasl_security_options": "noanonymous",
    "broken_sasl_auth_clients": "no",
}


class Postfix:
    """Start with start(), end with stop(). XCLIENT gives a client any address."""

    name = "postfix"
    user = "someone"
    password = "secret-of-someone"
    socket_group = "postfix"

    @staticmethod
    def missing():
        """Why this server cannot be tested here, or None."""
        if os.geteuid() != 0:
            return "Postfix can only be started by root"
        if not shutil.which("postfix") or not shutil.which("postconf"):
            return "Postfix is not installed"
        return None

    def __init__(self, scratch, sink_port, filter_user, tcp=False, **settings):
        """Finds the filter, who runs as filter_user, at .socket; settings go into main.cf."""
        self.folder = scratch.folder("postfix")
        self.log = os.path.join(self.folder, "log")
        self.port, self.port6, self.submission = free_port(), free_port("::1"), free_port()
        self.log_start = 0
        self.pid = None
        self.settings = {**SETTINGS, **self._places(sink_port), **settings}
        self._make_folders(scratch, filter_user)
        self._write_configuration(tcp)
        self._write_password()

    def _places(self, sink_port):
        transport = f"smtp:[127.0.0.1]:{sink_port}"
        return {
            "queue_directory": os.path.join(self.folder, "queue"),
            "data_directory": os.path.join(self.folder, "data"),
            "cyrus_sasl_config_path": os.path.join(self.folder, "etc", "sasl"),
            "maillog_file": self.log,
            "maillog_file_prefixes": self.folder,
            "default_transport": transport,
            "relay_transport": transport,
            "local_transport": transport,
        }

    def _make_folders(self, scratch, filter_user):
        for name, user in (("queue", None), ("data", "postfix"), ("etc", None), ("etc/sasl", None)):
            scratch.folder(os.path.join("postfix", name), user=user)
        scratch.folder("postfix/queue/opsmilter", mode=0o2750, user=filter_user, group="postfix")

    def _write_configuration(self, tcp):
        self.etc = os.path.join(self.folder, "etc")
        main = "".join(f"{key} = {value}\n" for key, value in self.settings.items())
        main += contrib("postfix-main.cf")
        self.socket = f"unix:{self.settings['queue_directory']}/opsmilter/opsmilter.sock"
        if tcp:
            self.socket = f"inet:127.0.0.1:{free_port()}"
            main = replace_once(main, "= unix:opsmilter/opsmilter.sock", "= " + self.socket)
        write_file(os.path.join(self.etc, "main.cf"), main)
        master = SERVICES.format(port=self.port, port6=self.port6) + contrib("postfix-master.cf")
        master = replace_once(master, "\nsubmission inet n       -       y",
                              f"\n127.0.0.1:{self.submission} inet n - n")
        # There is no certificate here.
        master = replace_once(master, "  -o smtpd_tls_security_level=encrypt\n", "")
        write_file(os.path.join(self.etc, "master.cf"), master)

    def _write_password(self):
        """One SASL user, in a file that only Postfix reads."""
        sasl = self.settings["cyrus_sasl_config_path"]  # Debian's looks nowhere else
        users = os.path.join(sasl, "users.db")
        write_file(os.path.join(sasl, "opsmilter-test.conf"),
                   "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"
                   f"sasldb_path: {users}\n")
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", users, "-u", self.settings["myhostname"],
                        self.user], input=self.password.encode(), check=True)
        shutil.chown(users, "root", "postfix")
        os.chmod(users, 0o640)

    def _command(self, what):
        return subprocess.run(["postfix", "-c", self.etc, what], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)

    @staticmethod
    def quoted(argument):
        """What it puts before the text of a refusal: nothing. (Sendmail repeats the argument.)"""
        return ""

    @staticmethod
    def authenticates():
        return True

    def start(self):
        done = self._command("start")
        if done.returncode != 0:
            raise Refused(f"postfix start: {done.stdout}{done.stderr}{tail(self.log)}")
        pid_file = os.path.join(self.settings["queue_directory"], "pid", "master.pid")
        self.pid = int(wait_until(lambda: tail(pid_file).strip(), 10, pid_file))
        atexit.register(self.stop)  # an interrupted run ends it too
        return self

    def stop(self):
        """Ends the master, which ends its children. The queue is in the scratch folder and is deleted with it."""
        if self.pid is None:
            return
        os.kill(self.pid, signal.SIGTERM)
        wait_until(lambda: not _alive(self.pid), 20, "the end of Postfix")
        self.pid = None

    def connect(self, address, submission=False):
        """A client that comes from address; EHLO or HELO has yet to be said."""
        if address.startswith("127.") and not submission:
            return Client.to("127.0.0.1", self.port, source=address)
        if address == "::1":
            return Client.to(address, self.port6)
        client = Client.to("127.0.0.1", self.submission if submission else self.port)
        reply = client.ehlo("proxy.example")
        if "XCLIENT" in reply.text:
            reply = client.xclient(address)
        if reply.code != 220:
            raise Refused("XCLIENT: " + client.transcript())
        client.greeting = reply
        return client

    def mark(self):
        """logs() shows what comes after this."""
        self.log_start = size_of(self.log)

    def logs(self):
        return {"postfix": tail(self.log, start=self.log_start)}


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
