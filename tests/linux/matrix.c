/* Files, trees and memory that checks start from, and the descriptor matrix. */
#include "matrix.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

long matrix_call(const char *name, long number, const long arguments[6], long marker, long value)
{
	long changed[6];
	for (int i = 0; i < 6; i++)
		changed[i] = arguments[i] == marker ? value : arguments[i];
	return record_call(name, "", number, changed, RESULT_SILENT);
}

void file_make(const char *path, const char *content)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	ssize_t written = write(fd, content, strlen(content));
	(void)written;
	close(fd);
}

void tree_make(void)
{
	file_make("file", "0123456789");
	if (mkdir("dir", 0755) == 0)
		file_make("dir/inner", "inner");
	if (symlink("file", "link") != 0 || symlink("dir", "dirlink") != 0 || symlink("missing", "dangling") != 0 ||
	    symlink("loop", "loop") != 0 || mkfifo("fifo", 0644) != 0)
		NOTE("the tree cannot be made: %s", strerrorname_np(errno));
}

char *guarded_pages(long pages)
{
	char *start = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED || mprotect(start + pages * PAGE, PAGE, PROT_NONE) != 0)
		return NULL;
	return start;
}

enum kind {
	KIND_NEGATIVE,
	KIND_CLOSED,
	KIND_FILE,
	KIND_READ_ONLY,
	KIND_WRITE_ONLY,
	KIND_DIRECTORY,
	KIND_PATH,
	KIND_PATH_DIRECTORY,
	KIND_PIPE_READER,
	KIND_PIPE_WRITER,
	KIND_EVENTFD,
	KIND_TIMERFD,
	KIND_EPOLL,
	KIND_MEMFD,
	KIND_NULL,
	KIND_ZERO,
	KIND_COUNT
};

static const char *const kind_names[KIND_COUNT] = {
	"-1",          "closed",      "file",      "read-only",
	"write-only",  "directory",   "O_PATH",    "O_PATH directory",
	"pipe reader", "pipe writer", "eventfd",   "timerfd",
	"epoll",       "memfd",       "/dev/null", "/dev/zero",
};

static int kind_memfd(void)
{
	int fd = memfd_create("kind", MFD_ALLOW_SEALING);
	ssize_t written = write(fd, "0123456789", 10);
	(void)written;
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int kind_pipe(int end)
{
	int ends[2];
	if (pipe2(ends, O_NONBLOCK) != 0)
		return -1;
	close(ends[!end]);
	return ends[end];
}

static int kind_open(enum kind kind)
{
	switch (kind) {
	case KIND_NEGATIVE:
		return -1;
	case KIND_CLOSED:
		return 77;
	case KIND_FILE:
		return open("file", O_RDWR);
	case KIND_READ_ONLY:
		return open("file", O_RDONLY);
	case KIND_WRITE_ONLY:
		return open("file", O_WRONLY);
	case KIND_DIRECTORY:
		return open("dir", O_RDONLY | O_DIRECTORY);
	case KIND_PATH:
		return open("file", O_PATH);
	case KIND_PATH_DIRECTORY:
		return open("dir", O_PATH);
	case KIND_PIPE_READER:
		return kind_pipe(0);
	case KIND_PIPE_WRITER:
		return kind_pipe(1);
	case KIND_EVENTFD:
		return eventfd(1, EFD_NONBLOCK);
	case KIND_TIMERFD:
		return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	case KIND_EPOLL:
		return epoll_create1(0);
	case KIND_MEMFD:
		return kind_memfd();
	case KIND_NULL:
		return open("/dev/null", O_RDWR);
	default:
		return open("/dev/zero", O_RDWR);
	}
}

void matrix_fds(const char *name, const char *text, long number, const long arguments[6])
{
	NOTE("%s(%s)", name, text);
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		unlink("file"), unlink("dir/inner"), rmdir("dir");
		file_make("file", "0123456789");
		if (mkdir("dir", 0755) == 0)
			file_make("dir/inner", "inner");
		int fd = kind_open(kind);
		long result = matrix_call(name, number, arguments, FD, fd);
		NOTE("  %s: %s", kind_names[kind], result_name(result));
		close_range(3, ~0u, 0);
	}
}
