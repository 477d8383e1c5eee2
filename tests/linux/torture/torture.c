/*
 * Makes each call through each kind of site, and says what it did to the processor; then every call number there is,
 * with arguments it refuses. The lines are the same everywhere.
 */
#define _GNU_SOURCE
#include "torture.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STATUS_FLAGS 0x8d5ull /* CF PF AF ZF SF OF */
#define DIRECTION_FLAG 0x400ull
#define ALWAYS_FLAGS 0x202ull

static const char *const register_names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
					     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

static unsigned char stack[8192] __attribute__((aligned(64)));
#define STACK_TOP (stack + 4096)
enum { RED_ZONE = 128, TORTURE_GENERATED_BYTES = 32 };

struct call {
	const char *name;
	long number;
	const char *site, *site_end;
	uint64_t arguments[6];
};

#define CALL_ENTRY(name, number) {#name, number, torture_site_##name, torture_site_##name##_end, {0}},
static struct call calls[] = {TORTURE_CALLS(CALL_ENTRY)};
enum { CALL_COUNT = sizeof calls / sizeof calls[0] };

static void arguments_set(const char *name, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
	for (int i = 0; i < CALL_COUNT; i++)
		if (strcmp(calls[i].name, name) == 0)
			memcpy(calls[i].arguments, (const uint64_t[]){a, b, c, d, e, f}, sizeof calls[i].arguments);
}

#define SET(name, a, b, c, d, e, f)                                                                                    \
	arguments_set(#name, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), (uint64_t)(e), (uint64_t)(f))

static bool arguments_prepare(void)
{
	static char bytes[4096];
	static struct timespec pause = {0, 1000000};
	static struct pollfd polled;
	static uint32_t word;
	int ends[2], epoll = epoll_create1(0);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pipe2(ends, O_NONBLOCK) != 0 || epoll < 0 || page == MAP_FAILED)
		return false;
	polled = (struct pollfd){ends[0], POLLPRI, 0};
	SET(read, ends[0], bytes, 1, 0, 0, 0);
	SET(write, ends[1], "x", 1, 0, 0, 0);
	SET(close, -1, 0, 0, 0, 0, 0);
	SET(fstat, ends[0], bytes, 0, 0, 0, 0);
	SET(poll, &polled, 1, 1, 0, 0, 0);
	SET(lseek, ends[0], 0, 0, 0, 0, 0);
	SET(mmap, page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	SET(mprotect, page, 4096, PROT_READ, 0, 0, 0);
	SET(rt_sigprocmask, SIG_BLOCK, 0, bytes, 8, 0, 0);
	SET(ioctl, ends[0], 0x5401, bytes, 0, 0, 0);
	SET(madvise, page, 4096, MADV_DONTNEED, 0, 0, 0);
	SET(nanosleep, &pause, 0, 0, 0, 0, 0);
	SET(uname, bytes, 0, 0, 0, 0, 0);
	SET(fcntl, ends[0], F_GETFL, 0, 0, 0, 0);
	SET(getcwd, bytes, sizeof bytes, 0, 0, 0, 0);
	SET(futex, &word, 1 | 128, 1, 0, 0, 0); /* FUTEX_WAKE_PRIVATE */
	SET(clock_gettime, CLOCK_THREAD_CPUTIME_ID, bytes, 0, 0, 0, 0);
	SET(epoll_wait, epoll, bytes, 1, 1, 0, 0);
	SET(openat, AT_FDCWD, "/missing", O_RDONLY, 0, 0, 0);
	SET(ppoll, &polled, 1, &pause, 0, 8, 0);
	SET(getrandom, bytes, 16, 0, 0, 0, 0);
	return true;
}

static void level_find(void)
{
	unsigned a, b, c, d, low, high;
	torture_level = LEVEL_SSE;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return;
	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (low & 6) != 6)
		return;
	torture_level = (low & 0xe6) == 0xe6 && (b & bit_AVX512F) && (b & bit_AVX512BW) ? LEVEL_AVX512 : LEVEL_AVX;
}

