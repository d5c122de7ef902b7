/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_LINES_H
#define CTL_LINES_H

#include <sys/types.h>

#include <sha256.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Longer lines are bad ones, whatever is in them. */
#define LINE_SIZE 4096

/* A text file read line by line, however it was made: CRLF, NUL, no end to its last line. 64 kB. */
struct lines {
	FILE *file;
	int64_t size;   /* octets, 0 when not known */
	int64_t octets; /* read so far */
	SHA256_CTX checksum;
	/* The present line. */
	int64_t number; /* from 1 */
	bool has_nul;
	bool is_long; /* line is cut */
	char line[LINE_SIZE];
	/* What has been read ahead. */
	size_t at, filled;
	char buffer[65536];
};

/* "-" is standard input. ERR_IO with errno. */
int lines_open(struct lines *lines, const char *path) __attribute__((warn_unused_result));

/* 1: a line, without its end; 0: no more; ERR_IO with errno (EINTR: a signal). */
int lines_next(struct lines *lines) __attribute__((warn_unused_result));

void lines_close(struct lines *lines);

#endif
