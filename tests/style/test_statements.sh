#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What is wrong in schema/statements.sql fails the build, and the message says what and where.
. "${srcdir:-.}/tests/style/report.sh"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

# wrong SENTENCE MESSAGE LINE... - a file of these lines is refused with this message.
wrong() {
	sentence=$1
	expected=$folder/statements.sql:$2
	shift 2
	printf '%s\n' "$@" > "$folder/statements.sql"
	if message=$("$root/schema/embed_statements" texts "$folder/statements.sql" 2>&1 >/dev/null); then
		report "$sentence" "accepted"
	else
		report "$sentence" "$([ "$message" = "$expected" ] || printf 'not "%s", but "%s"\n' "$expected" "$message")"
	fi
}

wrong "an unknown role is refused" '2: A: unknown role "root"; must be filter, admin, prober, site or all' \
	'-- a comment' '-- A on ops by admin, root' 'SELECT 1;'
wrong "a statement without roles is refused" \
	'2: SQL outside of a statement; one begins with "-- NAME on DATABASE by ROLES"' '-- A on ops by ' 'SELECT 1;'
wrong "an unknown database is refused" '1: A: unknown database "op"; must be ops, hits, inbox or any' \
	'-- A on op by admin' 'SELECT 1;'
wrong "a name that is there twice is refused" '3: A: line 1 has the same name' \
	'-- A on ops by admin' 'SELECT 1;' '-- A on ops by admin' 'SELECT 2;'
wrong "a statement of a comment only is refused" '1: A: has no SQL that ends with a semicolon' \
	'-- A on ops by admin' '-- SELECT 1;' '' '-- B on ops by admin' 'SELECT 1;'
wrong "a statement of a semicolon only is refused" '1: A: has no SQL before the semicolon' \
	'-- A on ops by admin' '' '	;'
wrong "a statement that does not end is refused" '1: A: has no SQL that ends with a semicolon' \
	'-- A on ops by admin' 'SELECT 1'
wrong "SQL without a name is refused" \
	'3: SQL outside of a statement; one begins with "-- NAME on DATABASE by ROLES"' \
	'-- A on ops by admin' 'SELECT 1;' 'SELECT 2;'

printf '%s\n' '-- A on hits by admin, site' '-- why' "SELECT '\\', \"b\"" '-- and why' '	FROM c;' > "$folder/statements.sql"
report "quotes and backslashes stay what they are" "$(
	"$root/schema/embed_statements" texts "$folder/statements.sql" | sed -n '/\[A\]/,/}/p' > "$folder/found"
	# shellcheck disable=SC2016
	printf '\t[A] = {DB_HITS, ROLE_ADMIN | ROLE_SITE,\n\t\t"SELECT '\''\\\\'\'', \\"b\\"\\n"\n\t\t"\tFROM c"},\n' |
		diff - "$folder/found")"
finish
