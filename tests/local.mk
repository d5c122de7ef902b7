# SPDX-License-Identifier: BSD-2-Clause
# A unit test is one line: UNIT_TESTS += tests/FOLDER/test_MODULE, made of test_MODULE.c and the
# library. One that needs more says so: tests_FOLDER_test_MODULE_SOURCES = ...
UNIT_TESTS =
FUZZ_TARGETS =
# The tests of whole programs from outside.
WIRE_TESTS =

AM_TESTS_ENVIRONMENT = \
	TSAN_OPTIONS='suppressions=$(abs_srcdir)/tests/support/thread-sanitizer.suppressions'; export TSAN_OPTIONS;
EXTRA_DIST += tests/support/leak-sanitizer.suppressions tests/support/thread-sanitizer.suppressions

AM_CPPFLAGS += -I$(top_srcdir) $(CMOCKA_CFLAGS)
# What a program links with unless it has an LDADD of its own: the tests.
LDADD = libops.a $(CMOCKA_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(LIBMD_LIBS)

if HAVE_CMOCKA
UNIT_TESTS += tests/base/test_addr
UNIT_TESTS += tests/base/test_clock
UNIT_TESTS += tests/base/test_err
UNIT_TESTS += tests/base/test_file
UNIT_TESTS += tests/base/test_json
UNIT_TESTS += tests/base/test_log
UNIT_TESTS += tests/base/test_network
UNIT_TESTS += tests/base/test_number
UNIT_TESTS += tests/base/test_reserved
UNIT_TESTS += tests/base/test_text
UNIT_TESTS += tests/conf/test_conf
UNIT_TESTS += tests/conf/test_socket_name
UNIT_TESTS += tests/core/test_client
UNIT_TESTS += tests/core/test_hit
UNIT_TESTS += tests/core/test_listing
UNIT_TESTS += tests/core/test_policy
UNIT_TESTS += tests/core/test_received
UNIT_TESTS += tests/core/test_reply
UNIT_TESTS += tests/core/test_verdict
UNIT_TESTS += tests/daemon/test_daemon
UNIT_TESTS += tests/daemon/test_daemon_failures
UNIT_TESTS += tests/daemon/test_failure_log
UNIT_TESTS += tests/daemon/test_notify
UNIT_TESTS += tests/daemon/test_pidfile
UNIT_TESTS += tests/daemon/test_reload
UNIT_TESTS += tests/daemon/test_snapshot
UNIT_TESTS += tests/milter/test_failures
UNIT_TESTS += tests/milter/test_forged
UNIT_TESTS += tests/milter/test_process
UNIT_TESTS += tests/milter/test_start
UNIT_TESTS += tests/milter/test_traps
UNIT_TESTS += tests/milter/test_wire
UNIT_TESTS += tests/store/test_db
UNIT_TESTS += tests/store/test_evidence
UNIT_TESTS += tests/store/test_exemptions
UNIT_TESTS += tests/store/test_history
UNIT_TESTS += tests/store/test_hits
UNIT_TESTS += tests/store/test_hitlog
UNIT_TESTS += tests/store/test_hitlog_disk
UNIT_TESTS += tests/store/test_import
UNIT_TESTS += tests/store/test_inbox
UNIT_TESTS += tests/store/test_jobs
UNIT_TESTS += tests/store/test_listings
UNIT_TESTS += tests/store/test_lists
UNIT_TESTS += tests/store/test_lookup
UNIT_TESTS += tests/store/test_migrate
UNIT_TESTS += tests/store/test_pool
UNIT_TESTS += tests/store/test_requests
UNIT_TESTS += tests/store/test_roles
UNIT_TESTS += tests/store/test_schema
UNIT_TESTS += tests/store/test_statements
endif

if HAVE_CMOCKA
if WITH_PROBE
UNIT_TESTS += tests/probe/test_outcome
UNIT_TESTS += tests/probe/test_engine
UNIT_TESTS += tests/probe/test_exchange
UNIT_TESTS += tests/probe/test_assessment
UNIT_TESTS += tests/probe/test_listener
UNIT_TESTS += tests/probe/test_ports
UNIT_TESTS += tests/probe/test_schedule
UNIT_TESTS += tests/probe/test_host_test
UNIT_TESTS += tests/probe/test_slots
UNIT_TESTS += tests/probe/test_attempt
UNIT_TESTS += tests/probe/test_eligibility
UNIT_TESTS += tests/probe/test_report
UNIT_TESTS += tests/probe/test_transcript
UNIT_TESTS += tests/probe/test_web_server
UNIT_TESTS += tests/probe/test_worker
UNIT_TESTS += tests/probe/test_worker_faults
endif
endif

# The prober, without its main().
PROBE_LDADD = libprobe.a $(LDADD) $(EVENT_LIBS)
tests_probe_test_outcome_LDADD = $(PROBE_LDADD)
tests_probe_test_engine_LDADD = $(PROBE_LDADD)
tests_probe_test_exchange_LDADD = $(PROBE_LDADD)
tests_probe_test_assessment_LDADD = $(PROBE_LDADD)
tests_probe_test_listener_LDADD = $(PROBE_LDADD)
tests_probe_test_ports_LDADD = $(PROBE_LDADD)
tests_probe_test_schedule_LDADD = $(PROBE_LDADD)
tests_probe_test_host_test_LDADD = $(PROBE_LDADD)
tests_probe_test_slots_LDADD = $(PROBE_LDADD)
tests_probe_test_attempt_LDADD = $(PROBE_LDADD)
tests_probe_test_eligibility_SOURCES = tests/probe/test_eligibility.c $(ADMIN_DB)
tests_probe_test_eligibility_LDADD = $(PROBE_LDADD)
tests_probe_test_report_LDADD = $(PROBE_LDADD)
tests_probe_test_transcript_LDADD = $(PROBE_LDADD)
tests_probe_test_web_server_LDADD = $(PROBE_LDADD)
# With an engine of its own instead of the real one.
WORKING = tests/probe/working.h tests/probe/fake_engine.c tests/probe/fake_engine.h $(ADMIN_DB)
tests_probe_test_worker_SOURCES = tests/probe/test_worker.c $(WORKING)
tests_probe_test_worker_LDADD = $(PROBE_LDADD)
tests_probe_test_worker_faults_SOURCES = tests/probe/test_worker_faults.c $(WORKING) $(CAPTURE)
tests_probe_test_worker_faults_LDADD = $(PROBE_LDADD)

if HAVE_CMOCKA
if WITH_WEB
UNIT_TESTS += tests/mail/test_copy
UNIT_TESTS += tests/mail/test_redact
UNIT_TESTS += tests/web/test_limits
UNIT_TESTS += tests/web/test_page
UNIT_TESTS += tests/web/test_router
UNIT_TESTS += tests/web/test_connections
UNIT_TESTS += tests/web/test_forwarded
UNIT_TESTS += tests/web/test_template
UNIT_TESTS += tests/web/test_visit
endif
endif

# Spam copies for the public.
MAIL_LDADD = libmail.a $(LDADD) $(MAIL_LIBS)
tests_mail_test_copy_SOURCES = tests/mail/test_copy.c tests/mail/leaks.h
tests_mail_test_copy_LDADD = $(MAIL_LDADD)
tests_mail_test_redact_CPPFLAGS = $(AM_CPPFLAGS) $(MAIL_CFLAGS)
tests_mail_test_redact_LDADD = $(MAIL_LDADD)

# The site, without its main().
WEB_LDADD = libweb.a libmail.a $(LDADD) $(MICROHTTPD_LIBS) $(MAIL_LIBS)
tests_web_test_limits_LDADD = $(WEB_LDADD)
tests_web_test_page_LDADD = $(WEB_LDADD)
tests_web_test_router_LDADD = $(WEB_LDADD)
tests_web_test_connections_LDADD = $(WEB_LDADD)
tests_web_test_forwarded_LDADD = $(WEB_LDADD)
tests_web_test_template_LDADD = $(WEB_LDADD)
tests_web_test_visit_LDADD = $(WEB_LDADD)

# Tests in which calls of the system fail on demand.
FAULTS = tests/support/faults.c tests/support/faults.h
FAULT_OPTIONS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=getpwnam,--wrap=getgrnam \
	-Wl,--wrap=fork,--wrap=setsid,--wrap=chdir,--wrap=dup2,--wrap=fchmod,--wrap=flock,--wrap=fstat \
	-Wl,--wrap=getrlimit,--wrap=initgroups,--wrap=link,--wrap=mkstemp,--wrap=rename,--wrap=setgid \
	-Wl,--wrap=setuid,--wrap=socketpair
tests_daemon_test_daemon_failures_SOURCES = tests/daemon/test_daemon_failures.c $(FAULTS)
tests_daemon_test_daemon_failures_LDFLAGS = $(FAULT_OPTIONS)

# What a test writes to standard error.
CAPTURE = tests/support/capture.c tests/support/capture.h
tests_base_test_log_SOURCES = tests/base/test_log.c $(CAPTURE)
tests_daemon_test_failure_log_SOURCES = tests/daemon/test_failure_log.c $(CAPTURE)
tests_daemon_test_notify_SOURCES = tests/daemon/test_notify.c $(CAPTURE)
tests_daemon_test_reload_SOURCES = tests/daemon/test_reload.c $(CAPTURE)

# The tests of the store share a scratch database.
SCRATCH_DB = tests/store/scratch_db.c tests/store/scratch_db.h
ADMIN_DB = $(SCRATCH_DB) tests/store/admin_db.h
tests_store_test_db_SOURCES = tests/store/test_db.c $(SCRATCH_DB)
tests_store_test_evidence_SOURCES = tests/store/test_evidence.c $(ADMIN_DB)
tests_store_test_exemptions_SOURCES = tests/store/test_exemptions.c $(ADMIN_DB)
tests_store_test_history_SOURCES = tests/store/test_history.c $(ADMIN_DB)
tests_store_test_hits_SOURCES = tests/store/test_hits.c $(SCRATCH_DB)
tests_store_test_hitlog_SOURCES = tests/store/test_hitlog.c $(SCRATCH_DB)
tests_store_test_hitlog_disk_SOURCES = tests/store/test_hitlog_disk.c $(SCRATCH_DB)
tests_store_test_import_SOURCES = tests/store/test_import.c $(ADMIN_DB)
tests_store_test_inbox_SOURCES = tests/store/test_inbox.c $(ADMIN_DB)
tests_store_test_jobs_SOURCES = tests/store/test_jobs.c $(ADMIN_DB)
tests_store_test_listings_SOURCES = tests/store/test_listings.c $(ADMIN_DB)
tests_store_test_lists_SOURCES = tests/store/test_lists.c $(ADMIN_DB)
tests_store_test_lookup_SOURCES = tests/store/test_lookup.c $(SCRATCH_DB)
tests_store_test_pool_SOURCES = tests/store/test_pool.c $(SCRATCH_DB)
tests_store_test_requests_SOURCES = tests/store/test_requests.c $(ADMIN_DB)
tests_store_test_roles_SOURCES = tests/store/test_roles.c $(ADMIN_DB)
tests_store_test_schema_SOURCES = tests/store/test_schema.c $(SCRATCH_DB)
tests_store_test_statements_SOURCES = tests/store/test_statements.c $(SCRATCH_DB)

# The filter itself, over the milter protocol; it is run from the build folder.
DIALOGUE = \
	tests/milter/daemon.c tests/milter/daemon.h \
	tests/milter/dialogue.c tests/milter/dialogue.h \
	tests/support/mta.c tests/support/mta.h
tests_milter_test_failures_SOURCES = tests/milter/test_failures.c $(DIALOGUE)
tests_milter_test_forged_SOURCES = tests/milter/test_forged.c $(DIALOGUE)
tests_milter_test_process_SOURCES = tests/milter/test_process.c $(DIALOGUE)
tests_milter_test_start_SOURCES = tests/milter/test_start.c $(DIALOGUE)
tests_milter_test_traps_SOURCES = tests/milter/test_traps.c $(DIALOGUE)
tests_milter_test_wire_SOURCES = tests/milter/test_wire.c $(DIALOGUE)

# A fuzz target is a line here, its sources, and a folder of inputs tests/fuzz/corpus/NAME.
FUZZ_TARGETS += tests/fuzz/fuzz_addr
tests_fuzz_fuzz_addr_SOURCES = tests/fuzz/fuzz_addr.c tests/fuzz/replay.c
FUZZ_TARGETS += tests/fuzz/fuzz_conf
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/replay.c
FUZZ_TARGETS += tests/fuzz/fuzz_received
tests_fuzz_fuzz_received_SOURCES = tests/fuzz/fuzz_received.c tests/fuzz/replay.c
FUZZ_TARGETS += tests/fuzz/fuzz_ref
tests_fuzz_fuzz_ref_SOURCES = tests/fuzz/fuzz_ref.c tests/fuzz/replay.c
FUZZ_TARGETS += tests/fuzz/fuzz_reply
tests_fuzz_fuzz_reply_SOURCES = tests/fuzz/fuzz_reply.c tests/fuzz/replay.c
if WITH_PROBE
FUZZ_TARGETS += tests/fuzz/fuzz_exchange
FUZZ_TARGETS += tests/fuzz/fuzz_listener
endif
tests_fuzz_fuzz_exchange_SOURCES = tests/fuzz/fuzz_exchange.c tests/fuzz/replay.c
tests_fuzz_fuzz_exchange_LDADD = $(PROBE_LDADD)
tests_fuzz_fuzz_listener_SOURCES = tests/fuzz/fuzz_listener.c tests/fuzz/replay.c
tests_fuzz_fuzz_listener_LDADD = $(PROBE_LDADD)
if WITH_WEB
FUZZ_TARGETS += tests/fuzz/fuzz_copy
FUZZ_TARGETS += tests/fuzz/fuzz_form
FUZZ_TARGETS += tests/fuzz/fuzz_forwarded
FUZZ_TARGETS += tests/fuzz/fuzz_template
endif
tests_fuzz_fuzz_copy_SOURCES = tests/fuzz/fuzz_copy.c tests/fuzz/replay.c tests/mail/leaks.h
tests_fuzz_fuzz_copy_LDADD = $(MAIL_LDADD)
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c tests/fuzz/replay.c
tests_fuzz_fuzz_form_LDADD = $(WEB_LDADD)
tests_fuzz_fuzz_forwarded_SOURCES = tests/fuzz/fuzz_forwarded.c tests/fuzz/replay.c
tests_fuzz_fuzz_forwarded_LDADD = $(WEB_LDADD)
tests_fuzz_fuzz_template_SOURCES = tests/fuzz/fuzz_template.c tests/fuzz/replay.c
tests_fuzz_fuzz_template_LDADD = $(WEB_LDADD)

check_PROGRAMS += $(UNIT_TESTS) $(FUZZ_TARGETS)
dist_check_SCRIPTS += tests/fuzz/test_corpora.sh
EXTRA_DIST += tests/fuzz/corpus tests/support/coverage_exit.c tests/support/unit.h

# All that runs our programs and modules, in contrast to the tests of style. The slow ones begin first.
PROGRAM_TESTS = $(WIRE_TESTS) $(UNIT_TESTS) tests/fuzz/test_corpora.sh
TESTS += $(PROGRAM_TESTS)

# Which lines the tests run: coverage/index.html and coverage.txt.
.PHONY: coverage
coverage:
	'$(srcdir)/scripts/coverage' .

# clang-tidy and the dialect over all C.
.PHONY: tidy
tidy: $(BUILT_SOURCES) config.h
	'$(srcdir)/scripts/tidy' $(COMPILE) $(EVENT_CFLAGS) $(MICROHTTPD_CFLAGS) $(MAIL_CFLAGS)

# Against real servers, and with faults injected; these need root and are not part of "make check".
.PHONY: check-system check-fault check-browser check-peers check-attack
check-system: all
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/tests/system/run' $(CHECK_OPTIONS)
check-fault: all
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/tests/fault/run' $(CHECK_OPTIONS)
check-browser: all
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/tests/browser/run' $(CHECK_OPTIONS)
check-attack: all
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/tests/attack/run' $(CHECK_OPTIONS)

check-peers: all
	OPSMILTER_BUILD='$(abs_builddir)' '$(srcdir)/tests/peers/run' $(CHECK_OPTIONS)

.PHONY: fuzz-targets
fuzz-targets: $(BUILT_SOURCES)
	$(MAKE) $(FUZZ_TARGETS)

include tests/style/local.mk
include tests/browser/local.mk
include tests/installed/local.mk
include tests/peers/local.mk
include tests/attack/local.mk
include tests/ctl/local.mk
include tests/probe/local.mk
include tests/web/local.mk
include tests/system/local.mk
include tests/fault/local.mk
