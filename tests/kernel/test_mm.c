/*
 * The memory calls' rules that random sequences do not reach: errors, limits, patched text, ends of files, the break.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "abi/image.h"
#include "fake_host.h"
#include "fake_space.h"
#include "fake_task.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/text.h"
#include "unit.h"

#define PAGE 4096ul
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

struct mm_fault {
	int signal;
	int code;
};

long mm_map(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, void *file, uint64_t offset);
long mm_unmap(uint64_t start, uint64_t bytes);
long mm_protect(uint64_t start, uint64_t bytes, unsigned protection);
long mm_remap(uint64_t old, uint64_t old_bytes, uint64_t new_bytes, unsigned flags, uint64_t new_address);
long mm_advise(uint64_t start, uint64_t bytes, int advice);
long mm_lock(uint64_t start, uint64_t bytes, bool lock);
long mm_break(uint64_t end);
void mm_break_set(uint64_t start, uint64_t distance);
void mm_show_maps(void *space, struct text *text);
void mm_show_smaps(void *space, struct text *text);
bool mm_fault_repair(uint64_t address, bool write, bool execute, struct mm_fault *out);
size_t user_read(void *to, uint64_t from, size_t bytes);
size_t user_write(uint64_t to, const void *from, size_t bytes);

static int setup(void **state)
{
	(void)state;
	fake_space_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_space_end();
	return 0;
}

static uint64_t map_anonymous(uint64_t bytes)
{
	long start = mm_map(0, bytes, RW, ANON, NULL, 0);

	assert_true(start > 0);
	return (uint64_t)start;
}

static int byte_at(uint64_t address)
{
	unsigned char byte;

	return user_read(&byte, address, 1) == 1 ? byte : -1;
}

static void maps_expect(const char *text)
{
	const char *maps = fake_space_maps();

	assert_string_equal(maps, text);
}

/* As Linux 6.18 answered the same calls. */
static void test_map_errors(void **state)
{
	struct fake_file *reader = fake_file_new(O_RDONLY, 4);
	struct fake_file *writer = fake_file_new(O_WRONLY, 4);
	void *ro = fake_file_of(reader);
	uint64_t start = map_anonymous(PAGE);

	(void)state;
	assert_int_equal(mm_map(0, 0, RW, ANON, NULL, 0), -EINVAL);
	assert_int_equal(mm_map(0, PAGE, RW, MAP_ANONYMOUS, NULL, 0), -EINVAL);
	assert_int_equal(mm_map(0, PAGE, RW, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, NULL, 0), -EINVAL);
	assert_int_equal(mm_map(0, -1ul, RW, ANON, NULL, 0), -ENOMEM);
	assert_int_equal(mm_map(0, 1ul << 47, RW, ANON, NULL, 0), -ENOMEM);
	assert_int_equal(mm_map(start + 1, PAGE, RW, ANON | MAP_FIXED, NULL, 0), -EINVAL);
	assert_int_equal(mm_map(PAGE, PAGE, RW, ANON | MAP_FIXED, NULL, 0), -EPERM);
	assert_int_equal(mm_map(1ul << 47, PAGE, RW, ANON | MAP_FIXED, NULL, 0), -ENOMEM);
	assert_int_equal(mm_map(start, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, NULL, 0), -EEXIST);
	assert_int_equal(mm_map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, NULL, 0), -EINVAL);
	assert_int_equal(mm_map(0, PAGE, RW, MAP_SHARED, ro, 0), -EACCES);
	assert_int_equal(mm_map(0, PAGE, PROT_READ, MAP_PRIVATE, fake_file_of(writer), 0), -EACCES);
	assert_int_equal(mm_map(0, PAGE, PROT_READ, 0, ro, 0), -EINVAL);
	assert_int_equal(mm_map(0, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, ro, 0), -EOPNOTSUPP);
	assert_int_equal(mm_map(0, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, ro, 0), -EINVAL);
	assert_int_equal(mm_map(0, PAGE, PROT_READ, MAP_PRIVATE, ro, -PAGE), -EOVERFLOW);
	assert_int_equal(mm_map(0, 2 * PAGE, PROT_READ, MAP_PRIVATE, ro, 0x7ffffffffffff000), -EOVERFLOW);
	assert_int_equal(mm_unmap(start + 1, PAGE), -EINVAL);
	assert_int_equal(mm_unmap(start, 0), -EINVAL);
	assert_int_equal(mm_unmap(1ul << 47, PAGE), -EINVAL);
	assert_int_equal(mm_unmap(0x1000000, PAGE), 0);
	assert_int_equal(fake_file_references(reader), 1);
	fake_file_free(reader);
	fake_file_free(writer);
}

