# SPDX-License-Identifier: BSD-2-Clause
# The command line of opsctl, from outside; each tests/ctl/test_*.py is found by itself.
dist_check_SCRIPTS += tests/ctl/run.sh
EXTRA_DIST += \
	tests/ctl/command_line.py \
	tests/ctl/test_errors.py \
	tests/ctl/test_import_export.py \
	tests/ctl/test_listing.py \
	tests/ctl/test_reading.py \
	tests/ctl/test_requests.py \
	tests/ctl/test_usage.py
WIRE_TESTS += tests/ctl/run.sh
