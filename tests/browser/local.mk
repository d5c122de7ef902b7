# SPDX-License-Identifier: BSD-2-Clause
# The site in Chromium; "make check-browser".
EXTRA_DIST += \
	tests/browser/browser.mjs \
	tests/browser/package-lock.json \
	tests/browser/package.json \
	tests/browser/run \
	tests/browser/setting.py \
	tests/browser/test_circle.py \
	tests/browser/test_pages.py \
	tests/browser/test_visitors.py
