/* File locks: random requests with the same answers as on Linux, waiting, deadlocks, ends of owners, memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_process.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#define OWNERS 4

static size_t heap_before;

static void begin(void)
{
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/t"), 0755);
	trees_forget();
	heap_before = heap_used();
	assert_int_equal(trees_mount_tmpfs("/t", 0), 0);
	kernel_call(SYS_chdir, TEXT("/t"));
	trees_share_descriptors();
}

static void end(void)
{
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	assert_int_equal(heap_used(), heap_before);
	fake_process_end();
}

static long native(long value)
{
	return value == -1 ? -errno : value;
}

static long open_ours(const char *path, int flags)
{
	long fd = kernel_call(SYS_open, TEXT(path), flags | O_CREAT, 0644);

	assert_true(fd >= 0);
	return fd;
}

/* --- the same as Linux -------------------------------------------------------------------------------------------- */

static struct flock random_lock(void)
{
	static const short types[] = {F_RDLCK, F_WRLCK, F_UNLCK, F_UNLCK};
	struct flock lock = {.l_type = types[rand() % 4], .l_whence = (short)(rand() % 3), .l_start = rand() % 24 - 2};

	if (lock.l_whence == SEEK_END)
		lock.l_start -= 12;
	lock.l_len = rand() % 3 ? rand() % 10 - 2 : 0;
	if (rand() % 40 == 0)
		lock.l_type = 77;
	if (rand() % 40 == 0)
		lock.l_start = INT64_MAX - rand() % 3;
	if (rand() % 40 == 0)
		lock.l_whence = 5;
	if (rand() % 40 == 0)
		lock.l_pid = 3;
	return lock;
}

static void same_lock(long ours, long theirs)
{
	static const int commands[] = {F_SETLK, F_OFD_SETLK, F_OFD_SETLK, F_GETLK, F_OFD_GETLK, F_OFD_GETLK};
	int command = commands[rand() % 6];
	struct flock our_lock = random_lock(), their_lock = our_lock;
	long our_result = kernel_call(SYS_fcntl, ours, command, TEXT(&our_lock));
	long their_result = native(syscall(SYS_fcntl, theirs, command, &their_lock));

	assert_int_equal(our_result, their_result);
	if (their_lock.l_pid == getpid())
		their_lock.l_pid = 1;
	assert_memory_equal(&our_lock, &their_lock, sizeof(our_lock));
}

