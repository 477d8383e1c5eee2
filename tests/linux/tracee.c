/* Traced children: see tracee.h. */
#include "tracee.h"

#include <sys/prctl.h>

pid_t tracee_fork(void (*run)(void))
{
	pid_t pid = family_fork();
	record_made("ptrace");
	if (pid == 0) {
		/* Stopped it would outlive a tracer that fails. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		TRACE(PTRACE_TRACEME, 0, 0, 0);
		kill(getpid(), SIGSTOP);
		run();
		_exit(0);
	}
	EXPECT(WIFSTOPPED(family_wait_stopped(pid, 0)));
	return pid;
}

int tracee_next(long request, pid_t pid, int signal)
{
	if (TRACE(request, pid, 0, signal) < 0)
		return -1;
	return family_wait_stopped(pid, 0);
}

void tracee_status(const char *what, int status)
{
	if (status != -1 && WIFSTOPPED(status) && status >> 16)
		NOTE("%s: %s with event %d", what, sigabbrev_np(WSTOPSIG(status) & 0x7f), status >> 16);
	else if (status != -1 && WIFSTOPPED(status) && WSTOPSIG(status) & 0x80)
		NOTE("%s: system call", what);
	else
		family_status(what, status);
}

void tracee_show(const char *what, pid_t pid)
{
	tracee_status(what, family_wait_stopped(pid, 0));
}

void tracee_end(pid_t pid)
{
	tracee_status("end", tracee_next(PTRACE_CONT, pid, 0));
}

void tracee_kill(pid_t pid)
{
	QUIET(kill, pid, SIGKILL);
	tracee_show("killed", pid);
}

struct user_regs_struct tracee_registers(pid_t pid)
{
	struct user_regs_struct registers = {0};
	EXPECT(TRACE(PTRACE_GETREGS, pid, 0, &registers) == 0);
	return registers;
}
