/* How a thread sleeps and is woken: see vfs/wait.h. */
#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/task/poller.h"
#include "kernel/task/thread.h"
#include "kernel/task/time.h"
#include "kernel/task/timer.h"
#include "kernel/vfs/wait.h"

uint64_t deadline_after(uint64_t ns)
{
	uint64_t deadline;

	return __builtin_add_overflow(host_monotonic_ns(), ns, &deadline) ? WAIT_FOREVER : deadline;
}

void thread_sleep_prepare(void)
{
	__atomic_store_n(&current->sleep_word, SLEEP_ASLEEP, __ATOMIC_SEQ_CST);
}

static bool is_awake(const struct thread *thread)
{
	return __atomic_load_n(&thread->sleep_word, __ATOMIC_ACQUIRE) == SLEEP_AWAKE;
}

/* In the host, until woken, kicked, or `timeout_ns` is over. */
static void sleep_in_host(struct thread *thread, uint64_t timeout_ns)
{
	struct __kernel_timespec timeout = timespec_from_ns(timeout_ns);
	uint32_t asleep = SLEEP_ASLEEP;

	if (!poller_enter()) {
		thread_idle_begin();
		host_futex_wait(&thread->sleep_word, SLEEP_ASLEEP, timeout_ns == WAIT_FOREVER ? NULL : &timeout);
		thread_idle_end();
		return;
	}
	if (__atomic_compare_exchange_n(&thread->sleep_word, &asleep, SLEEP_POLLING, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST)) {
		uint32_t polling = SLEEP_POLLING;

		thread_idle_begin();
		poller_poll(timeout_ns);
		thread_idle_end();
		__atomic_compare_exchange_n(&thread->sleep_word, &polling, SLEEP_ASLEEP, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST);
	}
	poller_leave();
}

int thread_sleep(uint64_t deadline_ns)
{
	struct thread *thread = current;
	int result = 0;

	while (!is_awake(thread)) {
		uint64_t now = host_monotonic_ns();
		uint64_t until;

		timers_run(now);
		if (is_awake(thread))
			break;
		if (now >= deadline_ns) {
			result = -ETIMEDOUT;
			break;
		}
		if (thread_is_interrupted(thread)) {
			result = -EINTR;
			break;
		}
		until = timers_next_deadline();
		if (until > deadline_ns)
			until = deadline_ns;
		sleep_in_host(thread, until == WAIT_FOREVER ? WAIT_FOREVER : until > now ? until - now : 0);
	}
	__atomic_store_n(&thread->sleep_word, SLEEP_AWAKE, __ATOMIC_RELEASE);
	return result;
}

void thread_wake(struct thread *thread)
{
	uint32_t was = __atomic_exchange_n(&thread->sleep_word, SLEEP_AWAKE, __ATOMIC_SEQ_CST);

	if (thread == current || was == SLEEP_AWAKE)
		return;
	if (was == SLEEP_POLLING)
		poller_wake();
	else
		host_futex_wake(&thread->sleep_word, 1);
}
