# SPDX-License-Identifier: BSD-2-Clause
# The manual pages, in mdoc.
dist_man_MANS += \
	man/opsctl.8 \
	man/opsmilter-schema.5 \
	man/opsmilter.8 \
	man/opsmilter.conf.5
if WITH_PROBE
dist_man_MANS += man/opsprobe.8
else
EXTRA_DIST += man/opsprobe.8
endif
if WITH_WEB
dist_man_MANS += man/opsweb.8
else
EXTRA_DIST += man/opsweb.8
endif
