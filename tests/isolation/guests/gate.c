/* Ways out of the application: see gate.h. */
#include "tests/isolation/guests/gate.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/entry.h"

#define UNIT_BYTES (1ull << 32)
#define STATUS_NO_GATE 99

struct kernel_boot *gate_boot;
static uint64_t text_end;
static uint64_t gate;
static uint64_t foreign;

/* long gate_jump(uint64_t address, uint64_t number, const uint64_t arguments[6]) */
__asm__(".globl gate_jump\n"
	"gate_jump:\n"
	"	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n	push %r14\n	push %r15\n"
	"	mov %rsi, %rax\n"
	"	mov %rdi, %r11\n"
	"	mov %rdx, %rcx\n"
	"	mov (%rcx), %rdi\n	mov 8(%rcx), %rsi\n	mov 16(%rcx), %rdx\n"
	"	mov 24(%rcx), %r10\n	mov 32(%rcx), %r8\n	mov 40(%rcx), %r9\n"
	"	call *%r11\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbp\n	pop %rbx\n"
	"	ret\n");

static sigjmp_buf probe_failed;

static void probe_fault(int signal)
{
	(void)signal;
	siglongjmp(probe_failed, 1);
}

/* The first page behind the kernel's text and data: /proc/self/maps does not show them. */
static uint64_t text_end_find(uint64_t start)
{
	const struct sigaction probe = {.sa_handler = probe_fault};
	volatile uint64_t end = start;
	struct sigaction before;

	sigaction(SIGSEGV, &probe, &before);
	if (sigsetjmp(probe_failed, 1) == 0) {
		for (;; end += 4096)
			*(volatile const uint8_t *)(uintptr_t)end;
	}
	sigaction(SIGSEGV, &before, NULL);
	return end;
}

uint64_t gate_gadget(const uint8_t *bytes, unsigned count)
{
	uint64_t start = gate_boot->kernel_base;

	for (uint64_t at = start; at + count <= text_end; at++) {
		if (memcmp((const void *)(uintptr_t)at, bytes, count) == 0)
			return at;
	}
	return 0;
}

static void foreign_make(void)
{
	static const uint8_t code[] = {0x0f, 0x05, 0xc3};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		exit(STATUS_NO_GATE);
	memcpy(page, code, sizeof(code));
	foreign = (uint64_t)(uintptr_t)page;
}

void gate_find(void)
{
	static const uint8_t syscall_return[] = {0x0f, 0x05, 0xc3};
	uint64_t entry, thread, slot;

	__asm__("movq %%gs:%c1, %0" : "=r"(entry) : "i"(ENTRY_GS_OFFSET));
	__asm__("movq %%gs:0, %0" : "=r"(thread));
	slot = entry & ~(UNIT_BYTES - 1);
	for (uint64_t arena = thread & ~(UNIT_BYTES - 1); arena; arena -= UNIT_BYTES) {
		gate_boot = (struct kernel_boot *)(uintptr_t)arena;
		if (gate_boot->magic == KERNEL_BOOT_MAGIC)
			break;
	}
	if (*(const uint64_t *)(uintptr_t)slot != KERNEL_HEADER_MAGIC)
		exit(STATUS_NO_GATE);
	text_end = text_end_find(slot);
	gate = gate_gadget(syscall_return, sizeof(syscall_return));
	if (!gate)
		exit(STATUS_NO_GATE);
	foreign_make();
}

long gate_call(uint64_t number, const uint64_t arguments[6])
{
	return gate_jump(gate, number, arguments);
}

long gate_foreign(uint64_t number, const uint64_t arguments[6])
{
	return gate_jump(foreign, number, arguments);
}

uint64_t gate_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull;
}
