/* Core dumps that a hostile guest hands over: what is refused, and where files end up. */
#define _GNU_SOURCE
#include "tender/linux/core.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define ARENA_BYTES (4u << 16)

static char directory[] = "/tmp/test-core-XXXXXX";
static int arena_fd;
static struct core_store store;

static uint32_t take(uint32_t step, uint32_t count, uint64_t file_offset, uint64_t arena_place)
{
	struct kernel_core piece = {.step = step, .pid = 7, .file_offset = file_offset, .arena_offset = arena_place};
	struct kernel_control message = {.kind = KERNEL_CONTROL_CORE, .value = count};

	memcpy(message.bytes, &piece, sizeof(piece));
	return core_store_take(&store, &message, arena_fd, ARENA_BYTES);
}

static int setup(void **state)
{
	(void)state;
	arena_fd = memfd_create("arena", MFD_CLOEXEC);
	if (arena_fd < 0 || ftruncate(arena_fd, ARENA_BYTES) != 0)
		return -1;
	return mkdtemp(directory) && core_store_open(&store, directory, 1 << 20) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;

	(void)state;
	while ((entry = readdir(stream)) != NULL)
		unlinkat(dirfd(stream), entry->d_name, 0);
	closedir(stream);
	close(store.directory_fd);
	return rmdir(directory);
}

static off_t size_of(const char *name)
{
	struct stat status;

	return fstatat(store.directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_size : -1;
}

static void test_dump(void **state)
{
	(void)state;
	assert_int_equal(take(KERNEL_CORE_BEGIN, 0, 0, 0), 0);
	assert_int_equal(take(KERNEL_CORE_PIECE, KERNEL_CORE_PIECE_BYTES, 100, ARENA_BYTES - KERNEL_CORE_PIECE_BYTES),
			 0);
	assert_int_equal(take(KERNEL_CORE_END, 0, 200000, 0), 0);
	assert_int_equal(size_of("core.7"), 200000);
	/* Nothing is overwritten, and links are not followed. */
	assert_int_equal(symlinkat("/nowhere", store.directory_fd, "core.7.1"), 0);
	assert_int_equal(take(KERNEL_CORE_BEGIN, 0, 0, 0), 0);
	assert_int_equal(take(KERNEL_CORE_END, 0, 1, 0), 0);
	assert_int_equal(size_of("core.7"), 200000);
	assert_int_equal(size_of("core.7.2"), 1);
}

static void test_hostile(void **state)
{
	(void)state;
	/* No dump has begun. */
	assert_int_equal(take(KERNEL_CORE_PIECE, 1, 0, 0), EINVAL);
	assert_int_equal(take(KERNEL_CORE_END, 0, 0, 0), EINVAL);
	assert_int_equal(take(KERNEL_CORE_BEGIN, 0, 0, 0), 0);
	assert_int_equal(take(KERNEL_CORE_PIECE, KERNEL_CORE_PIECE_BYTES + 1, 0, 0), EINVAL);
	assert_int_equal(take(KERNEL_CORE_PIECE, UINT32_MAX, 0, 0), EINVAL);
	assert_int_equal(take(KERNEL_CORE_PIECE, 2, 0, ARENA_BYTES - 1), EINVAL);
	assert_int_equal(take(KERNEL_CORE_PIECE, 2, 0, UINT64_MAX), EINVAL);
	assert_int_equal(take(KERNEL_CORE_PIECE, 1, UINT64_MAX, 0), EINVAL);
	assert_int_equal(take(KERNEL_CORE_END, 0, UINT64_MAX, 0), EINVAL);
	assert_int_equal(take(KERNEL_CORE_PIECE, 1, 0, 0), EINVAL);
}

/* So many bytes in all, and so many files. */
static void test_limits(void **state)
{
	uint32_t answer = 0;
	unsigned pieces = 0;

	(void)state;
	assert_int_equal(take(KERNEL_CORE_BEGIN, 0, 0, 0), 0);
	while (answer == 0 && pieces < 100) {
		answer = take(KERNEL_CORE_PIECE, KERNEL_CORE_PIECE_BYTES, 0, 0);
		pieces += answer == 0;
	}
	assert_int_equal(answer, EFBIG);
	/* test_dump took one, and for its odd place a block more. */
	assert_int_equal(pieces, (1 << 20) / KERNEL_CORE_PIECE_BYTES - 2);
	/* A byte takes a block. */
	for (pieces = 0; take(KERNEL_CORE_PIECE, 1, pieces * 4096, 0) == 0; pieces++)
		assert_true(pieces < 100);
	assert_int_equal(pieces, KERNEL_CORE_PIECE_BYTES / 4096 - 1);
	for (pieces = 0; take(KERNEL_CORE_BEGIN, 0, 0, 0) == 0; pieces++)
		assert_true(pieces < 100);
	assert_int_equal(take(KERNEL_CORE_BEGIN, 0, 0, 0), ENOSPC);
	assert_int_equal(take(KERNEL_CORE_PIECE, 1, 0, 0), EINVAL);
}

static void test_none(void **state)
{
	int fd = store.directory_fd;

	(void)state;
	store.directory_fd = -1;
	assert_int_equal(take(KERNEL_CORE_BEGIN, 0, 0, 0), ENOTDIR);
	store.directory_fd = fd;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
