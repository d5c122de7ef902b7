# SPDX-License-Identifier: BSD-2-Clause
# opsprobe: tests hosts for open proxies. libprobe.a is all of it but main(), for the tests.
if WITH_PROBE
noinst_LIBRARIES += libprobe.a
libprobe_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
libprobe_a_SOURCES = \
	probe/attempt.c probe/attempt.h \
	probe/test_once.c probe/test_once.h \
	probe/outcome.c probe/outcome.h \
	probe/engine.c probe/engine.h \
	probe/exchange.c probe/exchange.h \
	probe/selftest_proxy.c probe/selftest_proxy.h \
	probe/assessment.c probe/assessment.h \
	probe/intake.c probe/intake.h \
	probe/listener.c probe/listener.h \
	probe/lock.c probe/lock.h \
	probe/ports.c probe/ports.h \
	probe/proto_gateway.c probe/proto_gateway.h \
	probe/proto_http.c probe/proto_http.h \
	probe/proto_socks.c probe/proto_socks.h \
	probe/protocols.c probe/protocols.h \
	probe/report.c probe/report.h \
	probe/result.c probe/result.h \
	probe/schedule.c probe/schedule.h \
	probe/selftest.c probe/selftest.h \
	probe/prober.c probe/prober.h \
	probe/slots.c probe/slots.h \
	probe/eligibility.c probe/eligibility.h \
	probe/job_test.c probe/job_test.h \
	probe/host_test.c probe/host_test.h \
	probe/token.c probe/token.h \
	probe/transcript.c probe/transcript.h \
	probe/web_server.c probe/web_server.h \
	probe/worker.c probe/worker.h

sbin_PROGRAMS += opsprobe
opsprobe_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
opsprobe_SOURCES = probe/main.c
opsprobe_LDADD = libprobe.a libops.a $(EVENT_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(LIBMD_LIBS)
endif
