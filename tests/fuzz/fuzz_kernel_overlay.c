/*
 * Fuzz target: the bytes are an image, mounted as a guest's root is, and looked at and changed by system calls.
 * Whatever it holds, the kernel answers, and has its memory back afterwards.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kernel/lib/heap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kernel/fake_process.h"
#include "tests/kernel/random_files.h"
#include "tests/kernel/trees.h"

#define DEPTH_MAX 4
#define ENTRIES_MAX 40
#define PATH_BYTES 2048
#define PAGE 4096u
/* The table of names grows, and stays so; what is lost each time adds up to more. */
#define TABLES_BYTES_MAX (256u << 10)

static void file_look(const char *path)
{
	static char buffer[3 * PAGE];
	struct stat status;
	const void *where;
	uint64_t bytes;
	int fd = (int)kernel_call(SYS_open, TEXT(path), O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return;
	kernel_call(SYS_fstat, fd, (long)&status);
	kernel_call(SYS_pread64, fd, (long)buffer, sizeof(buffer), 0);
	kernel_call(SYS_pread64, fd, (long)buffer, sizeof(buffer), status.st_size - 100);
	kernel_call(SYS_lseek, fd, 1, SEEK_DATA);
	kernel_call(SYS_lseek, fd, 1, SEEK_HOLE);
	if (S_ISREG(status.st_mode) && trees_map(fd, 0, false, &where, &bytes) == TREES_IMAGE)
		memcpy(buffer, where, bytes < sizeof(buffer) ? bytes : sizeof(buffer));
	kernel_call(SYS_close, fd);
}

static void names_look(const char *path)
{
	char text[PAGE], value[PAGE];
	long bytes = kernel_call(SYS_llistxattr, TEXT(path), (long)text, sizeof(text));

	for (long at = 0; at < bytes; at += (long)strlen(text + at) + 1)
		kernel_call(SYS_lgetxattr, TEXT(path), (long)(text + at), (long)value, sizeof(value));
	if (kernel_call(SYS_readlink, TEXT(path), (long)text, sizeof(text)) > 0)
		kernel_call(SYS_access, TEXT(path), F_OK);
}

static void change(const char *path)
{
	char other[PATH_BYTES + 2];

	snprintf(other, sizeof(other), "%s~", path);
	kernel_call(SYS_chmod, TEXT(path), 0640);
	kernel_call(SYS_truncate, TEXT(path), 5000);
	kernel_call(SYS_link, TEXT(path), TEXT(other));
	kernel_call(SYS_rename, TEXT(other), TEXT(path));
	kernel_call(SYS_unlink, TEXT(path));
}

static void directory_look(const char *path, unsigned depth)
{
	static char buffers[DEPTH_MAX + 1][PAGE];
	char *buffer = buffers[depth];
	unsigned entries = 0;
	int fd = (int)kernel_call(SYS_open, TEXT(path), O_RDONLY | O_DIRECTORY);
	long got;

	while (fd >= 0 && entries < ENTRIES_MAX &&
	       (got = kernel_call(SYS_getdents64, fd, (long)buffer, sizeof(buffers[0]))) > 0) {
		for (long at = 0; at < got && entries < ENTRIES_MAX; entries++) {
			const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffer + at);
			char below[PATH_BYTES];

			FUZZ_CHECK(entry->d_reclen && strnlen(entry->d_name, 256) < 256);
			at += entry->d_reclen;
			if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			    (size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >= sizeof(below))
				continue;
			names_look(below);
			if (depth < DEPTH_MAX)
				directory_look(below, depth + 1);
			file_look(below);
			if (entries % 3 == 0)
				change(below);
		}
	}
	if (fd >= 0)
		kernel_call(SYS_close, fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_ready;
	uint8_t *image = aligned_alloc(PAGE, (size / PAGE + 1) * PAGE);
	static size_t first;

	FUZZ_CHECK(image);
	memcpy(image, data, size);
	memset(image + size, 0, (size / PAGE + 1) * PAGE - size);
	fake_process_begin();
	if (!is_ready)
		kernel_call(SYS_mkdir, TEXT("/m"), 0755);
	is_ready = true;
	trees_forget();
	if (!first)
		first = heap_used();
	if (trees_mount_overlay(image, (size / PAGE + 1) * PAGE, "/m") == 0) {
		directory_look("/m", 0);
		trees_unmount();
	}
	FUZZ_CHECK(heap_used() <= first + TABLES_BYTES_MAX);
	fake_process_end();
	free(image);
	return 0;
}
