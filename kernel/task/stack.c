/* The first stack of a program: see stack.h. */
#include "kernel/task/stack.h"

#include <linux/auxvec.h>
#include <linux/errno.h>
#include <linux/mman.h>

#include "arch.h"
#include "kernel/host/boot.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/task/distance.h"
#include "kernel/task/process.h"
#include "kernel/task/words.h"

#define STACK_BYTES_MIN (128ull << 10)
#define STACK_BYTES_MAX (1ull << 30)
#define STACK_SHARE 4 /* of RLIMIT_AS */
#define STACK_ALIGN 16
/* Random distances are below: of the stack, of the first word in it, of programs. */
#define STACK_RANDOM (1ull << 34)
#define WORDS_RANDOM 8192
#define ROOMY_RANDOM (1ull << 30)
#define PROGRAM_RANDOM (1ull << 40)
#define TOP_GAP (1ull << 20)
#define CLOCK_TICKS 100
#define RANDOM_BYTES 16
#define PLATFORM "x86_64"
#define AUXILIARY_MAX 24

struct auxiliary {
	uint64_t pairs[AUXILIARY_MAX][2];
	unsigned count;
};

/* The whole stack counts as memory from the beginning: where that is limited, something has to be left for others. */
static uint64_t stack_limit(void)
{
	uint64_t memory = process_limit(RLIMIT_AS) / STACK_SHARE;

	return memory < process_limit(RLIMIT_STACK) ? memory : process_limit(RLIMIT_STACK);
}

int stack_map(struct address_space *space, bool executable)
{
	const struct kernel_boot *boot = kernel_boot();
	uint64_t bytes = PAGE_ROUND_DOWN(stack_limit());
	uint64_t end = boot->user_base + boot->user_bytes - PAGE_BYTES - distance_choose(STACK_RANDOM, PAGE_BYTES);
	unsigned protection = PROT_READ | PROT_WRITE | (executable ? PROT_EXEC : 0u);
	long start;

	if (bytes < STACK_BYTES_MIN)
		bytes = STACK_BYTES_MIN;
	if (bytes > STACK_BYTES_MAX)
		bytes = STACK_BYTES_MAX;
	start = mm_map_labelled(end - bytes, bytes, protection,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE | MAP_STACK | MAP_GROWSDOWN,
				"[stack]");
	if (start < 0)
		return (int)start;
	space->stack_end = end;
	space->mmap_top = end - bytes - TOP_GAP;
	space->roomy_top -= distance_choose(ROOMY_RANDOM, PAGE_BYTES);
	space->program_base = boot->user_base + PAGE_BYTES * 16 + distance_choose(PROGRAM_RANDOM, PAGE_BYTES);
	return 0;
}

static void auxiliary_add(struct auxiliary *vector, uint64_t type, uint64_t value)
{
	vector->pairs[vector->count][0] = type;
	vector->pairs[vector->count++][1] = value;
}

static void auxiliary_fill(struct auxiliary *vector, const struct stack_contents *contents, bool secure)
{
	const struct credentials *who = &process_current()->credentials;

	if (kernel_boot()->vdso)
		auxiliary_add(vector, AT_SYSINFO_EHDR, kernel_boot()->vdso);
	auxiliary_add(vector, AT_MINSIGSTKSZ, arch_signal_frame_bytes());
	auxiliary_add(vector, AT_HWCAP, arch_hwcap());
	auxiliary_add(vector, AT_PAGESZ, PAGE_BYTES);
	auxiliary_add(vector, AT_CLKTCK, CLOCK_TICKS);
	auxiliary_add(vector, AT_PHDR, contents->program->headers);
	auxiliary_add(vector, AT_PHENT, sizeof(Elf64_Phdr));
	auxiliary_add(vector, AT_PHNUM, contents->exec->elf->header.e_phnum);
	auxiliary_add(vector, AT_BASE,
		      contents->interpreter ? contents->interpreter->bias + contents->exec->interpreter_elf->start : 0);
	auxiliary_add(vector, AT_FLAGS, 0);
	auxiliary_add(vector, AT_ENTRY, contents->program->entry);
	auxiliary_add(vector, AT_UID, who->uid);
	auxiliary_add(vector, AT_EUID, who->euid);
	auxiliary_add(vector, AT_GID, who->gid);
	auxiliary_add(vector, AT_EGID, who->egid);
	auxiliary_add(vector, AT_SECURE, secure);
	auxiliary_add(vector, AT_HWCAP2, arch_hwcap2());
}

