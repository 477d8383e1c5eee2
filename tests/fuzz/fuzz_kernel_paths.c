/*
 * Fuzz target: each line of the input is a system call on names, a letter and one or two paths (with a tab between), in
 * a tree in memory. Afterwards everything is removed, and the kernel has its memory back.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kernel/lib/heap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kernel/fake_process.h"
#include "tests/kernel/random_files.h"
#include "tests/kernel/trees.h"

#define LINES_MAX 64
/* What the input put beside /m stays, and so does the table of names when it has grown. */
#define LEFT_BYTES_MAX (64u << 10)

static void open_close(const char *path, int flags)
{
	long fd = kernel_call(SYS_open, TEXT(path), flags, 0700);

	if (fd >= 0)
		kernel_call(SYS_close, fd);
}

static void one_path(char what, const char *path)
{
	char buffer[4096];
	struct stat status;

	switch (what) {
	case 'd':
		kernel_call(SYS_mkdir, TEXT(path), 0700);
		break;
	case 'r':
		kernel_call(SYS_rmdir, TEXT(path));
		break;
	case 'u':
		kernel_call(SYS_unlink, TEXT(path));
		break;
	case 's':
		kernel_call(SYS_stat, TEXT(path), (long)&status);
		break;
	case 'k':
		kernel_call(SYS_readlink, TEXT(path), (long)buffer, sizeof(buffer));
		break;
	case 'c':
		kernel_call(SYS_chdir, TEXT(path));
		kernel_call(SYS_getcwd, (long)buffer, sizeof(buffer));
		break;
	case 'p':
		kernel_call(SYS_mknod, TEXT(path), S_IFIFO | 0600, 0);
		break;
	case 'f':
		open_close(path, O_CREAT | O_RDWR);
		break;
	case 'x':
		open_close(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW);
		break;
	default:
		open_close(path, O_RDONLY | O_NONBLOCK);
	}
}

static void two_paths(char what, const char *from, const char *to)
{
	switch (what) {
	case 'm':
		kernel_call(SYS_rename, TEXT(from), TEXT(to));
		break;
	case 'e':
		kernel_call(SYS_renameat2, AT_FDCWD, TEXT(from), AT_FDCWD, TEXT(to), 2);
		break;
	case 'l':
		kernel_call(SYS_symlink, TEXT(from), TEXT(to));
		break;
	default:
		kernel_call(SYS_link, TEXT(from), TEXT(to));
	}
}

static void lines_call(char *text)
{
	for (unsigned i = 0; i < LINES_MAX && text; i++) {
		char *next = strchr(text, '\n');
		char *second;

		if (next)
			*next++ = '\0';
		second = strchr(text, '\t');
		if (second)
			*second++ = '\0';
		if (*text && second)
			two_paths(*text, text + 1, second);
		else if (*text)
			one_path(*text, text + 1);
		text = next;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_ready;
	char *text = malloc(size + 1);
	size_t before;

	FUZZ_CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	fake_process_begin();
	if (!is_ready)
		kernel_call(SYS_mkdir, TEXT("/m"), 0755);
	is_ready = true;
	trees_forget();
	before = heap_used();
	FUZZ_CHECK(trees_mount_tmpfs("/m", 1 << 20) == 0);
	kernel_call(SYS_chdir, TEXT("/m"));
	lines_call(text);
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	fake_process_end();
	FUZZ_CHECK(heap_used() <= before + LEFT_BYTES_MAX);
	free(text);
	return 0;
}
