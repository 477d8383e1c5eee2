/* The exception table of copy.S. */
#include "exceptions.h"

struct exception {
	int32_t instruction; /* both relative to the entry's own start */
	int32_t resume;
};

extern const struct exception exceptions_start[];
extern const struct exception exceptions_end[];

uint64_t exception_resume(uint64_t address)
{
	// cppcheck-suppress comparePointers ; one array, whose ends the linker script names
	for (const struct exception *entry = exceptions_start; entry < exceptions_end; entry++) {
		uint64_t self = (uint64_t)(uintptr_t)entry;

		if (self + (uint64_t)(int64_t)entry->instruction == address)
			return self + (uint64_t)(int64_t)entry->resume;
	}
	return 0;
}
