#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tests of opsprobe from outside, in the build folder.
command -v python3 >/dev/null || exit 77
[ -x "${OPSMILTER_BUILD:=$(pwd)}/opsprobe" ] || exit 77
export OPSMILTER_BUILD PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "$0")" && PYTHONPATH=.. exec python3 -m unittest discover -b -s . -p 'test_*.py' "$@"
