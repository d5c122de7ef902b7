/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of opsctl check about the self-test of the prober. */
#include "base/clock.h"
#include "base/err.h"
#include "ctl/check_parts.h"
#include "ctl/check_report.h"
#include "store/db.h"
#include "store/tests.h"

void check_prober(struct db *ops)
{
	struct self_test self_test;
	char at[CLOCK_TEXT_SIZE];
	int err = self_test_read(ops, &self_test);

	clock_format(self_test.at, at);
	if (err != ERR_NONE)
		check_say(CHECK_FAILED, "prober", NULL, "%s (%s)", err_text(err), db_error(ops));
	else if (self_test.at == 0)
		check_say(CHECK_NOTE, "prober",
			"\"opsprobe --worker\" processes requests and nominations",
			"opsprobe has not run here yet");
	else if (!self_test.passed)
		check_say(CHECK_FAILED, "prober",
			"no host is tested until the self-test passes; it is repeated every few "
			"minutes",
			"the self-test at %s failed: %s", at, self_test.why);
	else if (clock_now() - self_test.at > SELF_TEST_FRESH_SECS)
		check_say(CHECK_WARNING, "prober", "check that \"opsprobe --worker\" is running",
			"the last self-test was at %s; there should be one every hour", at);
	else
		check_say(CHECK_OK, "prober", NULL, "the self-test at %s passed", at);
}
