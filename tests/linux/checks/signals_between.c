/* Signals between processes and threads: who gets them, and with what. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <sys/wait.h>

static volatile siginfo_t got;

static void get(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	got = *info;
	signals_caught++;
}

CHECK(signal_senders, "kill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,rt_sigaction")
{
	struct sigaction action = {.sa_sigaction = get, .sa_flags = SA_SIGINFO};
	sigaction(SIGUSR1, &action, NULL);
	QUIET(rt_sigaction, SIGUSR1, NULL, NULL, 8);
	pid_t self = getpid();
	for (int how = 0; how < 5; how++) {
		signals_caught = 0;
		pid_t child = family_fork();
		if (child == 0) {
			siginfo_t info = {.si_code = how == 4 ? -60 : SI_QUEUE, .si_pid = 77, .si_uid = 88};
			info.si_value.sival_int = 4711;
			if (how == 0)
				QUIET(kill, self, SIGUSR1);
			else if (how == 1)
				QUIET(tgkill, self, self, SIGUSR1);
			else if (how == 2 || how == 4)
				QUIET(rt_sigqueueinfo, self, SIGUSR1, &info);
			else
				QUIET(rt_tgsigqueueinfo, self, self, SIGUSR1, &info);
			info.si_code = SI_USER; /* only to oneself */
			_exit(QUIET(rt_sigqueueinfo, self, SIGUSR1, &info) == -EPERM ? 0 : 1);
		}
		EXPECT(compute_until_caught());
		NOTE("signal %d, code %d, from the child %d, pid %d, uid %d, value %d", got.si_signo, got.si_code,
		     got.si_pid == child, got.si_code < SI_TKILL || got.si_code == SI_QUEUE ? got.si_pid : 0,
		     got.si_uid, got.si_code == SI_USER || got.si_code == SI_TKILL ? 0 : got.si_value.sival_int);
		family_end("child", child);
	}
	signal(SIGUSR1, SIG_DFL);
}

/* Real-time signals queue in order, standard ones are pending once. */
CHECK(signals_queue, "rt_sigqueueinfo,rt_sigtimedwait")
{
	uint64_t set = SIGNAL_SET(SIGUSR1) | SIGNAL_SET(40) | SIGNAL_SET(41);
	pid_t self = getpid();
	siginfo_t info = {.si_code = SI_QUEUE};
	signals_mask(SIG_BLOCK, set);
	QUIET(rt_sigqueueinfo, self, 0, &info);
	pid_t child = family_fork();
	if (child == 0) {
		static const int order[] = {41, 40, SIGUSR1, 40, 41, SIGUSR1, 40};
		for (int i = 0; i < 7; i++) {
			info.si_value.sival_int = i;
			QUIET(rt_sigqueueinfo, self, order[i], &info);
		}
		_exit(0);
	}
	family_end("child", child);
	for (long signal; (signal = signal_take(set, &info)) > 0;)
		NOTE("%ld, value %d", signal, info.si_value.sival_int);
	signals_mask(SIG_UNBLOCK, set);
}

struct catcher {
	struct gate ready;
	volatile pid_t caught_by, tid;
	volatile int stop;
};
static struct catcher catcher;

static void catch (int signal)
{
	(void)signal;
	catcher.caught_by = gettid();
}

static void *catching_thread(void *data)
{
	sigset_t none;
	(void)data;
	sigemptyset(&none);
	catcher.tid = gettid();
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	gate_open(&catcher.ready);
	while (!catcher.stop)
		;
	return NULL;
}

/* A process's signal goes to a thread that does not block it, wherever that is; a thread's waits for it. */
CHECK(signal_finds_thread, "kill,tgkill,rt_sigprocmask")
{
	pthread_t thread;
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGUSR1));
	signal_handle(SIGUSR1, catch);
	catcher = (struct catcher){.ready = gate_make()};
	EXPECT(pthread_create(&thread, NULL, catching_thread, NULL) == 0);
	gate_wait(&catcher.ready);
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, NULL, 8);
	pid_t self = getpid(), child = family_fork();
	if (child == 0)
		_exit(QUIET(kill, self, SIGUSR1) != 0);
	QUIET(kill, self, 0);
	family_end("child", child);
	EXPECT(family_word_is(&catcher.caught_by, catcher.tid));
	catcher.caught_by = 0;
	QUIET(tgkill, self, self, SIGUSR1);
	usleep(10000);
	SHOW(catcher.caught_by);
	EXPECT(signal_is_pending(SIGUSR1));
	catcher.stop = 1;
	pthread_join(thread, NULL);
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGUSR1));
	EXPECT(catcher.caught_by == self);
	signal(SIGUSR1, SIG_DFL);
}

