/* Code that was not there when the machine started: in files written at run time, in memory. */
#include "conform.h"

#include <sys/mman.h>

/* Often enough for an implementation that replaces system calls which come again and again. */
#define TIMES 50

/*
 * Functions that make a system call without arguments:
 *   64   mov $39,%eax; syscall; ret                 getpid, in the usual way
 *   80   mov $39,%eax; xor %edx,%edx; syscall; ret  not directly in front
 *   96   mov $102,%eax; mov $102,%r8d; syscall; mov %r8,%rax; ret
 *                                                   getuid; in front of it is what looks like its mov, but for a prefix
 *   128  xor %eax,%eax; mov $39,%al; jmp            to the syscall of 64
 */
/* clang-format off */
static const unsigned char code[PAGE] = {
	[64] = 0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0xc3,
	[80] = 0xb8, 39, 0, 0, 0, 0x31, 0xd2, 0x0f, 0x05, 0xc3,
	[96] = 0xb8, 102, 0, 0, 0, 0x41, 0xb8, 102, 0, 0, 0, 0x0f, 0x05, 0x4c, 0x89, 0xc0, 0xc3,
	[128] = 0x31, 0xc0, 0xb0, 39, 0xeb, 0xbf,
};
/* clang-format on */

typedef long function(void);

/* The function at that offset gives the same result each time. */
static void calls_show(const char *where, const unsigned char *text)
{
	static const struct {
		int offset;
		long result; /* -1: the process id */
	} functions[] = {{64, -1}, {80, -1}, {96, 102}, {128, -1}};
	for (unsigned i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		union {
			const unsigned char *bytes;
			function *function;
		} call = {.bytes = text + functions[i].offset};
		long expected = functions[i].result < 0 ? getpid() : functions[i].result;
		int right = 0;
		for (int time = 0; time < TIMES; time++)
			right += call.function() == expected;
		NOTE("%s, %d: %d", where, functions[i].offset, right);
	}
}

static int file_of_code(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT, 0755);
	ssize_t written = write(fd, code, sizeof code);
	return written == (ssize_t)sizeof code ? fd : -1;
}

CHECK(text_of_new_files, "mmap,munmap,mremap,mprotect,madvise")
{
	static unsigned char seen[sizeof code];
	int fd = file_of_code("text");
	REQUIRE(fd >= 0);
	unsigned char *text = MAP(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	unsigned char *shared = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	REQUIRE(text && shared);
	calls_show("private", text);
	calls_show("again", text);
	/* The file is what was written, whoever looks. */
	SHOW(pread(fd, seen, sizeof seen, 0));
	SHOW(memcmp(seen, code, sizeof code));
	SHOW(memcmp(shared, code, sizeof code));
	CALL(madvise, text, PAGE, MADV_DONTNEED);
	calls_show("dropped", text);
	CALL(mprotect, text, PAGE, PROT_READ);
	CALL(mprotect, text, PAGE, PROT_READ | PROT_EXEC);
	calls_show("protected and back", text);
	unsigned char *moved = REMAP(text, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, text + 64 * PAGE);
	REQUIRE(moved);
	calls_show("moved", moved);
	CALL(munmap, moved, PAGE);
	text = MAP(moved, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0);
	REQUIRE(text);
	calls_show("mapped there again", text);
	CALL(mprotect, shared, PAGE, PROT_READ | PROT_EXEC);
	calls_show("shared", shared);
	SHOW(memcmp(shared, code, sizeof code));
}

CHECK(text_in_memory, "mmap,mprotect")
{
	unsigned char *text = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(text);
	memcpy(text, code, sizeof code);
	CALL(mprotect, text, PAGE, PROT_READ | PROT_EXEC);
	calls_show("anonymous", text);
	SHOW(memcmp(text, code, sizeof code)); /* whoever makes code may also move it */
	CALL(mprotect, text, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	calls_show("writable", text);
	SHOW(memcmp(text, code, sizeof code));
	int fd = file_of_code("text");
	REQUIRE(fd >= 0);
	text = MAP(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, fd, 0);
	REQUIRE(text);
	calls_show("a writable file", text);
	text[65] = 110; /* getppid now */
	union {
		unsigned char *bytes;
		function *function;
	} call = {.bytes = text + 64};
	SHOW(call.function() == getppid());
}
