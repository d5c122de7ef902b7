/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_ENVELOPE_H
#define MAIL_ENVELOPE_H

/* Octets of each text, NUL included. */
#define ENVELOPE_TEXT_SIZE 260

/* What the filter recorded of one refusal's envelope (RFC 5321). */
struct envelope_names {
	const char *sender;
	const char *recipient;
	const char *helo;
	const char *client_name;
};

/* What the public sees of it. Longer texts are cut. */
struct envelope {
	char sender[ENVELOPE_TEXT_SIZE];
	char recipient[ENVELOPE_TEXT_SIZE]; /* "u***@example.org": its sender recognises it */
	char helo[ENVELOPE_TEXT_SIZE];
	char client_name[ENVELOPE_TEXT_SIZE];
};

/* Masks what tells the recipient: a sender can (VERP), and so can the names that a client gives. */
void envelope_show(const struct envelope_names *names, struct envelope *envelope_r);

#endif
