# SPDX-License-Identifier: BSD-2-Clause
"""Whole SMTP sessions through one Postfix with a port for each way to refuse listed clients."""

import os
import sqlite3
import statistics
import subprocess

import listings
from setting import Floor, Result, programs
from tests.support.postfix import Postfix
from tests.support.scratch import free_port

# Clients on loopback: the second octet tells, see listings.py.
UNLISTED, LISTED, CLIENTS = "127.65.0.0", "127.66.0.0", 20000
AT_ONCE = 10
ENTRIES = 1000000

# Each way: its parameters, and which of the clients come through it.
WAYS = {
    "no filter": ("smtpd_milters =", "unlisted"),
    "floor": ("smtpd_milters = unix:opsmilter/floor.sock", "unlisted"),
    "opsmilter": ("smtpd_milters = unix:opsmilter/opsmilter.sock", "unlisted"),
    "opsmilter, half refused": ("smtpd_milters = unix:opsmilter/opsmilter.sock", "half"),
    "check_client_access lmdb:, half refused": ("lmdb", "half"),
    "check_client_access sqlite:, half refused": ("sqlite", "half"),
}


def missing():
    """Why there can be no such measurement, or None."""
    reason = Postfix.missing()
    if reason:
        return reason
    types = subprocess.run(["postconf", "-m"], capture_output=True, text=True, check=True).stdout.split()
    absent = {"lmdb", "sqlite"} - set(types)
    return f"Postfix lacks {', '.join(sorted(absent))} (postfix-lmdb, postfix-sqlite)" if absent else None


def _entries():
    """One million addresses and those of the listed clients."""
    for index in range(ENTRIES):
        address = listings.ipv4(index, 32, 0)
        if not address.startswith("127.66."):
            yield address
    yield from _listed_clients()


def _listed_clients():
    for number in range(CLIENTS):
        yield f"127.66.{number >> 8}.{number & 255}"


def _write_maps(folder):
    """Postfix's own maps of the same addresses; gives the values of smtpd_client_restrictions."""
    lmdb, sqlite = os.path.join(folder, "access"), os.path.join(folder, "access.sqlite")
    with open(lmdb, "w", encoding="ascii") as file:
        file.writelines(f"{address} REJECT\n" for address in _entries())
    subprocess.run(["postmap", "lmdb:" + lmdb], check=True, timeout=600)
    with sqlite3.connect(sqlite) as database:
        database.execute("CREATE TABLE access (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        database.executemany("INSERT INTO access VALUES (?, 'REJECT')", ((each,) for each in _entries()))
    database.close()
    query = sqlite + ".cf"
    with open(query, "w", encoding="ascii") as file:
        file.write(f"dbpath = {sqlite}\nquery = SELECT value FROM access WHERE key = '%s'\n")
    return {"lmdb": f"lmdb:{lmdb}", "sqlite": f"sqlite:{query}"}


class Mail:
    """Give it a database that is listed in, and a list to add faults to; measure(), then stop()."""

    def __init__(self, scratch, database, faults):
        self.faults = faults
        self.server = Postfix(scratch, 9, programs.USER, smtpd_client_restrictions="")
        self.filter = programs.Filter(scratch, "mail", self.server.socket, "postfix")
        self.filter.database = database
        self.filter.configure(hit_sync="full")
        self.filter.init()
        self.filter.ctl("import", "-", "--force", text="".join(each + "\n" for each in _listed_clients()))
        maps = _write_maps(scratch.folder("maps"))
        self.ports = {name: free_port() for name in WAYS}
        self._add_ports(maps)
        self.floor = Floor(os.path.join(os.path.dirname(self.filter.socket), "floor.sock"), "accept")
        self.filter.start()
        self.server.start()

    def _add_ports(self, maps):
        with open(os.path.join(self.server.etc, "master.cf"), "a", encoding="ascii") as file:
            for name, (setting, _) in WAYS.items():
                file.write(f"127.0.0.1:{self.ports[name]} inet n - n - 100 smtpd\n")
                if setting in maps:
                    file.write("  -o { smtpd_milters = }\n")
                    setting = f"smtpd_client_restrictions = check_client_access {maps[setting]}"
                file.write(f"  -o {{ {setting} }}\n")

    def _run(self, name, seconds):
        half = WAYS[name][1] == "half"
        command = [os.path.join(programs.build_folder(), "bench", "smtp"), str(self.ports[name]), str(AT_ONCE),
                   str(seconds), UNLISTED, str(CLIENTS)] + ([LISTED] if half else [])
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 90)
        result = Result(done.stdout or "rate=0")
        if done.returncode != 0 or result.failed or result.wrong or not result.sessions or half != (result.refused > 0):
            self.faults.append(f"SMTP, {name}: {done.stdout}{done.stderr}".strip())
        return result

    def measure(self, rounds, seconds):
        """The rates of each way, and the median of their ratios to those without a filter: {name: (rate, ratio)}."""
        rates = {name: [] for name in WAYS}
        for name in WAYS:
            self._run(name, 0.5)  # Postfix starts its processes
        for _ in range(rounds):
            for name, so_far in rates.items():
                so_far.append(self._run(name, seconds).rate)
        bare = rates["no filter"]
        return {name: (statistics.median(so_far), statistics.median(a / b for a, b in zip(so_far, bare)))
                for name, so_far in rates.items()}

    def stop(self):
        self.server.stop()
        self.filter.stop()
        self.floor.stop()
