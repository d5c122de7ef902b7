/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_LEAKS_H
#define MAIL_LEAKS_H

#include <stddef.h>

/* The leak sanitizer's switch, where the program has one: GMime forgets a few octets when a type of
 * its own is replaced, once. */
/* NOLINTBEGIN(bugprone-reserved-identifier): the sanitizer's names */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));
/* NOLINTEND(bugprone-reserved-identifier) */

static inline void start_without_leaks(void (*start)(void))
{
	if (__lsan_disable != NULL)
		__lsan_disable();
	start();
	if (__lsan_enable != NULL)
		__lsan_enable();
}

#endif
