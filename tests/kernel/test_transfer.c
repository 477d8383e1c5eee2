/*
 * sendfile, copy_file_range, splice, tee and vmsplice: random calls with the same results as on Linux; bytes in
 * place.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fake_process.h"
#include "kernel/lib/heap.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#define FILE_BYTES 50000
#define BUFFER_BYTES 70000

/* What the calls work on: the same on both sides. */
enum {
	SOURCE,
	TARGET,
	APPENDING,
	READ_ONLY,
	WRITE_ONLY,
	DIRECTORY,
	PLACE,
	PIPE_OUT,
	PIPE_IN,
	OTHER_OUT,
	OTHER_IN,
	NONE,
	ENDS
};

static long ours[ENDS], theirs[ENDS];
static char data[BUFFER_BYTES], ours_data[BUFFER_BYTES], native_data[BUFFER_BYTES];

static long native(long value)
{
	return value == -1 ? -errno : value;
}

static void open_both(int at, const char *path, int flags)
{
	ours[at] = kernel_call(SYS_open, TEXT(path), flags, 0644);
	theirs[at] = native(open(path, flags, 0644));
	assert_true(ours[at] >= 0 && theirs[at] >= 0);
}

static void pipes_both(int at)
{
	int fds[2], native_fds[2];

	assert_int_equal(kernel_call(SYS_pipe2, TEXT(fds), O_NONBLOCK), 0);
	assert_int_equal(pipe2(native_fds, O_NONBLOCK), 0);
	for (int i = 0; i < 2; i++) {
		ours[at + i] = fds[i];
		theirs[at + i] = native_fds[i];
	}
}

static void begin(void)
{
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/t"), 0755);
	assert_int_equal(trees_mount_tmpfs("/t", 0), 0);
	kernel_call(SYS_chmod, TEXT("/t"), 0755);
	kernel_call(SYS_chdir, TEXT("/t"));
	random_files_native_begin();
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)rand();
	open_both(SOURCE, "source", O_RDWR | O_CREAT);
	open_both(TARGET, "target", O_RDWR | O_CREAT);
	open_both(APPENDING, "append", O_RDWR | O_CREAT | O_APPEND);
	open_both(READ_ONLY, "source", O_RDONLY);
	open_both(WRITE_ONLY, "target", O_WRONLY);
	open_both(DIRECTORY, ".", O_RDONLY | O_DIRECTORY);
	open_both(PLACE, "source", O_PATH);
	pipes_both(PIPE_OUT);
	pipes_both(OTHER_OUT);
	ours[NONE] = theirs[NONE] = 900;
	kernel_call(SYS_write, ours[SOURCE], TEXT(data), FILE_BYTES);
	assert_int_equal(write((int)theirs[SOURCE], data, FILE_BYTES), FILE_BYTES);
}

static void end(void)
{
	for (int i = 0; i < NONE; i++) {
		kernel_call(SYS_close, ours[i]);
		close((int)theirs[i]);
	}
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	fake_process_end();
	random_files_native_end();
}

/* Both sides read until there is no more, and must find the same. */
static void drain(int at)
{
	long done = kernel_call(SYS_read, ours[at], TEXT(ours_data), BUFFER_BYTES);

	assert_int_equal(done, native(read((int)theirs[at], native_data, BUFFER_BYTES)));
	if (done > 0)
		assert_memory_equal(ours_data, native_data, (size_t)done);
}

static void positions_compare(int at)
{
	assert_int_equal(kernel_call(SYS_lseek, ours[at], 0, SEEK_CUR), lseek((int)theirs[at], 0, SEEK_CUR));
}

static int64_t random_offset(void)
{
	static const int64_t odd[] = {-1, INT64_MAX, INT64_MAX - 10, 1 << 20, FILE_BYTES};

	return rand() % 12 ? rand() % FILE_BYTES : odd[rand() % 5];
}

/* One call with two descriptors, and positions of its own or none. */
struct transfer {
	long number;
	int in, out;
	bool in_at, out_at;
	int64_t in_offset, out_offset;
	size_t bytes;
	unsigned flags;
};

static long transfer_call(struct transfer *call, const long *fds, bool in_kernel)
{
	long in_at = call->in_at ? TEXT(&call->in_offset) : 0, out_at = call->out_at ? TEXT(&call->out_offset) : 0;
	long in = fds[call->in], out = fds[call->out], bytes = (long)call->bytes;
	struct iovec vector[2] = {{data + 5, call->bytes / 2}, {data + 9000, call->bytes / 3}};
	long arguments[6] = {in, in_at, out, out_at, bytes, call->flags};

	if (call->number == SYS_sendfile)
		memcpy(arguments, (const long[]){out, in, in_at, bytes}, 4 * sizeof(long));
	else if (call->number == SYS_tee)
		memcpy(arguments, (const long[]){in, out, bytes, call->flags}, 4 * sizeof(long));
	else if (call->number == SYS_vmsplice)
		memcpy(arguments, (const long[]){out, TEXT(vector), 2, call->flags}, 4 * sizeof(long));
	if (in_kernel)
		return fake_process_call(call->number, arguments);
	return native(syscall(call->number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			      arguments[5]));
}

