/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked into every program of a coverage build, with -Wl,--wrap=_exit: _exit() skips the
 * handlers that write the counts, so they are written here.
 */
#include <stdnoreturn.h>

void __gcov_dump(void);
noreturn void __real__exit(int status);
noreturn void __wrap__exit(int status);

noreturn void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
