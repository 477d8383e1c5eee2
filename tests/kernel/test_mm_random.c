/*
 * Random sequences of memory calls, made by mm/ in one window and by Linux itself in another: results, contents, access
 * rights and the shape of the mappings must be the same.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_space.h"
#include "unit.h"

#define PAGE 4096ul
#define WINDOW_PAGES 48ul
#define NATIVE_BASE 0x30000000ul
#define FILE_PAGES 10u

long mm_map(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, void *file, uint64_t offset);
long mm_unmap(uint64_t start, uint64_t bytes);
long mm_protect(uint64_t start, uint64_t bytes, unsigned protection);
long mm_remap(uint64_t old, uint64_t old_bytes, uint64_t new_bytes, unsigned flags, uint64_t new_address);
long mm_advise(uint64_t start, uint64_t bytes, int advice);
size_t user_read(void *to, uint64_t from, size_t bytes);
size_t user_write(uint64_t to, const void *from, size_t bytes);

static uint64_t base; /* of our window */
static int native_fd;
static struct fake_file *file;
static unsigned seed_now;
static unsigned step_now;

static unsigned long pick(unsigned long below)
{
	return (unsigned long)rand() % below;
}

static unsigned protection_pick(void)
{
	static const unsigned protections[] = {0, 1, 3, 3, 3, 5};

	return protections[pick(6)];
}

/* Results as offsets in their window. */
static long result_of(long result, uint64_t window)
{
	return result >= 0 && (uint64_t)result >= window ? (long)((uint64_t)result - window) : result;
}

static void agree(const char *what, long ours, long native, int native_errno)
{
	long theirs = native == -1 ? -native_errno : result_of(native, NATIVE_BASE);

	if (result_of(ours, base) != theirs)
		fail_msg("seed %u step %u: %s: %ld, Linux says %ld", seed_now, step_now, what, result_of(ours, base),
			 theirs);
}

static void step_map(unsigned long page, unsigned long pages, bool touching)
{
	unsigned protection = protection_pick();
	unsigned flags = MAP_FIXED;
	bool with_file = touching && pick(3) == 0;
	unsigned long offset = with_file ? pick(FILE_PAGES) * PAGE : 0;
	long native;

	if (with_file)
		flags |= pick(2) ? MAP_SHARED : MAP_PRIVATE;
	else
		flags |= MAP_ANONYMOUS | (touching && pick(5) == 0 ? MAP_SHARED : MAP_PRIVATE);
	if (pick(4) == 0)
		flags |= MAP_NORESERVE;
	if (pick(5) == 0)
		flags = (flags & ~(unsigned)MAP_FIXED) | MAP_FIXED_NOREPLACE;
	native = syscall(SYS_mmap, NATIVE_BASE + page * PAGE, pages * PAGE, protection, flags,
			 with_file ? native_fd : -1, offset);
	agree("mmap",
	      mm_map(base + page * PAGE, pages * PAGE, protection, flags, with_file ? fake_file_of(file) : NULL,
		     offset),
	      native, errno);
}

struct line {
	unsigned long start, end, offset;
	char rights[5];
	bool anonymous;
};

static bool strstr_line(const char *text, const char *what)
{
	const char *found = strstr(text, what);

	return found && found < strchr(text, '\n');
}

/* The lines of a window; with `merged`, neighbours that agree as one. */
static size_t lines_parse(const char *text, unsigned long window, bool merged, struct line *lines)
{
	size_t count = 0;
	unsigned long inode;
	struct line line;

	for (; text && *text; text = strchr(text, '\n') + 1) {
		bool contiguous;

		if (sscanf(text, "%lx-%lx %4s %lx", &line.start, &line.end, line.rights, &line.offset) != 4)
			break;
		if (line.start < window || line.start >= window + WINDOW_PAGES * PAGE)
			continue;
		line.start -= window;
		line.end -= window;
		/* /proc has the inode there, we have a word for files. */
		line.anonymous = sscanf(text, "%*s %*s %*s %*s %lu", &inode) == 1 ? inode == 0
										  : !strstr_line(text, " file");
		contiguous = count && lines[count - 1].end == line.start &&
			     strcmp(lines[count - 1].rights, line.rights) == 0 &&
			     lines[count - 1].anonymous == line.anonymous &&
			     (line.anonymous ||
			      line.offset == lines[count - 1].offset + line.start - lines[count - 1].start);
		if (merged && contiguous)
			lines[count - 1].end = line.end;
		else
			lines[count++] = line;
	}
	return count;
}

