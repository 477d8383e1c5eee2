/* Code on trial: see trial.h. Signals set the registers, stop the code and end it. */
#define _GNU_SOURCE

#include "tests/unit/trial.h"

#include <asm/prctl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/entry.h"
#include "tests/unit/unit.h"

#define SCRATCH_BYTES (1u << 16)
#define SIGNAL_STACK_BYTES (1u << 18)
#define INT3 0xcc
#define STATUS_FLAGS 0xcd5 /* carry, parity, adjust, zero, sign, direction, overflow */
#define START_FLAGS 0x81   /* carry and sign */
#define RESULT 0x123456789abcdef0

static struct {
	gregset_t origin; /* where the trial was begun and ends */
	uint64_t start;
	uint64_t resume;
	struct trial *trial;
} run;

/* An int3 that stubs enter the library kernel at. */
static uint8_t *entry;
static uint64_t gs_block[8];
static uint8_t scratch[SCRATCH_BYTES];

static uint64_t memory_sum(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SCRATCH_BYTES; i++)
		sum = sum * 31 + scratch[i];
	return sum;
}

/* Registers all point into the scratch memory, at different places, so that what is moved may use them as addresses. */
static void on_start(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signal, (void)info;
	memcpy(run.origin, registers, sizeof(run.origin));
	for (int i = REG_R8; i <= REG_RCX; i++)
		registers[i] = (greg_t)(uintptr_t)(scratch + 4096 + i * 1024);
	registers[REG_RSP] = (greg_t)(uintptr_t)(scratch + SCRATCH_BYTES / 2);
	/* All of them: what the caller's last instruction left differs between two runs. */
	registers[REG_EFL] = (registers[REG_EFL] & ~STATUS_FLAGS) | START_FLAGS;
	registers[REG_RIP] = (greg_t)run.start;
}

static void stop_record(struct stop *stop, int signal, const greg_t *registers)
{
	stop->signal = signal;
	memcpy(stop->registers, registers, sizeof(stop->registers));
	stop->registers[REG_EFL] &= STATUS_FLAGS;
	stop->memory = memory_sum();
}

static void on_stop(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	bool is_call = !run.trial->call.signal;

	(void)info;
	stop_record(is_call ? &run.trial->call : &run.trial->end, signal, registers);
	if (!is_call || signal != SIGTRAP) {
		memcpy(registers, run.origin, sizeof(run.origin));
		return;
	}
	/* The call is made: RAX has the result, RCX and R11 are the hardware's. */
	registers[REG_RIP] = run.resume ? (greg_t)run.resume : registers[REG_RCX];
	registers[REG_RAX] = (greg_t)RESULT;
	registers[REG_RCX] = registers[REG_R11] = 0;
}

void trial_prepare(void)
{
	struct sigaction start = {.sa_sigaction = on_start, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction stop = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	static char stack_bytes[SIGNAL_STACK_BYTES];
	stack_t stack = {.ss_sp = stack_bytes, .ss_size = SIGNAL_STACK_BYTES};
	const int stops[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE};

	entry = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*entry = INT3;
	gs_block[ENTRY_GS_OFFSET / 8] = (uint64_t)(uintptr_t)entry;
	assert_int_equal(sigaltstack(&stack, NULL), 0);
	assert_int_equal(sigaction(SIGUSR1, &start, NULL), 0);
	for (size_t i = 0; i < ARRAY_COUNT(stops); i++)
		assert_int_equal(sigaction(stops[i], &stop, NULL), 0);
	assert_int_equal(syscall(SYS_arch_prctl, ARCH_SET_GS, gs_block), 0);
}

uint64_t trial_entry(void)
{
	return (uint64_t)(uintptr_t)entry + 1;
}

void trial_run(uint64_t start, uint64_t resume, struct trial *trial)
{
	for (size_t i = 0; i < SCRATCH_BYTES; i++)
		scratch[i] = (uint8_t)(i * 7 + i / 256);
	*trial = (struct trial){0};
	run.trial = trial;
	run.start = start;
	run.resume = resume;
	syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
}
