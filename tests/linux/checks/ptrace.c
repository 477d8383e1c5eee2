/* ptrace: requests and their errors, stops by signals and system calls. */
#include "../signals.h"
#include "../tracee.h"

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

CHECK(ptrace_errors, "ptrace")
{
	long word = 0;
	CALL(ptrace, PTRACE_ATTACH, 1 << 22, 0, 0);
	CALL(ptrace, PTRACE_SEIZE, 1 << 22, 0, 0);
	CALL(ptrace, PTRACE_PEEKDATA, 1 << 22, &word, &word);
	SHOW(TRACE(PTRACE_ATTACH, getpid(), 0, 0));
	SHOW(TRACE(PTRACE_SEIZE, getpid(), 0, 0));
	SHOW(TRACE(PTRACE_PEEKDATA, getpid(), &word, &word));
	pid_t child = child_waiting();
	SHOW(TRACE(PTRACE_PEEKDATA, child, &word, &word));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	SHOW(TRACE(PTRACE_DETACH, child, 0, 0));
	SHOW(TRACE(PTRACE_SEIZE, child, 1, 0));
	SHOW(TRACE(PTRACE_SEIZE, child, 0, 1 << 30));
	SHOW(TRACE(PTRACE_INTERRUPT, child, 0, 0));
	SHOW(TRACE(PTRACE_KILL, child, 0, 0));
	SHOW(TRACE(77777, child, 0, 0));
	family_kill(child);
	SHOW(TRACE(PTRACE_ATTACH, child, 0, 0));
}

CHECK(ptrace_errors_of_requests, "ptrace")
{
	pid_t child = tracee_fork(nothing);
	long word = 0;
	SHOW(TRACE(PTRACE_ATTACH, child, 0, 0));
	SHOW(TRACE(PTRACE_SEIZE, child, 0, 0));
	SHOW(TRACE(77777, child, 0, 0));
	SHOW(TRACE(PTRACE_CONT, child, 0, 65));
	SHOW(TRACE(PTRACE_CONT, child, 0, -1));
	SHOW(TRACE(PTRACE_DETACH, child, 0, 99));
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, 1 << 30));
	SHOW(TRACE(PTRACE_INTERRUPT, child, 0, 0));
	SHOW(TRACE(PTRACE_LISTEN, child, 0, 0));
	SHOW(TRACE(PTRACE_PEEKDATA, child, 8, &word));
	SHOW(TRACE(PTRACE_POKEDATA, child, 8, 1));
	SHOW(TRACE(PTRACE_PEEKDATA, child, &word, 8));
	SHOW(TRACE(PTRACE_PEEKUSR, child, 1, &word));
	SHOW(TRACE(PTRACE_PEEKUSR, child, sizeof(struct user), &word));
	SHOW(TRACE(PTRACE_PEEKUSR, child, 0, 8));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user, start_code), 1));
	SHOW(TRACE(PTRACE_GETREGS, child, 0, 8));
	SHOW(TRACE(PTRACE_GETEVENTMSG, child, 0, 8));
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, 8));
	SHOW(TRACE(PTRACE_GETSIGMASK, child, 4, &word));
	tracee_end(child);
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
}

/* Only a stopped one can be asked, and only once be let go on. */
CHECK(ptrace_of_running, "ptrace")
{
	pid_t child = tracee_fork(nothing);
	long word = 0;
	SHOW(TRACE(PTRACE_PEEKDATA, child, &word, &word));
	SHOW(TRACE(PTRACE_CONT, child, 0, 0));
	tracee_show("child", child);
	child = family_fork();
	if (child == 0) {
		bool twice = TRACE(PTRACE_TRACEME, 0, 0, 0) == 0 && TRACE(PTRACE_TRACEME, 0, 0, 0) == -EPERM;
		_exit(twice);
	}
	tracee_show("twice", child);
}

static void signalled(void)
{
	signal_handle(SIGUSR1, signal_count);
	signal_handle(SIGUSR2, SIG_IGN);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGCHLD);
	kill(getpid(), SIGTERM);
	_exit(signals_caught);
}

CHECK(ptrace_signals, "ptrace,kill")
{
	pid_t child = tracee_fork(signalled);
	siginfo_t info = {0};
	record_made("kill");
	tracee_status("first", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
	NOTE("signal %d code %d own %d", info.si_signo, info.si_code, info.si_pid == child);
	tracee_status("ignored", tracee_next(PTRACE_CONT, child, SIGUSR1));
	tracee_status("second", tracee_next(PTRACE_CONT, child, SIGUSR2));
	tracee_status("by default ignored", tracee_next(PTRACE_CONT, child, 0));
	tracee_status("deadly", tracee_next(PTRACE_CONT, child, SIGCHLD));
	tracee_status("as another", tracee_next(PTRACE_CONT, child, SIGUSR1));
}

static void informed(void)
{
	siginfo_t info;
	uint64_t set = SIGNAL_SET(SIGUSR2);
	signals_mask(SIG_BLOCK, set);
	kill(getpid(), SIGUSR1);
	_exit(signal_take(set, &info) == SIGUSR2 ? info.si_value.sival_int : 1);
}

/* What comes with a signal can be changed; one that is blocked is queued. */
CHECK(ptrace_siginfo, "ptrace")
{
	pid_t child = tracee_fork(informed);
	siginfo_t info = {.si_signo = SIGUSR2, .si_code = SI_QUEUE};
	info.si_value.sival_int = 33;
	tracee_status("signal", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_SETSIGINFO, child, 0, 8));
	SHOW(TRACE(PTRACE_SETSIGINFO, child, 0, &info));
	tracee_status("changed", tracee_next(PTRACE_CONT, child, SIGUSR2));
}

