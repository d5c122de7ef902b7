# SPDX-License-Identifier: BSD-2-Clause
"""opsprobe behind a router: the addresses of its targets are not this machine's. Each worker runs in a network of its
own, which leads nowhere."""

import subprocess
import sys

from prober import BUILD, ProberTest
from support.anyaddress import missing

OWN = "10.9.8.7"
NETWORK = f"ip link set lo up && ip address add {OWN}/32 dev lo || exit 126; exec \"$@\""
# Takes the port at some addresses, starts the worker, and shows its log and where it can be reached.
WORKER = f"""
import socket, subprocess, sys
program, conf, port, *taken = sys.argv[1:]
servers = [socket.create_server((address, int(port))) for address in taken]
worker = subprocess.Popen([program, "-c", conf, "--worker"], stderr=subprocess.PIPE, text=True)
for line in worker.stderr:
    print(line, end="")
    if "is ready" in line:
        break
for address in "127.0.0.1", "{OWN}":
    with socket.socket() as client:
        if address not in taken and client.connect_ex((address, int(port))) == 0:
            print("reached at", address)
worker.terminate()
worker.communicate()
"""


class BehindARouter(ProberTest):
    def setUp(self):
        if missing():
            self.skipTest(missing())
        super().setUp()

    def run_worker(self, *taken, targets=("192.0.2.25",)):
        with open(self.conf) as file:
            content = file.read()
        names = ", ".join(f'"{target}:{self.target}"' for target in targets)
        with open(self.conf, "w") as file:
            file.write(content.replace(f'"127.0.0.1:{self.target}"', names))
        return subprocess.run(["unshare", "--net", "sh", "-c", NETWORK, "sh", sys.executable, "-c", WORKER,
                               f"{BUILD}/opsprobe", self.conf, str(self.target), *taken],
                              capture_output=True, text=True, timeout=60, check=True).stdout

    def test_the_listener_is_on_all_addresses(self):
        output = self.run_worker()
        self.assertIn("reached at 127.0.0.1\n", output)
        self.assertIn(f"reached at {OWN}\n", output)

    def test_targets_with_one_port_share_a_listener(self):
        self.assertIn("is ready", self.run_worker(targets=("192.0.2.25", "192.0.2.26", OWN)))

    def test_a_mail_server_on_loopback_is_not_in_the_way(self):
        output = self.run_worker("127.0.0.1", targets=("192.0.2.25", "192.0.2.26", OWN))
        self.assertIn(f"reached at {OWN}\n", output)

    def test_the_message_names_the_address_that_is_taken(self):
        output = self.run_worker("127.0.0.1", OWN)
        self.assertIn(f"cannot listen at 0.0.0.0 port {self.target} in place of 192.0.2.25, which this machine does "
                      "not have: ", output)
        self.assertNotIn("reached", output)
