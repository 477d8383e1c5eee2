/* ICMP errors: see inet_error.h. What they mean is Linux's icmp_err_convert. */
#include "kernel/net/inet_error.h"

#include "kernel/net/inet_socket.h"
#include "lwip/ip.h"
#include "lwip/pbuf.h"
#include "lwip/prot/icmp.h"
#include "lwip/prot/icmp6.h"
#include "lwip/raw.h"
#include "lwip/tcp.h"

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

static void connection_told(struct inet_socket *sock, int error)
{
	struct tcp_pcb *pcb = sock->tcp;

	/* A connection that stands may overcome it; an attempt ends with whatever says that there is no way. */
	if (inet_state(sock) != INET_CONNECTING || !pcb || error == EMSGSIZE)
		return;
	tcp_detach(sock);
	tcp_abort(pcb);
	tcp_end(sock, error);
}

/* A packet of ours from local to remote did not arrive. */
static void sender_tell(uint8_t protocol, const struct inet_name *local, const struct inet_name *remote, int error,
			bool hard)
{
	struct inet_socket *sock = inet_port_find(protocol == IPPROTO_TCP, local, remote);

	if (!sock)
		return;
	if (protocol == IPPROTO_TCP) {
		connection_told(sock, error);
	} else if (hard && inet_state(sock) == INET_CONNECTED) {
		inet_error_set(sock, error);
		stack_tell(sock, EPOLLIN | EPOLLOUT | EPOLLERR);
	}
}

static uint8_t arrived4(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	uint16_t at = ip_current_header_tot_len();
	struct inet_name local = {.port = 0}, remote = {.port = 0};
	struct icmp_echo_hdr icmp;
	struct ip_hdr ip;
	struct ports ports;

	(void)arg;
	(void)pcb;
	(void)from;
	if (pbuf_copy_partial(p, &icmp, sizeof(icmp), at) < sizeof(icmp) || icmp.type != ICMP_DUR ||
	    icmp.code >= sizeof(unreachable) / sizeof(unreachable[0]))
		return 0;
	at += ICMP_HEADER_BYTES;
	if (pbuf_copy_partial(p, &ip, sizeof(ip), at) < sizeof(ip) ||
	    pbuf_copy_partial(p, &ports, sizeof(ports), (uint16_t)(at + IPH_HL_BYTES(&ip))) < sizeof(ports))
		return 0;
	ip_addr_set_ip4_u32_val(local.ip, ip.src.addr);
	ip_addr_set_ip4_u32_val(remote.ip, ip.dest.addr);
	local.port = __builtin_bswap16(ports.local);
	remote.port = __builtin_bswap16(ports.remote);
	sender_tell(IPH_PROTO(&ip), &local, &remote, unreachable[icmp.code].error, unreachable[icmp.code].hard);
	return 0;
}

static uint8_t arrived6(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from)
{
	uint16_t at = ip_current_header_tot_len();
	struct inet_name local = {.port = 0}, remote = {.port = 0};
	struct icmp6_hdr icmp;
	struct ip6_hdr ip;
	struct ports ports;

	(void)arg;
	(void)pcb;
	(void)from;
	if (pbuf_copy_partial(p, &icmp, sizeof(icmp), at) < sizeof(icmp) || icmp.type != ICMP6_TYPE_DUR ||
	    icmp.code >= sizeof(unreachable6) / sizeof(unreachable6[0]))
		return 0;
	at += ICMP_HEADER_BYTES;
	if (pbuf_copy_partial(p, &ip, sizeof(ip), at) < sizeof(ip) ||
	    pbuf_copy_partial(p, &ports, sizeof(ports), (uint16_t)(at + sizeof(ip))) < sizeof(ports))
		return 0;
	IP_ADDR6(&local.ip, ip.src.addr[0], ip.src.addr[1], ip.src.addr[2], ip.src.addr[3]);
	IP_ADDR6(&remote.ip, ip.dest.addr[0], ip.dest.addr[1], ip.dest.addr[2], ip.dest.addr[3]);
	local.port = __builtin_bswap16(ports.local);
	remote.port = __builtin_bswap16(ports.remote);
	sender_tell(IP6H_NEXTH(&ip), &local, &remote, unreachable6[icmp.code].error, unreachable6[icmp.code].hard);
	return 0;
}

int inet_error_start(void)
{
	struct raw_pcb *pcb4 = raw_new_ip_type(IPADDR_TYPE_V4, IPPROTO_ICMP);
	struct raw_pcb *pcb6 = raw_new_ip_type(IPADDR_TYPE_V6, IPPROTO_ICMPV6);

	if (!pcb4 || !pcb6)
		return -ENOMEM;
	raw_recv(pcb4, arrived4, NULL);
	raw_recv(pcb6, arrived6, NULL);
	return 0;
}
