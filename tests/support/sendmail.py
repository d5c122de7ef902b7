# SPDX-License-Identifier: BSD-2-Clause
"""A Sendmail of our own, from packages that scripts/get-sendmail has unpacked, not installed.

It is hooked to the filter by the fragment in contrib/, as an administrator's would be.

It has no XCLIENT: a client's address is the one it connects from. The daemon takes clients of
127.0.0.0/8 and ::1; one from any other address talks to a sendmail -bs that has the connection as
its standard input, as from inetd.

Sendmail asks for the machine's qualified name before it reads its configuration and sleeps for a
minute without one. So it runs in a mount namespace of its own with a hosts file of its own over
/etc/hosts: nobody else sees that, and it ends with the process."""

import atexit
import functools
import glob
import os
import shutil
import socket
import subprocess
import unittest

from . import anyaddress
from .scratch import (Refused, contrib, end_process, free_port, replace_once, size_of, tail, wait_until,
                      write_file)
from .smtp import Child, Client

MACRO_FILE = """\
divert(-1)
define(`_CF_DIR_', `{package}/usr/share/sendmail/cf/')
include(`{package}/usr/share/sendmail/cf/m4/cf.m4')
divert(0)dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `mx.rcpt.example')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`STATUS_FILE', `{folder}/statistics')dnl
undefine(`ALIAS_FILE')dnl
define(`HELP_FILE', `{folder}/help')dnl
define(`confAUTH_MECHANISMS', `PLAIN')dnl
TRUST_AUTH_MECH(`PLAIN')dnl
define(`confTRUSTED_USER', `root')dnl
define(`confDEF_USER_ID', `daemon:daemon')dnl
define(`confTO_IDENT', `0s')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confMAX_DAEMON_CHILDREN', `0')dnl
define(`confBAD_RCPT_THROTTLE', `0')dnl
define(`confLOG_LEVEL', `14')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`MAIL_HUB', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink_port}')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`promiscuous_relay')dnl
DAEMON_OPTIONS(`Port={port6}, Addr=::1, Family=inet6, Name=MTA6')dnl
{hook}MAILER(`smtp')dnl
"""

# $1 is the folder with our hosts, nsswitch.conf and sasl; the rest is the command. Keeps the process
# id. Sendmail clears SASL_CONF_PATH, and /usr/lib/sasl2 holds nothing but configuration.
PRIVATE_NAMES = """\
mount --bind "$1/hosts" /etc/hosts && mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf || exit 126
mount --bind "$1/sasl" /usr/lib/sasl2 || exit 126
shift
exec "$@"
"""


def package_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.environ.get("OPSMILTER_SENDMAIL") or os.path.join(cache, "opsmilter", "sendmail")


