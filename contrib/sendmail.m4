dnl SPDX-License-Identifier: BSD-2-Clause
dnl For sendmail.mc: let Sendmail ask opsmilter. No F= flag: mail goes on without the filter when it
dnl cannot be reached. T=: seconds to connect, to send, to read an answer (a refusal waits up to 5 s
dnl for the disk), and in all.
INPUT_MAIL_FILTER(`opsmilter', `S=local:/run/opsmilter/opsmilter.sock, F=, T=C:5s;S:10s;R:20s;E:1m')dnl
dnl
dnl The submission service is for your own users, who may well sit at an address that is listed:
dnl it has a list of filters of its own, and that is empty.
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MSA, Port=submission, M=Ea, InputMailFilters=')dnl
DAEMON_OPTIONS(`Name=MTA, Port=smtp')dnl
