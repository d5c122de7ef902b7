/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SUPPORT_MTA_H
#define TESTS_SUPPORT_MTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The MTA's side of the milter protocol (version 6, as libmilter/mfdef.h has it): packets are made
 * and read in buffers, so that a test with one connection and a load generator with a thousand
 * share them.
 */

/* Octets of the longest packet that is made or read here, its length included. */
#define MTA_PACKET_SIZE 16384

/* A packet as it is sent: four octets of length, the command, its data. */
struct mta_packet {
	size_t length;
	unsigned char octets[MTA_PACKET_SIZE];
};

/* Begin a packet with a command and nothing else; the data is added behind it. */
void mta_begin(struct mta_packet *packet, char command);
void mta_add_octets(struct mta_packet *packet, const void *octets, size_t length);
void mta_add_string(struct mta_packet *packet, const char *string); /* with its NUL */
void mta_add_number(struct mta_packet *packet, uint32_t number);

/* Whole packets. */
void mta_negotiate(struct mta_packet *packet, uint32_t actions, uint32_t steps);
/* family is SMFIA_INET, SMFIA_INET6 (address as "IPv6:…" or without), SMFIA_UNIX or SMFIA_UNKNOWN.
 */
void mta_connect(struct mta_packet *packet, const char *hostname, char family, const char *address);
void mta_string_command(struct mta_packet *packet, char command, const char *argument);
void mta_macro(struct mta_packet *packet, char command, const char *name, const char *value);
void mta_header(struct mta_packet *packet, const char *name, const char *value);

/*
 * The length of the whole packet at the start of a buffer; 0 when it is not all there
 * yet, MTA_PACKET_SIZE + 1 when it is longer than can be read here.
 */
size_t mta_packet_length(const unsigned char *octets, size_t available);

/* A connection for tests: blocking, with a deadline for each reply. */
struct mta {
	int fd;
	struct mta_packet reply; /* the last one */
};

/* Connects to a unix socket and negotiates all that an MTA can. false when either fails. */
bool mta_open(struct mta *mta, const char *path);
void mta_close(struct mta *mta);
bool mta_send(struct mta *mta, const struct mta_packet *packet);

/* The next reply's command; 0 when the filter hung up, or after wait_msecs. */
char mta_receive(struct mta *mta, int wait_msecs);

/* The data of the last reply, a NUL behind it. */
const char *mta_data(const struct mta *mta);

#endif
