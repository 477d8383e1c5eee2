/* ptrace: events of new processes, threads and programs, and of ends. */
#include "../tracee.h"

#include <pthread.h>

#define FAMILY_OPTIONS                                                                                                 \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORKDONE |                    \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)

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
