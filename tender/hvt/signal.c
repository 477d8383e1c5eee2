/* SIGINT and SIGTERM: a message, then the end. */
#include <asm/signal.h>

#include "tender/host/host.h"
#include "tender/hvt/lockdown.h"
#include "tender/solo5/tender.h"

/* Where the kernel wants to be told how a handler returns; this one does not. */
#ifndef SA_RESTORER
#define SA_RESTORER 0
#endif

static const char *program;

static void signal_handle(int number)
{
	tender_say("%s: Exiting on signal %d\n", program, number);
	host_exit(1);
}

void signals_set(const struct start *start)
{
	const struct host_sigaction action = {
		.handler = (uint64_t)(uintptr_t)signal_handle,
		.flags = SA_RESTORER,
		.restorer = (uint64_t)(uintptr_t)signal_handle,
	};

	program = start->program;
	host_sigaction(SIGINT, &action);
	host_sigaction(SIGTERM, &action);
}
