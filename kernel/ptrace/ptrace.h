/*
 * ptrace(2) between processes of the guest: tracees and how they stop. Rules: ptrace(2), and Linux's kernel/ptrace.c.
 *
 * No process can reach another's memory or registers, so a tracee does it all itself: it saves its registers into the
 * arena when it stops (stop.c), where the tracer finds them (request.c), and while it is parked it serves those who
 * want its memory (memory.h). Nothing of this is on the way of a process that nobody traces: a tracee's text is as it
 * is in its files (mm/plain.h), so its system calls trap, and what traps looks whether it is traced.
 */
#ifndef KERNEL_PTRACE_PTRACE_H
#define KERNEL_PTRACE_PTRACE_H

#include <linux/ptrace.h>
#include <linux/signal.h>

#include "frame.h"
#include "kernel/mm/user.h"
#include "kernel/task/process.h"

struct child_report;
struct child_wait;

#define RFLAGS_TRAP 0x100ull

/* tracee->traps: it is to stop for its tracer. Set by others, atomically. */
enum {
	TRAP_STOP = 1,   /* PTRACE_INTERRUPT, or its beginning */
	TRAP_NOTIFY = 2, /* of a seized one: SIGCONT came */
};

/* tracee->resume: how it goes on. */
enum {
	RESUME_CALLS = 1, /* until the next end of a system call, or the beginning of one */
	RESUME_STEP = 2,
	RESUME_EMULATION = 4, /* PTRACE_SYSEMU: calls are not served */
};

enum tracee_state {
	TRACEE_RUNS,
	TRACEE_STOPPED,
	TRACEE_LISTENS, /* stopped for PTRACE_LISTEN: no requests, no report, until TRAP_NOTIFY */
};

/*
 * A thread that was traced at least once. Made by who attaches to it, it lasts as long as the thread; or, if that ends
 * while it is traced, until its tracer has waited for it. Guarded by the tree lock (task/pid.h) but for what is the
 * thread's own.
 */
struct tracee {
	struct list siblings;    /* tracer->tracees */
	struct process *tracer;  /* NULL: nobody traces it */
	struct process *process; /* with a reference once the thread has ended */
	struct thread *thread;   /* NULL: it has ended */
	int32_t tracer_tid;      /* the one thread that may make requests */
	int32_t tid;
	int32_t former_tid; /* before the execve that made it the first thread; 0 */
	uint32_t options;   /* PTRACE_O_* */
	bool seized;
	bool tracer_is_capable; /* an execve may give it rights */
	uint32_t resume;
	uint32_t state; /* enum tracee_state; LISTENS ends without the lock, too */
	uint32_t traps;
	uint32_t stop_seen; /* the last of process->stop_count that it stopped for */
	uint32_t bell;      /* a futex: rung whenever the parked thread is to look */
	/*
	 * The stop as wait4 tells it, without the lower byte: a signal, perhaps with an event. 0 once it was told; then
	 * the signal to go on with.
	 */
	int32_t code;
	int32_t exit_status; /* of a thread that has ended */
	int32_t why;         /* CLD_* */
	bool has_info;
	siginfo_t info; /* PTRACE_GETSIGINFO */
	uint64_t message;
	/* Of a stopped thread, saved by it and brought back if changed. */
	uint64_t fs;
	void *vectors; /* arch_xstate_bytes, aligned; NULL: no memory */
	void *vectors_block;
	bool vectors_changed;
	/* The thread's own. */
	bool forced_step; /* the trap flag in its frame is the tracer's */
};

/* Whether somebody traces the thread. For the thread itself; for others a guess without the tree lock. */
static inline bool thread_is_traced(const struct thread *thread)
{
	const struct tracee *tracee = __atomic_load_n(&thread->tracee, __ATOMIC_ACQUIRE);

	return tracee && __atomic_load_n(&tracee->tracer, __ATOMIC_ACQUIRE);
}

/* --- attach.c: who traces whom ------------------------------------------------------------------------------------ */

/* 0, -EPERM. */
long tracee_traceme(void);
/* 0, -ESRCH, -EPERM, -ENOMEM. */
long tracee_attach(int tid, bool seize, uint32_t options);
/* The process's memory and registers may be looked at by the calling one: ptrace(2), "Ptrace access mode checking". */
bool process_may_look_into(const struct process *process);
/* A thread or process that the calling one just made and that does not run yet; `flags` are clone's. */
void tracee_inherit(struct thread *child, uint64_t flags, int exit_signal);

/* --- part.c: who does so no longer -------------------------------------------------------------------------------- */

/* The tracer lets go of it. The tree is locked. */
void tracee_detach(struct tracee *tracee);
/* The calling thread ends: so does what it traces, or goes on without it. No lock is held. */
void tracees_release(void);
/* What a thread ends with, as its tracer is told. */
int thread_exit_status(const struct thread *thread);
/* The thread was just hidden by its end. The tree is not locked. */
void tracee_ended(struct thread *thread);
/* The thread never ran. The tree is not locked. */
void tracee_forget(struct thread *thread);
/* execve: `to` takes the place of `from`. The tree is locked. */
void tracee_hand_over(struct thread *from, struct thread *to);
/* Its tracer, if any, lets go of it. The tree is locked. */
void tracee_free(struct tracee *tracee);

