/* Prints what a program finds when it starts, so that two starts can be compared: arguments, environment, auxiliary
 * vector, stack, and itself through /proc/self/exe. Nothing here differs from run to run. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

extern char **environ;
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static int initialised = 42;
static int zeroed[5000];
static __thread int local = 7;
static int constructed;

__attribute__((constructor)) static void construct(void)
{
	constructed = initialised + 1;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void arguments_report(int count, char **arguments)
{
	printf("arguments: %d, then %s\n", count, arguments[count] ? "more" : "NULL");
	printf("[0]: %s\n", base_name(arguments[0]));
	for (int i = 1; i < count; i++)
		printf("[%d]: \"%s\"\n", i, arguments[i]);
	bool packed = true;
	for (int i = 1; i < count; i++)
		packed &= arguments[i] == arguments[i - 1] + strlen(arguments[i - 1]) + 1;
	printf("strings one behind the other: %d\n", packed);
	printf("environment behind the arguments: %d\n", environ == arguments + count + 1);
	static const char *const names[] = {"REPORT", "REPORT_EMPTY", "REPORT_MISSING"};
	for (int i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);
		printf("%s: %s\n", names[i], value ? value : "not there");
	}
}

/* The auxiliary vector lies behind the environment. */
static void vector_report(char **arguments)
{
	char **variable = environ;
	while (*variable)
		variable++;
	const ElfW(auxv_t) *entry = (const ElfW(auxv_t) *)(variable + 1);
	static const struct {
		unsigned long type;
		const char *name;
	} plain[] = {{AT_PAGESZ, "AT_PAGESZ"}, {AT_PHENT, "AT_PHENT"},   {AT_FLAGS, "AT_FLAGS"},
		     {AT_UID, "AT_UID"},       {AT_EUID, "AT_EUID"},     {AT_GID, "AT_GID"},
		     {AT_EGID, "AT_EGID"},     {AT_SECURE, "AT_SECURE"}, {AT_CLKTCK, "AT_CLKTCK"}};
	for (; entry->a_type != AT_NULL; entry++)
		for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
			if (plain[i].type == entry->a_type)
				printf("%s: %lu\n", plain[i].name, (unsigned long)entry->a_un.a_val);
	const char *platform = (const char *)getauxval(AT_PLATFORM);
	printf("AT_PLATFORM: %s\n", platform ? platform : "none");
	printf("AT_EXECFN is the name: %d\n",
	       strcmp(base_name((const char *)getauxval(AT_EXECFN)), base_name(arguments[0])) == 0);
	printf("AT_SYSINFO_EHDR: %d\n", getauxval(AT_SYSINFO_EHDR) != 0);
	printf("AT_HWCAP: %d\n", getauxval(AT_HWCAP) != 0);
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	int set = 0;
	for (int i = 0; random && i < 16; i++)
		set += random[i] != 0;
	printf("AT_RANDOM: %d\n", set > 4);
}

static void image_report(void)
{
	const ElfW(Ehdr) *header = &__ehdr_start;
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	uintptr_t start = (uintptr_t)header, bias = header->e_type == ET_DYN ? start : 0;
	printf("type: %d\n", header->e_type);
	printf("AT_PHDR: %d\n", (uintptr_t)segments == start + header->e_phoff);
	printf("AT_PHNUM: %d\n", getauxval(AT_PHNUM) == header->e_phnum);
	printf("AT_ENTRY: %d\n", getauxval(AT_ENTRY) == bias + header->e_entry);
	bool interpreted = false;
	for (int i = 0; i < header->e_phnum; i++)
		interpreted |= segments[i].p_type == PT_INTERP;
	const char *base = (const char *)getauxval(AT_BASE);
	printf("interpreter: %d, AT_BASE %s\n", interpreted,
	       !base                                ? "0"
	       : memcmp(base, ELFMAG, SELFMAG) == 0 ? "an ELF file"
						    : "something else");
	printf("place: %s\n", start < 1ul << 32 ? "low" : "high");
	long sum = 0;
	for (size_t i = 0; i < sizeof zeroed / sizeof zeroed[0]; i++)
		sum += zeroed[i];
	printf("data %d zeroes %ld thread-local %d constructor %d\n", initialised, sum, local, constructed);
}

static void stack_report(char **arguments)
{
	char *page = malloc(100000);
	printf("stack pointer at entry aligned: %d\n", ((uintptr_t)arguments - 8) % 16 == 0);
	printf("stack above the heap: %d\n", (uintptr_t)&page > (uintptr_t)page);
	volatile char deep[1 << 20];
	for (size_t i = 0; i < sizeof deep; i += 4096)
		deep[sizeof deep - 1 - i] = 1;
	printf("a mebibyte of stack: %d\n", deep[sizeof deep - 1]);
	uintptr_t brk_now = (uintptr_t)sbrk(0);
	uintptr_t start = (uintptr_t)&__ehdr_start, end = (uintptr_t)zeroed + sizeof zeroed;
	printf("program break apart from the image: %d\n",
	       brk_now != (uintptr_t)-1 && (brk_now < start || brk_now >= end));
	free(page);
}

/* The file as read() shows it, against memory: the headers, and every read-only segment that is not code. */
static void file_report(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		printf("/proc/self/exe: %s\n", strerror(errno));
		return;
	}
	const ElfW(Ehdr) *header = &__ehdr_start;
	const ElfW(Phdr) *segments = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	uintptr_t bias = header->e_type == ET_DYN ? (uintptr_t)header : 0;
	off_t size = lseek(fd, 0, SEEK_END);
	for (int i = 0; i < header->e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD || segments[i].p_flags & PF_W)
			continue;
		char *mapped = mmap(NULL, segments[i].p_filesz, PROT_READ, MAP_PRIVATE, fd,
				    segments[i].p_offset & -4096);
		char *bytes = malloc(segments[i].p_filesz);
		ssize_t count = pread(fd, bytes, segments[i].p_filesz, segments[i].p_offset);
		const char *memory = (const char *)(bias + segments[i].p_vaddr);
		bool code = segments[i].p_flags & PF_X;
		printf("segment %d: read %d, same as mapped %d, same as memory %d\n", i,
		       count == (ssize_t)segments[i].p_filesz,
		       mapped != MAP_FAILED && memcmp(mapped + segments[i].p_offset % 4096, bytes, count) == 0,
		       code || memcmp(memory, bytes, count) == 0);
		free(bytes);
	}
	printf("size %s\n", size > (off_t)sizeof *header ? "fine" : "too small");
	close(fd);
}

int main(int count, char **arguments)
{
	arguments_report(count, arguments);
	vector_report(arguments);
	image_report();
	stack_report(arguments);
	file_report();
	return 17;
}
