/* Bounding and ambient sets, securebits: rules as in capabilities(7). */
#include "kernel/syscall/prctl_capabilities.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

#include "kernel/syscall/credentials_change.h"

static uint64_t bit_of(uint64_t capability)
{
	return 1ull << capability;
}

static long bounding_drop(uint64_t capability)
{
	struct credentials new = process_current()->credentials;

	if (!process_capable(CAP_SETPCAP))
		return -EPERM;
	if (capability > CAPABILITIES_LAST)
		return -EINVAL;
	new.bounding &= ~bit_of(capability);
	credentials_commit(&new);
	return 0;
}

/* Each bit has a lock bit above it; a locked bit stays, as do locks. */
static long secure_bits_set(uint64_t bits)
{
	struct credentials new = process_current()->credentials;
	uint32_t old = new.secure_bits, locked = (old & SECURE_ALL_LOCKS) >> 1;

	if (locked & (old ^ bits) || old & SECURE_ALL_LOCKS & ~bits ||
	    bits & ~(uint64_t)(SECURE_ALL_LOCKS | SECURE_ALL_BITS) || !process_capable(CAP_SETPCAP))
		return -EPERM;
	new.secure_bits = (uint32_t)bits & ~(uint32_t)SECBIT_KEEP_CAPS;
	process_current()->keep_capabilities = bits & SECBIT_KEEP_CAPS;
	credentials_commit(&new);
	return 0;
}

static long ambient_raise(uint64_t capability)
{
	struct credentials new = process_current()->credentials;

	if (!(new.permitted &new.inheritable &bit_of(capability)) || new.secure_bits & SECBIT_NO_CAP_AMBIENT_RAISE)
		return -EPERM;
	new.ambient |= bit_of(capability);
	credentials_commit(&new);
	return 0;
}

static long ambient_remove(uint64_t capabilities)
{
	struct credentials new = process_current()->credentials;

	new.ambient &= ~capabilities;
	credentials_commit(&new);
	return 0;
}

static long ambient_option(const struct arguments *args)
{
	uint64_t action = ARG_ULONG(args, 1), capability = ARG_ULONG(args, 2);

	if (action == PR_CAP_AMBIENT_CLEAR_ALL)
		return capability || ARG_ULONG(args, 3) || ARG_ULONG(args, 4) ? -EINVAL : ambient_remove(UINT64_MAX);
	if (ARG_ULONG(args, 3) || ARG_ULONG(args, 4) || capability > CAPABILITIES_LAST)
		return -EINVAL;
	switch (action) {
	case PR_CAP_AMBIENT_IS_SET:
		return !!(process_current()->credentials.ambient & bit_of(capability));
	case PR_CAP_AMBIENT_RAISE:
		return ambient_raise(capability);
	case PR_CAP_AMBIENT_LOWER:
		return ambient_remove(bit_of(capability));
	default:
		return -EINVAL;
	}
}

long prctl_capabilities(const struct arguments *args)
{
	const struct process *process = process_current();

	switch (ARG_INT(args, 0)) {
	case PR_CAPBSET_READ:
		if (ARG_ULONG(args, 1) > CAPABILITIES_LAST)
			return -EINVAL;
		return !!(process->credentials.bounding & bit_of(ARG_ULONG(args, 1)));
	case PR_CAPBSET_DROP:
		return bounding_drop(ARG_ULONG(args, 1));
	case PR_GET_SECUREBITS:
		return process->credentials.secure_bits | (process->keep_capabilities ? SECBIT_KEEP_CAPS : 0);
	case PR_SET_SECUREBITS:
		return secure_bits_set(ARG_ULONG(args, 1));
	case PR_CAP_AMBIENT:
		return ambient_option(args);
	default:
		return -ENOSYS;
	}
}
