/* The timers of timer_create(2): see posix_timer.h. */
#include "kernel/signal/posix_timer.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/task/cpu_clock.h"
#include "kernel/task/pid.h"
#include "kernel/task/system.h"

static void expiration_send(struct posix_timer *timer)
{
	__atomic_store_n(&timer->expired, true, __ATOMIC_RELEASE);
	signal_send_timer(timer->process, timer->target, timer->signal, timer->setting);
}

static void posix_timer_expired(struct timer *expired)
{
	struct posix_timer *timer = container_of(expired, struct posix_timer, interval.timer);

	if (timer->foreign)
		timers_look_demand(timer->process);
	else if (cpu_clock_is(timer->interval.clock))
		timers_look_request(timer->process, timer->clock_tid);
	else
		expiration_send(timer);
}

bool posix_timer_is_expired(const struct posix_timer *timer)
{
	return __atomic_load_n(&timer->expired, __ATOMIC_ACQUIRE);
}

/*
 * As much later as Linux's may be, where another one computes: while that one sleeps, the point stays as near as it is.
 */
#define TICK_NS 4000000

void posix_timer_start(struct posix_timer *timer, uint64_t now_ns)
{
	struct interval *interval = &timer->interval;
	unsigned speed = 1;

	if (timer->foreign)
		speed = system_cpu_count();
	else if (cpu_clock_is(interval->clock) && !timer->clock_tid)
		speed = timer->process->thread_count;
	if ((timer->foreign || (timer->clock_tid && timer->clock_tid != current->tid)) &&
	    interval_left(interval, now_ns) < (uint64_t)TICK_NS * speed &&
	    interval->next_ns >= (uint64_t)TICK_NS * speed)
		now_ns = interval->next_ns - (uint64_t)TICK_NS * speed;
	interval_start(interval, now_ns, speed);
}

struct posix_timer *posix_timer_by_id(struct process *process, int id)
{
	list_for_each(at, &process->timers.posix)
	{
		struct posix_timer *timer = list_entry(at, struct posix_timer, list);

		if (timer->id == id)
			return timer;
	}
	return NULL;
}

static struct posix_timer *timer_by_setting(struct process *process, uint64_t setting)
{
	list_for_each(at, &process->timers.posix)
	{
		struct posix_timer *timer = list_entry(at, struct posix_timer, list);

		if (timer->setting == setting)
			return timer;
	}
	return NULL;
}

void posix_timer_free(struct posix_timer *timer)
{
	list_remove(&timer->list);
	interval_stop(&timer->interval);
	signal_give_up(timer->process, timer->signal);
	heap_free(timer);
}

bool timers_signal_taken(struct process *process, uint64_t setting, siginfo_t *info)
{
	struct posix_timer *timer;
	uint64_t now_ns;
	bool counts;

	lock_acquire(&process->timers.lock);
	timer = timer_by_setting(process, setting);
	counts = timer && timer->expired;
	if (counts) {
		/* The point did come, even if a clock was set back since, or is no more. */
		now_ns = interval_now(&timer->interval);
		if (now_ns < timer->interval.next_ns)
			now_ns = timer->interval.next_ns;
		timer->passed += interval_forward(&timer->interval, now_ns);
		timer->overrun = timer->passed > INT32_MAX ? INT32_MAX : (int32_t)timer->passed - 1;
		timer->passed = 0;
		timer->expired = false;
		info->si_overrun = timer->overrun;
		if (timer->interval.armed)
			posix_timer_start(timer, now_ns);
	}
	lock_release(&process->timers.lock);
	return counts;
}

void timers_unignored(struct process *process, int signal)
{
	lock_acquire(&process->timers.lock);
	list_for_each(at, &process->timers.posix)
	{
		struct posix_timer *timer = list_entry(at, struct posix_timer, list);

		/* As Linux has it: what comes only once is lost. */
		if (timer->signal->info.si_signo == signal && timer->signal->held_back &&
		    posix_timer_is_expired(timer) && timer->interval.interval_ns)
			expiration_send(timer);
	}
	lock_release(&process->timers.lock);
}

