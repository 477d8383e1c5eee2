/* The first process of a pid namespace, which is what checks run in: who is in it cannot end or stop it. */
#include "../family.h"
#include "../signals.h"

static void child_sends(int signal)
{
	pid_t child = family_fork();
	if (child == 0) {
		long result = QUIET(kill, 1, signal);
		if (result == 0)
			result = QUIET(tgkill, 1, 1, signal);
		_exit(result == 0 ? 0 : 1);
	}
	family_end("who sent it", child);
}

CHECK(first_process_survives, "kill,tgkill,rt_sigprocmask")
{
	static const int signals[] = {SIGKILL, SIGSTOP, SIGTERM, SIGINT, SIGABRT, SIGSEGV, SIGTSTP, SIGUSR1, 34, 64};
	REQUIRE(getpid() == 1);
	QUIET(kill, 1, 0);
	QUIET(tgkill, 1, 1, 0);
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, NULL, 8);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		NOTE("signal %d", signals[i]);
		child_sends(signals[i]);
	}
	/* One that is blocked waits, and does nothing when it is let through. */
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGTERM));
	child_sends(SIGTERM);
	SHOW(signal_is_pending(SIGTERM));
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGTERM));
	SHOW(signal_is_pending(SIGTERM));
	/* What it wants it gets. */
	signal_handle(SIGTERM, signal_count);
	child_sends(SIGTERM);
	SHOW(signals_caught > 0);
	signal_handle(SIGTERM, SIG_DFL);
}
