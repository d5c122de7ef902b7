#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tests of run, inside of the booted Debian: what README's "Install it" promises.
set -u
conf=/etc/opsmilter.conf

# holds SENTENCE COMMAND... - shows what the command said if it fails.
holds() {
	sentence=$1
	shift
	if "$@" >/root/said 2>&1 </dev/null; then
		echo "ok: $sentence"
	else
		echo "FAILED: $sentence"
		tail -n 30 /root/said | sed 's/^/    /'
	fi
}

install() {
	apt-get -q -y --no-install-recommends install "$@"
}

# until_true COMMAND... - tries for 15 seconds.
until_true() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		! "$@" || return 0
		sleep 1
	done
	return 1
}

is_active() {
	for unit; do
		systemctl is-active "$unit" || return
	done
}

send() {
	swaks --server 127.0.0.1 --xclient-addr 198.18.7.9 --from test@example.net --to root@localhost
}

is_refused() {
	answer=$(send)
	echo "$answer"
	echo "$answer" | grep -q '550 5\.7\.1 .*198\.18\.7\.9.* is on the ops list: a trial'
}

is_accepted() {
	answer=$(send)
	echo "$answer"
	echo "$answer" | grep -q '250 .*queued as'
}

has_hit() {
	opsctl hits | grep 198.18.7.9
}

waits_for_options() {
	for unit in opsprobe opsweb; do
		! systemctl is-enabled "$unit" && ! is_active "$unit" || return
	done
}

# The one line of main.cf, and what lets this machine speak for a listed client.
hook() {
	postconf -e smtpd_milters=unix:opsmilter/opsmilter.sock milter_default_action=accept \
		smtpd_authorized_xclient_hosts=127.0.0.1 && postfix reload && sleep 2
}

is_in_journal() {
	journalctl -u opsmilter SYSLOG_FACILITY=2 PRIORITY=6 SYSLOG_IDENTIFIER=opsmilter -o cat | grep '^opsmilter .* is ready$'
}

# A configuration that is wrong: the restart fails, and the filter comes back when it is right.
broken_restart_fails() {
	cp "$conf" /root/good && echo 'nonsense' >>"$conf" && ! systemctl restart opsmilter
}

comes_back() {
	sleep 12
	cp /root/good "$conf" && until_true is_active opsmilter
}

broken_reload_changes_nothing() {
	cp "$conf" /root/good && echo 'nonsense' >>"$conf"
	! systemctl reload opsmilter && is_active opsmilter && cp /root/good "$conf" && systemctl reload opsmilter && return
	journalctl -n 20 -u opsmilter
	return 1
}

start_others() {
	cat >>"$conf" <<-END
		probe { target = {"127.0.0.1:2599"} }
		web { contact = "postmaster@example.net" }
	END
	systemctl enable --now opsprobe opsweb && is_active opsprobe opsweb
}

# As README says it; sqlite3 runs as root beside all daemons.
copy_databases() {
	for name in ops hits inbox; do
		sqlite3 "/var/lib/opsmilter/$name.db" ".backup /var/backups/opsmilter-$name.db" || return
		[ "$(sqlite3 "/var/backups/opsmilter-$name.db" 'PRAGMA integrity_check')" = ok ] || return
	done
	opsctl check
}

process_ids() {
	systemctl show --property MainPID --value opsmilter opsprobe opsweb
}

upgrade() {
	process_ids >/root/before
	sha256sum "$conf" >/root/sum
	install /root/newer/*.deb && dpkg-query -W -f '${Version}\n' opsmilter | grep newer
}

restarted() {
	process_ids | grep . >/root/after
	grep . /root/before | grep -F -x -f /root/after && return 1
	is_active opsmilter opsprobe opsweb
}

downgrade() {
	install --allow-downgrades /root/new/*.deb && is_active opsmilter opsprobe opsweb
}

have_owners() {
	stat -c '%U:%G %a' /var/lib/opsmilter | grep -x 'root:opsmilter 2750'
	stat -c '%U %a' /var/lib/opsmilter/ops.db | grep -x 'opsprobe 640'
}

first_boot() {
	holds "stock Postfix accepts the mail before" is_accepted_without_filter
	holds "one command installs the packages" install /root/new/*.deb
	holds "the filter runs" is_active opsmilter
	holds "prober and site wait for their options" waits_for_options
	holds "the databases have their owners" have_owners
	holds "Postfix is hooked in by one line" hook
	holds "a host is listed" opsctl add 198.18.7.9 --reason 'a trial' --note 'a trial' --expires 1d
	holds "its mail is refused" is_refused
	holds "the refusal has its row" has_hit
	holds "opsctl check finds no fault" opsctl check
	holds "the journal has priority and facility, and the name once" is_in_journal
	holds "a restart with a wrong configuration fails" broken_restart_fails
	holds "the filter comes back by itself when it is right" comes_back
	holds "a reload with a wrong configuration changes nothing" broken_reload_changes_nothing
	holds "prober and site start when they have their options" start_others
	holds "the databases are copied before an upgrade" copy_databases
	holds "a newer version is installed" upgrade
	holds "all daemons are restarted by it" restarted
	holds "it keeps the configuration" sha256sum -c /root/sum
	holds "it keeps the listings" is_refused
	holds "the version before can be installed again" downgrade
}

is_accepted_without_filter() {
	postconf -e smtpd_authorized_xclient_hosts=127.0.0.1 && postfix reload && sleep 2 && is_accepted
}

starts_before_postfix() {
	systemctl show --property After postfix@-.service | grep opsmilter.service
}

runs_nothing() {
	for unit in opsmilter opsprobe opsweb; do
		! is_active "$unit" || return
	done
}

purge() {
	apt-get -q -y purge opsmilter opsmilter-probe opsmilter-web
}

leaves_the_databases() {
	[ -s /var/lib/opsmilter/hits.db ] && [ ! -e "$conf" ] && [ ! -e /var/spool/postfix/opsmilter ] &&
		! systemctl cat opsmilter
}

delete_everything() {
	purge && rm -r /var/lib/opsmilter || return
	for user in opsweb opsprobe opsmilter; do
		userdel "$user" || return
	done
	! getent group opsmilter && [ ! -e /run/opsmilter ]
}

second_boot() {
	holds "all daemons run after a boot" until_true is_active opsmilter opsprobe opsweb
	holds "the filter starts before Postfix" starts_before_postfix
	holds "mail is refused after a boot" is_refused
	holds "a purge works" purge
	holds "a purge ends the daemons" runs_nothing
	holds "a purge leaves the databases and nothing else" leaves_the_databases
	holds "Postfix accepts mail without the filter" is_accepted
	holds "the packages can be installed again" install /root/new/*.deb
	holds "the hits are still there" has_hit
	holds "mail is refused again" is_refused
	holds "databases and users can be deleted" delete_everything
}

systemctl is-system-running --wait >/root/state
if [ -e /root/booted ]; then
	second_boot
else
	touch /root/booted
	first_boot
fi
echo "end of boot"
