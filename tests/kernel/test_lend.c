/* Files lent by number to threads that share a table: who closes the descriptor does not take the file away. */
#include "kernel/task/process.h"
#include "kernel/vfs/fd_table.h"
#include "tests/kernel/fake_task.h"
#include "tests/kernel/unit.h"

static unsigned released;

static void count_release(struct file *file)
{
	(void)file;
	released++;
}

static const struct file_ops counted_ops = {.release = count_release};

static int open_counted(void)
{
	struct file *file;
	int fd;

	assert_int_equal(file_new_anonymous("counted", &counted_ops, 0, NULL, &file), 0);
	fd = fd_install(file, 0, false);
	assert_true(fd >= 0);
	return fd;
}

static void begin_with_threads(unsigned count)
{
	struct process *process = fake_task_begin();

	process->thread_count = count;
	process->files = fd_table_new();
	assert_non_null(process->files);
	released = 0;
}

static void end(void)
{
	struct process *process = process_current();

	fd_table_put(process->files);
	process->files = NULL;
	process->thread_count = 1;
}

static void closing_leaves_it_to_its_user(void **state)
{
	struct file *file;
	int fd;

	(void)state;
	begin_with_threads(2);
	fd = open_counted();
	file = fd_get(fd);
	assert_int_equal(file->references, 1);
	assert_int_equal(fd_close(fd), 0);
	assert_null(fd_get(fd));
	assert_int_equal(released, 0);
	fd_put(file);
	assert_int_equal(released, 1);
	end();
}

static void replacing_leaves_it_to_its_user(void **state)
{
	struct file *file, *other;
	int fd;

	(void)state;
	begin_with_threads(2);
	fd = open_counted();
	file = fd_get(fd);
	assert_int_equal(file_new_anonymous("other", &counted_ops, 0, NULL, &other), 0);
	assert_int_equal(fd_install_at(other, fd, false), fd);
	assert_int_equal(released, 0);
	assert_ptr_equal(fd_get(fd), other);
	fd_put(other);
	fd_put(file);
	assert_int_equal(released, 1);
	end();
	assert_int_equal(released, 2);
}

static void several_at_a_time(void **state)
{
	struct file *first, *again, *second;
	int fds[2];

	(void)state;
	begin_with_threads(2);
	fds[0] = open_counted();
	fds[1] = open_counted();
	first = fd_get(fds[0]);
	second = fd_get(fds[1]);
	again = fd_get(fds[0]);
	assert_ptr_equal(first, again);
	assert_int_equal(second->references, 2);
	fd_close(fds[0]);
	fd_close(fds[1]);
	fd_put(first);
	assert_int_equal(released, 0);
	fd_put(again);
	assert_int_equal(released, 1);
	fd_put(second);
	assert_int_equal(released, 2);
	end();
}

static void a_table_grows_under_its_users(void **state)
{
	struct file *file, *far;
	int fd;

	(void)state;
	begin_with_threads(2);
	fd = open_counted();
	file = fd_get(fd);
	for (int at = 100; at < 10000; at *= 2) {
		assert_int_equal(file_new_anonymous("far", &counted_ops, 0, NULL, &far), 0);
		assert_int_equal(fd_install_at(far, at, false), at);
	}
	fd_put(file);
	assert_ptr_equal(fd_get(fd), file);
	fd_put(file);
	end();
	assert_int_equal(released, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_leaves_it_to_its_user),
		cmocka_unit_test(replacing_leaves_it_to_its_user),
		cmocka_unit_test(several_at_a_time),
		cmocka_unit_test(a_table_grows_under_its_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
