/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows as an aligned table or as JSON. */
#include "ctl/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

/* Longer cells are cut; the longest thing in a database is a reply of 512 octets. */
#define CELL_SIZE 1024

#define GAP "  "

struct cell {
	char *text;
	enum colour colour;
};

struct table {
	const struct column *columns;
	size_t column_count;
	bool is_json;
	struct json json;
	size_t column; /* of the next cell */
	enum colour colour;
	struct cell *cells; /* row by row; for people only, as widths are known at the end */
	size_t cell_count;
	size_t cell_room;
	size_t rows;
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

	table->columns = columns;
	table->column_count = count;
	table->is_json = json;
	table->json.file = stdout;
	return table;
}

size_t table_rows(const struct table *table)
{
	return table->rows;
}

void table_colour(struct table *table, enum colour colour)
{
	table->colour = colour;
}

/* The key of the next cell; opens the object before the first. */
static const char *next_key(struct table *table)
{
	if (table->column == 0)
		json_open(&table->json, NULL, '{');
	return table->columns[table->column].key;
}

static void next_column(struct table *table)
{
	table->colour = COLOUR_PLAIN;
	table->column++;
	if (table->column < table->column_count)
		return;
	table->column = 0;
	table->rows++;
	if (table->is_json) {
		json_close(&table->json, '}');
		json_end_line(&table->json);
	}
}

static void keep_cell(struct table *table, const char *value)
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
		(struct cell){.text = must_have(strdup(clean)), .colour = table->colour};
}

void table_add_text(struct table *table, const char *value)
{
	if (table->is_json)
		json_text(&table->json, next_key(table), value);
	else
		keep_cell(table, value != NULL ? value : "");
	next_column(table);
}

void table_add_number(struct table *table, int64_t value)
{
	char text[24];

	if (table->is_json) {
		json_number(&table->json, next_key(table), value);
	} else {
		snprintf(text, sizeof(text), "%" PRId64, value);
		keep_cell(table, text);
	}
	next_column(table);
}

void table_add_time(struct table *table, int64_t value)
{
	char text[CLOCK_TEXT_SIZE] = "never";

	if (table->is_json) {
		json_time(&table->json, next_key(table), value);
	} else {
		if (value != CLOCK_NEVER)
			clock_format(value, text);
		keep_cell(table, text);
	}
	next_column(table);
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
	size_t width = width_of(table->columns[column].title);

	for (size_t i = column; i < table->cell_count; i += table->column_count) {
		size_t cell = width_of(table->cells[i].text);
		width = cell > width ? cell : width;
	}
	return width;
}

static void pad(size_t count)
{
	while (count-- > 0)
		putchar(' ');
}

/* Numbers are aligned to the right. The last column has no trailing blanks. */
static void print_cell(const struct cell *cell, bool right, size_t width, bool last)
{
	size_t blanks = width - width_of(cell->text);

	if (right)
		pad(blanks);
	printf("%s%s%s", colour_on(cell->colour), cell->text, colour_off(cell->colour));
	if (last) {
		putchar('\n');
		return;
	}
	if (!right)
		pad(blanks);
	fputs(GAP, stdout);
}

static size_t last_shown(const struct table *table)
{
	size_t column = table->column_count - 1;

	while (column > 0 && table->columns[column].title == NULL)
		column--;
	return column;
}

static void print_table(const struct table *table)
{
	size_t last = last_shown(table);
	size_t *widths = must_have(calloc(table->column_count, sizeof(*widths)));

	for (size_t i = 0; i <= last; i++) {
		if (table->columns[i].title == NULL)
			continue;
		widths[i] = column_width(table, i);
		struct cell title = {.colour = COLOUR_BOLD};
		title.text = must_have(strdup(table->columns[i].title));
		print_cell(&title, table->columns[i].kind == COLUMN_NUMBER, widths[i], i == last);
		free(title.text);
	}
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t column = i % table->column_count;
		if (table->columns[column].title != NULL)
			print_cell(&table->cells[i], table->columns[column].kind == COLUMN_NUMBER,
				widths[column], column == last);
	}
	free(widths);
}

void table_end(struct table **table)
{
	if (!(*table)->is_json && (*table)->rows > 0)
		print_table(*table);
	for (size_t i = 0; i < (*table)->cell_count; i++)
		free((*table)->cells[i].text);
	free((*table)->cells);
	free(*table);
	*table = NULL;
}
