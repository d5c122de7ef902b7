#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The Debian packages and the systemd units.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

version=$(sed -n 's/^AC_INIT(\[opsmilter\], \[\(.*\)\])$/\1/p' configure.ac)
packaged=$(sed -n '1s/^opsmilter (\(.*\)) .*/\1/p' debian/changelog)
report "the packages have the version of the project" \
	"$([ "$version" = "$packaged" ] || echo "configure.ac: $version, debian/changelog: $packaged")"

# The programs are not installed where this runs.
for unit in contrib/*.service; do
	sed -E 's|/usr/sbin/ops[a-z]+|/bin/true|' "$unit" > "$scratch/${unit#contrib/}"
done
verifies="systemd reads the units without a warning"
exposure="systemd-analyze gives each unit an exposure of at most 1.5"
# With another version the figures differ; --offline came with 250.
if ! systemd-analyze --help 2>/dev/null | grep -q -e '--offline'; then
	skip "$verifies" "there is no systemd-analyze that works offline"
	skip "$exposure" "there is no systemd-analyze that works offline"
else
	report "$verifies" "$(systemd-analyze verify --man=no "$scratch"/*.service 2>&1)"
	report "$exposure" "$(for unit in "$scratch"/*.service; do
		systemd-analyze security --offline=true --threshold=15 "$unit" > "$scratch/exposure" 2>&1 ||
			tail -n 1 "$scratch/exposure"
	done)"
fi
finish
