/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes JSON (RFC 8259) piece by piece, on one line. */
struct json {
	FILE *file;
	bool comma; /* the next value needs one in front */
};

/*
 * Each value has a key inside an object, NULL inside an array and at the top. The outermost bracket
 * that closes ends the line only by json_end_line().
 */
void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                 /* '}' or ']' */
void json_end_line(struct json *json);

/* NULL gives null. What is not UTF-8 becomes U+FFFD. */
void json_text(struct json *json, const char *key, const char *value);
void json_octets(struct json *json, const char *key, const char *octets, size_t length);
void json_number(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* UTC, as the databases' views have it: "2026-11-20 21:02:25"; CLOCK_NEVER gives null. */
void json_time(struct json *json, const char *key, int64_t time);

#endif
