/* An empty root directory: see empty_root.h. */
#include "tender/linux/empty_root.h"

#include <linux/mount.h>

#include "tender/host/host.h"

#define DETACH 2 /* MNT_DETACH, of a libc header */

/* There is a /proc wherever tend runs, and what is on it does not matter any more. */
#define PLACE "/proc"

long root_empty(void)
{
	/* Nothing of this reaches the namespace that was left. */
	long result = host_mount("none", "/", NULL, MS_REC | MS_PRIVATE);

	if (result >= 0)
		result = host_mount("none", PLACE, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	if (result >= 0)
		result = host_chdir(PLACE);
	/* The old root comes to lie on the new one, from where it is taken away. */
	if (result >= 0)
		result = host_pivot_root(".", ".");
	return result < 0 ? result : host_umount(".", DETACH);
}
