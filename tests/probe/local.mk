# SPDX-License-Identifier: BSD-2-Clause
# opsprobe from outside; each tests/probe/test_*.py is found by itself.
dist_check_SCRIPTS += tests/probe/run.sh
EXTRA_DIST += \
	tests/probe/prober.py \
	tests/probe/test_program.py \
	tests/probe/test_router.py
if WITH_PROBE
WIRE_TESTS += tests/probe/run.sh
endif
