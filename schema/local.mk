# SPDX-License-Identifier: BSD-2-Clause
# The schema of the databases, one file for each step, in order, and all statements: built into the programs.
SCHEMA_FILES = \
	schema/ops/0001_initial.sql \
	schema/ops/0002_way_out.sql \
	schema/ops/0003_indexes.sql \
	schema/ops/0004_strangers.sql \
	schema/hits/0001_initial.sql \
	schema/hits/0002_counters.sql \
	schema/inbox/0001_initial.sql

opsschemadir = $(pkgdatadir)/schema/ops
hitsschemadir = $(pkgdatadir)/schema/hits
inboxschemadir = $(pkgdatadir)/schema/inbox
dist_opsschema_DATA = schema/ops/0001_initial.sql schema/ops/0002_way_out.sql schema/ops/0003_indexes.sql \
	schema/ops/0004_strangers.sql
dist_hitsschema_DATA = schema/hits/0001_initial.sql schema/hits/0002_counters.sql
dist_inboxschema_DATA = schema/inbox/0001_initial.sql
EXTRA_DIST += schema/embed schema/embed_statements schema/statements.sql
BUILT_SOURCES += lib/store/statement_names.h
CLEANFILES += lib/store/schema.c lib/store/statement_names.h lib/store/statement_texts.c

lib/store/schema.c: $(SCHEMA_FILES) schema/embed
	$(AM_V_GEN)$(MKDIR_P) lib/store && \
	for file in $(SCHEMA_FILES); do set -- "$$@" "$(srcdir)/$$file"; done && \
	"$(srcdir)/schema/embed" "$$@" > $@.new && mv $@.new $@

lib/store/statement_names.h: schema/statements.sql schema/embed_statements
	$(AM_V_GEN)$(MKDIR_P) lib/store && \
	"$(srcdir)/schema/embed_statements" names "$(srcdir)/schema/statements.sql" > $@.new && mv $@.new $@
# BUILT_SOURCES is made first only by "make", "make check" and "make install", and a target by itself needs it too.
$(libops_a_OBJECTS) $(libprobe_a_OBJECTS) $(libweb_a_OBJECTS) $(opsmilter_OBJECTS) $(opsctl_OBJECTS) \
$(opsprobe_OBJECTS) $(opsweb_OBJECTS): lib/store/statement_names.h
lib/store/statement_texts.c: schema/statements.sql schema/embed_statements
	$(AM_V_GEN)$(MKDIR_P) lib/store && \
	"$(srcdir)/schema/embed_statements" texts "$(srcdir)/schema/statements.sql" > $@.new && mv $@.new $@
