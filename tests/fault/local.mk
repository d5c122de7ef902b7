# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += \
	tests/support/milter.py \
	tests/fault/run \
	tests/fault/setting.py \
	tests/fault/slow_disk.c \
	tests/fault/test_database.py \
	tests/fault/test_hit_log.py \
	tests/fault/test_import.py \
	tests/fault/test_kill.py \
	tests/fault/test_limits.py \
	tests/fault/test_rights.py \
	tests/fault/test_slow_disk.py
