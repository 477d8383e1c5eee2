/* Output of a terminal and echoes of its input: what OPOST and its flags make of them. See tty.h. */
#include "kernel/lib/string.h"
#include "kernel/tty/tty.h"

#define TAB_COLUMNS 8u

static uint32_t room(const struct tty *tty)
{
	return TTY_OUTPUT_BYTES - tty_output_pending(tty);
}

static void put(struct tty *tty, uint8_t c)
{
	tty->output[tty->output_head++ % TTY_OUTPUT_BYTES] = c;
	tty->due |= TTY_DUE_OUTPUT;
}

static bool is_control(uint8_t c)
{
	return c < ' ' || c == 0x7f;
}

static bool is_continuation(const struct tty *tty, uint8_t c)
{
	return TTY_I(tty, IUTF8) && (c & 0xc0) == 0x80;
}

static void newline_put(struct tty *tty)
{
	if (TTY_O(tty, ONLRET | ONLCR))
		tty->column = 0;
	if (TTY_O(tty, ONLCR) && !tty->expanded)
		put(tty, '\r');
	put(tty, '\n');
}

static void return_put(struct tty *tty)
{
	if (TTY_O(tty, ONOCR) && tty->column == 0)
		return;
	if (TTY_O(tty, OCRNL) && !tty->expanded) {
		newline_put(tty);
		return;
	}
	tty->column = 0;
	put(tty, '\r');
}

static void tab_put(struct tty *tty)
{
	unsigned spaces = TAB_COLUMNS - tty->column % TAB_COLUMNS;

	tty->column += spaces;
	if (TTY_O(tty, TABDLY) != XTABS || tty->expanded) {
		put(tty, '\t');
		return;
	}
	while (spaces--)
		put(tty, ' ');
}

/* At most TAB_COLUMNS bytes. */
static void processed_put(struct tty *tty, uint8_t c)
{
	switch (c) {
	case '\n':
		newline_put(tty);
		return;
	case '\r':
		return_put(tty);
		return;
	case '\t':
		tab_put(tty);
		return;
	case '\b':
		if (tty->column)
			tty->column--;
		break;
	default:
		if (TTY_O(tty, OLCUC) && c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		if (!is_control(c) && !is_continuation(tty, c))
			tty->column++;
	}
	put(tty, c);
}

static bool character_put(struct tty *tty, uint8_t c)
{
	if (room(tty) < TAB_COLUMNS)
		return false;
	if (TTY_O(tty, OPOST))
		processed_put(tty, c);
	else
		put(tty, c);
	return true;
}

size_t tty_output(struct tty *tty, const uint8_t *bytes, size_t count)
{
	size_t done = 0;

	while (done < count && character_put(tty, bytes[done]))
		done++;
	return done;
}

void tty_echo(struct tty *tty, uint8_t c)
{
	/* Without room an echo is lost, never waited for. */
	(void)character_put(tty, c);
}

void tty_echo_visible(struct tty *tty, uint8_t c)
{
	if (TTY_L(tty, ECHOCTL) && is_control(c) && c != '\t') {
		tty_echo(tty, '^');
		tty_echo(tty, c ^ 0x40);
	} else {
		tty_echo(tty, c);
	}
}

void tty_echo_text(struct tty *tty, const char *text)
{
	while (*text)
		tty_echo(tty, (uint8_t)*text++);
}

void tty_flush_output(struct tty *tty)
{
	tty->output_tail = tty->output_head;
	tty->due |= TTY_DUE_WRITERS;
}

size_t tty_output_take(struct tty *tty, uint8_t *to, size_t size)
{
	size_t count = 0;

	if (tty->flow_stopped)
		return 0;
	while (count < size && tty->output_tail != tty->output_head)
		to[count++] = tty->output[tty->output_tail++ % TTY_OUTPUT_BYTES];
	if (count)
		tty->due |= TTY_DUE_WRITERS;
	return count;
}
