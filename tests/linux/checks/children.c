/* What a parent is told of its children, who becomes the parent of orphans, and what children are told. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static volatile siginfo_t told;

static void tell(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	told = *info;
	signals_caught++;
}

static void child_signal_handle(int flags)
{
	struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO | flags};
	sigaction(SIGCHLD, &action, NULL);
	signals_caught = 0;
	told = (siginfo_t){0};
}

static void told_show(const char *what, pid_t child)
{
	NOTE("%s: signal %d, code %d, status %d, error %d, uid %d, child %d", what, told.si_signo, told.si_code,
	     told.si_status, told.si_errno, told.si_uid, told.si_pid == child);
	signals_caught = 0;
}

static pid_t child_waiting(void)
{
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	return child;
}

CHECK(child_signal_info, "fork,kill,rt_sigaction")
{
	QUIET(rt_sigaction, SIGCHLD, NULL, NULL, 8);
	child_signal_handle(0);
	pid_t child = family_fork();
	if (child == 0)
		_exit(5);
	EXPECT(compute_until_caught());
	told_show("exited", child);
	family_end("child", child);
	child = family_fork();
	if (child == 0) {
		if (setresuid(1000, 1000, 1000) == 0)
			pause();
		_exit(1);
	}
	EXPECT(family_state_is(child, "S"));
	QUIET(kill, child, SIGTERM);
	EXPECT(compute_until_caught());
	told_show("killed", child);
	family_end("child", child);
	child = child_waiting();
	setpgid(child, child);
	QUIET(kill, child, SIGSTOP);
	EXPECT(compute_until_caught());
	told_show("stopped", child);
	QUIET(kill, child, SIGCONT);
	EXPECT(compute_until_caught());
	told_show("continued", child);
	family_kill(child);
	signal(SIGCHLD, SIG_DFL);
}

CHECK(child_signal_no_stops, "kill,wait4")
{
	int status;
	child_signal_handle(SA_NOCLDSTOP);
	pid_t child = child_waiting();
	setpgid(child, child);
	QUIET(kill, child, SIGSTOP);
	EXPECT(QUIET(wait4, child, &status, WUNTRACED, NULL) == child); /* a wait is told all the same */
	QUIET(kill, child, SIGCONT);
	EXPECT(QUIET(wait4, child, &status, WCONTINUED, NULL) == child);
	SHOW(signals_caught);
	QUIET(kill, child, SIGKILL);
	EXPECT(compute_until_caught());
	told_show("end", child);
	family_end("child", child);
	signal(SIGCHLD, SIG_DFL);
}

/* Children that nobody waits for: wait blocks until all are gone, and finds none. */
CHECK(children_unwanted, "wait4,waitid")
{
	for (int how = 0; how < 3; how++) {
		struct sigaction action = {.sa_handler = how == 0   ? SIG_IGN
							 : how == 1 ? SIG_DFL
								    : signal_count,
					   .sa_flags = how ? SA_NOCLDWAIT : 0};
		signals_caught = 0;
		sigaction(SIGCHLD, &action, NULL);
		for (int i = 0; i < 2; i++) {
			pid_t child = family_fork();
			if (child == 0) {
				usleep(10000);
				_exit(1);
			}
		}
		long result;
		while ((result = QUIET(wait4, -1, NULL, 0, NULL)) == -EINTR)
			;
		NOTE("%s", result_name(result));
		siginfo_t info;
		NOTE("%s", result_name(QUIET(waitid, P_ALL, 0, &info, WEXITED, NULL)));
		EXPECT(how != 2 || signals_caught > 0);
	}
	signal(SIGCHLD, SIG_DFL);
	/* One that ended before: it stays. */
	pid_t child = family_fork();
	if (child == 0)
		_exit(3);
	EXPECT(family_state_is(child, "Z"));
	signal(SIGCHLD, SIG_IGN);
	family_end("ended before", child);
	signal(SIGCHLD, SIG_DFL);
}

/* A grandchild that waits until it was given away, and says whose it is then. */
static pid_t orphan_make(int *shared, int exit_code)
{
	pid_t parent = family_fork();
	if (parent != 0) {
		(void)family_wait(parent);
		return shared[0];
	}
	pid_t self = getpid(), child = family_fork();
	if (child == 0) {
		while (getppid() == self)
			usleep(1000);
		shared[1] = getppid();
		_exit(exit_code);
	}
	shared[0] = child;
	_exit(0);
}