static void test_protect_errors(void **state)
{
	struct fake_file *reader = fake_file_new(O_RDONLY, 4);
	uint64_t start = map_anonymous(4 * PAGE);
	uint64_t shared = (uint64_t)mm_map(0, PAGE, PROT_READ, MAP_SHARED, fake_file_of(reader), 0);

	(void)state;
	assert_int_equal(mm_protect(start + 1, PAGE, PROT_READ), -EINVAL);
	assert_int_equal(mm_protect(start, 0, 0x100), 0);
	assert_int_equal(mm_protect(start, PAGE, 0x100), -EINVAL);
	assert_int_equal(mm_protect(start, PAGE, PROT_READ | 8), 0);
	assert_int_equal(mm_protect(start, -1ul, PROT_READ), -ENOMEM);
	assert_int_equal(mm_protect(start, PAGE, PROT_READ | PROT_GROWSDOWN), -EINVAL);
	assert_int_equal(mm_protect(shared, PAGE, RW), -EACCES);
	assert_int_equal(mm_protect(shared, PAGE, PROT_READ | PROT_EXEC), 0);
	/* What lies in front of the hole is changed. */
	assert_int_equal(mm_unmap(start + 2 * PAGE, PAGE), 0);
	assert_int_equal(mm_protect(start + PAGE, 3 * PAGE, PROT_NONE), -ENOMEM);
	assert_int_equal(byte_at(start + PAGE), -1);
	assert_int_equal(byte_at(start + 3 * PAGE), 0);
	assert_int_equal(mm_unmap(shared, PAGE), 0);
	fake_file_free(reader);
}

