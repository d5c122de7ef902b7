# SPDX-License-Identifier: BSD-2-Clause
"""What opsprobe finds at real proxies, open and secured, and at liars. curl is asked too: it is a witness of its own
for whether a peer lets anybody through."""

import socket
import time

from support.scratch import free_port

from . import liars
from .programs import Apache, Dante, Microsocks, Nginx, Peer, Squid, SquidWithTls, Ssh, Tinyproxy
from .setting import HTTP, SOCKS4, STATUS, Setting, all_of

HALF_OPEN = """acl SSL_ports port 443
acl CONNECT method CONNECT
http_access deny CONNECT !SSL_ports
http_access allow all"""
ONLY_443 = """acl SSL_ports port 443
http_access deny !SSL_ports
http_access allow all"""
EXTERNAL_IPV6 = "external.protocol: ipv4 ipv6\nexternal: lo"
BASIC_AUTH = """auth_param basic program /bin/cat
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all"""
NO_CONNECT = all_of(HTTP[:2], "not-a-proxy")


class PeersTest(Setting):
    subject = "peers"

    # tinyproxy

    def test_tinyproxy_that_serves_everybody_is_open(self):
        peer = self.use(Tinyproxy(self.folder, self.address()))
        self.assert_witnessed(peer, get=True, connect=True)
        self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")

    def test_tinyproxy_for_others_is_closed(self):
        peer = self.use(Tinyproxy(self.folder, self.address(), rules="Allow 127.0.0.99\n"))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed")

    def test_tinyproxy_with_another_way_out_is_open_and_that_address_is_not_listed(self):
        peer = self.use(Tinyproxy(self.folder, self.address(), rules="Bind 127.0.0.77\n"))
        self.assert_witnessed(peer, get=True)
        rows = self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")
        self.assertEqual("127.0.0.77", rows["HTTP GET"][-1])
        self.assertEqual("127.0.0.77", self.latest_test(peer.address)[1])
        self.assertFalse(self.is_listed("127.0.0.77"))

    # squid

    def test_squid_that_serves_everybody_is_open(self):
        peer = self.use(Squid(self.folder, self.address()))
        self.assert_witnessed(peer, get=True, connect=True)
        self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")

    def test_squid_that_denies_all_is_closed(self):
        peer = self.use(Squid(self.folder, self.address(), rules="http_access deny all"))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed")

    def test_squid_that_only_refuses_connect_is_open(self):
        peer = self.use(Squid(self.folder, self.address(), rules=HALF_OPEN))
        self.assert_witnessed(peer, get=True, connect=False)
        self.assert_found(peer, ["http"], {**all_of(HTTP[:2], "refused"), **all_of(HTTP[2:], "open")}, "open")

    def test_squid_that_serves_port_443_alone_is_open_by_a_target_there(self):
        target = "127.66.0.1:443"
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.66.0.1", 443))
            except OSError as error:
                self.skipTest(f"port 443 cannot be used: {error}")
        peer = self.use(Squid(self.folder, self.address(), rules=ONLY_443))
        self.assert_witnessed(peer, get=False, connect=False)
        rows = self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open",
                                 targets=f'{self.targets}, "{target}"')
        self.assertEqual({target}, {row[2] for row in rows.values()})

    def test_squid_that_wants_a_password_is_closed(self):
        peer = self.use(Squid(self.folder, self.address(), rules=BASIC_AUTH))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "auth-required"), "closed")

    def test_squid_inside_tls_is_open(self):
        peer = self.use(SquidWithTls(self.folder, self.address()))
        self.assert_witnessed(peer, tls=True)
        self.assert_found(peer, ["https"], {"HTTPS CONNECT": "open"}, "open")

    def test_squid_with_another_way_out_is_open(self):
        peer = self.use(Squid(self.folder, self.address(),
                              rules="http_access allow all\ntcp_outgoing_address 127.0.0.78"))
        rows = self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")
        self.assertEqual("127.0.0.78", rows["HTTP CONNECT"][-1])

    # SOCKS

    def test_microsocks_is_open_by_socks5_alone(self):
        peer = self.use(Microsocks(self.folder, self.address()))
        self.assert_witnessed(peer, socks5=True, socks4=False)
        self.assert_found(peer, ["socks4", "socks5"],
                          {**all_of(SOCKS4, "not-a-proxy"), "SOCKS5": "open"}, "open")

    def test_microsocks_with_a_password_is_closed(self):
        peer = self.use(Microsocks(self.folder, self.address(), arguments=("-u", "u", "-P", "p")))
        self.assert_witnessed(peer, socks5=False)
        self.assert_found(peer, ["socks5"], {"SOCKS5": "auth-required"}, "closed")

    def test_microsocks_with_another_way_out_is_open(self):
        peer = self.use(Microsocks(self.folder, self.address(), arguments=("-b", "127.0.0.79")))
        rows = self.assert_found(peer, ["socks5"], {"SOCKS5": "open"}, "open")
        self.assertEqual("127.0.0.79", rows["SOCKS5"][-1])

    def test_dante_that_serves_everybody_is_open(self):
        peer = self.use(Dante(self.folder, self.address()))
        self.assert_witnessed(peer, socks4=True, socks4a=False, socks5=True)
        self.assert_found(peer, ["socks4", "socks5"],
                          {"SOCKS4": "open", "SOCKS4a": "refused", "SOCKS5": "open"}, "open")

    def test_dante_that_blocks_is_closed(self):
        peer = self.use(Dante(self.folder, self.address(), client="block", socks="block"))
        self.assert_witnessed(peer, socks4=False, socks5=False)
        self.assert_found(peer, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "refused"), "closed")

    def test_ssh_with_a_dynamic_forwarding_for_all_is_open_and_stopped_it_is_closed(self):
        peer = self.use(Ssh(self.folder, self.address()))
        self.assert_witnessed(peer, socks4=True, socks4a=True, socks5=True)
        self.assert_found(peer, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "open"), "open")
        Peer.stop(peer)
        self.write_conf(f"socks5:{peer.port}")
        _, ports, status, output = self.probe(peer.address)
        self.assertEqual(0, status, output)
        self.assertEqual({str(peer.port): "port-closed"}, ports, output)

    # web servers

    def test_nginx_that_forwards_to_whatever_is_named_is_open(self):
        peer = self.use(Nginx(self.folder, self.address()))
        self.assert_witnessed(peer, get=True, connect=False)
        self.assert_found(peer, ["http"], {**NO_CONNECT, **all_of(HTTP[2:], "open")}, "open")

    def test_nginx_that_answers_every_get_with_its_page_is_closed(self):
        peer = self.use(Nginx(self.folder, self.address(), location='return 200 "yes";'))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "not-a-proxy"), "closed")

    def test_apache_as_a_forward_proxy_for_all_is_open(self):
        port = self.targets.strip('"').rsplit(":", 1)[1]
        peer = self.use(Apache(self.folder, self.address(), connect_port=port))
        self.assert_witnessed(peer, get=True)
        self.assert_found(peer, ["http"], all_of(HTTP, "open"), "open")

    def test_apache_as_a_forward_proxy_for_nobody_is_closed(self):
        port = self.targets.strip('"').rsplit(":", 1)[1]
        peer = self.use(Apache(self.folder, self.address(), require="denied", connect_port=port))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed")

    # IPv6

    def assert_open_at_ipv6(self, program, kinds, through, verdicts, **options):
        target = f'"[::1]:{self.ipv6_port}"'
        peer = self.use(program(self.folder, "::1", **options))
        self.assert_witnessed(peer, **all_of(through, True))
        rows = self.assert_found(peer, kinds, verdicts, "open", targets=target)
        self.assertEqual({"::1"}, {row[-1] for row in rows.values() if row[0] == "open"})

    @property
    def ipv6_port(self):
        """Of the target."""
        if not hasattr(self, "chosen_port"):
            self.chosen_port = free_port("::1")
        return self.chosen_port

    def test_tinyproxy_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Tinyproxy, ["http"], ["get", "connect"], all_of(HTTP, "open"))

    def test_tinyproxy_for_others_at_ipv6_is_closed(self):
        peer = self.use(Tinyproxy(self.folder, "::1", rules="Allow 127.0.0.99\n"))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "refused"), "closed", targets=f'"[::1]:{self.ipv6_port}"')

    def test_squid_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Squid, ["http"], ["get", "connect"], all_of(HTTP, "open"))

    def test_apache_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Apache, ["http"], ["get"], all_of(HTTP, "open"), connect_port=self.ipv6_port)

    def test_nginx_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Nginx, ["http"], ["get"], {**NO_CONNECT, **all_of(HTTP[2:], "open")})

    def test_microsocks_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Microsocks, ["socks5"], ["socks5"], {"SOCKS5": "open"})

    def test_dante_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Dante, ["socks5"], ["socks5"], {"SOCKS5": "open"}, external=EXTERNAL_IPV6)

    def test_ssh_at_ipv6_is_open(self):
        self.assert_open_at_ipv6(Ssh, ["socks4", "socks5"], ["socks4a", "socks5"],
                                 {"SOCKS4a": "open", "SOCKS5": "open"})

    def test_an_ipv4_proxy_reaches_an_ipv6_target(self):
        peer = self.use(Dante(self.folder, self.address(), external=EXTERNAL_IPV6))
        rows = self.assert_found(peer, ["socks5"], {"SOCKS5": "open"}, "open", targets=f'"[::1]:{self.ipv6_port}"')
        self.assertEqual("::1", rows["SOCKS5"][-1])

    # liars, and hosts that say nothing

    def assert_liar(self, serve, kinds, verdicts, host, through=False, **options):
        peer = self.use(liars.Liar(self.address(), serve, **options))
        ways = {"http": ("get", "connect"), "socks4": ("socks4", "socks4a"), "socks5": ("socks5",),
                "gateway": ("gateway",)}
        if serve is not liars.drip:  # curl would wait as long as the prober does
            self.assert_witnessed(peer, 1, **{way: through for kind in kinds for way in ways[kind]})
        began = time.monotonic()
        self.assert_found(peer, kinds, verdicts, host)
        return time.monotonic() - began

    def test_an_echo_is_no_proxy(self):
        self.assert_liar(liars.echo, ["http", "socks5"], {**all_of(HTTP, "not-a-proxy"), "SOCKS5": "not-a-proxy"},
                         "closed")

    def test_a_yes_to_every_request_proves_nothing(self):
        self.assert_liar(liars.yes_to_http, ["http"], all_of(HTTP, "liar"), "inconclusive")

    def test_socks_that_is_granted_and_leads_nowhere_proves_nothing(self):
        self.assert_liar(liars.grant_socks, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "liar"), "inconclusive")

    def test_an_endless_flood_ends(self):
        self.assert_liar(liars.flood, ["http"], all_of(HTTP, "liar"), "inconclusive")

    def test_a_tarpit_holds_nobody_for_longer_than_the_time_out(self):
        self.assertLess(self.assert_liar(liars.drip, ["http"], all_of(HTTP, "no-answer"), "inconclusive"), 8)

    def test_a_gateway_with_a_prompt_is_open(self):
        self.assert_liar(liars.gateway, ["gateway"], {"telnet gateway": "open"}, "open", through=True)

    def test_a_gateway_that_only_says_connected_proves_nothing(self):
        self.assert_liar(liars.gateway, ["gateway"], {"telnet gateway": "liar"}, "inconclusive", honest=False)

    def test_a_host_with_nothing_at_the_port_is_closed(self):
        peer = liars.Closed(self.address())
        self.write_conf(f"http:{peer.port}")
        _, ports, status, output = self.probe(peer.address)
        self.assertEqual(STATUS["closed"], status, output)
        self.assertEqual({str(peer.port): "port-closed"}, ports, output)

    def test_a_host_that_drops_everything_costs_one_time_out(self):
        address = self.address()
        peers = [self.use(liars.Mute(address)) for _ in range(20)]
        self.write_conf(*(f"http:{peer.port}" for peer in peers))
        began = time.monotonic()
        _, ports, status, output = self.probe(address)
        self.assertLess(time.monotonic() - began, 4, "two seconds is the time-out")
        self.assertEqual(STATUS["unreachable"], status, output)
        self.assertEqual({str(peer.port): "filtered" for peer in peers}, ports, output)
        self.assertEqual("unreachable", self.latest_test(address)[0])
