/* Files of the kernel behind numbers: see files.h. */
#include "tests/kernel/files.h"

#include <asm-generic/ioctls.h>
#include <linux/errno.h>

#include "kernel/fs/epoll.h"
#include "kernel/fs/eventfd.h"
#include "kernel/fs/pipe.h"
#include "kernel/fs/timerfd.h"
#include "kernel/lib/heap.h"
#include "kernel/task/time.h"
#include "kernel/vfs/file.h"

#define FILES_MAX 256

static struct file *files[FILES_MAX];

static int install(int error, struct file *file)
{
	if (error)
		return error;
	for (int fd = 0; fd < FILES_MAX; fd++) {
		if (!files[fd]) {
			files[fd] = file;
			return fd;
		}
	}
	__builtin_trap();
}

int files_pipe(unsigned flags, int fds[2])
{
	struct file *read_end, *write_end;
	int error = pipe_new(flags, &read_end, &write_end);

	if (error)
		return error;
	fds[0] = install(0, read_end);
	fds[1] = install(0, write_end);
	return 0;
}

int files_eventfd(unsigned count, bool semaphore)
{
	struct file *file;
	int error = eventfd_new(count, semaphore, O_NONBLOCK, &file);

	return install(error, file);
}

int files_timerfd(void)
{
	struct file *file;
	int error = timerfd_new(CLOCK_MONOTONIC, O_NONBLOCK, &file);

	return install(error, file);
}

int files_epoll(void)
{
	struct file *file;
	int error = epoll_new(0, &file);

	return install(error, file);
}

long files_read(int fd, void *buffer, size_t bytes)
{
	struct io io;

	io_kernel(&io, buffer, bytes);
	return file_read(files[fd], &io);
}

long files_read_user(int fd, void *buffer, size_t bytes)
{
	struct io io;
	int error = io_user(&io, (uint64_t)(uintptr_t)buffer, bytes);

	return error ? error : file_read(files[fd], &io);
}

long files_write(int fd, const void *buffer, size_t bytes)
{
	struct io io;

	io_kernel(&io, (void *)(uintptr_t)buffer, bytes);
	return file_write(files[fd], &io);
}

long files_write_user(int fd, const void *buffer, size_t bytes)
{
	struct io io;
	int error = io_user(&io, (uint64_t)(uintptr_t)buffer, bytes);

	return error ? error : file_write(files[fd], &io);
}

unsigned files_poll(int fd)
{
	return files[fd]->ops->poll(files[fd], NULL);
}

long files_bytes(int fd)
{
	uint32_t bytes = 0;
	long error = files[fd]->ops->ioctl(files[fd], FIONREAD, (uint64_t)(uintptr_t)&bytes);

	return error ? error : (long)bytes;
}

long files_pipe_set(int fd, uint64_t bytes)
{
	return pipe_set_bytes(files[fd], bytes);
}

long files_pipe_get(int fd)
{
	return pipe_get_bytes(files[fd]);
}

int files_timer_set(int fd, uint64_t value_ns, uint64_t interval_ns)
{
	struct __kernel_itimerspec old,
		new = {.it_value = timespec_from_ns(value_ns), .it_interval = timespec_from_ns(interval_ns)};

	return timerfd_set(files[fd], 0, &new, &old);
}

int files_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = {.events = events, .data = data};

	return epoll_control(files[epoll], operation, files[fd], fd, &event);
}

long files_epoll_wait(int epoll, void *events, int count, uint64_t deadline_ns)
{
	return epoll_file_wait(files[epoll], (uint64_t)(uintptr_t)events, count, deadline_ns);
}

int files_dup(int fd)
{
	file_get(files[fd]);
	return install(0, files[fd]);
}

void files_close(int fd)
{
	struct file *file = files[fd];

	files[fd] = NULL;
	file_put(file);
}

size_t files_memory(void)
{
	return heap_used();
}
