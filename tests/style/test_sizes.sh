#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Functions and files that fit into a head.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1

# FILE:LINE LINES for each function: from its opening brace to its closing one, both at the margin.
function_sizes() {
	# shellcheck disable=SC2046
	awk '/^\{/ { start = FNR } /^\}/ && start { print FILENAME ":" start " " FNR - start + 1; start = 0 }' \
		$(source_files c)
}

report "no function is longer than 80 lines" "$(function_sizes | awk '$2 > 80')"
report "nine functions in ten are shorter than 45 lines" \
	"$(function_sizes | awk '$2 >= 45 { long++ } END { if (long * 10 > NR) print long " of " NR }')"

faults=
for file in $(source_files c h py sh sql); do
	lines=$(wc -l < "$file")
	[ "$lines" -le 500 ] || faults="$faults$file has $lines lines
"
done
report "no file is longer than 500 lines" "$faults"
finish
