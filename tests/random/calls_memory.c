/* A stretch of memory: mapped, protected, moved, given up, touched; shared with children and files or not. */
#include "random.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ul
#define PAGES 24ul

static unsigned char *area;
static sigjmp_buf fault_place;
static volatile int fault_code;

static void fault_take(int signal, siginfo_t *info, void *context)
{
	(void)context;
	fault_code = signal * 100 + info->si_code;
	siglongjmp(fault_place, 1);
}

void memory_prepare(void)
{
	struct sigaction action = {.sa_sigaction = fault_take, .sa_flags = SA_SIGINFO};
	area = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

struct stretch {
	unsigned char *start;
	unsigned long page, pages;
};

static struct stretch stretch_choose(void)
{
	struct stretch stretch = {.page = random_below(PAGES)};
	stretch.pages = 1 + random_below((uint32_t)(PAGES - stretch.page));
	if (stretch.pages > 6)
		stretch.pages = 1 + stretch.pages % 6;
	stretch.start = area + stretch.page * PAGE;
	return stretch;
}

static int protection_choose(void)
{
	static const int protections[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE};
	return protections[random_below(4)];
}

static long address_tell(const void *address)
{
	if (address == MAP_FAILED)
		return tell_result(-1);
	tell(" = page %ld", (long)(((const unsigned char *)address - area) / (long)PAGE));
	return 0;
}

static void map(void)
{
	struct stretch at = stretch_choose();
	int protection = protection_choose(), shared = random_below(2) ? MAP_SHARED : MAP_PRIVATE;
	int fd = random_below(3) ? -1 : random_fd();
	struct stat kind;
	/* With a socket Linux fails when what was mapped there is gone. */
	if (fd >= 0 && fstat(fd, &kind) == 0 && S_ISSOCK(kind.st_mode))
		fd = -1;
	unsigned long offset = fd < 0 ? 0 : random_below(4) * PAGE;
	tell("mmap(%lu, %lu, %d, %d, fd %d, %lu)", at.page, at.pages, protection, shared, fd, offset / PAGE);
	address_tell(mmap(at.start, at.pages * PAGE, protection, MAP_FIXED | shared | (fd < 0 ? MAP_ANONYMOUS : 0), fd,
			  (off_t)offset));
}

/* A hole would be filled by whoever maps next, the C library for one. */
static void unmap(void)
{
	struct stretch at = stretch_choose();
	tell("munmap(%lu, %lu)", at.page, at.pages);
	tell_result(munmap(at.start, at.pages * PAGE));
	tell(" and");
	address_tell(mmap(at.start, at.pages * PAGE, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void protect(void)
{
	struct stretch at = stretch_choose();
	int protection = protection_choose();
	tell("mprotect(%lu, %lu, %d)", at.page, at.pages, protection);
	tell_result(mprotect(at.start, at.pages * PAGE, protection));
}

static void advise(void)
{
	static const int advices[] = {MADV_DONTNEED, MADV_REMOVE,   MADV_DONTFORK,
				      MADV_DOFORK,   MADV_WILLNEED, MADV_NORMAL};
	struct stretch at = stretch_choose();
	int advice = advices[random_below(6)];
	tell("madvise(%lu, %lu, %d)", at.page, at.pages, advice);
	tell_result(madvise(at.start, at.pages * PAGE, advice));
}

/*
 * What is stored in a file's last page behind its end is there when the file grows on Linux's tmpfs, and nowhere else:
 * the start of a page never is behind the end.
 */
static unsigned long store_place(void)
{
	return random_below(PAGES) * PAGE;
}

static void touch(void)
{
	unsigned value = random_below(256), write = random_below(2);
	volatile unsigned char *at = area + (write ? store_place() : random_below(PAGES * PAGE));
	tell("%s(%lu)", write ? "store" : "load", (unsigned long)(at - area));
	if (sigsetjmp(fault_place, 1)) {
		tell(" = fault %d", fault_code);
		return;
	}
	if (write)
		*at = (unsigned char)value;
	else
		tell(" = %u", *at);
}

static void sum(void)
{
	tell("pages");
	for (volatile unsigned long page = 0; page < PAGES; page++) {
		if (sigsetjmp(fault_place, 1)) {
			tell(" -");
			continue;
		}
		unsigned total = 0;
		for (unsigned long i = 0; i < PAGE; i++)
			total = total * 31 + ((volatile unsigned char *)area)[page * PAGE + i];
		tell(" %x", total);
	}
}

/* From there on Linux's files in memory grow by a write that faults at once. */
static bool is_behind_end(int fd)
{
	struct stat is;
	return fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && lseek(fd, 0, SEEK_CUR) > is.st_size;
}

/* System calls that copy from and to where nothing may be. */
static void copy(void)
{
	int fd = random_fd();
	unsigned long out = random_below(2), count = random_below(300);
	unsigned long place = out ? random_below(PAGES * PAGE - 300) : store_place();
	if (out && is_behind_end(fd)) {
		tell("behind the end");
		return;
	}
	tell("%s(%d, %lu, %lu)", out ? "write" : "read", fd, place, count);
	tell_result(out ? write(fd, area + place, count) : read(fd, area + place, count));
}

static void file(void)
{
	int fd;
	if (random_below(2)) {
		fd = memfd_create("random", 0);
		if (fd >= FD_FIRST + FD_COUNT) {
			close(fd);
			tell("enough");
			return;
		}
		tell("memfd_create");
		tell_result(fd);
	} else {
		fd = random_fd();
	}
	unsigned long bytes = random_below(5) * PAGE + (random_below(2) ? random_below(PAGE) : 0);
	tell(" ftruncate(%d, %lu)", fd, bytes);
	tell_result(ftruncate(fd, (off_t)bytes));
}

void call_memory(void)
{
	static void (*const calls[])(void) = {map,   map,   map, unmap, protect, advise, touch,
					      touch, touch, sum, copy,  copy,    file,   file};
	calls[random_below(sizeof calls / sizeof calls[0])]();
}
