/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a visit. */
#include "web/visit.h"

#include <string.h>

const struct field *visit_find_field(const struct visit *visit, const char *name)
{
	for (size_t i = 0; i < visit->field_count; i++)
		if (strcmp(visit->fields[i].name, name) == 0)
			return &visit->fields[i];
	return NULL;
}

const char *visit_field(const struct visit *visit, const char *name)
{
	const struct field *field = visit_find_field(visit, name);

	return field != NULL ? field->value : "";
}
