/* clone and clone3: flags, their errors, and where ids are written. */
#include "../family.h"
#include "../signals.h"

#include <linux/sched.h>
#include <poll.h>
#include <sys/wait.h>

static long clone_flags(unsigned long flags)
{
	return QUIET(clone, flags, NULL, NULL, NULL, 0);
}

CHECK(clone_errors, "clone")
{
	CALL(clone, CLONE_THREAD, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_SIGHAND, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_THREAD | CLONE_SIGHAND, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_VM | CLONE_THREAD, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, 0);
	CALL(clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, NULL, NULL, NULL, 0);
	EXPECT(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

CHECK(clone3_errors, "clone3")
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	CALL(clone3, &args, 0);
	CALL(clone3, &args, CLONE_ARGS_SIZE_VER0 - 1);
	CALL(clone3, NULL, sizeof args);
	CALL(clone3, &args, 2 * PAGE);
	args.flags = SIGCHLD; /* no signal in here */
	CALL(clone3, &args, sizeof args);
	args.flags = CLONE_DETACHED;
	CALL(clone3, &args, sizeof args);
	args.flags = 1ull << 60;
	CALL(clone3, &args, sizeof args);
	args = (struct clone_args){.exit_signal = 65};
	CALL(clone3, &args, sizeof args);
	args = (struct clone_args){.exit_signal = SIGCHLD, .stack = 4096};
	CALL(clone3, &args, sizeof args);
	args = (struct clone_args){.exit_signal = SIGCHLD, .stack_size = 4096};
	CALL(clone3, &args, sizeof args);
	args = (struct clone_args){.exit_signal = SIGCHLD, .flags = CLONE_PARENT};
	CALL(clone3, &args, sizeof args);
	args = (struct clone_args){.exit_signal = SIGCHLD, .flags = CLONE_CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM};
	CALL(clone3, &args, sizeof args);
	args = (struct clone_args){.exit_signal = SIGCHLD, .set_tid_size = 1};
	CALL(clone3, &args, sizeof args);
	EXPECT(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

CHECK(clone3_forms, "clone3,wait4")
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	unsigned char longer[sizeof args + 16] = {0};
	long child = QUIET(clone3, &args, CLONE_ARGS_SIZE_VER0);
	if (child == 0)
		_exit(3);
	family_end("shortest", (pid_t)child);
	memcpy(longer, &args, sizeof args);
	child = QUIET(clone3, longer, sizeof longer);
	if (child == 0)
		_exit(4);
	family_end("longer, with zeroes", (pid_t)child);
	longer[sizeof longer - 1] = 1;
	CALL(clone3, longer, sizeof longer);
}

CHECK(clone3_clear_handlers, "clone3,rt_sigaction")
{
	struct clone_args args = {.exit_signal = SIGCHLD, .flags = CLONE_CLEAR_SIGHAND};
	struct sigaction action;
	signal_handle(SIGUSR1, signal_count);
	signal(SIGUSR2, SIG_IGN);
	QUIET(rt_sigaction, SIGUSR1, NULL, NULL, 8);
	long child = QUIET(clone3, &args, sizeof args);
	if (child == 0) {
		sigaction(SIGUSR1, NULL, &action);
		EXPECT(action.sa_handler == SIG_DFL);
		sigaction(SIGUSR2, NULL, &action);
		EXPECT(action.sa_handler == SIG_IGN);
		_exit(0);
	}
	family_end("child", (pid_t)child);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

/* Another signal than SIGCHLD, or none, tells of the end; wait needs __WCLONE then. */
CHECK(clone_exit_signals, "clone,wait4")
{
	signal_handle(SIGUSR1, signal_count);
	long child = clone_flags(SIGUSR1);
	if (child == 0)
		_exit(3);
	EXPECT(compute_until_caught());
	CALL(wait4, -1, NULL, 0, NULL);
	EXPECT(QUIET(wait4, -1, NULL, __WCLONE, NULL) == child);
	SHOW(signals_caught);
	child = clone_flags(0);
	if (child == 0)
		_exit(4);
	CALL(wait4, child, NULL, 0, NULL);
	EXPECT(QUIET(wait4, child, NULL, __WALL, NULL) == child);
	SHOW(signals_caught);
	child = clone_flags(SIGCHLD);
	if (child == 0)
		_exit(5);
	CALL(wait4, child, NULL, __WCLONE, NULL);
	EXPECT(QUIET(wait4, child, NULL, 0, NULL) == child);
	signal(SIGUSR1, SIG_DFL);
}

/* An execve makes it an ordinary child. */
CHECK(clone_exit_signal_and_execve, "clone,wait4,execve")
{
	signal_handle(SIGUSR1, signal_count);
	long child = clone_flags(SIGUSR1);
	if (child == 0) {
		part_execute("exit_with", "2");
		_exit(1);
	}
	QUIET(execve, NULL, NULL, NULL);
	family_end("child", (pid_t)child);
	SHOW(signals_caught);
	signal(SIGUSR1, SIG_DFL);
}

/* The new process is its maker's sibling, and ends as its maker would. */
CHECK(clone_parent, "clone,wait4,getppid")
{
	pid_t self = getpid();
	int *shared = family_memory();
	long child = clone_flags(SIGCHLD);
	if (child == 0) {
		long sibling = clone_flags(CLONE_PARENT | SIGUSR1);
		if (sibling == 0) {
			shared[0] = getppid() == self;
			_exit(3);
		}
		shared[1] = (int)sibling;
		CALL(wait4, -1, NULL, __WALL, NULL);
		_exit(4);
	}
	QUIET(getppid);
	family_end("child", (pid_t)child);
	family_end("its sibling", shared[1]);
	SHOW(shared[0]);
}

CHECK(clone_ids_written, "clone,set_tid_address")
{
	int *shared = family_memory();
	long child = QUIET(clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL, &shared[0], &shared[1], 0);
	if (child == 0) {
		EXPECT(shared[0] == getpid() && shared[1] == getpid());
		EXPECT(QUIET(set_tid_address, &shared[2]) == getpid());
		_exit(0);
	}
	family_end("child", (pid_t)child);
	EXPECT(shared[0] == child && shared[1] == child);
	shared[3] = -1;
	QUIET(set_tid_address, NULL);
	child = QUIET(clone, CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, &shared[3], 0);
	if (child == 0)
		_exit(0);
	family_end("clearing", (pid_t)child);
	SHOW(shared[3]); /* the memory was its alone: cleared for nobody */
}

/* A table of descriptors, or a working directory, that two processes have in common. */
CHECK(clone_shares_files, "clone,dup2,close")
{
	long child = clone_flags(CLONE_FILES | SIGCHLD);
	if (child == 0) {
		CALL(dup2, 0, 60);
		CALL(fcntl, 60, F_SETFD, FD_CLOEXEC);
		_exit(0);
	}
	family_end("child", (pid_t)child);
	CALL(fcntl, 60, F_GETFD);
	CALL(dup2, 0, 61);
	CALL(close, 60);
	/* execve parts them: what is closed then is closed in a copy. */
	CALL(fcntl, 61, F_SETFD, FD_CLOEXEC);
	child = clone_flags(CLONE_FILES | SIGCHLD);
	if (child == 0) {
		part_execute("exit_with", "3");
		_exit(1);
	}
	family_end("execve", (pid_t)child);
	CALL(fcntl, 61, F_GETFD);
}

CHECK(clone_shares_directory, "clone,chdir,umask,mkdir")
{
	QUIET(mkdir, "below", 0777);
	QUIET(chdir, ".");
	long child = clone_flags(CLONE_FS | SIGCHLD);
	if (child == 0) {
		CALL(chdir, "below");
		QUIET(umask, 0111);
		_exit(0);
	}
	family_end("child", (pid_t)child);
	char place[4096];
	EXPECT(getcwd(place, sizeof place));
	NOTE("%s", strrchr(place, '/'));
	SHOW_OCTAL(QUIET(umask, 022));
	work_return();
}

CHECK(clone_pidfd, "clone,poll,waitid")
{
	int fd = -1;
	struct gate go = gate_make();
	long child = QUIET(clone, CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL, 0);
	if (child == 0) {
		gate_wait(&go);
		_exit(9);
	}
	REQUIRE(fd >= 0);
	SHOW(fcntl(fd, F_GETFD));
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	CALL(poll, &poll_fd, 1, 0);
	gate_open(&go);
	CALL(poll, &poll_fd, 1, 10000);
	SHOW(poll_fd.revents);
	siginfo_t info = {0};
	CALL(waitid, P_PIDFD, fd, &info, WEXITED, NULL);
	SHOW(info.si_status);
	EXPECT(info.si_pid == child);
	CALL(poll, &poll_fd, 1, 0);
	SHOW(poll_fd.revents);
	CALL(waitid, P_PIDFD, fd, &info, WEXITED, NULL);
	CALL(close, fd);
}

/* With a stack of its own, in a copy of the memory: the child goes on there, so it must not return. */
CHECK(clone_stack, "clone")
{
	static char stack[16384] __attribute__((aligned(16)));
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	long child;
	record_made("clone");
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "mov %%rsp, %%rdi\n\t"
			 "sub %%rsi, %%rdi\n\t" /* where the stack pointer is: where we said */
			 "add $7, %%rdi\n\t"
			 "mov $60, %%eax\n\t"
			 "syscall\n"
			 "1:"
			 : "=a"(child)
			 : "a"(SYS_clone), "D"(SIGCHLD), "S"(stack + sizeof stack), "d"(0), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	family_end("child", (pid_t)child);
}
