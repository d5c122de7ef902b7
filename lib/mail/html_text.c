/* SPDX-License-Identifier: BSD-2-Clause */
/* HTML to text, by libxml2's HTML parser. */
#include "mail/html_text.h"

#include <glib.h>
#include <libxml/HTMLparser.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* Elements whose text nobody sees. */
static const char *const unseen[] = {"script", "style", "noscript", "template", "object", "applet"};

/* Elements within a line of text; all others begin a line. */
static const char *const inlines[] = {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em",
	"font", "i", "img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span",
	"strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"};

static bool is_one_of(const xmlNode *node, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (xmlStrcasecmp(node->name, BAD_CAST names[i]) == 0)
			return true;
	return false;
}

static bool is_inline(const xmlNode *node)
{
	return is_one_of(node, inlines, G_N_ELEMENTS(inlines));
}

static void begin_line(GString *text)
{
	if (text->len > 0 && text->str[text->len - 1] != '\n')
		g_string_append_c(text, '\n');
}

/* Text with every run of white space as one space. */
static void add_text(GString *text, const char *content)
{
	for (; *content != '\0'; content++) {
		if (strchr(" \t\r\n\f", *content) == NULL)
			g_string_append_c(text, *content);
		else if (text->len > 0 && strchr(" \n", text->str[text->len - 1]) == NULL)
			g_string_append_c(text, ' ');
	}
}

static void add_attribute(
	GString *text, xmlNode *node, const char *name, const char *before, const char *behind)
{
	xmlChar *value = xmlGetProp(node, BAD_CAST name);

	if (value != NULL && value[0] != '\0') {
		g_string_append(text, before);
		add_text(text, (const char *)value);
		g_string_append(text, behind);
	}
	xmlFree(value);
}

static void enter(GString *text, xmlNode *node)
{
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
		add_text(text, node->content != NULL ? (const char *)node->content : "");
	} else if (node->type == XML_ELEMENT_NODE) {
		if (!is_inline(node))
			begin_line(text);
		if (xmlStrcasecmp(node->name, BAD_CAST "img") == 0)
			add_attribute(text, node, "alt", "", "");
	}
}

static void leave(GString *text, xmlNode *node)
{
	if (node->type != XML_ELEMENT_NODE)
		return;
	if (xmlStrcasecmp(node->name, BAD_CAST "a") == 0)
		add_attribute(text, node, "href", " <", ">");
	if (!is_inline(node))
		begin_line(text);
}

static bool is_shown(const xmlNode *node)
{
	return node->type != XML_COMMENT_NODE && node->type != XML_PI_NODE &&
	       node->type != XML_DTD_NODE &&
	       !(node->type == XML_ELEMENT_NODE && is_one_of(node, unseen, G_N_ELEMENTS(unseen)));
}

/* Without recursion: a document may nest as deep as it likes. */
static void walk(GString *text, xmlNode *root)
{
	xmlNode *node = root;

	while (node != NULL) {
		if (is_shown(node)) {
			enter(text, node);
			if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
				node = node->children;
				continue;
			}
			leave(text, node);
		}
		while (node != root && node->next == NULL) {
			node = node->parent;
			leave(text, node);
		}
		node = node == root ? NULL : node->next;
	}
}

char *html_text(const char *html, size_t length)
{
	htmlDocPtr document = htmlReadMemory(html, length > INT_MAX ? INT_MAX : (int)length, NULL,
		"UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	GString *text;

	if (document == NULL)
		return g_strdup("");
	text = g_string_new(NULL);
	walk(text, xmlDocGetRootElement(document));
	xmlFreeDoc(document);
	return g_string_free(text, FALSE);
}
