/*
 * File locks: POSIX record locks (by process), open file description locks, flock(2), and what fcntl(2) says of leases.
 *
 * The records of an inode hang off inode->locks, guarded by inode->locks_lock; they are made by the first lock taken
 * and
 * freed with the inode. Record locks of both kinds conflict with each other; flock's conflict with neither.
 */
#ifndef KERNEL_VFS_LOCKS_H
#define KERNEL_VFS_LOCKS_H

#include "kernel/vfs/file.h"

struct process;
struct text;

/* Whether there ever was a lock, asked without one. */
static inline bool locks_were_taken(const struct inode *inode)
{
	return __atomic_load_n(&inode->locks, __ATOMIC_ACQUIRE);
}

/*
 * fcntl(2)'s F_GETLK, F_SETLK, F_SETLKW, F_OFD_*, F_SETLEASE and F_GETLEASE; arg is the call's third argument (a struct
 * flock in application memory, or a lease's type). -EINVAL for any other command. F_SETLKW may block: -ERESTARTSYS if a
 * signal ends the wait, -EDEADLK. Copies the structure before it takes any lock.
 *
 * The caller must look afterwards whether the descriptor still means `file`; if another thread has closed it meanwhile,
 * that close came too early for this lock: call locks_release_process again (and answer -EBADF), as Linux does.
 */
long lock_control(struct file *file, int command, user_t arg);

/*
 * flock(2): LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB, as flock_check approves. May block: -ERESTARTSYS. -EAGAIN,
 * -ENOMEM.
 */
int flock_check(int operation);
long flock_control(struct file *file, int operation);

/*
 * The process closed a descriptor of the inode: its record locks are gone, however it took them. Cheap if it has
 * none.
 */
void locks_release_process(struct inode *inode, struct process *process);

/* The description is going away: its flock, open file description locks and lease. Called by the last file_put. */
void locks_release_file(struct file *file);

/* Frees the records of an inode that nobody uses any more. Called by the last inode_put, before ops->release. */
void locks_free(struct inode *inode);

/* The lines of /proc/locks. */
void locks_show(struct text *text);

#endif
