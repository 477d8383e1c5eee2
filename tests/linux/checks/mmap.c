/* mmap: forms, errors, what a mapping shows of its file. */
#include "matrix.h"

#include <sys/mman.h>

#define GIB (1l << 30)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PROT_READ | PROT_WRITE)

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* Is there memory the kernel can read? Without touching it. */
static const char *page_state(const void *address)
{
	int ends[2];
	if (pipe2(ends, O_NONBLOCK) != 0)
		return "?";
	long result = QUIET(write, ends[1], address, 1);
	close(ends[0]), close(ends[1]);
	return result == 1 ? "readable" : "not readable";
}

CHECK(mmap_anonymous, "mmap,munmap")
{
	char *memory = MAP(NULL, 3 * PAGE + 1, READ_WRITE, ANONYMOUS, -1, 0);
	REQUIRE(memory);
	SHOW(memory[0] + memory[4 * PAGE - 1]); /* rounded up */
	memory[4 * PAGE - 1] = 1;
	EXPECT((uintptr_t)memory % PAGE == 0);
	CALL(munmap, memory, 3 * PAGE + 1);
	NOTE("%s", page_state(memory + 3 * PAGE));
	CALL(munmap, memory, PAGE);                    /* nothing there: no error */
	MAP(NULL, PAGE, READ_WRITE, ANONYMOUS, 77, 0); /* the descriptor is ignored */
	MAP(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MAP(NULL, PAGE, READ_WRITE, ANONYMOUS, -1, 1);
	MAP(NULL, PAGE, READ_WRITE, ANONYMOUS, -1, 5 * PAGE);
}

CHECK(mmap_flag_errors, "mmap,munmap,mprotect")
{
	MAP(NULL, 0, READ_WRITE, ANONYMOUS, -1, 0);
	MAP(NULL, PAGE, READ_WRITE, MAP_ANONYMOUS, -1, 0);
	MAP(NULL, PAGE, READ_WRITE, 0, -1, 0);
	MAP(NULL, -1, READ_WRITE, ANONYMOUS, -1, 0);
	MAP(NULL, -PAGE, READ_WRITE, ANONYMOUS, -1, 0);
	MAP(NULL, 1l << 47, PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1, 0);
	MAP(NULL, PAGE, READ_WRITE, MAP_PRIVATE, -1, 0);
	MAP(NULL, PAGE, READ_WRITE, MAP_PRIVATE, 77, 0);
	MAP((void *)1, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0);
	MAP((void *)0x7ffffffff000, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0);
	MAP((void *)0xffff800000000000, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0);
	MAP((void *)0xffff800000000000, PAGE, READ_WRITE, ANONYMOUS, -1, 0); /* only a hint */
	MAP((void *)12345, PAGE, READ_WRITE, ANONYMOUS, -1, 0);
	MAP(NULL, PAGE, 0xff0, ANONYMOUS, -1, 0);
	CALL(munmap, NULL, 0);
	CALL(munmap, 1, PAGE);
	CALL(munmap, 0x7ffffffff000, PAGE);
	CALL(munmap, PAGE, -1);
	CALL(munmap, 0xffff800000000000, PAGE);
	CALL(mprotect, 1, PAGE, PROT_READ);
	CALL(mprotect, 16 * PAGE, PAGE, PROT_READ);
	CALL(mprotect, 16 * PAGE, 0, PROT_READ);
}

CHECK(mmap_fixed, "mmap,munmap")
{
	char *memory = MAP(NULL, 8 * PAGE, READ_WRITE, ANONYMOUS, -1, 0);
	REQUIRE(memory);
	memset(memory, 'x', 8 * PAGE);
	EXPECT(MAP(memory + 2 * PAGE, 2 * PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0) == memory + 2 * PAGE);
	SHOW_TEXT(memory + 2 * PAGE - 4, 12);
	SHOW_TEXT(memory + 4 * PAGE - 4, 12);
	MAP(memory + PAGE, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	CALL(munmap, memory + 5 * PAGE, PAGE);
	EXPECT(MAP(memory + 5 * PAGE, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == memory + 5 * PAGE);
	MAP(memory + 7 * PAGE, 9 * PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	CALL(munmap, memory + 6 * PAGE, PAGE);
	EXPECT(MAP(memory + 6 * PAGE, PAGE, READ_WRITE, ANONYMOUS, -1, 0) == memory + 6 * PAGE); /* a free hint */
	EXPECT(MAP(memory, PAGE, READ_WRITE, ANONYMOUS, -1, 0) != memory);
	MAP(memory + 1, PAGE, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0);
	EXPECT(MAP(memory + PAGE, 2 * PAGE, PROT_NONE, ANONYMOUS | MAP_FIXED, -1, 0) == memory + PAGE);
	NOTE("%s %s %s", page_state(memory), page_state(memory + PAGE), page_state(memory + 3 * PAGE));
}

CHECK(mmap_reservations, "mmap,mprotect,munmap")
{
	static const long sizes[] = {GIB / 2, 8 * GIB, 64 * GIB, 1024 * GIB};
	for (int i = 0; i < 4; i++) {
		char *memory = MAP(NULL, sizes[i], PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1, 0);
		REQUIRE(memory);
		char *middle = memory + sizes[i] / 2;
		NOTE("%s", page_state(middle));
		CALL(mprotect, middle, 2 * PAGE, READ_WRITE);
		middle[0] = middle[2 * PAGE - 1] = 5;
		NOTE("%s %s", page_state(middle - 1), page_state(middle + 2 * PAGE));
		CALL(madvise, middle, 2 * PAGE, MADV_DONTNEED);
		SHOW(middle[0]);
		MAP(middle, PAGE, PROT_NONE, ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
		NOTE("%s %s", page_state(middle), page_state(middle + PAGE));
		CALL(munmap, memory, sizes[i]);
		NOTE("%s", page_state(middle + PAGE));
	}
}

CHECK(mmap_private_file, "mmap,pwrite64,madvise")
{
	char bytes[8];
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	char *memory = MAP(NULL, PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(memory);
	SHOW_TEXT(memory, 12);
	CALL(pwrite64, fd, "A", 1, 0); /* shows: the page was not written here yet */
	SHOW(memory[0]);
	memory[1] = 'B';
	CALL(pread64, fd, bytes, 4, 0);
	SHOW_TEXT(bytes, 4);
	CALL(pwrite64, fd, "C", 1, 2); /* hidden: the page is a copy now */
	SHOW_TEXT(memory, 4);
	CALL(close, fd);
	SHOW_TEXT(memory, 4);
	CALL(madvise, memory, PAGE, MADV_DONTNEED);
	SHOW_TEXT(memory, 4);
}

CHECK(mmap_shared_file, "mmap,open,ftruncate,msync")
{
	char bytes[8];
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	long other = CALL(open, "a", O_RDWR);
	char *first = MAP(NULL, PAGE, READ_WRITE, MAP_SHARED, fd, 0);
	char *second = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, other, 0);
	REQUIRE(first && second);
	first[0] = 'X';
	SHOW_TEXT(second, 3);
	CALL(pread64, other, bytes, 3, 0);
	SHOW_TEXT(bytes, 3);
	CALL(pwrite64, other, "YZ", 2, 1);
	SHOW_TEXT(first, 4);
	CALL(msync, first, PAGE, MS_SYNC);
	first[100] = 'q'; /* behind the end, in the last page: never part of the file */
	CALL(ftruncate, fd, 200);
	CALL(pread64, fd, bytes, 1, 100);
	SHOW(first[100] == bytes[0]);
	CALL(unlink, "a");
	CALL(close, fd);
	CALL(close, other);
	first[5] = 'U';
	SHOW_TEXT(second, 8);
}

CHECK(mmap_file_grows, "mmap,ftruncate,write")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	char *shared = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
	char *private = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(shared && private);
	NOTE("%s %s", page_state(shared), page_state(private));
	CALL(ftruncate, fd, 2 * PAGE);
	NOTE("%s %s", page_state(shared + PAGE), page_state(shared + 2 * PAGE));
	shared[PAGE] = 'g';
	SHOW(private[PAGE]);
	CALL(pwrite64, fd, "end", 3, 3 * PAGE);
	SHOW_TEXT(shared + 3 * PAGE, 3);
	private[3 * PAGE] = 'E';
	CALL(ftruncate, fd, PAGE);
	NOTE("%s %s %s", page_state(shared), page_state(shared + PAGE), page_state(private + 3 * PAGE));
	CALL(ftruncate, fd, 4 * PAGE);
	SHOW_TEXT(shared + 3 * PAGE, 3);
	SHOW_TEXT(private + 3 * PAGE, 3);
}

CHECK(mmap_offsets, "mmap,pwrite64")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	for (int i = 0; i < 8; i++)
		QUIET(pwrite64, fd, &"abcdefgh"[i], 1, i * PAGE);
	char *memory = MAP(NULL, 2 * PAGE, READ_WRITE, MAP_SHARED, fd, 3 * PAGE);
	REQUIRE(memory);
	SHOW(memory[0]);
	SHOW(memory[PAGE]);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, -PAGE);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100 * PAGE);
	MAP(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0x7ffffffffffff000);
	MAP(memory + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 6 * PAGE);
	SHOW(memory[PAGE]);
}

CHECK(mmap_descriptor_access, "mmap,mprotect")
{
	file_make("a", "0123456789");
	long reader = CALL(open, "a", O_RDONLY);
	long writer = CALL(open, "a", O_WRONLY);
	long both = CALL(open, "a", O_RDWR | O_APPEND);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
	MAP(NULL, PAGE, READ_WRITE, MAP_SHARED, reader, 0);
	MAP(NULL, PAGE, READ_WRITE, MAP_PRIVATE, reader, 0);
	MAP(NULL, PAGE, PROT_WRITE, MAP_SHARED, writer, 0);
	MAP(NULL, PAGE, PROT_NONE, MAP_PRIVATE, writer, 0);
	MAP(NULL, PAGE, READ_WRITE, MAP_SHARED, both, 0);
	char *memory = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
	CALL(mprotect, memory, PAGE, READ_WRITE);
	memory = MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE, reader, 0);
	CALL(mprotect, memory, PAGE, READ_WRITE);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE, reader, 0);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x2000000, reader, 0);
}

