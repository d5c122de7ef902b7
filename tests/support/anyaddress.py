# SPDX-License-Identifier: BSD-2-Clause
"""TCP connections from any address whatever, for servers that take one from their parent (inetd).

A network namespace of its own has the address on its loopback interface; a connection made there is
handed out, both ends, and outlives the process that made it. Nothing is seen on any real network."""

import array
import functools
import ipaddress
import os
import shutil
import socket
import subprocess
import sys

# $1 is the address with its length, the rest the command that makes the connection.
NETWORK = """\
ip link set lo up && ip address add "$1" dev lo || exit 126
shift
exec "$@"
"""


@functools.cache
def missing():
    """Why this machine cannot do it, or None."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "ip and unshare (iproute2 and util-linux) are needed for a client with any address"
    done = subprocess.run(["unshare", "--net", "ip", "link", "set", "lo", "up"],
                          capture_output=True, check=False)
    return "a network namespace is not permitted here" if done.returncode != 0 else None


def connection_from(address):
    """The client's end and the server's end of a TCP connection whose client has this address.

    An IPv4-mapped IPv6 address gives what a server on a dual-stack socket sees of an IPv4 client."""
    parsed = ipaddress.ip_address(address)
    own = getattr(parsed, "ipv4_mapped", None) or parsed
    here, there = socket.socketpair()
    with here, there:
        subprocess.run(
            ["unshare", "--net", "sh", "-c", NETWORK, "sh", f"{own}/{own.max_prefixlen}",
             sys.executable, os.path.abspath(__file__), str(own), str(parsed.version), str(there.fileno())],
            pass_fds=[there.fileno()], check=True, timeout=60)
        descriptors = array.array("i")
        _, ancillary, _, _ = here.recvmsg(1, socket.CMSG_LEN(2 * descriptors.itemsize))
        descriptors.frombytes(ancillary[0][2])
    return tuple(socket.socket(fileno=descriptor) for descriptor in descriptors)


def _make(address, server_version, descriptor):
    family = socket.AF_INET6 if server_version == 6 else socket.AF_INET
    with socket.create_server(("", 0), family=family, dualstack_ipv6=server_version == 6) as listener:
        target = "::1" if ":" in address else "127.0.0.1"
        client = socket.create_connection((target, listener.getsockname()[1]), 10, (address, 0))
        server, _ = listener.accept()
    client.settimeout(None)
    ends = array.array("i", [client.fileno(), server.fileno()])
    with socket.socket(fileno=descriptor) as out:
        out.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ends)])


if __name__ == "__main__":
    _make(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
