/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/form.h"

#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/visit.h"

/* What is read of a form at once. */
#define WINDOW 4096

struct form {
	struct MHD_PostProcessor *processor;
	struct field fields[FIELDS_MAX];
	size_t field_count;
	size_t room; /* octets that values may still have */
	bool too_large;
};

/* Fields come in pieces. A second one of the same name begins at offset 0 again: it is one more. */
static struct field *find_or_add(struct form *form, const char *name, uint64_t offset)
{
	struct field *field;

	for (size_t i = form->field_count; offset > 0 && i > 0; i--)
		if (strcmp(form->fields[i - 1].name, name) == 0)
			return &form->fields[i - 1];
	if (offset > 0 || form->field_count == FIELDS_MAX)
		return NULL;
	field = &form->fields[form->field_count];
	field->name = strdup(name);
	field->value = calloc(1, 1);
	field->length = 0;
	if (field->name == NULL || field->value == NULL) {
		free(field->name);
		free(field->value);
		return NULL;
	}
	form->field_count++;
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
	if (length > form->room) {
		form->too_large = true;
		return MHD_NO;
	}
	longer = realloc(field->value, field->length + length + 1);
	if (longer == NULL) {
		form->too_large = true;
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

struct form *form_new(struct MHD_Connection *connection, size_t limit)
{
	struct form *form = calloc(1, sizeof(*form));

	if (form == NULL)
		return NULL;
	form->room = limit;
	form->processor = MHD_create_post_processor(connection, WINDOW, take_piece, form);
	if (form->processor == NULL) {
		free(form);
		return NULL;
	}
	return form;
}

void form_read(struct form *form, const char *octets, size_t length)
{
	if (!form->too_large)
		(void)MHD_post_process(form->processor, octets, length);
}

bool form_is_too_large(const struct form *form)
{
	return form->too_large;
}

void form_give_fields(struct form *form, struct visit *visit)
{
	/* The last piece of an urlencoded form is only given now. */
	if (form->processor != NULL)
		(void)MHD_destroy_post_processor(form->processor);
	form->processor = NULL;
	for (size_t i = 0; i < form->field_count && visit->field_count < FIELDS_MAX; i++)
		visit->fields[visit->field_count++] = form->fields[i];
}

void form_free(struct form **form)
{
	struct form *gone = *form;

	if (gone == NULL)
		return;
	if (gone->processor != NULL)
		(void)MHD_destroy_post_processor(gone->processor);
	for (size_t i = 0; i < gone->field_count; i++) {
		free(gone->fields[i].name);
		free(gone->fields[i].value);
	}
	free(gone);
	*form = NULL;
}
