/* Sockets, as lwIP has them: see view.h. */
#include "kernel/net/inet_socket.h"
#include "kernel/net/view.h"
#include "kernel/net/view_list.h"
#include "kernel/vfs/file.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/udp.h"

#define STATE_CLOSED 7
#define STATE_ESTABLISHED 1

/* A table being listed from a number on. */
struct walk {
	struct view_list list;
	size_t skip;
	bool is_6;
};

/* <net/tcp_states.h> of Linux, by lwIP's. */
static uint8_t state_of(enum tcp_state state)
{
	static const uint8_t states[] = {
		[CLOSED] = 7,     [LISTEN] = 10,    [SYN_SENT] = 2, [SYN_RCVD] = 3, [ESTABLISHED] = 1, [FIN_WAIT_1] = 4,
		[FIN_WAIT_2] = 5, [CLOSE_WAIT] = 8, [CLOSING] = 11, [LAST_ACK] = 9, [TIME_WAIT] = 6,
	};

	return states[state];
}

/* In the table of the socket's family; without a socket, of its addresses'. */
static bool is_of_6(const struct inet_socket *sock, const ip_addr_t *local)
{
	return sock ? sock->socket.domain == AF_INET6 : !IP_IS_V4(local);
}

static void address_show(const ip_addr_t *ip, bool is_6, uint8_t out[16])
{
	if (is_6 && !ip_addr_isany(ip))
		inet_bytes_of(ip, out);
	else if (!is_6)
		memcpy(out, &ip_2_ip4(ip)->addr, 4);
}

/* The stack is entered: a socket that lwIP still has has its file. */
static void owner_show(const struct inet_socket *sock, struct net_socket_view *view)
{
	if (!sock)
		return;
	view->user_id = sock->uid;
	view->inode = sock->socket.file ? sock->socket.file->inode->ino : 0;
}

static bool walk_wants(struct walk *walk, const struct inet_socket *sock, const ip_addr_t *local)
{
	if (is_of_6(sock, local) != walk->is_6 || walk->list.count == walk->list.max)
		return false;
	if (walk->skip == 0)
		return true;
	walk->skip--;
	return false;
}

static void listeners_show(struct walk *walk)
{
	for (const struct tcp_pcb_listen *pcb = tcp_listen_pcbs.listen_pcbs; pcb; pcb = pcb->next) {
		const struct inet_socket *sock = pcb->callback_arg;
		struct net_socket_view view = {.state = state_of(LISTEN), .local_port = pcb->local_port};

		if (!walk_wants(walk, sock, &pcb->local_ip))
			continue;
		address_show(&pcb->local_ip, walk->is_6, view.local);
		view.receive_queue = sock ? sock->pending_count : 0;
		view.backlog = sock ? sock->backlog : 0;
		owner_show(sock, &view);
		view_add(&walk->list, &view);
	}
}

static void connections_show(struct walk *walk, const struct tcp_pcb *pcb)
{
	for (; pcb; pcb = pcb->next) {
		/* One that is not yet accepted has its listener's. */
		const struct inet_socket *sock = pcb->state == SYN_RCVD ? NULL : pcb->callback_arg;
		struct net_socket_view view = {
			.state = state_of(pcb->state),
			.local_port = pcb->local_port,
			.remote_port = pcb->remote_port,
			.transmit_queue = tcp_queued_bytes(pcb),
			.receive_queue = sock ? sock->received_bytes : 0,
			.retransmits = pcb->nrtx,
		};

		if (!walk_wants(walk, sock, &pcb->local_ip))
			continue;
		address_show(&pcb->local_ip, walk->is_6, view.local);
		address_show(&pcb->remote_ip, walk->is_6, view.remote);
		owner_show(sock, &view);
		view_add(&walk->list, &view);
	}
}

static void datagram_show(struct walk *walk, const struct inet_socket *sock, const ip_addr_t *local,
			  const ip_addr_t *remote, uint16_t local_port, uint16_t remote_port)
{
	struct net_socket_view view = {
		.state = ip_addr_isany(remote) ? STATE_CLOSED : STATE_ESTABLISHED,
		.local_port = local_port,
		.remote_port = remote_port,
		.receive_queue = sock ? sock->queued_bytes : 0,
		.drops = sock ? sock->drops : 0,
	};

	if (!walk_wants(walk, sock, local))
		return;
	address_show(local, walk->is_6, view.local);
	address_show(remote, walk->is_6, view.remote);
	owner_show(sock, &view);
	view_add(&walk->list, &view);
}

static void datagrams_show(struct walk *walk, uint8_t lite)
{
	for (const struct udp_pcb *pcb = udp_pcbs; pcb; pcb = pcb->next)
		if ((pcb->flags & UDP_FLAGS_UDPLITE) == lite)
			datagram_show(walk, pcb->recv_arg, &pcb->local_ip, &pcb->remote_ip, pcb->local_port,
				      pcb->remote_port);
}

