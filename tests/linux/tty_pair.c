/* A pseudoterminal of a check's own: see tty_pair.h. */
#include "tty_pair.h"

#include <stdio.h>
#include <sys/ioctl.h>

#include "conform.h"

struct tty_pair tty_pair_open(void)
{
	struct tty_pair pair = {open("/dev/ptmx", O_RDWR | O_NOCTTY), -1};
	int unlocked = 0, number = -1;
	char path[32];

	ioctl(pair.master, TIOCSPTLCK, &unlocked);
	ioctl(pair.master, TIOCGPTN, &number);
	snprintf(path, sizeof path, "/dev/pts/%d", number);
	pair.slave = open(path, O_RDWR | O_NOCTTY);
	if (pair.slave < 0)
		record_expectation("a pseudoterminal", false);
	return pair;
}

void tty_pair_close(struct tty_pair *pair)
{
	close(pair->slave);
	close(pair->master);
}
