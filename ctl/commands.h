/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/command.h"

/* NULL if there is no such command. */
const struct command *commands_find(const char *name);

/* `opsctl --help`, to standard output. */
void commands_print_all(void);

#endif
