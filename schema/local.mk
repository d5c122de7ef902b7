# SPDX-License-Identifier: BSD-2-Clause
# The databases' schema, one file a step, in order; the programs carry them inside.
SCHEMA_FILES = \
	schema/ops/0001_initial.sql \
	schema/ops/0002_way_out.sql \
	schema/hits/0001_initial.sql \
	schema/hits/0002_counters.sql

opsschemadir = $(pkgdatadir)/schema/ops
hitsschemadir = $(pkgdatadir)/schema/hits
dist_opsschema_DATA = schema/ops/0001_initial.sql schema/ops/0002_way_out.sql
dist_hitsschema_DATA = schema/hits/0001_initial.sql schema/hits/0002_counters.sql
EXTRA_DIST += schema/embed
CLEANFILES += lib/store/schema.c

lib/store/schema.c: $(SCHEMA_FILES) schema/embed
	$(AM_V_GEN)$(MKDIR_P) lib/store && \
	for file in $(SCHEMA_FILES); do set -- "$$@" "$(srcdir)/$$file"; done && \
	"$(srcdir)/schema/embed" "$$@" > $@.new && mv $@.new $@
