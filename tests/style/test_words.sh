#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What people read is in plain English. old_words has what we do not write, and what to write instead.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1
words=tests/style/old_words
patterns=$(mktemp) || exit 1
trap 'rm -f "$patterns"' EXIT
grep -v '^#' "$words" | cut -f 1 > "$patterns"

# old_words FILE... - FILE:LINE:WORD for each one that is left.
old_words() {
	grep -HnoiE -f "$patterns" "$@" 2>/dev/null
}

texts="README HACKING NEWS CONTRIBUTING SECURITY"
# shellcheck disable=SC2046
report "no old words in the manual pages" "$(old_words man/*.[58])"
# shellcheck disable=SC2086
report "no old words in the texts" "$(old_words $texts)"
# shellcheck disable=SC2046
report "no old words on the site" "$(old_words $(find web/pages -type f))"
# Steps of the schema that were released are never edited.
# shellcheck disable=SC2046
report "no old words in the programs and their comments" \
	"$(old_words $(source_files c h sql | grep -v -e '^tests/' -e '^schema/ops/000[12]_' -e '^schema/hits/000[12]_'))"
# shellcheck disable=SC2046
report "no old words in scripts and samples" \
	"$(old_words $(find contrib scripts -type f) bootstrap configure.ac Makefile.am)"
# shellcheck disable=SC2046
report "no old words in the tests" "$(old_words $(source_files c h py sh mk | grep '^tests/'))"
finish