CHECK(subreaper, "prctl,getppid,wait4")
{
	int *shared = family_memory();
	int set = -1;
	QUIET(getppid);
	pid_t reaper = family_fork();
	if (reaper == 0) {
		CALL(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		CALL(prctl, PR_GET_CHILD_SUBREAPER, &set, 0, 0, 0);
		SHOW(set);
		pid_t orphan = orphan_make(shared, 4);
		family_end("orphan", orphan);
		EXPECT(shared[1] == getpid());
		/* Not inherited by children, but their orphans come here. */
		pid_t child = family_fork();
		if (child == 0) {
			QUIET(prctl, PR_GET_CHILD_SUBREAPER, &set, 0, 0, 0);
			SHOW(set);
			orphan = orphan_make(shared, 5);
			EXPECT(family_wait(orphan) == -1);
			_exit(0);
		}
		family_end("child", child);
		family_end("its orphan", shared[0]);
		EXPECT(shared[1] == getpid());
		_exit(0);
	}
	family_end("reaper", reaper);
	QUIET(prctl, PR_GET_CHILD_SUBREAPER, &set, 0, 0, 0);
	SHOW(set);
}

/* An orphan's new parent is told by SIGCHLD of ends that came before, and ignoring them means what it always does. */
CHECK(subreaper_and_ended, "prctl,wait4")
{
	int *shared = family_memory();
	for (int ignoring = 0; ignoring < 2; ignoring++) {
		pid_t reaper = family_fork();
		if (reaper == 0) {
			QUIET(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
			child_signal_handle(0);
			if (ignoring)
				signal(SIGCHLD, SIG_IGN);
			pid_t child = family_fork();
			if (child == 0) {
				long ended = QUIET(clone, ignoring ? SIGUSR1 : SIGCHLD, NULL, NULL, NULL, 0);
				if (ended == 0)
					_exit(6);
				EXPECT(family_state_is((pid_t)ended, "Z"));
				shared[0] = (int)ended;
				_exit(0);
			}
			family_end("child", child);
			family_end("its child", shared[0]);
			SHOW(signals_caught > 0);
			_exit(0);
		}
		family_end("reaper", reaper);
	}
}

CHECK(subreaper_executes, "prctl,execve")
{
	pid_t reaper = family_fork();
	if (reaper == 0) {
		QUIET(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		QUIET(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
		part_execute("process_attributes", NULL);
		_exit(1);
	}
	QUIET(prctl, PR_GET_CHILD_SUBREAPER, NULL, 0, 0, 0);
	QUIET(execve, NULL, NULL, NULL);
	family_end("reaper", reaper);
}

PART(process_attributes)
{
	int set = -1;
	CALL(prctl, PR_GET_CHILD_SUBREAPER, &set, 0, 0, 0);
	SHOW(set);
	CALL(prctl, PR_GET_PDEATHSIG, &set, 0, 0, 0);
	SHOW(set);
	return 0;
}

static void death_wait(int *shared)
{
	sigset_t set;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	shared[1] = sigwaitinfo(&set, &info);
	shared[2] = info.si_code;
	shared[3] = info.si_pid;
	shared[4] = 1;
	_exit(0);
}

CHECK(parent_death_signal, "prctl,wait4")
{
	int *shared = family_memory();
	int set = -1;
	CALL(prctl, PR_SET_PDEATHSIG, 65, 0, 0, 0);
	CALL(prctl, PR_SET_PDEATHSIG, -1, 0, 0, 0);
	QUIET(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGUSR1));
	pid_t child = family_fork();
	if (child == 0) {
		pid_t grandchild = family_fork();
		if (grandchild == 0) {
			QUIET(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
			QUIET(prctl, PR_GET_PDEATHSIG, &set, 0, 0, 0);
			pid_t fresh = family_fork();
			if (fresh == 0) {
				QUIET(prctl, PR_GET_PDEATHSIG, &shared[6], 0, 0, 0); /* not inherited */
				_exit(0);
			}
			(void)family_wait(fresh);
			shared[5] = set;
			shared[0] = 1;
			death_wait(shared);
		}
		shared[7] = grandchild;
		EXPECT(family_word_is(&shared[0], 1));
		_exit(0);
	}
	family_end("child", child);
	EXPECT(family_word_is(&shared[4], 1));
	NOTE("set %d, in its child %d; got %d, code %d, from the parent %d", shared[5], shared[6], shared[1], shared[2],
	     shared[3] == child);
	family_end("grandchild", shared[7]);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGUSR1));
	QUIET(prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

static void *forking_thread(void *data)
{
	int *shared = data;
	pid_t child = family_fork();
	if (child == 0) {
		QUIET(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
		shared[0] = 1;
		death_wait(shared);
	}
	family_word_is(&shared[0], 1);
	shared[7] = child;
	return NULL;
}

/* The parent is the thread that forked. */
CHECK(parent_thread_death_signal, "prctl,wait4")
{
	int *shared = family_memory();
	pthread_t thread;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGUSR1));
	EXPECT(pthread_create(&thread, NULL, forking_thread, shared) == 0);
	pthread_join(thread, NULL);
	EXPECT(family_word_is(&shared[4], 1));
	EXPECT(shared[1] == SIGUSR1 && shared[3] == getpid());
	QUIET(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
	int status;
	EXPECT(QUIET(wait4, shared[7], &status, __WNOTHREAD, NULL) == shared[7]); /* ours now */
	family_status("child", status);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGUSR1));
}