/* /proc/self/maps, until the next call. */
static const char *native_maps(void)
{
	static char text[1 << 20];
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = 0;
	close(fd);
	return text;
}

/* Whether one line has the whole range. Linux does not merge all that could be merged, once it was touched. */
static bool line_has(const char *text, unsigned long window, unsigned long page, unsigned long pages)
{
	struct line lines[2 * WINDOW_PAGES];
	size_t count = lines_parse(text, window, false, lines);

	for (size_t i = 0; i < count; i++) {
		if (lines[i].start <= page * PAGE && lines[i].end >= (page + pages) * PAGE)
			return true;
	}
	return false;
}

/* Whether the range is one mapping here and there (*whole), or neither here nor there. */
static bool lines_agree(unsigned long page, unsigned long pages, bool *whole)
{
	const char *text = fake_space_maps();

	*whole = line_has(text, base, page, pages);
	return *whole == line_has(native_maps(), NATIVE_BASE, page, pages);
}

static void step_remap(unsigned long page, unsigned long pages)
{
	unsigned long new_page = pick(WINDOW_PAGES);
	unsigned long new_pages = 1 + pick(WINDOW_PAGES - new_page < 12 ? WINDOW_PAGES - new_page : 12);
	unsigned flags = pick(2) ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
	bool whole;
	bool kept;
	long native;

	if (!flags && page + new_pages > WINDOW_PAGES)
		new_pages = WINDOW_PAGES - page;
	if (flags && pick(4) == 0) {
		flags |= MREMAP_DONTUNMAP;
		new_pages = pages;
		if (new_page + new_pages > WINDOW_PAGES)
			new_page = WINDOW_PAGES - new_pages;
	}
	/* Where the two differ in what is one mapping, they differ in what can be moved. */
	if (!lines_agree(page, pages, &whole) || !lines_agree(page, pages < new_pages ? pages : new_pages, &kept))
		return;
	/* Since Linux 6.17 several mappings can be moved at once, if they keep their size: not for us. */
	if (flags && new_pages == pages && !whole)
		return;
	native = syscall(SYS_mremap, NATIVE_BASE + page * PAGE, pages * PAGE, new_pages * PAGE, flags,
			 NATIVE_BASE + new_page * PAGE);
	agree("mremap", mm_remap(base + page * PAGE, pages * PAGE, new_pages * PAGE, flags, base + new_page * PAGE),
	      native, errno);
}

/* Always something new: a private copy that equals the file's page cannot be told from it when it is moved. */
static void step_write(unsigned long page, unsigned long pages)
{
	static unsigned long written;

	for (; pages > 0; pages--, page++) {
		unsigned long word = ++written;
		size_t ours = user_write(base + page * PAGE + 8, &word, sizeof(word));
		size_t theirs = user_write(NATIVE_BASE + page * PAGE + 8, &word, sizeof(word));

		if (ours != theirs)
			fail_msg("seed %u step %u: page %lu can%s be written", seed_now, step_now, page,
				 ours ? "" : "not");
	}
}

