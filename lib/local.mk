# SPDX-License-Identifier: BSD-2-Clause
# The library of all programs, one list per layer; a layer uses itself and those above it here.
noinst_LIBRARIES += libops.a
libops_a_SOURCES =

libops_a_SOURCES += \
	lib/base/addr.c lib/base/addr.h \
	lib/base/clock.c lib/base/clock.h \
	lib/base/err.c lib/base/err.h \
	lib/base/file.c lib/base/file.h \
	lib/base/json.c lib/base/json.h \
	lib/base/log.c lib/base/log.h \
	lib/base/network.c lib/base/network.h \
	lib/base/number.c lib/base/number.h \
	lib/base/reserved.c lib/base/reserved.h \
	lib/base/text.c lib/base/text.h

libops_a_SOURCES += \
	lib/core/caps.c lib/core/caps.h \
	lib/core/client.c lib/core/client.h \
	lib/core/header.c lib/core/header.h \
	lib/core/hit.c lib/core/hit.h \
	lib/core/listing.c lib/core/listing.h \
	lib/core/policy.c lib/core/policy.h \
	lib/core/received.c lib/core/received.h \
	lib/core/reply.c lib/core/reply.h \
	lib/core/verdict.c lib/core/verdict.h

libops_a_SOURCES += \
	lib/store/batch.c lib/store/batch.h \
	lib/store/counters.c lib/store/counters.h \
	lib/store/db.c lib/store/db.h \
	lib/store/db_private.h lib/store/db_statement.c \
	lib/store/evidence.c lib/store/evidence.h \
	lib/store/exemptions.c lib/store/exemptions.h \
	lib/store/history.c lib/store/history.h \
	lib/store/hitlog_queue.c lib/store/hitlog_queue.h \
	lib/store/hitlog.c lib/store/hitlog.h \
	lib/store/hits.c lib/store/hits.h \
	lib/store/import.c lib/store/import.h \
	lib/store/inbox.c lib/store/inbox.h \
	lib/store/jobs.c lib/store/jobs.h \
	lib/store/listings.c lib/store/listings.h \
	lib/store/lists.c lib/store/lists.h \
	lib/store/lookup.c lib/store/lookup.h \
	lib/store/migrate.c lib/store/migrate.h \
	lib/store/nominations.c lib/store/nominations.h \
	lib/store/pool.c lib/store/pool.h \
	lib/store/removals.c lib/store/removals.h \
	lib/store/requests.c lib/store/requests.h \
	lib/store/schema.h \
	lib/store/statements.h \
	lib/store/tests.c lib/store/tests.h
nodist_libops_a_SOURCES = lib/store/schema.c lib/store/statement_names.h lib/store/statement_texts.c

libops_a_SOURCES += \
	lib/conf/conf.c lib/conf/conf.h \
	lib/conf/options.c lib/conf/options.h \
	lib/conf/socket_name.c lib/conf/socket_name.h \
	lib/conf/source.c lib/conf/source.h \
	lib/conf/syntax.c lib/conf/syntax.h \
	lib/conf/values.h

libops_a_SOURCES += \
	lib/daemon/daemon.c lib/daemon/daemon.h \
	lib/daemon/failure_log.c lib/daemon/failure_log.h \
	lib/daemon/notify.c lib/daemon/notify.h \
	lib/daemon/pidfile.c \
	lib/daemon/program.c lib/daemon/program.h \
	lib/daemon/reload.c lib/daemon/reload.h \
	lib/daemon/snapshot.c lib/daemon/snapshot.h

# Spam copies for the public; only the site links with this.
if WITH_WEB
noinst_LIBRARIES += libmail.a
libmail_a_CPPFLAGS = $(AM_CPPFLAGS) $(MAIL_CFLAGS)
libmail_a_SOURCES = \
	lib/mail/copy.c lib/mail/copy.h \
	lib/mail/envelope.c lib/mail/envelope.h \
	lib/mail/html_text.c lib/mail/html_text.h \
	lib/mail/identity.c lib/mail/identity.h \
	lib/mail/message.c lib/mail/message.h \
	lib/mail/pattern.c lib/mail/pattern.h \
	lib/mail/plain.c lib/mail/plain.h \
	lib/mail/redact.c lib/mail/redact.h
endif
