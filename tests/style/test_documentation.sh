#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the programs, the configuration and the databases offer is what the manual says, and no more.
# Run in the build folder by "make check".
. "${srcdir:-.}/tests/style/report.sh"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
build=$(pwd)

# compare SENTENCE A NAME_OF_A B NAME_OF_B - both files have the same lines, in any order.
compare() {
	sort -u "$2" > "$scratch/a"
	sort -u "$4" > "$scratch/b"
	report "$1" "$(
		comm -23 "$scratch/a" "$scratch/b" | sed "s|^|only $3: |"
		comm -13 "$scratch/a" "$scratch/b" | sed "s|^|only $5: |"
	)"
}

# The options that lines of a program's help begin with, one spelling a line.
help_options() {
	sed -nE 's/^  +((-[a-zA-Z], )?--[a-z-]+).*/\1/p' | tr -d ' ' | tr ',' '\n'
}

# manual_options FILE - the options that have an entry of their own.
manual_options() {
	grep '^\.It Fl' "$1" | grep -oE 'Fl [-a-zA-Z]+' | sed 's/^Fl /-/'
}

# The headings of opsctl's commands in the manual: "COMMAND" and "COMMAND --OPTION", one a line.
manual_commands() {
	awk '
		function take(line,   words, count, i) {
			count = split(line, words, /[ ()]+/)
			for (i = 1; i < count; i++)
				if (words[i] == "Fl" && words[i + 1] ~ /^(-.*|[a-z])$/)
					print command " -" words[i + 1]
		}
		/^\.It Cm / && !inner { command = $3; print command; take($0) }
		/^\.It Xo/ { heading = 1; command = "" }
		heading && command == "" && /^\.Cm / { command = $2; print command }
		heading { take($0) }
		/^\.Xc/ { heading = 0 }
		# Lists of keys and formats inside an entry are no commands.
		/^\.Bl/ { depth++ }
		/^\.El/ { depth-- }
		/^The keys are:/ { inner = 1 }
		/^\.Ss/ { inner = 0 }
		{ if (depth > 1) inner = 1; else if (depth == 1 && /^\.El/) inner = 0 }
	' "$root/man/opsctl.8"
}

program_commands() {
	"$build/opsctl" --help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }'
}

# A command's options as its own help has them, in the form of manual_commands.
program_command_options() {
	program_commands | while read -r command; do
		echo "$command"
		"$build/opsctl" "$command" --help | help_options | sed "s/^/$command /"
	done
}

"$build/opsmilter" --help | help_options > "$scratch/program"
manual_options "$root/man/opsmilter.8" > "$scratch/manual"
compare "opsmilter(8) has every option of opsmilter" "$scratch/program" "in --help" "$scratch/manual" "in the manual"

for program in opsprobe opsweb; do
	[ -x "$build/$program" ] || continue
	"$build/$program" --help | help_options > "$scratch/program"
	manual_options "$root/man/$program.8" > "$scratch/manual"
	compare "$program(8) has every option of $program" \
		"$scratch/program" "in --help" "$scratch/manual" "in the manual"
done

"$build/opsctl" --help | help_options > "$scratch/program"
manual_options "$root/man/opsctl.8" > "$scratch/manual"
compare "opsctl(8) has every option for all commands" "$scratch/program" "in --help" "$scratch/manual" "in the manual"

program_command_options > "$scratch/program"
manual_commands > "$scratch/manual"
compare "opsctl(8) has every command and its options" "$scratch/program" "in --help" "$scratch/manual" "in the manual"

sentence="the completion has every command and its options"
if command -v bash >/dev/null; then
	bash -c '. "$1"
		complete() { COMPREPLY=(); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _opsctl; }
		complete opsctl ""
		for command in "${COMPREPLY[@]}"; do
			echo "$command"
			for option in $(_opsctl_options "$command"); do echo "$command $option"; done
		done' bash "$root/contrib/completion/opsctl" > "$scratch/completion"
	compare "$sentence" "$scratch/program" "in --help" "$scratch/completion" "in the completion"
