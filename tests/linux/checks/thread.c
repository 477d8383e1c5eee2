/* Threads: ids, ends, signals of them; and the locks they leave behind. */
#include "../family.h"
#include "../signals.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

static void *tid_thread(void *data)
{
	pid_t *tid = data;
	*tid = QUIET(getpid) == getpid() ? (pid_t)QUIET(gettid) : 0;
	return NULL;
}

CHECK(thread_ids, "gettid,getpid,clone,set_tid_address")
{
	pthread_t thread;
	pid_t tid = 0;
	EXPECT(QUIET(gettid) == QUIET(getpid));
	EXPECT(pthread_create(&thread, NULL, tid_thread, &tid) == 0);
	pthread_join(thread, NULL);
	EXPECT(tid > 0 && tid != getpid());
	record_made("clone");
	EXPECT(QUIET(set_tid_address, NULL) == getpid());
}

struct ending {
	struct gate go;
	int code;
	bool group;
};

static void *ending_thread(void *data)
{
	struct ending *ending = data;
	gate_wait(&ending->go);
	if (ending->group)
		syscall(SYS_exit_group, ending->code);
	syscall(SYS_exit, ending->code);
	return NULL;
}

/* A leader that has ended is a zombie until the others are gone; the status is its own, or exit_group's. */
CHECK(leader_ends_first, "exit,exit_group,wait4")
{
	for (int group = 0; group < 2; group++) {
		struct ending ending = {.go = gate_make(), .code = 9, .group = group};
		pid_t child = family_fork();
		if (child == 0) {
			pthread_t thread;
			pthread_create(&thread, NULL, ending_thread, &ending);
			QUIET(exit, 4);
		}
		EXPECT(family_state_is(child, "Z"));
		CALL(wait4, child, NULL, WNOHANG, NULL);
		SHOW(QUIET(kill, child, 0));
		gate_open(&ending.go);
		family_end(group ? "exit_group" : "exit", child);
	}
	record_made("exit");
	record_made("exit_group");
}

/* A signal to the process finds the thread that is left; one that ends it ends it. */
CHECK(leader_ended_and_signals, "exit,kill")
{
	struct ending ending = {.go = gate_make()};
	pid_t child = family_fork();
	if (child == 0) {
		pthread_t thread;
		pthread_create(&thread, NULL, ending_thread, &ending);
		QUIET(exit, 4);
	}
	record_made("exit");
	EXPECT(family_state_is(child, "Z"));
	SHOW(QUIET(tgkill, child, child, 0));
	QUIET(kill, child, SIGTERM);
	family_end("child", child);
}

static void *blocked_thread(void *data)
{
	struct gate gate = gate_make();
	__atomic_fetch_add((int *)data, 1, __ATOMIC_SEQ_CST);
	gate_wait(&gate);
	return NULL;
}

static void *busy_thread(void *data)
{
	__atomic_fetch_add((int *)data, 1, __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("pause");
	return NULL;
}

CHECK(exit_group_with_threads, "exit_group,kill")
{
	for (int how = 0; how < 4; how++) {
		int *shared = family_memory();
		pid_t child = family_fork();
		if (child == 0) {
			pthread_t thread;
			for (int i = 0; i < 4; i++)
				pthread_create(&thread, NULL, i < 2 ? blocked_thread : busy_thread, shared);
			family_word_is(shared, 4);
			shared[1] = 1;
			if (how == 0)
				QUIET(exit_group, 3);
			if (how == 1)
				raise(SIGTERM);
			if (how == 2)
				*(volatile int *)(intptr_t)(shared[9] + 8) = 0; /* not there */
			for (;;)
				pause();
		}
		EXPECT(family_word_is(&shared[1], 1));
		if (how == 3)
			QUIET(kill, child, SIGKILL);
		family_end("child", child);
		munmap(shared, PAGE);
	}
	record_made("exit_group");
}

static void *clearing_thread(void *data)
{
	(void)data;
	return NULL;
}

CHECK(thread_end_wakes, "futex,exit,clone")
{
	pthread_t thread;
	for (int i = 0; i < 50; i++) {
		if (pthread_create(&thread, NULL, clearing_thread, NULL) != 0 || pthread_join(thread, NULL) != 0)
			EXPECT(!"a thread that ends is joined");
	}
	record_made("futex");
	record_made("exit");
	record_made("clone");
}

/* --- locks left behind --- */

struct shared_lock {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	int value;
};

static struct shared_lock *lock_make(int protocol, int robust)
{
	pthread_mutexattr_t attributes;
	pthread_condattr_t shared;
	struct shared_lock *lock = (struct shared_lock *)(void *)family_memory();
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	SHOW(pthread_mutex_init(&lock->mutex, &attributes));
	pthread_condattr_init(&shared);
	pthread_condattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&lock->condition, &shared);
	return lock;
}

