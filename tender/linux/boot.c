/*
 * The boot structure: see boot.h. Its strings are one copy of the tender's whole command line, and behind it the few
 * that are not part of that.
 */
#include "tender/linux/boot.h"

#include <elf.h>
#include <linux/utsname.h>
#include <string.h>

#include "tender/host/host.h"

#define CPUS_MAX 8192

uint64_t boot_pointer_count(const struct linux_guest *guest)
{
	return (uint64_t)(guest->start->argc - guest->options.program) + guest->options.environment_count;
}

uint64_t boot_string_bytes(const struct linux_guest *guest)
{
	return start_arguments_bytes(guest->start) + strlen(guest->options.directory) +
	       strlen(guest->options.hostname) + 2 + sizeof(struct new_utsname);
}

/* The guest address of a string of the command line. */
static uint64_t argument_address(const struct linux_guest *guest, const char *text)
{
	return guest->layout.arena + guest->layout.strings + (uint64_t)(text - guest->start->argv[0]);
}

/* Appends a string at *next; returns its address. */
static uint64_t string_add(uint64_t *next, const char *text)
{
	uint64_t address = *next;
	size_t bytes = strlen(text) + 1;

	memcpy(guest_pointer(address), text, bytes);
	*next += bytes;
	return address;
}

static void strings_write(const struct linux_guest *guest, struct kernel_boot *boot)
{
	const struct start *start = guest->start;
	uint64_t *vector = guest_pointer(guest->layout.arena + guest->layout.vectors);
	struct new_utsname names = {0};
	uint64_t next = guest->layout.arena + guest->layout.strings;

	memcpy(guest_pointer(next), start->argv[0], start_arguments_bytes(start));
	next += start_arguments_bytes(start);
	boot->arguments = (uint64_t)(uintptr_t)vector;
	boot->argument_count = (uint32_t)(start->argc - guest->options.program);
	for (int i = guest->options.program; i < start->argc; i++)
		*vector++ = argument_address(guest, start->argv[i]);
	boot->environment = (uint64_t)(uintptr_t)vector;
	boot->environment_count = guest->options.environment_count;
	for (int i = 1; i < guest->options.program; i++) {
		const char *variable = linux_options_variable(start->argv[i]);

		if (variable)
			*vector++ = argument_address(guest, variable);
	}
	boot->directory = string_add(&next, guest->options.directory);
	boot->hostname = string_add(&next, guest->options.hostname);
	host_uname(&names);
	boot->host_release = string_add(&next, names.release);
}

static void mounts_write(const struct linux_guest *guest, struct kernel_boot *boot)
{
	boot->mount_count = guest->options.mount_count;
	boot->root_is_read_only = guest->options.is_read_only;
	for (unsigned i = 0; i < boot->mount_count; i++) {
		const struct linux_mount *mount = &guest->options.mounts[i];
		const struct linux_volume *volume = &guest->volumes[i];

		boot->mounts[i] = (struct kernel_mount){
			.path = argument_address(guest, mount->path),
			.base = volume->place,
			.bytes = mount->kind == KERNEL_MOUNT_TMPFS ? mount->bytes : volume->bytes,
			.fd = volume->fd,
			.kind = mount->kind,
			.mode = mount->mode,
		};
	}
}

static uint32_t cpu_count(void)
{
	uint64_t cpus[CPUS_MAX / 64];
	long bytes = host_sched_getaffinity(cpus, sizeof(cpus));
	uint32_t count = 0;

	for (long i = 0; i < bytes / (long)sizeof(cpus[0]); i++) {
		for (uint64_t left = cpus[i]; left; left &= left - 1)
			count++;
	}
	return count ? count : 1;
}

/* From the vDSO's ELF header to the end of its last page. It is the host kernel's own: nothing to mistrust. */
static uint64_t vdso_bytes(uint64_t vdso)
{
	const Elf64_Ehdr *header = guest_pointer(vdso);
	const Elf64_Phdr *phdrs = guest_pointer(vdso + header->e_phoff);
	uint64_t end = header->e_shoff + (uint64_t)header->e_shnum * header->e_shentsize;

	for (unsigned i = 0; i < header->e_phnum; i++) {
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_vaddr + phdrs[i].p_memsz > end)
			end = phdrs[i].p_vaddr + phdrs[i].p_memsz;
	}
	return linux_page_up(end);
}

static void addresses_write(const struct linux_guest *guest, struct kernel_boot *boot)
{
	const struct layout *layout = &guest->layout;

	boot->kernel_base = layout->slot;
	boot->arena_base = layout->arena;
	boot->arena_bytes = layout->arena_bytes;
	boot->heap = layout->arena + layout->heap;
	boot->user_base = layout->user;
	boot->user_bytes = layout->user_bytes;
	boot->low_start = LAYOUT_LOW_START;
	boot->low_end = LAYOUT_LOW_END;
	boot->image_base = layout->image;
	boot->image_bytes = guest->image_bytes;
	boot->vdso = guest->start->vdso;
	boot->vdso_bytes = boot->vdso ? vdso_bytes(boot->vdso) : 0;
	boot->statistics = layout->arena + layout->statistics;
	for (unsigned role = 0; role < 2; role++) {
		boot->signal_stacks[role] = layout->arena + layout->signal_stacks[role];
		boot->stack_tops[role] = layout->arena + layout->stacks[role];
	}
}

int boot_write(struct linux_guest *guest, struct error *error)
{
	struct kernel_boot *boot = guest_pointer(guest->layout.arena);
	long result;

	boot->magic = KERNEL_BOOT_MAGIC;
	boot->bytes = sizeof(*boot);
	addresses_write(guest, boot);
	boot->mem_bytes = guest->options.mem_bytes;
	boot->image_fd = guest->image_fd;
	boot->arena_fd = guest->arena_fd;
	boot->wake_fd = guest->wake_fd;
	boot->control_fd = guest->control_fd;
	boot->trace_fd = guest->trace_fd;
	boot->policy = guest->options.policy;
	boot->takes_cores = guest->core.directory_fd >= 0;
	boot->cpu_count = cpu_count();
	boot->user_id = guest->options.user_id;
	boot->group_id = guest->options.group_id;
	boot->host_pid = GUEST_APPLICATION_PID;
	boot->service_pid = GUEST_SERVICE_PID;
	strings_write(guest, boot);
	mounts_write(guest, boot);
	boot->net = guest->options.network.net;
	memcpy(boot->stdio, guest->stdio, sizeof(boot->stdio));
	result = host_getrandom(boot->random, sizeof(boot->random));
	if (result < 0)
		return error_set(error, "The host has no randomness: %s", error_name(-result));
	return 0;
}
