/*
 * Input of a terminal: characters that mean something, editing of lines, echo. In canonical mode what is read ends with
 * a line; line_ends marks where. The end-of-file character is kept as a zero byte with such a mark. See tty.h.
 */
#include <linux/signal.h>

#include "kernel/tty/edit.h"
#include "kernel/tty/tty.h"

uint32_t tty_readable(const struct tty *tty)
{
	return (TTY_L(tty, ICANON) ? tty->line_head : tty->head) - tty->tail;
}

void tty_flush_input(struct tty *tty)
{
	for (size_t i = 0; i < TTY_INPUT_BYTES / 64; i++)
		tty->line_ends[i] = 0;
	tty->tail = tty->line_head = tty->head;
	tty->literal_next = false;
	tty->due |= TTY_DUE_CHANGED;
}

void tty_mode_changed(struct tty *tty, bool was_canonical)
{
	if (!was_canonical == !TTY_L(tty, ICANON))
		return;
	/* What was typed so far can be read as it is. */
	tty->line_head = was_canonical || tty->head == tty->tail ? tty->line_head : tty->head;
	if (!was_canonical && tty->head != tty->tail)
		tty_line_mark(tty, tty->head - 1);
	tty->due |= TTY_DUE_READERS;
}

static bool store(struct tty *tty, uint8_t c)
{
	/* One place is left for the character that ends a line. */
	uint32_t limit = TTY_INPUT_BYTES - 1;

	if (tty->head - tty->tail >= limit) {
		if (TTY_I(tty, IMAXBEL))
			tty_echo(tty, '\a');
		return false;
	}
	tty->input[tty->head++ % TTY_INPUT_BYTES] = c;
	return true;
}

static void signal_character(struct tty *tty, int signal, uint8_t c)
{
	if (!TTY_L(tty, NOFLSH)) {
		tty_flush_input(tty);
		tty_flush_output(tty);
	}
	tty->flow_stopped = false;
	if (TTY_L(tty, ECHO))
		tty_echo_visible(tty, c);
	tty->signals_due |= 1u << signal;
}

/* Flow control and signals: true if that is what the character was. */
static bool control_take(struct tty *tty, uint8_t c)
{
	if (TTY_I(tty, IXON) && tty_is(tty, VSTART, c)) {
		tty->flow_stopped = false;
		tty->due |= TTY_DUE_OUTPUT;
		return true;
	}
	if (TTY_I(tty, IXON) && tty_is(tty, VSTOP, c)) {
		tty->flow_stopped = true;
		return true;
	}
	if (!TTY_L(tty, ISIG))
		return false;
	if (tty_is(tty, VINTR, c))
		signal_character(tty, SIGINT, c);
	else if (tty_is(tty, VQUIT, c))
		signal_character(tty, SIGQUIT, c);
	else if (tty_is(tty, VSUSP, c))
		signal_character(tty, SIGTSTP, c);
	else
		return false;
	return true;
}

static void line_end(struct tty *tty, uint8_t c)
{
	tty->input[tty->head % TTY_INPUT_BYTES] = c;
	tty_line_mark(tty, tty->head);
	tty->line_head = ++tty->head;
	tty->line_column = tty->column;
	tty->due |= TTY_DUE_READERS;
}

/* Line editing: true if the character was for that, or ended the line. */
static bool canonical_take(struct tty *tty, uint8_t c)
{
	if (tty_is(tty, VERASE, c) || tty_is(tty, VKILL, c) || (TTY_L(tty, IEXTEN) && tty_is(tty, VWERASE, c))) {
		tty_erase(tty, c);
	} else if (TTY_L(tty, IEXTEN) && tty_is(tty, VLNEXT, c)) {
		tty->literal_next = true;
		if (TTY_L(tty, ECHO) && TTY_L(tty, ECHOCTL))
			tty_echo_text(tty, "^\b");
	} else if (TTY_L(tty, IEXTEN) && TTY_L(tty, ECHO) && tty_is(tty, VREPRINT, c)) {
		tty_reprint(tty, c);
	} else if (c == '\n') {
		if (TTY_L(tty, ECHO | ECHONL))
			tty_echo(tty, '\n');
		line_end(tty, c);
	} else if (tty_is(tty, VEOF, c)) {
		line_end(tty, 0);
	} else if (tty_is(tty, VEOL, c) || (TTY_L(tty, IEXTEN) && tty_is(tty, VEOL2, c))) {
		if (TTY_L(tty, ECHO))
			tty_echo_visible(tty, c);
		line_end(tty, c);
	} else {
		return false;
	}
	return true;
}

static void ordinary_take(struct tty *tty, uint8_t c)
{
	if (TTY_L(tty, ECHO)) {
		tty_erase_finish(tty);
		if (tty->line_head == tty->head)
			tty->line_column = tty->column;
		if (c == '\n')
			tty_echo(tty, c);
		else
			tty_echo_visible(tty, c);
	}
	/* PARMRK: 0xff marks errors, so itself is doubled. */
	if (TTY_I(tty, PARMRK) && c == 0xff && !store(tty, c))
		return;
	if (store(tty, c) && !TTY_L(tty, ICANON))
		tty->due |= TTY_DUE_READERS;
}

static void character_take(struct tty *tty, uint8_t c)
{
	if (tty->literal_next) {
		tty->literal_next = false;
		ordinary_take(tty, c);
		return;
	}
	if (TTY_I(tty, ISTRIP))
		c &= 0x7f;
	if (TTY_I(tty, IUCLC) && TTY_L(tty, IEXTEN) && c >= 'A' && c <= 'Z')
		c = (uint8_t)(c - 'A' + 'a');
	if (tty->flow_stopped && TTY_I(tty, IXON) && TTY_I(tty, IXANY)) {
		tty->flow_stopped = false;
		tty->due |= TTY_DUE_OUTPUT;
	}
	if (control_take(tty, c) || (c == '\r' && TTY_I(tty, IGNCR)))
		return;
	if (c == '\r' && TTY_I(tty, ICRNL))
		c = '\n';
	else if (c == '\n' && TTY_I(tty, INLCR))
		c = '\r';
	if (TTY_L(tty, ICANON) && canonical_take(tty, c))
		return;
	ordinary_take(tty, c);
}

void tty_receive(struct tty *tty, const uint8_t *bytes, size_t count)
{
	while (count--)
		character_take(tty, *bytes++);
}