void posix_timers_look(struct process *process)
{
	list_for_each(at, &process->timers.posix)
	{
		struct posix_timer *timer = list_entry(at, struct posix_timer, list);
		struct interval *interval = &timer->interval;
		uint64_t now_ns;

		if (timer->silent || !interval->armed || posix_timer_is_expired(timer) ||
		    timer_is_armed(&interval->timer) || !cpu_clock_is(interval->clock))
			continue;
		now_ns = interval_now(interval);
		if (interval_left(interval, now_ns))
			posix_timer_start(timer, now_ns);
		else
			expiration_send(timer);
	}
}

void posix_timers_end(struct process *process)
{
	list_for_each_safe(at, after, &process->timers.posix)
		posix_timer_free(list_entry(at, struct posix_timer, list));
}

/* Linux limits the signals that timers need. */
static bool may_have_more(struct process *process)
{
	uint64_t limit = process_limit(RLIMIT_SIGPENDING);

	list_for_each(at, &process->timers.posix)
	{
		if (limit == 0)
			return false;
		limit--;
	}
	return limit != 0;
}

static bool is_own_thread(int tid)
{
	struct process *process = NULL;
	bool own = thread_find(tid, &process) && process == process_current();

	process_put(process);
	return own;
}

static int event_check(const struct sigevent *event)
{
	switch (event->sigev_notify) {
	case SIGEV_SIGNAL | SIGEV_THREAD_ID:
		if (!is_own_thread(event->sigev_notify_thread_id))
			return -EINVAL;
		break;
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		break;
	default:
		return -EINVAL;
	}
	return event->sigev_signo > 0 && event->sigev_signo <= SIGNAL_COUNT ? 0 : -EINVAL;
}

static struct posix_timer *timer_alloc(void)
{
	struct posix_timer *timer = heap_new(struct posix_timer);

	if (timer)
		timer->signal = heap_new(struct signal_info);
	if (timer && !timer->signal) {
		heap_free(timer);
		timer = NULL;
	}
	return timer;
}

static void timer_init_for(struct posix_timer *timer, int clock, const struct sigevent *event)
{
	struct signal_info *signal = timer->signal;

	timer->process = process_current();
	timer->target = event->sigev_notify & SIGEV_THREAD_ID ? event->sigev_notify_thread_id : 0;
	timer->silent = event->sigev_notify == SIGEV_NONE;
	if (cpu_clock_is(clock)) {
		clock = cpu_clock_absolute(clock);
		timer->clock_tid = cpu_clock_thread(clock);
		timer->foreign = cpu_clock_is_foreign(clock);
	}
	interval_init(&timer->interval, clock, posix_timer_expired);
	list_init(&timer->list);
	list_init(&signal->list);
	signal->kept = true;
	signal->info.si_signo = event->sigev_signo;
	signal->info.si_code = SI_TIMER;
	signal->info.si_value = event->sigev_value;
}

/* Ids go up and come again only after 2^31. */
static int32_t id_new(struct process *process)
{
	struct process_timers *timers = &process->timers;

	int32_t id;

	do {
		id = timers->next_id;
		timers->next_id = id == INT32_MAX ? 0 : id + 1;
	} while (posix_timer_by_id(process, id));
	return id;
}

int posix_timer_new(int clock, const struct sigevent *event)
{
	struct sigevent alarm = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct process *process = process_current();
	int error = event ? event_check(event) : 0;
	struct posix_timer *timer;

	if (error)
		return error;
	timer = timer_alloc();
	if (!timer)
		return -EAGAIN;
	lock_acquire(&process->timers.lock);
	if (may_have_more(process)) {
		timer->id = id_new(process);
		alarm.sigev_value.sival_int = timer->id;
		timer_init_for(timer, clock, event ? event : &alarm);
		timer->signal->info.si_tid = timer->id;
		list_append(&process->timers.posix, &timer->list);
		error = timer->id;
	} else {
		heap_free(timer->signal);
		heap_free(timer);
		error = -EAGAIN;
	}
	lock_release(&process->timers.lock);
	return error;
}
