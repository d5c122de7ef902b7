/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_FAILURE_H
#define MILTER_FAILURE_H

/*
 * Logs that a database could not be used: at most one line a minute, however many sessions meet the
 * failure; the next line says how many others there were. Any thread.
 */
void failure_log(const char *message);

#endif
