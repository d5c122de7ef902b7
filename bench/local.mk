# SPDX-License-Identifier: BSD-2-Clause
# Benchmarks: not built by default. `make bench` takes under two minutes, `make bench-full` about an hour.
EXTRA_PROGRAMS += bench/floor bench/load
CLEANFILES += bench/floor bench/load
bench_floor_SOURCES = bench/floor.c
bench_floor_LDADD = $(MILTER_LIBS)
bench_load_SOURCES = bench/load.c tests/support/mta.c tests/support/mta.h
bench_load_LDADD =
