# SPDX-License-Identifier: BSD-2-Clause
# The manual pages, in mdoc. Those that are installed name the configuration file where the programs look for it.
MANUALS = \
	man/opsctl.8 \
	man/opsmilter-schema.5 \
	man/opsmilter.8 \
	man/opsmilter.conf.5 \
	man/opsprobe.8 \
	man/opsweb.8
EXTRA_DIST += $(MANUALS)

CONFIGURED_MANUALS = \
	man/configured/opsctl.8 \
	man/configured/opsmilter-schema.5 \
	man/configured/opsmilter.8 \
	man/configured/opsmilter.conf.5
if WITH_PROBE
CONFIGURED_MANUALS += man/configured/opsprobe.8
endif
if WITH_WEB
CONFIGURED_MANUALS += man/configured/opsweb.8
endif
man_MANS = $(CONFIGURED_MANUALS)
CLEANFILES += $(CONFIGURED_MANUALS)

$(CONFIGURED_MANUALS): $(MANUALS) Makefile
	$(AM_V_GEN)$(MKDIR_P) man/configured && name=$$(basename $@) && \
	sed 's|/etc/opsmilter\.conf|$(sysconfdir)/opsmilter.conf|g' "$(srcdir)/man/$$name" > $@.new && mv $@.new $@
