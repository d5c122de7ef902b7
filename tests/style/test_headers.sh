#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A header is a contract that stands alone: it compiles as the only include of a file.
. "${srcdir:-.}/tests/style/report.sh"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

faults=
for header in $(source_files h); do
	case $header in
	lib/*) include=${header#lib/} ;;
	# Their libraries may be missing where the program was left out.
	probe/* | tests/probe/*) [ -x opsprobe ] || continue && include=$header ;;
	web/* | tests/web/*) [ -x opsweb ] || continue && include=$header ;;
	*) include=$header ;;
	esac
	# Twice: the guard is tried as well.
	printf '#include "%s"\n#include "%s"\nextern int unused;\n' "$include" "$include" > "$folder/alone.c"
	# The build's own flags, cut into words on purpose.
	# shellcheck disable=SC2086
	faults="$faults$(${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I"$root/lib" -Ilib \
		-I"$root" -I. ${STYLE_CPPFLAGS-} "$folder/alone.c" 2>&1 | sed "s|^|$header: |" | head -3)"
done
report "every header compiles alone, and twice" "$faults"
finish
