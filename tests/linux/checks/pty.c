/* Pseudoterminals: opening, window sizes, and the end of either side. */
#include "../family.h"
#include "../tty_pair.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>

CHECK(pty_opens, "openat,ioctl")
{
	int master = (int)QUIET(openat, AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY);
	int number = -1, locked = -1, unlocked = 0, flag = -1;
	char path[32], name[64];
	SHOW(QUIET(ioctl, master, TIOCGPTN, &number));
	SHOW(QUIET(ioctl, master, TIOCGPTLCK, &locked));
	SHOW(locked);
	snprintf(path, sizeof path, "/dev/pts/%d", number);
	SHOW(open(path, O_RDWR | O_NOCTTY) < 0 ? -errno : 0);
	SHOW(QUIET(ioctl, master, TIOCSPTLCK, &unlocked));
	SHOW(QUIET(ioctl, master, TIOCGPTLCK, &locked));
	SHOW(locked);
	int slave = open(path, O_RDWR | O_NOCTTY);
	EXPECT(slave >= 0);
	SHOW(isatty(slave));
	SHOW(isatty(master));
	EXPECT(ttyname_r(slave, name, sizeof name) == 0 && strcmp(name, path) == 0);
	struct stat status;
	fstat(slave, &status);
	SHOW_OCTAL(status.st_mode & S_IFMT); /* the rest, as the group, is how devpts was mounted */
	SHOW(status.st_rdev >> 8);
	SHOW(QUIET(ioctl, slave, TIOCGPTN, &number));
	int peer = (int)QUIET(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	EXPECT(peer >= 0);
	SHOW(fcntl(peer, F_GETFD));
	SHOW(QUIET(ioctl, slave, TIOCGETD, &flag));
	SHOW(flag);
	SHOW(QUIET(ioctl, slave, TIOCEXCL, 0));
	SHOW(QUIET(ioctl, slave, TIOCGEXCL, &flag));
	SHOW(flag);
	SHOW(QUIET(ioctl, slave, TIOCNXCL, 0));
	SHOW(QUIET(ioctl, slave, 0x54ff, 0));
	SHOW(QUIET(ioctl, slave, TCGETS, 8));
	SHOW(QUIET(ioctl, slave, TIOCGWINSZ, 8));
	close(master);
	SHOW(open(path, O_RDWR | O_NOCTTY) < 0 ? -errno : 0);
	record_made("openat");
}

CHECK(tty_window, "ioctl")
{
	struct tty_pair line = tty_pair_open();
	struct winsize size = {24, 80, 1, 2}, got = {0, 0, 0, 0};
	SHOW(QUIET(ioctl, line.slave, TIOCGWINSZ, &got));
	NOTE("%d %d %d %d", got.ws_row, got.ws_col, got.ws_xpixel, got.ws_ypixel);
	SHOW(QUIET(ioctl, line.master, TIOCSWINSZ, &size));
	SHOW(QUIET(ioctl, line.slave, TIOCGWINSZ, &got));
	NOTE("%d %d %d %d", got.ws_row, got.ws_col, got.ws_xpixel, got.ws_ypixel);
	tty_pair_close(&line);
}

/* The master has no use for the slave's end, but notices it. */
CHECK(pty_ends, "read,write,poll,ioctl")
{
	struct tty_pair line = tty_pair_open();
	char bytes[8], path[32];
	int number;
	struct pollfd entry = {.fd = line.master, .events = POLLIN | POLLOUT};
	QUIET(ioctl, line.master, TIOCGPTN, &number);
	snprintf(path, sizeof path, "/dev/pts/%d", number);
	SHOW(QUIET(write, line.slave, "last", 4));
	close(line.slave);
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW_HEX(entry.revents);
	SHOW(QUIET(read, line.master, bytes, 8));
	SHOW(QUIET(read, line.master, bytes, 8));
	line.slave = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW_HEX(entry.revents);
	fcntl(line.master, F_SETFL, O_RDWR | O_NONBLOCK);
	SHOW(QUIET(read, line.master, bytes, 8));
	SHOW(QUIET(read, line.slave, bytes, 8));
	close(line.master);
	entry.fd = line.slave;
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW_HEX(entry.revents);
	SHOW(QUIET(read, line.slave, bytes, 8));
	SHOW(QUIET(write, line.slave, bytes, 8));
	SHOW(QUIET(ioctl, line.slave, TCGETS, bytes));
	SHOW(QUIET(ioctl, line.slave, TIOCSPGRP, &number));
	close(line.slave);
}
