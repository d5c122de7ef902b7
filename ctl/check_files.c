/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of opsctl check about the user, folders, files and disk space. */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/check_parts.h"
#include "ctl/check_report.h"
#include "daemon/daemon.h"
#include "store/migrate.h"

#define PATH_SIZE 1024
#define GROUPS_MAX 64

/* Less free space than this is a warning, or a failure. */
#define SPACE_LOW (UINT64_C(256) << 20)
#define SPACE_NONE (UINT64_C(16) << 20)

/* What a user may do with a file: the bits of one of a mode's three octal digits. */
enum { MAY_READ = 4, MAY_WRITE = 2, MAY_SEARCH = 1 };

/* Who a daemon runs as. */
struct account {
	const char *option;
	struct daemon_user user;
	bool found;
	gid_t groups[GROUPS_MAX];
	int group_count;
};

enum { MILTER, PROBE, WEB, ACCOUNTS };

/* A database, and which accounts write it; all others only read it. */
struct database {
	const char *path;
	unsigned mode;
	bool writes[ACCOUNTS];
};

static bool in_groups(const struct account *account, gid_t gid)
{
	for (int i = 0; i < account->group_count; i++) {
		if (account->groups[i] == gid)
			return true;
	}
	return account->user.gid == gid;
}

/* Decided by mode bits: access(2) would answer for this program's user, mostly root. */
static bool may(const struct account *account, const struct stat *file, unsigned wanted)
{
	unsigned bits = file->st_mode & 7;

	if (file->st_uid == account->user.uid)
		bits = file->st_mode >> 6 & 7;
	else if (in_groups(account, file->st_gid))
		bits = file->st_mode >> 3 & 7;
	return account->user.uid == 0 || (bits & wanted) == wanted;
}

/* The name of the daemon's group, for commands to type. */
static const char *group_name(const struct account *account)
{
	static char number[24];
	const struct group *group = getgrgid(account->user.gid);

	snprintf(number, sizeof(number), "%ld", (long)account->user.gid);
	return group != NULL ? group->gr_name : number;
}

/* A missing user is a failure only for the filter: the other daemons need not run here. */
static void find_account(
	struct account *account, const char *option, const char *name, enum check_outcome missing)
{
	char buffer[256], fix[128];
	struct text message = TEXT_OVER(buffer);

	*account = (struct account){.option = option};
	snprintf(fix, sizeof(fix), "set %s to a user that only the daemon uses", option);
	if (name[0] == '\0') {
		check_say(missing, "user", fix, "%s is empty; the daemon must not run as root",
			option);
		return;
	}
	if (daemon_find_user(name, &account->user, &message) != ERR_NONE) {
		snprintf(fix, sizeof(fix), "create it with useradd --system, or set %s", option);
		check_say(missing, "user", fix, "%s", buffer);
		return;
	}
	account->found = true;
	account->group_count = GROUPS_MAX;
	if (getgrouplist(name, account->user.gid, account->groups, &account->group_count) < 0)
		account->group_count = GROUPS_MAX;
	if (account->user.uid == 0)
		check_say(CHECK_FAILED, "user", fix, "%s is %s; the daemon must not run as root",
			option, name);
	else
		check_say(CHECK_OK, "user", NULL, "%s", name);
}

static void check_group(const struct conf *conf)
{
	const char *name = conf->milter.group;
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	gid_t gid;

	if (name[0] == '\0')
		return;
	if (daemon_find_group(name, &gid, &message) == ERR_NONE)
		check_say(CHECK_OK, "group", NULL, "%s", name);
	else
		check_say(CHECK_FAILED, "group", "set milter.group to the mail server's group",
			"%s", buffer);
}

/* Whether the user can enter each folder above a path; reports the first that it cannot. */
static bool can_reach(const struct account *account, const char *path)
{
	char folder[PATH_SIZE];
	struct stat status;

	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		if (stat(folder, &status) != 0 || may(account, &status, MAY_SEARCH))
			continue;
		char buffer[PATH_SIZE + 32];
		struct text fix = TEXT_OVER(buffer);
		text_add_format(&fix, "chmod o+x %s", folder);
		check_say(CHECK_FAILED, "folder", buffer, "%s: %s cannot enter it", folder,
			account->user.name);
		return false;
	}
	return true;
}

static void check_space(const char *folder)
{
	struct statvfs space;

	if (statvfs(folder, &space) != 0)
		return;
	uint64_t octets = (uint64_t)space.f_bavail * space.f_frsize;
	enum check_outcome outcome = octets < SPACE_NONE  ? CHECK_FAILED
				     : octets < SPACE_LOW ? CHECK_WARNING
							  : CHECK_OK;
	check_say(outcome, "disk space",
		outcome == CHECK_OK
			? NULL
			: "free disk space, for example with \"opsctl purge --hits 90d\"",
		"%s: %" PRIu64 " MB free", folder, octets >> 20);
}

/* Whether one of the accounts that write a database is this one by another name. */
static bool writes(const struct account *accounts, const struct database *database,
	const struct account *account)
{
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (database->writes[i] && accounts[i].found &&
			accounts[i].user.uid == account->user.uid)
			return true;
	return false;
}

