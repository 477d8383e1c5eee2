/* Job control: processes that signals stop and continue. Rules: signal(7), kill(2). */
#ifndef KERNEL_SIGNAL_STOP_H
#define KERNEL_SIGNAL_STOP_H

#include <linux/signal.h>

#include "kernel/task/process.h"

/* Signals whose default is to stop the process. */
#define STOP_SIGNALS (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))

/*
 * A signal is about to be sent, signal_lock is held: SIGCONT and SIGKILL end a stop, SIGCONT and stop signals cancel
 * each other. True: the process was stopped and goes on by SIGCONT; its parent is to be told once the lock is released.
 */
bool stop_signals_settle(struct process *process, int signal);
/* The default action of a stop signal: stops the calling process, but for orphaned groups. */
void process_stop(struct process *process, int signal);
/* The calling thread waits as long as its process is stopped; a traced one does what its tracer says. */
void stop_observe(struct process *process);
/* Threads that wait there were kicked: they are to see it. signal_lock is held. */
void stop_look_up(struct process *process);

#endif