/* --- stop.c: the calling thread, traced, stops -------------------------------------------------------------------- */

/* How to stop: what the tracer is told. */
struct tracee_stop {
	int code;              /* as in struct tracee */
	int why;               /* CLD_TRAPPED or CLD_STOPPED */
	const siginfo_t *info; /* NULL: none */
	uint64_t message;
	bool is_exit; /* the thread is leaving anyway: only SIGKILL ends the stop */
};
#define TRACEE_FREE -1 /* nobody traces it any more, it did not stop */
/*
 * Stops until the tracer resumes it: the signal to go on with, 0 for none or if it is to end; TRACEE_FREE. No lock is
 * held.
 */
int tracee_stop(const struct tracee_stop *stop);
/* The two halves: between them the calling host thread runs the child of a vfork. */
bool tracee_stop_begin(const struct tracee_stop *stop);
int tracee_stop_end(bool is_exit);
/* A kick came, or its state changed: the parked thread is to look. */
void tracee_ring(struct tracee *tracee);
/* The tracer, and whoever waits with it, learns of the code. Without locks; the tracer with a reference. */
void tracer_tell(struct process *tracer, const siginfo_t *info, bool is_end);
/* How the thread enters the kernel: what is traced, by way of trap_serve. The tree is locked. */
void tracee_entry_choose(struct thread *thread);

/* --- event.c: when to stop ---------------------------------------------------------------------------------------- */

/* Stops that others asked for. Called with no lock held, before the thread goes on in the application. */
void tracee_observe(void);
/* Whether the thread has still to stop for its process's job control. */
bool tracee_stop_is_due(const struct thread *thread);
/* A signal is about to be delivered: what to deliver in its place, in *info, or 0. */
int tracee_signal(siginfo_t *info);
/* A handler's frame is to be set up: the tracer's trap flag stays out of it. Who steps stops at its beginning. */
void tracee_handler_begin(struct frame *frame);
void tracee_handler_entered(void);
/* A system call is about to be served; false: it is not to be. And afterwards. */
bool tracee_call_begin(struct frame *frame);
void tracee_call_end(struct frame *frame);
/* PTRACE_EVENT_*, if the tracer wants it. */
void tracee_event(int event, uint64_t message);
/* The same for PTRACE_EVENT_CLONE, FORK or VFORK as the flags have it. */
int tracee_clone_event(uint64_t flags, int exit_signal);
/* vfork: the parent stops while its host thread runs the child. True: tracee_stop_end is to follow. */
bool tracee_vfork_begin(int pid, uint64_t flags, int exit_signal);
void tracee_vfork_end(bool has_begun, int pid);
/* execve has succeeded. */
void tracee_executed(void);
/* SIGCONT for the process. signal_lock is held. */
void tracees_continue(struct process *process);

/* --- wait.c: wait4's search --------------------------------------------------------------------------------------- */

struct tracee_search {
	const struct child_wait *wait;
	struct child_report *report;
	bool any;                  /* there is a tracee to wait for */
	struct process *reaped;    /* a child of the calling process that was waited for */
	struct process *returned;  /* another one's, which may learn of its end now; with a reference */
	struct process *forgotten; /* a reference to give up */
};
/* True: something to report. The tree is locked. */
bool tracees_look(struct tracee_search *search);

/* --- request.c ---------------------------------------------------------------------------------------------------- */

struct ptrace_request {
	long number;
	uint64_t address;
	uint64_t data;
};

/* A request to a tracee of the calling thread. The result of ptrace(2), as the kernel has it. */
long tracee_request(long number, int tid, uint64_t address, uint64_t data);

/* --- inspect.c: of a stopped tracee; the tree is locked ----------------------------------------------------------- */

long tracee_info_access(struct tracee *tracee, const struct ptrace_request *request);
long tracee_mask_access(const struct tracee *tracee, const struct ptrace_request *request);
long tracee_pending_peek(const struct tracee *tracee, const struct ptrace_request *request);
long tracee_call_info_get(const struct tracee *tracee, const struct ptrace_request *request);

/* --- registers.c: of a stopped tracee; the tree is locked; `data` is in the calling application's memory ---------- */

long tracee_peek_user(const struct tracee *tracee, uint64_t offset, user_t data);
long tracee_poke_user(struct tracee *tracee, uint64_t offset, uint64_t value);
/* PTRACE_GETREGSET and the like: `type` is NT_*. *bytes: how much there is room for, then how much was moved. */
long tracee_registers_get(struct tracee *tracee, uint32_t type, user_t data, uint64_t *bytes);
long tracee_registers_set(struct tracee *tracee, uint32_t type, user_t data, uint64_t *bytes);
/* How many bytes a set of registers has; 0: there is no such set. */
uint64_t tracee_registers_bytes(uint32_t type);

#endif
