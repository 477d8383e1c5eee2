/* 32-bit and other old ways into the host kernel: see legacy.h. */
#include "tests/isolation/guests/legacy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/isolation/guests/gate.h"

/* 32-bit code and its stack lie below 4 GiB. */
#define LOW_PAGE 0x20000000ul
#define LOW_STACK (LOW_PAGE + 0x3000)
#define VSYSCALL 0xffffffffff600000ul
/* getpid and write of the 32-bit table */
#define NUMBER_32_GETPID 20
/* SYSCALL of 64-bit code has this number for getppid: the library would answer it. */
#define REFUSED ((long)-ENOSYS)

static void expect(int holds, const char *what)
{
	if (holds)
		return;
	printf("reached: %s\n", what);
	exit(1);
}

static uint8_t *low_memory(void)
{
	uint8_t *page = mmap((void *)LOW_PAGE, 0x4000, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (page == MAP_FAILED)
		exit(97);
	return page;
}

static long run_64(const uint8_t *code, size_t bytes)
{
	const uint64_t arguments[6] = {0};

	memcpy(low_memory(), code, bytes);
	return gate_jump(LOW_PAGE, NUMBER_32_GETPID, arguments);
}

/*
 * Runs an instruction of two bytes in 32-bit code. Returns EAX as it leaves it, if it does.
 *   far return to 32-bit code:  instruction; far jump back to 64-bit code:  restores RSP, returns
 */
static long run_32(const uint8_t instruction[2])
{
	static const uint8_t enter[] = {
		0x49, 0x89, 0xe4,             /* mov %rsp, %r12 */
		0xbc, 0x00, 0x30, 0x00, 0x20, /* mov $LOW_STACK, %esp */
		0x6a, 0x23,                   /* push $0x23 */
		0x68, 0x40, 0x00, 0x00, 0x20, /* push $LOW_PAGE + 0x40 */
		0x48, 0xcb,                   /* lretq */
	};
	/* ljmp $0x33, $LOW_PAGE + 0x80 */
	static const uint8_t leave[] = {0xea, 0x80, 0x00, 0x00, 0x20, 0x33, 0x00};
	static const uint8_t back[] = {0x4c, 0x89, 0xe4, 0xc3}; /* mov %r12, %rsp; ret */
	const uint64_t arguments[6] = {0};
	uint8_t *page = low_memory();

	memcpy(page, enter, sizeof(enter));
	memcpy(page + 0x40, instruction, 2);
	memcpy(page + 0x42, leave, sizeof(leave));
	memcpy(page + 0x80, back, sizeof(back));
	return gate_jump(LOW_PAGE, NUMBER_32_GETPID, arguments);
}

void legacy_interrupt(void)
{
	static const uint8_t code[] = {0xcd, 0x80, 0xc3};

	expect(run_64(code, sizeof(code)) == REFUSED, "INT 0x80 in 64-bit code");
}

void legacy_interrupt_32(void)
{
	expect((int)run_32((const uint8_t[]){0xcd, 0x80}) == (int)REFUSED, "INT 0x80 in 32-bit code");
}

void legacy_sysenter(void)
{
	static const uint8_t code[] = {0x0f, 0x34, 0xc3};

	run_64(code, sizeof(code));
}

void legacy_sysenter_32(void)
{
	run_32((const uint8_t[]){0x0f, 0x34});
}

void legacy_syscall_32(void)
{
	run_32((const uint8_t[]){0x0f, 0x05});
}

void legacy_vsyscall(void)
{
	const uint64_t arguments[6] = {0};

	for (unsigned i = 0; i < 3; i++)
		gate_jump(VSYSCALL + i * 1024, 0, arguments);
}
