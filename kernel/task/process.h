/*
 * A guest process: what its threads share. In the arena, reachable from every host process of the guest.
 *
 * Locks: process->lock guards the list of threads, the working directory, root, umask and limits; the others are named
 * with what they guard.
 */
#ifndef KERNEL_TASK_PROCESS_H
#define KERNEL_TASK_PROCESS_H

#include <linux/resource.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/signal/timers.h"
#include "kernel/task/credentials.h"
#include "kernel/task/thread.h"
#include "kernel/vfs/dentry.h"
#include "kernel/vfs/wait.h"

struct address_space;
struct fd_table;
struct execution;
struct program_words;
struct tracee;

#define PROCESS_LIMITS 16 /* RLIM_NLIMITS */

struct signal_action {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	signal_set_t mask;
};

struct process {
	int32_t pid;
	int32_t group;
	int32_t session;
	int32_t orphaned_foreground; /* of a session's leader: the foreground group when its terminal hung up; 0: none */
	uint32_t references;
	/* Guarded by the process tree lock (task/pid.h), up to the next blank line. */
	struct process *parent;
	int32_t parent_tid; /* the thread of the parent that made it; 0: any */
	struct list children;
	struct list siblings;
	struct list all;
	struct list tracees;   /* of its threads: ptrace/ptrace.h */
	struct tracee *traced; /* the first thread, if somebody traces it */

	struct lock lock;
	/* Changed with tree lock and signal_lock held: either is enough to look. */
	struct list threads;
	uint32_t thread_count;
	/* Host threads of the process, and a flag: a futex (task/exit.c). */
	uint32_t host_threads;
	struct thread *leader; /* of the host's threads; NULL: it has no host process (vfork's child) */
	/* The one thread that an execve leaves alive, and what the host's leader takes over from it. NULL: none. */
	struct thread *remains; /* guarded by signal_lock */
	struct execution *inheritance;
	struct core *core; /* of a process that dumps its memory before it ends: core/core.h */

	struct address_space *space;
	struct fd_table *files;
	struct path root;
	struct path directory;
	uint32_t umask;
	struct credentials credentials;
	struct rlimit64 limits[PROCESS_LIMITS];

	struct path executable;   /* /proc/self/exe; counted in its inode's `executing` */
	uint64_t arguments_start; /* in application memory: /proc/self/cmdline */
	uint64_t arguments_end;
	uint64_t environment_start;
	uint64_t environment_end;
	struct program_words *words; /* task/words.h; guarded by lock */
	uint32_t words_asked;        /* how often others wanted to know them: task/words_now.h */
	uint32_t words_told;         /* a futex: up to which of these it answered */

	struct lock signal_lock; /* actions, pending signals of process and threads */
	struct signal_action actions[SIGNAL_COUNT];
	signal_set_t pending;
	struct list signal_queue;
	struct process_timers timers; /* a lock of their own */
	int32_t parent_death_signal;
	bool dumpable;
	bool no_new_privileges;
	bool child_subreaper;
	bool keep_capabilities;
	int32_t oom_score_adjustment; /* remembered for /proc/PID/oom_score_adj */
	int32_t oom_score_least;      /* what it may be set to without CAP_SYS_RESOURCE */

	/* Guarded by signal_lock. */
	uint32_t stopped;     /* a futex: not 0 while job control has it stopped */
	bool stop_taken;      /* a stop signal was taken off the pending ones, and no SIGCONT came since */
	bool continue_report; /* continued, until a wait has told */
	int32_t stop_report;  /* the signal that stopped it, until a wait has told; 0 */
	uint32_t stop_count;  /* stops of job control so far */
	int32_t stop_signal;  /* of the last one */
	bool exiting;         /* exit_status, too, is guarded by signal_lock until the end */
	int32_t exit_status;  /* as wait4 gives it */
	/* Guarded by the tree lock. */
	enum process_state {
		PROCESS_ALIVE,
		PROCESS_ZOMBIE, /* ended, not waited for */
		PROCESS_GONE,
	} state;
	int32_t exit_signal;               /* what the parent is sent: SIGCHLD, or what clone said; 0: nothing */
	bool executed;                     /* since it was forked: setpgid(2) */
	struct cpu_time cpu;               /* as it was told last; guarded by lock. Of an ended process: all of it */
	struct cpu_time children_cpu;      /* of children that were waited for; guarded by lock */
	uint64_t start_ns;                 /* CLOCK_MONOTONIC */
	struct wait_queue children_queue;  /* someone waits for children */
	struct list sem_undos;             /* ipc/sem.c */
	struct wait_queue *signal_waiters; /* for signals; NULL until there is one: signal/waiters.h */
	struct wait_queue end_waiters;     /* for its end: pidfd */
};

static inline struct process *process_current(void)
{
	return current->process;
}

/* The soft limit of a resource of the calling process: RLIM64_INFINITY or less. */
uint64_t process_limit(unsigned resource);
/* Whether the calling process has the capability (CAP_*) effective. */
bool process_capable(int capability);

#endif
