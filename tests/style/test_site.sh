#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the site shows is in web/pages/, and the program fills it in.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1

# A tag in a string: "<p", "</ul>", "<td>"; an entity in one.
markup='"[^"]*(</?[a-z][a-z0-9]*[^a-z0-9]|&(nbsp|[lr][sd]quo);)'
report "the test finds markup in strings" "$(
	found=$(printf '%s\n' 'fputs("<p>", out);' 'f("a</td>b");' 'f("<rect x=");' 'f("&nbsp;");' 'if (a < b && c > d)' \
		'#include <stdio.h>' 'f("a < b");' '/* up to its <main> */' | grep -cE "$markup")
	[ "$found" = 4 ] || echo "$found")"
report "no HTML in the C files of web" "$(grep -nE "$markup" web/*.c)"

# names_in FILE... - the templates, style sheets and pictures that these name.
names_in() {
	grep -ohE '\<(html|css|svg)_[a-z_]+\>' "$@" | grep -v '_write$' | sort -u
}
differences() {
	printf '%s\n%s\n' "$1" "$2" | sort | uniq -u
}
files=$(for file in web/pages/*; do
	name=${file##*/}
	echo "${name##*.}_${name%.*}"
done | sort -u)
report "every file of web/pages is used" "$(differences "$files" "$(names_in web/*.c)")"
finish
