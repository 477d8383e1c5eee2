/* User ids: who the process is, and who it may become. Rules: credentials(7), setuid(2), setreuid(2), setfsuid(2). */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/mm/user.h"
#include "kernel/syscall/credentials_change.h"
#include "kernel/syscall/table.h"

#define ID_NONE UINT32_MAX /* "leave it as it is" */

static const struct credentials *mine(void)
{
	return &process_current()->credentials;
}

static long three_put(const struct arguments *args, uint32_t real, uint32_t effective, uint32_t saved)
{
	int error = put_user_u32(ARG_USER(args, 0), real);

	if (!error)
		error = put_user_u32(ARG_USER(args, 1), effective);
	return error ? error : put_user_u32(ARG_USER(args, 2), saved);
}

static long uids_commit(struct credentials *new)
{
	new->fsuid = new->euid;
	credentials_uids_changed(new, mine(), process_current()->keep_capabilities);
	credentials_commit(new);
	return 0;
}

SYSCALL_NO_ARGS(getuid)
{
	return mine()->uid;
}

SYSCALL_NO_ARGS(geteuid)
{
	return mine()->euid;
}

SYSCALL(getresuid)
{
	return three_put(args, mine()->uid, mine()->euid, mine()->suid);
}

SYSCALL(setuid)
{
	struct credentials new = *mine();
	uint32_t uid = ARG_UINT(args, 0);

	if (uid == ID_NONE)
		return -EINVAL;
	if (process_capable(CAP_SETUID)) {
		new.uid = uid;
		new.suid = uid;
	} else if (uid != new.uid && uid != new.suid) {
		return -EPERM;
	}
	new.euid = uid;
	return uids_commit(&new);
}

SYSCALL(setreuid)
{
	const struct credentials *old = mine();
	struct credentials new = *old;
	uint32_t real = ARG_UINT(args, 0), effective = ARG_UINT(args, 1);
	bool capable = process_capable(CAP_SETUID);

	if (real != ID_NONE) {
		if (real != old->uid && real != old->euid && !capable)
			return -EPERM;
		new.uid = real;
	}
	if (effective != ID_NONE) {
		if (effective != old->uid && effective != old->euid && effective != old->suid && !capable)
			return -EPERM;
		new.euid = effective;
	}
	if (real != ID_NONE || (effective != ID_NONE && effective != old->uid))
		new.suid = new.euid;
	return uids_commit(&new);
}

static bool may_take_uid(uint32_t uid)
{
	return uid == ID_NONE || uid == mine()->uid || uid == mine()->euid || uid == mine()->suid ||
	       process_capable(CAP_SETUID);
}

SYSCALL(setresuid)
{
	struct credentials new = *mine();
	uint32_t real = ARG_UINT(args, 0), effective = ARG_UINT(args, 1), saved = ARG_UINT(args, 2);

	if (!may_take_uid(real) || !may_take_uid(effective) || !may_take_uid(saved))
		return -EPERM;
	if (real != ID_NONE)
		new.uid = real;
	if (effective != ID_NONE)
		new.euid = effective;
	if (saved != ID_NONE)
		new.suid = saved;
	return uids_commit(&new);
}

/* Always answers with the old id, whether or not it changed. */
SYSCALL(setfsuid)
{
	struct credentials new = *mine();
	uint32_t uid = ARG_UINT(args, 0), old = new.fsuid;

	if (uid == ID_NONE || uid == old || !(may_take_uid(uid)))
		return old;
	new.fsuid = uid;
	credentials_fsuid_changed(&new, mine());
	credentials_commit(&new);
	return old;
}
