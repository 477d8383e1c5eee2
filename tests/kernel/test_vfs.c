/* Opening, seeking and sealing where rules meet: the answers are Linux 6.18's to the same calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_process.h"
#include "fake_task.h"
#include "kernel/lib/heap.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif
#define PAGE 4096

static int begin(void **state)
{
	(void)state;
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/v"), 0755);
	trees_mount_tmpfs("/v", 0);
	kernel_call(SYS_chdir, TEXT("/v"));
	return 0;
}

static int end(void **state)
{
	(void)state;
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	fake_process_end();
	return 0;
}

/* A path that ends at a root names no place where a file could be made. */
static void test_create_at_root(void **state)
{
	(void)state;
	assert_int_equal(kernel_call(SYS_open, TEXT("/"), O_CREAT, 0600), -EISDIR);
	assert_int_equal(kernel_call(SYS_symlink, TEXT("/"), TEXT("link")), 0);
	assert_int_equal(kernel_call(SYS_open, TEXT("link"), O_CREAT, 0600), -EISDIR);
	assert_int_equal(kernel_call(SYS_unlink, TEXT("link")), 0);
}

/* In a directory like /tmp, O_CREAT does not open others' links. */
static void test_create_in_sticky_directory(void **state)
{
	(void)state;
	kernel_call(SYS_mkdir, TEXT("t"), 0755);
	kernel_call(SYS_chmod, TEXT("t"), 01777);
	kernel_call(SYS_symlink, TEXT("x"), TEXT("t/link"));
	assert_int_equal(kernel_call(SYS_open, TEXT("t/link"), O_CREAT | O_NOFOLLOW, 0600), -ELOOP);
	kernel_call(SYS_lchown, TEXT("t/link"), 1, 1);
	assert_int_equal(kernel_call(SYS_open, TEXT("t/link"), O_CREAT | O_NOFOLLOW, 0600), -EACCES);
	assert_int_equal(kernel_call(SYS_open, TEXT("t/link"), O_CREAT | O_NOFOLLOW | O_EXCL, 0600), -EEXIST);
	kernel_call(SYS_unlink, TEXT("t/link"));
	kernel_call(SYS_rmdir, TEXT("t"));
}

static void test_names_in_removed_directory(void **state)
{
	char name[300];
	long fd;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[299] = 0;
	assert_int_equal(kernel_call(SYS_mkdir, TEXT("gone"), 0755), 0);
	assert_int_equal(kernel_call(SYS_chdir, TEXT("gone")), 0);
	assert_int_equal(kernel_call(SYS_access, TEXT(name), F_OK), -ENAMETOOLONG);
	assert_int_equal(kernel_call(SYS_rmdir, TEXT("/v/gone")), 0);
	assert_int_equal(kernel_call(SYS_access, TEXT(name), F_OK), -ENOENT);
	assert_int_equal(kernel_call(SYS_mkdir, TEXT(name), 0755), -ENOENT);
	assert_int_equal(kernel_call(SYS_open, TEXT(name), O_CREAT, 0644), -ENOENT);
	/* But a file without a name can be made in it. */
	fd = kernel_call(SYS_open, TEXT("."), O_TMPFILE | O_RDWR, 0600);
	assert_true(fd >= 0);
	kernel_call(SYS_close, fd);
	/* Before anybody asks whether the one or the other could be linked. */
	assert_int_equal(kernel_call(SYS_link, TEXT("/v"), TEXT("new")), -ENOENT);
}

static void test_seek_in_directory(void **state)
{
	long fd = kernel_call(SYS_open, TEXT("."), O_RDONLY | O_DIRECTORY, 0);
	char entries[400];

	(void)state;
	assert_int_equal(kernel_call(SYS_lseek, fd, INT64_MAX, SEEK_SET), INT64_MAX);
	assert_int_equal(kernel_call(SYS_lseek, fd, INT64_MAX, SEEK_CUR), -EINVAL);
	assert_int_equal(kernel_call(SYS_getdents64, fd, TEXT(entries), sizeof(entries)), 0);
	kernel_call(SYS_close, fd);
}

/* A set-group-id bit that stays is no change of mode, which others than the owner may not make. */
static void test_change_of_nothing(void **state)
{
	long fd = kernel_call(SYS_open, TEXT("g"), O_RDWR | O_CREAT, 0644);

	(void)state;
	kernel_call(SYS_fchmod, fd, 02644);
	fake_process_set_fsuid(1000, 0);
	assert_int_equal(kernel_call(SYS_fchown, fd, -1, -1), 0);
	fake_process_set_fsuid(0, 0);
	kernel_call(SYS_close, fd);
}

