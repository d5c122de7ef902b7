# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034
# For scripts/run, scripts/test and scripts/package, which read it with ".": what is missing on a Debian is installed.

# Root does what has to be done as root, by sudo where we are not root ourselves.
if [ "$(id -u)" -eq 0 ]; then
	as_root=
else
	as_root=sudo
fi

build_packages="gcc make autoconf automake pkg-config libc6-dev libmilter-dev libsqlite3-dev libconfuse-dev libmd-dev
	libcmocka-dev sqlite3 libevent-dev libssl-dev libmicrohttpd-dev libgmime-3.0-dev libxml2-dev"
postfix_packages="postfix"
test_packages="mandoc shellcheck m4 python3 xz-utils util-linux iproute2 postfix-sqlite postfix-lmdb sasl2-bin
	libsasl2-modules
	libsasl2-modules-db systemd clang clang-format clang-tidy clang-tools libclang-rt-14-dev gcovr"
proxy_packages="tinyproxy-bin curl"
proxy_test_packages="squid microsocks dante-server openssh-server nginx-light apache2 openssl"
browser_packages="chromium"
package_packages="debhelper dpkg-dev fakeroot git lintian"
container_packages="debootstrap systemd-container"

# say TEXT... - one line of progress.
say() {
	printf '%s\n' "$*"
}

fail() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 3
}

is_installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# Installing Postfix removes another mail server, and that is not for a script to decide.
refuse_other_mail_server() {
	is_installed postfix && return 0
	owner=$(dpkg-query -S /usr/sbin/sendmail 2>/dev/null | cut -d : -f 1)
	[ -z "$owner" ] ||
		fail "the package $owner is this machine's mail server, and installing Postfix would remove it; use a" \
			"container or a virtual machine"
}

# Debian's packages ask this file whether their services may be started. The tests want private instances of these
# servers only, so while they are installed the answer is no; a file that is there already has its say.
service_policy=/usr/sbin/policy-rc.d

forbid_services() {
	[ ! -e "$service_policy" ] || return 0
	trap '$as_root rm -f "$service_policy"' EXIT
	trap 'exit 130' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$service_policy" >/dev/null
	$as_root chmod 755 "$service_policy"
}

# install_missing LOG PACKAGE... - installs those that are not there; the log has what apt-get said.
install_missing() {
	log=$1
	shift
	missing=
	for package; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	[ -z "$as_root" ] || command -v sudo >/dev/null ||
		fail "these packages are missing:$missing; install them, or sudo"
	case $missing in
	*postfix*) refuse_other_mail_server ;;
	esac
	say "installing$missing"
	# Postfix shall not set itself up either.
	# shellcheck disable=SC2086
	(
		forbid_services &&
		$as_root apt-get -q update &&
		echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing
	) >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		fail "the packages could not be installed; all of $log tells more"
	}
}
