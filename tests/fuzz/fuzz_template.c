/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: page templates and their escaping. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing of what HTML gives a meaning comes through. */
static void check_escaped(const char *html, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (html[i] == '\0' || html[i] == '\r' || strchr("<>\"'", html[i]) != NULL)
			abort();
}

/* The same octets as text in a page, as the value of a name, and as a template. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *string = malloc(size + 1);
	char *html = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&html, &length);

	if (string != NULL && out != NULL) {
		const struct value *values = VALUES({"name", .text = string});
		if (size > 0)
			memcpy(string, data, size);
		string[size] = '\0';
		html_write(out, string, size);
		template_write(out, "{{name}}{{%name}}{{?name}}{{name}}{{/}}", values);
		fflush(out);
		check_escaped(html, length);
		template_write(out, string, values);
		template_write_row(out, string, "name", values);
	}
	if (out != NULL)
		fclose(out);
	free(html);
	free(string);
	return 0;
}
