# SPDX-License-Identifier: BSD-2-Clause
# Benchmarks: not built by default. `make bench` takes under two minutes, `make bench-full` about ten and 10 GB of
# disk. The table is written to standard output and to bench/table.txt. BENCH_OPTIONS, for example
# '--rounds 3 --cache /var/tmp/opsmilter-bench', are those of bench/run. `make bench-probe` is the prober's, in seconds.
bench_tools = bench/floor bench/load bench/smtp
EXTRA_PROGRAMS += $(bench_tools)
CLEANFILES += $(bench_tools) bench/table.txt
bench_floor_SOURCES = bench/floor.c
bench_floor_LDADD = $(MILTER_LIBS)
bench_load_SOURCES = bench/load.c tests/support/mta.c tests/support/mta.h
bench_load_LDADD =
bench_smtp_SOURCES = bench/smtp.c
bench_smtp_LDADD =

if WITH_PROBE
bench_tools += bench/probe
bench_probe_SOURCES = bench/probe.c
bench_probe_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
bench_probe_LDADD = libprobe.a libops.a $(EVENT_LIBS) $(LIBMD_LIBS)
else
EXTRA_DIST += bench/probe.c
endif

EXTRA_DIST += bench/run bench/databases.py bench/listings.py bench/mail.py bench/setting.py bench/stages.py \
	bench/table.py

.PHONY: bench bench-full bench-probe
bench: all $(bench_tools)
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/bench/run' $(BENCH_OPTIONS)
bench-full: all $(bench_tools)
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/bench/run' --full $(BENCH_OPTIONS)
if WITH_PROBE
bench-probe: $(BUILT_SOURCES)
	$(MAKE) bench/probe
	bench/probe
endif
