#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No circle between the files of a folder: they can be read, and understood, one after the other. A file depends on
# another one when it includes its header, or uses a function or an object that the other one defines.
# Run in the build folder by "make check", after the objects are built.
. "${srcdir:-.}/tests/style/report.sh"
build=$(pwd)

# includes FOLDER - "FILE FILE" for each include of a header of the same folder, both without their endings.
includes() {
	(cd "$root/$1" && grep -H '^ *# *include "' ./*.[ch] |
		sed -nE "s|^\./([a-z0-9_]+)\.[ch]:.*\"${1#lib/}/([a-z0-9_]+)\.h\".*|\1 \2|p")
}

# uses FOLDER - the same for what one object file takes from another one.
uses() {
	(cd "$build/$1" && for object in *.o; do
		file=$(basename "$object" .o)
		file=${file#*-} # libprobe_a-engine.o
		[ -f "$root/$1/$file.c" ] && nm -P "$object" | sed "s|^|$file |"
	done) | awk '
		$3 ~ /^[TDBRVC]$/ { owner[$2] = $1 }
		$3 == "U" { user[++count] = $1; symbol[count] = $2 }
		END {
			for (i = 1; i <= count; i++)
				if (symbol[i] in owner)
					print user[i], owner[symbol[i]]
		}'
}

# Takes away, again and again, the files that depend on no file that is left, or that no file that is left depends
# on: what stays is in a circle, or between two.
circles() {
	awk '
		$1 != $2 && !(($1, $2) in edge) { edge[$1, $2]; from[++count] = $1; to[count] = $2 }
		END {
			do {
				split("", depends)
				split("", needed)
				for (i = 1; i <= count; i++)
					if (from[i] != "") {
						depends[from[i]]
						needed[to[i]]
					}
				changed = 0
				for (i = 1; i <= count; i++)
					if (from[i] != "" && (!(from[i] in needed) || !(to[i] in depends))) {
						from[i] = ""
						changed = 1
					}
			} while (changed)
			for (i = 1; i <= count; i++)
				if (from[i] != "")
					print from[i] " needs " to[i]
		}' | sort
}

report "the test finds a circle of three" "$(
	found=$(printf '%s\n' 'start a' 'a b' 'b c' 'c a' 'c end' 'a a' | circles | tr '\n' ';')
	[ "$found" = "a needs b;b needs c;c needs a;" ] || echo "$found")"
for folder in lib/base lib/core lib/store lib/conf lib/daemon milter ctl probe web; do
	[ -d "$root/$folder" ] || continue
	report "$folder has no circle of files" "$({ includes "$folder"; uses "$folder"; } | circles)"
done
finish
