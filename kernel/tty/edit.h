/* Editing of the line that is being typed. The tty is locked. */
#ifndef KERNEL_TTY_EDIT_H
#define KERNEL_TTY_EDIT_H

#include "kernel/tty/tty.h"

/* The character at that position ends a line. */
static inline void tty_line_mark(struct tty *tty, uint32_t position)
{
	tty->line_ends[position % TTY_INPUT_BYTES / 64] |= 1ull << position % 64;
}

static inline bool tty_line_ends_at(const struct tty *tty, uint32_t position)
{
	return tty->line_ends[position % TTY_INPUT_BYTES / 64] >> position % 64 & 1;
}

static inline void tty_line_unmark(struct tty *tty, uint32_t position)
{
	tty->line_ends[position % TTY_INPUT_BYTES / 64] &= ~(1ull << position % 64);
}

/* VERASE, VWERASE or VKILL was typed. */
void tty_erase(struct tty *tty, uint8_t key);
/* ECHOPRT: what comes next is not erased any more. */
void tty_erase_finish(struct tty *tty);
/* VREPRINT was. */
void tty_reprint(struct tty *tty, uint8_t c);

#endif