static void table_show(struct walk *walk, enum net_socket_table table)
{
	switch (table) {
	case NET_SOCKETS_TCP:
	case NET_SOCKETS_TCP6:
		listeners_show(walk);
		connections_show(walk, tcp_active_pcbs);
		connections_show(walk, tcp_tw_pcbs);
		break;
	case NET_SOCKETS_UDP:
	case NET_SOCKETS_UDP6:
		datagrams_show(walk, 0);
		break;
	case NET_SOCKETS_UDP_LITE:
	case NET_SOCKETS_UDP_LITE6:
		datagrams_show(walk, UDP_FLAGS_UDPLITE);
		break;
	}
}

size_t net_sockets_get(enum net_socket_table table, size_t from, struct net_socket_view *out, size_t max)
{
	struct walk walk = {
		.list = {.entries = out, .entry_bytes = sizeof(*out), .max = max},
		.skip = from,
		.is_6 = table == NET_SOCKETS_TCP6 || table == NET_SOCKETS_UDP6 || table == NET_SOCKETS_UDP_LITE6,
	};

	stack_enter();
	table_show(&walk, table);
	stack_leave();
	return walk.list.count;
}

/* --- sums --- */

static void tcp_count(struct net_totals *out)
{
	for (const struct tcp_pcb_listen *pcb = tcp_listen_pcbs.listen_pcbs; pcb; pcb = pcb->next)
		(*(is_of_6(pcb->callback_arg, &pcb->local_ip) ? &out->tcp6_in_use : &out->tcp_in_use))++;
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
		const struct inet_socket *sock = pcb->state == SYN_RCVD ? NULL : pcb->callback_arg;

		(*(is_of_6(sock, &pcb->local_ip) ? &out->tcp6_in_use : &out->tcp_in_use))++;
		out->tcp_established += pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT;
	}
	out->tcp_allocated = out->tcp_in_use + out->tcp6_in_use;
	for (const struct tcp_pcb *pcb = tcp_bound_pcbs; pcb; pcb = pcb->next)
		out->tcp_allocated++;
	for (const struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next)
		out->tcp_time_wait++;
}

static void datagrams_count(struct net_totals *out)
{
	for (const struct udp_pcb *pcb = udp_pcbs; pcb; pcb = pcb->next) {
		bool is_6 = is_of_6(pcb->recv_arg, &pcb->local_ip);

		if (pcb->flags & UDP_FLAGS_UDPLITE)
			(*(is_6 ? &out->udp_lite6_in_use : &out->udp_lite_in_use))++;
		else
			(*(is_6 ? &out->udp6_in_use : &out->udp_in_use))++;
	}
}

static void counters_copy(const struct stats_mib2 *from, struct net_totals *out)
{
	out->ip_receives = from->ipinreceives;
	out->ip_header_errors = from->ipinhdrerrors;
	out->ip_address_errors = from->ipinaddrerrors;
	out->ip_delivers = from->ipindelivers;
	out->ip_requests = from->ipoutrequests;
	out->ip_discards = from->ipindiscards;
	out->ip_no_routes = from->ipoutnoroutes;
	out->reassembly_requests = from->ipreasmreqds;
	out->reassembly_oks = from->ipreasmoks;
	out->reassembly_fails = from->ipreasmfails;
	out->fragment_oks = from->ipfragoks;
	out->fragment_fails = from->ipfragfails;
	out->fragment_creates = from->ipfragcreates;
	out->icmp_in = from->icmpinmsgs;
	out->icmp_in_errors = from->icmpinerrors;
	out->icmp_out = from->icmpoutmsgs;
	out->icmp_out_errors = from->icmpouterrors;
	out->tcp_active_opens = from->tcpactiveopens;
	out->tcp_passive_opens = from->tcppassiveopens;
	out->tcp_attempt_fails = from->tcpattemptfails;
	out->tcp_established_resets = from->tcpestabresets;
	out->tcp_in = from->tcpinsegs;
	out->tcp_out = from->tcpoutsegs;
	out->tcp_retransmits = from->tcpretranssegs;
	out->tcp_in_errors = from->tcpinerrs;
	out->tcp_out_resets = from->tcpoutrsts;
	out->udp_in = from->udpindatagrams;
	out->udp_no_ports = from->udpnoports;
	out->udp_in_errors = from->udpinerrors;
	out->udp_out = from->udpoutdatagrams;
}

void net_totals_get(struct net_totals *out)
{
	*out = (struct net_totals){0};
	stack_enter();
	tcp_count(out);
	datagrams_count(out);
	counters_copy(&lwip_stats.mib2, out);
	stack_leave();
	out->sockets = out->tcp_allocated + out->udp_in_use + out->udp6_in_use + out->udp_lite_in_use +
		       out->udp_lite6_in_use;
}
