# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += \
	tests/support/anyaddress.py \
	tests/support/filter.py \
	tests/support/postfix.py \
	tests/support/runner.py \
	tests/support/scratch.py \
	tests/support/sendmail.py \
	tests/support/smtp.py \
	tests/system/cases_answers.py \
	tests/system/cases_changes.py \
	tests/system/cases_exemptions.py \
	tests/system/cases_process.py \
	tests/system/cases_real_input.py \
	tests/system/cases_traps.py \
	tests/system/run \
	tests/system/setting.py \
	tests/system/test_postfix.py \
	tests/system/test_sendmail.py
