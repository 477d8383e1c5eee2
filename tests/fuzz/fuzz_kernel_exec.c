/*
 * Fuzz target: the bytes are a file that is executed, as far as that is judged before the old program is given up: an
 * ELF file with its interpreter's name, or a script. Kernel headers, so no libc's.
 */
#include <linux/fcntl.h>

#include "kernel/fs/tmpfs.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/task/elf.h"
#include "kernel/task/exec.h"
#include "kernel/vfs/namei.h"
#include "tests/kernel/fake_process.h"
#include "tests/kernel/trees.h"

#define NUMBER_WRITE 1
#define NUMBER_OPEN 2
#define NUMBER_CLOSE 3
#define PROGRAM "/program"
/* The table of names grows, and stays so; what is lost each time adds up to more. */
#define TABLES_BYTES_MAX (256u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long call(long number, long a, long b, long c)
{
	return fake_process_call(number, (const long[6]){a, b, c});
}

static void program_write(const uint8_t *data, size_t size)
{
	long fd = call(NUMBER_OPEN, (long)PROGRAM, O_CREAT | O_TRUNC | O_WRONLY, 0700);

	bug_on(fd < 0);
	bug_on(call(NUMBER_WRITE, fd, (long)data, (long)size) != (long)size);
	call(NUMBER_CLOSE, fd, 0, 0);
}

/* What elf_map relies on. */
static void elf_check(const struct elf *elf)
{
	bug_on(elf->header.e_phnum == 0 || elf->header.e_phnum > ELF_HEADERS_MAX);
	bug_on(elf->start >= elf->end || elf->end > INT64_MAX);
	for (unsigned i = 0; i < elf->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];

		if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
			continue;
		bug_on(segment->p_vaddr < elf->start || segment->p_vaddr + segment->p_memsz > elf->end);
		bug_on(segment->p_filesz > segment->p_memsz || (segment->p_vaddr - segment->p_offset) % 4096);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exec exec = {0};
	static size_t first;

	fake_process_begin();
	program_write(data, size);
	trees_forget();
	if (!first)
		first = heap_used();
	if (strings_add(&exec.arguments, PROGRAM) == 0 && exec_prepare(&exec, AT_FDCWD, PROGRAM, WALK_FOLLOW) == 0) {
		elf_check(exec.elf);
		exec_cancel(&exec);
	}
	trees_forget();
	bug_on(heap_used() > first + TABLES_BYTES_MAX);
	fake_process_end();
	return 0;
}