CHECK(mmap_descriptors, "mmap")
{
	FOR_FDS(mmap, NULL, 0, PROT_READ, MAP_PRIVATE, FD, 0);
	static const char *const devices[] = {"/dev/zero", "/dev/null", ".", "/proc/self/stat"};
	for (int i = 0; i < 4; i++)
		MAP(NULL, PAGE, READ_WRITE, MAP_PRIVATE, QUIET(open, devices[i], O_RDONLY), 0);
	int ends[2];
	CALL(pipe2, ends, 0);
	MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0);
	MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE, QUIET(eventfd2, 0, 0), 0);
	MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE, QUIET(open, ".", O_PATH), 0);
	char *zero = MAP(NULL, PAGE, READ_WRITE, MAP_SHARED, QUIET(open, "/dev/zero", O_RDWR), 0);
	REQUIRE(zero);
	SHOW(zero[5]);
}

CHECK(mmap_shared_anonymous, "mmap,munmap,madvise")
{
	char *memory = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(memory);
	memset(memory, 's', 4 * PAGE);
	CALL(madvise, memory, PAGE, MADV_DONTNEED);
	SHOW(memory[0]); /* shared: the data stays */
	CALL(madvise, memory, PAGE, MADV_REMOVE);
	SHOW(memory[0]);
	SHOW(memory[PAGE]);
	CALL(munmap, memory + PAGE, 2 * PAGE);
	NOTE("%s %s %s", page_state(memory), page_state(memory + PAGE), page_state(memory + 3 * PAGE));
}

CHECK(mmap_populate_and_hints, "mmap,munmap")
{
	MAP(NULL, 16 * PAGE, READ_WRITE, ANONYMOUS | MAP_POPULATE, -1, 0);
	MAP(NULL, 16 * PAGE, READ_WRITE, ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	MAP(NULL, 16 * PAGE, READ_WRITE, ANONYMOUS | MAP_GROWSDOWN, -1, 0);
	MAP(NULL, 16 * PAGE, READ_WRITE | PROT_EXEC, ANONYMOUS, -1, 0);
	char *low = MAP(NULL, PAGE, READ_WRITE, ANONYMOUS | MAP_32BIT, -1, 0);
	EXPECT((uintptr_t)low < 1ul << 32);
	file_make("a", "x");
	MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE, QUIET(open, "a", O_RDONLY), 0);
	char *locked = MAP(NULL, 1 << 21, READ_WRITE, ANONYMOUS | MAP_LOCKED, -1, 0);
	CALL(munmap, locked, 1 << 21);
}
