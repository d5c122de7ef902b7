# SPDX-License-Identifier: BSD-2-Clause
sbin_PROGRAMS += opsmilter
opsmilter_SOURCES = \
	milter/answer.c milter/answer.h \
	milter/background.c milter/background.h \
	milter/callbacks.c milter/callbacks.h \
	milter/counters.c milter/counters.h \
	milter/filter.c milter/filter.h \
	milter/flow.c milter/flow.h \
	milter/main.c \
	milter/session.c milter/session.h \
	milter/signals.c milter/signals.h \
	milter/socket.c milter/socket.h \
	milter/threads.h \
	milter/trap.c milter/trap.h
if HAVE_GLIBC_THREADS
opsmilter_SOURCES += milter/threads_glibc.c
else
opsmilter_SOURCES += milter/threads_other.c
endif
opsmilter_LDADD = libops.a $(MILTER_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(LIBMD_LIBS)
