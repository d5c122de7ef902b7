/* SPDX-License-Identifier: BSD-2-Clause */
#include "milter/threads.h"

/* Other C libraries have small stacks, and keep those of ended threads, as it is. */
void threads_make_cheap(void)
{
}
