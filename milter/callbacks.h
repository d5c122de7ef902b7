/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_CALLBACKS_H
#define MILTER_CALLBACKS_H

#include <libmilter/mfapi.h>

/* What libmilter calls, and which actions the filter asks for. */
extern struct smfiDesc callbacks;

#endif
