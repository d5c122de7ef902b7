/* SPDX-License-Identifier: BSD-2-Clause */
/* The MTA's side of the milter protocol: packets and replies. */
#include "tests/support/mta.h"

#include <arpa/inet.h>
#include <assert.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LENGTH_SIZE 4
#define NEGOTIATION_WAIT_MSECS 10000

/* The length in front counts the command and the data. */
static void set_length(struct mta_packet *packet)
{
	uint32_t length = htonl((uint32_t)(packet->length - LENGTH_SIZE));

	memcpy(packet->octets, &length, LENGTH_SIZE);
}

void mta_begin(struct mta_packet *packet, char command)
{
	packet->octets[LENGTH_SIZE] = (unsigned char)command;
	packet->length = LENGTH_SIZE + 1;
	set_length(packet);
}

void mta_add_octets(struct mta_packet *packet, const void *octets, size_t length)
{
	assert(packet->length + length <= sizeof(packet->octets));
	memcpy(packet->octets + packet->length, octets, length);
	packet->length += length;
	set_length(packet);
}

void mta_add_string(struct mta_packet *packet, const char *string)
{
	mta_add_octets(packet, string, strlen(string) + 1);
}

void mta_add_number(struct mta_packet *packet, uint32_t number)
{
	uint32_t octets = htonl(number);

	mta_add_octets(packet, &octets, sizeof(octets));
}

void mta_negotiate(struct mta_packet *packet, uint32_t actions, uint32_t steps)
{
	mta_begin(packet, SMFIC_OPTNEG);
	mta_add_number(packet, SMFI_PROT_VERSION);
	mta_add_number(packet, actions);
	mta_add_number(packet, steps);
}

void mta_connect(struct mta_packet *packet, const char *hostname, char family, const char *address)
{
	uint16_t port = htons(25);

	mta_begin(packet, SMFIC_CONNECT);
	mta_add_string(packet, hostname);
	mta_add_octets(packet, &family, 1);
	if (family == SMFIA_UNKNOWN)
		return;
	mta_add_octets(packet, &port, sizeof(port));
	mta_add_string(packet, address);
}

void mta_string_command(struct mta_packet *packet, char command, const char *argument)
{
	mta_begin(packet, command);
	mta_add_string(packet, argument);
}

void mta_macro(struct mta_packet *packet, char command, const char *name, const char *value)
{
	mta_begin(packet, SMFIC_MACRO);
	mta_add_octets(packet, &command, 1);
	mta_add_string(packet, name);
	mta_add_string(packet, value);
}

void mta_header(struct mta_packet *packet, const char *name, const char *value)
{
	mta_begin(packet, SMFIC_HEADER);
	mta_add_string(packet, name);
	mta_add_string(packet, value);
}

size_t mta_packet_length(const unsigned char *octets, size_t available)
{
	uint32_t length;

	if (available < LENGTH_SIZE)
		return 0;
	memcpy(&length, octets, LENGTH_SIZE);
	length = ntohl(length);
	if (length > MTA_PACKET_SIZE - LENGTH_SIZE)
		return MTA_PACKET_SIZE + 1;
	return available >= LENGTH_SIZE + length ? LENGTH_SIZE + length : 0;
}

bool mta_open(struct mta *mta, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct mta_packet packet;

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, path);
	mta->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (mta->fd < 0)
		return false;
	mta_negotiate(&packet, SMFI_CURR_ACTS, SMFI_CURR_PROT);
	if (connect(mta->fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		mta_send(mta, &packet) && mta_receive(mta, NEGOTIATION_WAIT_MSECS) == SMFIC_OPTNEG)
		return true;
	mta_close(mta);
	return false;
}

void mta_close(struct mta *mta)
{
	if (mta->fd >= 0)
		close(mta->fd);
	mta->fd = -1;
}

bool mta_send(struct mta *mta, const struct mta_packet *packet)
{
	size_t sent = 0;

	while (sent < packet->length) {
		ssize_t step =
			send(mta->fd, packet->octets + sent, packet->length - sent, MSG_NOSIGNAL);
		if (step <= 0)
			return false;
		sent += (size_t)step;
	}
	return true;
}

/* Reads up to where the buffer holds `wanted` octets; false at the end or the deadline. */
static bool fill(struct mta *mta, size_t wanted, int wait_msecs)
{
	struct pollfd ready = {.fd = mta->fd, .events = POLLIN};

	while (mta->reply.length < wanted) {
		if (poll(&ready, 1, wait_msecs) != 1)
			return false;
		ssize_t step = recv(mta->fd, mta->reply.octets + mta->reply.length,
			wanted - mta->reply.length, 0);
		if (step <= 0)
			return false;
		mta->reply.length += (size_t)step;
	}
	return true;
}

char mta_receive(struct mta *mta, int wait_msecs)
{
	uint32_t length;

	mta->reply.length = 0;
	if (!fill(mta, LENGTH_SIZE, wait_msecs))
		return 0;
	memcpy(&length, mta->reply.octets, LENGTH_SIZE);
	length = ntohl(length);
	/* One octet stays free for the NUL of mta_data(). */
	if (length == 0 || length > MTA_PACKET_SIZE - LENGTH_SIZE - 1 ||
		!fill(mta, LENGTH_SIZE + length, wait_msecs))
		return 0;
	mta->reply.octets[mta->reply.length] = '\0';
	return (char)mta->reply.octets[LENGTH_SIZE];
}

const char *mta_data(const struct mta *mta)
{
	return (const char *)mta->reply.octets + LENGTH_SIZE + 1;
}
