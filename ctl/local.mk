# SPDX-License-Identifier: BSD-2-Clause
# opsctl: a table of commands, one file per noun.
sbin_PROGRAMS += opsctl
opsctl_SOURCES = \
	ctl/command.c ctl/command.h \
	ctl/context.c ctl/context.h \
	ctl/json.c ctl/json.h \
	ctl/main.c \
	ctl/options.c ctl/options.h \
	ctl/output.c ctl/output.h \
	ctl/table.c
opsctl_SOURCES += \
	ctl/init.c \
	ctl/list.c
opsctl_LDADD = libops.a $(SQLITE_LIBS) $(CONFUSE_LIBS) $(LIBMD_LIBS)
