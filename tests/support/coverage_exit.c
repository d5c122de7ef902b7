/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked into every program of a coverage build, with -Wl,--wrap=_exit: _exit() skips the
 * handlers that write the counts, so they are written here.
 */
#include <stdnoreturn.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's and gcc's */
void __gcov_dump(void);
noreturn void __real__exit(int status);
noreturn void __wrap__exit(int status);

noreturn void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
/* NOLINTEND(bugprone-reserved-identifier) */
