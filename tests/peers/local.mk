# SPDX-License-Identifier: BSD-2-Clause
# The prober against real proxies; "make check-peers".
EXTRA_DIST += \
	tests/peers/liars.py \
	tests/peers/programs.py \
	tests/peers/run \
	tests/peers/setting.py \
	tests/peers/test_answers.py \
	tests/peers/test_peers.py \
	tests/peers/test_rounds.py
