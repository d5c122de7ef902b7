/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy shown of any octets, behind a field or a line that names the recipient, never names them.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/copy.h"
#include "tests/mail/leaks.h"

#define SECRET "lindqvist"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Letters and digits of what is shown, in lower case: somebody reads them so. */
static char letters[1 << 20];
static size_t count;

static void take(void *context, const char *octets, size_t length)
{
	(void)context;
	for (size_t i = 0; i < length; i++)
		if (isalnum((unsigned char)octets[i]) && count + 1 < sizeof(letters))
			letters[count++] = (char)tolower((unsigned char)octets[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char field[] = "Delivered-To: marta." SECRET "@example.org\n";
	static const char note[] = "a note\n> Delivered-To: marta." SECRET "@example.org\n";
	static int started;
	const char *beginning = size % 2 == 0 ? field : note;
	size_t length = (size % 2 == 0 ? sizeof(field) : sizeof(note)) - 1;
	char *message = malloc(length + size);

	if (message == NULL)
		abort();
	if (!started)
		start_without_leaks(copy_start);
	started = 1;
	memcpy(message, beginning, length);
	memcpy(message + length, data, size);
	count = 0;
	copy_show(message, length + size, NULL, take, NULL);
	letters[count] = '\0';
	free(message);
	if (strstr(letters, SECRET) != NULL)
		abort();
	return 0;
}
