# SPDX-License-Identifier: BSD-2-Clause
"""What every server of a test needs: a folder of its own, a free port, patience and a clean end."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time


TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Refused(Exception):
    """A server or program did not do what the test needs; the text says which and why."""


def wait_until(condition, seconds=10, what="the condition"):
    """Calls condition until it gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Refused(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def free_port(address="127.0.0.1"):
    """A port that nobody uses now, below the range the kernel gives to outgoing connections."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    first = 10000 + os.getpid() * 37 % 20000
    for port in range(first, first + 2000):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                continue
        if port not in free_port.given:
            free_port.given.add(port)
            return port
    raise Refused(f"no free port at {address}")


free_port.given = set()


class Scratch:
    """A folder for one run, under /run: Sendmail uses no socket under a folder that all may write."""

    def __init__(self):
        parent = "/run" if os.access("/run", os.W_OK) else tempfile.gettempdir()
        self.path = tempfile.mkdtemp(prefix="opsmilter-test.", dir=parent)
        os.chmod(self.path, 0o755)
        atexit.register(self.remove)  # after an interrupted run too

    def folder(self, name, mode=0o755, user=None, group=None):
        path = os.path.join(self.path, name)
        os.mkdir(path)
        if user is not None or group is not None:
            shutil.chown(path, user, group)
        os.chmod(path, mode)  # last: a change of owner drops the set-group-id bit
        return path

    def remove(self):
        """Leaves the folder where it is when OPSMILTER_KEEP is set, and says so."""
        atexit.unregister(self.remove)
        if os.environ.get("OPSMILTER_KEEP"):
            print(f"kept: {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)


def write_file(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def end_process(process, seconds=10, how=signal.SIGTERM):
    """Ends a subprocess.Popen and returns its exit status; kills it when it does not listen."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Refused(f"process {process.args[0]} did not end within {seconds} s") from None


def contrib(name):
    """The text of a fragment that administrators are given."""
    with open(os.path.join(TOP, "contrib", name), encoding="utf-8") as file:
        return file.read()


def replace_once(text, old, new):
    if text.count(old) != 1:
        raise Refused(f"{old!r} is there {text.count(old)} times in:\n{text}")
    return text.replace(old, new)


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def tail(path, lines=60, start=0):
    """The last lines of a file; nothing from before the octet start."""
    try:
        with open(path, "rb") as file:
            file.seek(start)
            text = file.read().replace(b"\0", b"").decode("utf-8", "replace")
    except OSError as error:
        return f"({error})\n"
    return "".join(text.splitlines(keepends=True)[-lines:])
