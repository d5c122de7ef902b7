# SPDX-License-Identifier: BSD-2-Clause
"""What a benchmark needs: folders on a real disk, the floor, the load, and ratios taken side by side."""

import os
import pwd
import grp
import re
import socket
import statistics
import struct
import subprocess
import tempfile
import time

from tests.support import filter as programs
from tests.support.scratch import Refused, Scratch, end_process, wait_until

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEGOTIATION = struct.pack("!IcIII", 13, b"O", 6, 0x1FF, 0x0FFFFF)


class DiskScratch(Scratch):
    """A folder that is not in memory, as that would make every flush to disk free."""

    def __init__(self):
        super().__init__()
        os.rmdir(self.path)
        self.path = tempfile.mkdtemp(prefix="opsmilter-bench.", dir=os.environ.get("OPSMILTER_SCRATCH", "/var/tmp"))
        os.chmod(self.path, 0o755)


def run_as_ourselves():
    """Without root, the filter runs as who we are."""
    if os.geteuid() != 0:
        programs.USER = pwd.getpwuid(os.geteuid()).pw_name
        programs.GROUP = grp.getgrgid(os.getegid()).gr_name


class Floor:
    """A filter that does nothing: kind is accept or refuse."""

    def __init__(self, path, kind):
        self.path = path
        command = [os.path.join(programs.build_folder(), "bench", "floor"), path, kind]
        self.process = subprocess.Popen(command, umask=0)
        wait_until(lambda: answers(path), 10, "the floor to answer")

    def stop(self):
        """libmilter takes up to five seconds to end in order, and nothing here needs that."""
        self.process.kill()
        self.process.wait()


def answers(path):
    """Whether a filter negotiates on its socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        try:
            connection.connect(path)
            connection.sendall(NEGOTIATION)
            return len(connection.recv(17)) > 4
        except OSError:
            return False


class Result:
    """A line of NAME=NUMBER from load or smtp."""

    def __init__(self, line):
        for name, value in re.findall(r"(\w+)=([\d.]+)", line):
            setattr(self, name, float(value))


class Load:
    """Runs the load and keeps account of everything that did not go as it should."""

    def __init__(self):
        self.faults = []

    def command(self, path, at_once, seconds, clients, *options):
        return [os.path.join(programs.build_folder(), "bench", "load"), "-c", str(at_once), "-t", str(seconds),
                "-A", clients, *options, path]

    def run(self, path, at_once, seconds, clients, expected):
        """expected is the outcome that all sessions must have: accepted or refused."""
        output = subprocess.run(self.command(path, at_once, seconds, clients), check=True, capture_output=True,
                                text=True, timeout=seconds + 60).stdout
        return self.checked(Result(output), expected, f"{expected}, {at_once} at once")

    def checked(self, result, expected, what):
        if result.failed > 0 or getattr(result, expected) != result.sessions or result.sessions == 0:
            self.faults.append(f"{what}: {vars(result)}")
        return result


class Pair:
    """The sessions of a filter and of its floor, and the ratio of their rates, over interleaved rounds."""

    def __init__(self):
        self.ours, self.floors = [], []

    def add(self, ours, floor):
        self.ours.append(ours)
        self.floors.append(floor)

    def ratios(self):
        return sorted(ours.rate / floor.rate for ours, floor in zip(self.ours, self.floors))

    @property
    def ratio(self):
        return statistics.median(self.ratios())

    @property
    def spread(self):
        return f"{self.ratios()[0]:.2f} to {self.ratios()[-1]:.2f}"

    @property
    def rate(self):
        return self._median(self.ours, "rate")

    @property
    def floor_rate(self):
        return self._median(self.floors, "rate")

    def latency(self, name):
        return self._median(self.ours, name)

    @staticmethod
    def _median(results, name):
        return statistics.median(getattr(result, name) for result in results)


def side_by_side(rounds, first, second):
    """Calls both in each round, each being first in turn, and gives the pair of what they measured."""
    pair = Pair()
    for number in range(rounds):
        if number % 2 == 0:
            ours = first()
            floor = second()
        else:
            floor = second()
            ours = first()
        pair.add(ours, floor)
    return pair


def anonymous_kilobytes(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(r"^Anonymous:\s+(\d+) kB", file.read(), re.M)[1])


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def start_seconds(filter_):
    """From the start of the program until it negotiates on its socket; it keeps running."""
    began = time.monotonic()
    filter_.start(wait=False)
    while not answers(filter_.socket):
        if filter_.process.poll() is not None:
            raise Refused(filter_.log_text())
        if time.monotonic() > began + 60:
            raise Refused("no answer within a minute")
        time.sleep(0.001)
    return time.monotonic() - began


__all__ = ["DiskScratch", "Floor", "Load", "Pair", "Refused", "Result", "TOP", "anonymous_kilobytes", "end_process",
           "open_files", "programs", "run_as_ourselves", "side_by_side", "start_seconds", "wait_until"]
