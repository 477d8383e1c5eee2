/* Console output: one hypercall. */
#include "hvt/hypercall.h"

void solo5_console_write(const char *buf, size_t size)
{
	volatile struct hvt_puts arguments = {.data = (uintptr_t)buf, .len = size};

	hypercall(HVT_HYPERCALL_PUTS, &arguments);
}
