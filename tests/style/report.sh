# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# For the scripts of this folder, which read it with ".". A line for each test, and the reasons of
# one that failed; the script's exit status is that of all its tests.
export LC_ALL=C
tests=${srcdir:-$(dirname "$0")/../..}
root=$(CDPATH='' cd -- "$tests" && pwd)
failed=0

# report SENTENCE FAULTS - a test has passed when there are no faults to show.
report() {
	if [ -z "$2" ]; then
		echo "ok: $1"
	else
		echo "FAILED: $1"
		printf '%s\n' "$2" | sed 's/^/    /'
		failed=1
	fi
}

# skip SENTENCE WHY
skip() {
	echo "skipped: $1: $2"
}

finish() {
	exit "$failed"
}

# The project's own files with one of these endings, relative to the root.
source_files() {
	(cd "$root" && for ending; do
		find bench contrib ctl lib man milter probe schema scripts tests web -type f -name "*.$ending"
	done | grep -v -e '^lib/store/schema\.c$' -e '^lib/store/statement_names\.h$' \
		-e '^lib/store/statement_texts\.c$' -e '^web/embedded\.[ch]$' -e '/__pycache__/' | sort)
}

# The scripts and texts that have no ending to know them by.
other_files() {
	(cd "$root" && for file in bootstrap configure.ac Makefile.am schema/embed* scripts/* \
		.ci/run tests/*/run bench/* contrib/completion/* contrib/opsmilter.* \
		debian/rules debian/*.postinst debian/*.postrm debian/*.prerm; do
		[ -f "$file" ] && case $file in */*.*.*|bench/*.*) ;; *) echo "$file" ;; esac
	done | sort -u)
}
