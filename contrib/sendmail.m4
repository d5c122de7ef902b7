dnl SPDX-License-Identifier: BSD-2-Clause
dnl For sendmail.mc: connects Sendmail to opsmilter. Without an F= flag, mail is accepted while the filter
dnl cannot be reached. T= sets the time-outs to connect, to send, to read a reply (a refusal waits up to 5 s
dnl for the disk), and for the whole session.
INPUT_MAIL_FILTER(`opsmilter', `S=local:/run/opsmilter/opsmilter.sock, F=, T=C:5s;S:10s;R:20s;E:1m')dnl
dnl
dnl The submission service is for your own users, whose addresses may be listed. Its own list of filters is
dnl empty.
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MSA, Port=submission, M=Ea, InputMailFilters=')dnl
DAEMON_OPTIONS(`Name=MTA, Port=smtp')dnl
