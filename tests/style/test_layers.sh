#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The layers hold: a file includes only its own layer and lower ones.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1

# includes_of FOLDER - FILE:LINE:LAYER for each include of one of our layers.
includes_of() {
	find "$1" -name '*.[ch]' -exec grep -Hn '^[ ]*# *include "[a-z]*/' {} + |
		sed 's/^\([^:]*:[0-9]*\):.*"\([a-z]*\)\/.*/\1:\2/'
}

# upward FOLDER LAYER... - the includes of a folder that are not of these layers.
upward() {
	folder=$1
	shift
	[ -d "$folder" ] || return 0
	allowed=$(echo "$*" | tr ' ' '|')
	includes_of "$folder" | grep -vE ":($allowed)\$"
}

report "lib/base includes base only" "$(upward lib/base base)"
report "lib/core includes core and base" "$(upward lib/core base core)"
report "lib/store includes store, core and base" "$(upward lib/store base core store)"
report "lib/conf includes conf, core and base" "$(upward lib/conf base core conf)"
report "lib/mail includes mail, core and base" "$(upward lib/mail base core mail)"
report "lib/daemon includes daemon, conf, store, core and base" "$(upward lib/daemon base core store conf daemon)"
for program in milter ctl probe web; do
	[ -d "$program" ] || continue
	report "$program includes itself and the library" \
		"$(upward "$program" base core store conf mail daemon "$program")"
done
report "only lib/store includes sqlite3.h" \
	"$(grep -rn 'include *<sqlite3.h>' lib milter ctl probe web --include='*.[ch]' | grep -v '^lib/store/')"
report "only lib/conf includes confuse.h" \
	"$(grep -rn 'include *<confuse.h>' lib milter ctl probe web --include='*.[ch]' | grep -v '^lib/conf/')"
report "only lib/mail includes GLib, GMime and libxml2" \
	"$(grep -rnE 'include *<(glib|gmime|libxml)' lib milter ctl probe web --include='*.[ch]' | grep -v '^lib/mail/')"
# What opsctl checks over the wire takes the protocol's numbers from libmilter, not its functions.
report "only milter includes libmilter, but for the protocol's numbers" \
	"$(grep -rn 'include *<libmilter/mfapi' lib ctl probe web --include='*.[ch]')"
# Values in, values out: no files, no sockets, no clock.
report "lib/core does no input and output" \
	"$(grep -nE 'include *(<(fcntl|sys/socket|sys/stat|unistd|time|pthread|syslog)\.h>|"base/(clock|log|daemon)\.h")' \
		lib/core/*.c | grep -v clock)"
finish
