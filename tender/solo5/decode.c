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
#include "tender/solo5/unikernel.h"

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

static int abi_check(const struct unikernel_target *target, const struct abi1_info *abi, size_t size, const char *name,
		     struct error *error)
{
	if (size < sizeof(*abi))
		return error_set(error, "%s: No Solo5 ABI information found in executable", name);
	if (abi->abi_target != target->abi_target)
		return error_set(error, "%s: Executable is not for the %s target", name, target->name);
	if (abi->abi_version < target->version_oldest || abi->abi_version > target->version)
		return error_set(error, "%s: Executable requests unsupported ABI version %u", name, abi->abi_version);
	return 0;
}

static int declared_check(struct unikernel *unikernel, size_t size, const char *name, struct error *error)
{
	if (size == 0)
		return error_set(error, "%s: No Solo5 manifest found in executable", name);
	if (!manifest_check(&unikernel->mft, size))
		return error_set(error, "%s: Solo5 manifest is invalid", name);
	unikernel->mft_bytes = (uint32_t)size;
	return 0;
}

/* Whether our bindings built the guest, and the stack that it asks for. */
static int kind_check(struct unikernel *unikernel, const struct tend_note_payload *note, size_t size, const char *name,
		      struct error *error)
{
	unikernel->stack_bytes = 0;
	unikernel->kind = size ? HOSTCALL_GUEST_TEND : HOSTCALL_GUEST_SOLO5;
	if (size == 0)
		return 0;
	if (size < sizeof(*note))
		return error_set(error, "%s: Executable has a Tend note that is too short", name);
	if (note->version != TEND_NOTE_VERSION)
		return error_set(error, "%s: Executable has a Tend note of version %u, this tender knows %u", name,
				 note->version, TEND_NOTE_VERSION);
	memcpy(&unikernel->stack_bytes, note->stack_bytes, sizeof(unikernel->stack_bytes));
	return 0;
}

/* What the executable says of itself: ABI, manifest, who built it. */
static int notes_check(const struct elf_source *source, struct unikernel *unikernel,
		       const struct unikernel_target *target, struct error *error)
{
	union {
		struct abi1_info info;
		uint8_t bytes[ABI1_NOTE_MAX_SIZE];
	} abi = {0};
	struct tend_note_payload tend = {0};
	struct elf_note_request notes[] = {
		{.kind = &elf_note_abi1, .out = &abi},
		{.kind = &elf_note_mft1, .out = &unikernel->mft},
		{.kind = &elf_note_tend, .out = &tend},
	};

	if (elf_notes_read(source, &unikernel->image, notes, 3, error) < 0)
		return -1;
	if (abi_check(target, &abi.info, notes[0].bytes, source->name, error) < 0 ||
	    declared_check(unikernel, notes[1].bytes, source->name, error) < 0)
		return -1;
	return kind_check(unikernel, &tend, notes[2].bytes, source->name, error);
}

uint64_t unikernel_stack_bottom(const struct unikernel *unikernel, uint64_t mem_bytes, struct error *error)
{
	uint64_t stack_bytes = unikernel->stack_bytes;
	uint64_t bottom;

	if (stack_bytes == 0)
		stack_bytes = mem_bytes / 4 < TEND_STACK_DEFAULT_MAX ? mem_bytes / 4 : TEND_STACK_DEFAULT_MAX;
	if (stack_bytes < TEND_STACK_MIN)
		stack_bytes = TEND_STACK_MIN;
	bottom = stack_bytes < mem_bytes ? (mem_bytes - stack_bytes) & ~(uint64_t)(SPT_PAGE_SIZE - 1) : 0;
	if (bottom >= unikernel->plan.kernel_end + SPT_PAGE_SIZE && bottom - SPT_PAGE_SIZE >= unikernel->plan.image_end)
		return bottom;
	error_set(error, "%s: %lu MiB of guest memory leave no room for a stack of %lu KiB, give more with --mem",
		  unikernel->options.kernel, (unsigned long)(mem_bytes >> 20), (unsigned long)(stack_bytes >> 10));
	return 0;
}

static int command_line_check(const struct options *options, struct error *error)
{
	size_t length = 0;

	for (int i = 0; i < options->arg_count; i++) {
		for (const char *c = options->args[i]; *c && length < SOLO5_CMDLINE_SIZE; c++)
			length++;
		length++;
	}
	if (length > SOLO5_CMDLINE_SIZE)
		return error_set(error, "Guest command line too long (max=%u characters)", SOLO5_CMDLINE_SIZE - 1);
	return 0;
}

int unikernel_decode(struct unikernel *unikernel, const struct unikernel_target *target, int argc, char *const *argv,
		     int kernel_index, struct error *error)
{
	const char *name = argv[kernel_index];
	long fd = open_above_stdio(name);
	struct elf_source source;

	if (fd < 0)
		return error_set(error, "%s: Could not open: %s", name, error_name(-fd));
	unikernel->kernel_fd = (int)fd;
	source = elf_source_file(name, unikernel->kernel_fd, &unikernel->window);
	if (elf_image_read(&source, ARCH_ELF_MACHINE, &unikernel->image, error) < 0 ||
	    notes_check(&source, unikernel, target, error) < 0)
		return -1;
	if (options_parse(argc, argv, &unikernel->mft, &unikernel->options, error) < 0)
		return -1;
	return command_line_check(&unikernel->options, error);
}

struct elf_source unikernel_source(struct unikernel *unikernel)
{
	return elf_source_file(unikernel->options.kernel, unikernel->kernel_fd, &unikernel->window);
}

int unikernel_plan(struct unikernel *unikernel, uint64_t mem_bytes, struct error *error)
{
	struct elf_source source = unikernel_source(unikernel);

	return elf_plan_make(&unikernel->image, &source, mem_bytes, &unikernel->plan, error);
}
