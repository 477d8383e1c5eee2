/* FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: a condition variable whose mutex inherits priorities. */
#include "../family.h"
#include "../signals.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#define PRIVATE FUTEX_PRIVATE_FLAG

static uint32_t condition, mutex, other;

static struct timespec soon(clockid_t clock, long ms)
{
	struct timespec time;
	clock_gettime(clock, &time);
	time.tv_nsec += ms * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

CHECK(futex_requeue_errors, "futex")
{
	struct timespec bad = {0, 1000000000}, past = {1, 0};
	char *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	condition = mutex = 0;
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 1, NULL, &mutex, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, NULL, &condition, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, &bad, &mutex, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, (void *)8, &mutex, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, &past, (char *)&mutex + 1, 0);
	CALL(futex, (char *)&condition + 1, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, NULL, &mutex, 0);
	CALL(futex, page, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, NULL, &mutex, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, &past, &mutex, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE | FUTEX_CLOCK_REALTIME, 0, &past, &mutex, 0);
	CALL(futex, &condition, FUTEX_WAIT_REQUEUE_PI, 0, &past, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 1);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 2, 0, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 0, 0, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, -1, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &condition, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, (char *)&mutex + 1, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, page, 0);
	CALL(futex, page, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE | FUTEX_CLOCK_REALTIME, 1, 0, &mutex, 0);
	CALL(futex, &mutex, FUTEX_LOCK_PI | PRIVATE | FUTEX_CLOCK_REALTIME, 0, NULL);
	SHOW(mutex);
	munmap(page, PAGE);
}

struct waiter {
	pthread_t thread;
	struct timespec *until;
	volatile pid_t tid;
	bool has_lock; /* when it waits: it calls as nobody should */
	long result;
	bool owned;
	uint32_t waiters; /* the lock said so when it had it */
};

static void *waiting_thread(void *data)
{
	struct waiter *waiter = data;
	if (waiter->has_lock)
		QUIET(futex, &mutex, FUTEX_LOCK_PI | PRIVATE, 0, NULL);
	waiter->tid = gettid();
	waiter->result = QUIET(futex, &condition, FUTEX_WAIT_REQUEUE_PI | PRIVATE, 0, waiter->until, &mutex, 0);
	waiter->owned = (mutex & FUTEX_TID_MASK) == (uint32_t)gettid();
	waiter->waiters = mutex & FUTEX_WAITERS;
	if (waiter->owned)
		QUIET(futex, &mutex, FUTEX_UNLOCK_PI | PRIVATE, 0);
	return NULL;
}

static void waiters_start(struct waiter *waiters, int count)
{
	for (int i = 0; i < count; i++) {
		pthread_create(&waiters[i].thread, NULL, waiting_thread, &waiters[i]);
		while (!waiters[i].tid)
			usleep(1000);
		EXPECT(family_thread_is(getpid(), waiters[i].tid, "S"));
		usleep(20000); /* in the futex, not before it: they are served in this order */
	}
}

static void waiters_join(struct waiter *waiters, int count)
{
	for (int i = 0; i < count; i++) {
		pthread_join(waiters[i].thread, NULL);
		NOTE("waiter %d: %s, owned %d, others %d", i, result_name(waiters[i].result), waiters[i].owned,
		     waiters[i].waiters != 0);
	}
}

CHECK(futex_requeue_lock_held, "futex")
{
	struct waiter waiters[4] = {{0}};
	condition = mutex = 0;
	QUIET(futex, &mutex, FUTEX_LOCK_PI | PRIVATE, 0, NULL);
	waiters_start(waiters, 4);
	CALL(futex, &condition, FUTEX_WAKE | PRIVATE, 1);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE | PRIVATE, 1, 1, &other, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 1, &other, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 1, &mutex, 0);
	EXPECT(mutex == ((uint32_t)gettid() | FUTEX_WAITERS));
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0x7fffffff, &mutex, 0);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 1, &mutex, 0);
	CALL(futex, &mutex, FUTEX_UNLOCK_PI | PRIVATE, 0);
	waiters_join(waiters, 4);
	SHOW(mutex);
}

