/* ptrace: who may trace whom, attaching, seizing, letting go, and what a tracer's end does. */
#include "../signals.h"
#include "../tracee.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

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

static volatile int *seen;

/* It sleeps until the signal was seen: however late that is sent, it finds it sleeping, or between two sleeps. */
static void sleeping(void)
{
	struct timespec time = {0, 50000000};
	bool failed = false;
	while (!*seen)
		failed |= nanosleep(&time, NULL) != 0;
	_exit(failed ? 1 : 2);
}

/* A call that a stop interrupts goes on. */
CHECK(ptrace_interrupts_calls, "ptrace,nanosleep")
{
	seen = family_memory();
	pid_t child = tracee_fork(sleeping);
	record_made("nanosleep");
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	kill(child, SIGUSR1);
	tracee_show("signal", child);
	*seen = 1;
	tracee_end(child);
}

static void in_proc(pid_t child)
{
	char path[64], line[256];
	snprintf(path, sizeof(path), "/proc/%d/status", child);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "State:", 6) == 0)
			NOTE("%.*s", (int)strcspn(line, "\n"), line);
		if (strncmp(line, "TracerPid:", 10) == 0)
			SHOW(strtol(line + 10, NULL, 10) == getpid());
	}
	if (file)
		fclose(file);
}

CHECK(ptrace_in_proc, "ptrace")
{
	pid_t child = tracee_fork(nothing);
	in_proc(child);
	SHOW(family_state(child, 0));
	SHOW(TRACE(PTRACE_DETACH, child, 0, SIGSTOP));
	SHOW_HEX(family_wait_stopped(child, WUNTRACED));
	EXPECT(family_state_is(child, "T"));
	in_proc(child);
	kill(child, SIGCONT);
	tracee_show("detached", child);
}

/* The same user's only, and nobody's who may not be looked into. */
CHECK(ptrace_permission, "ptrace,prctl")
{
	struct gate ready = gate_make();
	for (int how = 0; how < 3; how++) {
		pid_t child = family_fork();
		if (child == 0) {
			if (how == 0 && (setgid(1000) || setuid(1000)))
				_exit(1);
			if (how == 1 && (setresuid(0, 1000, 0)))
				_exit(1);
			if (how == 2)
				prctl(PR_SET_DUMPABLE, 0);
			gate_open(&ready);
			for (;;)
				pause();
		}
		record_made("prctl");
		gate_wait(&ready);
		NOTE("child %d", how);
		SHOW(TRACE(PTRACE_ATTACH, child, 0, 0));
		SHOW(TRACE(PTRACE_SEIZE, child, 0, 0));
		family_kill(child);
	}
}
