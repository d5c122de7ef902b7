# SPDX-License-Identifier: BSD-2-Clause
"""opsmilter as a process of the system: its privileges, its socket, its place in the background."""

import os
import pwd
import signal
import subprocess

from support import filter as programs
from support.scratch import tail, wait_until


def status_of(pid):
    """/proc/PID/status as a dictionary."""
    text = tail(f"/proc/{pid}/status", 100)
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


class ProcessCases:
    def test_started_by_root_it_keeps_nothing_of_root(self):
        self.start()
        status = status_of(self.filter.process.pid)
        user = pwd.getpwnam(programs.USER)
        self.assertEqual([str(user.pw_uid)] * 4, status["Uid"].split())
        self.assertEqual([str(user.pw_gid)] * 4, status["Gid"].split())
        self.assertNotIn("0", status["Groups"].split())
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(0, int(status[name], 16), name)

    def test_detached_it_writes_its_pid_and_refuses(self):
        self.filter.list_address(self.listed)
        command = [os.path.join(programs.build_folder(), "opsmilter"), "-c", self.filter.configuration, "-d"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))
        pid = int(tail(self.filter.pid_file))
        try:
            self.assert_refused(self.try_recipient(self.listed), self.listed)
        finally:
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"), 10, "the end of the daemon")
        self.assertFalse(os.path.exists(self.filter.pid_file))
        self.assertFalse(os.path.exists(self.filter.socket))

    def test_takes_over_the_socket_of_a_killed_predecessor_and_of_no_living_one(self):
        self.filter.list_address(self.listed)
        self.start()
        second = programs.Filter(self.scratch, self.filter.name + ".2", self.server.socket,
                                 self.server.socket_group)
        second.init()
        second.start(wait=False)
        self.addCleanup(second.stop)
        self.assertEqual(3, second.process.wait(10))
        self.assertIn("another program listens", second.log_text())
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.filter.kill()
        self.assertTrue(os.path.exists(self.filter.socket))
        self.filter.start()
        self.assert_refused(self.try_recipient(self.listed), self.listed)


class OverTcpCases:
    """With the spelling of a TCP socket that the mail server itself uses."""

    def test_refuses_a_listed_client_and_accepts_another(self):
        self.filter.list_address(self.listed)
        self.start()
        self.assert_refused(self.try_recipient(self.listed), self.listed)
        self.assert_accepted(self.unlisted)
        self.assertEqual(0, self.filter.stop())
        self.assert_accepted(self.listed)
