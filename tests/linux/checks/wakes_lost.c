/* What waits although all is there: wakes that another one's call at the wrong moment could swallow. */
#include "conform.h"
#include "family.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#define ROUNDS 5

struct robust_lock {
	struct robust_list entry;
	int word;
	int waiter; /* its process, once it is about to wait */
};

/* Exit status 0: woken. */
static int lock_wait(struct robust_lock *lock, int value)
{
	struct timespec limit = {10, 0};
	__atomic_store_n(&lock->waiter, getpid(), __ATOMIC_SEQ_CST);
	return syscall(SYS_futex, &lock->word, FUTEX_WAIT, value, &limit, NULL, 0) == 0 ? 0 : errno;
}

CHECK(robust_pending_unlocked, "set_robust_list,futex")
{
	struct robust_lock *lock = (void *)family_memory();
	struct robust_list_head head = {.list.next = &head.list,
					.futex_offset = offsetof(struct robust_lock, word),
					.list_op_pending = &lock->entry};
	int held = FUTEX_WAITERS | 1, nobodys = 0;
	lock->word = held;
	pid_t waiter = family_fork();
	if (waiter == 0)
		_exit(lock_wait(lock, held));
	pid_t owner = family_fork();
	if (owner == 0) {
		syscall(SYS_set_robust_list, &head, sizeof head);
		bool waits = family_word_is(&lock->waiter, waiter) && family_state_is(waiter, "S");
		/* Unlocked, and ended before it has woken anybody. */
		__atomic_store_n(&lock->word, 0, __ATOMIC_SEQ_CST);
		_exit(!waits);
	}
	QUIET(set_robust_list, NULL, 0);
	QUIET(futex, &nobodys, FUTEX_WAKE, 1);
	family_end("owner", owner);
	family_end("waiter", waiter);
	SHOW(lock->word);
}

/* Until the clock says so, without a system call. */
static void compute_until(const struct timespec *then)
{
	struct timespec now;
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec < then->tv_sec || (now.tv_sec == then->tv_sec && now.tv_nsec < then->tv_nsec));
}

CHECK(timerfd_asked_when_due, "timerfd_gettime,epoll_wait")
{
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), epoll = epoll_create1(0), told = 0;
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	struct itimerspec setting = {.it_interval = {1000, 0}};
	epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
	for (int i = 0; i < ROUNDS && told == i; i++) {
		clock_gettime(CLOCK_MONOTONIC, &setting.it_value);
		setting.it_value.tv_nsec += 2000000;
		if (setting.it_value.tv_nsec >= 1000000000) {
			setting.it_value.tv_sec++;
			setting.it_value.tv_nsec -= 1000000000;
		}
		timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, NULL);
		compute_until(&setting.it_value);
		struct itimerspec left;
		uint64_t times = 0;
		QUIET(timerfd_gettime, timer, &left);
		if (QUIET(epoll_wait, epoll, &event, 1, 10000) == 1 && read(timer, &times, sizeof times) > 0)
			told += times == 1;
	}
	SHOW(told);
}

struct reader {
	int fd;
	volatile int tid;
	volatile long result;
};

static void *byte_read(void *data)
{
	struct reader *reader = data;
	char byte;
	reader->tid = gettid();
	reader->result = read(reader->fd, &byte, 1);
	return NULL;
}

/* One thread reads; another one takes the table of descriptors for itself, and closes there what is being read. */
static int closed_when_read(void)
{
	int ends[2];
	if (pipe(ends) != 0)
		return 1;
	struct reader reader = {.fd = ends[0]};
	pid_t other = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (other == 0)
		for (;;)
			pause();
	pthread_t thread;
	pthread_create(&thread, NULL, byte_read, &reader);
	while (!reader.tid)
		sched_yield();
	bool reads = family_thread_is(getpid(), reader.tid, "S");
	bool closed = syscall(SYS_close_range, 300u, 400u, 2u /* unshare */) == 0 && close(ends[0]) == 0;
	family_kill(other);
	bool written = write(ends[1], "x", 1) == 1;
	pthread_join(thread, NULL);
	return !reads << 3 | !closed << 2 | !written << 1 | (reader.result != 1);
}

CHECK(close_of_unshared, "close_range,close,read")
{
	pid_t child = family_fork();
	if (child == 0)
		_exit(closed_when_read());
	QUIET(close_range, 300, 400, 2);
	QUIET(read, -1, NULL, 0);
	QUIET(close, -1);
	family_end("reader", child);
}
