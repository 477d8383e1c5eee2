/* Editing of the line that is being typed: see edit.h. */
#include "kernel/tty/edit.h"

#define TAB_COLUMNS 8u

static uint8_t at(const struct tty *tty, uint32_t position)
{
	return tty->input[position % TTY_INPUT_BYTES];
}

static bool is_control(uint8_t c)
{
	return c < ' ' || c == 0x7f;
}

static bool is_continuation(const struct tty *tty, uint8_t c)
{
	return TTY_I(tty, IUTF8) && (c & 0xc0) == 0x80;
}

static bool is_word(uint8_t c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* How far the cursor moves back over a tab: to where the characters in front of it end. */
static unsigned tab_width(const struct tty *tty)
{
	unsigned columns = 0;
	bool behind_tab = false;

	for (uint32_t position = tty->head; position != tty->line_head && !behind_tab;) {
		uint8_t c = at(tty, --position);

		if (c == '\t')
			behind_tab = true;
		else if (is_control(c))
			columns += TTY_L(tty, ECHOCTL) ? 2 : 0;
		else
			columns += !is_continuation(tty, c);
	}
	if (!behind_tab)
		columns += tty->line_column;
	return TAB_COLUMNS - columns % TAB_COLUMNS;
}

/* Takes a character, which is no longer in the line, off the screen. */
static void wipe(struct tty *tty, uint8_t c)
{
	if (c == '\t') {
		for (unsigned width = tab_width(tty); width; width--)
			tty_echo(tty, '\b');
		return;
	}
	if (is_control(c) && !TTY_L(tty, ECHOCTL))
		return;
	tty_echo_text(tty, is_control(c) ? "\b \b\b \b" : "\b \b");
}

/* As a printer shows it. */
static void print_erased(struct tty *tty, uint32_t position, uint32_t end)
{
	if (!tty->erasing)
		tty_echo(tty, '\\');
	tty->erasing = true;
	for (; position != end; position++)
		tty_echo_visible(tty, at(tty, position));
}

void tty_erase_finish(struct tty *tty)
{
	if (tty->erasing)
		tty_echo(tty, '/');
	tty->erasing = false;
}

static void line_kill(struct tty *tty, uint8_t c)
{
	tty->head = tty->line_head;
	if (!TTY_L(tty, ECHO))
		return;
	tty_erase_finish(tty);
	tty_echo_visible(tty, c);
	if (TTY_L(tty, ECHOK))
		tty_echo(tty, '\n');
}

/* Where the last character of the line begins, which may have several bytes; head: there is none. */
static uint32_t last_character(const struct tty *tty)
{
	uint32_t position = tty->head;

	while (position != tty->line_head) {
		position--;
		if (!is_continuation(tty, at(tty, position)))
			return position;
	}
	return tty->head;
}

/* `key`: VERASE's, 0 if it was another one. */
static void erased_show(struct tty *tty, uint8_t c, uint8_t key)
{
	if (key && !TTY_L(tty, ECHOE))
		tty_echo_visible(tty, key);
	else
		wipe(tty, c);
}

void tty_erase(struct tty *tty, uint8_t key)
{
	bool one = tty_is(tty, VERASE, key);
	bool word = !one && tty_is(tty, VWERASE, key);
	bool in_word = false;

	if (!one && !word && !(TTY_L(tty, ECHO) && TTY_L(tty, ECHOK) && TTY_L(tty, ECHOKE) && TTY_L(tty, ECHOE))) {
		line_kill(tty, key);
		return;
	}
	while (tty->head != tty->line_head) {
		uint32_t position = last_character(tty);
		uint8_t c = at(tty, position);

		if (position == tty->head)
			break;
		if (word && !is_word(c) && in_word)
			break;
		in_word |= is_word(c);
		if (TTY_L(tty, ECHO) && TTY_L(tty, ECHOPRT))
			print_erased(tty, position, tty->head);
		tty->head = position;
		if (TTY_L(tty, ECHO) && !TTY_L(tty, ECHOPRT))
			erased_show(tty, c, one ? key : 0);
		if (one)
			break;
	}
	if (tty->head == tty->line_head && TTY_L(tty, ECHO))
		tty_erase_finish(tty);
}

void tty_reprint(struct tty *tty, uint8_t c)
{
	tty_erase_finish(tty);
	tty_echo_visible(tty, c);
	tty_echo(tty, '\n');
	for (uint32_t position = tty->line_head; position != tty->head; position++)
		tty_echo_visible(tty, at(tty, position));
}
