/* Options of mounts: see mount_option.h. */
#include "tender/linux/mount_option.h"

#include <stdbool.h>
#include <string.h>

#define FD_MAX 0x7fffffffu
#define MODE_MAX 07777u

/* A number in that base up to a colon, behind which *text is then. False if there is none or it exceeds `max`. */
static bool number_parse(const char **text, unsigned base, uint64_t max, uint64_t *number)
{
	const char *c = *text;

	*number = 0;
	for (; *c >= '0' && *c < (char)('0' + base); c++) {
		uint64_t digit = (uint64_t)(*c - '0');

		if (*number > (max - digit) / base)
			return false;
		*number = *number * base + digit;
	}
	if (c == *text || *c != ':')
		return false;
	*text = c + 1;
	return true;
}

/* Room for another mount at `path`. NULL with *error: there is none, or the path is not absolute. */
static struct linux_mount *mount_add(struct linux_options *options, const char *name, const char *path,
				     struct error *error)
{
	struct linux_mount *mount = &options->mounts[options->mount_count];

	if (path[0] != '/') {
		error_set(error, "--%s: %s: not an absolute path", name, path);
		return NULL;
	}
	if (options->mount_count == KERNEL_MOUNTS_MAX) {
		error_set(error, "--%s: %s: at most %u mounts, --tmpfs and -v together", name, path, KERNEL_MOUNTS_MAX);
		return NULL;
	}
	options->mount_count++;
	*mount = (struct linux_mount){.path = path, .fd = -1};
	return mount;
}

int linux_mount_parse_tmpfs(struct linux_options *options, const char *value, struct error *error)
{
	const char *rest = value;
	uint64_t bytes, mode;
	struct linux_mount *mount;

	if (!number_parse(&rest, 10, INT64_MAX, &bytes) || !number_parse(&rest, 8, MODE_MAX, &mode))
		return error_set(error, "--tmpfs=%s: not of the form BYTES:MODE:PATH", value);
	mount = mount_add(options, "tmpfs", rest, error);
	if (!mount)
		return -1;
	mount->kind = KERNEL_MOUNT_TMPFS;
	mount->bytes = bytes;
	mount->mode = (uint32_t)mode;
	return 0;
}

int linux_mount_parse_volume(struct linux_options *options, const char *value, struct error *error)
{
	static const char directory[] = "dir:", file[] = "file:";
	const char *rest = value;
	uint64_t fd;
	struct linux_mount *mount;
	bool is_file;

	if (!number_parse(&rest, 10, FD_MAX, &fd))
		return error_set(error, "--volume=%s: not of the form FD:dir|file:PATH", value);
	is_file = strncmp(rest, file, sizeof(file) - 1) == 0;
	if (!is_file && strncmp(rest, directory, sizeof(directory) - 1) != 0)
		return error_set(error, "--volume=%s: not of the form FD:dir|file:PATH", value);
	mount = mount_add(options, "volume", rest + (is_file ? sizeof(file) : sizeof(directory)) - 1, error);
	if (!mount)
		return -1;
	mount->kind = is_file ? KERNEL_MOUNT_FILE : KERNEL_MOUNT_VOLUME;
	mount->fd = (int)fd;
	return 0;
}
