# SPDX-License-Identifier: BSD-2-Clause
# The packages in a booted Debian; "scripts/test installed".
EXTRA_DIST += \
	tests/installed/inside.sh \
	tests/installed/run