/* Reports what is wrong with a mode: who cannot do what it must, or can do what it must not. */
static void say_mode(enum check_outcome outcome, const char *what, const char *fix,
	const char *path, const struct stat *status, const char *who, const char *fault)
{
	check_say(outcome, what, fix, "%s: mode %04o; %s %s", path,
		(unsigned)status->st_mode & 07777, who, fault);
}

/* The folder of the databases: every daemon enters it, and none that talks to strangers can put
 * another file in the place of a database. */
static void check_folder(
	const struct account *accounts, const struct database *ops, const char *folder)
{
	char buffer[2 * PATH_SIZE];
	struct text fix = TEXT_OVER(buffer);
	struct stat status;
	bool well = true;

	if (stat(folder, &status) != 0) {
		int error = errno;
		text_add_format(&fix, "install -d -m 2750 -o root -g %s %s",
			group_name(&accounts[MILTER]), folder);
		check_say(CHECK_FAILED, "folder", buffer, "%s: %s", folder, strerror(error));
		return;
	}
	text_add_format(&fix, "chown root:%s %s && chmod 2750 %s", group_name(&accounts[MILTER]),
		folder, folder);
	if (!S_ISDIR(status.st_mode)) {
		check_say(CHECK_FAILED, "folder", NULL, "%s: not a folder", folder);
		return;
	}
	for (const struct account *account = accounts; account < accounts + ACCOUNTS; account++) {
		if (!account->found)
			continue;
		if (!may(account, &status, MAY_READ | MAY_SEARCH)) {
			say_mode(CHECK_FAILED, "folder", buffer, folder, &status, account->option,
				"cannot read it");
			well = false;
		} else if (may(account, &status, MAY_WRITE) && !writes(accounts, ops, account)) {
			say_mode(CHECK_WARNING, "folder", buffer, folder, &status, account->option,
				"can replace the databases");
			well = false;
		}
	}
	if (well)
		check_say(CHECK_OK, "folder", NULL, "%s", folder);
	check_space(folder);
}

/* A database or one of the two files that SQLite keeps beside it. */
static void check_file(
	const struct account *accounts, const struct database *database, const char *path)
{
	char buffer[2 * PATH_SIZE];
	struct text fix = TEXT_OVER(buffer);
	const char *owner = "root";
	struct stat status;
	bool well = true;

	/* A missing database is reported when it is opened. */
	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return;
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (database->writes[i] && accounts[i].found)
			owner = accounts[i].user.name;
	text_add_format(&fix, "chown %s:%s %s && chmod %04o %s", owner,
		group_name(&accounts[MILTER]), path, database->mode, path);
	for (const struct account *account = accounts; account < accounts + ACCOUNTS; account++) {
		bool writer = account->found && writes(accounts, database, account);
		if (!account->found)
			continue;
		if (!may(account, &status, writer ? MAY_READ | MAY_WRITE : MAY_READ)) {
			say_mode(CHECK_FAILED, "permissions", buffer, path, &status,
				account->option,
				writer ? "cannot read and write it" : "cannot read it");
			well = false;
		} else if (!writer && may(account, &status, MAY_WRITE)) {
			say_mode(CHECK_WARNING, "permissions", buffer, path, &status,
				account->option, "can write it, and should only read it");
			well = false;
		}
	}
	if (well)
		check_say(CHECK_OK, "permissions", NULL, "%s", path);
}

static void get_folder(const char *path, char folder_r[PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		text_copy(folder_r, PATH_SIZE, slash == NULL ? "." : "/");
	else
		snprintf(folder_r, PATH_SIZE, "%.*s", (int)(slash - path), path);
}

static void check_database_files(const struct account *accounts, const struct database *database)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char file[PATH_SIZE + 8];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", database->path, endings[i]);
		check_file(accounts, database, file);
	}
}

void check_files(const struct conf *conf)
{
	const struct database databases[] = {
		{conf->database, migrate_file_mode(DB_OPS), {[PROBE] = true}},
		{conf->hit_log, migrate_file_mode(DB_HITS), {[MILTER] = true}},
		{conf->inbox, migrate_file_mode(DB_INBOX), {true, true, true}},
	};
	char folders[3][PATH_SIZE];
	struct account accounts[ACCOUNTS];

	find_account(&accounts[MILTER], "milter.user", conf->milter.user, CHECK_FAILED);
	find_account(&accounts[PROBE], "probe.user", conf->probe.user, CHECK_NOTE);
	find_account(&accounts[WEB], "web.user", conf->web.user, CHECK_NOTE);
	check_group(conf);
	for (size_t i = 0; i < 3; i++)
		get_folder(databases[i].path, folders[i]);
	/* Without the filter's user, permissions cannot be checked, but the free space can. */
	if (!accounts[MILTER].found) {
		check_space(folders[0]);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		if ((i > 0 && strcmp(folders[0], folders[i]) == 0) ||
			(i > 1 && strcmp(folders[1], folders[i]) == 0))
			continue;
		if (can_reach(&accounts[MILTER], folders[i]))
			check_folder(accounts, &databases[0], folders[i]);
	}
	for (size_t i = 0; i < 3; i++)
		check_database_files(accounts, &databases[i]);
}
