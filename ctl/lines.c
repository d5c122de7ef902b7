/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a text file line by line, with its checksum. */
#include "ctl/lines.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"

int lines_open(struct lines *lines, const char *path)
{
	struct stat status;

	memset(lines, 0, offsetof(struct lines, buffer));
	lines->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	if (lines->file == NULL)
		return ERR_IO;
	if (fstat(fileno(lines->file), &status) == 0 && S_ISREG(status.st_mode))
		lines->size = status.st_size;
	SHA256_Init(&lines->checksum);
	return ERR_NONE;
}

/* 1 if the buffer has octets, 0 at the end of the file. */
static int fill(struct lines *lines)
{
	if (lines->at < lines->filled)
		return 1;
	errno = 0;
	lines->at = 0;
	lines->filled = fread(lines->buffer, 1, sizeof(lines->buffer), lines->file);
	if (ferror(lines->file))
		return ERR_IO;
	SHA256_Update(&lines->checksum, (const uint8_t *)lines->buffer, lines->filled);
	lines->octets += (int64_t)lines->filled;
	return lines->filled > 0;
}

/* Adds what of the line is in the buffer; true when its end was there. */
static bool take_piece(struct lines *lines, size_t *length)
{
	const char *piece = lines->buffer + lines->at;
	size_t ahead = lines->filled - lines->at;
	const char *newline = memchr(piece, '\n', ahead);
	size_t size = newline != NULL ? (size_t)(newline - piece) : ahead;
	size_t room = LINE_SIZE - 1 - *length;

	lines->at += size + (newline != NULL);
	if (memchr(piece, '\0', size) != NULL)
		lines->has_nul = true;
	if (size > room) {
		lines->is_long = true;
		size = room;
	}
	memcpy(lines->line + *length, piece, size);
	*length += size;
	return newline != NULL;
}

int lines_next(struct lines *lines)
{
	size_t length = 0;
	int more = fill(lines);

	if (more <= 0)
		return more;
	lines->number++;
	lines->has_nul = lines->is_long = false;
	while (more > 0 && !take_piece(lines, &length))
		more = fill(lines);
	if (more < 0)
		return more;
	if (length > 0 && lines->line[length - 1] == '\r')
		length--;
	lines->line[length] = '\0';
	return 1;
}

void lines_close(struct lines *lines)
{
	if (lines->file != NULL && lines->file != stdin)
		fclose(lines->file);
	lines->file = NULL;
}
