#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tests of opsctl's command line; OPSCTL names the program, the one in the build folder by default.
command -v python3 >/dev/null || exit 77
OPSCTL=$(realpath "${OPSCTL:-./opsctl}")
export OPSCTL PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "$0")" && exec python3 -m unittest discover -b -s . -p 'test_*.py' "$@"
