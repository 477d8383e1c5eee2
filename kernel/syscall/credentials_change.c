/* Changing the calling process's credentials: see credentials_change.h. */
#include "kernel/syscall/credentials_change.h"

static bool gains_or_moves(const struct credentials *new, const struct credentials *old)
{
	return new->euid != old->euid || new->egid != old->egid || new->fsuid != old->fsuid ||
	       new->fsgid != old->fsgid || new->permitted & ~old->permitted;
}

void credentials_commit(const struct credentials *new)
{
	struct process *process = process_current();

	lock_acquire(&process->lock);
	if (gains_or_moves(new, &process->credentials)) {
		process->dumpable = false;
		process->parent_death_signal = 0;
	}
	process->credentials = *new;
	lock_release(&process->lock);
}
