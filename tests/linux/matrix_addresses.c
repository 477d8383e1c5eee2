/* The address matrix: where the kernel must answer EFAULT, and where it need not. */
#include "matrix.h"

#include <stdio.h>
#include <sys/mman.h>

/*
 * null         0
 * low          16, never mapped
 * unmapped     a page that was mapped and is not any more
 * none         PROT_NONE
 * read-only    zeroes that must not be written
 * edge         the last byte of a page, a zero, with PROT_NONE behind it
 * top          the last byte below the end of user space
 * hole         the first address that is not canonical
 * kernel       half of the address space that is the kernel's
 * last         -1
 */
enum { ADDRESS_COUNT = 10 };
static const char *const address_names[ADDRESS_COUNT] = {"null", "low", "unmapped", "none",   "read-only",
							 "edge", "top", "hole",     "kernel", "last"};

static bool addresses_make(long addresses[ADDRESS_COUNT], char **pages)
{
	char *start = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED || mprotect(start + PAGE, PAGE, PROT_NONE) != 0 ||
	    mprotect(start + 2 * PAGE, PAGE, PROT_READ) != 0 || munmap(start + 3 * PAGE, PAGE) != 0)
		return false;
	const long made[ADDRESS_COUNT] = {0,
					  16,
					  (long)start + 3 * PAGE,
					  (long)start + PAGE,
					  (long)start + 2 * PAGE,
					  (long)start + PAGE - 1,
					  0x7ffffffff000 - 1,
					  0x800000000000,
					  (long)0xffff888000000000,
					  -1};
	memcpy(addresses, made, sizeof made);
	*pages = start;
	return true;
}

void matrix_addresses(const char *name, const char *text, long number, const long arguments[6])
{
	char line[512];
	size_t used = 0;
	long addresses[ADDRESS_COUNT];
	char *pages;
	if (!addresses_make(addresses, &pages)) {
		NOTE("%s(%s): no memory to test with", name, text);
		return;
	}
	for (int i = 0; i < ADDRESS_COUNT; i++) {
		memset(pages, 0, PAGE);
		long result = matrix_call(name, number, arguments, BAD, addresses[i]);
		used += snprintf(line + used, sizeof line - used, " %s %s", address_names[i], result_name(result));
	}
	NOTE("%s(%s):%s", name, text, line);
	munmap(pages, 3 * PAGE);
}
