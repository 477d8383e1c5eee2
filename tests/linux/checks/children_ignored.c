/* What comes of SIGCHLD while it is blocked, by what its action is. */
#include "../family.h"
#include "../signals.h"

#include <sys/wait.h>

/* Takes what is pending; waits for what has to come. */
static void child_signal_show(const char *what, int action, bool comes)
{
	struct timespec patience = {comes ? 10 : 0, 0};
	uint64_t set = SIGNAL_SET(SIGCHLD);
	siginfo_t info;
	NOTE("action %d: %s, %s", action, what, result_name(QUIET(rt_sigtimedwait, &set, &info, &patience, 8)));
}

static void child_end(void)
{
	pid_t child = family_fork();
	if (child == 0)
		_exit(1);
	/* Until it has ended, whether or not it is kept. */
	siginfo_t info;
	while (QUIET(waitid, P_PID, child, &info, WEXITED | WNOWAIT, NULL) == -EINTR)
		;
}

CHECK(child_signal_blocked, "rt_sigaction,rt_sigprocmask,rt_sigtimedwait,wait4,waitid")
{
	static void (*const handlers[])(int) = {SIG_DFL, SIG_IGN, signal_count};
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGCHLD));
	for (int i = 0; i < 3; i++) {
		struct sigaction action = {.sa_handler = handlers[i]};
		QUIET(rt_sigaction, SIGCHLD, NULL, NULL, 8);
		sigaction(SIGCHLD, &action, NULL);
		child_end();
		/* Who ignores it is told nothing; whom it would do nothing to may still change its mind. */
		child_signal_show("ended", i, handlers[i] != SIG_IGN);
		NOTE("action %d: child %d", i, QUIET(wait4, -1, NULL, WNOHANG, NULL) > 0);
		/* From anybody else it comes. */
		QUIET(kill, getpid(), SIGCHLD);
		child_signal_show("sent", i, true);
	}
	signal_handle(SIGCHLD, SIG_DFL);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGCHLD));
}

CHECK(child_signal_blocked_stops, "rt_sigaction,rt_sigprocmask,rt_sigtimedwait,kill")
{
	static void (*const handlers[])(int) = {SIG_DFL, SIG_IGN};
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGCHLD));
	for (int i = 0; i < 2; i++) {
		struct sigaction action = {.sa_handler = handlers[i]};
		siginfo_t info;
		pid_t child = family_fork();
		if (child == 0)
			for (;;)
				pause();
		QUIET(rt_sigaction, SIGCHLD, NULL, NULL, 8);
		sigaction(SIGCHLD, &action, NULL);
		QUIET(kill, child, SIGSTOP);
		while (QUIET(waitid, P_PID, child, &info, WSTOPPED, NULL) == -EINTR)
			;
		child_signal_show("stopped", i, handlers[i] != SIG_IGN);
		sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
		family_kill(child);
		child_signal_show("killed", i, true);
	}
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGCHLD));
}