static void random_step(void)
{
	static const long numbers[] = {SYS_sendfile, SYS_copy_file_range, SYS_splice, SYS_splice,
				       SYS_tee,      SYS_vmsplice};
	struct transfer call = {
		.number = numbers[rand() % 6],
		.in = rand() % ENDS,
		.out = rand() % ENDS,
		.in_at = rand() % 2,
		.out_at = rand() % 2,
		.in_offset = random_offset(),
		.out_offset = random_offset(),
		.bytes = rand() % 30  ? (size_t)rand() % 30000
			 : rand() % 2 ? 0
				      : (size_t)-1,
	};
	struct transfer native_one;
	long result, native_result;

	if (call.number == SYS_copy_file_range)
		call.flags = rand() % 20 == 0;
	else
		call.flags = rand() % 20 ? 2 : 16; /* SPLICE_F_NONBLOCK */
	if (call.number == SYS_vmsplice) {
		call.out = rand() % 5 ? PIPE_IN : call.out;
		call.bytes %= 30000;
		/* Reading into memory: both sides would write to the same. */
		if (call.out == PIPE_OUT || call.out == OTHER_OUT)
			return;
	}
	/* What comes of a range that overlaps itself, nobody promises. */
	if (call.number == SYS_sendfile && (call.out == SOURCE || (call.out == TARGET && call.in == TARGET)))
		return;
	native_one = call;
	result = transfer_call(&call, ours, true);
	native_result = transfer_call(&native_one, theirs, false);
	if (result != native_result)
		print_error("call %ld, from %d%s to %d%s at %ld and %ld, %zd bytes, flags %u: %ld, natively %ld\n",
			    call.number, call.in, call.in_at ? "@" : "", call.out, call.out_at ? "@" : "",
			    native_one.in_offset, native_one.out_offset, call.bytes, call.flags, result, native_result);
	assert_int_equal(result, native_result);
	assert_int_equal(call.in_offset, native_one.in_offset);
	assert_int_equal(call.out_offset, native_one.out_offset);
}

static void test_random(void **state)
{
	(void)state;
	srand(3);
	begin();
	for (int step = 0; step < 20000; step++) {
		if (rand() % 4 == 0) {
			kernel_call(SYS_write, ours[PIPE_IN], TEXT(data), 5000);
			assert_int_equal(write((int)theirs[PIPE_IN], data, 5000), 5000);
		}
		if (rand() % 4 == 0) {
			long position = rand() % FILE_BYTES, at = rand() % 2 ? SOURCE : TARGET;

			kernel_call(SYS_lseek, ours[at], position, SEEK_SET);
			lseek((int)theirs[at], position, SEEK_SET);
		}
		random_step();
		drain(PIPE_OUT);
		drain(OTHER_OUT);
		for (int at = SOURCE; at <= WRITE_ONLY; at++)
			positions_compare(at);
		if (step % 50 == 0) {
			/* Files at enormous positions are not what this is about. */
			kernel_call(SYS_ftruncate, ours[TARGET], FILE_BYTES / 2);
			assert_int_equal(ftruncate((int)theirs[TARGET], FILE_BYTES / 2), 0);
			kernel_call(SYS_ftruncate, ours[SOURCE], FILE_BYTES);
			assert_int_equal(ftruncate((int)theirs[SOURCE], FILE_BYTES), 0);
			random_files_compare(&(const struct random_files_options){0});
		}
	}
	end();
}

/* tee leaves what is there; vmsplice reads, too; a bad pointer is no crash. */
static void test_rest(void **state)
{
	struct iovec vector = {ours_data, 100};

	(void)state;
	begin();
	assert_int_equal(kernel_call(SYS_write, ours[PIPE_IN], TEXT(data), 300), 300);
	assert_int_equal(kernel_call(SYS_tee, ours[PIPE_OUT], ours[OTHER_IN], 200, 0), 200);
	assert_int_equal(kernel_call(SYS_read, ours[OTHER_OUT], TEXT(ours_data), 1000), 200);
	assert_memory_equal(ours_data, data, 200);
	memset(ours_data, 0, 300);
	assert_int_equal(kernel_call(SYS_vmsplice, ours[PIPE_OUT], TEXT(&vector), 1, 0), 100);
	assert_memory_equal(ours_data, data, 100);
	assert_int_equal(kernel_call(SYS_splice, ours[SOURCE], 1, ours[PIPE_IN], 0, 10, 0), -EFAULT);
	assert_int_equal(kernel_call(SYS_sendfile, ours[TARGET], ours[SOURCE], 1, 10), -EFAULT);
	assert_int_equal(kernel_call(SYS_copy_file_range, ours[SOURCE], 1, ours[TARGET], 0, 10, 0), -EFAULT);
	assert_int_equal(kernel_call(SYS_vmsplice, ours[PIPE_IN], 1, 1, 0), -EFAULT);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
