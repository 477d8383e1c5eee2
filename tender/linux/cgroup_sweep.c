/* Removing the groups of fronts that were killed: see cgroup.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/cgroup.h"
#include "tender/option.h"

#define PID_MAX 0x7fffffffu

/* struct linux_dirent64 of getdents64(2) */
struct entry {
	uint64_t inode;
	uint64_t offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

/* True for a group of ours whose front is gone. That of a front in another pid namespace has members: it stays. */
static bool is_stale(const struct entry *entry)
{
	uint64_t pid;

	return entry->type == DT_DIR && strncmp(entry->name, CGROUP_NAME_PREFIX, sizeof(CGROUP_NAME_PREFIX) - 1) == 0 &&
	       option_number(entry->name + sizeof(CGROUP_NAME_PREFIX) - 1, PID_MAX, &pid) && pid &&
	       host_kill((int)pid, 0) == -ESRCH;
}

static void directory_sweep(int parent_fd)
{
	uint64_t buffer[512];
	long fd = host_openat(parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long got;

	if (fd < 0)
		return;
	while ((got = host_getdents((int)fd, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < got;) {
			const struct entry *entry = (const struct entry *)((const char *)buffer + at);

			if (is_stale(entry))
				host_unlinkat(parent_fd, entry->name, AT_REMOVEDIR);
			at += entry->bytes;
		}
	}
	host_close((int)fd);
}

void cgroup_sweep(const struct cgroup *cgroup)
{
	for (unsigned i = 0; i < cgroup->count; i++)
		directory_sweep(cgroup->directories[i].parent_fd);
}
