/* Making, entering and removing a guest's control group: see cgroup.h. */
#include "tender/linux/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/say.h"

#define MOUNT "/sys/fs/cgroup"
#define REMOVE_ATTEMPTS 100
#define REMOVE_PAUSE_NS 1000000u

/* The files of the two versions. Version 1's `tasks` spares the lock that moving a whole process takes. */
struct files {
	const char *mount_memory;
	const char *mount_pids;
	const char *members;
	const char *memory_limit;
	const char *swap_limit;
	const char *swap_value; /* NULL: as for memory */
	const char *kills;
};

static const struct files version1 = {
	.mount_memory = MOUNT "/memory",
	.mount_pids = MOUNT "/pids",
	.members = "tasks",
	.memory_limit = "memory.limit_in_bytes",
	.swap_limit = "memory.memsw.limit_in_bytes",
	.kills = "memory.oom_control",
};

static const struct files version2 = {
	.mount_memory = MOUNT,
	.members = "cgroup.procs",
	.memory_limit = "memory.max",
	.swap_limit = "memory.swap.max",
	.swap_value = "0",
	.kills = "memory.events",
};

static long directory_open(const char *mount, const char *path)
{
	char full[CGROUP_PATH_MAX + sizeof(MOUNT "/memory")];

	text_make(full, sizeof(full), "%s%s", mount, path);
	return host_openat(AT_FDCWD, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A file of the group `name` in the directory; name "" is the directory's own group. */
static long file_open(int parent_fd, const char *name, const char *file, int flags)
{
	char path[CGROUP_NAME_MAX + 64];

	text_make(path, sizeof(path), "%s%s%s", name, *name ? "/" : "", file);
	return host_openat(parent_fd, path, flags | O_CLOEXEC);
}

static long file_write(int parent_fd, const char *name, const char *file, const char *value)
{
	long fd = file_open(parent_fd, name, file, O_WRONLY);
	long result = fd < 0 ? fd : host_write((int)fd, value, strlen(value));

	if (fd >= 0)
		host_close((int)fd);
	return result;
}

static long number_write(int parent_fd, const char *name, const char *file, uint64_t value)
{
	char text[24];

	text_make(text, sizeof(text), "%lu", (unsigned long)value);
	return file_write(parent_fd, name, file, text);
}

/* Makes the group in an open directory, which becomes the group's. */
static long directory_add(struct cgroup *cgroup, int parent_fd, const char *members)
{
	struct cgroup_directory *directory = &cgroup->directories[cgroup->count];
	long result = host_mkdirat(parent_fd, cgroup->name, 0755);

	if (result < 0)
		return result;
	result = file_open(parent_fd, cgroup->name, members, O_WRONLY);
	if (result < 0) {
		host_unlinkat(parent_fd, cgroup->name, AT_REMOVEDIR);
		return result;
	}
	directory->parent_fd = parent_fd;
	directory->procs_fd = (int)result;
	cgroup->count++;
	return 0;
}

static long limits_set(struct cgroup *cgroup, const struct files *files, uint64_t mem_bytes)
{
	int parent_fd = cgroup->directories[0].parent_fd;
	long result = number_write(parent_fd, cgroup->name, files->memory_limit, mem_bytes);

	/* Version 2 shows the limits only where the directory hands its controllers down. */
	if (result == -ENOENT && file_write(parent_fd, "", "cgroup.subtree_control", "+memory +pids") > 0)
		result = number_write(parent_fd, cgroup->name, files->memory_limit, mem_bytes);
	if (result < 0)
		return result;
	/* Kernels without swap have no such file, nor those that do not account for it: there, none is to be used. */
	if (files->swap_value)
		file_write(parent_fd, cgroup->name, files->swap_limit, files->swap_value);
	else if (number_write(parent_fd, cgroup->name, files->swap_limit, mem_bytes) < 0)
		file_write(parent_fd, cgroup->name, "memory.swappiness", "0");
	result = file_open(parent_fd, cgroup->name, files->kills, O_RDONLY);
	if (result < 0)
		return result;
	cgroup->kills_fd = (int)result;
	return 0;
}

static void directories_remove(struct cgroup *cgroup)
{
	while (cgroup->count) {
		struct cgroup_directory *directory = &cgroup->directories[--cgroup->count];

		host_close(directory->procs_fd);
		host_unlinkat(directory->parent_fd, cgroup->name, AT_REMOVEDIR);
		host_close(directory->parent_fd);
	}
}

/* Tries one directory for the memory limit. Returns 0 or -errno, with nothing left. */
static long memory_make(struct cgroup *cgroup, const struct files *files, const char *path, uint64_t mem_bytes)
{
	long fd = directory_open(files->mount_memory, path);
	long result = fd < 0 ? fd : directory_add(cgroup, (int)fd, files->members);

	if (fd >= 0 && result < 0)
		host_close((int)fd);
	if (result < 0)
		return result;
	result = limits_set(cgroup, files, mem_bytes);
	if (result < 0)
		directories_remove(cgroup);
	return result;
}

/* Where the number of processes cannot be limited by a group, RLIMIT_NPROC has to do. */
static void pids_make(struct cgroup *cgroup, const struct files *files, const char *path, uint64_t processes_max)
{
	long fd;

	if (!files->mount_pids) {
		fd = cgroup->directories[0].parent_fd;
	} else {
		if (*path == '\0')
			return;
		fd = directory_open(files->mount_pids, path);
		if (fd < 0)
			return;
		if (directory_add(cgroup, (int)fd, files->members) < 0) {
			host_close((int)fd);
			return;
		}
	}
	cgroup->limits_processes = number_write((int)fd, cgroup->name, "pids.max", processes_max) > 0;
}

/* Cuts the last component; false if there is none. */
static bool path_shorten(char *path)
{
	size_t length = strlen(path);

	if (length <= 1)
		return false;
	while (length > 1 && path[length - 1] != '/')
		length--;
	path[length > 1 ? length - 1 : 1] = '\0';
	return true;
}

static long place_find(struct cgroup_place *place)
{
	char text[4096];
	long fd = host_openat(AT_FDCWD, "/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	long got = fd < 0 ? fd : host_read((int)fd, text, sizeof(text) - 1);

	if (fd >= 0)
		host_close((int)fd);
	if (got < 0)
		return got;
	text[got] = '\0';
	return cgroup_place_read(text, place) ? 0 : -ENOENT;
}

long cgroup_make(struct cgroup *cgroup, int pid, uint64_t mem_bytes, uint64_t processes_max)
{
	struct cgroup_place place;
	const struct files *files;
	uint16_t random = 0;
	long result = place_find(&place);

	cgroup->count = 0;
	cgroup->limits_processes = false;
	if (result < 0)
		return result;
	files = place.is_unified ? &version2 : &version1;
	/* Fronts in other pid namespaces may have the same pid, and a killed one may have had it. */
	host_getrandom(&random, sizeof(random));
	text_make(cgroup->name, sizeof(cgroup->name), CGROUP_NAME_PREFIX "%d.%u", pid, random);
	result = memory_make(cgroup, files, place.memory, mem_bytes);
	/*
	 * Version 2: a group with processes hands no controllers down, but the one above may let us have one beside it.
	 * Version 1: inside a container, the path is the host's and the container's own group is mounted at the top.
	 */
	if (result < 0 && place.is_unified && path_shorten(place.memory))
		result = memory_make(cgroup, files, place.memory, mem_bytes);
	else if (result == -ENOENT && !place.is_unified)
		result = memory_make(cgroup, files, "/", mem_bytes);
	if (result < 0)
		return result;
	pids_make(cgroup, files, place.pids, processes_max);
	return 0;
}

long cgroup_enter(const struct cgroup *cgroup)
{
	long result = 0;

	for (unsigned i = 0; i < cgroup->count && result >= 0; i++)
		result = host_write(cgroup->directories[i].procs_fd, "0", 1);
	return result < 0 ? result : 0;
}

bool cgroup_has_killed(const struct cgroup *cgroup)
{
	static const char key[] = "oom_kill ";
	char text[1024];
	long got = cgroup->count ? host_pread(cgroup->kills_fd, text, sizeof(text) - 1, 0) : 0;

	if (got <= 0)
		return false;
	text[got] = '\0';
	for (const char *line = text; *line; line++) {
		if ((line == text || line[-1] == '\n') && strncmp(line, key, sizeof(key) - 1) == 0)
			return line[sizeof(key) - 1] != '0';
	}
	return false;
}

void cgroup_remove(const struct cgroup *cgroup)
{
	for (unsigned i = 0; i < cgroup->count; i++) {
		for (unsigned attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
			if (host_unlinkat(cgroup->directories[i].parent_fd, cgroup->name, AT_REMOVEDIR) != -EBUSY)
				break;
			host_nanosleep(REMOVE_PAUSE_NS);
		}
	}
}
