/* ptrace: events of new processes, threads, programs and ends; attaching, seizing, letting go. */
#include "../signals.h"
#include "../tracee.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define FAMILY_OPTIONS                                                                                                 \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORKDONE |                    \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)

static void nothing(void)
{
}

static pid_t child_waiting(void)
{
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	return child;
}

static unsigned long message_of(pid_t pid)
{
	unsigned long message = 0;
	TRACE(PTRACE_GETEVENTMSG, pid, 0, &message);
	return message;
}

static void forking(void)
{
	pid_t child = fork();
	if (child == 0)
		_exit(3);
	int status = 0;
	waitpid(child, &status, 0);
	_exit(WEXITSTATUS(status) + 1);
}

CHECK(ptrace_fork, "ptrace,fork")
{
	pid_t child = tracee_fork(forking);
	record_made("fork");
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXIT));
	tracee_status("fork", tracee_next(PTRACE_CONT, child, 0));
	pid_t grandchild = (pid_t)message_of(child);
	tracee_show("its child", grandchild);
	SHOW(tracee_registers(grandchild).rax);
	tracee_status("it exits", tracee_next(PTRACE_CONT, grandchild, 0));
	SHOW_HEX(message_of(grandchild));
	tracee_status("it has ended", tracee_next(PTRACE_CONT, grandchild, 0));
	tracee_status("SIGCHLD", tracee_next(PTRACE_CONT, child, 0));
	tracee_status("exits", tracee_next(PTRACE_CONT, child, SIGCHLD));
	SHOW_HEX(message_of(child));
	tracee_end(child);
}

static void vforking(void)
{
	pid_t child = vfork();
	if (child == 0)
		_exit(5);
	int status = 0;
	waitpid(child, &status, 0);
	_exit(WEXITSTATUS(status) + 1);
}

/* Parent and child are stopped at the same time, whichever goes on first. */
CHECK(ptrace_vfork, "ptrace,vfork")
{
	for (int how = 0; how < 2; how++) {
		pid_t child = tracee_fork(vforking);
		record_made("vfork");
		SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, FAMILY_OPTIONS & ~PTRACE_O_TRACEEXIT));
		tracee_status("vfork", tracee_next(PTRACE_CONT, child, 0));
		pid_t grandchild = (pid_t)message_of(child);
		tracee_show("its child", grandchild);
		SHOW(tracee_registers(grandchild).rip == tracee_registers(child).rip);
		if (how == 0)
			SHOW(TRACE(PTRACE_CONT, child, 0, 0));
		SHOW(TRACE(PTRACE_CONT, grandchild, 0, 0));
		tracee_show("its end", grandchild);
		if (how == 1)
			SHOW(TRACE(PTRACE_CONT, child, 0, 0));
		tracee_show("done", child);
		SHOW(message_of(child) == (unsigned long)grandchild);
		tracee_status("SIGCHLD", tracee_next(PTRACE_CONT, child, 0));
		tracee_end(child);
	}
}

static void *threading(void *argument)
{
	QUIET(exit, 7);
	return argument;
}

static void cloning(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, threading, NULL);
	pthread_join(thread, NULL);
	kill(getpid(), SIGSTOP);
	_exit(4);
}

CHECK(ptrace_thread, "ptrace,clone3,exit")
{
	pid_t child = tracee_fork(cloning);
	record_made("clone3");
	record_made("exit");
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACECLONE));
	tracee_status("clone", tracee_next(PTRACE_CONT, child, 0));
	pid_t thread = (pid_t)message_of(child);
	tracee_show("thread", thread);
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	tracee_status("its end", tracee_next(PTRACE_CONT, thread, 0));
	SHOW(TRACE(PTRACE_CONT, thread, 0, 0));
	tracee_show("the first one", child);
	tracee_end(child);
}

PART(traced)
{
	return 9;
}

static void executing(void)
{
	part_execute("traced", "");
	_exit(1);
}

