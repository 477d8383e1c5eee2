/* Threads: made and ended in storms, and over locks, conditions and pipes. */
#include "torture.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 64

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	unsigned turns, limit;
	int ends[2];
	long sum;
} ring = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, {-1, -1}, 0};

static void threads_run(int count, void *(*run)(void *))
{
	pthread_t threads[THREADS];
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], &attributes, run, (void *)(long)i) != 0)
			complain("thread %d cannot be made", i);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_attr_destroy(&attributes);
}

static void *locking_thread(void *data)
{
	(void)data;
	for (;;) {
		pthread_mutex_lock(&ring.mutex);
		bool done = ring.turns == ring.limit;
		ring.turns += !done;
		pthread_mutex_unlock(&ring.mutex);
		if (done)
			return NULL;
	}
}

TORTURE(mutex, 100000, 3000000)
{
	ring.turns = 0;
	ring.limit = times;
	threads_run(THREADS, locking_thread);
	if (ring.turns != times)
		complain("%u turns, not %u", ring.turns, times);
}

static void *turning_thread(void *data)
{
	unsigned own = (unsigned)(long)data;
	pthread_mutex_lock(&ring.mutex);
	while (ring.turns < ring.limit) {
		while (ring.turns < ring.limit && ring.turns % THREADS != own)
			pthread_cond_wait(&ring.condition, &ring.mutex);
		ring.turns++;
		pthread_cond_broadcast(&ring.condition);
	}
	pthread_mutex_unlock(&ring.mutex);
	return NULL;
}

TORTURE(condition, 1000, 20000)
{
	ring.turns = 0;
	ring.limit = times;
	threads_run(THREADS, turning_thread);
}

static void *piping_thread(void *data)
{
	bool writes = (long)data % 2;
	for (unsigned i = 0; i < ring.limit; i++) {
		char byte = 1;
		if (writes ? write(ring.ends[1], &byte, 1) != 1 : read(ring.ends[0], &byte, 1) != 1)
			complain("the pipe ended");
		if (!writes)
			__atomic_add_fetch(&ring.sum, byte, __ATOMIC_RELAXED);
	}
	return NULL;
}

TORTURE(pipe, 500, 20000)
{
	ring.limit = times;
	ring.sum = 0;
	if (pipe(ring.ends) != 0)
		complain("no pipe");
	threads_run(THREADS, piping_thread);
	close(ring.ends[0]);
	close(ring.ends[1]);
	if (ring.sum != (long)times * THREADS / 2)
		complain("%ld bytes came, not %ld", ring.sum, (long)times * THREADS / 2);
}

static void *short_thread(void *data)
{
	return data;
}

/* Made and ended, eight at a time, with signals on their way to whoever is there. */
TORTURE(thread_storm, 300, 10000)
{
	signal(SIGUSR1, SIG_IGN);
	pid_t self = getpid(), killer = fork();
	if (killer == 0)
		for (;;) {
			kill(self, SIGURG);
			kill(self, SIGUSR1);
		}
	for (unsigned i = 0; i < times; i++)
		threads_run(8, short_thread);
	kill(killer, SIGKILL);
	child_expect(killer, SIGKILL, "who sent signals");
	signal(SIGUSR1, SIG_DFL);
}

static volatile int caught;

static void catch (int signal)
{
	(void)signal;
	__atomic_add_fetch(&caught, 1, __ATOMIC_RELAXED);
}

/* The same with a handler: threads are interrupted while they begin and end. */
TORTURE(thread_storm_caught, 300, 10000)
{
	struct sigaction action = {.sa_handler = catch, .sa_flags = SA_RESTART}, old;
	sigaction(SIGUSR1, &action, &old);
	caught = 0;
	pid_t self = getpid(), killer = fork();
	if (killer == 0)
		for (;;) {
			kill(self, SIGUSR1);
			usleep(20);
		}
	for (unsigned i = 0; i < times; i++)
		threads_run(8, short_thread);
	kill(killer, SIGKILL);
	child_expect(killer, SIGKILL, "who sent signals");
	sigaction(SIGUSR1, &old, NULL);
}

#define SETS 16

static int undone_sets[2][SETS];
static volatile int undoing;

/* The first operations of the process on each of its sets, at the same time as the other thread's. */
static void *undoing_thread(void *data)
{
	struct sembuf up = {0, 1, SEM_UNDO};
	int which = __atomic_fetch_add(&undoing, 1, __ATOMIC_SEQ_CST);
	(void)data;
	while (undoing < 2)
		;
	for (int i = 0; i < SETS; i++)
		if (semop(undone_sets[which][i], &up, 1) != 0)
			_exit(1);
	return NULL;
}

TORTURE(undos_of_threads, 100, 10000)
{
	for (int i = 0; i < 2 * SETS; i++)
		undone_sets[i % 2][i / 2] = semget(IPC_PRIVATE, 1, 0600);
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0) {
			threads_run(2, undoing_thread);
			_exit(0);
		}
		child_expect(child, 0, "operations on semaphores");
		for (int k = 0; k < 2 * SETS; k++)
			if (semctl(undone_sets[k % 2][k / 2], 0, GETVAL) != 0)
				complain("round %u: semaphore %d is not as it was", i, k);
	}
	for (int i = 0; i < 2 * SETS; i++)
		semctl(undone_sets[i % 2][i / 2], 0, IPC_RMID);
}
