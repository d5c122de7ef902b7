/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

/* What every unit test includes: cmocka with the headers that it wants in front of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The next of a series of numbers that look random and are the same in each run (xorshift64*). */
static inline uint32_t unit_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * UINT64_C(2685821657736338717)) >> 32);
}

#define UNIT_RANDOM_SEED UINT64_C(0x9e3779b97f4a7c15)

#endif
