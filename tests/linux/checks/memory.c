/* munmap, mprotect, mremap, madvise, msync, mincore, mlock, brk. */
#include "matrix.h"

#include <sys/mman.h>

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PROT_READ | PROT_WRITE)

/* One letter per page: r readable, w writable too, - neither, found out by system calls. */
static void pages_show(char *memory, int count)
{
	char states[64];
	int ends[2];
	if (pipe2(ends, O_NONBLOCK) != 0)
		return;
	for (int i = 0; i < count; i++) {
		bool readable = QUIET(write, ends[1], memory + i * PAGE, 1) == 1;
		/* reading the byte back in place tells whether it may be written */
		bool writable = readable && QUIET(read, ends[0], memory + i * PAGE, 1) == 1;
		char rest;
		while (read(ends[0], &rest, 1) == 1)
			;
		states[i] = writable ? 'w' : readable ? 'r' : '-';
	}
	close(ends[0]), close(ends[1]);
	NOTE("pages: %.*s", count, states);
}

static char *pages_make(int count)
{
	char *memory = MAP(NULL, count * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
	for (int i = 0; memory && i < count; i++)
		memory[i * PAGE] = (char)('a' + i);
	return memory;
}

CHECK(munmap_partial, "munmap")
{
	char *memory = pages_make(10);
	REQUIRE(memory);
	CALL(munmap, memory + 2 * PAGE, PAGE);
	CALL(munmap, memory + 9 * PAGE, PAGE);
	CALL(munmap, memory, PAGE);
	CALL(munmap, memory + 4 * PAGE, 100);
	pages_show(memory, 10);
	CALL(munmap, memory + 1, PAGE);
	CALL(munmap, memory, 10 * PAGE); /* holes do not matter */
	pages_show(memory, 10);
}

CHECK(mprotect_splits, "mprotect")
{
	char *memory = pages_make(10);
	REQUIRE(memory);
	CALL(mprotect, memory + 2 * PAGE, 3 * PAGE, PROT_READ);
	CALL(mprotect, memory + 3 * PAGE, PAGE, PROT_NONE);
	CALL(mprotect, memory + 6 * PAGE, 10, PROT_NONE);
	pages_show(memory, 10);
	CALL(mprotect, memory + 1, PAGE, PROT_READ);
	CALL(mprotect, memory, 0, PROT_NONE);
	CALL(mprotect, memory, PAGE, 0x80);
	CALL(munmap, memory + 8 * PAGE, PAGE);
	CALL(mprotect, memory + 7 * PAGE, 3 * PAGE, PROT_READ); /* stops at the hole */
	pages_show(memory, 10);
	CALL(mprotect, memory, 8 * PAGE, READ_WRITE);
	pages_show(memory, 10);
	SHOW(memory[3 * PAGE]);
	CALL(mprotect, memory, PAGE, PROT_EXEC | PROT_READ | PROT_WRITE);
	CALL(mprotect, memory, PAGE, PROT_READ | 0x01000000 /* PROT_GROWSDOWN */);
	CALL(mprotect, memory, -PAGE, PROT_READ);
	CALL(mprotect, memory, -1, PROT_READ);
}

CHECK(mremap_grow_and_shrink, "mremap")
{
	char *memory = pages_make(5); /* the last one stands in the way */
	REQUIRE(memory);
	EXPECT(REMAP(memory, 4 * PAGE, 2 * PAGE, 0) == memory);
	pages_show(memory, 4);
	EXPECT(REMAP(memory, 2 * PAGE, 4 * PAGE, 0) == memory); /* its old place is free */
	SHOW(memory[2 * PAGE]);
	REMAP(memory, 4 * PAGE, 8 * PAGE, 0);
	char *moved = REMAP(memory, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	REQUIRE(moved && moved != memory);
	SHOW(moved[0]);
	SHOW(moved[PAGE]);
	SHOW(moved[7 * PAGE]);
	pages_show(memory, 4);
	EXPECT(REMAP(moved, 8 * PAGE, 8 * PAGE, 0) == moved);
}

CHECK(mremap_fixed, "mremap")
{
	char *memory = pages_make(4);
	char *target = pages_make(6);
	REQUIRE(memory && target);
	target[5 * PAGE] = 'T';
	EXPECT(REMAP(memory, 4 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE) == target + PAGE);
	SHOW(target[0]);
	SHOW(target[PAGE]);
	SHOW(target[3 * PAGE]);
	SHOW(target[5 * PAGE]);
	pages_show(memory, 4);
	REMAP(target, PAGE, PAGE, MREMAP_FIXED, memory);
	REMAP(target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, memory + 1);
	REMAP(target, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE);
}

CHECK(mremap_errors, "mremap")
{
	char *memory = pages_make(4);
	REQUIRE(memory);
	REMAP(memory + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	REMAP(memory, PAGE, 0, MREMAP_MAYMOVE);
	REMAP(memory, PAGE, PAGE, 8);
	REMAP(memory, PAGE, 1l << 47, MREMAP_MAYMOVE);
	REMAP(memory, 0, PAGE, MREMAP_MAYMOVE);
	CALL(munmap, memory + 2 * PAGE, PAGE);
	REMAP(memory + 2 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	REMAP(memory, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE); /* across a hole */
	REMAP((void *)0xffff800000000000, PAGE, PAGE, 0);
}

CHECK(mremap_dontunmap, "mremap")
{
	char *memory = pages_make(2);
	REQUIRE(memory);
	char *moved = REMAP(memory, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | 4 /* MREMAP_DONTUNMAP */, NULL);
	REQUIRE(moved);
	SHOW(moved[PAGE]);
	SHOW(memory[PAGE]); /* still mapped, empty */
	REMAP(memory, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | 4, NULL);
	REMAP(memory, 2 * PAGE, 2 * PAGE, 4, NULL);
}

CHECK(mremap_shared, "mremap,mmap")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(ftruncate, fd, 4 * PAGE);
	char *memory = MAP(NULL, PAGE, READ_WRITE, MAP_SHARED, fd, PAGE);
	REQUIRE(memory);
	memory[0] = 'm';
	char *grown = REMAP(memory, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
	REQUIRE(grown);
	grown[2 * PAGE] = 'g';
	char byte = 0;
	CALL(pread64, fd, &byte, 1, 3 * PAGE);
	SHOW(byte);
	char *copy = REMAP(grown, 0, PAGE, MREMAP_MAYMOVE); /* a shared mapping, doubled */
	REQUIRE(copy);
	SHOW(copy[0]);
	copy[0] = 'c';
	SHOW(grown[0]);
}

CHECK(madvise_effects, "madvise")
{
	char *memory = pages_make(8);
	REQUIRE(memory);
	CALL(madvise, memory + PAGE, 2 * PAGE, MADV_DONTNEED);
	SHOW_TEXT(memory, 1);
	SHOW(memory[PAGE] + memory[2 * PAGE]);
	SHOW_TEXT(memory + 3 * PAGE, 1);
	static const int advices[] = {MADV_NORMAL,
				      MADV_RANDOM,
				      MADV_SEQUENTIAL,
				      MADV_WILLNEED,
				      MADV_FREE,
				      MADV_DONTFORK,
				      MADV_DOFORK,
				      MADV_HUGEPAGE,
				      MADV_NOHUGEPAGE,
				      MADV_DONTDUMP,
				      MADV_DODUMP,
				      MADV_WIPEONFORK,
				      MADV_KEEPONFORK,
				      MADV_COLD,
				      MADV_PAGEOUT,
				      22,
				      23,
				      77,
				      -1};
	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		NOTE("advice %d: %s", advices[i], result_name(QUIET(madvise, memory, 4 * PAGE, advices[i])));
	CALL(madvise, memory + 1, PAGE, MADV_DONTNEED);
	CALL(madvise, memory, 0, MADV_DONTNEED);
	CALL(madvise, memory, 0, 77);
	CALL(madvise, memory, -1, MADV_DONTNEED);
	CALL(munmap, memory + 5 * PAGE, PAGE);
	CALL(madvise, memory + 4 * PAGE, 4 * PAGE, MADV_DONTNEED); /* a hole, and yet both sides are done */
	SHOW(memory[4 * PAGE] + memory[6 * PAGE]);
	CALL(madvise, memory, PAGE, MADV_REMOVE);
	CALL(mprotect, memory, PAGE, PROT_NONE);
	CALL(madvise, memory, PAGE, MADV_DONTNEED);
}

CHECK(msync_errors, "msync")
{
	char *memory = pages_make(4);
	REQUIRE(memory);
	CALL(msync, memory, 4 * PAGE, MS_SYNC);
	CALL(msync, memory, 4 * PAGE, MS_ASYNC);
	CALL(msync, memory, 4 * PAGE, 0);
	CALL(msync, memory, PAGE, MS_SYNC | MS_ASYNC);
	CALL(msync, memory, PAGE, 8);
	CALL(msync, memory + 1, PAGE, MS_SYNC);
	CALL(msync, memory, 0, MS_SYNC);
	CALL(munmap, memory + 2 * PAGE, PAGE);
	CALL(msync, memory, 4 * PAGE, MS_SYNC);
	CALL(msync, memory, 4 * PAGE, MS_INVALIDATE);
	CALL(msync, memory, -1, MS_SYNC);
}

CHECK(mincore_pages, "mincore")
{
	unsigned char states[4] = {9, 9, 9, 9};
	char *memory = MAP(NULL, 4 * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
	REQUIRE(memory);
	memory[PAGE] = 1;
	CALL(mincore, memory, 4 * PAGE, states);
	SHOW(states[1] & 1);
	CALL(mincore, memory + 1, PAGE, states);
	CALL(mincore, memory, 0, states);
	CALL(mincore, memory, -1, states);
	FOR_ADDRESSES(mincore, memory, 4 * PAGE, BAD);
	CALL(munmap, memory + 2 * PAGE, PAGE);
	CALL(mincore, memory, 4 * PAGE, states);
}

CHECK(mlock_calls, "mlock,munlock,mlock2,mlockall,munlockall,prlimit64")
{
	unsigned long old[2], limit[2] = {8 * PAGE, 0};
	char *memory = pages_make(4);
	REQUIRE(memory);
	CALL(prlimit64, 0, 8 /* RLIMIT_MEMLOCK */, NULL, old);
	limit[1] = old[1];
	CALL(prlimit64, 0, 8, limit, NULL);
	CALL(mlock, memory, 4 * PAGE);
	CALL(mlock, memory + 1, 10);
	CALL(munlock, memory, 4 * PAGE);
	CALL(mlock2, memory, PAGE, 1);
	CALL(mlock2, memory, PAGE, 2);
	CALL(mlockall, 0);
	CALL(mlockall, 8);
	CALL(munlockall);
	CALL(munmap, memory + PAGE, PAGE);
	CALL(mlock, memory, 4 * PAGE);
	CALL(munlock, memory, 4 * PAGE);
	CALL(munlockall);
	CALL(prlimit64, 0, 8, old, NULL);
}

CHECK(brk_moves, "brk")
{
	long start = QUIET(brk, 0);
	EXPECT(start > 0);
	EXPECT(QUIET(brk, 1) == start); /* refused: the old one comes back */
	long high = QUIET(brk, start + 20 * PAGE);
	EXPECT(high == start + 20 * PAGE);
	char *memory = (char *)start;
	memory[19 * PAGE] = 'b';
	EXPECT(QUIET(brk, start + 10 * PAGE) == start + 10 * PAGE);
	EXPECT(QUIET(brk, start + 20 * PAGE) == start + 20 * PAGE);
	SHOW(memory[19 * PAGE]); /* fresh */
	EXPECT(QUIET(brk, start + 1) == start + 1);
	EXPECT(QUIET(brk, 1l << 47) == start + 1);
	EXPECT(QUIET(brk, -1) == start + 1);
	EXPECT(QUIET(brk, start) == start);
}
