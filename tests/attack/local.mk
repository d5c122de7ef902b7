# SPDX-License-Identifier: BSD-2-Clause
# A whole installation against strangers, in network namespaces; "make check-attack".
EXTRA_DIST += \
	tests/attack/hosts.py \
	tests/attack/run \
	tests/attack/setting.py \
	tests/attack/test_tests.py \
	tests/attack/test_visitors.py
