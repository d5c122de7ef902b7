/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_VALUES_H
#define CONF_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/network.h"
#include "base/reserved.h"
#include "core/caps.h"
#include "core/policy.h"

/* The values of the options of opsmilter.conf; conf/options.c says which option sets which. */

/* What a recorded hit survives. */
enum hit_sync {
	HIT_SYNC_FULL,   /* a loss of power */
	HIT_SYNC_NORMAL, /* a crash of the program */
};

struct conf_milter {
	char *socket; /* as written */
	long socket_mode;
	char *user;
	char *group;
	char *pid_file;
	char *reply; /* checked by reply_check_template() */
	struct policy policy;
	enum hit_sync hit_sync;
	char **trap_recipients; /* whole addresses; none: no message is read */
	size_t trap_recipient_count;
	long traps_per_hour; /* at most this many of their messages become nominations */
};

struct conf_probe {
	char **target;
	size_t target_count;
	char **watch_target; /* further ones, which no page names */
	size_t watch_target_count;
	char **ports;
	size_t port_count;
	struct network *allow_private;
	size_t allow_private_count;
	struct reserved_rules hosts; /* allow_private, and the addresses of all targets */
	struct network *opt_out;     /* not tested, so no test removes them from a list */
	size_t opt_out_count;
	long hosts_per_minute;
	long cooldown_secs;            /* between two tests for removal of an address */
	long nomination_cooldown_secs; /* between its latest test and that of a nomination */
	char *user;
	char *pid_file;
	long connect_timeout_secs;
	long probe_timeout_secs;
	long test_timeout_secs; /* of the test of one host */
	long max_sockets;
};

struct conf_web {
	char *listen;
	char *contact;
	char *operator_name;
	char *user;
	char *pid_file;
	long lookups_per_hour;    /* of one client */
	long nominations_per_day; /* of one client */
	struct network *trusted_proxies;
	size_t trusted_proxy_count;
};

/* The configuration as read. It does not change, so any thread may read it while it is held. */
struct conf {
	char *database;
	char *hit_log;
	char *inbox;    /* if it was not set, inbox.db in the folder of database */
	char *site_url; /* without a slash at the end */
	char *syslog_facility;
	struct conf_milter milter;
	struct conf_probe probe;
	struct conf_web web;
	struct caps caps;
};

#endif
