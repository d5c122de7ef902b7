/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a text file line by line, with its checksum. */
#include "ctl/line_reader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"

int line_reader_open(
	struct line_reader *reader, const char *path, const volatile sig_atomic_t *stopped)
{
	struct stat status;

	memset(reader, 0, offsetof(struct line_reader, buffer));
	reader->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	reader->stopped = stopped;
	if (reader->file == NULL)
		return ERR_IO;
	if (fstat(fileno(reader->file), &status) == 0 && S_ISREG(status.st_mode))
		reader->size = status.st_size;
	SHA256_Init(&reader->checksum);
	return ERR_NONE;
}

/* 1 if the buffer has octets, 0 at the end of the file. */
static int fill(struct line_reader *reader)
{
	if (reader->at < reader->filled)
		return 1;
	if (*reader->stopped)
		return ERR_STOPPED;
	errno = 0;
	reader->at = 0;
	reader->filled = fread(reader->buffer, 1, sizeof(reader->buffer), reader->file);
	if (ferror(reader->file))
		return ERR_IO;
	SHA256_Update(&reader->checksum, (const uint8_t *)reader->buffer, reader->filled);
	reader->octets += (int64_t)reader->filled;
	return reader->filled > 0;
}

/* Adds what of the line is in the buffer; true when its end was there. */
static bool take_piece(struct line_reader *reader, size_t *length)
{
	const char *piece = reader->buffer + reader->at;
	size_t ahead = reader->filled - reader->at;
	const char *newline = memchr(piece, '\n', ahead);
	size_t size = newline != NULL ? (size_t)(newline - piece) : ahead;
	size_t room = LINE_SIZE - 1 - *length;

	reader->at += size + (newline != NULL);
	if (memchr(piece, '\0', size) != NULL)
		reader->has_nul = true;
	if (size > room) {
		reader->is_long = true;
		size = room;
	}
	memcpy(reader->line + *length, piece, size);
	*length += size;
	return newline != NULL;
}

int line_reader_next(struct line_reader *reader)
{
	size_t length = 0;
	int more = fill(reader);

	if (more <= 0)
		return more;
	reader->number++;
	reader->has_nul = reader->is_long = false;
	while (more > 0 && !take_piece(reader, &length))
		more = fill(reader);
	if (more < 0)
		return more;
	if (length > 0 && reader->line[length - 1] == '\r')
		length--;
	reader->line[length] = '\0';
	return 1;
}

void line_reader_close(struct line_reader *reader)
{
	if (reader->file != NULL && reader->file != stdin)
		fclose(reader->file);
	reader->file = NULL;
}
