/* Third stage of a Linux guest: its address space, which its members inherit, and its seccomp filter. */
#include <errno.h>
#include <linux/mman.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/host/personality.h"
#include "tender/linux/boot.h"
#include "tender/linux/guest.h"

#define MAP_OVER (MAP_FIXED | MAP_NORESERVE)

static int noexec_error(const char *name, long result, struct error *error)
{
	if (result == -EPERM)
		return error_set(error,
				 "%s: Its file system is mounted noexec, so that programs in it cannot run; copy it to "
				 "another",
				 name);
	return error_set(error, "%s: Could not map: %s", name, error_name(-result));
}

/* Programs run from an image's pages: whether the host lets them is better known now than in the guest. */
static int file_map(uint64_t place, const char *name, int fd, uint64_t bytes, struct error *error)
{
	long result = host_mmap(place, LINUX_PAGE_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_OVER, fd, 0);

	if (result >= 0)
		result = host_mmap(place, bytes, PROT_READ, MAP_SHARED | MAP_OVER, fd, 0);
	return result < 0 ? noexec_error(name, result, error) : 0;
}

/* The image's and the volumes' files together, as they lie behind each other. */
static uint64_t files_bytes(const struct linux_guest *guest)
{
	uint64_t bytes = layout_file_bytes(guest->image_bytes);

	for (unsigned i = 0; i < guest->options.mount_count; i++)
		bytes += layout_file_bytes(guest->volumes[i].bytes);
	return bytes;
}

static int images_map(struct linux_guest *guest, struct error *error)
{
	uint64_t place = guest->layout.image + layout_file_bytes(guest->image_bytes);

	if (file_map(guest->layout.image, guest->options.image, guest->image_fd, guest->image_bytes, error) < 0)
		return -1;
	for (unsigned i = 0; i < guest->options.mount_count; i++) {
		struct linux_volume *volume = &guest->volumes[i];

		if (volume->bytes == 0)
			continue;
		volume->place = place;
		if (file_map(place, guest->options.mounts[i].path, volume->fd, volume->bytes, error) < 0)
			return -1;
		place += layout_file_bytes(volume->bytes);
	}
	return 0;
}

static int kernel_map(const struct linux_guest *guest, struct error *error)
{
	const struct kernel_plan *plan = &guest->plan;
	const struct kernel_data *data = &plan->data;
	uint64_t slot = guest->layout.slot;
	long result = 0;

	for (unsigned i = 0; i < plan->count && result >= 0; i++) {
		const struct kernel_segment *segment = &plan->segments[i];

		result = host_mmap(slot + segment->start, segment->end - segment->start, segment->prot,
				   MAP_PRIVATE | MAP_OVER, guest->kernel_fd, segment->file_offset);
	}
	if (result >= 0 && data->end > data->start)
		result = host_mmap(slot + data->start, data->end - data->start, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_OVER, guest->arena_fd, guest->layout.data);
	return result < 0 ? noexec_error(guest->options.kernel, result, error) : 0;
}

static int arena_map(const struct linux_guest *guest, struct error *error)
{
	const struct kernel_data *data = &guest->plan.data;
	uint64_t done = 0;
	long result = host_mmap(guest->layout.arena, guest->layout.arena_bytes, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_OVER, guest->arena_fd, 0);

	if (result < 0)
		return error_set(error, "Could not map the guest's memory: %s", error_name(-result));
	while (done < data->file_bytes) {
		uint64_t place = guest->layout.arena + guest->layout.data + (data->address - data->start);

		result = host_pread(guest->kernel_fd, guest_pointer(place + done), data->file_bytes - done,
				    data->file_offset + done);
		if (result <= 0)
			return error_set(error, "%s: Could not read: %s", guest->options.kernel,
					 error_name(result ? -result : EIO));
		done += (uint64_t)result;
	}
	return 0;
}

static void policy_fill(struct linux_guest *guest)
{
	const struct layout *layout = &guest->layout;

	guest->policy.kind = guest->options.policy == KERNEL_POLICY_STRICT ? HOSTCALL_GUEST_STRICT
									   : HOSTCALL_GUEST_STANDARD;
	guest->policy.net_count = guest->options.network.net.fd >= 0;
	guest->policy.net_fds[0] = guest->options.network.net.fd;
	guest->policy.kernel = (struct policy_kernel){
		.slot = layout->slot,
		.user_start = layout->user,
		.user_end = layout->user + layout->user_bytes,
		.arena_start = layout->arena,
		.arena_end = layout->arena + layout->arena_bytes,
		.image_fd = guest->image_fd,
		.arena_fd = guest->arena_fd,
		.wake_fd = guest->wake_fd,
		.control_fd = guest->control_fd,
		.trace_fd = guest->trace_fd,
	};
	for (unsigned i = 0; i < guest->options.mount_count; i++) {
		if (guest->volumes[i].bytes)
			guest->policy.kernel.volume_fds[guest->policy.kernel.volume_count++] = guest->volumes[i].fd;
	}
}

/*
 * The tail's pages stay with the members, wiped but for the command line, which ps shows from private memory only: they
 * are all that is left of the tender's data.
 */
static int tail_make(struct linux_guest *guest, struct error *error)
{
	static struct policy_rule rules[POLICY_RULES_MAX];
	size_t filter_max = policy_filter_bound(policy_rule_count(&guest->policy));
	size_t bytes = sizeof(struct linux_tail) + filter_max * sizeof(struct sock_filter);
	size_t arguments_bytes = start_arguments_bytes(guest->start);
	struct linux_tail *tail;
	long result = host_mmap(0, bytes + arguments_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (result < 0)
		return error_set(error, "Could not map memory: %s", error_name(-result));
	tail = guest_pointer((uint64_t)result);
	tail->filter_length = policy_assemble_linux(rules, policy_rules(&guest->policy, rules), guest->layout.slot,
						    tail->instructions, filter_max);
	if (tail->filter_length == 0)
		return error_set(error, "The seccomp filter exceeds the host kernel's limit");
	tail->filter = (uint64_t)(uintptr_t)tail->instructions;
	tail->entry = guest->layout.slot + guest->plan.entry;
	tail->boot = guest->layout.arena;
	tail->bytes = sizeof(*tail) + tail->filter_length * sizeof(struct sock_filter);
	guest->tail = tail;
	guest->command_line = (uint64_t)result + bytes;
	memcpy(guest_pointer(guest->command_line), guest->start->argv[0], arguments_bytes);
	return 0;
}

int guest_load(struct linux_guest *guest, struct error *error)
{
	const struct kernel_data *data = &guest->plan.data;
	long result = personality_undo();

	if (result < 0)
		return error_set(error, "Page 0 is mapped and cannot be unmapped: %s; start without setarch -Z",
				 error_name(-result));
	if (layout_arena(&guest->layout, boot_pointer_count(guest), boot_string_bytes(guest), data->end - data->start,
			 error) < 0 ||
	    layout_reserve(&guest->layout, files_bytes(guest), guest->cgroup.count > 0, error) < 0)
		return -1;
	if (arena_map(guest, error) < 0 || kernel_map(guest, error) < 0 || images_map(guest, error) < 0)
		return -1;
	if (boot_write(guest, error) < 0)
		return -1;
	policy_fill(guest);
	return tail_make(guest, error);
}
