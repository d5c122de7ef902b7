/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the table of options, for test_documentation.sh. */
#include <stdio.h>

#include "conf/options.h"

/* "SECTION NAME DEFAULT" for each option of the configuration, for test_documentation.sh; "-" for
 * none. */
int main(void)
{
	for (const struct option *option = options; option->name != NULL; option++) {
		const char *mark = option->type == OPTION_NUMBER || option->type == OPTION_BOOL ||
						   option->default_value[0] == '{'
					   ? ""
					   : "\"";
		printf("%s %s %s%s%s\n", option->section == NULL ? "-" : option->section,
			option->name, mark, option->default_value, mark);
	}
	return 0;
}
