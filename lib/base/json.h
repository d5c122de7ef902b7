/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes JSON (RFC 8259) piece by piece, on one line: struct json json = {.file = stdout}. */
struct json {
	FILE *file;
	bool comma; /* the next value needs one in front */
};

/* A value has a key inside an object; key is NULL inside an array and at the top. */
void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                 /* '}' or ']' */

/* Ends the line after the outermost bracket; the next value starts a new text. */
void json_end_line(struct json *json);

/*
 * A string; NULL is written as null. Each octet that is not valid UTF-8 becomes U+FFFD. Control
 * characters, DEL and C1 included, and those that turn the direction of the text are escaped.
 */
void json_text(struct json *json, const char *key, const char *value);

/* The same for length octets, which may include NUL. */
void json_octets(struct json *json, const char *key, const char *octets, size_t length);
void json_number(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* A time in UTC, as in the views of the databases: "2026-11-20 21:02:25"; CLOCK_NEVER is null. */
void json_time(struct json *json, const char *key, int64_t time);

#endif
