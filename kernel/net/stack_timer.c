/* lwIP's timers: see stack_timer.h. They take the place of its core/timeouts.c. */
#include "kernel/net/stack_timer.h"

#include <stdbool.h>
#include <stddef.h>

#include "kernel/net/lwip/hooks.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/igmp.h"
#include "lwip/ip4_frag.h"
#include "lwip/ip6_frag.h"
#include "lwip/mld6.h"
#include "lwip/nd6.h"
#include "lwip/netif.h"
#include "lwip/priv/nd6_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/dhcp.h"
#include "lwip/timeouts.h"

#define EXPECT_MS 500             /* after a frame, the tables are looked at so much later */
#define MISSED_TICKS_MAX 86400ull /* longer than anything keeps that ages: a day of seconds */

static uint64_t tcp_due_ms = STACK_NEVER_MS;
static uint64_t ticks_due_ms = STACK_NEVER_MS;
static bool is_expected;
static uint64_t looked_ms; /* when ticks passed last; 0: before lwip_init */

/* --- what waits for a tick ---------------------------------------------------------------------------------------- */

static bool reassembly4_waits(void)
{
	return ip_reass_tmr_is_urgent();
}

static bool reassembly6_waits(void)
{
	return ip6_reass_tmr_is_urgent();
}

static bool arp_waits(void)
{
	return etharp_tmr_is_urgent();
}

static bool has_lease(void)
{
	const struct netif *netif;

	NETIF_FOREACH(netif)
	{
		const struct dhcp *dhcp = netif_dhcp_data(netif);

		if (dhcp && dhcp->state != DHCP_STATE_OFF)
			return true;
	}
	return false;
}

static bool dhcp_waits(void)
{
	const struct netif *netif;

	NETIF_FOREACH(netif)
	{
		const struct dhcp *dhcp = netif_dhcp_data(netif);

		if (dhcp && dhcp->request_timeout)
			return true;
	}
	return false;
}

static bool igmp_waits(void)
{
	const struct netif *netif;

	NETIF_FOREACH(netif)
	for (const struct igmp_group *group = netif_igmp_data(netif); group; group = group->next)
		if (group->timer)
			return true;
	return false;
}

static bool mld_waits(void)
{
	const struct netif *netif;

	NETIF_FOREACH(netif)
	for (const struct mld_group *group = netif_mld6_data(netif); group; group = group->next)
		if (group->timer)
			return true;
	return false;
}

static bool neighbor_waits(const struct nd6_neighbor_cache_entry *entry)
{
	return entry->state == ND6_INCOMPLETE || entry->state == ND6_DELAY || entry->state == ND6_PROBE ||
	       (entry->state == ND6_REACHABLE && entry->q);
}

static bool nd_waits(void)
{
	const struct netif *netif;

	for (unsigned i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++)
		if (neighbor_waits(&neighbor_cache[i]))
			return true;
	NETIF_FOREACH(netif)
	{
		if (netif->rs_count)
			return true;
		for (unsigned i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
			if (ip6_addr_istentative(netif_ip6_addr_state(netif, i)))
				return true;
	}
	return false;
}

static struct ticking {
	void (*tick)(void);
	uint32_t interval_ms;
	bool (*waits)(void); /* something happens at one of the next ticks */
	bool ages;           /* else ticks still count, any number at a time */
	uint64_t last_ms;
} tickings[] = {
	{ip_reass_tmr, IP_TMR_INTERVAL, reassembly4_waits, false, 0},
	{ip6_reass_tmr, IP6_REASS_TMR_INTERVAL, reassembly6_waits, false, 0},
	{etharp_tmr, ARP_TMR_INTERVAL, arp_waits, true, 0},
	{dhcp_coarse_tmr, DHCP_COARSE_TIMER_MSECS, has_lease, false, 0},
	{dhcp_fine_tmr, DHCP_FINE_TIMER_MSECS, dhcp_waits, false, 0},
	{igmp_tmr, IGMP_TMR_INTERVAL, igmp_waits, false, 0},
	{mld6_tmr, MLD6_TMR_INTERVAL, mld_waits, false, 0},
	{nd6_tmr, ND6_TMR_INTERVAL, nd_waits, true, 0},
};

#define TICKING_COUNT (sizeof(tickings) / sizeof(tickings[0]))

/* --- ticks -------------------------------------------------------------------------------------------------------- */

static void ticking_pass(struct ticking *ticking, uint64_t now_ms)
{
	uint64_t passed = (now_ms - ticking->last_ms) / ticking->interval_ms;
	uint64_t count = 0;

	if (!passed)
		return;
	/* What waits is not to miss its turn because we slept. */
	if (ticking->waits())
		count = 1;
	else if (ticking->ages)
		count = passed < MISSED_TICKS_MAX ? passed : MISSED_TICKS_MAX;
	ticking->last_ms = count == 1 && passed == 1 ? ticking->last_ms + ticking->interval_ms : now_ms;
	while (count--)
		ticking->tick();
}

void stack_ticks_pass(uint64_t now_ms)
{
	/* No interval is shorter. */
	if (!looked_ms || now_ms - looked_ms < IGMP_TMR_INTERVAL)
		return;
	looked_ms = now_ms;
	for (size_t i = 0; i < TICKING_COUNT; i++)
		ticking_pass(&tickings[i], now_ms);
}

void stack_ticks_expect(void)
{
	is_expected = true;
}

static uint64_t ticks_next_ms(void)
{
	uint64_t next_ms = STACK_NEVER_MS;

	for (size_t i = 0; i < TICKING_COUNT; i++) {
		uint64_t due_ms = tickings[i].last_ms + tickings[i].interval_ms;

		if (due_ms < next_ms && tickings[i].waits())
			next_ms = due_ms;
	}
	return next_ms;
}

/* --- TCP ---------------------------------------------------------------------------------------------------------- */

uint32_t stack_tcp_ticks(void)
{
	return (uint32_t)(stack_now_ms() / TCP_SLOW_INTERVAL);
}

void tcp_timer_needed(void)
{
	uint64_t due_ms = stack_now_ms() + TCP_TMR_INTERVAL;

	if (due_ms < tcp_due_ms)
		tcp_due_ms = due_ms;
}

/* --- both --------------------------------------------------------------------------------------------------------- */

void sys_timeouts_init(void)
{
	looked_ms = stack_now_ms();
	for (size_t i = 0; i < TICKING_COUNT; i++)
		tickings[i].last_ms = looked_ms;
}

uint64_t stack_timers_due_ms(uint64_t now_ms)
{
	if (is_expected && now_ms + EXPECT_MS < ticks_due_ms)
		ticks_due_ms = now_ms + EXPECT_MS;
	is_expected = false;
	return tcp_due_ms < ticks_due_ms ? tcp_due_ms : ticks_due_ms;
}

void stack_timers_run(uint64_t now_ms)
{
	if (now_ms >= tcp_due_ms) {
		uint32_t wait_ms;

		tcp_tmr();
		wait_ms = tcp_tmr_wait();
		tcp_due_ms = wait_ms == TCP_TMR_NEVER ? STACK_NEVER_MS : now_ms + wait_ms;
	}
	/* The ticks themselves passed when the stack was entered. */
	if (now_ms >= ticks_due_ms)
		ticks_due_ms = ticks_next_ms();
}
