# SPDX-License-Identifier: BSD-2-Clause
# opsprobe: tests hosts for open proxies. libprobe.a is all of it but main(), for the tests.
if WITH_PROBE
noinst_LIBRARIES += libprobe.a
libprobe_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
libprobe_a_SOURCES = \
	probe/engine.h \
	probe/judge.c probe/judge.h \
	probe/ports.c probe/ports.h \
	probe/result.c probe/result.h
endif
