# SPDX-License-Identifier: BSD-2-Clause
# opsctl: a table of commands, one file per noun.
sbin_PROGRAMS += opsctl
opsctl_SOURCES = \
	ctl/listing_limits.c ctl/listing_limits.h \
	ctl/command.c ctl/command.h \
	ctl/context.c ctl/context.h \
	ctl/file.c ctl/file.h \
	ctl/line_reader.c ctl/line_reader.h \
	ctl/main.c \
	ctl/options.c ctl/options.h \
	ctl/output.c ctl/output.h \
	ctl/progress.c ctl/progress.h \
	ctl/table.c ctl/table.h \
	ctl/typed.c ctl/typed.h
opsctl_SOURCES += \
	ctl/evidence.c \
	ctl/exempt.c \
	ctl/export.c \
	ctl/export_formats.c ctl/export_formats.h \
	ctl/export_zone.c \
	ctl/formats.c ctl/formats.h \
	ctl/hits.c ctl/hits.h \
	ctl/import.c \
	ctl/import_formats.c ctl/import_formats.h \
	ctl/init.c \
	ctl/list.c \
	ctl/listing.c
opsctl_SOURCES += \
	ctl/check.c \
	ctl/check_files.c \
	ctl/check_sockets.c \
	ctl/check_parts.h \
	ctl/check_prober.c \
	ctl/check_report.c ctl/check_report.h \
	ctl/history.c \
	ctl/lookup.c \
	ctl/nominate.c \
	ctl/purge.c \
	ctl/report.c \
	ctl/requests.c
opsctl_LDADD = libops.a $(SQLITE_LIBS) $(CONFUSE_LIBS) $(LIBMD_LIBS)