CHECK(futex_requeue_lock_free, "futex")
{
	struct waiter waiters[3] = {{0}};
	condition = mutex = 0;
	waiters_start(waiters, 3);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 0);
	waiters_join(waiters, 1);
	SHOW(mutex & FUTEX_TID_MASK);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 5, &mutex, 0);
	waiters_join(waiters + 1, 2);
	SHOW(mutex & FUTEX_TID_MASK);
}

CHECK(futex_requeue_ends, "futex,tgkill")
{
	struct timespec until = soon(CLOCK_MONOTONIC, 300);
	struct waiter late = {.until = &until}, moved_late = {.until = &until}, disturbed = {0},
		      owner = {.has_lock = true};
	condition = mutex = 0;
	/* Nobody moves it in time. */
	waiters_start(&late, 1);
	waiters_join(&late, 1);
	/* It is moved, and does not get the lock in time. */
	QUIET(futex, &mutex, FUTEX_LOCK_PI | PRIVATE, 0, NULL);
	until = soon(CLOCK_MONOTONIC, 500);
	waiters_start(&moved_late, 1);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 0);
	waiters_join(&moved_late, 1);
	/* Signals: before it is moved it waits again; behind that, the caller is told. */
	signal_handle(SIGUSR1, signal_count);
	waiters_start(&disturbed, 1);
	CALL_OK(tgkill, getpid(), disturbed.tid, SIGUSR1);
	usleep(50000);
	EXPECT(family_thread_is(getpid(), disturbed.tid, "S"));
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 0);
	CALL_OK(tgkill, getpid(), disturbed.tid, SIGUSR1);
	waiters_join(&disturbed, 1);
	CALL(futex, &mutex, FUTEX_UNLOCK_PI | PRIVATE, 0);
	signal_handle(SIGUSR1, SIG_DFL);
	/* It has the lock already. */
	mutex = 0;
	waiters_start(&owner, 1);
	CALL(futex, &condition, FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &mutex, 0);
	until = soon(CLOCK_REALTIME, 0);
	CALL(futex, &mutex, FUTEX_LOCK_PI | PRIVATE, 0, &until);
	condition = 1; /* the signal makes it look again */
	signal_handle(SIGUSR1, signal_count);
	CALL_OK(tgkill, getpid(), owner.tid, SIGUSR1);
	waiters_join(&owner, 1);
	signal_handle(SIGUSR1, SIG_DFL);
}

/* Words in shared memory, at other addresses in the child. */
CHECK(futex_requeue_between_processes, "futex,fork")
{
	int fd = memfd_create("words", 0);
	REQUIRE(ftruncate(fd, PAGE) == 0);
	uint32_t *words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	QUIET(futex, &words[1], FUTEX_LOCK_PI, 0, NULL);
	pid_t child = family_fork();
	if (child == 0) {
		uint32_t *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		long result = QUIET(futex, &own[0], FUTEX_WAIT_REQUEUE_PI, 0, NULL, &own[1], 0);
		if (result == 0 && (own[1] & FUTEX_TID_MASK) == (uint32_t)gettid())
			result = QUIET(futex, &own[1], FUTEX_UNLOCK_PI, 0);
		_exit(result != 0);
	}
	EXPECT(family_state_is(child, "S"));
	usleep(20000);
	CALL(futex, &words[0], FUTEX_CMP_REQUEUE_PI | PRIVATE, 1, 0, &words[1], 0); /* another kind */
	CALL(futex, &words[0], FUTEX_CMP_REQUEUE_PI, 1, 0, &words[1], 0);
	CALL(futex, &words[1], FUTEX_UNLOCK_PI, 0);
	family_end("child", child);
	SHOW(words[1] & FUTEX_TID_MASK);
}
