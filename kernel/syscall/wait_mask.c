/* The signal mask of a wait: see wait_mask.h. */
#include "kernel/syscall/wait_mask.h"

#include <linux/errno.h>

#include "kernel/signal/signal.h"

int wait_mask_begin(user_t mask, uint64_t bytes)
{
	signal_set_t blocked;

	if (!mask)
		return 0;
	if (bytes != sizeof(blocked))
		return -EINVAL;
	if (get_user_u64(&blocked, mask))
		return -EFAULT;
	signal_mask_set_temporarily(blocked);
	return 0;
}

/* After an interrupted wait the way back to the application restores the mask, once the signal is delivered. */
void wait_mask_end(user_t mask, bool interrupted)
{
	if (mask && !interrupted)
		signal_mask_restore();
}
