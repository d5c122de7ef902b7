# SPDX-License-Identifier: BSD-2-Clause
# opsweb: the site behind the link. libweb.a is all of it but main(), for the tests.
if WITH_WEB
noinst_LIBRARIES += libweb.a
libweb_a_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
libweb_a_SOURCES = \
	web/chart.c web/chart.h \
	web/connections.c web/connections.h \
	web/databases.c web/databases.h \
	web/filing.c web/filing.h \
	web/form.c web/form.h \
	web/form_token.c web/form_token.h \
	web/forwarded.c web/forwarded.h \
	web/http.c web/http.h \
	web/limits.c web/limits.h \
	web/page.c web/page.h \
	web/page_api.c \
	web/page_evidence.c \
	web/page_lists.c \
	web/page_lookup.c \
	web/page_metrics.c \
	web/page_nominate.c \
	web/page_ref.c \
	web/page_remove.c \
	web/page_request.c \
	web/page_texts.c \
	web/router.c web/router.h \
	web/server.c web/server.h \
	web/site.c web/site.h \
	web/template.c web/template.h \
	web/visit.c web/visit.h
nodist_libweb_a_SOURCES = web/embedded.c web/embedded.h
BUILT_SOURCES += web/embedded.h
$(libweb_a_OBJECTS): web/embedded.h

sbin_PROGRAMS += opsweb
opsweb_SOURCES = web/main.c
opsweb_LDADD = libweb.a libmail.a libops.a $(MICROHTTPD_LIBS) $(MAIL_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(LIBMD_LIBS)
endif

# The templates and the style sheet, which the program carries inside.
WEB_PAGES = \
	web/pages/chart.html \
	web/pages/contact.html \
	web/pages/evidence.html \
	web/pages/faq.html \
	web/pages/frame_begin.html \
	web/pages/frame_end.html \
	web/pages/front.html \
	web/pages/help_fix.html \
	web/pages/help_recipient.html \
	web/pages/help_sender.html \
	web/pages/icon.svg \
	web/pages/lists.html \
	web/pages/lookup.html \
	web/pages/lookup_form.html \
	web/pages/nominate.html \
	web/pages/problem.html \
	web/pages/ref.html \
	web/pages/remove.html \
	web/pages/remove_none.html \
	web/pages/request.html \
	web/pages/style.css \
	web/pages/use.html
EXTRA_DIST += web/embed $(WEB_PAGES)
CLEANFILES += web/embedded.c web/embedded.h

web/embedded.c: $(WEB_PAGES) web/embed
	$(AM_V_GEN)$(MKDIR_P) web && \
	for file in $(WEB_PAGES); do set -- "$$@" "$(srcdir)/$$file"; done && \
	"$(srcdir)/web/embed" source "$$@" > $@.new && mv $@.new $@
web/embedded.h: web/local.mk web/embed
	$(AM_V_GEN)$(MKDIR_P) web && "$(srcdir)/web/embed" header $(WEB_PAGES) > $@.new && mv $@.new $@
