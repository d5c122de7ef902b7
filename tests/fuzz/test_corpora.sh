#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Gives every stored input to its fuzz target; run in the build folder by "make check".
status=0
for corpus in "${srcdir:-.}"/tests/fuzz/corpus/*/; do
	name=$(basename "$corpus")
	# A target of a program that was left out, as by --without-web, is not there.
	[ -e "./tests/fuzz/fuzz_$name" ] || [ ! -e "${srcdir:-.}/tests/fuzz/fuzz_$name.c" ] || continue
	if ! "./tests/fuzz/fuzz_$name" "$corpus"; then
		echo "fuzz_$name failed on one of $corpus" >&2
		status=1
	fi
done
exit $status
