# SPDX-License-Identifier: BSD-2-Clause
# The manual pages, in mdoc.
dist_man_MANS += \
	man/opsctl.8 \
	man/opsmilter-schema.5 \
	man/opsmilter.8 \
	man/opsmilter.conf.5
