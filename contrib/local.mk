# SPDX-License-Identifier: BSD-2-Clause
# Files for packages and administrators.
dist_doc_DATA += \
	contrib/apache.conf \
	contrib/nginx.conf \
	contrib/opsmilter.conf.sample \
	contrib/postfix-main.cf \
	contrib/postfix-master.cf \
	contrib/sendmail.m4

sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_sysusers_DATA = contrib/sysusers.d/opsmilter.conf
dist_tmpfiles_DATA = contrib/tmpfiles.d/opsmilter.conf
dist_bashcompletion_DATA = contrib/completion/opsctl
dist_systemdsystemunit_DATA = contrib/opsmilter.service
if WITH_PROBE
dist_bashcompletion_DATA += contrib/completion/opsprobe
dist_systemdsystemunit_DATA += contrib/opsprobe.service
else
EXTRA_DIST += contrib/completion/opsprobe contrib/opsprobe.service
endif

if WITH_WEB
dist_systemdsystemunit_DATA += contrib/opsweb.service
else
EXTRA_DIST += contrib/opsweb.service
endif

# In the sources, the units and the manual pages have the paths of --prefix=/usr --sysconfdir=/etc, so that they
# can be read and tested as they are. The installed copies get the real paths.
install-data-hook:
	@for file in \
		"$(DESTDIR)$(systemdsystemunitdir)"/ops*.service \
		"$(DESTDIR)$(man5dir)/opsmilter.conf.5" \
		"$(DESTDIR)$(man8dir)"/ops*.8; \
	do \
		sed -e 's|/usr/sbin/ops|$(sbindir)/ops|g' \
			-e 's|/etc/opsmilter\.conf|$(sysconfdir)/opsmilter.conf|g' "$$file" > "$$file.new" && \
		chmod 644 "$$file.new" && mv "$$file.new" "$$file" || exit 1; \
	done
