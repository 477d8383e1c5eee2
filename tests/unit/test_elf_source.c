/*
 * Where an executable's bytes come from: memory and files answer alike, whatever was read before, up to the end of the
 * file and beyond.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tender/elf/source.h"
#include "tests/unit/unit.h"

#define FILE_BYTES 5003
#define READ_MAX 2100

static uint8_t bytes[FILE_BYTES];
static struct elf_window window;
static int fd;

static int file_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	fd = memfd_create("kernel", 0);
	return fd >= 0 && write(fd, bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : -1;
}

static int file_close(void **state)
{
	(void)state;
	return close(fd);
}

/* Reads into an allocation of exactly `size` bytes and compares with what must be there. */
static void read_check(const struct elf_source *source, size_t size, uint64_t offset)
{
	size_t left = offset < sizeof(bytes) ? sizeof(bytes) - (size_t)offset : 0;
	size_t expected = size < left ? size : left;
	uint8_t *buf = malloc(size ? size : 1);
	long got;

	assert_non_null(buf);
	got = source->read_at(source, buf, size, offset);
	if (got != (long)expected || (expected && memcmp(buf, bytes + offset, expected) != 0))
		fail_msg("%zu bytes at %lu: %ld", size, (unsigned long)offset, got);
	free(buf);
}

static void sequences_check(const struct elf_source *source)
{
	static const size_t sizes[] = {0, 1, 20, 64, 511, 512, 513, 1023, 1024, 1025, READ_MAX};
	uint64_t random = 1;

	assert_int_equal(source->size, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
		for (uint64_t offset = 0; offset < sizeof(bytes) + 1100; offset += 17)
			read_check(source, sizes[i], offset);
		for (uint64_t offset = sizeof(bytes) + 1100; offset >= 11; offset -= 11)
			read_check(source, sizes[i], offset);
	}
	for (unsigned i = 0; i < 50000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		read_check(source, (random >> 33) % 600, (random >> 45) % (sizeof(bytes) + 600));
	}
	read_check(source, 20, 1ull << 40);
	read_check(source, 2000, INT64_MAX - 4096);
	read_check(source, 100, 0);
}

static void memory_is_read(void **state)
{
	struct elf_source source = elf_source_memory("kernel", bytes, sizeof(bytes));

	(void)state;
	sequences_check(&source);
	read_check(&source, 20, UINT64_MAX);
	read_check(&source, 20, UINT64_MAX - 10);
}

static void file_is_read(void **state)
{
	struct elf_source source;

	(void)state;
	memset(&window, 0xff, sizeof(window));
	source = elf_source_file("kernel", fd, &window);
	sequences_check(&source);
}

/* What was read of one file must not be taken for another's. */
static void window_is_not_shared_by_files(void **state)
{
	struct elf_source source = elf_source_file("kernel", fd, &window);
	int empty = memfd_create("empty", 0);
	uint8_t byte;

	(void)state;
	assert_true(empty >= 0);
	read_check(&source, 20, 0);
	source = elf_source_file("empty", empty, &window);
	assert_int_equal(source.size, 0);
	assert_int_equal(source.read_at(&source, &byte, 1, 0), 0);
	close(empty);
}

static void errors_are_returned(void **state)
{
	struct elf_source source = elf_source_file("kernel", -1, &window);
	uint8_t buf[READ_MAX];

	(void)state;
	assert_int_equal(source.size, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(source.read_at(&source, buf, 20, 0), -EBADF);
		assert_int_equal(source.read_at(&source, buf, sizeof(buf), 0), -EBADF);
	}
	source = elf_source_file("kernel", fd, &window);
	read_check(&source, 20, 100);
	assert_int_equal(source.read_at(&source, buf, 20, 1ull << 63), -EINVAL);
	read_check(&source, 20, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_read),
		cmocka_unit_test(file_is_read),
		cmocka_unit_test(window_is_not_shared_by_files),
		cmocka_unit_test(errors_are_returned),
	};

	return cmocka_run_group_tests(tests, file_open, file_close);
}
