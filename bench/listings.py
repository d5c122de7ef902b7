# SPDX-License-Identifier: BSD-2-Clause
"""Listings by the million, the same in each run: IPv4 /16 to /32 and IPv6 /32 to /128, all different.

The last bit of an IPv4 /16 or an IPv6 /32 is 0 in everything listed, so an address with that bit set
lies between listings and on none of them."""

import socket

# Networks of each prefix length, in a thousand listings.
SHARES_IPV4 = {32: 479, 24: 150, 31: 10, 30: 10, 29: 10, 28: 10, 27: 8, 26: 6, 25: 4,
               23: 4, 22: 3, 21: 2, 20: 2, 19: 1, 18: 1, 17: 1, 16: 1}
SHARES_IPV6 = {128: 100, 64: 120, 56: 30, 48: 30, 112: 3, 120: 3, 96: 3, 80: 2, 60: 2, 52: 1, 44: 1, 40: 1,
               36: 1, 32: 1}

# Odd, so that counting in steps of it modulo a power of two meets every number once.
STEP = 0x9E3779B97F4A7C15F39CC0605CEDC835


def _spread(index, bits, mark_bit, mark):
    """The index-th number of so many bits, one bit of which is always mark; all are different."""
    free = bits - 1
    number = index * STEP & (1 << free) - 1
    low_bits = bits - mark_bit
    return number >> low_bits << low_bits + 1 | mark << low_bits | number & (1 << low_bits) - 1


def ipv4(index, prefix, mark):
    """A network anywhere, reserved ranges included."""
    return socket.inet_ntoa((_spread(index, prefix, 16, mark) << 32 - prefix).to_bytes(4, "big"))


def ipv6(index, prefix, mark):
    """A network in 2000::/3."""
    number = 1 << prefix - 3 | _spread(index, prefix - 3, 29, mark)
    return socket.inet_ntop(socket.AF_INET6, (number << 128 - prefix).to_bytes(16, "big"))


def write(path, count):
    """Writes count listings for opsctl import, one a line."""
    shares = [(ipv4, 32, prefix, share) for prefix, share in SHARES_IPV4.items()]
    shares += [(ipv6, 128, prefix, share) for prefix, share in SHARES_IPV6.items()]
    with open(path, "w", encoding="ascii") as file:
        for network, bits, prefix, share in shares:
            end = "\n" if prefix == bits else f"/{prefix}\n"
            file.writelines(network(index, prefix, 0) + end for index in range(count * share // 1000))


def write_clients(path, count, listed, of):
    """Writes addresses of clients, seven in ten IPv4: listed ones, of a list of so many, or unlisted ones."""
    mark = 0 if listed else 1
    ipv4_of = max(1, of * SHARES_IPV4[32] // 1000)
    ipv6_of = max(1, of * SHARES_IPV6[128] // 1000)
    jump = 7919  # a prime, so that clients are drawn from the whole list
    with open(path, "w", encoding="ascii") as file:
        for index in range(count):
            if index % 10 < 7:
                address = ipv4(index * jump % ipv4_of, 32, mark)
            else:
                address = ipv6(index * jump % ipv6_of, 128, mark)
            file.write(address + "\n")