static void test_random(void **state)
{
	static const int modes[OWNERS] = {O_RDWR, O_RDWR, O_RDWR, O_RDONLY};
	static const int operations[] = {LOCK_SH, LOCK_EX, LOCK_UN, 0, LOCK_SH | LOCK_EX, 32};
	long ours[OWNERS], theirs[OWNERS];

	(void)state;
	begin();
	random_files_native_begin();
	srand(7);
	for (int i = 0; i < OWNERS; i++) {
		ours[i] = open_ours("f", modes[i]);
		theirs[i] = open("f", modes[i] | O_CREAT, 0644);
		kernel_call(SYS_ftruncate, ours[i], 14);
		assert_true(ftruncate((int)theirs[i], 14) == 0 || modes[i] == O_RDONLY);
	}
	for (int step = 0; step < 60000; step++) {
		int at = rand() % OWNERS;

		if (rand() % 10 == 0) {
			int operation = operations[rand() % 6] | LOCK_NB;

			assert_int_equal(kernel_call(SYS_flock, ours[at], operation),
					 native(flock((int)theirs[at], operation)));
		} else if (rand() % 60 == 0) {
			/* Closing one descriptor takes the locks of the process, and its own. */
			assert_int_equal(kernel_call(SYS_close, ours[at]), 0);
			close((int)theirs[at]);
			ours[at] = open_ours("f", modes[at]);
			theirs[at] = open("f", modes[at]);
		} else {
			same_lock(ours[at], theirs[at]);
		}
	}
	for (int i = 0; i < OWNERS; i++) {
		kernel_call(SYS_close, ours[i]);
		close((int)theirs[i]);
	}
	random_files_native_end();
	end();
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static long shared_fd;

static long lock_byte(int command, short type, long byte)
{
	struct flock lock = {.l_type = type, .l_start = byte, .l_len = 1};

	return kernel_call(SYS_fcntl, shared_fd, command, TEXT(&lock));
}

static void *wait_for_byte_0(void *result)
{
	trees_become_process(2);
	assert_int_equal(lock_byte(F_SETLK, F_WRLCK, 1), 0);
	*(long *)result = lock_byte(F_SETLKW, F_WRLCK, 0);
	return NULL;
}

/* Until somebody has locked the byte, or waits for byte 0. */
static void wait_until_locked(long byte)
{
	struct flock lock;

	do {
		usleep(1000);
		lock = (struct flock){.l_type = F_WRLCK, .l_start = byte, .l_len = 1};
		assert_int_equal(kernel_call(SYS_fcntl, shared_fd, F_GETLK, TEXT(&lock)), 0);
	} while (lock.l_type == F_UNLCK);
	usleep(20000);
}

static void test_deadlock(void **state)
{
	pthread_t other;
	long result = 1;
	char text[1000];

	(void)state;
	begin();
	shared_fd = open_ours("f", O_RDWR);
	trees_become_process(1);
	assert_int_equal(lock_byte(F_SETLK, F_WRLCK, 0), 0);
	pthread_create(&other, NULL, wait_for_byte_0, &result);
	wait_until_locked(1);
	assert_int_equal(result, 1);
	assert_int_equal(lock_byte(F_SETLK, F_WRLCK, 1), -EAGAIN);
	assert_int_equal(lock_byte(F_SETLKW, F_WRLCK, 1), -EDEADLK);
	trees_locks(text, sizeof(text));
	assert_non_null(strstr(text, ": POSIX  ADVISORY  WRITE 1 00:"));
	assert_non_null(strstr(text, " 1 1\n"));
	assert_int_equal(lock_byte(F_SETLK, F_UNLCK, 0), 0);
	pthread_join(other, NULL);
	assert_int_equal(result, 0);
	trees_process_closes(2, (int)shared_fd);
	assert_int_equal(lock_byte(F_SETLK, F_WRLCK, 0), 0);
	trees_process_closes(1, (int)shared_fd);
	trees_become_process(0);
	kernel_call(SYS_close, shared_fd);
	end();
}

#define THREADS 4
#define ROUNDS 3000

static long counter;

static void *count_locked(void *number)
{
	trees_become_process((int)(intptr_t)number);
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(lock_byte(F_SETLKW, F_WRLCK, 5), 0);
		__atomic_store_n(&counter, __atomic_load_n(&counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
		assert_int_equal(lock_byte(F_SETLK, F_UNLCK, 5), 0);
	}
	return NULL;
}

static long flock_fds[THREADS];

static void *count_flocked(void *number)
{
	long fd = flock_fds[(intptr_t)number - 1];

	trees_become_process((int)(intptr_t)number);
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(kernel_call(SYS_flock, fd, i % 3 ? LOCK_EX : LOCK_SH), 0);
		if (i % 3 == 0)
			assert_int_equal(kernel_call(SYS_flock, fd, LOCK_EX), 0);
		__atomic_store_n(&counter, __atomic_load_n(&counter, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
		assert_int_equal(kernel_call(SYS_flock, fd, LOCK_UN), 0);
	}
	return NULL;
}

static void count_in_threads(void *(*function)(void *))
{
	pthread_t threads[THREADS];

	counter = 0;
	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, function, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(counter, THREADS * ROUNDS);
}

/* Nobody is in twice, and no wake is lost. */
static void test_exclusion(void **state)
{
	(void)state;
	begin();
	shared_fd = open_ours("f", O_RDWR);
	for (int i = 0; i < THREADS; i++)
		flock_fds[i] = open_ours("f", O_RDWR);
	count_in_threads(count_locked);
	count_in_threads(count_flocked);
	kernel_call(SYS_close, shared_fd);
	for (int i = 0; i < THREADS; i++)
		kernel_call(SYS_close, flock_fds[i]);
	end();
}

/* --- rest --------------------------------------------------------------------------------------------------------- */

static void test_no_memory(void **state)
{
	static const struct flock lock = {.l_type = F_WRLCK, .l_start = 10, .l_len = 10};
	static const struct flock middle = {.l_type = F_UNLCK, .l_start = 12, .l_len = 2};
	static const struct flock all = {.l_type = F_UNLCK};
	long fd, done = -1;

	(void)state;
	begin();
	fd = open_ours("f", O_RDWR);
	for (size_t allocations = 0; done; allocations++) {
		fault_after(allocations);
		done = kernel_call(SYS_fcntl, fd, F_SETLK, TEXT(&lock));
		fault_after(SIZE_MAX);
		assert_true(done == 0 || done == -ENOLCK);
	}
	fault_after(0);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_SETLK, TEXT(&middle)), -ENOLCK);
	assert_int_equal(kernel_call(SYS_flock, fd, LOCK_EX), -ENOMEM);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_SETLK, TEXT(&all)), 0);
	fault_after(SIZE_MAX);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_SETLEASE, F_RDLCK), -EAGAIN);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_GETLEASE, 0), F_UNLCK);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_SETLK, 1), -EFAULT);
	kernel_call(SYS_close, fd);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_exclusion),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("locks", tests, NULL, NULL);
}
