/* First stage of a guest: its executable and its command line, judged before anything is changed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "abi/boot.h"
#include "abi/solo5_elf.h"
#include "abi/solo5_spt.h"
#include "arch.h"
#include "tender/elf/source.h"
#include "tender/host/host.h"
#include "tender/manifest/manifest.h"
#include "tender/spt/guest.h"

/* Guest memory must end below the tender itself: see the link address in tender.lds. */
#define MEM_BYTES_MAX 0x3f00000000ull

/*
 * Opens a file on a descriptor above the standard ones. Where a standard one was closed, it becomes /dev/null: no
 * device may ever be taken for the console.
 */
static long open_above_stdio(const char *path)
{
	long fd = host_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	long above;
	long null;

	if (fd < 0 || fd > 2)
		return fd;
	above = host_fcntl((int)fd, F_DUPFD_CLOEXEC, 3);
	host_close((int)fd);
	do {
		null = host_openat(AT_FDCWD, "/dev/null", O_RDWR);
	} while (null >= 0 && null < 2);
	if (null > 2)
		host_close((int)null);
	return null < 0 ? null : above;
}

static int abi_check(const struct abi1_info *abi, size_t size, const char *name, struct error *error)
{
	if (size < sizeof(*abi))
		return error_set(error, "%s: No Solo5 ABI information found in executable", name);
	if (abi->abi_target != SPT_ABI_TARGET)
		return error_set(error, "%s: Executable is not for the solo5-spt target", name);
	if (abi->abi_version < SPT_ABI_VERSION_OLDEST || abi->abi_version > SPT_ABI_VERSION)
		return error_set(error, "%s: Executable requests unsupported ABI version %u", name, abi->abi_version);
	return 0;
}

static int declared_check(struct guest *guest, size_t size, const char *name, struct error *error)
{
	if (size == 0)
		return error_set(error, "%s: No Solo5 manifest found in executable", name);
	if (!manifest_check(&guest->mft, size))
		return error_set(error, "%s: Solo5 manifest is invalid", name);
	guest->mft_bytes = (uint32_t)size;
	return 0;
}

/* Whether our bindings built the guest; *stack_bytes is what its note asks for, 0 for the default. */
static int kind_check(struct guest *guest, const struct tend_note_payload *note, size_t size, uint64_t *stack_bytes,
		      const char *name, struct error *error)
{
	guest->kind = size ? HOSTCALL_GUEST_TEND : HOSTCALL_GUEST_SOLO5;
	if (size == 0)
		return 0;
	if (size < sizeof(*note))
		return error_set(error, "%s: Executable has a Tend note that is too short", name);
	if (note->version != TEND_NOTE_VERSION)
		return error_set(error, "%s: Executable has a Tend note of version %u, this tender knows %u", name,
				 note->version, TEND_NOTE_VERSION);
	memcpy(stack_bytes, note->stack_bytes, sizeof(*stack_bytes));
	return 0;
}

/* What the executable says of itself: ABI, manifest, who built it. */
static int notes_check(const struct elf_source *source, struct guest *guest, uint64_t *stack_bytes, struct error *error)
{
	union {
		struct abi1_info info;
		uint8_t bytes[ABI1_NOTE_MAX_SIZE];
	} abi = {0};
	struct tend_note_payload tend = {0};
	struct elf_note_request notes[] = {
		{.kind = &elf_note_abi1, .out = &abi},
		{.kind = &elf_note_mft1, .out = &guest->mft},
		{.kind = &elf_note_tend, .out = &tend},
	};

	if (elf_notes_read(source, &guest->image, notes, 3, error) < 0)
		return -1;
	if (abi_check(&abi.info, notes[0].bytes, source->name, error) < 0 ||
	    declared_check(guest, notes[1].bytes, source->name, error) < 0)
		return -1;
	return kind_check(guest, &tend, notes[2].bytes, stack_bytes, source->name, error);
}

/* Room for the stack and the guard page beneath it, above the image. */
static int stack_place(struct guest *guest, uint64_t stack_bytes, struct error *error)
{
	uint64_t mem_bytes = guest->options.mem_bytes;
	uint64_t bottom;

	if (stack_bytes == 0)
		stack_bytes = mem_bytes / 4 < TEND_STACK_DEFAULT_MAX ? mem_bytes / 4 : TEND_STACK_DEFAULT_MAX;
	if (stack_bytes < TEND_STACK_MIN)
		stack_bytes = TEND_STACK_MIN;
	bottom = stack_bytes < mem_bytes ? (mem_bytes - stack_bytes) & ~(uint64_t)(SPT_PAGE_SIZE - 1) : 0;
	if (bottom < guest->plan.kernel_end + SPT_PAGE_SIZE || bottom - SPT_PAGE_SIZE < guest->plan.image_end)
		return error_set(
			error, "%s: %lu MiB of guest memory leave no room for a stack of %lu KiB, give more with --mem",
			guest->options.kernel, (unsigned long)(mem_bytes >> 20), (unsigned long)(stack_bytes >> 10));
	guest->stack_bottom = bottom;
	return 0;
}

static int command_line_check(const struct options *options, struct error *error)
{
	size_t length = 0;

	for (int i = 0; i < options->arg_count; i++) {
		for (const char *c = options->args[i]; *c && length < SPT_CMDLINE_SIZE; c++)
			length++;
		length++;
	}
	if (length > SPT_CMDLINE_SIZE)
		return error_set(error, "Guest command line too long (max=%u characters)", SPT_CMDLINE_SIZE - 1);
	return 0;
}

int guest_decode(struct guest *guest, int argc, char *const *argv, int kernel_index, struct error *error)
{
	const char *name = argv[kernel_index];
	long fd = open_above_stdio(name);
	struct elf_source source;
	uint64_t stack_bytes = 0;

	if (fd < 0)
		return error_set(error, "%s: Could not open: %s", name, error_name(-fd));
	guest->kernel_fd = (int)fd;
	source = elf_source_file(name, guest->kernel_fd, &guest->window);
	if (elf_image_read(&source, ARCH_ELF_MACHINE, &guest->image, error) < 0 ||
	    notes_check(&source, guest, &stack_bytes, error) < 0)
		return -1;
	if (options_parse(argc, argv, &guest->mft, &guest->options, error) < 0 ||
	    command_line_check(&guest->options, error) < 0)
		return -1;
	if (guest->options.mem_bytes > MEM_BYTES_MAX)
		return error_set(error, "--mem=%lu is more than this tender can map, %lu MiB",
				 (unsigned long)(guest->options.mem_bytes >> 20), (unsigned long)(MEM_BYTES_MAX >> 20));
	if (elf_plan_make(&guest->image, &source, guest->options.mem_bytes, &guest->plan, error) < 0)
		return -1;
	return guest->kind == HOSTCALL_GUEST_TEND ? stack_place(guest, stack_bytes, error) : 0;
}
