/*
 * What single system calls cost: lines "NAME NANOSECONDS", each the best of several batches. The same program runs
 * natively
 * and in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 7
#define BATCH_NS 4000000ull
#define PAGE 4096u
#define MAPPED (16 * PAGE)
#define SPREAD (256 * PAGE)
/* Four components, there in every Debian root. */
#define FILE_PATH "/usr/lib/x86_64-linux-gnu/libc.so.6"

static int file;
static int ends[2];
static char *spread;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void check(int failed, const char *what)
{
	if (!failed)
		return;
	perror(what);
	exit(1);
}

static void call_getppid(void)
{
	syscall(SYS_getppid);
}

static void call_pread_64(void)
{
	char bytes[64];

	check(pread(file, bytes, sizeof(bytes), 64) != sizeof(bytes), "pread");
}

static void call_pread_4096(void)
{
	char bytes[PAGE];

	check(pread(file, bytes, sizeof(bytes), PAGE) != sizeof(bytes), "pread");
}

static void call_fstat(void)
{
	struct stat status;

	check(fstat(file, &status) != 0, "fstat");
}

static void call_stat(void)
{
	struct stat status;

	check(stat(FILE_PATH, &status) != 0, FILE_PATH);
}

static void call_open_close(void)
{
	int fd = open(FILE_PATH, O_RDONLY);

	check(fd < 0, FILE_PATH);
	close(fd);
}

static void call_pipe(void)
{
	char bytes[64] = {0};

	check(write(ends[1], bytes, sizeof(bytes)) != sizeof(bytes), "pipe write");
	check(read(ends[0], bytes, sizeof(bytes)) != sizeof(bytes), "pipe read");
}

static char *map(size_t bytes)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(at == MAP_FAILED, "mmap");
	return at;
}

static void call_mmap_munmap(void)
{
	munmap(map(MAPPED), MAPPED);
}

static void call_mmap_touch_munmap(void)
{
	char *at = map(MAPPED);

	for (size_t i = 0; i < MAPPED; i += PAGE)
		at[i] = 1;
	munmap(at, MAPPED);
}

static void call_mprotect_pair(void)
{
	check(mprotect(spread, MAPPED, PROT_READ) != 0, "mprotect");
	check(mprotect(spread, MAPPED, PROT_READ | PROT_WRITE) != 0, "mprotect");
}

/* A fresh mapping each time, larger than what anybody keeps back. */
static void call_fault_page(void)
{
	static size_t at;

	if (at == 0 || at == SPREAD * 16ul) {
		munmap(spread + PAGE * 16, SPREAD * 16ul);
		check(mmap(spread + PAGE * 16, SPREAD * 16ul, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED,
		      "mmap");
		at = 0;
	}
	spread[PAGE * 16 + at] = 1;
	at += PAGE;
}

static void call_clock(void)
{
	now_ns();
}

static const struct {
	const char *name;
	void (*call)(void);
} calls[] = {
	{"getppid", call_getppid},
	{"pread_64", call_pread_64},
	{"pread_4096", call_pread_4096},
	{"fstat", call_fstat},
	{"stat", call_stat},
	{"open_close", call_open_close},
	{"pipe_write_read", call_pipe},
	{"mmap_munmap", call_mmap_munmap},
	{"mmap_touch_munmap", call_mmap_touch_munmap},
	{"mprotect_pair", call_mprotect_pair},
	{"page_fault", call_fault_page},
	{"clock_gettime", call_clock},
};

static double batch(void (*call)(void), uint64_t count)
{
	uint64_t start = now_ns();

	for (uint64_t i = 0; i < count; i++)
		call();
	return (double)(now_ns() - start) / (double)count;
}

static double best_ns(void (*call)(void))
{
	double one = batch(call, 64);
	uint64_t count = (uint64_t)((double)BATCH_NS / one) + 1;
	double best = batch(call, count);

	for (unsigned i = 1; i < BATCHES; i++) {
		double again = batch(call, count);

		if (again < best)
			best = again;
	}
	return best;
}

int main(void)
{
	file = open(FILE_PATH, O_RDONLY);
	check(file < 0, FILE_PATH);
	check(pipe(ends) != 0, "pipe");
	spread = mmap(NULL, SPREAD * 16ul + PAGE * 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(spread == MAP_FAILED, "mmap");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		printf("%s %.1f\n", calls[i].name, best_ns(calls[i].call));
	return 0;
}
