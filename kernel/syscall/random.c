/* getrandom(2). */
#include <linux/errno.h>
#include <linux/random.h>

#include "kernel/lib/pages.h"
#include "kernel/lib/random.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/task/thread.h"

#define PIECE_BYTES 512

SYSCALL(getrandom)
{
	user_t to = ARG_USER(args, 0);
	uint64_t left = ARG_ULONG(args, 1) < INT32_MAX ? ARG_ULONG(args, 1) : INT32_MAX, done = 0;
	unsigned flags = ARG_UINT(args, 2);
	uint8_t piece[PIECE_BYTES];

	if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
	    (flags & GRND_RANDOM && flags & GRND_INSECURE))
		return -EINVAL;
	if (!user_range_is_possible(to, left))
		return -EFAULT;
	while (done < left) {
		size_t bytes = left - done < sizeof(piece) ? left - done : sizeof(piece), moved;

		random_fill(piece, bytes);
		moved = user_write(to + done, piece, bytes);
		done += moved;
		if (moved < bytes)
			return done ? (long)done : -EFAULT;
		/* Long requests end with a signal, but never with less than a page. */
		if (done % PAGE_BYTES == 0 && thread_is_interrupted(current))
			break;
	}
	return (long)done;
}
