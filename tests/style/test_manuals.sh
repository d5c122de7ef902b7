#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The manual pages and the files of contrib are in order.
. "${srcdir:-.}/tests/style/report.sh"
cd "$root" || exit 1

sentence="mandoc has no warning about the manual pages"
if command -v mandoc >/dev/null; then
	report "$sentence" "$(mandoc -T lint -W warning man/*.[58] 2>&1)"
else
	skip "$sentence" "mandoc is not installed"
fi

sentence="each service's exposure is at most 2.0"
if systemd-analyze security --help 2>&1 | grep -q -- --offline; then
	report "$sentence" "$(for unit in contrib/*.service; do
		systemd-analyze security --offline=yes --threshold=20 "$unit" >/dev/null 2>&1 ||
			systemd-analyze security --offline=yes "$unit" 2>&1 | tail -n 1
	done)"
else
	skip "$sentence" "there is no systemd-analyze that can tell"
fi

# agrees SENTENCE PATTERN FILE... - each file has the pattern, in the same words.
agrees() {
	sentence=$1
	pattern=$2
	shift 2
	report "$sentence" "$(
		grep -LE "$pattern" "$@"
		[ "$(grep -hoE "$pattern" "$@" | sort -u | wc -l)" = 1 ] || grep -noE "$pattern" "$@"
	)"
}
agrees "the line for Sendmail is the same everywhere" "S=local:[^']*" \
	README man/opsmilter.8 web/pages/use.html contrib/sendmail.m4
agrees "the line for Postfix is the same everywhere" "smtpd_milters = .*" \
	README man/opsmilter.8 web/pages/use.html contrib/postfix-main.cf

sentence="the completion is well-formed"
if command -v bash >/dev/null; then
	report "$sentence" "$(bash -n contrib/completion/opsctl 2>&1)"
else
	skip "$sentence" "bash is not installed"
fi

sentence="Postfix knows every word of its fragments"
if command -v postconf >/dev/null; then
	folder=$(mktemp -d) || exit 1
	trap 'rm -rf "$folder"' EXIT
	cp contrib/postfix-main.cf "$folder/main.cf"
	cp contrib/postfix-master.cf "$folder/master.cf"
	report "$sentence" "$(
		for what in -n -M -P; do postconf -c "$folder" "$what" 2>&1 >/dev/null; done
		postconf -c "$folder" -h milter_default_action | grep -vx accept
		postconf -c "$folder" -P submission/inet/smtpd_milters 2>&1 | grep -v '= *$'
	)"
else
	skip "$sentence" "Postfix is not installed"
fi
finish
