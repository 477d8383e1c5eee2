/* First stage of a Linux guest: command line, kernel and image, judged before anything is changed. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>

#include "arch.h"
#include "freestanding/image/image.h"
#include "tender/elf/source.h"
#include "tender/host/host.h"
#include "tender/linux/guest.h"
#include "tender/linux/stdio.h"

/* AT_HWCAP2 */
#define HARDWARE2_FSGSBASE 2u

/* The bytes of a regular file or block device, to *bytes. Returns 0, or -1 with *error. */
static int file_measure(const char *name, int fd, uint64_t *bytes, struct error *error)
{
	long end = host_lseek(fd, 0, SEEK_END);

	/* Directories and pipes have no end, or one far away. */
	if (end < 0 || end == INT64_MAX)
		return error_set(error, "%s: Not a file", name);
	*bytes = (uint64_t)end;
	return 0;
}

/* Returns the descriptor, or -1 with *error. */
static int file_open(const char *name, uint64_t *bytes, struct error *error)
{
	long fd = host_openat(AT_FDCWD, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return error_set(error, "%s: Could not open: %s", name, error_name(-fd));
	return file_measure(name, (int)fd, bytes, error) < 0 ? -1 : (int)fd;
}

static int kernel_decode(struct linux_guest *guest, struct error *error)
{
	const char *name = guest->options.kernel;
	struct kernel_header header = {0};
	struct elf_source source;
	uint64_t bytes = 0;
	long got;

	guest->kernel_fd = file_open(name, &bytes, error);
	if (guest->kernel_fd < 0)
		return -1;
	source = elf_source_file(name, guest->kernel_fd, &guest->window);
	if (elf_image_read_type(&source, ARCH_ELF_MACHINE, ET_DYN, &guest->elf, error) < 0 ||
	    kernel_plan_make(&guest->elf, bytes, name, &guest->plan, error) < 0)
		return -1;
	got = source.read_at(&source, &header, sizeof(header), guest->plan.segments[0].file_offset);
	if (got < 0)
		return error_set(error, "%s: Could not read: %s", name, error_name(-got));
	return kernel_plan_header(&guest->plan, &header, name, error);
}

/* Checks the header of an image file of so many bytes. */
static int image_check(const char *name, int fd, uint64_t bytes, struct error *error)
{
	struct image_header header = {0};
	long got = host_pread(fd, &header, sizeof(header), 0);

	if (got < 0)
		return error_set(error, "%s: Could not read: %s", name, error_name(-got));
	if ((size_t)got < sizeof(header))
		return error_set(error, "%s: Not an image: shorter than an image's header", name);
	switch (image_header_check(&header, bytes)) {
	case 0:
		return 0;
	case -EINVAL:
		return error_set(error, "%s: Not an image", name);
	case -EOPNOTSUPP:
		return error_set(error, "%s: Image of version %u, this tender knows %u; build it again", name,
				 header.version, IMAGE_VERSION);
	default:
		return error_set(error, "%s: Damaged image: truncated, or its header contradicts itself", name);
	}
}

static int image_decode(struct linux_guest *guest, struct error *error)
{
	const char *name = guest->options.image;

	if (guest->image_fd < 0)
		guest->image_fd = file_open(name, &guest->image_bytes, error);
	else if (file_measure(name, guest->image_fd, &guest->image_bytes, error) < 0)
		return -1;
	return guest->image_fd < 0 ? -1 : image_check(name, guest->image_fd, guest->image_bytes, error);
}

static int volumes_decode(struct linux_guest *guest, struct error *error)
{
	for (unsigned i = 0; i < guest->options.mount_count; i++) {
		const char *name = guest->options.mounts[i].path;
		struct linux_volume *volume = &guest->volumes[i];

		if (guest->options.mounts[i].kind == KERNEL_MOUNT_TMPFS)
			continue;
		if (file_measure(name, volume->fd, &volume->bytes, error) < 0 ||
		    image_check(name, volume->fd, volume->bytes, error) < 0)
			return -1;
	}
	return 0;
}

/* A descriptor of our caller's (-1: none) on a number of its own: the policy tells descriptors by their numbers. */
static int given_copy(const char *option, int given, int *copy, struct error *error)
{
	long fd = -1;

	if (given >= 0)
		fd = host_fcntl(given, F_DUPFD_CLOEXEC, KERNEL_STDIO_COUNT);
	if (given >= 0 && fd < 0)
		return error_set(error, "--%s=%d: %s", option, given, error_name(-fd));
	*copy = (int)fd;
	return 0;
}

static int given_take(struct linux_guest *guest, struct error *error)
{
	if (given_copy("trace", guest->options.trace_fd, &guest->trace_fd, error) < 0 ||
	    given_copy("image-fd", guest->options.image_fd, &guest->image_fd, error) < 0)
		return -1;
	for (unsigned i = 0; i < guest->options.mount_count; i++) {
		const struct linux_mount *mount = &guest->options.mounts[i];

		if (mount->kind != KERNEL_MOUNT_TMPFS &&
		    given_copy("volume", mount->fd, &guest->volumes[i].fd, error) < 0)
			return -1;
	}
	if (network_take(&guest->options.network, error) < 0)
		return -1;
	if (guest->options.stat_fd >= 0 && host_fcntl(guest->options.stat_fd, F_GETFD, 0) < 0)
		return error_set(error, "--stat=%d: %s", guest->options.stat_fd, error_name(EBADF));
	if (guest->options.status_fd >= 0 && host_fcntl(guest->options.status_fd, F_GETFD, 0) < 0)
		return error_set(error, "--status-fd=%d: %s", guest->options.status_fd, error_name(EBADF));
	return 0;
}

static int host_check(const struct start *start, struct error *error)
{
	if (start->is_secure)
		return error_set(error, "Must not be installed set-user-ID or with file capabilities");
	if (start->page_bytes != LINUX_PAGE_BYTES)
		return error_set(error, "This kernel has pages of %lu bytes, guests need %u",
				 (unsigned long)start->page_bytes, LINUX_PAGE_BYTES);
	if (!(start->hardware2 & HARDWARE2_FSGSBASE))
		return error_set(error, "The host does not let programs set their FS and GS bases: it takes a CPU with "
					"FSGSBASE and Linux 5.9 without nofsgsbase");
	if (host_seccomp_action_avail(SECCOMP_RET_KILL_PROCESS) < 0)
		return error_set(error, "This kernel has no seccomp filters that kill a process (Linux 4.14)");
	return 0;
}

int guest_decode(struct linux_guest *guest, const struct start *start, struct error *error)
{
	guest->start = start;
	if (linux_options_parse(start->argc, start->argv, &guest->options, error) < 0 || host_check(start, error) < 0)
		return -1;
	/* Before any other descriptor exists, which might take a standard one's place or be taken for a given one. */
	if (stdio_take(guest->stdio, error) < 0 || given_take(guest, error) < 0)
		return -1;
	if (kernel_decode(guest, error) < 0)
		return -1;
	if (image_decode(guest, error) < 0)
		return -1;
	return volumes_decode(guest, error);
}