/* Puts bytes below *top. */
static int push(uint64_t *top, const void *bytes, size_t length)
{
	*top -= length;
	return copy_to_user(*top, bytes, length);
}

/* Pointers to `count` consecutive strings, the first of which is at `text` in the application. */
static uint64_t *pointers_fill(uint64_t *to, const struct strings *strings, uint64_t text)
{
	const char *at = strings->data;

	for (unsigned i = 0; i < strings->count; i++) {
		size_t bytes = strlen(at) + 1;

		*to++ = text;
		text += bytes;
		at += bytes;
	}
	*to++ = 0;
	return to;
}

static int words_keep(const struct exec *exec, const struct auxiliary *vector)
{
	struct program_words *words = words_new(&exec->arguments, &exec->environment, vector->pairs,
						vector->count * sizeof(vector->pairs[0]));

	if (!words)
		return -ENOMEM;
	words_set(process_current(), words);
	return 0;
}

/* Argument count, pointers and auxiliary vector, ending below `top`. */
static int words_push(const struct stack_contents *contents, const struct auxiliary *vector, uint64_t top,
		      uint64_t *stack_pointer)
{
	const struct process *process = process_current();
	const struct exec *exec = contents->exec;
	size_t auxiliary_bytes = vector->count * sizeof(vector->pairs[0]);
	size_t bytes = (1 + exec->arguments.count + 1 + exec->environment.count + 1) * sizeof(uint64_t) +
		       auxiliary_bytes;
	uint64_t *words = heap_alloc(bytes);
	uint64_t *at = words;
	int error;

	if (!words)
		return -ENOMEM;
	*at++ = exec->arguments.count;
	at = pointers_fill(at, &exec->arguments, process->arguments_start);
	at = pointers_fill(at, &exec->environment, process->environment_start);
	memcpy(at, vector->pairs, auxiliary_bytes);
	*stack_pointer = (top - bytes) & ~(uint64_t)(STACK_ALIGN - 1);
	error = copy_to_user(*stack_pointer, words, bytes);
	heap_free(words);
	return error;
}

int stack_fill(const struct stack_contents *contents, bool secure, uint64_t *stack_pointer)
{
	const struct exec *exec = contents->exec;
	struct process *process = process_current();
	struct auxiliary vector = {.count = 0};
	uint8_t random[RANDOM_BYTES];
	uint64_t top = process->space->stack_end - sizeof(uint64_t);
	int error;

	auxiliary_fill(&vector, contents, secure);
	error = push(&top, exec->name, strlen(exec->name) + 1);
	auxiliary_add(&vector, AT_EXECFN, top);
	process->environment_end = top;
	if (!error)
		error = push(&top, exec->environment.data, exec->environment.length);
	process->environment_start = process->arguments_end = top;
	if (!error)
		error = push(&top, exec->arguments.data, exec->arguments.length);
	process->arguments_start = top;
	if (!error)
		error = push(&top, PLATFORM, sizeof(PLATFORM));
	auxiliary_add(&vector, AT_PLATFORM, top);
	random_fill(random, sizeof(random));
	top -= distance_choose(WORDS_RANDOM, STACK_ALIGN);
	top &= ~(uint64_t)(STACK_ALIGN - 1);
	if (!error)
		error = push(&top, random, sizeof(random));
	auxiliary_add(&vector, AT_RANDOM, top);
	auxiliary_add(&vector, AT_NULL, 0);
	if (!error)
		error = words_keep(exec, &vector);
	if (!error)
		error = words_push(contents, &vector, top, stack_pointer);
	return error;
}
