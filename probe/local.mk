# SPDX-License-Identifier: BSD-2-Clause
# opsprobe: tests hosts for open proxies. libprobe.a is all of it but main(), for the tests.
if WITH_PROBE
endif
