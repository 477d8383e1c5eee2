/* Group ids and supplementary groups. Rules: credentials(7), setgid(2), setregid(2), setgroups(2). */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/mm/user.h"
#include "kernel/syscall/credentials_change.h"
#include "kernel/syscall/table.h"

#define ID_NONE UINT32_MAX

static const struct credentials *mine(void)
{
	return &process_current()->credentials;
}

static long gids_commit(struct credentials *new)
{
	new->fsgid = new->egid;
	credentials_commit(new);
	return 0;
}

SYSCALL_NO_ARGS(getgid)
{
	return mine()->gid;
}

SYSCALL_NO_ARGS(getegid)
{
	return mine()->egid;
}

SYSCALL(getresgid)
{
	int error = put_user_u32(ARG_USER(args, 0), mine()->gid);

	if (!error)
		error = put_user_u32(ARG_USER(args, 1), mine()->egid);
	return error ? error : put_user_u32(ARG_USER(args, 2), mine()->sgid);
}

SYSCALL(setgid)
{
	struct credentials new = *mine();
	uint32_t gid = ARG_UINT(args, 0);

	if (gid == ID_NONE)
		return -EINVAL;
	if (process_capable(CAP_SETGID)) {
		new.gid = gid;
		new.sgid = gid;
	} else if (gid != new.gid && gid != new.sgid) {
		return -EPERM;
	}
	new.egid = gid;
	return gids_commit(&new);
}

SYSCALL(setregid)
{
	const struct credentials *old = mine();
	struct credentials new = *old;
	uint32_t real = ARG_UINT(args, 0), effective = ARG_UINT(args, 1);
	bool capable = process_capable(CAP_SETGID);

	if (real != ID_NONE) {
		if (real != old->gid && real != old->egid && !capable)
			return -EPERM;
		new.gid = real;
	}
	if (effective != ID_NONE) {
		if (effective != old->gid && effective != old->egid && effective != old->sgid && !capable)
			return -EPERM;
		new.egid = effective;
	}
	if (real != ID_NONE || (effective != ID_NONE && effective != old->gid))
		new.sgid = new.egid;
	return gids_commit(&new);
}

static bool may_take_gid(uint32_t gid)
{
	return gid == ID_NONE || gid == mine()->gid || gid == mine()->egid || gid == mine()->sgid ||
	       process_capable(CAP_SETGID);
}

SYSCALL(setresgid)
{
	struct credentials new = *mine();
	uint32_t real = ARG_UINT(args, 0), effective = ARG_UINT(args, 1), saved = ARG_UINT(args, 2);

	if (!may_take_gid(real) || !may_take_gid(effective) || !may_take_gid(saved))
		return -EPERM;
	if (real != ID_NONE)
		new.gid = real;
	if (effective != ID_NONE)
		new.egid = effective;
	if (saved != ID_NONE)
		new.sgid = saved;
	return gids_commit(&new);
}

SYSCALL(setfsgid)
{
	struct credentials new = *mine();
	uint32_t gid = ARG_UINT(args, 0), old = new.fsgid;

	if (gid == ID_NONE || gid == old || !may_take_gid(gid))
		return old;
	new.fsgid = gid;
	credentials_commit(&new);
	return old;
}

SYSCALL(getgroups)
{
	const struct credentials *credentials = mine();
	int room = ARG_INT(args, 0);

	if (room < 0)
		return -EINVAL;
	if (room) {
		if ((uint32_t)room < credentials->group_count)
			return -EINVAL;
		if (copy_to_user(ARG_USER(args, 1), credentials->groups, credentials->group_count * sizeof(uint32_t)))
			return -EFAULT;
	}
	return credentials->group_count;
}

/* As Linux keeps, and getgroups shows, them. */
static void groups_sort(uint32_t *groups, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		uint32_t group = groups[i];
		unsigned at = i;

		for (; at && groups[at - 1] > group; at--)
			groups[at] = groups[at - 1];
		groups[at] = group;
	}
}

SYSCALL(setgroups)
{
	struct credentials new = *mine();
	uint32_t count = ARG_UINT(args, 0);

	if (!process_capable(CAP_SETGID))
		return -EPERM;
	if (count > GROUPS_MAX)
		return -EINVAL;
	if (copy_from_user(new.groups, ARG_USER(args, 1), count * sizeof(uint32_t)))
		return -EFAULT;
	for (uint32_t i = 0; i < count; i++) {
		if (new.groups[i] == ID_NONE)
			return -EINVAL;
	}
	new.group_count = count;
	groups_sort(new.groups, count);
	credentials_commit(&new);
	return 0;
}