CHECK(stop_and_continue, "kill,read,wait4")
{
	struct gate gate = gate_make();
	volatile int *shared = family_memory();
	int status;
	pid_t child = family_fork();
	if (child == 0) {
		setpgid(0, 0);
		signal_handle(SIGCONT, signal_count);
		char byte;
		shared[0] = 1;
		shared[1] = (int)QUIET(read, gate.ends[0], &byte, 1);
		shared[2] = signals_caught;
		shared[3] = (int)QUIET(read, gate.ends[0], &byte, 1);
		while (shared[4] == 0)
			shared[5]++;
		_exit(0);
	}
	EXPECT(family_word_is(&shared[0], 1) && family_state_is(child, "S"));
	QUIET(kill, child, SIGSTOP);
	EXPECT(QUIET(wait4, child, &status, WUNTRACED, NULL) == child);
	QUIET(read, -1, NULL, 0);
	QUIET(kill, child, SIGUSR1 == 0);
	QUIET(kill, child, SIGCONT); /* with a handler: the read is interrupted */
	EXPECT(family_word_is(&shared[2], 1));
	NOTE("read: %s", result_name(shared[1]));
	gate_open(&gate);
	EXPECT(family_word_is(&shared[3], 1));
	/* While it computes */
	QUIET(kill, child, SIGSTOP);
	EXPECT(QUIET(wait4, child, &status, WUNTRACED, NULL) == child);
	int before = shared[5];
	usleep(20000);
	EXPECT(before == shared[5]);
	QUIET(kill, child, SIGCONT);
	EXPECT(QUIET(wait4, child, &status, WCONTINUED, NULL) == child);
	usleep(20000);
	EXPECT(before != shared[5]);
	shared[4] = 1;
	family_end("child", child);
}

/* Stop signals and SIGCONT cancel each other while they are pending. */
CHECK(stops_cancel, "kill,rt_sigpending")
{
	pid_t child = family_fork();
	if (child == 0) {
		uint64_t set = SIGNAL_SET(SIGTSTP) | SIGNAL_SET(SIGCONT) | SIGNAL_SET(SIGTTIN);
		setpgid(0, 0);
		signals_mask(SIG_BLOCK, set);
		QUIET(kill, getpid(), SIGTSTP);
		QUIET(kill, getpid(), SIGTTIN);
		NOTE("%d %d %d", signal_is_pending(SIGTSTP), signal_is_pending(SIGTTIN), signal_is_pending(SIGCONT));
		QUIET(kill, getpid(), SIGCONT);
		NOTE("%d %d %d", signal_is_pending(SIGTSTP), signal_is_pending(SIGTTIN), signal_is_pending(SIGCONT));
		QUIET(kill, getpid(), SIGTTIN);
		NOTE("%d %d %d", signal_is_pending(SIGTSTP), signal_is_pending(SIGTTIN), signal_is_pending(SIGCONT));
		signal(SIGTTIN, SIG_IGN);
		NOTE("%d", signal_is_pending(SIGTTIN));
		_exit(0);
	}
	QUIET(rt_sigpending, NULL, 8);
	QUIET(kill, child, 0);
	family_end("child", child);
}

/* A process that only computes is ended, stopped, interrupted all the same. */
CHECK(signals_to_computing, "kill,wait4")
{
	int *shared = family_memory();
	pid_t child = family_fork();
	if (child == 0) {
		signal_handle(SIGUSR1, signal_count);
		shared[0] = 1;
		while (!signals_caught)
			;
		shared[0] = 2;
		for (;;)
			;
	}
	EXPECT(family_word_is(&shared[0], 1));
	EXPECT(family_state_is(child, "R"));
	QUIET(kill, child, SIGUSR1);
	EXPECT(family_word_is(&shared[0], 2));
	QUIET(kill, child, SIGTERM);
	family_end("child", child);
}

/* A child that is nobody sends nothing to `to`; its exit status is the error. */
static void nobody_sends(const char *what, long to)
{
	pid_t child = family_fork();
	if (child == 0) {
		raw_call(SYS_setresuid, (const long[6]){65534, 65534, 65534});
		_exit((int)-raw_call(SYS_kill, (const long[6]){to, 0}));
	}
	family_end(what, child);
}

/* To everybody is no error if there is anybody, be it somebody who may not be sent to. */
CHECK(signal_for_everybody, "kill")
{
	nobody_sends("alone", -1);
	pid_t other = family_fork();
	if (other == 0)
		for (;;)
			pause();
	setpgid(other, other);
	nobody_sends("to everybody", -1);
	nobody_sends("to its group", -other);
	nobody_sends("to it", other);
	CALL_OK(kill, other, 0);
	CALL_OK(kill, -1, 0);
	family_kill(other);
}
