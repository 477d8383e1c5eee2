/* Timers, sorted by deadline: see timer.h. */
#include "kernel/task/timer.h"

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"

static struct {
	struct lock lock;
	struct tree tree;
	uint64_t next_deadline_ns; /* of the first in the tree; read without the lock */
} timers = {.next_deadline_ns = TIMER_NEVER};

static struct timer *timer_of(struct tree_node *node)
{
	return node ? container_of(node, struct timer, node) : NULL;
}

static void next_deadline_update(void)
{
	const struct timer *first = timer_of(tree_first(&timers.tree));

	__atomic_store_n(&timers.next_deadline_ns, first ? first->deadline_ns : TIMER_NEVER, __ATOMIC_RELEASE);
}

static void timers_insert(struct timer *timer)
{
	struct tree_node **link = &timers.tree.root, *parent = NULL;

	while (*link) {
		parent = *link;
		link = timer->deadline_ns < timer_of(parent)->deadline_ns ? &parent->left : &parent->right;
	}
	tree_insert(&timers.tree, parent, link, &timer->node);
}

void timer_init(struct timer *timer, void (*expire)(struct timer *timer))
{
	*timer = (struct timer){.deadline_ns = TIMER_NEVER, .expire = expire};
}

void timer_set(struct timer *timer, uint64_t deadline_ns)
{
	bool earlier;

	lock_acquire(&timers.lock);
	earlier = deadline_ns < timers.next_deadline_ns;
	if (timer->deadline_ns != TIMER_NEVER)
		tree_remove(&timers.tree, &timer->node);
	__atomic_store_n(&timer->deadline_ns, deadline_ns, __ATOMIC_RELAXED);
	if (deadline_ns != TIMER_NEVER)
		timers_insert(timer);
	next_deadline_update();
	lock_release(&timers.lock);
	if (earlier)
		timekeeper_notify();
}

bool timer_is_armed(const struct timer *timer)
{
	return __atomic_load_n(&timer->deadline_ns, __ATOMIC_RELAXED) != TIMER_NEVER;
}

uint64_t timers_next_deadline(void)
{
	return __atomic_load_n(&timers.next_deadline_ns, __ATOMIC_ACQUIRE);
}

/* Without the lock, which is held when it returns, too. */
static void work_run(struct timer *timer)
{
	next_deadline_update();
	lock_release(&timers.lock);
	timer->work(timer);
	lock_acquire(&timers.lock);
}

void timers_run(uint64_t now_ns)
{
	if (timers_next_deadline() > now_ns)
		return;
	lock_acquire(&timers.lock);
	for (;;) {
		struct timer *timer = timer_of(tree_first(&timers.tree));

		if (!timer || timer->deadline_ns > now_ns)
			break;
		tree_remove(&timers.tree, &timer->node);
		__atomic_store_n(&timer->deadline_ns, TIMER_NEVER, __ATOMIC_RELAXED);
		if (timer->work)
			work_run(timer);
		else
			timer->expire(timer);
	}
	next_deadline_update();
	lock_release(&timers.lock);
}
