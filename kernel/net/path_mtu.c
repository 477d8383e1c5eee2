/* MTUs of paths: see path_mtu.h. */
#include "kernel/net/path_mtu.h"

#include "kernel/net/stack_timer.h"
#include "lwip/ip.h"
#include "lwip/prot/tcp.h"
#include "lwip/tcp.h"

#define PATH_COUNT 64
#define KEEP_MS 600000ull /* /proc/sys/net/ipv4/route/mtu_expires */
/* Nobody is believed who says less. Over IPv4 packets of that size are then left to routers to cut. */
#define MTU4_MIN 552u /* /proc/sys/net/ipv4/route/min_pmtu */
#define MTU6_MIN 1280u

struct path {
	ip_addr_t to;
	uint32_t mtu;
	bool is_cut;
	uint64_t end_ms; /* 0: free */
};

static struct path paths[PATH_COUNT];
static uint64_t last_end_ms; /* of all of them */

static struct path *path_find(const ip_addr_t *to)
{
	uint64_t now_ms = stack_now_ms();

	if (last_end_ms <= now_ms)
		return NULL;
	for (unsigned i = 0; i < PATH_COUNT; i++)
		if (paths[i].end_ms > now_ms && ip_addr_cmp(&paths[i].to, to))
			return &paths[i];
	return NULL;
}

/* A free one, or the one that would end first. */
static struct path *path_take(void)
{
	struct path *first = &paths[0];

	for (unsigned i = 1; i < PATH_COUNT; i++)
		if (paths[i].end_ms < first->end_ms)
			first = &paths[i];
	return first;
}

void path_mtu_learn(const ip_addr_t *to, uint32_t mtu)
{
	struct path *path = path_find(to);
	uint32_t least = IP_IS_V4(to) ? MTU4_MIN : MTU6_MIN;

	if (path && path->mtu <= mtu)
		return;
	if (!path)
		path = path_take();
	ip_addr_copy(path->to, *to);
	path->mtu = mtu < least ? least : mtu;
	path->is_cut = IP_IS_V4(to) && mtu < least;
	path->end_ms = stack_now_ms() + KEEP_MS;
	last_end_ms = path->end_ms;
}

uint32_t path_mtu(const ip_addr_t *local, const ip_addr_t *to)
{
	const struct path *path = path_find(to);
	uint32_t mtu = (uint32_t)inet_mtu(local, to);

	return path && path->mtu < mtu ? path->mtu : mtu;
}

void path_mtu_fit(struct tcp_pcb *pcb)
{
	const struct path *path = path_find(&pcb->remote_ip);
	bool v4 = IP_IS_V4(&pcb->remote_ip);

	if (!path || (v4 && !pcb->dont_fragment))
		return;
	pcb->dont_fragment = v4 && !path->is_cut;
	tcp_mss_shrink(pcb, (u16_t)(path->mtu - TCP_HLEN - (v4 ? IP_HLEN : IP6_HLEN)));
}

void path_mtu_use(struct inet_socket *sock)
{
	struct tcp_pcb *pcb = sock->tcp;

	pcb->dont_fragment = IP_IS_V4(&pcb->remote_ip) &&
			     (sock->mtu_discover == IP_PMTUDISC_DO || sock->mtu_discover == IP_PMTUDISC_WANT);
	path_mtu_fit(pcb);
}
