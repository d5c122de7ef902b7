/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the C library that fail on demand: the linker's --wrap puts these in their place. */
#include "tests/support/faults.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/support/unit.h"

static const char *failing; /* NULL: nothing */
static unsigned calls_left;
static int failing_error;

static bool fails(const char *function)
{
	if (failing == NULL || calls_left == 0 || strcmp(failing, function) != 0)
		return false;
	if (--calls_left > 0)
		return false;
	errno = failing_error;
	return true;
}

/* NOLINTBEGIN(bugprone-reserved-identifier, bugprone-macro-parentheses): the linker's names */
#define FAIL(type, failure, function, name, parameters, arguments) \
	type __real_##function parameters;                         \
	type __wrap_##function parameters;                         \
	type __wrap_##function parameters                          \
	{                                                          \
		if (fails(name))                                   \
			return failure;                            \
		return __real_##function arguments;                \
	}
#define FAIL_INT(function, parameters, arguments) \
	FAIL(int, -1, function, #function, parameters, arguments)

FAIL(void *, NULL, malloc, "memory", (size_t size), (size))
FAIL(void *, NULL, calloc, "memory", (size_t count, size_t size), (count, size))
FAIL(void *, NULL, realloc, "memory", (void *memory, size_t size), (memory, size))
FAIL(char *, NULL, strdup, "memory", (const char *string), (string))
FAIL(struct passwd *, NULL, getpwnam, "getpwnam", (const char *name), (name))
FAIL(struct group *, NULL, getgrnam, "getgrnam", (const char *name), (name))
FAIL(pid_t, -1, fork, "fork", (void), ())
FAIL(pid_t, -1, setsid, "setsid", (void), ())
FAIL_INT(chdir, (const char *path), (path))
FAIL_INT(dup2, (int from, int to), (from, to))
FAIL_INT(fchmod, (int fd, mode_t mode), (fd, mode))
FAIL_INT(flock, (int fd, int operation), (fd, operation))
FAIL_INT(fstat, (int fd, struct stat *status), (fd, status))
FAIL_INT(getrlimit, (int resource, void *limit), (resource, limit))
FAIL_INT(initgroups, (const char *user, gid_t group), (user, group))
FAIL_INT(link, (const char *from, const char *to), (from, to))
FAIL_INT(mkstemp, (char *name), (name))
FAIL_INT(rename, (const char *from, const char *to), (from, to))
FAIL_INT(setgid, (gid_t group), (group))
FAIL_INT(setuid, (uid_t user), (user))
FAIL_INT(socketpair, (int domain, int type, int protocol, int *fds), (domain, type, protocol, fds))
/* NOLINTEND(bugprone-reserved-identifier, bugprone-macro-parentheses) */

static const char *const functions[] = {"memory", "getpwnam", "getgrnam", "fork", "setsid", "chdir",
	"dup2", "fchmod", "flock", "fstat", "getrlimit", "initgroups", "link", "mkstemp", "rename",
	"setgid", "setuid", "socketpair"};

void fault_at(const char *function, unsigned call, int error)
{
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		if (strcmp(functions[i], function) != 0)
			continue;
		failing = functions[i];
		calls_left = call;
		failing_error = error;
		return;
	}
	fail_msg("faults.c has no %s()", function);
}

bool fault_happened(void)
{
	bool happened = failing != NULL && calls_left == 0;

	failing = NULL;
	calls_left = 0;
	return happened;
}
