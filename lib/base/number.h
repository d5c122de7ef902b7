/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a decimal number from least to most, neither of which is negative: digits only, such as a
 * row's number in an operand or a path, or a port. Returns false for anything else; number_r is 0
 * then.
 */
bool number_parse(const char *string, int64_t least, int64_t most, int64_t *number_r)
	__attribute__((warn_unused_result));

#endif
