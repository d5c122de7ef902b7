/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_WEB_SERVER_H
#define PROBE_WEB_SERVER_H

#include "probe/result.h"

/*
 * Whether one of a host's results is the answer of an ordinary web server, and no proxy's doubtful
 * one. Asked by GET or POST for a foreign address, web servers answer with a page of their own,
 * which looks like a lie, or with an error of what is behind them, which looks like a target out of
 * reach. True for these two verdicts if the answer had no word of a proxy and all CONNECTs at the
 * port were a definite no. A target out of reach stays a doubt where CONNECT was refused: a proxy
 * refuses some ports.
 */
bool web_server_answered(const struct probe_result *results, size_t count, size_t index);

#endif
