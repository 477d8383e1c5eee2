/* The arena of unit tests: a memfd, mapped and given to the page allocator before main. */
#define _GNU_SOURCE
#include "fake_arena.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/host/boot.h"
#include "kernel/lib/pages.h"

int fake_arena_fd;
char *fake_arena_base;
struct kernel_boot fake_boot = {.mem_bytes = FAKE_ARENA_BYTES, .wake_fd = -1, .trace_fd = -1, .cpu_count = 1};

static struct kernel_statistics statistics;

__attribute__((constructor)) static void fake_arena_init(void)
{
	fake_arena_fd = memfd_create("arena", 0);
	if (fake_arena_fd < 0 || ftruncate(fake_arena_fd, FAKE_ARENA_BYTES) != 0)
		abort();
	fake_arena_base = mmap(NULL, FAKE_ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			       fake_arena_fd, 0);
	if (fake_arena_base == MAP_FAILED)
		abort();
	pages_init(fake_arena_base, fake_arena_base + FAKE_ARENA_FIRST, fake_arena_base + FAKE_ARENA_BYTES);
	fake_boot.arena_fd = fake_arena_fd;
	fake_boot.statistics = (uint64_t)(uintptr_t)&statistics;
	kernel_boot_set(&fake_boot);
}
