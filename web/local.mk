# SPDX-License-Identifier: BSD-2-Clause
# opsweb: the site behind the link. libweb.a is all of it but main(), for the tests.
if WITH_WEB
endif