static void pending(void)
{
	siginfo_t info = {.si_signo = SIGRTMIN, .si_code = SI_QUEUE};
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGRTMIN) | SIGNAL_SET(SIGUSR1));
	for (int i = 0; i < 3; i++) {
		info.si_value.sival_int = i;
		QUIET(rt_sigqueueinfo, getpid(), SIGRTMIN, &info);
	}
	QUIET(tgkill, getpid(), getpid(), SIGUSR1);
	kill(getpid(), SIGSTOP);
	_exit(signal_is_pending(SIGUSR1));
}

CHECK(ptrace_pending_signals, "ptrace")
{
	struct ptrace_peeksiginfo_args which = {.flags = PTRACE_PEEKSIGINFO_SHARED, .nr = 8};
	siginfo_t infos[8] = {0};
	uint64_t mask = 0;
	pid_t child = tracee_fork(pending);
	tracee_status("stop", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_PEEKSIGINFO, child, &which, infos));
	for (int i = 0; i < 3; i++)
		SHOW(infos[i].si_value.sival_int);
	which.off = 2;
	SHOW(TRACE(PTRACE_PEEKSIGINFO, child, &which, infos));
	which = (struct ptrace_peeksiginfo_args){.nr = 8};
	SHOW(TRACE(PTRACE_PEEKSIGINFO, child, &which, infos));
	SHOW(infos[0].si_signo);
	which.flags = 2;
	SHOW(TRACE(PTRACE_PEEKSIGINFO, child, &which, infos));
	SHOW(TRACE(PTRACE_PEEKSIGINFO, child, 8, infos));
	SHOW(TRACE(PTRACE_GETSIGMASK, child, 8, &mask));
	SHOW_HEX(mask);
	mask = SIGNAL_SET(SIGRTMIN) | SIGNAL_SET(SIGKILL);
	SHOW(TRACE(PTRACE_SETSIGMASK, child, 8, &mask));
	SHOW(TRACE(PTRACE_GETSIGMASK, child, 8, &mask));
	SHOW_HEX(mask);
	tracee_status("unblocked", tracee_next(PTRACE_CONT, child, 0));
	tracee_end(child);
}

static void calling(void)
{
	long result = syscall(SYS_getppid);
	syscall(SYS_lseek, -1, 2, 3);
	_exit(result == 1234);
}

static void call_show(pid_t child)
{
	struct ptrace_syscall_info info = {0};
	struct user_regs_struct registers = tracee_registers(child);
	SHOW(TRACE(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info));
	NOTE("call %lld result %d op %d", (long long)registers.orig_rax, registers.rax == (unsigned long)-ENOSYS,
	     info.op);
	SHOW(info.instruction_pointer == registers.rip && info.stack_pointer == registers.rsp);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		NOTE("number %lld, %lld %lld %lld", (long long)info.entry.nr, (long long)(int)info.entry.args[0],
		     info.entry.nr == SYS_lseek ? (long long)info.entry.args[1] : 0,
		     info.entry.nr == SYS_lseek ? (long long)info.entry.args[2] : 0);
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && info.exit.is_error)
		NOTE("error %lld", (long long)info.exit.rval);
}

CHECK(ptrace_calls, "ptrace,getppid,lseek")
{
	pid_t child = tracee_fork(calling);
	unsigned long message = 0;
	struct ptrace_syscall_info info = {0};
	record_made("getppid");
	record_made("lseek");
	SHOW(TRACE(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info));
	SHOW(TRACE(PTRACE_GET_SYSCALL_INFO, child, 8, &info));
	tracee_status("plain", tracee_next(PTRACE_SYSCALL, child, 0));
	call_show(child);
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
	SHOW(TRACE(PTRACE_GETEVENTMSG, child, 0, &message));
	SHOW(message);
	tracee_status("its end", tracee_next(PTRACE_SYSCALL, child, 0));
	struct user_regs_struct registers = tracee_registers(child);
	SHOW(registers.rax == (unsigned long)getpid());
	registers.rax = 1234;
	SHOW(TRACE(PTRACE_SETREGS, child, 0, &registers));
	tracee_status("lseek", tracee_next(PTRACE_SYSCALL, child, 0));
	call_show(child);
	tracee_status("its end", tracee_next(PTRACE_SYSCALL, child, 0));
	call_show(child);
	tracee_status("exit", tracee_next(PTRACE_SYSCALL, child, 0));
	call_show(child);
	tracee_status("end", tracee_next(PTRACE_SYSCALL, child, 0));
}

static void called_otherwise(void)
{
	long none = syscall(SYS_getppid), other = syscall(SYS_getppid), emulated = syscall(SYS_getppid);
	_exit((none == -1 && errno == ENOSYS) + 2 * (other == getpid()) + 4 * (emulated == 5));
}

/* A call can be left out, become another one, or be emulated. */
CHECK(ptrace_changes_calls, "ptrace,getppid")
{
	pid_t child = tracee_fork(called_otherwise);
	record_made("getppid");
	SHOW(TRACE(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
	(void)tracee_next(PTRACE_SYSCALL, child, 0);
	tracee_status("left out", tracee_next(PTRACE_SYSCALL, child, 0));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, orig_rax), -1));
	(void)tracee_next(PTRACE_SYSCALL, child, 0);
	tracee_status("another", tracee_next(PTRACE_SYSCALL, child, 0));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, orig_rax), SYS_getpid));
	(void)tracee_next(PTRACE_SYSCALL, child, 0);
	tracee_status("emulated", tracee_next(PTRACE_SYSEMU, child, 0));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, rax), 5));
	tracee_end(child);
}
