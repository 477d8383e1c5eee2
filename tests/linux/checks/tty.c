/* Terminals: attributes, and the line discipline's input and output. */
#include "../family.h"
#include "../signals.h"
#include "../tty_pair.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

static void line_set(const struct tty_pair *line, tcflag_t input, tcflag_t output, tcflag_t local, int min, int time)
{
	struct termios attributes;
	tcgetattr(line->slave, &attributes);
	attributes.c_iflag = input;
	attributes.c_oflag = output;
	attributes.c_lflag = local;
	attributes.c_cc[VMIN] = (cc_t)min;
	attributes.c_cc[VTIME] = (cc_t)time;
	tcsetattr(line->slave, TCSANOW, &attributes);
}

/*
 * Linux has a thread of its own tell the other end. poll(2) waits for it where there is nothing to read yet, a change of
 * attributes where it is at it.
 */
static void type(const struct tty_pair *line, const char *text)
{
	struct pollfd entry = {.fd = line->slave, .events = POLLIN};
	struct termios attributes;
	if (write(line->master, text, strlen(text)) != (ssize_t)strlen(text))
		record_expectation("all of it is written", false);
	poll(&entry, 1, 0);
	tcgetattr(line->slave, &attributes);
	tcsetattr(line->slave, TCSANOW, &attributes);
}

/* What is there now, by one read after another. */
static void read_show(const char *what, int fd)
{
	char bytes[8192];
	int flags = fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	for (;;) {
		ssize_t got = read(fd, bytes, sizeof bytes);
		if (got < 0 && errno == EAGAIN)
			break;
		if (got < 0)
			NOTE("%s: %s", what, strerrorname_np(errno));
		else
			record_text(what, bytes, got);
		if (got <= 0)
			break;
	}
	fcntl(fd, F_SETFL, flags);
}

static void typed_show(const struct tty_pair *line, const char *text)
{
	type(line, text);
	record_text("typed", text, (long)strlen(text));
	read_show("echo", line->master);
	read_show("read", line->slave);
}

static void attributes_show(int fd)
{
	struct termios attributes;
	SHOW(tcgetattr(fd, &attributes));
	NOTE("input %#o, output %#o, control %#o, local %#o", attributes.c_iflag, attributes.c_oflag,
	     attributes.c_cflag, attributes.c_lflag);
	SHOW_TEXT(attributes.c_cc, 17);
}

CHECK(tty_attributes, "ioctl")
{
	struct tty_pair line = tty_pair_open();
	struct termios attributes;
	attributes_show(line.slave);
	attributes_show(line.master);
	tcgetattr(line.slave, &attributes);
	cfmakeraw(&attributes);
	attributes.c_cc[VINTR] = 'x';
	SHOW(tcsetattr(line.slave, TCSADRAIN, &attributes));
	attributes_show(line.slave);
	SHOW(cfgetospeed(&attributes) == B38400);
	cfsetspeed(&attributes, B9600);
	SHOW(tcsetattr(line.master, TCSAFLUSH, &attributes));
	attributes_show(line.slave);
	SHOW(QUIET(ioctl, line.slave, TCSETS, 8));
	SHOW(QUIET(ioctl, line.slave, TCFLSH, 3));
	SHOW(QUIET(ioctl, line.slave, TCFLSH, 2));
	SHOW(QUIET(ioctl, line.slave, TCXONC, 4));
	SHOW(QUIET(ioctl, line.slave, TCSBRK, 1));
	tty_pair_close(&line);
}

#define COOKED (ICANON | ISIG | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE)

