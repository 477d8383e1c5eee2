/*
 * A guest thread, which is a host thread: one structure in the arena per thread, at the base of its GS segment.
 * `current` is the calling thread's. Fields are the thread's own unless said otherwise.
 */
#ifndef KERNEL_TASK_THREAD_H
#define KERNEL_TASK_THREAD_H

#include <linux/time_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/entry.h"
#include "arch_thread.h"
#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/signal/set.h"
#include "kernel/task/cpu_clock.h"

struct process;
struct frame;
struct execution;
struct tracee;

/* thread->kick: why a thread is to look up. Set by others, atomically; any bit makes blocking host calls end. */
enum {
	KICK_SIGNAL = 1, /* a signal may be deliverable */
	KICK_EXIT = 2,   /* leave: the process exits or executes another program */
	KICK_TIMERS = 4, /* a timer of CPU time may have come: timers_look (signal/timers.h) */
	KICK_MEMORY = 8, /* a file changed that is mapped: mm_refresh (mm/mm.h) */
	KICK_WORDS = 16, /* somebody wants to know the arguments: words_now_tell (task/words_now.h) */
	KICK_TRACE = 32, /* a tracer wants it to stop, or has let go of it: tracee_observe (ptrace/ptrace.h) */
	KICK_ASKED = 64, /* somebody wants its memory: memory_serve (ptrace/memory.h) */
};

/* thread->sleep_word: a futex. Others set it to AWAKE. */
enum {
	SLEEP_AWAKE,
	SLEEP_ASLEEP,  /* in, or about to enter, the host's futex wait */
	SLEEP_POLLING, /* in, or about to enter, ppoll: wake it through the wake descriptor */
};

#define THREAD_CPUS_MAX 1024

struct thread {
	struct thread *self;   /* at GS:0 */
	uint64_t user_sp;      /* at GS:8: scratch of the entry path */
	uint64_t kernel_stack; /* at GS:16: where the stack pointer starts in the kernel */
	uint64_t entry;        /* at GS:24: stubs jump through it (abi/entry.h) */
	uint32_t kick;         /* at GS:32: KICK_*; read by the blocking window in arch/ */
	uint32_t sleep_word;   /* at GS:36 */
	uint64_t user_ip;      /* at GS:40: likewise; where to go on in the application */

	struct process *process;
	struct list siblings; /* process->threads */
	int32_t tid;          /* the guest's */
	/*
	 * Where kicks go; host_tid 0: nowhere. Guarded by process->signal_lock, under which kicks are sent too: once
	 * it is 0 none is on its way.
	 */
	int32_t host_tid;
	int32_t offered_tid; /* its host id, until it can take kicks: it begins on the signal stack of who made it */
	bool can_be_kicked;  /* likewise guarded */
	int32_t host_pid;    /* 0: not known yet; -1: and it is waited for (thread_host_await) */
	/* Not 0: a host thread may still use the stacks. The host itself clears it when a thread ends. */
	uint32_t host_alive;
	uint32_t references;
	struct list free; /* task/thread.c: memory of threads that are gone */
	bool is_leader;   /* of the host's thread group: the last of it to end */

	/* vfork: the child runs on its parent's host thread until it executes a program or exits (task/vfork.c). */
	struct thread *lender;       /* of a child: who gets the host thread back */
	uint64_t lender_sp;          /* of a parent: where it goes on */
	struct execution *execution; /* of a child: the program it wants to execute in a host process of its own */

	/* An exception of the application, between the host's signal handler and fault_serve. */
	struct thread_fault {
		int32_t signal;
		int32_t code;
		uint64_t address;
		uint64_t trap_number;
		uint64_t error_code;
	} fault;

	uint64_t set_tls;       /* of a new process: its FS base; 0: as its parent's */
	uint64_t set_child_tid; /* in application memory: where the new thread writes its id first; 0: nowhere */
	struct frame *frame;    /* the system call or fault being served: the application's registers */
	bool idle;              /* waits in the host: see thread_idle_begin */
	uint64_t clear_child_tid;
	uint64_t robust_list;
	uint64_t robust_list_bytes;
	char name[16];
	uint32_t personality; /* personality(2) */

	struct signal_state {
		signal_set_t blocked;
		signal_set_t saved; /* to restore after sigsuspend and the like, if restore_saved */
		bool restore_saved;
		signal_set_t pending; /* for this thread alone; guarded by process->signal_lock */
		struct list queue;    /* of struct signal_info with data */
		uint64_t stack_base;  /* sigaltstack */
		uint64_t stack_bytes;
		uint32_t stack_flags;
	} signals;

	struct rights_drop *rights_drop; /* net/rights.c: descriptors from messages that are being closed; or NULL */
	uint64_t call_number;            /* of the call being served, for restarting it */
	bool restart_behind_handler;     /* arch/x86_64/signal_frame.c */
	/*
	 * Of a call that is about to be served again: until when it waits, whatever its arguments say; 0: as they say.
	 */
	uint64_t restart_deadline_ns;
	uint8_t *kernel_stack_pages;
	uint8_t *signal_stack; /* KERNEL_SIGNAL_STACK_BYTES: the host's alternate stack */
	int32_t nice;
	uintptr_t lent;         /* vfs/fd_lend.c: the file it is using; others may write it */
	uint64_t *calls_served; /* one of the tables of struct kernel_statistics */
	struct cpu_time cpu;    /* as it was told last; guarded by process->lock */
	/* sched_setaffinity(2): a bit for each CPU, none: all that there are. Others may set it, and see half of it. */
	uint64_t cpus[THREAD_CPUS_MAX / 64];
	int32_t io_priority;     /* ioprio_set(2) */
	uint64_t timer_slack_ns; /* PR_SET_TIMERSLACK; 0: as usual */
	int32_t policy;          /* sched_setscheduler(2), with SCHED_RESET_ON_FORK */
	struct tracee *tracee;   /* ptrace/ptrace.h; NULL: nobody ever traced it */
	int32_t exit_status;     /* of exit(2), as wait4 gives it, if it called that */
	bool exited;
};

_Static_assert(offsetof(struct thread, self) == 0, "GS offset of self");
_Static_assert(offsetof(struct thread, user_sp) == 8, "GS offset of user_sp");
_Static_assert(offsetof(struct thread, kernel_stack) == 16, "GS offset of kernel_stack");
_Static_assert(offsetof(struct thread, entry) == ENTRY_GS_OFFSET, "GS offset of entry");
_Static_assert(offsetof(struct thread, kick) == 32, "GS offset of kick");
_Static_assert(offsetof(struct thread, sleep_word) == 36, "GS offset of sleep_word");
_Static_assert(offsetof(struct thread, user_ip) == 40, "GS offset of user_ip");

#define current arch_thread_self()
#define TIMER_SLACK_NS 50000

/*
 * Around host calls that may wait for long: meanwhile the thread takes no CPU time, and nobody kicks it to look at
 * timers of that (signal/timers.h).
 */
static inline void thread_idle_begin(void)
{
	__atomic_store_n(&current->idle, true, __ATOMIC_SEQ_CST);
}
void thread_idle_end(void);

/*
 * Whether a signal wants the calling thread out of its wait: an unblocked one is pending, or it is to exit. Who waits
 * in the host asks this after each kick, without locks: it also does what other kicks are for, and forgets them.
 */
bool thread_is_interrupted(struct thread *thread);

#endif
