/* execve in a process with threads: whichever asks goes on alone, as the process. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

/* In a child, which does what `prepare` does and executes the part. */
static void part_in_child(void (*prepare)(void), const char *part)
{
	pid_t child = family_fork();
	if (child == 0) {
		prepare();
		NOTE("execve: %s", result_name(part_execute(part, NULL)));
		_exit(1);
	}
	family_end(part, child);
}

struct crowd {
	int spinning, waiting, forking;
	int executes; /* 1: a thread does, 0: the leader does */
	const char *part;
};
static struct crowd crowd;
static int crowd_ready;
static pid_t crowd_pid;

static void *spinning_thread(void *data)
{
	__atomic_fetch_add(&crowd_ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("pause");
	return data;
}

static void *waiting_thread(void *data)
{
	struct gate gate = gate_make();
	__atomic_fetch_add(&crowd_ready, 1, __ATOMIC_SEQ_CST);
	gate_wait(&gate);
	return data;
}

static void *executing_thread(void *data)
{
	char text[64];
	while (__atomic_load_n(&crowd_ready, __ATOMIC_SEQ_CST) < crowd.spinning + crowd.waiting)
		usleep(1000);
	snprintf(text, sizeof text, "%d", crowd_pid);
	prctl(PR_SET_NAME, "a thread");
	NOTE("execve: %s", result_name(part_execute(crowd.part, text)));
	_exit(1);
	return data;
}

static void crowd_prepare(void)
{
	pthread_t thread;
	crowd_pid = getpid();
	for (int i = 0; i < crowd.spinning + crowd.waiting; i++)
		pthread_create(&thread, NULL, i < crowd.spinning ? spinning_thread : waiting_thread, NULL);
	if (!crowd.executes)
		executing_thread(NULL);
	pthread_create(&thread, NULL, executing_thread, NULL);
	if (crowd.executes == 2)
		pthread_exit(NULL); /* the leader has ended before */
	for (;;)
		pause();
}

PART(alone)
{
	char name[16] = "";
	int tids = 0;
	EXPECT(getpid() == strtol(arguments[0], NULL, 10) && gettid() == getpid());
	prctl(PR_GET_NAME, name);
	NOTE("%s", name);
	for (int tid = 1; tid < 20; tid++) /* ours is not necessarily among them, others must not be */
		tids += family_state(getpid(), getpid() + tid) != 0;
	SHOW(tids);
	EXPECT(family_state(getpid(), getpid()) == 'R');
	/* It can do what a process can. */
	pid_t child = family_fork();
	if (child == 0)
		_exit(3);
	family_end("its child", child);
	signal_handle(SIGALRM, signal_count);
	alarm(0);
	raise(SIGALRM);
	SHOW(signals_caught);
	return 0;
}

static void crowd_check(struct crowd what)
{
	crowd = what;
	crowd_ready = 0;
	part_in_child(crowd_prepare, crowd.part);
}

CHECK(execve_of_leader_with_threads, "execve")
{
	crowd_check((struct crowd){.waiting = 3, .part = "alone"});
	crowd_check((struct crowd){.spinning = 2, .waiting = 1, .part = "alone"});
}

CHECK(execve_of_thread, "execve")
{
	crowd_check((struct crowd){.executes = 1, .part = "alone"});
	crowd_check((struct crowd){.executes = 1, .waiting = 3, .part = "alone"});
	crowd_check((struct crowd){.executes = 1, .spinning = 2, .waiting = 2, .part = "alone"});
}

CHECK(execve_of_thread_behind_leader, "execve")
{
	crowd_check((struct crowd){.executes = 2, .waiting = 2, .part = "alone"});
	crowd_check((struct crowd){.executes = 2, .spinning = 1, .part = "alone"});
}

/* An execve that fails leaves everything as it was. */
static void *failing_thread(void *data)
{
	const char *const none[] = {"none", NULL};
	CALL(execve, "/not/there", none, none);
	CALL(execve, "/etc/passwd", none, none);
	CALL(execve, "/", none, none);
	CALL(execve, NULL, none, none);
	CALL(execve, "/proc/self/exe", 8, none);
	return data;
}

CHECK(execve_of_thread_fails, "execve")
{
	struct gate gate = gate_make();
	pthread_t thread;
	pid_t child = family_fork();
	if (child == 0) {
		pthread_t waiting;
		pthread_create(&waiting, NULL, waiting_thread, NULL);
		pthread_create(&thread, NULL, failing_thread, NULL);
		pthread_join(thread, NULL);
		SHOW(pthread_tryjoin_np(waiting, NULL) == EBUSY);
		_exit(5);
	}
	family_end("child", child);
	gate_open(&gate);
}

/* Two threads at once: one wins, the process is whole. */
static void *racing_thread(void *data)
{
	pthread_barrier_wait(data);
	part_execute("exit_with", "8");
	_exit(1);
	return NULL;
}

CHECK(execve_of_two_threads, "execve")
{
	for (int i = 0; i < 20; i++) {
		pid_t child = family_fork();
		if (child == 0) {
			pthread_barrier_t barrier;
			pthread_t threads[3];
			pthread_barrier_init(&barrier, NULL, 3);
			for (int k = 0; k < 3; k++)
				pthread_create(&threads[k], NULL, racing_thread, &barrier);
			pause();
		}
		int status = family_wait(child);
		if (status != 8 << 8)
			family_status("an unlucky one", status);
	}
	QUIET(execve, NULL, NULL, NULL);
}

/* Pending signals of the thread that executes go with it, and its mask. */
static void *masked_thread(void *data)
{
	uint64_t set = SIGNAL_SET(SIGUSR1) | SIGNAL_SET(SIGUSR2);
	signals_mask(SIG_BLOCK, set);
	syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	part_execute("signals_of_thread", NULL);
	return data;
}

CHECK(execve_of_thread_signals, "execve,tgkill")
{
	pid_t child = family_fork();
	if (child == 0) {
		pthread_t thread;
		signals_mask(SIG_BLOCK, SIGNAL_SET(SIGHUP) | SIGNAL_SET(SIGUSR2));
		QUIET(tgkill, getpid(), gettid(), SIGURG);
		pthread_create(&thread, NULL, masked_thread, NULL);
		sigset_t none;
		sigemptyset(&none);
		sigaddset(&none, SIGUSR2);
		for (;;)
			sigsuspend(&none); /* the leader's mask of this moment is nobody's */
	}
	QUIET(execve, NULL, NULL, NULL);
	family_end("child", child);
}

PART(signals_of_thread)
{
	uint64_t mask = 0;
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	SHOW_HEX(mask);
	NOTE("%d %d %d", signal_is_pending(SIGUSR1), signal_is_pending(SIGUSR2), signal_is_pending(SIGHUP));
	return 0;
}
