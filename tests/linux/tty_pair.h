/* A pseudoterminal of a check's own. */
#ifndef TESTS_LINUX_TTY_PAIR_H
#define TESTS_LINUX_TTY_PAIR_H

struct tty_pair {
	int master, slave;
};

/* Both ends, nobody's controlling terminal. */
struct tty_pair tty_pair_open(void);
void tty_pair_close(struct tty_pair *pair);

#endif
