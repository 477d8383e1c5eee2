/* What changing ids does to capabilities: see capabilities(7), "Effect of user ID changes". */
#include "kernel/task/credentials.h"

#include <linux/capability.h>
#include <linux/securebits.h>

/* What the file system user id alone is about. */
#define CAPABILITIES_OF_FILES                                                                                          \
	(1ull << CAP_CHOWN | 1ull << CAP_MKNOD | 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH |              \
	 1ull << CAP_FOWNER | 1ull << CAP_FSETID | 1ull << CAP_LINUX_IMMUTABLE | 1ull << CAP_MAC_OVERRIDE)

static bool any_is_root(const struct credentials *credentials)
{
	return credentials->uid == 0 || credentials->euid == 0 || credentials->suid == 0;
}

void credentials_uids_changed(struct credentials *new, const struct credentials *old, bool keep)
{
	if (new->secure_bits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (any_is_root(old) && !any_is_root(new)) {
		if (!keep) {
			new->permitted = 0;
			new->effective = 0;
		}
		new->ambient = 0;
	}
	if (old->euid == 0 && new->euid != 0)
		new->effective = 0;
	if (old->euid != 0 && new->euid == 0)
		new->effective = new->permitted;
}

void credentials_fsuid_changed(struct credentials *new, const struct credentials *old)
{
	if (new->secure_bits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (old->fsuid == 0 && new->fsuid != 0)
		new->effective &= ~CAPABILITIES_OF_FILES;
	if (old->fsuid != 0 && new->fsuid == 0)
		new->effective |= CAPABILITIES_OF_FILES &new->permitted;
}
