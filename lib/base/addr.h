/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Octets of the longest canonical address, NUL included. */
#define ADDR_TEXT_SIZE 40

/*
 * An address in network byte order. IPv4 is stored as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), so an
 * IPv4-mapped IPv6 address is the IPv4 address: each address has one value and one spelling.
 */
struct addr {
	uint8_t octets[16];
};

/* The initializer of an IPv4 address. */
#define ADDR_IPV4(a, b, c, d)                                                \
	{                                                                    \
		{                                                            \
			0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d \
		}                                                            \
	}

/*
 * Reads one address: four decimal numbers without leading zeros, or IPv6 (RFC 4291, 2.2). No zone
 * id, prefix length, brackets or white space. ERR_SYNTAX; addr_r is all zero then.
 */
int addr_parse(const char *string, struct addr *addr_r) __attribute__((warn_unused_result));

/* The same for length octets, which no NUL ends. */
int addr_parse_octets(const char *octets, size_t length, struct addr *addr_r)
	__attribute__((warn_unused_result));

/*
 * Reads ADDRESS:PORT, with IPv6 in brackets: "192.0.2.25:25", "[2001:db8::25]:25". ERR_SYNTAX;
 * addr_r and port_r are zero then.
 */
int addr_parse_endpoint(const char *string, struct addr *addr_r, uint16_t *port_r)
	__attribute__((warn_unused_result));

/* Takes the address of an AF_INET or AF_INET6 socket. ERR_SYNTAX for NULL or any other family. */
int addr_from_sockaddr(const struct sockaddr *sockaddr, struct addr *addr_r)
	__attribute__((warn_unused_result));

/* Makes the socket address of addr and port, AF_INET for IPv4, and returns its length. */
socklen_t addr_to_sockaddr(
	const struct addr *addr, uint16_t port, struct sockaddr_storage *sockaddr_r);

/* Writes the canonical spelling: dotted quad, or RFC 5952. */
void addr_format(const struct addr *addr, char text_r[ADDR_TEXT_SIZE]);

bool addr_is_ipv4(const struct addr *addr);

/* In 127.0.0.0/8, or ::1. */
bool addr_is_loopback(const struct addr *addr);

/* How many bits two addresses share from the start: 0 to 128. */
unsigned addr_shared_prefix(const struct addr *a, const struct addr *b);

/* Order by octets: less than, equal to or greater than 0. */
int addr_compare(const struct addr *a, const struct addr *b);

#endif