else
	skip "$sentence" "bash is not installed"
fi

# The configuration: the table that the programs use, the manual and the sample.
"$build/tests/style/print_options" > "$scratch/table"
cut -d ' ' -f 1,2 "$scratch/table" > "$scratch/names"
awk '/^\.Ss Options of all/ { section = "-" } /^\.Ss Section / { section = $3; sub(":", "", section) }
	/^\.It Cm [a-z_]+$/ && section { print section, $3 } /^\.Sh [^D]/ { section = "" }' \
	"$root/man/opsmilter.conf.5" > "$scratch/manual"
compare "opsmilter.conf(5) has every option" "$scratch/names" "in the program" "$scratch/manual" "in the manual"

sentence="opsmilter.conf(5) has every default"
if command -v mandoc >/dev/null; then
	mandoc -T ascii "$root/man/opsmilter.conf.5" | sed 's/.'"$(printf '\b')"'//g' | tr -s ' \n' '  ' > "$scratch/flat"
	report "$sentence" "$(grep -v '^- site_url' "$scratch/table" | while read -r section name default; do
		grep -qF -e "Default: $default" "$scratch/flat" || echo "$section $name: Default: $default"
	done)"
else
	skip "$sentence" "mandoc is not installed"
fi

# The sample without the marks that make its options comments.
sed -e 's/^#\([a-z}]\)/\1/' -e 's/^#    /    /' "$root/contrib/opsmilter.conf.sample" > "$scratch/sample"
awk '/^[a-z]+ \{/ { section = $1 } /^\}/ { section = "-" } BEGIN { section = "-" }
	/^ *[a-z_]+ += / { name = $1; sub(/^ *[a-z_]+ += /, ""); print section, name, $0 }' \
	"$scratch/sample" > "$scratch/values"
sed 's/^- site_url ""$/- site_url "https:\/\/ops.example.org"/' "$scratch/table" > "$scratch/defaults"
compare "the sample configuration has every option with its default" \
	"$scratch/defaults" "in the program" "$scratch/values" "in the sample"

# Root would be asked whether the user exists, which is another matter.
sed -E 's/"(opsmilter|opsprobe|opsweb)"$/"nobody"/' "$scratch/sample" > "$scratch/opsmilter.conf"
for program in opsmilter opsprobe opsweb; do
	[ -x "$build/$program" ] || continue
	report "$program takes the sample configuration" \
		"$("$build/$program" -n -c "$scratch/opsmilter.conf" 2>&1 | grep -v 'the configuration is good')"
done
report "the sample configuration works as it is" \
	"$("$build/opsctl" -n -c "$root/contrib/opsmilter.conf.sample" 2>&1 >/dev/null)"

# The views. Those that end in _text serve the others, and are no part of the interface.
sentence="opsmilter-schema(5) has every view and column, in their order"
if command -v sqlite3 >/dev/null; then
	for kind in ops hits; do
		cat "$root/schema/$kind"/*.sql | sqlite3 "$scratch/$kind.db" > /dev/null
		sqlite3 -separator ' ' "$scratch/$kind.db" "SELECT '$kind.db', view.name,
			(SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_table_info(view.name) ORDER BY cid))
			FROM sqlite_schema AS view WHERE type = 'view' AND view.name NOT LIKE '%\\_text' ESCAPE '\\'"
	done > "$scratch/schema"
	awk '/^\.Ss .*, view / { if (line) print line; line = $2 " " $4; sub(",", "", line) }
		/^\.(Sh F|Ss .*, table )/ { if (line) print line; line = "" }
		/^\.It Va / && line { for (i = 3; i <= NF; i++) if ($i != ",") line = line " " $i }' \
		"$root/man/opsmilter-schema.5" > "$scratch/manual"
	compare "$sentence" "$scratch/schema" "in the schema" "$scratch/manual" "in the manual"
else
	skip "$sentence" "sqlite3 is not installed"
fi
finish
