/* The initial stack of a process: see start.h. The layout is the x86-64 and aarch64 ELF ABI's. */
#include "tender/host/start.h"

#include <elf.h>
#include <string.h>

/* Without a C library there must still be a value for every process the kernel can start. */
static const uint8_t no_random[16];

/* The tenders run on no other page size, which each of them checks. */
#define PAGE_BYTES 4096u

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

static const char *last_component(const char *path)
{
	const char *last = path;

	for (; *path; path++) {
		if (path[0] == '/' && path[1])
			last = path + 1;
	}
	return last;
}

static void auxv_read(const uint64_t *auxv, struct start *start)
{
	for (; auxv[0] != AT_NULL; auxv += 2) {
		const char *text = (const char *)(uintptr_t)auxv[1];

		switch (auxv[0]) {
		case AT_SYSINFO_EHDR:
			start->vdso = auxv[1];
			break;
		case AT_UID:
		case AT_EUID:
			start->is_root |= auxv[1] == 0;
			break;
		case AT_SECURE:
			start->is_secure = auxv[1] != 0;
			break;
		case AT_PAGESZ:
			start->page_bytes = auxv[1];
			break;
		case AT_HWCAP2:
			start->hardware2 = auxv[1];
			break;
		case AT_RANDOM:
			start->random = (const uint8_t *)text;
			break;
		case AT_EXECFN:
			/* The file name is the topmost string of the stack, below one zero word. */
			start->stack_top = page_up(auxv[1] + strlen(text) + 1 + sizeof(uint64_t));
			break;
		default:
			break;
		}
	}
}

void start_read(uint64_t *stack, struct start *start)
{
	uint64_t *word;

	memset(start, 0, sizeof(*start));
	start->random = no_random;
	start->argc = (int)stack[0];
	start->argv = (char **)(stack + 1);
	start->program = start->argc ? last_component(start->argv[0]) : "tender";
	word = stack + 1 + start->argc + 1;
	while (*word)
		word++;
	auxv_read(word + 1, start);
}

size_t start_arguments_bytes(const struct start *start)
{
	const char *last = start->argv[start->argc - 1];

	return (size_t)(last - start->argv[0]) + strlen(last) + 1;
}
