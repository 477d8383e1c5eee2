/* Fault injection in a whole guest: see faults.h. */
#ifdef KERNEL_FAULT_INJECTION
#include "kernel/boot/faults.h"

#include "kernel/host/boot.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/string.h"

#define VARIABLE "TEND_FAULTS="

static uint64_t number_read(const char **text)
{
	uint64_t value = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		value = value * 10 + (uint64_t)(**text - '0');
	return value;
}

void faults_begin(void)
{
	char *const *environment = (char *const *)(uintptr_t)kernel_boot()->environment;

	for (uint32_t i = 0; i < kernel_boot()->environment_count; i++) {
		const char *text = environment[i];
		uint64_t seed;

		if (strncmp(text, VARIABLE, strlen(VARIABLE)) != 0)
			continue;
		text += strlen(VARIABLE);
		seed = number_read(&text);
		if (*text++ == ',')
			fault_some(seed, number_read(&text));
	}
}
#endif
