/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/*
 * Tells the service manager the state of the daemon, by the protocol of sd_notify(3): a datagram to
 * the socket that the environment names in NOTIFY_SOCKET, a path or, with '@' in front, an abstract
 * name. Without a service manager that asked for it nothing happens, and a failure is not reported:
 * the service manager notices the silence itself. Only on the first thread.
 */

/* The start is over, or a reload has ended, whether or not the new configuration is good. */
void notify_ready(void);

/* A reload begins. notify_ready() must follow. */
void notify_reloading(void);

void notify_stopping(void);

#endif