@functools.cache
def _has_mount_namespaces():
    return shutil.which("unshare") is not None and subprocess.run(
        ["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


def _has_qualified_name():
    """Whether Sendmail would start without waiting on this machine as it is."""
    try:
        name, aliases, _ = socket.gethostbyname_ex(socket.gethostname())
    except OSError:
        return False
    return any("." in each for each in (name, *aliases))


class Sendmail:
    """Start with start(), end with stop()."""

    name = "sendmail"
    user = "someone"
    password = "secret-of-someone"
    socket_group = ""  # Sendmail's daemon is root

    @staticmethod
    def missing():
        """Why this server cannot be tested here, or None."""
        if os.geteuid() != 0:
            return "Sendmail can only be started by root"
        if not os.access(os.path.join(package_folder(), "usr/libexec/sendmail/sendmail"), os.X_OK):
            return f"Sendmail is not in {package_folder()}: run scripts/get-sendmail"
        if not shutil.which("m4"):
            return "m4 is not installed; Sendmail's configuration is made with it"
        if not _has_mount_namespaces() and not _has_qualified_name():
            return ("Sendmail needs a machine name with a dot in /etc/hosts, "
                    "and a mount namespace to give it one is not permitted here")
        return None

    def __init__(self, scratch, sink_port, filter_user, tcp=False):
        """Finds the filter, who runs as filter_user, at .socket."""
        self.package = package_folder()
        self.folder = scratch.folder("sendmail")
        scratch.folder("sendmail/queue", mode=0o700)
        socket_folder = scratch.folder("sendmail/filter", user=filter_user)
        self.socket = f"inet:{free_port()}@127.0.0.1" if tcp else f"unix:{socket_folder}/opsmilter.sock"
        self.port, self.port6, self.submission = free_port(), free_port("::1"), free_port()
        self.log_starts = [0, 0]
        self.process = None
        self.dialogue = os.path.join(self.folder, "dialogue")
        self.trace = os.path.join(self.folder, "trace")
        self.configuration = self._make_configuration(sink_port)
        self._write_names()
        self._write_password(scratch)

    def _make_hook(self):
        hook = contrib("sendmail.m4")
        hook = replace_once(hook, "local:/run/opsmilter/opsmilter.sock",
                            self.socket.replace("unix:", "local:"))
        hook = replace_once(hook, "Port=submission", f"Port={self.submission}, Addr=127.0.0.1")
        return replace_once(hook, "Port=smtp", f"Port={self.port}, Addr=127.0.0.1")

    def _make_configuration(self, sink_port):
        text = MACRO_FILE.format(package=self.package, folder=self.folder, port6=self.port6,
                                 sink_port=sink_port, hook=self._make_hook())
        source = write_file(os.path.join(self.folder, "sendmail.mc"), text)
        done = subprocess.run(["m4", source], capture_output=True, text=True, check=False)
        if done.returncode != 0 or not done.stdout:
            raise Refused("m4 " + source + ": " + done.stderr)
        return write_file(os.path.join(self.folder, "sendmail.cf"), done.stdout)

    def _write_password(self, scratch):
        """One SASL user."""
        sasl = scratch.folder("sendmail/sasl")
        users = os.path.join(sasl, "users.db")
        write_file(os.path.join(sasl, "Sendmail.conf"),
                   "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"
                   f"sasldb_path: {users}\n", mode=0o600)
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", users, "-u", "mx.rcpt.example", self.user],
                       input=self.password.encode(), check=True)
        os.chmod(users, 0o600)

    def _write_names(self):
        write_file(os.path.join(self.folder, "hosts"),
                   f"127.0.0.1 mx.rcpt.example {socket.gethostname()} localhost\n"
                   "::1 mx.rcpt.example localhost\n")
        write_file(os.path.join(self.folder, "nsswitch.conf"),
                   "passwd: files\ngroup: files\nhosts: files\nservices: files\n")

    def command(self, *arguments):
        """The command line that runs Sendmail with our configuration, names and libraries."""
        binary = os.path.join(self.package, "usr/libexec/sendmail/sendmail")
        command = [binary, *arguments, "-C", self.configuration]
        if not _has_mount_namespaces():
            return command
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", PRIVATE_NAMES, "sh",
                self.folder, *command]

    def environment(self):
        libraries = [path for folder in ("lib", "usr/lib")
                     for path in glob.glob(os.path.join(self.package, folder, "*-linux-*"))]
        # Where the resolver is asked all the same, it gives up soon.
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries),
                "RES_OPTIONS": "timeout:1 attempts:1"}

    @staticmethod
    def quoted(argument):
        """What it puts before the text of a refusal: the argument of the command, if it had one."""
        return "" if argument is None else f"<{argument}>... "

    @staticmethod
    def authenticates():
        return _has_mount_namespaces()

    def start(self):
        with open(self.trace, "ab") as trace:
            # -d64.5: what it says to the filter and hears from it; without -D clients would get it.
            self.process = subprocess.Popen(
                self.command("-bD", "-D", self.trace, "-d64.5", "-X", self.dialogue),
                stdin=subprocess.DEVNULL, stdout=trace, stderr=trace, env=self.environment())
        atexit.register(self.stop)  # an interrupted run ends it too
        # Without a name of its own Sendmail waits for a minute before it listens.
        wait_until(self._listens, 90, "Sendmail to listen")
        return self

    def _listens(self):
        if self.process.poll() is not None:
            raise Refused(f"sendmail ended with {self.process.returncode}: {tail(self.trace)}")
        for address, port in (("127.0.0.1", self.port), ("::1", self.port6), ("127.0.0.1", self.submission)):
            try:
                socket.create_connection((address, port), 5).close()
            except ConnectionRefusedError:
                return False
        return True

    def stop(self):
        if self.process is not None:
            end_process(self.process, 20)
            self.process = None

    def connect(self, address, submission=False):
        """A client that comes from address; EHLO or HELO has yet to be said."""
        if address.startswith("127."):
            return Client.to("127.0.0.1", self.submission if submission else self.port, source=address)
        if address == "::1":
            return Client.to(address, self.port6)
        why_not = anyaddress.missing()
        if why_not:
            raise unittest.SkipTest(why_not)
        client, server = anyaddress.connection_from(address)
        with server:
            return Client(client, self._on_standard_input(server, server))

    def connect_by_pipe(self):
        """A client without an address: sendmail -bs with a pipe as its standard input."""
        return Child(self._on_standard_input(subprocess.PIPE, subprocess.PIPE))

    def connect_by_unix_socket(self):
        """The same over a socket: for the filter an address of a family that is not IP."""
        client, server = socket.socketpair()
        with server:
            return Client(client, self._on_standard_input(server, server))

    def _on_standard_input(self, incoming, outgoing):
        with open(self.trace, "ab") as trace:
            return subprocess.Popen(self.command("-bs"), stdin=incoming, stdout=outgoing,
                                    stderr=trace, env=self.environment())

    def mark(self):
        """logs() shows what comes after this."""
        self.log_starts = [size_of(self.dialogue), size_of(self.trace)]

    def logs(self):
        return {"sendmail, its dialogues": tail(self.dialogue, start=self.log_starts[0]),
                "sendmail, its side of the filter": tail(self.trace, start=self.log_starts[1])}