static void processor_fill(const struct call *call, uint64_t flags)
{
	static const int argument_registers[] = {RDI, RSI, RDX, R10, R8, R9};
	for (int i = 0; i < REGISTER_COUNT; i++)
		torture_registers_in[i] = 0x0123456789abcdefull * (i + 3);
	for (int i = 0; i < 6; i++)
		torture_registers_in[argument_registers[i]] = call->arguments[i];
	torture_registers_in[RAX] = call->number;
	torture_registers_in[RSP] = (uintptr_t)STACK_TOP;
	torture_flags_in = ALWAYS_FLAGS | flags;
	for (int i = 0; i < TORTURE_VECTORS; i++)
		for (int k = 0; k < TORTURE_VECTOR_BYTES; k++)
			torture_vectors_in[i][k] = (unsigned char)(i * 67 + k * 13 + 1);
	for (int i = 0; i < TORTURE_MASKS; i++)
		torture_masks_in[i] = 0xfedcba9876543210ull * (i + 1);
	for (size_t i = 0; i < sizeof stack; i++)
		stack[i] = (unsigned char)(i * 31 + 7);
	memset(torture_vectors_out, 0, sizeof torture_vectors_out);
	memset(torture_masks_out, 0, sizeof torture_masks_out);
}

/* A control word with another precision and rounding, six x87 registers in use, MXCSR with FTZ and round-down. */
static void legacy_fill(void)
{
	static unsigned char own[512] __attribute__((aligned(16)));
	const uint16_t control = 0x067f;
	const uint32_t vector_control = 0xbfa5;
	__asm__ volatile("fxsave64 %0" : "=m"(own));
	__asm__ volatile("fninit\n\tfldcw %1\n\tfldpi\n\tfldl2e\n\tfldln2\n\tfld1\n\tfldz\n\tfldlg2\n\tldmxcsr %2\n\t"
			 "fxsave64 %0"
			 : "=m"(torture_legacy_in)
			 : "m"(control), "m"(vector_control));
	__asm__ volatile("fxrstor64 %0" : : "m"(own));
}

/* Control, status and tag words; MXCSR; the eight x87 registers, ten bytes of each sixteen. */
static bool legacy_kept(void)
{
	bool kept = memcmp(torture_legacy_in, torture_legacy_out, 5) == 0 &&
		    memcmp(torture_legacy_in + 24, torture_legacy_out + 24, 4) == 0;
	for (int i = 0; i < 8; i++)
		kept &= memcmp(torture_legacy_in + 32 + 16 * i, torture_legacy_out + 32 + 16 * i, 10) == 0;
	return kept;
}

static bool vectors_kept(void)
{
	static const size_t bytes[] = {16, 32, 64};
	int count = torture_level == LEVEL_AVX512 ? 32 : 16;
	bool kept = true;
	for (int i = 0; i < count; i++)
		kept &= memcmp(torture_vectors_in[i], torture_vectors_out[i], bytes[torture_level]) == 0;
	return kept && (torture_level != LEVEL_AVX512 ||
			memcmp(torture_masks_in, torture_masks_out, sizeof torture_masks_in) == 0);
}

static bool stack_kept(void)
{
	for (const unsigned char *at = STACK_TOP - RED_ZONE; at < stack + sizeof stack; at++)
		if (*at != (unsigned char)((at - stack) * 31 + 7))
			return false;
	return true;
}

static const char *result_name(uint64_t result)
{
	const char *name = (int64_t)result < 0 && (int64_t)result > -4096 ? strerrorname_np(-(int64_t)result) : NULL;
	return name ? name : "ok";
}

static void call_make(const struct call *call, const void *site, uint64_t flags)
{
	processor_fill(call, flags);
	torture_site = site;
	torture_enter();
}

