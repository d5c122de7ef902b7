# SPDX-License-Identifier: BSD-2-Clause
# The tests of how the project is written and documented.
STYLE_TESTS = \
	tests/style/test_circles.sh \
	tests/style/test_documentation.sh \
	tests/style/test_format.sh \
	tests/style/test_headers.sh \
	tests/style/test_layers.sh \
	tests/style/test_manuals.sh \
	tests/style/test_packages.sh \
	tests/style/test_site.sh \
	tests/style/test_sizes.sh \
	tests/style/test_statements.sh \
	tests/style/test_words.sh
dist_check_SCRIPTS += $(STYLE_TESTS)
EXTRA_DIST += tests/style/dialect.query tests/style/old_words tests/style/report.sh
TESTS += $(STYLE_TESTS)

check_PROGRAMS += tests/style/print_options
tests_style_print_options_SOURCES = tests/style/print_options.c

# For the test that compiles every header by itself.
AM_TESTS_ENVIRONMENT += CC='$(CC)'; export CC; \
	STYLE_CPPFLAGS='$(SQLITE_CFLAGS) $(CONFUSE_CFLAGS) $(MILTER_CFLAGS) $(CMOCKA_CFLAGS) $(EVENT_CFLAGS) $(MICROHTTPD_CFLAGS)'; \
	export STYLE_CPPFLAGS;
