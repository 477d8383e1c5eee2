/*
 * The memory limit of a guest: a control group of its own, version 1 or 2, made beside or below the tender's own group
 * so that limits further up keep holding. It lives as long as the front; what a killed one left, the next start
 * removes.
 */
#ifndef TENDER_LINUX_CGROUP_H
#define TENDER_LINUX_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_PATH_MAX 512
#define CGROUP_NAME_MAX 32
#define CGROUP_NAME_PREFIX "tend-" /* then the pid of the front, and a random number */

/* What /proc/self/cgroup says: where this process is. Paths begin with '/'. */
struct cgroup_place {
	bool is_unified; /* memory is limited by version 2; `pids` is not used */
	char memory[CGROUP_PATH_MAX];
	char pids[CGROUP_PATH_MAX]; /* empty: no such controller */
};

/* Reads the text of /proc/self/cgroup. False if there is no group that could limit memory. Pure. */
bool cgroup_place_read(const char *text, struct cgroup_place *place);

struct cgroup_directory {
	int parent_fd; /* the directory that holds `name` */
	int procs_fd;  /* takes members */
};

struct cgroup {
	unsigned count; /* 0: no group could be had, memory is not limited */
	struct cgroup_directory directories[2];
	bool limits_processes;
	int kills_fd; /* the file that counts kills for want of memory */
	char name[CGROUP_NAME_MAX];
};

/*
 * Makes a group for a guest whose front is process `pid` of this pid namespace. Returns 0, or the -errno that made it
 * impossible; then nothing is left of the attempt.
 */
long cgroup_make(struct cgroup *cgroup, int pid, uint64_t mem_bytes, uint64_t processes_max);

/* Moves the calling process into the group. Returns 0 or -errno. */
long cgroup_enter(const struct cgroup *cgroup);

/* True if the host kernel killed somebody of the group because its memory was used up. */
bool cgroup_has_killed(const struct cgroup *cgroup);

/* Removes the group, whose last process may still be ending. */
void cgroup_remove(const struct cgroup *cgroup);

/* Removes the empty groups of fronts that are no more. */
void cgroup_sweep(const struct cgroup *cgroup);

#endif
