/*
 * Random system calls on files, made of Linux on a tmpfs of its own and of the kernel on its tmpfs: results, and what
 * was
 * written to memory, must be the same. Wants a mount namespace, so user 0 or unprivileged user namespaces.
 *
 *   FILES_SEED=n FILES_OPERATIONS=n   another sequence
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/kernel/fake_process.h"
#include "tests/kernel/fake_task.h"
#include "tests/kernel/file_operations.h"
#include "tests/kernel/unit.h"

#define CAPABILITIES_CONTAINER 0xa80425fbu
#define DESCRIPTORS_MAX 16

static bool many_users;

/* The leak detector wants /proc, which is outside our root; the kernel's memory is its own heap's. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static long number_from_environment(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

static void text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* The test's own tmpfs as root directory, and a container's rights. */
static void native_begin(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {{CAPABILITIES_CONTAINER, CAPABILITIES_CONTAINER, 0}};
	struct rlimit descriptors = {DESCRIPTORS_MAX, DESCRIPTORS_MAX}, bytes = {8000, 8000};

	many_users = geteuid() == 0;
	assert_int_equal(unshare(CLONE_NEWNS | (many_users ? 0 : CLONE_NEWUSER)), 0);
	if (many_users) {
		assert_int_equal(setgroups(0, NULL), 0);
	} else {
		text_write("/proc/self/setgroups", "deny");
		text_write("/proc/self/uid_map", "0 1000 1");
		text_write("/proc/self/gid_map", "0 1000 1");
	}
	assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777"), 0);
	assert_int_equal(chroot("/tmp"), 0);
	assert_int_equal(chdir("/"), 0);
	umask(022);
	close_range(3, ~0u, 0);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &descriptors), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &bytes), 0);
	assert_int_equal(syscall(SYS_capset, &header, sets), 0);
}

static void kernel_begin(void)
{
	fake_process_begin();
	/* RLIMIT_NOFILE, RLIMIT_FSIZE */
	fake_task_set_limit(7, DESCRIPTORS_MAX);
	fake_task_set_limit(1, 8000);
	/* Something at 0 to 2, as natively. */
	for (int fd = 0; fd < 3; fd++)
		assert_int_equal(fake_process_call(SYS_open, (long[6]){(long)"/", O_PATH}), fd);
}

static long native_call(const struct operation *o, const long arguments[6])
{
	long result = syscall(o->number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			      arguments[5]);

	return result == -1 ? -errno : result;
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

static bool stat_equal(const void *left, const void *right)
{
	const struct stat *a = left, *b = right;

	return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid &&
	       a->st_rdev == b->st_rdev && a->st_nlink == b->st_nlink && a->st_size == b->st_size;
}

static int text_compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static size_t entries_sort(char *buffer, long bytes, char *names[])
{
	size_t count = 0;

	for (long at = 0; at < bytes;) {
		struct dirent64 *entry = (struct dirent64 *)(void *)(buffer + at);

		at += entry->d_reclen;
		/* The type in front of the name is compared with it. */
		names[count] = (char *)entry + offsetof(struct dirent64, d_name) - 1;
		names[count++][0] = (char)entry->d_type;
	}
	qsort(names, count, sizeof(names[0]), text_compare);
	return count;
}

static bool entries_equal(char *left, char *right, long bytes)
{
	char *names[2][OUTPUT_BYTES / 24];
	size_t count = entries_sort(left, bytes, names[0]);

	if (entries_sort(right, bytes, names[1]) != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[0][i], names[1][i]) != 0)
			return false;
	return true;
}

static bool output_equal(const struct operation *o, long result, char *native, char *ours)
{
	if (result < 0 || o->output_argument < 0)
		return true;
	switch (o->output) {
	case OUTPUT_STAT:
		return stat_equal(native, ours);
	case OUTPUT_ENTRIES:
		return entries_equal(native, ours, result);
	case OUTPUT_BYTES_READ:
		return memcmp(native, ours, (size_t)result) == 0;
	case OUTPUT_NONE:
		break;
	}
	return true;
}

static void users_change(void)
{
	static const unsigned users[] = {0, 0, 1000, 1001};
	unsigned uid = users[rand() % 4], gid = users[rand() % 4];

	if (!many_users || rand() % 20)
		return;
	setfsgid(gid);
	setfsuid(uid);
	fake_process_set_fsuid(uid, gid);
}

static char outputs[2][OUTPUT_BYTES];

static void rewind_both(long fd)
{
	lseek((int)fd, 0, SEEK_SET);
	fake_process_call(SYS_lseek, (long[6]){fd, 0, SEEK_SET});
}

static bool operation_run(struct operation *o)
{
	long arguments[2][6], results[2];

	memset(outputs, 0, sizeof(outputs));
	for (int side = 0; side < 2; side++) {
		memcpy(arguments[side], o->arguments, sizeof(arguments[side]));
		if (o->output_argument >= 0)
			arguments[side][o->output_argument] = (long)outputs[side];
	}
	/* Directories are read from the start; their positions are nobody's business. */
	if (o->output == OUTPUT_ENTRIES)
		rewind_both(o->arguments[0]);
	results[0] = native_call(o, arguments[0]);
	results[1] = fake_process_call(o->number, arguments[1]);
	if (o->output == OUTPUT_ENTRIES)
		rewind_both(o->arguments[0]);
	if (results[0] == results[1] && output_equal(o, results[0], outputs[0], outputs[1]))
		return true;
	fprintf(stderr, "%s: Linux %ld (%s), ours %ld (%s)%s\n", o->description, results[0],
		results[0] < 0 ? strerrorname_np(-(int)results[0]) : "ok", results[1],
		results[1] < 0 ? strerrorname_np(-(int)results[1]) : "ok",
		results[0] == results[1] ? ", output differs" : "");
	if (o->output == OUTPUT_STAT)
		for (int side = 0; side < 2; side++) {
			const struct stat *s = (const void *)outputs[side];

			fprintf(stderr, "  mode %o uid %u gid %u nlink %lu size %ld\n", s->st_mode, s->st_uid,
				s->st_gid, s->st_nlink, s->st_size);
		}
	return false;
}

static void test_random_calls(void **state)
{
	long count = number_from_environment("FILES_OPERATIONS", 100000);
	static char history[64][300];
	unsigned ok = 0;

	(void)state;
	srand((unsigned)number_from_environment("FILES_SEED", 1));
	native_begin();
	kernel_begin();
	for (long i = 0; i < count; i++) {
		struct operation operation;

		users_change();
		/* From the middle on as in a process with threads. */
		if (i == count / 2)
			fake_process_set_threads(2);
		operation_make(&operation);
		memcpy(history[i % 64], operation.description, sizeof(history[0]));
		if (operation_run(&operation)) {
			ok++;
			continue;
		}
		for (long k = i < 40 ? 0 : i - 40; k <= i; k++)
			fprintf(stderr, "  %ld %s\n", k, history[k % 64]);
		fail();
	}
	assert_int_equal(ok, count);
	fake_process_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_calls)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
