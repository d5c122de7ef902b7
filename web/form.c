/* SPDX-License-Identifier: BSD-2-Clause */
/* Receives a form: pieces of fields become fields of a visit. */
#include "web/form.h"

#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/visit.h"

/* Octets of a form that are processed at a time. */
#define WINDOW 4096

struct form {
	struct MHD_PostProcessor *processor; /* NULL after the end */
	struct visit *visit;
	size_t first; /* of the visit's fields; those before it are the query's */
	size_t room;  /* octets of values that are still accepted */
};

/* The field that a piece belongs to. A second field of the same name begins at offset 0 again.
 * NULL: it has no place. */
static struct field *find_or_add(struct form *form, const char *name, uint64_t offset)
{
	struct visit *visit = form->visit;
	struct field *field = &visit->fields[visit->field_count];

	for (size_t i = visit->field_count; offset > 0 && i > form->first; i--)
		if (strcmp(visit->fields[i - 1].name, name) == 0)
			return &visit->fields[i - 1];
	if (offset > 0 || visit->field_count == FIELDS_MAX)
		return NULL;
	*field = (struct field){.name = strdup(name), .value = calloc(1, 1)};
	if (field->name == NULL || field->value == NULL) {
		free(field->name);
		free(field->value);
		return NULL;
	}
	visit->field_count++;
	return field;
}

static enum MHD_Result take_piece(void *context, enum MHD_ValueKind kind, const char *name,
	const char *file, const char *type, const char *encoding, const char *octets,
	uint64_t offset, size_t length)
{
	struct form *form = context;
	struct field *field = name != NULL ? find_or_add(form, name, offset) : NULL;
	char *longer;

	(void)kind;
	(void)file;
	(void)type;
	(void)encoding;
	if (field == NULL)
		return MHD_YES;
	longer = length <= form->room ? realloc(field->value, field->length + length + 1) : NULL;
	if (longer == NULL) {
		form->visit->too_large = true;
		return MHD_NO;
	}
	if (length > 0)
		memcpy(longer + field->length, octets, length);
	field->value = longer;
	field->length += length;
	longer[field->length] = '\0';
	form->room -= length;
	return MHD_YES;
}

struct form *form_new(struct MHD_Connection *connection, struct visit *visit, size_t limit)
{
	struct form *form = calloc(1, sizeof(*form));

	if (form == NULL)
		return NULL;
	form->visit = visit;
	form->first = visit->field_count;
	form->room = limit;
	form->processor = MHD_create_post_processor(connection, WINDOW, take_piece, form);
	if (form->processor == NULL)
		form_free(&form);
	return form;
}

void form_read(struct form *form, const char *octets, size_t length)
{
	if (!form->visit->too_large)
		(void)MHD_post_process(form->processor, octets, length);
}

void form_end(struct form *form)
{
	if (form->processor != NULL)
		(void)MHD_destroy_post_processor(form->processor);
	form->processor = NULL;
}

void form_free(struct form **form)
{
	struct form *gone = *form;

	if (gone == NULL)
		return;
	form_end(gone);
	for (size_t i = gone->first; i < gone->visit->field_count; i++) {
		free(gone->visit->fields[i].name);
		free(gone->visit->fields[i].value);
	}
	free(gone);
	*form = NULL;
}
