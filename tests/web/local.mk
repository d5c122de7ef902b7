# SPDX-License-Identifier: BSD-2-Clause
# opsweb from outside; each tests/web/test_*.py is found by itself.
dist_check_SCRIPTS += tests/web/run.sh
EXTRA_DIST += \
	tests/web/disguises.py \
	tests/web/markup.py \
	tests/web/test_evidence.py \
	tests/web/test_faults.py \
	tests/web/test_forms.py \
	tests/web/test_fronts.py \
	tests/web/test_http.py \
	tests/web/test_masking.py \
	tests/web/test_pages.py \
	tests/web/visitor.py
if WITH_WEB
WIRE_TESTS += tests/web/run.sh
check_PROGRAMS += tests/web/take_inbox
tests_web_take_inbox_SOURCES = tests/web/take_inbox.c
tests_web_take_inbox_LDADD = libops.a $(SQLITE_LIBS) $(LIBMD_LIBS)
endif