CHECK(tty_canonical, "read,write,ioctl")
{
	struct tty_pair line = tty_pair_open();
	int count = -1;
	typed_show(&line, "a line\r");
	typed_show(&line, "two\rlines\r");
	typed_show(&line, "not yet");
	SHOW(QUIET(ioctl, line.slave, FIONREAD, &count));
	SHOW(count);
	typed_show(&line, " but now\n");
	typed_show(&line, "era\177\177\177\177\177sed\r");
	typed_show(&line, "killed\025this\r");
	typed_show(&line, "a word  \027and b\027c\r");
	typed_show(&line, "\001\002\033[A\177\177\r");
	typed_show(&line, "tab\tand\177\177\177\177x\r");
	typed_show(&line, "lit\026\003eral\026\026\r");
	typed_show(&line, "re\022print\r");
	typed_show(&line, "end\004");
	typed_show(&line, "\004");
	typed_show(&line, "\r\004");
	typed_show(&line, "umlaut \303\244\177\r");
	char bytes[4];
	type(&line, "longer than the buffer\r");
	SHOW(QUIET(read, line.slave, bytes, 3));
	SHOW_TEXT(bytes, 3);
	SHOW(QUIET(ioctl, line.slave, FIONREAD, &count));
	SHOW(count);
	read_show("rest", line.slave);
	QUIET(write, line.slave, "", 0);
	tty_pair_close(&line);
}

CHECK(tty_canonical_variants, "write")
{
	struct tty_pair line = tty_pair_open();
	struct termios attributes;
	QUIET(write, line.slave, "", 0);
	line_set(&line, ICRNL | IUTF8, OPOST | ONLCR, COOKED, 1, 0);
	typed_show(&line, "umlaut \303\244\177\177x\r");
	line_set(&line, ICRNL, OPOST | ONLCR, COOKED & ~ECHO, 1, 0);
	typed_show(&line, "no echo\177\r");
	line_set(&line, ICRNL, OPOST | ONLCR, (COOKED & ~ECHO) | ECHONL, 1, 0);
	typed_show(&line, "newline alone\r");
	line_set(&line, ICRNL, OPOST | ONLCR, COOKED & ~(ECHOE | ECHOKE), 1, 0);
	typed_show(&line, "bare\177\025erase\177\r");
	line_set(&line, ICRNL, OPOST | ONLCR, (COOKED & ~(ECHOE | ECHOKE)) | ECHOPRT, 1, 0);
	typed_show(&line, "print\177\177ed\r");
	line_set(&line, ICRNL, OPOST | ONLCR, COOKED & ~ECHOCTL, 1, 0);
	typed_show(&line, "\001\002\r");
	line_set(&line, ICRNL, OPOST | ONLCR, COOKED & ~IEXTEN, 1, 0);
	typed_show(&line, "no\026\027words\r");
	line_set(&line, ICRNL, OPOST | ONLCR, COOKED & ~ISIG, 1, 0);
	typed_show(&line, "\003\032\034\r");
	line_set(&line, 0, OPOST | ONLCR, COOKED, 1, 0);
	typed_show(&line, "cr\rnl\n");
	line_set(&line, INLCR, OPOST, COOKED, 1, 0);
	typed_show(&line, "cr\rnl\n");
	line_set(&line, IGNCR | ICRNL, OPOST, COOKED, 1, 0);
	typed_show(&line, "cr\rnl\n");
	line_set(&line, ISTRIP | IUCLC, OPOST, COOKED, 1, 0);
	typed_show(&line, "\301BC\n");
	line_set(&line, ICRNL, OPOST | ONLCR, COOKED, 1, 0);
	tcgetattr(line.slave, &attributes);
	attributes.c_cc[VEOL] = ';';
	attributes.c_cc[VEOL2] = '!';
	attributes.c_cc[VERASE] = 'e';
	tcsetattr(line.slave, TCSANOW, &attributes);
	typed_show(&line, "a;b!there\r");
	tty_pair_close(&line);
}

CHECK(tty_output, "write")
{
	static const tcflag_t modes[] = {0,
					 OPOST,
					 OPOST | ONLCR,
					 OPOST | OCRNL,
					 OPOST | ONLRET | ONOCR,
					 OPOST | OLCUC,
					 OPOST | XTABS,
					 OPOST | ONOCR};
	struct tty_pair line = tty_pair_open();
	for (unsigned i = 0; i < 8; i++) {
		line_set(&line, 0, modes[i], 0, 1, 0);
		SHOW(QUIET(write, line.slave, "\rab\tc\nd\r\n\te\b\r", 13));
		read_show("output", line.master);
	}
	tty_pair_close(&line);
}

