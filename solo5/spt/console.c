/* Console output: descriptor 1, best effort. */
#include "bindings.h"
#include "spt/host.h"

#define CONSOLE_FD 1

void solo5_console_write(const char *buf, size_t size)
{
	while (size) {
		long written = host_write(CONSOLE_FD, buf, size);

		if (written == -HOST_EINTR)
			continue;
		/* A console that takes nothing loses the rest: this call never fails and never spins. */
		if (written <= 0)
			return;
		buf += written;
		size -= (size_t)written;
	}
}
