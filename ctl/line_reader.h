/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_LINE_READER_H
#define CTL_LINE_READER_H

#include <sys/types.h>

#include <sha256.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Longer lines are bad ones, whatever is in them. */
#define LINE_SIZE 4096

/* A text file read line by line, however it was made: CRLF, NUL, no end to its last line. 64 kB. */
struct line_reader {
	FILE *file;
	const volatile sig_atomic_t *stopped;
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

/*
 * "-" is standard input. A signal handler may set *stopped, which ends even a line without end.
 * ERR_IO with errno.
 */
int line_reader_open(struct line_reader *reader, const char *path,
	const volatile sig_atomic_t *stopped) __attribute__((warn_unused_result));

/* 1: a line, without its end; 0: no more; ERR_IO with errno, or ERR_STOPPED. */
int line_reader_next(struct line_reader *reader) __attribute__((warn_unused_result));

void line_reader_close(struct line_reader *reader);

#endif
