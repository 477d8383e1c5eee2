/* Removing the groups of fronts that were killed: see cgroup.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/time_types.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tender/host/host.h"
#include "tender/linux/cgroup.h"
#include "tender/option.h"

#define PID_MAX 0x7fffffffu
/* What a guest takes from making its group to entering it is milliseconds. */
#define BEGINNING_S 5

/* struct linux_dirent64 of getdents64(2) */
struct entry {
	uint64_t inode;
	uint64_t offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

/* The pid in the name of a group of ours, 0 if it is none: tend-PID.RANDOM */
static int front_pid(const char *name)
{
	char digits[12] = "";
	uint64_t pid;

	if (strncmp(name, CGROUP_NAME_PREFIX, sizeof(CGROUP_NAME_PREFIX) - 1) != 0)
		return 0;
	name += sizeof(CGROUP_NAME_PREFIX) - 1;
	for (size_t i = 0; name[i] != '.'; i++) {
		if (name[i] == '\0' || i == sizeof(digits) - 1)
			return 0;
		digits[i] = name[i];
	}
	return option_number(digits, PID_MAX, &pid) ? (int)pid : 0;
}

/* Old enough to have had its members, if it was to have any. */
static bool is_old(int parent_fd, const char *name)
{
	struct __kernel_timespec now;
	struct stat status;
	long fd = host_openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long result = fd < 0 ? fd : host_fstat((int)fd, &status);

	if (fd >= 0)
		host_close((int)fd);
	host_clock_gettime(CLOCK_REALTIME, &now);
	return result >= 0 && now.tv_sec - (int64_t)status.st_ctim.tv_sec > BEGINNING_S;
}

/*
 * True for a group of ours whose front is gone. That of a front in another pid namespace has members, and stays, or
 * will have them in a moment.
 */
static bool is_stale(int parent_fd, const struct entry *entry)
{
	int pid = entry->type == DT_DIR ? front_pid(entry->name) : 0;

	return pid && host_kill(pid, 0) == -ESRCH && is_old(parent_fd, entry->name);
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

			if (is_stale(parent_fd, entry))
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
