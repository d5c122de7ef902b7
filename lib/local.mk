# SPDX-License-Identifier: BSD-2-Clause
# The library of all programs, one list per layer; a layer uses itself and those above it here.
noinst_LIBRARIES += libops.a
libops_a_SOURCES =

libops_a_SOURCES += \
	lib/base/addr.c lib/base/addr.h \
	lib/base/clock.c lib/base/clock.h \
	lib/base/daemon.c lib/base/daemon.h \
	lib/base/err.c lib/base/err.h \
	lib/base/log.c lib/base/log.h \
	lib/base/network.c \
	lib/base/pidfile.c \
	lib/base/text.c lib/base/text.h
