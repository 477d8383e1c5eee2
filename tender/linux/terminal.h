/*
 * The host's terminal while a guest has it. A guest whose standard input and output are one terminal has it for itself:
 * the host's line discipline is raw from before the guest starts until it has ended, and the guest's own does all the
 * work (kernel/tty). Otherwise others may be writing to the terminal (`tend run ... | less`): then the guest's wishes
 * are the host's attributes, but for speed and framing.
 */
#ifndef TENDER_LINUX_TERMINAL_H
#define TENDER_LINUX_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/kernel.h"

struct terminal {
	const struct kernel_stdio *stdio; /* of it; NULL: there is none */
	int fd;
	bool may_be_read;                                            /* what is typed is the guest's */
	bool is_changed;                                             /* its attributes are to be put back */
	bool is_wished;                                              /* the guest has said what it wants */
	bool is_read;                                                /* the guest has asked for what is typed */
	uint8_t wanted[sizeof(((struct kernel_stdio *)0)->termios)]; /* by a guest that shares it */
};

/*
 * Finds it among the standard descriptors, and makes it the guest's. Until the guest reads, the keys for signals work
 * on the host: whatever else is typed waits as it is. In the background nothing is changed yet. What is typed is the
 * guest's only if the terminal is its standard input, or the caller said so (is_given): its output alone may be there for
 * somebody to look at who types for another program.
 */
void terminal_take(struct terminal *terminal, const struct kernel_stdio stdio[KERNEL_STDIO_COUNT], bool is_given);
/* The guest reads from now on, if it may, and says what attributes it wants: any program may set those of its output. */
void terminal_wish(struct terminal *terminal, const uint8_t wanted[64]);
/* The original attributes, unless it is another's by now. */
void terminal_give_back(struct terminal *terminal);
/* After a stop: as it was for the guest. */
void terminal_take_again(struct terminal *terminal);

/* Whether this process is in the terminal's foreground, or the terminal does not know of such. */
bool terminal_is_foreground(const struct terminal *terminal);

#endif
