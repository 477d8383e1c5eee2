/* Ends: normal, abnormal, and the bindings' own complaints. */
#include "bindings.h"
#include "spt/host.h"

void solo5_exit(int status)
{
	host_exit(status);
}

void solo5_abort(void)
{
	host_exit(SOLO5_EXIT_ABORT);
}

void bindings_panic(const char *where, const char *message)
{
	log_write(LOG_ERROR, "Solo5: ABORT: %s: %s\n", where, message);
	solo5_abort();
}
