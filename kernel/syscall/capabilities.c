/* capget and capset, in all three versions of their structures. */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/mm/user.h"
#include "kernel/syscall/credentials_change.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

#define WORDS_MAX 2

/* How many words the sets have, by the header's version. -EINVAL tells the caller which version we like. */
static int words_of(user_t header)
{
	uint32_t version;

	if (get_user_u32(&version, header))
		return -EFAULT;
	switch (version) {
	case _LINUX_CAPABILITY_VERSION_1:
		return _LINUX_CAPABILITY_U32S_1;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		return WORDS_MAX;
	default:
		return put_user_u32(header, _LINUX_CAPABILITY_VERSION_3) ? -EFAULT : -EINVAL;
	}
}

static long pid_get(user_t header, int32_t *pid)
{
	uint32_t value;

	if (get_user_u32(&value, header + sizeof(uint32_t)))
		return -EFAULT;
	*pid = (int32_t)value;
	return 0;
}

SYSCALL(capget)
{
	struct __user_cap_data_struct data[WORDS_MAX];
	int words = words_of(ARG_USER(args, 0));
	struct process *process;
	int32_t pid;

	if (words < 0 || !ARG_USER(args, 1))
		return words == -EINVAL && !ARG_USER(args, 1) ? 0 : words < 0 ? words : 0;
	if (pid_get(ARG_USER(args, 0), &pid))
		return -EFAULT;
	if (pid < 0)
		return -EINVAL;
	if (pid == 0 || pid == current->tid)
		pid = process_current()->pid;
	process = process_find(pid);
	if (!process)
		return -ESRCH;
	for (unsigned i = 0; i < WORDS_MAX; i++) {
		data[i].effective = (uint32_t)(process->credentials.effective >> 32 * i);
		data[i].permitted = (uint32_t)(process->credentials.permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(process->credentials.inheritable >> 32 * i);
	}
	process_put(process);
	return copy_to_user(ARG_USER(args, 1), data, (size_t)words * sizeof(data[0]));
}

static int sets_check(const struct credentials *new, const struct credentials *old)
{
	if (!process_capable(CAP_SETPCAP) && new->inheritable & ~(old->inheritable | old->permitted))
		return -EPERM;
	if (new->inheritable & ~(old->inheritable | old->bounding))
		return -EPERM;
	return new->permitted & ~old->permitted || new->effective & ~new->permitted ? -EPERM : 0;
}

SYSCALL(capset)
{
	struct __user_cap_data_struct data[WORDS_MAX] = {{0}};
	const struct credentials *old = &process_current()->credentials;
	struct credentials new = *old;
	int words = words_of(ARG_USER(args, 0)), error;
	int32_t pid;

	if (words < 0)
		return words;
	if (pid_get(ARG_USER(args, 0), &pid))
		return -EFAULT;
	if (pid != 0 && pid != current->tid)
		return -EPERM;
	if (copy_from_user(data, ARG_USER(args, 1), (size_t)words * sizeof(data[0])))
		return -EFAULT;
	new.effective = (data[0].effective | (uint64_t)data[1].effective << 32) & CAPABILITIES_ALL;
	new.permitted = (data[0].permitted | (uint64_t)data[1].permitted << 32) & CAPABILITIES_ALL;
	new.inheritable = (data[0].inheritable | (uint64_t)data[1].inheritable << 32) & CAPABILITIES_ALL;
	error = sets_check(&new, old);
	if (error)
		return error;
	new.ambient &= new.permitted &new.inheritable;
	credentials_commit(&new);
	return 0;
}
