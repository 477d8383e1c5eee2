/*
 * SO_REUSEPORT: which of the sockets that share a port gets a connection or a datagram. As Linux, by a hash of both
 * ends, so that what belongs together reaches the same one; each has a weight for each pair of ends, and the heaviest
 * has it, whichever others come and go.
 */
#include "kernel/lib/hash.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/lwip/hooks.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/udp.h"

static bool shares(const struct inet_socket *sock)
{
	return sock && socket_has(&sock->socket, SOCKET_REUSEPORT);
}

static bool is_same_place(const ip_addr_t *one, uint16_t one_port, const ip_addr_t *other, uint16_t other_port)
{
	return one_port == other_port && IP_GET_TYPE(one) == IP_GET_TYPE(other) && ip_addr_cmp(one, other);
}

static uint64_t weight(const struct inet_socket *sock, uint32_t ends)
{
	uint64_t who = (uintptr_t)sock;

	return hash_bytes(ends, &who, sizeof(who));
}

struct tcp_pcb_listen *stack_listener_choose(struct tcp_pcb_listen *found, const ip_addr_t *from, uint16_t from_port,
					     const ip_addr_t *to)
{
	uint32_t ends = stack_connection_hash(to, found->local_port, from, from_port);
	struct tcp_pcb_listen *best = found;

	if (!shares(found->callback_arg))
		return found;
	for (struct tcp_pcb_listen *pcb = tcp_listen_pcbs.listen_pcbs; pcb; pcb = pcb->next) {
		if (is_same_place(&pcb->local_ip, pcb->local_port, &found->local_ip, found->local_port) &&
		    shares(pcb->callback_arg) && weight(pcb->callback_arg, ends) > weight(best->callback_arg, ends))
			best = pcb;
	}
	return best;
}

struct udp_pcb *stack_udp_choose(struct udp_pcb *found, const ip_addr_t *from, uint16_t from_port, const ip_addr_t *to)
{
	uint32_t ends = stack_connection_hash(to, found->local_port, from, from_port);
	struct udp_pcb *best = found;

	if (!shares(found->recv_arg))
		return found;
	for (struct udp_pcb *pcb = udp_pcbs; pcb; pcb = pcb->next) {
		if (is_same_place(&pcb->local_ip, pcb->local_port, &found->local_ip, found->local_port) &&
		    !((pcb->flags ^ found->flags) & UDP_FLAGS_UDPLITE) && !(pcb->flags & UDP_FLAGS_CONNECTED) &&
		    shares(pcb->recv_arg) && weight(pcb->recv_arg, ends) > weight(best->recv_arg, ends))
			best = pcb;
	}
	return best;
}
