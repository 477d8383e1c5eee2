/* What no guest may have of its starter's: see privileges.h. */
#include "tender/host/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/resource.h>
#include <string.h>

#include "tender/host/host.h"

/*
 * True if the id map of this process's user namespace says that id 0 is another id outside: then it is an unprivileged
 * user's already. Format: "INSIDE OUTSIDE COUNT", in lines (user_namespaces(7)).
 */
static bool zero_is_mapped_away(const char *map_path)
{
	char map[64];
	long fd = host_openat(AT_FDCWD, map_path, O_RDONLY | O_CLOEXEC);
	long size = fd < 0 ? fd : host_pread((int)fd, map, sizeof(map), 0);
	long i = 0;

	if (fd >= 0)
		host_close((int)fd);
	while (i < size && map[i] == ' ')
		i++;
	if (i >= size || map[i++] != '0')
		return false;
	while (i < size && map[i] == ' ')
		i++;
	return i < size && map[i] >= '1' && map[i] <= '9';
}

/*
 * Never leave the guest as the host's uid or gid 0: limits do not bind them. A user namespace that does not map
 * "nobody" answers EINVAL; there 0 may stay if it is somebody else outside.
 */
long identity_drop(void)
{
	long groups = host_getgroups(0, NULL) == 0 ? 0 : host_setgroups(0, NULL);
	long gid = host_setresgid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
	long uid = host_setresuid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID);

	if (gid == -EINVAL && zero_is_mapped_away("/proc/self/gid_map"))
		gid = 0;
	if (uid == -EINVAL && zero_is_mapped_away("/proc/self/uid_map"))
		uid = 0;
	/* A user namespace may forbid setgroups; then the groups are those of whoever made it. */
	if (groups == -EPERM && zero_is_mapped_away("/proc/self/uid_map"))
		groups = 0;
	if (uid < 0)
		return uid;
	return gid < 0 ? gid : groups;
}

/* Asks first: every change of credentials costs the kernel a copy of them. */
long capabilities_drop(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	uint32_t any = 0;
	long result = host_capget(&header, sets);

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3 && result >= 0; i++)
		any |= sets[i].effective | sets[i].permitted | sets[i].inheritable;
	if (result < 0 || any == 0)
		return result;
	memset(sets, 0, sizeof(sets));
	return host_capset(&header, sets);
}

/* Core dumps stay off unless the caller asked for them: a limit of 1 also stops dumps that go to a pipe. */
bool core_dumps_disable(void)
{
	struct host_limit limit;

	if (host_prlimit(RLIMIT_CORE, NULL, &limit) < 0 || limit.soft != 0)
		return false;
	/* Raising a hard limit of 0 takes a privilege; without it, only a pipe's reader could still get a dump. */
	limit.soft = 1;
	limit.hard = limit.hard ? limit.hard : 1;
	host_prlimit(RLIMIT_CORE, &limit, NULL);
	return true;
}
