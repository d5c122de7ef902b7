/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_SYNTAX_H
#define CONF_SYNTAX_H

#include <stdbool.h>

struct text;

/*
 * Puts libConfuse's words about a file it cannot read into ours: adds "SECTION.OPTION: what is
 * wrong; what would be right". section is the one being read, NULL outside of all. at_end: the
 * error was found behind the file's last line, at SOURCE_END (conf/source.h).
 */
void syntax_explain(const char *section, const char *error, bool at_end, struct text *message_r);

#endif
