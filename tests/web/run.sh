#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tests of opsweb as a visitor sees it, in the build folder.
command -v python3 >/dev/null || exit 77
[ -x "${OPSMILTER_BUILD:=$(pwd)}/opsweb" ] || exit 77
support=$(cd "$(dirname "$0")/../support" && pwd)
export LSAN_OPTIONS="suppressions=$support/leak-sanitizer.suppressions:print_suppressions=0"
export OPSMILTER_BUILD PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "$0")" && PYTHONPATH=.. exec python3 -m unittest discover -b -s . -p 'test_*.py' "$@"
