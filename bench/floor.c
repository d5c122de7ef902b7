/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floor: a filter that does nothing, so that what a measurement shows above it is opsmilter's
 * own. usage: floor SOCKET accept|refuse
 */
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool refuses;

/* NOLINTBEGIN(readability-non-const-parameter): libmilter's types */
static sfsistat on_connect(SMFICTX *context, char *hostname, _SOCK_ADDR *sockaddr)
{
	(void)context;
	(void)hostname;
	(void)sockaddr;
	return refuses ? SMFIS_CONTINUE : SMFIS_ACCEPT;
}

static sfsistat on_helo(SMFICTX *context, char *helo)
{
	(void)context;
	(void)helo;
	return SMFIS_CONTINUE;
}
/* NOLINTEND(readability-non-const-parameter) */

static sfsistat on_mail(SMFICTX *context, char **arguments)
{
	(void)context;
	(void)arguments;
	return SMFIS_CONTINUE;
}

static sfsistat on_rcpt(SMFICTX *context, char **arguments)
{
	static char code[] = "550", status[] = "5.7.1",
		    text[] = "Service unavailable; a fixed text (ref 0-000000000000)";

	(void)arguments;
	smfi_setreply(context, code, status, text);
	return SMFIS_REJECT;
}

int main(int count, char **values)
{
	static char name[] = "floor";
	struct smfiDesc callbacks = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
	};

	if (count != 3) {
		fputs("usage: floor SOCKET accept|refuse\n", stderr);
		return 2;
	}
	refuses = strcmp(values[2], "refuse") == 0;
	smfi_setbacklog(1024);
	if (smfi_register(callbacks) != MI_SUCCESS || smfi_setconn(values[1]) != MI_SUCCESS)
		return 3;
	return smfi_main() == MI_SUCCESS ? 0 : 3;
}
