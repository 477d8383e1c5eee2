/* calls [NAME...]: what single system calls, mappings and page faults cost (program.h). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bench/linux/program.h"

#define PAGE 4096u
#define SMALL_BYTES (16 * PAGE)
/* More than a C library, or the library kernel, keeps back when it is freed. */
#define LARGE_BYTES (16ul << 20)
/* Four components, there in every Debian root. */
#define FILE_PATH "/usr/lib/x86_64-linux-gnu/libc.so.6"
#define FILE_BYTES (1ul << 20) /* it is larger */

static int file;
static int ends[2];
static char *small;

static void getppid_call(void)
{
	syscall(SYS_getppid);
}

static void pread_64(void)
{
	char bytes[64];

	check(pread(file, bytes, sizeof(bytes), 64) == sizeof(bytes), "pread");
}

static void pread_4096(void)
{
	char bytes[PAGE];

	check(pread(file, bytes, sizeof(bytes), PAGE) == sizeof(bytes), "pread");
}

static void fstat_file(void)
{
	struct stat status;

	check(fstat(file, &status) == 0, "fstat");
}

static void stat_path(void)
{
	struct stat status;

	check(stat(FILE_PATH, &status) == 0, FILE_PATH);
}

static void open_close(void)
{
	int fd = open(FILE_PATH, O_RDONLY);

	check(fd >= 0, FILE_PATH);
	close(fd);
}

static void pipe_write_read(void)
{
	char bytes[64] = {0};

	check(write(ends[1], bytes, sizeof(bytes)) == sizeof(bytes), "pipe write");
	check(read(ends[0], bytes, sizeof(bytes)) == sizeof(bytes), "pipe read");
}

static void clock_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
}

static char *map(void *hint, size_t bytes, int flags, int fd)
{
	int protection = PROT_READ | (fd < 0 ? PROT_WRITE : 0);
	char *at = mmap(hint, bytes, protection, MAP_PRIVATE | flags, fd, 0);

	check(at != MAP_FAILED, "mmap");
	return at;
}

static void pages_write(char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		((volatile char *)at)[i] = 1;
}

static void pages_read(const char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		(void)((const volatile char *)at)[i];
}

static void mmap_munmap(void)
{
	munmap(map(NULL, SMALL_BYTES, MAP_ANONYMOUS, -1), SMALL_BYTES);
}

static void mmap_touch_munmap(void)
{
	char *at = map(NULL, SMALL_BYTES, MAP_ANONYMOUS, -1);

	pages_write(at, SMALL_BYTES);
	munmap(at, SMALL_BYTES);
}

static void mmap_large(void)
{
	char *at = map(NULL, LARGE_BYTES, MAP_ANONYMOUS, -1);

	pages_write(at, LARGE_BYTES);
	munmap(at, LARGE_BYTES);
}

static void mmap_file(void)
{
	munmap(map(NULL, FILE_BYTES, 0, file), FILE_BYTES);
}

static void mmap_file_read(void)
{
	char *at = map(NULL, FILE_BYTES, 0, file);

	pages_read(at, FILE_BYTES);
	munmap(at, FILE_BYTES);
}

static void mprotect_pair(void)
{
	check(mprotect(small, SMALL_BYTES, PROT_READ) == 0, "mprotect");
	check(mprotect(small, SMALL_BYTES, PROT_READ | PROT_WRITE) == 0, "mprotect");
}

/* The first touch of a page; each LARGE_BYTES with their mapping and unmapping. */
static void page_fault(void)
{
	static char *large;
	static size_t at;

	if (at == 0) {
		if (large)
			munmap(large, LARGE_BYTES);
		large = map(NULL, LARGE_BYTES, MAP_ANONYMOUS, -1);
	}
	((volatile char *)large)[at] = 1;
	at = (at + PAGE) % LARGE_BYTES;
}

static void mremap_grow(void)
{
	char *at = map(NULL, SMALL_BYTES, MAP_ANONYMOUS, -1);

	pages_write(at, SMALL_BYTES);
	at = mremap(at, SMALL_BYTES, 2 * SMALL_BYTES, MREMAP_MAYMOVE);
	check(at != MAP_FAILED, "mremap");
	pages_write(at + SMALL_BYTES, SMALL_BYTES);
	munmap(at, 2 * SMALL_BYTES);
}

static const struct measured operations[] = {
	{.operation = {"getppid", getppid_call}},    {.operation = OPERATION(pread_64)},
	{.operation = OPERATION(pread_4096)},        {.operation = {"fstat", fstat_file}},
	{.operation = {"stat", stat_path}},          {.operation = OPERATION(open_close)},
	{.operation = OPERATION(pipe_write_read)},   {.operation = {"clock_gettime", clock_monotonic}},
	{.operation = OPERATION(page_fault)},        {.operation = OPERATION(mmap_munmap)},
	{.operation = OPERATION(mmap_touch_munmap)}, {.operation = OPERATION(mmap_large)},
	{.operation = OPERATION(mmap_file)},         {.operation = OPERATION(mmap_file_read)},
	{.operation = OPERATION(mprotect_pair)},     {.operation = OPERATION(mremap_grow)},
};

int main(int argc, char **argv)
{
	(void)argc;
	file = open(FILE_PATH, O_RDONLY);
	check(file >= 0, FILE_PATH);
	check(pipe(ends) == 0, "pipe");
	small = map(NULL, SMALL_BYTES, MAP_ANONYMOUS, -1);
	pages_write(small, SMALL_BYTES);
	measured_run(operations, sizeof(operations) / sizeof(operations[0]), argv + 1);
	return 0;
}
