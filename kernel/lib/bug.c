/* The end of a guest whose kernel found itself wrong. */
#include "kernel/lib/bug.h"

#include "kernel/host/host.h"
#include "kernel/lib/print.h"

/* As an abort: 128 + SIGABRT. */
#define BUG_STATUS 134

void bug(const char *file, int line, const char *what)
{
	kernel_log("bug in the library kernel: %s:%d: %s", file, line, what);
	host_exit_group(BUG_STATUS);
}
