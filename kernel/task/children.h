/* Parents and children: what is told of a child's end, stop and continuation, and who waits. Rules: wait(2). */
#ifndef KERNEL_TASK_CHILDREN_H
#define KERNEL_TASK_CHILDREN_H

#include <linux/signal.h>

#include "kernel/task/process.h"

/* A process's end: its children get the nearest subreaper above, or the first process, as their parent. */
void children_give_away(struct process *process);
/*
 * What a thread's children were is its process's from now on: it ended, others staying, and children learn of that
 * (PR_SET_PDEATHSIG), or goes on as the leader.
 */
void children_of_thread_keep(struct thread *thread, bool ended);
/*
 * It becomes a zombie and its parent is told, or it is gone at once if the parent does not care. If somebody else
 * traces it he is told first, and this is called again when he has waited for it or lets go of it.
 */
void child_ended(struct process *process);
/* Nobody waits for the child any more: takes it out of its parent's children, and gives the reference of the ids up. */
void child_forget(struct process *child);
/* It executed a program: clone(2) and setpgid(2) care. */
void process_executed(struct process *process);
/* Job control stopped the process by the signal, or continued it (SIGCONT): its parent is told. */
void child_changed(struct process *process, int signal);

struct child_wait {
	int id_type; /* P_ALL, P_PID, P_PGID */
	int id;
	int options; /* WNOHANG, WEXITED ..., __WALL, as waitid(2) has them */
};

struct child_report {
	int pid; /* 0: none, WNOHANG */
	uint32_t uid;
	int code;            /* CLD_* */
	int status;          /* as wait4(2) gives it */
	struct cpu_time cpu; /* and its children's */
};

/* A status as wait4(2) gives it, beside exit codes and signals. */
#define STATUS_STOPPED(signal) ((signal) << 8 | 0x7f)
#define STATUS_CONTINUED 0xffff
/* What a signal tells of a child or tracee with that status. */
siginfo_t child_info(const struct process *child, int id, int signal, int status);
/* Whether its end is its tracer's to see first. The tree is locked. */
bool child_is_hidden(const struct process *child);
/* si_code of a status, CLD_*. */
int child_status_code(int status);
/* si_status of such a status: an exit code or a signal. */
int child_status_value(int status);
/* 0, -ECHILD, or -ERESTARTSYS if a signal ended the wait. */
int child_wait(const struct child_wait *wait, struct child_report *report);

#endif
