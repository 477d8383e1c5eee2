/* ICMP errors: see inet_error.h. What they mean is Linux's icmp_err_convert. */
#include "kernel/net/inet_error.h"

#include "kernel/net/inet_report.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/path_mtu.h"
#include "lwip/ip.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/icmp.h"
#include "lwip/prot/icmp6.h"
#include "lwip/raw.h"
#include "lwip/tcp.h"
#include "lwip/udp.h"

#define ICMP_HEADER_BYTES 8 /* before the packet it is about */

struct ports {
	uint16_t local; /* network order */
	uint16_t remote;
};

/* Errors by code of "destination unreachable"; `hard`: datagram sockets are told. */
static const struct {
	uint8_t error;
	bool hard;
} unreachable[] = {
	{ENETUNREACH, false},  {EHOSTUNREACH, false}, {ENOPROTOOPT, true},  {ECONNREFUSED, true},
	{EMSGSIZE, false},     {EOPNOTSUPP, false},   {ENETUNREACH, true},  {EHOSTDOWN, true},
	{ENONET, true},        {ENETUNREACH, true},   {EHOSTUNREACH, true}, {ENETUNREACH, false},
	{EHOSTUNREACH, false}, {EHOSTUNREACH, true},  {EHOSTUNREACH, true}, {EHOSTUNREACH, true},
};

static const struct {
	uint8_t error;
	bool hard;
} unreachable6[] = {
	{ENETUNREACH, false}, {EACCES, true}, {EHOSTUNREACH, false}, {EHOSTUNREACH, false},
	{ECONNREFUSED, true}, {EACCES, true}, {EACCES, true},
};

/* What an ICMP message says, of a packet that is quoted from `at` on in p. */
struct said {
	struct inet_report report;
	bool hard;
	uint8_t protocol;
	struct inet_name local;
	const struct pbuf *p;
	uint16_t at; /* its transport header */
};

/* Whether it quotes what was sent and not acknowledged: who makes it up does not know the sequence numbers. */
static bool is_under_way(const struct tcp_pcb *pcb, const struct said *said)
{
	uint32_t sequence;

	if (pbuf_copy_partial(said->p, &sequence, sizeof(sequence), said->at + sizeof(struct ports)) < sizeof(sequence))
		return false;
	sequence = __builtin_bswap32(sequence);
	return TCP_SEQ_GEQ(sequence, pcb->lastack) && TCP_SEQ_LT(sequence, pcb->snd_nxt);
}

/* The socket may be gone, and what it sent not there yet: it is the connection that is told. */
static void connection_told(const struct said *said)
{
	const struct inet_name *local = &said->local, *remote = &said->report.to;
	struct tcp_pcb *pcb = tcp_hash_find(&local->ip, local->port, &remote->ip, remote->port);
	struct inet_socket *sock;

	if (!pcb || !is_under_way(pcb, said))
		return;
	sock = pcb->callback_arg;
	if (said->report.error == EMSGSIZE) {
		path_mtu_learn(&remote->ip, said->report.mtu);
		path_mtu_fit(pcb);
	} else if (pcb->state == SYN_SENT && sock) {
		/* A connection that stands may overcome it; an attempt ends with whatever says that there is no way. */
		tcp_detach(sock);
		tcp_abort(pcb);
		tcp_end(sock, said->report.error);
	}
}

static void datagram_told(struct inet_socket *sock, const struct said *said)
{
	uint8_t discover = IP_IS_V4(&said->report.to.ip) ? sock->mtu_discover : sock->mtu_discover6;
	bool hard = said->hard;

	if (said->report.error == EMSGSIZE) {
		path_mtu_learn(&said->report.to.ip, said->report.mtu);
		if (discover == IP_PMTUDISC_DONT)
			return;
		hard = true;
	}
	if (inet_reports_wanted(sock, &said->report.to.ip)) {
		inet_report_add(sock, &said->report, said->p, (uint16_t)(said->at + UDP_HLEN));
	} else if (hard && inet_state(sock) == INET_CONNECTED) {
		inet_error_set(sock, said->report.error);
		stack_tell(sock, EPOLLIN | EPOLLOUT | EPOLLERR);
	}
}

/* A packet of ours did not arrive. */
static void sender_tell(struct said *said)
{
	struct inet_socket *sock;
	struct ports ports;

	if (pbuf_copy_partial(said->p, &ports, sizeof(ports), said->at) < sizeof(ports))
		return;
	said->local.port = __builtin_bswap16(ports.local);
	said->report.to.port = __builtin_bswap16(ports.remote);
	if (said->protocol == IPPROTO_TCP)
		connection_told(said);
	if (said->protocol != IPPROTO_UDP && said->protocol != IPPROTO_UDPLITE)
		return;
	sock = inet_port_find(said->protocol, &said->local, &said->report.to);
	if (sock)
		datagram_told(sock, said);
}

