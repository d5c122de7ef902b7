/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_TOKEN_H
#define PROBE_TOKEN_H

/* 128 random bits in hexadecimal, and a NUL. */
#define TOKEN_LENGTH 32
#define TOKEN_TEXT_SIZE (TOKEN_LENGTH + 1)

/* Makes one that nobody can guess. Never fails. */
void token_make(char token_r[TOKEN_TEXT_SIZE]);

#endif
