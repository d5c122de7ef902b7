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

#define PATH_SIZE 1024
#define GROUPS_MAX 64

/* Less free space than this is a warning, or a failure. */
#define SPACE_LOW (UINT64_C(256) << 20)
#define SPACE_NONE (UINT64_C(16) << 20)

/* What a user may do with a file: the bits of one of a mode's three octal digits. */
enum { MAY_READ = 4, MAY_WRITE = 2, MAY_SEARCH = 1 };

/* Who the daemon runs as. */
struct account {
	struct daemon_user user;
	gid_t groups[GROUPS_MAX];
	int group_count;
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

/* False after reporting that the user is missing. */
static bool find_account(const struct conf *conf, struct account *account_r)
{
	static const char fix[] = "set milter.user to a user that only the daemon uses";
	const char *name = conf->milter.user;
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	if (name[0] == '\0') {
		check_say(CHECK_FAILED, "user", fix,
			"milter.user is empty; the daemon must not run as root");
		return false;
	}
	if (daemon_find_user(name, &account_r->user, &message) != ERR_NONE) {
		check_say(CHECK_FAILED, "user",
			"create it with useradd --system, or set milter.user", "%s", buffer);
		return false;
	}
	account_r->group_count = GROUPS_MAX;
	if (getgrouplist(name, account_r->user.gid, account_r->groups, &account_r->group_count) < 0)
		account_r->group_count = GROUPS_MAX;
	if (account_r->user.uid == 0)
		check_say(CHECK_FAILED, "user", fix,
			"milter.user is %s; the daemon must not run as root", name);
	else
		check_say(CHECK_OK, "user", NULL, "%s", name);
	return true;
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

/* What can be wrong with the mode of a file or folder. */
struct fault {
	bool found;
	enum check_outcome outcome;
	const char *text;
};

/* Reports the first fault that was found, or that all is well. */
static void say_first(const char *what, const char *path, const struct stat *status,
	const struct fault *faults, size_t count, const char *fix)
{
	for (size_t i = 0; i < count; i++) {
		if (!faults[i].found)
			continue;
		check_say(faults[i].outcome, what, fix, "%s: mode %04o; %s", path,
			(unsigned)status->st_mode & 07777, faults[i].text);
		return;
	}
	check_say(CHECK_OK, what, NULL, "%s", path);
}

/* The folder of a database: any program may be the first to make SQLite's files in it. */
static void check_folder(const struct account *account, const char *folder)
{
	char buffer[2 * PATH_SIZE];
	struct text fix = TEXT_OVER(buffer);
	struct stat status;

	if (stat(folder, &status) != 0) {
		const char *why = strerror(errno);
		text_add_format(&fix, "install -d -m 2770 -o %s -g %s %s", account->user.name,
			group_name(account), folder);
		check_say(CHECK_FAILED, "folder", buffer, "%s: %s", folder, why);
		return;
	}
	const struct fault faults[] = {
		{!may(account, &status, MAY_READ | MAY_WRITE | MAY_SEARCH), CHECK_FAILED,
			"milter.user cannot write to it"},
		{!(status.st_mode & S_ISGID) || !(status.st_mode & S_IWGRP), CHECK_WARNING,
			"files that another user creates in it may lock milter.user out"},
		{status.st_mode & S_IWOTH, CHECK_WARNING, "any user can replace the databases"},
	};
	text_add_format(&fix, "chgrp %s %s && chmod 2770 %s", group_name(account), folder, folder);
	if (S_ISDIR(status.st_mode))
		say_first("folder", folder, &status, faults, 3, buffer);
	else
		check_say(CHECK_FAILED, "folder", NULL, "%s: not a folder", folder);
	check_space(folder);
}

/* A database or one of the two files that SQLite keeps beside it. */
static void check_file(const struct account *account, const char *path)
{
	char buffer[2 * PATH_SIZE];
	struct text fix = TEXT_OVER(buffer);
	struct stat status;

	/* A missing database is reported when it is opened; SQLite adds and removes the others. */
	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return;
	const struct fault faults[] = {
		{!may(account, &status, MAY_READ | MAY_WRITE), CHECK_FAILED,
			"milter.user cannot read and write it"},
		{!(status.st_mode & S_IWGRP), CHECK_WARNING, "its group cannot write it"},
		{status.st_mode & S_IWOTH, CHECK_WARNING, "any user can write it"},
	};
	text_add_format(&fix, "chgrp %s %s && chmod 0660 %s", group_name(account), path, path);
	say_first("permissions", path, &status, faults, 3, buffer);
}

static void get_folder(const char *path, char folder_r[PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		text_copy(folder_r, PATH_SIZE, slash == NULL ? "." : "/");
	else
		snprintf(folder_r, PATH_SIZE, "%.*s", (int)(slash - path), path);
}

static void check_database_files(const struct account *account, const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char file[PATH_SIZE + 8];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", path, endings[i]);
		check_file(account, file);
	}
}

void check_files(const struct conf *conf)
{
	const char *paths[] = {conf->database, conf->hit_log};
	char folders[2][PATH_SIZE];
	struct account account;

	bool found = find_account(conf, &account);
	check_group(conf);
	for (size_t i = 0; i < 2; i++)
		get_folder(paths[i], folders[i]);
	/* Without the user, permissions cannot be checked, but the free space can. */
	if (!found) {
		check_space(folders[0]);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		if (i > 0 && strcmp(folders[0], folders[1]) == 0)
			continue;
		if (can_reach(&account, folders[i]))
			check_folder(&account, folders[i]);
	}
	for (size_t i = 0; i < 2; i++)
		check_database_files(&account, paths[i]);
}
