/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows as an aligned table or as JSON. */
#include "ctl/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/network.h"
#include "base/text.h"

/* Longer cells are cut; the longest thing in a database is a reply of 512 octets. */
#define CELL_SIZE 1024

#define GAP "  "

struct cell {
	char *text;
	enum colour colour;
};

struct table {
	const struct column **columns; /* those that the output has */
	size_t column_count;
	bool is_json;
	struct json json;
	struct cell *cells; /* row by row; for people only, as widths are known at the end */
	size_t cell_count;
	size_t cell_room;
	size_t rows;
};

/* A value of a row; text is NULL if there is none. */
struct value {
	int64_t number;
	const char *text;
	char buffer[NETWORK_TEXT_SIZE];
};

static void *must_have(void *memory)
{
	if (memory == NULL) {
		say_error("out of memory");
		exit(3);
	}
	return memory;
}

struct table *table_new(const struct column *columns, size_t count, bool json)
{
	struct table *table = must_have(calloc(1, sizeof(*table)));

	table->columns = must_have(calloc(count, sizeof(*table->columns)));
	for (size_t i = 0; i < count; i++) {
		if (!columns[i].single && (json ? columns[i].key : columns[i].title) != NULL)
			table->columns[table->column_count++] = &columns[i];
	}
	table->is_json = json;
	table->json.file = stdout;
	return table;
}

size_t table_rows(const struct table *table)
{
	return table->rows;
}

static void read_value(const struct column *column, const void *row, struct value *value_r)
{
	const void *member = (const char *)row + column->offset;

	*value_r = (struct value){.text = value_r->buffer};
	switch (column->kind) {
	case COLUMN_TEXT:
	case COLUMN_OPTIONAL:
		value_r->text = *(const char *const *)member;
		break;
	case COLUMN_CHARS:
		value_r->text = member;
		break;
	case COLUMN_CALL:
		value_r->text = column->text(row);
		break;
	case COLUMN_ADDR:
		addr_format(member, value_r->buffer);
		break;
	case COLUMN_NETWORK:
		network_format(member, value_r->buffer);
		break;
	case COLUMN_TIME:
		if (*(const int64_t *)member != CLOCK_NEVER)
			clock_format(*(const int64_t *)member, value_r->buffer);
		break;
	case COLUMN_INT:
	case COLUMN_NUMBER:
	case COLUMN_ID:
		value_r->number = column->kind == COLUMN_INT ? *(const int *)member
							     : *(const int64_t *)member;
		if (column->kind != COLUMN_ID || value_r->number != 0)
			snprintf(value_r->buffer, sizeof(value_r->buffer), "%" PRId64,
				value_r->number);
		break;
	}
	if (column->kind != COLUMN_TEXT && value_r->text != NULL && *value_r->text == '\0')
		value_r->text = NULL;
}

static void keep_cell(struct table *table, const char *value, enum colour colour)
{
	char clean[CELL_SIZE];
	struct text text = TEXT_OVER(clean);

	if (table->cell_count == table->cell_room) {
		table->cell_room = table->cell_room * 2 + 256;
		table->cells = must_have(
			reallocarray(table->cells, table->cell_room, sizeof(*table->cells)));
	}
	text_add_terminal(&text, value);
	table->cells[table->cell_count++] =
		(struct cell){.text = must_have(strdup(clean)), .colour = colour};
}

static void add_cell(struct table *table, const struct column *column, const void *row)
{
	bool is_number = column->kind == COLUMN_NUMBER || column->kind == COLUMN_INT ||
			 column->kind == COLUMN_ID;
	const char *none = column->kind == COLUMN_TIME ? "never" : "";
	struct value value;

	read_value(column, row, &value);
	if (table->is_json && is_number && value.text != NULL)
		json_number(&table->json, column->key, value.number);
	else if (table->is_json)
		json_text(&table->json, column->key, value.text);
	else
		keep_cell(table, value.text != NULL ? value.text : none,
			column->colour != NULL ? column->colour(row) : COLOUR_PLAIN);
}

void table_add(struct table *table, const void *row)
{
	table->rows++;
	if (table->is_json)
		json_open(&table->json, NULL, '{');
	for (size_t i = 0; i < table->column_count; i++)
		add_cell(table, table->columns[i], row);
	if (!table->is_json)
		return;
	json_close(&table->json, '}');
	json_end_line(&table->json);
}

/* Columns on the screen, counted as one per character. */
static size_t width_of(const char *string)
{
	size_t width = 0;

	for (; *string != '\0'; string++)
		width += ((unsigned char)*string & 0xc0) != 0x80;
	return width;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = width_of(table->columns[column]->title);

	for (size_t i = column; i < table->cell_count; i += table->column_count) {
		size_t cell = width_of(table->cells[i].text);
		width = cell > width ? cell : width;
	}
	return width;
}

/* Numbers are aligned to the right. The last column has no trailing blanks. */
static void print_cell(const struct cell *cell, bool right, size_t width, bool last)
{
	int blanks = (int)(width - width_of(cell->text));

	printf("%*s%s%s%s", right ? blanks : 0, "", colour_on(cell->colour), cell->text,
		colour_off(cell->colour));
	if (last)
		putchar('\n');
	else
		printf("%*s%s", right ? 0 : blanks, "", GAP);
}

static bool is_right(const struct table *table, size_t column)
{
	enum column_kind kind = table->columns[column]->kind;

	return kind == COLUMN_NUMBER || kind == COLUMN_INT;
}

static void print_table(const struct table *table)
{
	size_t last = table->column_count - 1;
	size_t *widths = must_have(calloc(table->column_count, sizeof(*widths)));

	for (size_t i = 0; i <= last; i++) {
		widths[i] = column_width(table, i);
		struct cell title = {.colour = COLOUR_BOLD};
		title.text = must_have(strdup(table->columns[i]->title));
		print_cell(&title, is_right(table, i), widths[i], i == last);
		free(title.text);
	}
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;
		print_cell(
			&table->cells[i], is_right(table, column), widths[column], column == last);
	}
	free(widths);
}

void table_end(struct table **table, const char *empty)
{
	if (!(*table)->is_json && (*table)->rows == 0 && empty != NULL)
		say("%s", empty);
	if (!(*table)->is_json && (*table)->rows > 0)
		print_table(*table);
	for (size_t i = 0; i < (*table)->cell_count; i++)
		free((*table)->cells[i].text);
	free((*table)->cells);
	free((*table)->columns);
	free(*table);
	*table = NULL;
}

/* For people, a field a line, without those that have no value: "mail from    a@example.org". */
static void print_fields(const struct column *columns, size_t count, const void *row)
{
	struct value value;

	for (size_t i = 0; i < count; i++) {
		if (columns[i].key == NULL)
			continue;
		read_value(&columns[i], row, &value);
		if (value.text == NULL || *value.text == '\0')
			continue;
		char name[32];
		text_copy(name, sizeof(name), columns[i].key);
		for (char *gap = strchr(name, '_'); gap != NULL; gap = strchr(gap, '_'))
			*gap = ' ';
		say("%-13s  %s", name, value.text);
	}
}

void table_print_one(const struct column *columns, size_t count, const void *row, bool json)
{
	if (!json) {
		print_fields(columns, count, row);
		return;
	}
	struct table table = {.is_json = true, .json = {.file = stdout}};
	json_open(&table.json, NULL, '{');
	for (size_t i = 0; i < count; i++) {
		if (columns[i].key != NULL)
			add_cell(&table, &columns[i], row);
	}
	json_close(&table.json, '}');
	json_end_line(&table.json);
}