/* A write that fails moves nothing, not even to the end. */
static void test_append_beyond_limit(void **state)
{
	long fd = kernel_call(SYS_open, TEXT("a"), O_RDWR | O_CREAT | O_APPEND, 0644);

	(void)state;
	kernel_call(SYS_ftruncate, fd, 100);
	kernel_call(SYS_lseek, fd, 10, SEEK_SET);
	fake_task_set_limit(RLIMIT_FSIZE, 100);
	assert_int_equal(kernel_call(SYS_write, fd, TEXT("x"), 1), -EFBIG);
	assert_int_equal(kernel_call(SYS_lseek, fd, 0, SEEK_CUR), 10);
	fake_task_set_limit(RLIMIT_FSIZE, UINT64_MAX);
	fake_task_take_signal(SIGXFSZ);
	kernel_call(SYS_close, fd);
}

/* Bytes that cannot be copied cost no pages. */
static void test_write_of_nothing(void **state)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long fd = kernel_call(SYS_open, TEXT("f"), O_RDWR | O_CREAT, 0644);
	struct stat stat;

	(void)state;
	assert_int_equal(munmap(pages + PAGE, PAGE), 0);
	assert_int_equal(kernel_call(SYS_write, fd, TEXT(pages + PAGE), 100 * PAGE), -EFAULT);
	kernel_call(SYS_fstat, fd, TEXT(&stat));
	assert_int_equal(stat.st_size, 0);
	assert_int_equal(stat.st_blocks, 0);
	assert_int_equal(kernel_call(SYS_write, fd, TEXT(pages + 10), 100 * PAGE), PAGE - 10);
	kernel_call(SYS_fstat, fd, TEXT(&stat));
	assert_int_equal(stat.st_size, PAGE - 10);
	assert_int_equal(stat.st_blocks, 8);
	kernel_call(SYS_close, fd);
	munmap(pages, PAGE);
}

/* Sealing what can be executed seals it against writing: not while it is mapped for that. */
static void test_seal_of_executable(void **state)
{
	long fd = kernel_call(SYS_memfd_create, TEXT("m"), MFD_ALLOW_SEALING);

	(void)state;
	assert_int_equal(trees_map_writable((int)fd, true), 0);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_EXEC), -EBUSY);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_GET_SEALS), 0);
	assert_int_equal(trees_map_writable((int)fd, false), 0);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_EXEC), 0);
	kernel_call(SYS_close, fd);
}

/* Capabilities of files are shown as their reader is to see them. */
static void test_file_capabilities(void **state)
{
	static const uint32_t third[6] = {0x03000000, 1, 0, 0, 0, 0};
	long fd = kernel_call(SYS_open, TEXT("f"), O_RDWR | O_CREAT, 0644);
	uint32_t found[6] = {0};

	(void)state;
	fake_task_set_capabilities(UINT64_MAX);
	assert_int_equal(kernel_call(SYS_fsetxattr, fd, TEXT("security.capability"), TEXT(""), 0, 0), 0);
	assert_int_equal(kernel_call(SYS_fgetxattr, fd, TEXT("security.capability"), TEXT(found), 24), -EINVAL);
	assert_int_equal(kernel_call(SYS_fsetxattr, fd, TEXT("security.capability"), TEXT(third), 24, 0), 0);
	assert_int_equal(kernel_call(SYS_fgetxattr, fd, TEXT("security.capability"), 0, 0), 20);
	assert_int_equal(kernel_call(SYS_fgetxattr, fd, TEXT("security.capability"), TEXT(found), 19), -ERANGE);
	assert_int_equal(kernel_call(SYS_fgetxattr, fd, TEXT("security.capability"), TEXT(found), 24), 20);
	assert_int_equal(found[0], 0x02000000);
	kernel_call(SYS_close, fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_create_at_root),
		TEST(test_create_in_sticky_directory),
		TEST(test_names_in_removed_directory),
		TEST(test_seek_in_directory),
		TEST(test_change_of_nothing),
		TEST(test_append_beyond_limit),
		TEST(test_write_of_nothing),
		TEST(test_seal_of_executable),
		TEST(test_file_capabilities),
	};

	return cmocka_run_group_tests_name("vfs", tests, NULL, NULL);
}
