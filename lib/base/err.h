/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* What a function returns: ERR_NONE, or one of these negative numbers. */
enum err {
	ERR_NONE = 0,
	ERR_MEMORY = -1,       /* out of memory */
	ERR_SYNTAX = -2,       /* not of the expected form */
	ERR_RANGE = -3,        /* of the expected form, but out of bounds */
	ERR_HOST_BITS = -4,    /* a network with bits set beyond its prefix length */
	ERR_NOT_FOUND = -5,    /* no such thing */
	ERR_EXISTS = -6,       /* such a thing already exists */
	ERR_REFUSED = -7,      /* a rule forbids it */
	ERR_TIMEOUT = -8,      /* took longer than allowed */
	ERR_STOPPED = -9,      /* interrupted, or shutting down */
	ERR_IO = -10,          /* the operating system failed; errno says more */
	ERR_DB_MISSING = -20,  /* the database file does not exist */
	ERR_DB_FOREIGN = -21,  /* the file is not an opsmilter database */
	ERR_DB_OLDER = -22,    /* schema older than this program */
	ERR_DB_NEWER = -23,    /* schema newer than this program */
	ERR_DB_BUSY = -24,     /* locked by another program for longer than the wait */
	ERR_DB_FULL = -25,     /* disk full */
	ERR_DB_CORRUPT = -26,  /* the file is damaged */
	ERR_DB_READONLY = -27, /* no permission to open or to write */
	ERR_DB = -28,          /* any other failure of SQLite */
};

/*
 * The text of an error, for the end of a message: lower case, no full stop.
 * Never NULL; "unknown error" for any other number. Any thread.
 */
const char *err_text(int err);

#endif
