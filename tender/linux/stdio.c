/* Standard descriptors and terminals: see stdio.h. */
#include "tender/linux/stdio.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tender/host/host.h"

#define DEVICE_NULL 0x103u /* 1:3 */

int stdio_window(int fd, uint16_t *rows, uint16_t *columns)
{
	struct winsize size;

	if (host_ioctl(fd, TIOCGWINSZ, &size) < 0)
		return -1;
	*rows = size.ws_row;
	*columns = size.ws_col;
	return 0;
}

/* Some systems let only root write to it: that serves input, and output ends as on a closed descriptor. */
static long null_open(void)
{
	long result = host_openat(AT_FDCWD, "/dev/null", O_RDWR);

	return result == -EACCES ? host_openat(AT_FDCWD, "/dev/null", O_RDONLY) : result;
}

static long stdio_look(int fd, struct kernel_stdio *stdio)
{
	struct stat status;
	long flags = host_fcntl(fd, F_GETFL, 0);
	long result;

	if (flags == -EBADF) {
		stdio->kind = KERNEL_STDIO_CLOSED;
		result = null_open();
		return result < 0 ? result : 0;
	}
	if (flags < 0)
		return flags;
	result = host_fstat(fd, &status);
	if (result < 0)
		return result;
	stdio->kind = KERNEL_STDIO_STREAM;
	stdio->flags = (uint32_t)flags;
	stdio->identity[0] = status.st_dev;
	stdio->identity[1] = status.st_ino;
	if (!S_ISCHR(status.st_mode))
		return 0;
	if (status.st_rdev == DEVICE_NULL)
		stdio->kind = KERNEL_STDIO_NULL;
	else if (host_ioctl(fd, TCGETS, stdio->termios) == 0)
		stdio->kind = KERNEL_STDIO_TTY;
	if (stdio->kind == KERNEL_STDIO_TTY)
		stdio_window(fd, &stdio->rows, &stdio->columns);
	return 0;
}

static bool is_same_terminal(const struct kernel_stdio *one, const struct kernel_stdio *other)
{
	return one->kind == KERNEL_STDIO_TTY && other->kind == KERNEL_STDIO_TTY &&
	       one->identity[0] == other->identity[0] && one->identity[1] == other->identity[1];
}

int stdio_take(struct kernel_stdio stdio[KERNEL_STDIO_COUNT], struct error *error)
{
	for (int fd = 0; fd < KERNEL_STDIO_COUNT; fd++) {
		/* In order: a closed one is the lowest free, which is where /dev/null goes. */
		long result = stdio_look(fd, &stdio[fd]);

		if (result < 0)
			return error_set(error, "Could not use standard descriptor %d: %s", fd, error_name(-result));
	}
	for (int fd = 0; fd < KERNEL_STDIO_COUNT && is_same_terminal(&stdio[0], &stdio[1]); fd++)
		stdio[fd].raw = is_same_terminal(&stdio[0], &stdio[fd]);
	return 0;
}

int stdio_terminal(const struct kernel_stdio stdio[KERNEL_STDIO_COUNT])
{
	for (int fd = 0; fd < KERNEL_STDIO_COUNT; fd++) {
		if (stdio[fd].kind == KERNEL_STDIO_TTY)
			return fd;
	}
	return -1;
}
