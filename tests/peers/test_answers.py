# SPDX-License-Identifier: BSD-2-Clause
"""What opsprobe makes of proxies that try and fail, want a password, let things out and nothing back in, or speak
something else than their port is said to. curl is the witness here too."""

from support.scratch import free_port

from . import liars
from .programs import Apache, Dante, Microsocks, Nginx, Squid, Ssh, Tinyproxy
from .setting import HTTP, SOCKS4, Setting, all_of

NOWHERE = "203.0.113.1"  # not an address of this machine: nobody can send from it
NO_PARENT = "cache_peer 127.0.0.1 parent 1 0 no-query\nnever_direct allow all\nhttp_access allow all"


class AnswersTest(Setting):
    subject = "answers"
    network = "127.66.3"

    # tried, and could not

    def assert_fails_for_us(self, peer, kinds, protocols, **through):
        self.assert_witnessed(self.use(peer), **through)
        self.assert_found(peer, kinds, all_of(protocols, "cannot-reach-target"), "inconclusive")
        self.assertTrue(self.is_listed(peer.address))

    def test_tinyproxy_whose_parent_is_gone_tried_for_us(self):
        peer = Tinyproxy(self.folder, self.address(), rules="Upstream http 127.0.0.1:1\n")
        self.assert_fails_for_us(peer, ["http"], HTTP, get=False, connect=False)

    def test_squid_whose_parent_is_gone_tried_for_us(self):
        peer = Squid(self.folder, self.address(), rules=NO_PARENT)
        self.assert_fails_for_us(peer, ["http"], HTTP, get=False, connect=False)

    def test_squid_without_a_way_out_tried_for_us(self):
        peer = Squid(self.folder, self.address(), rules=f"http_access allow all\ntcp_outgoing_address {NOWHERE}")
        self.assert_fails_for_us(peer, ["http"], HTTP, get=False, connect=False)

    def test_microsocks_without_a_way_out_tried_for_us(self):
        peer = Microsocks(self.folder, self.address(), arguments=("-b", NOWHERE))
        self.assert_fails_for_us(peer, ["socks5"], ["SOCKS5"], socks5=False)

    def test_nginx_with_nothing_behind_it_is_closed(self):
        # One that forwards to whatever is named, and reaches no target, cannot be told from this.
        for behind in ("http://127.0.0.1:1", f"http://$http_host$request_uri; proxy_bind {NOWHERE}"):
            peer = self.use(Nginx(self.folder, self.address(), location=f"proxy_pass {behind};"))
            self.assert_witnessed(peer, get=False)
            self.assert_found(peer, ["http"], all_of(HTTP, "not-a-proxy"), "closed")

    # passwords

    def assert_wants_password(self, peer, verdicts):
        self.assert_witnessed(self.use(peer), get=False, connect=False)
        self.assert_found(peer, ["http"], verdicts, "closed")

    def test_tinyproxy_that_wants_a_password_is_closed(self):
        self.assert_wants_password(Tinyproxy(self.folder, self.address(), rules="BasicAuth u p\n"),
                                   all_of(HTTP, "auth-required"))

    def test_nginx_that_wants_a_password_is_closed(self):
        location = 'auth_basic "us"; auth_basic_user_file /dev/null; proxy_pass http://$http_host$request_uri;'
        self.assert_wants_password(
            Nginx(self.folder, self.address(), location=location),
            {**all_of(HTTP[:2], "not-a-proxy"), **all_of(HTTP[2:], "auth-required")})

    # half a way, and the wrong language

    def test_a_proxy_that_lets_things_out_and_nothing_back_is_open(self):
        peer = self.use(liars.Liar(self.address(), liars.one_way))
        self.assert_witnessed(peer, 1, connect=False)
        self.assert_found(peer, ["http"], {**all_of(HTTP[:2], "open-one-way"), **all_of(HTTP[2:], "refused")}, "open")

    def test_ssh_whose_server_forwards_nothing_is_closed(self):
        peer = self.use(Ssh(self.folder, self.address(), server_options="AllowTcpForwarding no\n"))
        self.assert_witnessed(peer, socks4=False, socks4a=False, socks5=False)
        self.assert_found(peer, ["socks4", "socks5"], all_of((*SOCKS4, "SOCKS5"), "refused"), "closed")

    def test_dante_without_ipv6_does_not_reach_an_ipv6_target(self):
        peer = self.use(Dante(self.folder, self.address(), external="external: 127.0.0.1"))
        self.assert_witnessed(peer, socks5=True)
        self.assert_found(peer, ["socks5"], {"SOCKS5": "cannot-reach-target"}, "inconclusive",
                          targets=f'"[::1]:{free_port("::1")}"')

    def test_a_web_proxy_is_silent_in_another_language(self):
        peer = self.use(Tinyproxy(self.folder, self.address()))
        self.assert_witnessed(peer, 1, tls=False, socks5=False)
        self.assert_found(peer, ["https", "socks5"], all_of(("HTTPS CONNECT", "SOCKS5"), "no-answer"),
                          "inconclusive")

    def test_a_socks_proxy_is_no_web_proxy(self):
        peer = self.use(Microsocks(self.folder, self.address()))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "not-a-proxy"), "closed")

    def test_apache_that_serves_pages_only_is_closed(self):
        peer = self.use(Apache(self.folder, self.address(), requests="Off"))
        self.assert_witnessed(peer, get=False, connect=False)
        self.assert_found(peer, ["http"], all_of(HTTP, "not-a-proxy"), "closed")