static void test_remap_errors(void **state)
{
	uint64_t start = map_anonymous(16 * PAGE);

	(void)state;
	assert_int_equal(mm_remap(start + 1, PAGE, PAGE, 0, 0), -EINVAL);
	assert_int_equal(mm_remap(start, 0, PAGE, MREMAP_MAYMOVE, 0), -EINVAL);
	assert_int_equal(mm_remap(start, PAGE, 0, MREMAP_MAYMOVE, 0), -EINVAL);
	assert_int_equal(mm_remap(start, PAGE, 2 * PAGE, 0, 0), -ENOMEM);
	assert_int_equal(mm_remap(start, PAGE, PAGE, MREMAP_FIXED, 0), -EINVAL);
	assert_int_equal(mm_remap(start, PAGE, PAGE, 8, 0), -EINVAL);
	assert_int_equal(mm_remap(start, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, start + PAGE), -EINVAL);
	assert_int_equal(mm_remap(start, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0), -EINVAL);
	assert_int_equal(mm_remap(0x1000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT);
	assert_int_equal(mm_remap(start, 32 * PAGE, 64 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT);
	assert_int_equal(mm_remap(start, 16 * PAGE, 1ul << 47, MREMAP_MAYMOVE, 0), -EINVAL);
}

static void test_advise_errors(void **state)
{
	struct fake_file *reader = fake_file_new(O_RDONLY, 4);
	uint64_t start = map_anonymous(4 * PAGE);
	uint64_t shared = (uint64_t)mm_map(0, PAGE, PROT_READ, MAP_SHARED, fake_file_of(reader), 0);

	(void)state;
	assert_int_equal(mm_advise(start + 1, PAGE, MADV_DONTNEED), -EINVAL);
	assert_int_equal(mm_advise(start, 0, 99), -EINVAL);
	assert_int_equal(mm_advise(start, 0, MADV_DONTNEED), 0);
	assert_int_equal(mm_advise(start, -1ul, MADV_DONTNEED), -EINVAL);
	assert_int_equal(mm_advise(0x1000000, PAGE, MADV_NORMAL), -ENOMEM);
	assert_int_equal(mm_advise(start, PAGE, MADV_REMOVE), -EINVAL);
	assert_int_equal(mm_advise(shared, PAGE, MADV_REMOVE), -EACCES);
	assert_int_equal(mm_advise(shared, PAGE, MADV_FREE), -EINVAL);
	assert_int_equal(mm_advise(shared, PAGE, MADV_WIPEONFORK), -EINVAL);
	assert_int_equal(mm_advise(shared, PAGE, MADV_POPULATE_READ), 0);
	assert_int_equal(mm_advise(shared, PAGE, MADV_POPULATE_WRITE), -EINVAL);
	assert_int_equal(mm_advise(start, 4 * PAGE, MADV_POPULATE_WRITE), 0);
	assert_int_equal(mm_lock(start, PAGE, true), 0);
	assert_int_equal(mm_advise(start, PAGE, MADV_DONTNEED), -EINVAL);
	assert_int_equal(mm_unmap(shared, PAGE), 0);
	fake_file_free(reader);
}

static void test_limits(void **state)
{
	uint64_t start;

	(void)state;
	fake_task_set_limit(RLIMIT_AS, 8 * PAGE);
	start = map_anonymous(6 * PAGE);
	assert_int_equal(mm_map(0, 3 * PAGE, PROT_READ, ANON, NULL, 0), -ENOMEM);
	/* What is replaced does not count twice. */
	assert_int_equal(mm_map(start, 6 * PAGE, RW, ANON | MAP_FIXED, NULL, 0), (long)start);
	assert_int_equal(mm_remap(start, 6 * PAGE, 9 * PAGE, MREMAP_MAYMOVE, 0), -ENOMEM);
	fake_task_set_limit(RLIMIT_AS, UINT64_MAX);
	fake_task_set_limit(RLIMIT_DATA, 8 * PAGE);
	assert_int_equal(mm_map(0, 3 * PAGE, RW, ANON, NULL, 0), -ENOMEM);
	assert_true(mm_map(0, 3 * PAGE, PROT_READ, ANON, NULL, 0) > 0);
	fake_task_set_limit(RLIMIT_MEMLOCK, 0);
	assert_int_equal(mm_lock(start, PAGE, true), -EPERM);
	assert_int_equal(mm_map(0, PAGE, RW, ANON | MAP_LOCKED, NULL, 0), -EPERM);
	fake_task_set_limit(RLIMIT_MEMLOCK, 2 * PAGE);
	assert_int_equal(mm_lock(start, 3 * PAGE, true), -ENOMEM);
	assert_int_equal(mm_lock(start, 2 * PAGE, true), 0);
	assert_int_equal(mm_lock(start, 2 * PAGE, true), 0);
	assert_int_equal(mm_map(0, PAGE, PROT_READ, ANON | MAP_LOCKED, NULL, 0), -EAGAIN);
	fake_task_set_capabilities(UINT64_MAX);
	assert_int_equal(mm_lock(start, 3 * PAGE, true), 0);
}

static void test_break(void **state)
{
	char expected[200];
	uint64_t heap = FAKE_LOW_START + 0x10000;

	(void)state;
	mm_break_set(heap, 0);
	assert_int_equal(mm_break(0), (long)heap);
	assert_int_equal(mm_break(heap + 100), (long)heap + 100);
	assert_int_equal(byte_at(heap + PAGE - 1), 0);
	assert_int_equal(mm_break(heap + 3 * PAGE), (long)(heap + 3 * PAGE));
	sprintf(expected, "%lx-%lx rw-p 0 [heap]\n", heap, heap + 3 * PAGE);
	maps_expect(expected);
	assert_int_equal(user_write(heap + 2 * PAGE, "x", 1), 1);
	assert_int_equal(mm_break(heap + PAGE + 1), (long)heap + (long)PAGE + 1);
	assert_int_equal(byte_at(heap + 2 * PAGE), -1);
	assert_int_equal(mm_break(heap + 3 * PAGE), (long)(heap + 3 * PAGE));
	assert_int_equal(byte_at(heap + 2 * PAGE), 0);
	/* Something in the way, or the end of the window: the break stays. */
	assert_true(mm_map(heap + 5 * PAGE, PAGE, RW, ANON | MAP_FIXED, NULL, 0) > 0);
	assert_int_equal(mm_break(heap + 6 * PAGE), (long)(heap + 3 * PAGE));
	assert_int_equal(mm_break(FAKE_LOW_END + PAGE), (long)(heap + 3 * PAGE));
	assert_int_equal(mm_break(heap - 1), (long)(heap + 3 * PAGE));
}

/* Behind the last page of a file: SIGBUS, until it grows. */
static void test_end_of_file(void **state)
{
	struct fake_file *file = fake_file_new(O_RDWR, 2);
	uint64_t start = (uint64_t)mm_map(0, 4 * PAGE, RW, MAP_SHARED, fake_file_of(file), 0);
	struct mm_fault fault = {SIGSEGV, 0};

	(void)state;
	assert_int_equal(byte_at(start + PAGE), 2);
	assert_int_equal(byte_at(start + 2 * PAGE), -1);
	/* Changing the protection does not let anyone in. */
	assert_int_equal(mm_protect(start, 4 * PAGE, PROT_READ), 0);
	assert_int_equal(mm_protect(start, 4 * PAGE, RW), 0);
	assert_int_equal(byte_at(start + 2 * PAGE), -1);
	assert_false(mm_fault_repair(start + 2 * PAGE, false, false, &fault));
	assert_int_equal(fault.signal, SIGBUS);
	assert_int_equal(fault.code, BUS_ADRERR);
	fake_file_resize(file, 3);
	assert_true(byte_at(start + 2 * PAGE) == 0 || mm_fault_repair(start + 2 * PAGE, true, false, &fault));
	assert_int_equal(byte_at(start + 2 * PAGE), 0);
	assert_int_equal(user_write(start + 2 * PAGE, "y", 1), 1);
	assert_int_equal(*(char *)fake_file_page(file, 2), 'y');
	fake_file_resize(file, 1);
	assert_int_equal(byte_at(start), 1);
	assert_int_equal(byte_at(start + PAGE), -1);
	assert_false(mm_fault_repair(start + PAGE, false, false, &fault));
	assert_int_equal(fault.signal, SIGBUS);
	assert_false(mm_fault_repair(start, false, true, &fault));
	assert_int_equal(fault.code, SEGV_ACCERR);
	assert_false(mm_fault_repair(start + 4 * PAGE, false, false, &fault));
	assert_int_equal(fault.signal, SIGSEGV);
	assert_int_equal(fault.code, SEGV_MAPERR);
	assert_int_equal(mm_unmap(start, 4 * PAGE), 0);
	fake_file_free(file);
}

/* What a writable mapping puts into a hole, a mapping that was there before shows. */
static void test_filled_holes(void **state)
{
	struct fake_file *file = fake_file_new(O_RDWR, 2);
	long reader, private, writer;

	(void)state;
	fake_file_make_hole(file);
	reader = mm_map(0, 2 * PAGE, PROT_READ, MAP_SHARED, fake_file_of(file), 0);
	private = mm_map(0, 2 * PAGE, PROT_READ, MAP_PRIVATE, fake_file_of(file), 0);
	assert_int_equal(byte_at((uint64_t)reader), 0);
	writer = mm_map(0, 2 * PAGE, RW, MAP_SHARED, fake_file_of(file), 0);
	assert_int_equal(user_write((uint64_t)writer + PAGE, "w", 1), 1);
	assert_int_equal(byte_at((uint64_t)reader + PAGE), 'w');
	assert_int_equal(byte_at((uint64_t) private + PAGE), 'w');
	mm_unmap((uint64_t)writer, 2 * PAGE);
	mm_unmap((uint64_t) private, 2 * PAGE);
	/* The same where a mapping becomes writable. */
	fake_file_make_hole(file);
	fake_file_resize(file, 2);
	writer = mm_map(0, PAGE, PROT_READ, MAP_SHARED, fake_file_of(file), 0);
	assert_int_equal(mm_protect((uint64_t)writer, PAGE, RW), 0);
	assert_int_equal(user_write((uint64_t)writer, "p", 1), 1);
	assert_int_equal(byte_at((uint64_t)reader), 'p');
	mm_unmap((uint64_t)writer, PAGE);
	mm_unmap((uint64_t)reader, 2 * PAGE);
	fake_file_free(file);
}

static void test_sealed_files(void **state)
{
	struct fake_file *file = fake_file_new(O_RDWR, 2);
	uint64_t start;

	(void)state;
	start = (uint64_t)mm_map(0, 2 * PAGE, PROT_READ, MAP_SHARED, fake_file_of(file), 0);
	assert_int_equal(fake_writable_count, 1);
	assert_int_equal(mm_unmap(start + PAGE, PAGE), 0);
	assert_int_equal(mm_unmap(start, PAGE), 0);
	assert_int_equal(fake_writable_count, 0);
	fake_writable_error = -EPERM;
	assert_int_equal(mm_map(0, PAGE, RW, MAP_SHARED, fake_file_of(file), 0), -EPERM);
	start = (uint64_t)mm_map(0, PAGE, PROT_READ, MAP_SHARED, fake_file_of(file), 0);
	assert_int_equal(mm_protect(start, PAGE, RW), -EACCES);
	assert_int_equal(mm_unmap(start, PAGE), 0);
	fake_file_free(file);
}

static void test_shared_memory_is_freed(void **state)
{
	size_t used = pages_used();
	uint64_t start = (uint64_t)mm_map(0, 64 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, NULL, 0);
	uint64_t second = (uint64_t)mm_remap(start, 0, 64 * PAGE, MREMAP_MAYMOVE, 0);

	(void)state;
	assert_int_equal(user_write(start + 5 * PAGE, "z", 1), 1);
	assert_int_equal(byte_at(second + 5 * PAGE), 'z');
	assert_int_equal(mm_advise(second + 5 * PAGE, PAGE, MADV_DONTNEED), 0);
	assert_int_equal(byte_at(start + 5 * PAGE), 'z');
	assert_int_equal(mm_advise(second + 5 * PAGE, PAGE, MADV_REMOVE), 0);
	assert_int_equal(byte_at(start + 5 * PAGE), 0);
	assert_true(pages_used() >= used + 64);
	assert_int_equal(mm_unmap(start, 64 * PAGE), 0);
	assert_int_equal(mm_unmap(second, 32 * PAGE), 0);
	assert_true(pages_used() >= used + 64);
	assert_int_equal(mm_unmap(second + 32 * PAGE, 32 * PAGE), 0);
	assert_true(pages_used() <= used + 8);
}

/* An object of four pages at image page 4 on; its second page is patched (image page 20), stubs are image page 24. */
static void image_index_make(void)
{
	struct image_header header = {.magic = IMAGE_MAGIC,
				      .version = IMAGE_VERSION,
				      .file_bytes = FAKE_IMAGE_PAGES * PAGE,
				      .erofs_bytes = 20 * PAGE,
				      .objects = 26 * PAGE,
				      .object_count = 1,
				      .runs = 27 * PAGE,
				      .run_count = 1,
				      .config = 28 * PAGE};
	struct image_object object = {.nid = 77,
				      .vaddr_start = 0,
				      .vaddr_end = 5 * PAGE,
				      .stubs = 24 * PAGE,
				      .stub_bytes = PAGE,
				      .site_count = 1,
				      .run_count = 1};
	struct image_run run = {.file_offset = PAGE, .bytes = PAGE, .image_offset = 20 * PAGE, .vaddr = PAGE};

	memcpy(fake_image, &header, sizeof(header));
	memcpy(fake_image + 26 * PAGE, &object, sizeof(object));
	memcpy(fake_image + 27 * PAGE, &run, sizeof(run));
}

/* What a dynamic loader does with the object: the span first, then its text and data. */
static uint64_t object_load(struct fake_file *file)
{
	long base = mm_map(0, 5 * PAGE, PROT_READ, MAP_PRIVATE, fake_file_of(file), 0);

	assert_true(base > 0);
	assert_int_equal(mm_map((uint64_t)base + PAGE, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED,
				fake_file_of(file), PAGE),
			 base + (long)PAGE);
	assert_int_equal(
		mm_map((uint64_t)base + 3 * PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fake_file_of(file), 3 * PAGE),
		base + 3 * (long)PAGE);
	return (uint64_t)base;
}

static void test_patched_text(void **state)
{
	struct fake_file *file = fake_image_file_new(4, 4, 77);
	char expected[400];
	uint64_t base;

	(void)state;
	image_index_make();
	base = object_load(file);
	assert_int_equal(byte_at(base), 5);
	assert_int_equal(byte_at(base + PAGE), 21);
	assert_int_equal(byte_at(base + 2 * PAGE), 7);
	assert_int_equal(byte_at(base + 5 * PAGE), 25);
	sprintf(expected,
		"%lx-%lx r--p 0 file\n%lx-%lx r-xp 1000 file\n%lx-%lx rw-p 3000 file\n"
		"%lx-%lx r--p 4000 file\n%lx-%lx r-xp 0 [stubs]\n",
		base, base + PAGE, base + PAGE, base + 3 * PAGE, base + 3 * PAGE, base + 4 * PAGE, base + 4 * PAGE,
		base + 5 * PAGE, base + 5 * PAGE, base + 6 * PAGE);
	maps_expect(expected);
	/* A mapping that is not executable shows the file's own. */
	assert_int_equal(byte_at((uint64_t)mm_map(0, PAGE, PROT_READ, MAP_PRIVATE, fake_file_of(file), PAGE)), 6);
	/* Half of the text goes: the stubs stay. The rest goes: they go too. */
	assert_int_equal(mm_unmap(base + 2 * PAGE, PAGE), 0);
	assert_int_equal(byte_at(base + 5 * PAGE), 25);
	assert_int_equal(mm_unmap(base, 5 * PAGE), 0);
	assert_int_equal(byte_at(base + 5 * PAGE), -1);
}

static void test_patched_text_without_stubs(void **state)
{
	struct fake_file *file = fake_image_file_new(4, 4, 77);
	uint64_t base;

	(void)state;
	image_index_make();
	/* The place is taken. */
	base = fake_user_base + (1ul << 30);
	assert_true(mm_map(base + 5 * PAGE, PAGE, RW, ANON | MAP_FIXED, NULL, 0) > 0);
	assert_true(mm_map(base + PAGE, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fake_file_of(file),
			   PAGE) > 0);
	assert_int_equal(byte_at(base + PAGE), 6);
	/* The stubs are mapped over: the text jumps to them no more. */
	base = object_load(file);
	assert_int_equal(byte_at(base + PAGE), 21);
	assert_true(mm_map(base + 5 * PAGE, PAGE, RW, ANON | MAP_FIXED, NULL, 0) > 0);
	assert_int_equal(byte_at(base + PAGE), 6);
	assert_int_equal(byte_at(base + 5 * PAGE), 0);
}

/* Touched memory comes back zeroed, and without the host's help but two protections. */
static void test_recycling(void **state)
{
	static char bytes[16 * PAGE];
	unsigned long maps;

	(void)state;
	memset(bytes, 0x5a, sizeof(bytes));
	for (int round = 0; round < 5; round++) {
		uint64_t start = map_anonymous(sizeof(bytes));

		for (uint64_t at = 0; at < sizeof(bytes); at += 512)
			assert_int_equal(byte_at(start + at), 0);
		assert_int_equal(user_write(start, bytes, sizeof(bytes)), sizeof(bytes));
		maps = fake_host_counts.mmap;
		assert_int_equal(mm_unmap(start, sizeof(bytes)), 0);
		assert_int_equal(fake_host_counts.mmap, maps);
		assert_int_equal(byte_at(start), -1);
	}
	/* A reservation over it, made readable later, shows nothing of it. */
	assert_int_equal(
		mm_protect((uint64_t)mm_map(0, sizeof(bytes), PROT_NONE, ANON, NULL, 0), sizeof(bytes), PROT_READ), 0);
}

/* Reservations cost no host call, however large. */
static void test_reservations(void **state)
{
	struct fake_host_counts before = fake_host_counts;
	uint64_t start = (uint64_t)mm_map(0, 8ul << 30, PROT_NONE, ANON | MAP_NORESERVE, NULL, 0);

	(void)state;
	assert_int_equal(mm_unmap(start, 1ul << 30), 0);
	assert_int_equal(mm_unmap(start + (2ul << 30), 6ul << 30), 0);
	assert_memory_equal(&before, &fake_host_counts, sizeof(before));
	assert_int_equal(mm_protect(start + (1ul << 30), PAGE, RW), 0);
	assert_int_equal(fake_host_counts.mprotect, before.mprotect + 1);
	/* More than one host call may do. */
	start = map_anonymous(10ul << 30);
	assert_int_equal(user_write(start + (9ul << 30), "q", 1), 1);
	assert_int_equal(mm_unmap(start, 10ul << 30), 0);
}

/* Large memory grows where it is. */
static void test_room_to_grow(void **state)
{
	uint64_t start = map_anonymous(2ul << 20);
	uint64_t other = map_anonymous(1ul << 20);

	(void)state;
	assert_int_equal(mm_remap(start, 2ul << 20, 3ul << 20, MREMAP_MAYMOVE, 0), (long)start);
	assert_int_not_equal(other, start + (3ul << 20));
	map_anonymous(PAGE);
	assert_int_equal(mm_remap(other, 1ul << 20, (1ul << 20) + PAGE, 0, 0), (long)other);
}

/* The lines as Linux writes them: names begin in column 73. */
static void test_show(void **state)
{
	struct fake_file *file = fake_file_new(O_RDWR, 2);
	struct text text = {0};

	(void)state;
	mm_break_set(FAKE_LOW_START, 0);
	assert_true(mm_break(FAKE_LOW_START + PAGE) > 0);
	assert_true(mm_map(FAKE_LOW_START + 4 * PAGE, PAGE, PROT_READ | PROT_EXEC, ANON | MAP_FIXED, NULL, 0) > 0);
	assert_true(mm_map(FAKE_LOW_START + 8 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fake_file_of(file), PAGE) > 0);
	mm_show_maps(fake_space_now(), &text);
	assert_string_equal(text.data,
			    "10000000-10001000 rw-p 00000000 00:00 0                                  [heap]\n"
			    "10004000-10005000 r-xp 00000000 00:00 0 \n"
			    "10008000-10009000 rw-s 00001000 00:00 0                                  /file\n");
	text_clear(&text);
	mm_show_smaps(fake_space_now(), &text);
	assert_non_null(strstr(text.data, "Size:                  4 kB\n"));
	assert_non_null(strstr(text.data, "VmFlags: rd wr sh mr mw me ms \n"));
	text_clear(&text);
	assert_int_equal(mm_unmap(FAKE_LOW_START, 16 * PAGE), 0);
	fake_file_free(file);
}

#define SCENE_PAGES 8

/* The calls that may lack memory, on anonymous pages at `at`, with a hole in front of them, and on a file. */
static long call_failing(unsigned which, uint64_t at, struct fake_file *file)
{
	switch (which) {
	case 0:
		return mm_map(0, PAGE, RW, ANON, NULL, 0);
	case 1:
		return mm_map(at + 2 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, NULL, 0);
	case 2:
		return mm_map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, NULL, 0);
	case 3:
		return mm_map(at + 2 * PAGE, 2 * PAGE, RW, MAP_SHARED | MAP_FIXED, fake_file_of(file), 0);
	case 4:
		return mm_unmap(at + 2 * PAGE, PAGE);
	case 5:
		return mm_protect(at + 3 * PAGE, PAGE, PROT_READ);
	case 6:
		return mm_remap(at, PAGE, 3 * PAGE, MREMAP_MAYMOVE, 0);
	case 7:
		return mm_remap(at + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 5 * PAGE);
	case 8:
		return mm_advise(at + 4 * PAGE, PAGE, MADV_DONTFORK);
	case 9:
		return mm_lock(at + PAGE, PAGE, true);
	case 10:
		mm_break_set(FAKE_LOW_START, 0);
		/* Fails as brk(2) does: the old end is the answer. */
		return mm_break(FAKE_LOW_START + PAGE) == FAKE_LOW_START ? -ENOMEM : 0;
	default:
		return 1;
	}
}

/* Whatever allocation fails, mappings are as before; with memory enough the call succeeds; nothing is left over. */
static void test_failing_allocations(void **state)
{
	struct fake_file *file = fake_file_new(O_RDWR, 4);
	size_t used = heap_used(), pages = pages_used();
	long result = 0;

	(void)state;
	for (unsigned which = 0; result != 1; which++) {
		uint64_t start = map_anonymous(SCENE_PAGES * PAGE);
		char *before = strdup(fake_space_maps());

		for (size_t allocations = 0;; allocations++) {
			fault_after(allocations);
			result = call_failing(which, start, file);
			fault_after(SIZE_MAX);
			if (result != -ENOMEM)
				break;
			assert_string_equal(fake_space_maps(), before);
			assert_int_equal(fake_file_references(file), 1);
			assert_true(allocations < 20);
		}
		assert_true(result >= 0);
		free(before);
		fake_space_end();
		fake_space_begin();
		fake_task_set_limit(RLIMIT_MEMLOCK, UINT64_MAX);
		assert_int_equal(heap_used(), used);
		assert_in_range(pages_used(), 0, pages + 8);
	}
	fake_file_free(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map_errors),
		TEST(test_protect_errors),
		TEST(test_remap_errors),
		TEST(test_advise_errors),
		TEST(test_limits),
		TEST(test_break),
		TEST(test_end_of_file),
		TEST(test_filled_holes),
		TEST(test_sealed_files),
		TEST(test_shared_memory_is_freed),
		TEST(test_patched_text),
		TEST(test_patched_text_without_stubs),
		TEST(test_recycling),
		TEST(test_reservations),
		TEST(test_room_to_grow),
		TEST(test_show),
		TEST(test_failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
