/* Core files of guests: registers and memory, for gdb. */
#include <elf.h>
#include <fcntl.h>
#include <string.h>

#include "arch.h"
#include "freestanding/format.h"
#include "tender/host/host.h"
#include "tender/hvt/debug/debugger.h"
#include "tender/hvt/debug/registers.h"
#include "tender/solo5/tender.h"

#define PAGE_BYTES 4096u
#define PATH_BYTES 4096
#define NAME "CORE"

/* struct elf_prstatus of a 64-bit machine, without what gdb does not read. */
struct core_status {
	uint32_t info[3];
	uint16_t signal;
	uint16_t pad0;
	uint64_t signals[2];
	uint32_t ids[4];
	uint64_t times[8];
	uint8_t registers[DEBUG_CORE_REGISTERS_MAX];
	uint32_t has_fp;
	uint32_t pad1;
};

_Static_assert(offsetof(struct core_status, registers) == 112, "layout of elf_prstatus");

struct __attribute__((packed, aligned(8))) core_head {
	Elf64_Ehdr elf;
	Elf64_Phdr note;
	Elf64_Phdr load;
	uint8_t pad[4]; /* before the note, not inside of it */
	Elf64_Nhdr note_head;
	char note_name[8];
	struct core_status status;
};

static void head_fill(struct core_head *head, const struct machine *machine, size_t registers_bytes)
{
	const struct memory *memory = &machine->context.memory;
	size_t status_bytes = offsetof(struct core_status, registers) + registers_bytes + 2 * sizeof(uint32_t);

	memcpy(head->elf.e_ident, ELFMAG, SELFMAG);
	head->elf.e_ident[EI_CLASS] = ELFCLASS64;
	head->elf.e_ident[EI_DATA] = ELFDATA2LSB;
	head->elf.e_ident[EI_VERSION] = EV_CURRENT;
	head->elf.e_type = ET_CORE;
	head->elf.e_machine = ARCH_ELF_MACHINE;
	head->elf.e_version = EV_CURRENT;
	head->elf.e_phoff = offsetof(struct core_head, note);
	head->elf.e_ehsize = sizeof(head->elf);
	head->elf.e_phentsize = sizeof(head->note);
	head->elf.e_phnum = 2;
	head->note = (Elf64_Phdr){
		.p_type = PT_NOTE,
		.p_offset = offsetof(struct core_head, note_head),
		.p_filesz = sizeof(head->note_head) + sizeof(head->note_name) + status_bytes,
	};
	head->load = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W | PF_X,
		.p_offset = PAGE_BYTES,
		.p_filesz = memory->bytes,
		.p_memsz = memory->bytes,
		.p_align = PAGE_BYTES,
	};
	head->note_head = (Elf64_Nhdr){
		.n_namesz = sizeof(NAME),
		.n_descsz = (Elf64_Word)status_bytes,
		.n_type = NT_PRSTATUS,
	};
	memcpy(head->note_name, NAME, sizeof(NAME));
}

static bool is_zero(const uint8_t *page)
{
	for (unsigned i = 0; i < PAGE_BYTES; i += 8) {
		uint64_t word;

		memcpy(&word, page + i, sizeof(word));
		if (word)
			return false;
	}
	return true;
}

/* Pages of zeroes stay holes in the file. */
static long memory_write(int fd, const struct memory *memory)
{
	long result = host_ftruncate(fd, PAGE_BYTES + memory->bytes);

	for (uint64_t at = 0; at < memory->bytes && result >= 0; at += PAGE_BYTES) {
		if (!is_zero(memory->base + at))
			result = host_pwrite(fd, memory->base + at, PAGE_BYTES, PAGE_BYTES + at);
	}
	return result;
}

__attribute__((format(printf, 3, 4))) static void text_make(char *out, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_text(out, size, format, args);
	va_end(args);
}

void core_write(const struct machine *machine, const char *folder, const char *program)
{
	static struct core_head head;
	static char path[PATH_BYTES];
	const struct memory *memory = &machine->context.memory;
	const void *cookie = NULL;
	size_t length = strlen(folder);
	long result;

	if (machine->context.cookie)
		cookie = memory_readable(memory, gpa(machine->context.cookie), HVT_COOKIE_BYTES);
	head_fill(&head, machine, debug_core_registers(machine, cookie, head.status.registers));
	if (length > sizeof(path) - 64)
		length = sizeof(path) - 64;
	text_make(path, sizeof(path), "%.*s/core.solo5-hvt.%d", (int)length, folder, (int)host_getpid());
	result = host_create(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (result >= 0) {
		int fd = (int)result;

		result = host_pwrite(fd, &head, sizeof(head), 0);
		if (result >= 0)
			result = memory_write(fd, memory);
		host_close(fd);
	}
	if (result < 0)
		tender_say("%s: Could not write %s: %s\n", program, path, error_name(-result));
	else
		tender_say("%s: Core written to %s\n", program, path);
}