CHECK(ptrace_exec, "ptrace,execve")
{
	pid_t child = tracee_fork(executing);
	siginfo_t info;
	record_made("execve");
	tracee_status("as a signal", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
	NOTE("code %d", info.si_code);
	tracee_end(child);
	child = tracee_fork(executing);
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD));
	tracee_status("as an event", tracee_next(PTRACE_CONT, child, 0));
	SHOW(message_of(child) == (unsigned long)child);
	tracee_status("end of the call", tracee_next(PTRACE_SYSCALL, child, 0));
	SHOW(tracee_registers(child).rax);
	tracee_end(child);
}

static void *executing_thread(void *argument)
{
	part_execute("traced", "");
	return argument;
}

static void executing_behind(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, executing_thread, NULL);
	for (;;)
		pause();
}

/* The thread that executes a program takes the first one's place, and its id. */
CHECK(ptrace_exec_of_thread, "ptrace,execve")
{
	pid_t child = tracee_fork(executing_behind);
	record_made("execve");
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC));
	tracee_status("clone", tracee_next(PTRACE_CONT, child, 0));
	pid_t thread = (pid_t)message_of(child);
	tracee_show("thread", thread);
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	SHOW(TRACE(PTRACE_CONT, thread, 0, 0));
	tracee_show("program", child);
	SHOW(message_of(child) == (unsigned long)thread);
	SHOW(TRACE(PTRACE_CONT, thread, 0, 0));
	tracee_end(child);
}

CHECK(ptrace_attach, "ptrace")
{
	pid_t child = child_waiting();
	EXPECT(family_state_is(child, "S"));
	SHOW(TRACE(PTRACE_ATTACH, child, 0, 0));
	SHOW(TRACE(PTRACE_ATTACH, child, 0, 0));
	tracee_show("attached", child);
	SHOW(tracee_registers(child).orig_rax == SYS_pause || tracee_registers(child).orig_rax == SYS_ppoll);
	SHOW(TRACE(PTRACE_DETACH, child, 0, 0));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	EXPECT(family_state_is(child, "S"));
	SHOW(TRACE(PTRACE_ATTACH, child, 0, 0));
	tracee_show("again", child);
	SHOW(TRACE(PTRACE_DETACH, child, 0, SIGTERM));
	tracee_show("detached with a signal", child);
}

CHECK(ptrace_attach_to_stopped, "ptrace")
{
	int status = 0;
	pid_t child = child_waiting();
	kill(child, SIGSTOP);
	SHOW(QUIET(wait4, child, &status, WUNTRACED, NULL) == child);
	SHOW(TRACE(PTRACE_SEIZE, child, 0, 0));
	tracee_show("seized", child);
	SHOW(TRACE(PTRACE_LISTEN, child, 0, 0));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	kill(child, SIGCONT);
	tracee_show("continued", child);
	tracee_status("by the signal", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_DETACH, child, 0, 0));
	family_kill(child);
}

CHECK(ptrace_seize, "ptrace,wait4")
{
	int status = 0;
	siginfo_t info;
	pid_t child = child_waiting();
	SHOW(TRACE(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESYSGOOD));
	SHOW(QUIET(wait4, child, &status, WNOHANG | __WALL, NULL));
	SHOW(TRACE(PTRACE_INTERRUPT, child, 0, 0));
	tracee_show("interrupted", child);
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
	NOTE("signal %d code %d", info.si_signo, info.si_code);
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	kill(child, SIGSTOP);
	tracee_show("a signal", child);
	SHOW(TRACE(PTRACE_LISTEN, child, 0, 0));
	tracee_status("a stop", tracee_next(PTRACE_CONT, child, SIGSTOP));
	SHOW(TRACE(PTRACE_LISTEN, child, 0, 0));
	SHOW(QUIET(wait4, child, &status, WNOHANG | __WALL, NULL));
	SHOW(TRACE(PTRACE_INTERRUPT, child, 0, 0));
	tracee_show("interrupted", child);
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	kill(child, SIGCONT);
	tracee_show("continued", child);
	tracee_status("by the signal", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	tracee_kill(child);
}

CHECK(ptrace_waitid, "ptrace,waitid")
{
	siginfo_t info = {0};
	pid_t child = tracee_fork(nothing);
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXIT));
	SHOW(TRACE(PTRACE_CONT, child, 0, SIGUSR1));
	for (int flags = WNOWAIT; flags >= 0; flags -= WNOWAIT) {
		SHOW(QUIET(waitid, P_PID, child, &info, WSTOPPED | WEXITED | flags, NULL));
		NOTE("code %d status %#x", info.si_code, info.si_status);
	}
	tracee_end(child);
	child = tracee_fork(nothing);
	SHOW(TRACE(PTRACE_CONT, child, 0, SIGSTOP));
	SHOW(QUIET(waitid, P_PID, child, &info, WEXITED, NULL));
	NOTE("code %d status %#x own %d", info.si_code, info.si_status, info.si_pid == child);
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
	tracee_kill(child);
}