static void *locking_thread(void *data)
{
	pthread_mutex_lock(&((struct shared_lock *)data)->mutex);
	return NULL;
}

static void robust_check(int protocol)
{
	for (int how = 0; how < 4; how++) {
		struct shared_lock *lock = lock_make(protocol, PTHREAD_MUTEX_ROBUST);
		if (how == 0) { /* a thread of ours */
			pthread_t thread;
			pthread_create(&thread, NULL, locking_thread, lock);
			pthread_join(thread, NULL);
		} else {
			struct gate locked = gate_make();
			pid_t child = family_fork();
			if (child == 0) {
				pthread_mutex_lock(&lock->mutex);
				gate_open(&locked);
				if (how == 1)
					_exit(0);
				if (how == 2)
					part_execute("exit_with", "0");
				usleep(20000); /* we wait for it by now */
				raise(SIGKILL);
			}
			gate_wait(&locked);
			if (how != 3)
				(void)family_wait(child);
			else
				NOTE("lock: %s", strerrorname_np(pthread_mutex_lock(&lock->mutex)) ?: "0");
			if (how == 3) {
				(void)family_wait(child);
				pthread_mutex_consistent(&lock->mutex);
				pthread_mutex_unlock(&lock->mutex);
				continue;
			}
		}
		NOTE("lock: %s", strerrorname_np(pthread_mutex_lock(&lock->mutex)) ?: "0");
		SHOW(pthread_mutex_consistent(&lock->mutex));
		SHOW(pthread_mutex_unlock(&lock->mutex));
		SHOW(pthread_mutex_lock(&lock->mutex));
		SHOW(pthread_mutex_unlock(&lock->mutex));
	}
}

CHECK(robust_mutexes, "futex,set_robust_list,get_robust_list")
{
	void *head = NULL;
	size_t length = 0;
	SHOW(QUIET(get_robust_list, 0, &head, &length));
	SHOW(length);
	CALL(get_robust_list, 1 << 22, &head, &length);
	CALL(set_robust_list, head, 12);
	CALL(set_robust_list, head, length);
	record_made("futex");
	robust_check(PTHREAD_PRIO_NONE);
}

CHECK(robust_inheriting_mutexes, "futex")
{
	record_made("futex");
	robust_check(PTHREAD_PRIO_INHERIT);
}

CHECK(mutexes_between_processes, "futex")
{
	static const int protocols[] = {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT};
	record_made("futex");
	for (int i = 0; i < 2; i++) {
		struct shared_lock *lock = lock_make(protocols[i], PTHREAD_MUTEX_STALLED);
		pid_t children[4];
		for (int k = 0; k < 4; k++) {
			children[k] = family_fork();
			if (children[k] != 0)
				continue;
			for (int turn = 0; turn < 2000; turn++) {
				pthread_mutex_lock(&lock->mutex);
				lock->value++;
				pthread_mutex_unlock(&lock->mutex);
			}
			_exit(0);
		}
		for (int k = 0; k < 4; k++)
			family_end("child", children[k]);
		SHOW(lock->value);
		pthread_mutex_lock(&lock->mutex);
		SHOW(pthread_mutex_lock(&lock->mutex));
		pid_t child = family_fork();
		if (child == 0) {
			NOTE("%s", strerrorname_np(pthread_mutex_trylock(&lock->mutex)));
			NOTE("%s", strerrorname_np(pthread_mutex_unlock(&lock->mutex)));
			_exit(0);
		}
		family_end("child", child);
		pthread_mutex_unlock(&lock->mutex);
	}
}

CHECK(conditions_between_processes, "futex")
{
	struct shared_lock *lock = lock_make(PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED);
	record_made("futex");
	pid_t child = family_fork();
	for (int side = child == 0, turn = 0; turn < 500; turn++) {
		pthread_mutex_lock(&lock->mutex);
		while (lock->value % 2 != side)
			pthread_cond_wait(&lock->condition, &lock->mutex);
		lock->value++;
		pthread_cond_broadcast(&lock->condition);
		pthread_mutex_unlock(&lock->mutex);
	}
	if (child == 0)
		_exit(0);
	family_end("child", child);
	SHOW(lock->value);
}
