/* The host's terminal: see terminal.h. */
#include "tender/linux/terminal.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/say.h"
#include "tender/linux/stdio.h"

_Static_assert(sizeof(struct termios) <= sizeof(((struct kernel_stdio *)0)->termios), "attributes fit");

bool terminal_is_foreground(const struct terminal *terminal)
{
	int32_t group;

	return host_ioctl(terminal->fd, TIOCGPGRP, &group) < 0 || group == host_getpgid();
}

static struct termios original_of(const struct terminal *terminal)
{
	struct termios original;

	memcpy(&original, terminal->stdio->termios, sizeof(original));
	return original;
}

/* Bytes in and out as they are. */
static struct termios raw_attributes(const struct terminal *terminal)
{
	struct termios raw = original_of(terminal);

	raw.c_iflag = 0;
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= terminal->is_read ? 0 : ISIG;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return raw;
}

/* What belongs to the line itself, speed and framing, stays. */
static struct termios shared_attributes(const struct terminal *terminal)
{
	struct termios original = original_of(terminal);
	struct termios wanted;

	memcpy(&wanted, terminal->wanted, sizeof(wanted));
	wanted.c_cflag = original.c_cflag;
	wanted.c_line = original.c_line;
	return wanted;
}

/* From the background this stops the process, as it does any other. */
static void apply(struct terminal *terminal)
{
	struct termios attributes = terminal->stdio->raw ? raw_attributes(terminal) : shared_attributes(terminal);

	terminal->is_changed = true;
	say_to_raw_terminal(terminal->stdio->raw);
	host_ioctl(terminal->fd, TCSETS, &attributes);
}

void terminal_take(struct terminal *terminal, const struct kernel_stdio stdio[KERNEL_STDIO_COUNT], bool is_given)
{
	*terminal = (struct terminal){.fd = stdio_terminal(stdio)};
	if (terminal->fd < 0)
		return;
	terminal->stdio = &stdio[terminal->fd];
	terminal->may_be_read = terminal->fd == 0 || is_given;
	if (terminal->stdio->raw && terminal_is_foreground(terminal))
		apply(terminal);
}

void terminal_wish(struct terminal *terminal, const uint8_t wanted[64])
{
	if (!terminal->stdio)
		return;
	terminal->is_read = terminal->may_be_read;
	terminal->is_wished = true;
	memcpy(terminal->wanted, wanted, sizeof(terminal->wanted));
	apply(terminal);
}

void terminal_give_back(struct terminal *terminal)
{
	struct termios original;

	if (!terminal->stdio || !terminal->is_changed || !terminal_is_foreground(terminal))
		return;
	original = original_of(terminal);
	host_ioctl(terminal->fd, TCSETS, &original);
	say_to_raw_terminal(false);
}

void terminal_take_again(struct terminal *terminal)
{
	if (terminal->stdio && (terminal->stdio->raw || terminal->is_wished) && terminal_is_foreground(terminal))
		apply(terminal);
}