/* Fills in the error: false if it is none that anybody is told. */
static bool meaning4(const struct icmp_echo_hdr *icmp, struct said *said)
{
	switch (icmp->type) {
	case ICMP_DUR:
		if (icmp->code >= sizeof(unreachable) / sizeof(unreachable[0]))
			return false;
		said->report.error = unreachable[icmp->code].error;
		said->hard = unreachable[icmp->code].hard;
		if (said->report.error == EMSGSIZE)
			said->report.mtu = __builtin_bswap16(icmp->seqno);
		return true;
	case ICMP_TE:
		said->report.error = EHOSTUNREACH;
		return true;
	case ICMP_PP:
		said->report.error = EPROTO;
		said->hard = true;
		return true;
	}
	return false;
}

static uint8_t arrived4(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	uint16_t at = ip_current_header_tot_len();
	struct said said = {.p = p};
	struct icmp_echo_hdr icmp;
	struct ip_hdr ip;

	(void)arg;
	(void)pcb;
	if (pbuf_copy_partial(p, &icmp, sizeof(icmp), at) < sizeof(icmp) || !meaning4(&icmp, &said))
		return 0;
	at += ICMP_HEADER_BYTES;
	if (pbuf_copy_partial(p, &ip, sizeof(ip), at) < sizeof(ip))
		return 0;
	said.report.type = icmp.type;
	said.report.code = icmp.code;
	said.protocol = IPH_PROTO(&ip);
	said.at = (uint16_t)(at + IPH_HL_BYTES(&ip));
	ip_addr_copy(said.report.offender, *from);
	ip_addr_set_ip4_u32_val(said.local.ip, ip.src.addr);
	ip_addr_set_ip4_u32_val(said.report.to.ip, ip.dest.addr);
	sender_tell(&said);
	return 0;
}

static bool meaning6(const struct icmp6_hdr *icmp, struct said *said)
{
	switch (icmp->type) {
	case ICMP6_TYPE_DUR:
		if (icmp->code >= sizeof(unreachable6) / sizeof(unreachable6[0]))
			return false;
		said->report.error = unreachable6[icmp->code].error;
		said->hard = unreachable6[icmp->code].hard;
		return true;
	case ICMP6_TYPE_PTB:
		said->report.error = EMSGSIZE;
		said->report.mtu = __builtin_bswap32(icmp->data);
		return true;
	case ICMP6_TYPE_TE:
		said->report.error = EHOSTUNREACH;
		return true;
	case ICMP6_TYPE_PP:
		said->report.error = EPROTO;
		said->hard = true;
		return true;
	}
	return false;
}

static uint8_t arrived6(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	uint16_t at = ip_current_header_tot_len();
	struct said said = {.p = p};
	struct icmp6_hdr icmp;
	struct ip6_hdr ip;

	(void)arg;
	(void)pcb;
	if (pbuf_copy_partial(p, &icmp, sizeof(icmp), at) < sizeof(icmp) || !meaning6(&icmp, &said))
		return 0;
	at += ICMP_HEADER_BYTES;
	if (pbuf_copy_partial(p, &ip, sizeof(ip), at) < sizeof(ip))
		return 0;
	said.report.type = icmp.type;
	said.report.code = icmp.code;
	said.protocol = IP6H_NEXTH(&ip);
	said.at = (uint16_t)(at + sizeof(ip));
	ip_addr_copy(said.report.offender, *from);
	IP_ADDR6(&said.local.ip, ip.src.addr[0], ip.src.addr[1], ip.src.addr[2], ip.src.addr[3]);
	IP_ADDR6(&said.report.to.ip, ip.dest.addr[0], ip.dest.addr[1], ip.dest.addr[2], ip.dest.addr[3]);
	sender_tell(&said);
	return 0;
}

int inet_errors_need(void)
{
	static struct raw_pcb *pcb4, *pcb6;
	static bool are_there;
	int error = 0;

	if (__atomic_load_n(&are_there, __ATOMIC_ACQUIRE))
		return 0;
	stack_enter();
	if (!pcb4)
		pcb4 = raw_new_ip_type(IPADDR_TYPE_V4, IPPROTO_ICMP);
	if (!pcb6)
		pcb6 = raw_new_ip_type(IPADDR_TYPE_V6, IPPROTO_ICMPV6);
	if (pcb4 && pcb6) {
		raw_recv(pcb4, arrived4, NULL);
		raw_recv(pcb6, arrived6, NULL);
		__atomic_store_n(&are_there, true, __ATOMIC_RELEASE);
	} else {
		error = -ENOMEM;
	}
	stack_leave();
	return error;
}
