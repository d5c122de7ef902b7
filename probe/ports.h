/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PORTS_H
#define PROBE_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/result.h"

/* Pairs of port and protocol that one test may have. */
#define PORTS_MAX 32768

/* What a host is asked at. Half a megabyte: not on a stack. */
struct port_list {
	struct probe_port ports[PORTS_MAX];
	size_t count;
	uint16_t protocols[UINT16_MAX + 1]; /* a bit for each that is asked at a port */
	size_t evidence_count;              /* how many are in_evidence; they come first */
};

/*
 * Begins with what the configuration names ("http:3128"; one name may stand for several
 * protocols), or with the built-in ports where it names none. ERR_RANGE when they are too many.
 */
int ports_begin(struct port_list *list, char *const *configured, size_t count)
	__attribute__((warn_unused_result));

/*
 * Marks the ports that a text points at as evidence, and adds them where they are missing: in a
 * reason that people wrote ("SOCKS5 on port 1080", "192.0.2.1:3128", "8080/tcp") and in a test's
 * open ports ("socks5:1080 http:3128"). A port without a protocol means HTTP and SOCKS. A text that
 * names many is cut short.
 */
void ports_add_evidence(struct port_list *list, const char *string);

/* The configuration's name of a protocol: "http", "https", "socks4", "socks5" or "gateway". */
const char *ports_family_name(enum protocol protocol);

#endif
