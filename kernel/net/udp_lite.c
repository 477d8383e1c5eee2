/* UDP-Lite: see udp_lite.h. */
#include "kernel/net/udp_lite.h"

#include "kernel/lib/string.h"
#include "lwip/ip.h"
#include "lwip/udp.h"

/* <linux/udp.h> does not have them. */
#define UDPLITE_SEND_CSCOV 10
#define UDPLITE_RECV_CSCOV 11

static bool is_lite(const struct inet_socket *sock)
{
	return sock->socket.protocol == IPPROTO_UDPLITE;
}

void udp_lite_begin(struct inet_socket *sock)
{
	if (is_lite(sock))
		udp_set_flags(sock->udp, UDP_FLAGS_UDPLITE);
}

bool udp_lite_is_covered(const struct inet_socket *sock)
{
	const uint8_t *ip = ip_current_is_v6() ? (const uint8_t *)ip6_current_header()
					       : (const uint8_t *)ip4_current_header();
	struct udp_hdr header;
	uint16_t coverage;

	if (!is_lite(sock) || !sock->wants_coverage)
		return true;
	/* lwIP has it in one piece. */
	memcpy(&header, ip + ip_current_header_tot_len(), sizeof(header));
	coverage = __builtin_bswap16(header.len);
	/* 0: all of it. Who wants everything covered, and said so, takes nothing else. */
	return !coverage || (sock->udp->chksum_len_rx && coverage >= sock->udp->chksum_len_rx);
}

/* As Linux: at least the header, at most what a datagram may have. */
static uint16_t coverage_of(int value)
{
	if (value != 0 && value < (int)UDP_HLEN)
		return UDP_HLEN;
	return value > (int)UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

int udp_option_set(struct inet_socket *sock, int name, user_t value, unsigned bytes)
{
	uint32_t number;

	if (bytes < sizeof(number))
		return -EINVAL;
	if (get_user_u32(&number, value))
		return -EFAULT;
	if (!is_lite(sock) || (name != UDPLITE_SEND_CSCOV && name != UDPLITE_RECV_CSCOV))
		return -ENOPROTOOPT;
	stack_enter();
	if (name == UDPLITE_SEND_CSCOV) {
		sock->udp->chksum_len_tx = coverage_of((int)number);
	} else {
		sock->udp->chksum_len_rx = coverage_of((int)number);
		sock->wants_coverage = true;
	}
	stack_leave();
	return 0;
}

int udp_option_get(struct inet_socket *sock, int name, user_t value, unsigned *bytes)
{
	int number;

	switch (name) {
	case UDPLITE_SEND_CSCOV:
		number = sock->udp->chksum_len_tx;
		break;
	case UDPLITE_RECV_CSCOV:
		number = sock->udp->chksum_len_rx;
		break;
	default:
		return -ENOPROTOOPT;
	}
	return socket_option_put(value, bytes, &number, sizeof(number));
}
