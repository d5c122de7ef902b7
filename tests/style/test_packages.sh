#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The Debian packages and the systemd units.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1

version=$(sed -n 's/^AC_INIT(\[opsmilter\], \[\(.*\)\])$/\1/p' configure.ac)
packaged=$(sed -n '1s/^opsmilter (\(.*\)) .*/\1/p' debian/changelog)
report "the packages have the version of the project" \
	"$([ "$version" = "$packaged" ] || echo "configure.ac: $version, debian/changelog: $packaged")"
finish