CHECK(tty_raw, "read,write,poll")
{
	struct tty_pair line = tty_pair_open();
	char bytes[32];
	QUIET(write, line.slave, "", 0);
	line_set(&line, 0, 0, 0, 1, 0);
	typed_show(&line, "a\r\n\003\004\177");
	struct pollfd entry = {.fd = line.slave, .events = POLLIN | POLLOUT};
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW_HEX(entry.revents);
	line_set(&line, 0, 0, 0, 5, 0);
	type(&line, "abc");
	SHOW(QUIET(poll, &entry, 1, 0));
	SHOW_HEX(entry.revents);
	pid_t child = family_fork();
	if (child == 0) {
		long got = QUIET(read, line.slave, bytes, sizeof bytes);
		record_text("five", bytes, got);
		_exit(0);
	}
	EXPECT(family_state_is(child, "S"));
	type(&line, "de");
	family_end("reader", child);
	/* No minimum: what is there, or nothing. */
	line_set(&line, 0, 0, 0, 0, 0);
	SHOW(QUIET(read, line.slave, bytes, sizeof bytes));
	type(&line, "xy");
	SHOW(QUIET(read, line.slave, bytes, 1));
	SHOW(QUIET(read, line.slave, bytes, sizeof bytes));
	/* A time for the first byte. */
	line_set(&line, 0, 0, 0, 0, 1);
	SHOW(QUIET(read, line.slave, bytes, sizeof bytes));
	/* A time between bytes. */
	line_set(&line, 0, 0, 0, 10, 1);
	type(&line, "pq");
	SHOW(QUIET(read, line.slave, bytes, sizeof bytes));
	tty_pair_close(&line);
}

/* What was typed in one mode is read in the other. */
CHECK(tty_mode_changes, "ioctl,read")
{
	struct tty_pair line = tty_pair_open();
	QUIET(ioctl, line.slave, TCFLSH, TCIFLUSH);
	line_set(&line, ICRNL, 0, ICANON, 1, 0);
	type(&line, "half");
	read_show("canonical", line.slave);
	line_set(&line, 0, 0, 0, 1, 0);
	read_show("raw", line.slave);
	type(&line, "more\nraw");
	line_set(&line, ICRNL, 0, ICANON, 1, 0);
	read_show("canonical", line.slave);
	type(&line, "x\r");
	read_show("canonical", line.slave);
	type(&line, "dropped\r");
	SHOW(QUIET(ioctl, line.slave, TCFLSH, TCIFLUSH));
	read_show("flushed", line.slave);
	QUIET(read, -1, NULL, 0);
	tty_pair_close(&line);
}

CHECK(tty_flow, "write,ioctl,poll")
{
	struct tty_pair line = tty_pair_open();
	int count = -1;
	line_set(&line, IXON, 0, 0, 1, 0);
	type(&line, "\023"); /* ^S */
	int flags = fcntl(line.slave, F_GETFL);
	fcntl(line.slave, F_SETFL, flags | O_NONBLOCK);
	SHOW(QUIET(write, line.slave, "held", 4));
	read_show("stopped", line.master);
	type(&line, "\021"); /* ^Q */
	SHOW(QUIET(write, line.slave, "through", 7));
	read_show("started", line.master);
	SHOW(QUIET(ioctl, line.slave, TCXONC, TCOOFF));
	SHOW(QUIET(write, line.slave, "held", 4));
	SHOW(QUIET(ioctl, line.slave, TCXONC, TCOON));
	read_show("started", line.master);
	line_set(&line, IXON | IXANY, 0, 0, 1, 0);
	type(&line, "\023a");
	SHOW(QUIET(write, line.slave, "any", 3));
	read_show("started", line.master);
	read_show("typed", line.slave);
	SHOW(QUIET(ioctl, line.slave, TIOCOUTQ, &count));
	SHOW(count);
	QUIET(poll, NULL, 0, 0);
	tty_pair_close(&line);
}
