/* The stub's own little library, and its signal handler. */
#include "tests/kernel-stub/stub.h"

#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/unistd.h>

struct stub_signals stub_signals;
int print_fd = 1;

/* struct ucontext of the host kernel */
struct context {
	uint64_t flags;
	uint64_t link;
	uint64_t stack[3];
	struct sigcontext registers;
	uint64_t mask;
};

void print(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	STUB_CALL(__NR_write, print_fd, text, length, 0, 0, 0);
}

void print_number(uint64_t number)
{
	char digits[21];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	print(digits + at);
}

bool text_equal(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

void stub_exit(int status)
{
	for (;;)
		STUB_CALL(__NR_exit_group, status, 0, 0, 0, 0, 0);
}

void stub_signal(int signal, void *info, struct context *context);

/* A trapped call answers 4711; a fault in stub_touch makes that return false; any other fault ends the guest. */
void stub_signal(int signal, void *info, struct context *context)
{
	(void)info;
	stub_signals.count[signal]++;
	stub_signals.stack = (uint64_t)(uintptr_t)&signal;
	stub_signals.mask = context->mask;
	if (signal == SIGSYS) {
		context->registers.rax = 4711;
		/* The way back lets kicks through. */
		context->mask = 0;
	} else if (context->registers.rip == (uint64_t)(uintptr_t)stub_touch_fault) {
		context->registers.rip = (uint64_t)(uintptr_t)stub_touch_failed;
	} else if (signal != KERNEL_KICK_SIGNAL) {
		stub_exit(128 + signal);
	}
}

void stub_main(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers);

void stub_main(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers)
{
	mode_run(boot, role, registers);
}