/* Writes what the call changed that it must not, into text; returns whether that is nothing. */
static bool processor_kept(const void *after, uint64_t flags, char text[256])
{
	const uint64_t all = STATUS_FLAGS | DIRECTION_FLAG;
	const struct {
		const char *what;
		bool kept;
	} others[] = {
		{"rcx", torture_registers_out[RCX] == (uintptr_t)after}, /* where it returns to */
		{"r11", (torture_registers_out[R11] & all) == flags},    /* the flags */
		{"flags", (torture_flags_out & all) == flags},
		{"vectors", vectors_kept()},
		{"x87", legacy_kept()},
		{"stack", stack_kept()},
	};
	size_t used = 0;
	text[0] = '\0';
	for (int i = 0; i < REGISTER_COUNT; i++)
		if (i != RAX && i != RCX && i != R11 && torture_registers_in[i] != torture_registers_out[i])
			used += sprintf(text + used, ", %s CHANGED", register_names[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (!others[i].kept)
			used += sprintf(text + used, ", %s WRONG", others[i].what);
	return used == 0;
}

static void torture_one(const struct call *call, const char *kind, const void *site, const void *after, uint64_t flags)
{
	char changed[256];
	call_make(call, site, flags);
	bool kept = processor_kept(after, flags, changed);
	printf("%s, %s, flags %#x: %s%s\n", call->name, kind, (unsigned)flags, result_name(torture_registers_out[RAX]),
	       kept ? ", everything kept" : changed);
	fflush(stdout);
}

/* Writes `mov $number,%eax; syscall; jmp *where` into memory; returns what follows the syscall. */
static unsigned char *site_generate(unsigned char *code, long number)
{
	const void *where = (const void *)torture_back;
	const uint32_t immediate = (uint32_t)number;
	*code++ = 0xb8;
	memcpy(code, &immediate, 4), code += 4;
	memcpy(code, "\x0f\x05", 2), code += 2;
	memcpy(code, "\xff\x25\0\0\0\0", 6);
	memcpy(code + 6, &where, 8);
	return code;
}

static const uint64_t flags[] = {0, STATUS_FLAGS | DIRECTION_FLAG};

/* These end or stop the program, return twice, disturb the machine, or (335, 336) are for the kernel's own code. */
static bool is_unsafe(long number)
{
	static const short unsafe[] = {SYS_rt_sigreturn, SYS_pause, SYS_fork, SYS_vfork,      SYS_exit,
				       SYS_sync,         335,       336,      SYS_exit_group, SYS_vhangup};
	for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
		if (unsafe[i] == number)
			return true;
	return false;
}

/* Every number, with -1 for all arguments: what a call refuses, or what does no harm. */
static void torture_numbers(unsigned char *code)
{
	char changed[256];
	int made = 0;
	for (long number = 0; number < TORTURE_NUMBERS; number++) {
		struct call call = {.number = number};
		memset(call.arguments, 0xff, sizeof call.arguments);
		if (number == SYS_msgget) /* -1 would make a queue */
			call.arguments[1] = 0;
		if (is_unsafe(number))
			continue;
		const char *site = torture_sites + TORTURE_SITE_BYTES * number;
		const void *generated_after = site_generate(code, number);
		for (int k = 0; k < 2; k++) {
			call_make(&call, site, flags[k]);
			if (!processor_kept(site + TORTURE_SITE_CALL_BYTES, flags[k], changed))
				printf("%ld, patchable, flags %#x%s\n", number, (unsigned)flags[k], changed);
			call_make(&call, code, flags[k]);
			if (!processor_kept(generated_after, flags[k], changed))
				printf("%ld, generated, flags %#x%s\n", number, (unsigned)flags[k], changed);
			made += 2;
		}
		code += TORTURE_GENERATED_BYTES;
	}
	printf("calls with refused arguments: %d\n", made);
}

int main(void)
{
	unsigned char *code = mmap(NULL, 4096 * CALL_COUNT + TORTURE_GENERATED_BYTES * TORTURE_NUMBERS,
				   PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code == MAP_FAILED || !arguments_prepare()) {
		printf("cannot prepare: %s\n", strerror(errno));
		return 1;
	}
	level_find();
	legacy_fill();
	torture_numbers(code + 4096 * CALL_COUNT);
	for (int i = 0; i < CALL_COUNT; i++) {
		unsigned char *page = code + 4096 * i;
		unsigned char *page_after = site_generate(page, calls[i].number);
		for (int k = 0; k < 2; k++) {
			torture_one(&calls[i], "patchable", calls[i].site, calls[i].site_end, flags[k]);
			torture_one(&calls[i], "bare", torture_site_bare, torture_site_bare_end, flags[k]);
			torture_one(&calls[i], "generated", page, page_after, flags[k]);
		}
	}
	return 0;
}
