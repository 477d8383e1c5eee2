/* Process groups and sessions: setpgid(2), setsid(2), and orphaned groups as POSIX has them. */
#ifndef KERNEL_TASK_GROUPS_H
#define KERNEL_TASK_GROUPS_H

#include "kernel/task/process.h"

/* Whether nobody in the session, outside the group, is a parent of a member: its terminal stops do not apply. */
bool group_is_orphaned(int group);
/*
 * A process and its parent are parted, by the end of either. If that was what kept the process's group from being
 * orphaned, and members of it are stopped, they get SIGHUP and SIGCONT.
 */
void group_part(const struct process *process, const struct process *parent);

#endif
