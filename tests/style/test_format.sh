#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How the files look.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1

text_files=$(source_files c h py sh sql m4 cf mk service conf sample 5 8; other_files
	for file in README HACKING NEWS CONTRIBUTING SECURITY; do [ -f "$file" ] && echo "$file"; done)

# Another version may see some lines otherwise, so only the one that the project uses is asked.
sentence="clang-format 14 would change nothing"
case $(clang-format --version 2>/dev/null) in
*"version 14."*)
	# shellcheck disable=SC2046
	report "$sentence" "$(clang-format --dry-run --style=file $(source_files c h) 2>&1 |
		grep 'warning:' | cut -d : -f 1,2 | head -40)" ;;
*) skip "$sentence" "there is no such clang-format" ;;
esac

# shellcheck disable=SC2086
report "no white space at the end of a line" "$(grep -nE '[[:blank:]]+$' $text_files | head -20)"

faults=
for file in $text_files; do
	case $file in README | HACKING | NEWS | CONTRIBUTING | SECURITY) continue ;; esac
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || faults="$faults$file
"
done
report "every file says its licence at the top" "$faults"

faults=
for file in $(source_files c); do
	[ "$(sed -n '2s|^\(/\*\).*|\1|p' "$file")" = '/*' ] || faults="$faults$file
"
done
report "every C file says after its licence what it is for" "$faults"

faults=
for file in $text_files; do
	[ -z "$(tail -c 1 "$file")" ] || faults="$faults$file
"
done
report "every file ends with a line end" "$faults"

# Written with a hole in each, so that this file passes.
# shellcheck disable=SC2086
report "nothing is left for later" "$(grep -nE '\<(TO''DO|FIX''ME)\>|[/*#] *XX''X|not imple''mented' $text_files)"

# shellcheck disable=SC2046
if command -v shellcheck >/dev/null; then
	report "shellcheck finds nothing in the scripts" "$(shellcheck -x -e SC1007,SC1090,SC1091,SC2317 -f gcc $(source_files sh
		other_files | while read -r file; do head -n 1 "$file" | grep -q '^#!/bin/sh' && echo "$file"; done) |
		grep -v ' note: ' | head -20)"
else
	skip "shellcheck finds nothing in the scripts" "shellcheck is not installed"
fi
finish
