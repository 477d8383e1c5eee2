/* The stack's lock, its clock, and who is told of what happened under it: see stack.h. */
#include "kernel/net/stack.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/random.h"
#include "kernel/net/device.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/lwip/hooks.h"
#include "kernel/net/stack_timer.h"
#include "kernel/net/tcp_urgent.h"
#include "kernel/task/time.h"
#include "kernel/task/timer.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/stats.h"
#include "lwip/sys.h"

#define NS_PER_MS 1000000ull
#define NS_PER_US 1000ull
/* RFC 6528: sequence numbers grow with time, by one in 64 ns, so that connections reuse none of the one before. */
#define SEQUENCE_SHIFT 6

static struct {
	struct lock lock;
	bool has_begun;   /* nothing that follows is set before */
	struct list told; /* of struct inet_socket, each with a reference */
	struct timer timer;
	uint64_t due_ms; /* what the timer is set to */
	uint64_t now_ns; /* when the lock was taken: good enough for all that is done under it */
	uint64_t sequence_key;
} stack;

/* --- what lwIP asks for ------------------------------------------------------------------------------------------- */

uint64_t stack_now_ms(void)
{
	return stack.now_ns / NS_PER_MS;
}

uint32_t stack_clock_us(void)
{
	return (uint32_t)(stack.now_ns / NS_PER_US);
}

u32_t sys_now(void)
{
	return (u32_t)stack_now_ms();
}

uint32_t stack_random(void)
{
	return (uint32_t)random_word();
}

/* Both ends of a connection, keyed. */
static uint64_t ends_hash(uint64_t seed, const ip_addr_t *local, uint16_t local_port, const ip_addr_t *remote,
			  uint16_t remote_port)
{
	struct {
		uint8_t local[16], remote[16];
		uint64_t ports;
	} key = {.ports = (uint32_t)local_port << 16 | remote_port};

	inet_bytes_of(local, key.local);
	inet_bytes_of(remote, key.remote);
	return hash_bytes(seed, &key, sizeof(key));
}

uint32_t stack_sequence_number(const ip_addr_t *local, uint16_t local_port, const ip_addr_t *remote,
			       uint16_t remote_port)
{
	return (uint32_t)(ends_hash(stack.sequence_key, local, local_port, remote, remote_port) +
			  (stack.now_ns >> SEQUENCE_SHIFT));
}

uint32_t stack_connection_hash(const ip_addr_t *local, uint16_t local_port, const ip_addr_t *remote,
			       uint16_t remote_port)
{
	return (uint32_t)ends_hash(0, local, local_port, remote, remote_port);
}

/* --- entering and leaving ----------------------------------------------------------------------------------------- */

static void timer_work(struct timer *timer)
{
	(void)timer;
	stack_enter();
	stack.due_ms = STACK_NEVER_MS;
	stack_timers_run(stack_now_ms());
	stack_leave();
}

/* With the loopback. The lock is held. */
static void begin(void)
{
	struct netif *lo;

	stack.has_begun = true;
	list_init(&stack.told);
	timer_init(&stack.timer, NULL);
	stack.timer.work = timer_work;
	stack.due_ms = STACK_NEVER_MS;
	stack.sequence_key = random_word();
	lwip_init();
	lo = netif_get_by_index(1);
	/* What never leaves memory is not damaged. */
	NETIF_SET_CHECKSUM_CTRL(lo, NETIF_CHECKSUM_DISABLE_ALL);
	lo->mtu = UINT16_MAX;
}

void stack_enter(void)
{
	lock_acquire(&stack.lock);
	stack.now_ns = host_monotonic_ns();
	if (!stack.has_begun)
		begin();
	stack_ticks_pass(stack_now_ms());
}

/* The timer is when lwIP wants to be called next. The lock is held. */
static void timer_update(void)
{
	uint64_t due_ms = stack_timers_due_ms(stack_now_ms());

	/* One that comes too early does no harm: it is set anew then. */
	if (due_ms >= stack.due_ms)
		return;
	stack.due_ms = due_ms;
	timer_set(&stack.timer, due_ms * NS_PER_MS);
}

/* For who looks from outside. The lock is held. */
static void statistics_update(void)
{
	struct kernel_net_statistics *out = &kernel_statistics()->net;
	const struct stats_mib2 *in = &lwip_stats.mib2;

	out->tcp_segments_in = in->tcpinsegs;
	out->tcp_segments_out = in->tcpoutsegs + in->tcpretranssegs;
	out->tcp_retransmits = in->tcpretranssegs;
}

static void told_wake(struct list *told)
{
	list_for_each_safe(at, after, told)
	{
		struct inet_socket *sock = list_entry(at, struct inet_socket, told);
		unsigned events;

		list_init(at);
		/* From here on it can be told anew. */
		events = __atomic_exchange_n(&sock->told_events, 0, __ATOMIC_ACQ_REL);
		if (events & ~(unsigned)(EPOLLOUT | EPOLLWRNORM))
			wait_queue_wake(&sock->socket.readers, events);
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			wait_queue_wake(&sock->socket.writers, events);
		if (events & EPOLLPRI)
			tcp_urgent_signal(sock);
		inet_put(sock);
	}
}

void stack_leave(void)
{
	struct list told;

	device_settle();
	netif_poll_all();
	timer_update();
	statistics_update();
	list_init(&told);
	list_splice(&told, &stack.told);
	lock_release(&stack.lock);
	told_wake(&told);
}

void stack_tell(struct inet_socket *sock, unsigned events)
{
	if (__atomic_fetch_or(&sock->told_events, events, __ATOMIC_ACQ_REL))
		return;
	inet_get(sock);
	list_append(&stack.told, &sock->told);
}

int stack_start(void)
{
	int error;

	if (kernel_boot()->net.fd < 0)
		return 0;
	stack_enter();
	error = device_start();
	stack_leave();
	return error;
}