/* Its parent learns of an end when the tracer has waited for it. */
CHECK(ptrace_end_of_others_child, "ptrace,wait4")
{
	struct gate made = gate_make(), look = gate_make();
	int *pid = family_memory();
	pid_t parent = family_fork();
	if (parent == 0) {
		int status = 0;
		*pid = child_waiting();
		gate_open(&made);
		gate_wait(&look);
		int before = (int)QUIET(wait4, *pid, &status, WNOHANG, NULL);
		gate_open(&made);
		int after = (int)QUIET(wait4, *pid, &status, 0, NULL);
		_exit(before == 0 && after == *pid && WTERMSIG(status) == SIGTERM ? 0 : 1);
	}
	gate_wait(&made);
	SHOW(TRACE(PTRACE_SEIZE, *pid, 0, 0));
	kill(*pid, SIGTERM);
	tracee_show("signal", *pid);
	SHOW(TRACE(PTRACE_CONT, *pid, 0, SIGTERM));
	EXPECT(family_state_is(*pid, "Z"));
	gate_open(&look);
	gate_wait(&made);
	tracee_show("end", *pid);
	family_end("parent", parent);
}

/* A tracer that ends lets go, or takes the tracee with it. */
CHECK(ptrace_end_of_tracer, "ptrace")
{
	for (int how = 0; how < 3; how++) {
		struct gate ready = gate_make();
		pid_t child = child_waiting(), tracer = family_fork();
		if (tracer == 0) {
			int status = 0;
			TRACE(PTRACE_SEIZE, child, 0, how == 2 ? PTRACE_O_EXITKILL : 0);
			if (how == 1) {
				TRACE(PTRACE_INTERRUPT, child, 0, 0);
				QUIET(wait4, child, &status, __WALL, NULL);
			}
			gate_open(&ready);
			_exit(0);
		}
		gate_wait(&ready);
		family_end("tracer", tracer);
		if (how < 2) {
			EXPECT(family_state_is(child, "S"));
			kill(child, SIGTERM);
		}
		family_end("child", child);
	}
}

static void *tracing(void *argument)
{
	pid_t child = *(pid_t *)argument;
	int status = 0;
	bool right = TRACE(PTRACE_SEIZE, child, 0, 0) == 0 && TRACE(PTRACE_INTERRUPT, child, 0, 0) == 0 &&
		     QUIET(wait4, child, &status, __WALL | __WNOTHREAD, NULL) == child;
	return right ? argument : NULL;
}

/* It is a thread that traces: the process's others cannot ask, and its end ends it. */
CHECK(ptrace_by_thread, "ptrace")
{
	pthread_t thread;
	void *right = NULL;
	struct user_regs_struct registers;
	pid_t child = child_waiting();
	pthread_create(&thread, NULL, tracing, &child);
	pthread_join(thread, &right);
	SHOW(right == &child);
	EXPECT(family_state_is(child, "S"));
	SHOW(TRACE(PTRACE_GETREGS, child, 0, &registers));
	SHOW(TRACE(PTRACE_SEIZE, child, 0, 0));
	SHOW(TRACE(PTRACE_INTERRUPT, child, 0, 0));
	tracee_show("own", child);
	tracee_kill(child);
}

static void sleeping(void)
{
	struct timespec time = {0, 50000000};
	_exit(nanosleep(&time, NULL) ? 1 : 2);
}

/* A call that a stop interrupts goes on. */
CHECK(ptrace_interrupts_calls, "ptrace,nanosleep")
{
	pid_t child = tracee_fork(sleeping);
	record_made("nanosleep");
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	kill(child, SIGUSR1);
	tracee_show("signal", child);
	tracee_end(child);
}