static void step_random(bool touching)
{
	unsigned long page = pick(WINDOW_PAGES);
	unsigned long pages = 1 + pick(WINDOW_PAGES - page < 12 ? WINDOW_PAGES - page : 12);
	unsigned protection = protection_pick();
	long native;

	switch (pick(touching ? 8 : 5)) {
	case 0:
	case 1:
		step_map(page, pages, touching);
		break;
	case 2:
		native = syscall(SYS_munmap, NATIVE_BASE + page * PAGE, pages * PAGE);
		agree("munmap", mm_unmap(base + page * PAGE, pages * PAGE), native, errno);
		break;
	case 3:
		native = syscall(SYS_mprotect, NATIVE_BASE + page * PAGE, pages * PAGE, protection);
		agree("mprotect", mm_protect(base + page * PAGE, pages * PAGE, protection), native, errno);
		break;
	case 4:
		step_remap(page, pages);
		break;
	case 5:
		native = syscall(SYS_madvise, NATIVE_BASE + page * PAGE, pages * PAGE, MADV_DONTNEED);
		agree("madvise", mm_advise(base + page * PAGE, pages * PAGE, MADV_DONTNEED), native, errno);
		break;
	default:
		step_write(page, pages);
	}
}

static void contents_compare(void)
{
	static char ours[PAGE];
	static char theirs[PAGE];

	for (unsigned long page = 0; page < WINDOW_PAGES; page++) {
		size_t got = user_read(ours, base + page * PAGE, PAGE);
		size_t native = user_read(theirs, NATIVE_BASE + page * PAGE, PAGE);

		if (got != native)
			fail_msg("seed %u step %u: page %lu: %zu bytes, Linux has %zu", seed_now, step_now, page, got,
				 native);
		if (memcmp(ours, theirs, got) != 0)
			fail_msg("seed %u step %u: page %lu differs", seed_now, step_now, page);
	}
}

static void shapes_compare(bool merged)
{
	static struct line ours[2 * WINDOW_PAGES];
	static struct line theirs[2 * WINDOW_PAGES];
	const char *text = fake_space_maps();
	size_t count = lines_parse(text, base, merged, ours);
	size_t native = lines_parse(native_maps(), NATIVE_BASE, merged, theirs);

	for (size_t i = 0; i < (count > native ? count : native); i++) {
		if (i >= count || i >= native || ours[i].start != theirs[i].start || ours[i].end != theirs[i].end ||
		    strcmp(ours[i].rights, theirs[i].rights) != 0 || ours[i].offset != theirs[i].offset)
			fail_msg("seed %u step %u: line %zu: %lx-%lx %s %lx, Linux has %lx-%lx %s %lx\n%s", seed_now,
				 step_now, i, ours[i].start, ours[i].end, ours[i].rights, ours[i].offset,
				 theirs[i].start, theirs[i].end, theirs[i].rights, theirs[i].offset, text);
	}
}

static void window_empty(void)
{
	munmap((void *)NATIVE_BASE, WINDOW_PAGES * PAGE);
	fake_space_end();
	fake_file_free(file);
	close(native_fd);
}

static void files_make(void)
{
	native_fd = memfd_create("native", 0);
	assert_int_equal(ftruncate(native_fd, FILE_PAGES * PAGE), 0);
	for (unsigned page = 0; page < FILE_PAGES; page++) {
		unsigned char byte = (unsigned char)(page + 1);

		assert_int_equal(pwrite(native_fd, &byte, 1, (off_t)(page * PAGE)), 1);
	}
	file = fake_file_new(O_RDWR, FILE_PAGES);
}

static void sequence(unsigned seed, unsigned steps, bool touching, bool low)
{
	srand(seed);
	seed_now = seed;
	fake_space_begin();
	base = low ? FAKE_LOW_START : fake_user_base + (1ul << 32);
	files_make();
	for (step_now = 0; step_now < steps; step_now++) {
		step_random(touching);
		if (step_now % 8 == 0)
			contents_compare();
		shapes_compare(touching);
	}
	window_empty();
}

static void test_contents(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 40; seed++)
		sequence(seed, 250, true, seed % 4 == 0);
}

/* Untouched anonymous memory: the kernel merges whatever can be merged, and so do we. */
static void test_shape(void **state)
{
	(void)state;
	for (unsigned seed = 100; seed < 130; seed++)
		sequence(seed, 200, false, seed % 4 == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
