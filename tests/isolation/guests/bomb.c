/*
 * bomb KIND: takes as much of one thing as it gets, and says how much that was if it is refused and still alive.
 * anonymous, file (in memory), pipes, mappings (of one page each), sparse (one page read in every 2 MiB: page tables)
 * and shared (the same in mappings of the arena) by ordinary calls; raw and processes past the library.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/hostcall.h"
#include "tests/isolation/guests/gate.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)
#define CHUNK (16 * MIB)
#define TABLE_REACH (2 * MIB) /* of one page of page table entries */
#define STATUS_UNKNOWN 97

static void *memory(uint64_t bytes, int protection)
{
	void *place = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return place == MAP_FAILED ? NULL : place;
}

static unsigned long anonymous(void)
{
	unsigned long chunks = 0;
	char *place;

	for (; (place = memory(CHUNK, PROT_READ | PROT_WRITE)); chunks++)
		memset(place, 1, CHUNK);
	return chunks;
}

static unsigned long file(void)
{
	static char bytes[MIB];
	int fd = open("/tmp/bomb", O_CREAT | O_RDWR, 0600);
	unsigned long written = 0;

	memset(bytes, 1, sizeof(bytes));
	while (write(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		written++;
	return written;
}

static unsigned long pipes(void)
{
	static char bytes[MIB];
	unsigned long count = 0;
	int ends[2];

	for (; pipe2(ends, O_NONBLOCK) == 0; count++) {
		fcntl(ends[1], F_SETPIPE_SZ, sizeof(bytes));
		while (write(ends[1], bytes, sizeof(bytes)) > 0)
			;
	}
	return count;
}

/* Neighbours differ in protection: they do not become one. */
static unsigned long mappings(void)
{
	unsigned long count = 0;

	while (memory(4096, count % 2 ? PROT_READ : PROT_READ | PROT_WRITE))
		count++;
	return count;
}

static unsigned long touch(const volatile char *place, uint64_t bytes)
{
	unsigned long touched = 0;

	for (uint64_t at = 0; at < bytes; at += TABLE_REACH, touched++)
		(void)place[at];
	return touched;
}

static unsigned long sparse(void)
{
	unsigned long touched = 0;
	char *place;

	while ((place = memory(64 * GIB, PROT_READ)))
		touched += touch(place, 64 * GIB);
	return touched;
}

/* The arena once in each 3 GiB of user memory, its pages shared: all that is new are page tables. */
static unsigned long shared(void)
{
	unsigned long touched = 0;

	gate_find();
	for (uint64_t at = 64 * GIB; at + 4 * GIB < gate_boot->user_bytes; at += 3 * GIB) {
		uint64_t address = gate_boot->user_base + at;
		const uint64_t arguments[6] = {address, 3 * GIB, PROT_READ, MAP_FIXED | MAP_SHARED,
					       (uint64_t)gate_boot->arena_fd};

		if (gate_call(SYS_mmap, arguments) != (long)address)
			break;
		touched += touch((const volatile char *)(uintptr_t)address, 3 * GIB);
	}
	return touched;
}

static unsigned long raw(void)
{
	unsigned long chunks = 0;

	gate_find();
	for (uint64_t at = 64 * GIB; at + GIB < gate_boot->user_bytes; at += CHUNK, chunks++) {
		uint64_t address = gate_boot->user_base + at;
		const uint64_t arguments[6] = {address, CHUNK, PROT_READ | PROT_WRITE,
					       MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, (uint64_t)-1};

		if (gate_call(SYS_mmap, arguments) != (long)address)
			break;
		memset((void *)(uintptr_t)address, 1, CHUNK);
	}
	return chunks;
}

/* Processes that do nothing but wait; they share this one's stack copy and never return into the program. */
static unsigned long processes(void)
{
	static uint32_t word;
	const uint64_t fork_arguments[6] = {HOSTCALL_CLONE_FORK};
	const uint64_t wait_arguments[6] = {(uintptr_t)&word};
	unsigned long count = 0;
	long pid;

	gate_find();
	while ((pid = gate_call(SYS_clone, fork_arguments)) > 0)
		count++;
	while (pid == 0)
		gate_call(SYS_futex, wait_arguments);
	return count;
}

/* No bomb, but one who must not be hit. */
static unsigned long waiting(void)
{
	pause();
	return 0;
}

static const struct bomb {
	const char *name;
	unsigned long (*run)(void);
} bombs[] = {
	{"anonymous", anonymous}, {"file", file}, {"pipes", pipes},     {"mappings", mappings},   {"sparse", sparse},
	{"shared", shared},       {"raw", raw},   {"waiting", waiting}, {"processes", processes},
};

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc == 2 && i < sizeof(bombs) / sizeof(bombs[0]); i++) {
		if (strcmp(argv[1], bombs[i].name) == 0) {
			printf("refused after %lu\n", bombs[i].run());
			return 0;
		}
	}
	return STATUS_UNKNOWN;
}
