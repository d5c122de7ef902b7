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

# A table of values is as long as what it lists, so its lines do not count: "static const ... = {" to "};".
# schema/statements.sql is nothing but a table.
file_sizes() {
	# shellcheck disable=SC2046
	awk '
		FNR == 1 { table = 0 }
		/^(static )?const [^()]*= *\{$/ { table = 1 }
		!table { lines[FILENAME]++ }
		/^\};/ { table = 0 }
		END { for (file in lines) print file, lines[file] }' $(source_files c h py sh sql | grep -v "^schema/statements.sql\$")
}

report "no file is longer than 500 lines" "$(file_sizes | awk '$2 > 500 { print $1 " has " $2 " lines" }')"
finish
