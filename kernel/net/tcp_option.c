/* Options of TCP. Rules: tcp(7), Linux's do_tcp_setsockopt. */
#include <linux/tcp.h>

#include "kernel/lib/string.h"
#include "kernel/net/inet_field.h"
#include "kernel/net/path_mtu.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"

#define SECONDS_MAX 32767 /* MAX_TCP_KEEPIDLE */
#define PROBES_MAX 127
#define SEGMENT_MIN 88
#define SEGMENT_MAX 32767
#define SEGMENT_DEFAULT 536
#define MS_PER_SECOND 1000u
#define DUPLICATES_OF_LOSS 3 /* so many ACKs that say the same are lwIP's sign of a lost segment */
/* What this stack does; it has no other. */
#define CONGESTION_NAME "reno"

static const struct inet_field fields[] = {
	FIELD_FLAG(TCP_NODELAY, tcp_flags, TCP_NO_DELAY),
	FIELD_FLAG(TCP_CORK, tcp_flags, TCP_CORKED),
	FIELD_NUMBER(TCP_KEEPIDLE, keep_idle_s, 1, SECONDS_MAX, 7200),
	FIELD_NUMBER(TCP_KEEPINTVL, keep_interval_s, 1, SECONDS_MAX, 75),
	FIELD_NUMBER(TCP_KEEPCNT, keep_count, 1, PROBES_MAX, 9),
	FIELD_NUMBER(TCP_SYNCNT, syn_count, 1, PROBES_MAX, 6),
	FIELD_NUMBER(TCP_USER_TIMEOUT, user_timeout_ms, 0, INT32_MAX, 0),
	FIELD_NUMBER(TCP_DEFER_ACCEPT, defer_accept_s, 0, INT32_MAX, 0),
	FIELD_NUMBER(TCP_NOTSENT_LOWAT, not_sent_low, INT32_MIN, INT32_MAX, 0),
	FIELD_NUMBER(TCP_MAXSEG, segment_max, SEGMENT_MIN, SEGMENT_MAX, SEGMENT_DEFAULT),
	FIELD_NUMBER(TCP_LINGER2, linger2_s, INT32_MIN, INT32_MAX, 60),
	FIELD_FLAG(TCP_QUICKACK, tcp_flags, TCP_QUICK),
	/* As where net.ipv4.tcp_fastopen is 0: it may be asked for, and nobody is let in early. */
	FIELD_NUMBER(TCP_FASTOPEN, fast_open, 0, INT32_MAX, 0),
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

void tcp_options_apply(struct inet_socket *sock)
{
	struct tcp_pcb *pcb = sock->tcp;

	if (!pcb)
		return;
	if (inet_state(sock) != INET_LISTENING) {
		if (sock->tcp_flags & TCP_NO_DELAY)
			tcp_nagle_disable(pcb);
		else
			tcp_nagle_enable(pcb);
		pcb->keep_idle = (sock->keep_idle_s ? sock->keep_idle_s : 7200) * MS_PER_SECOND;
		pcb->keep_intvl = (sock->keep_interval_s ? sock->keep_interval_s : 75) * MS_PER_SECOND;
		pcb->keep_cnt = sock->keep_count ? sock->keep_count : 9;
		pcb->user_timeout = sock->user_timeout_ms;
		pcb->syn_max = (u8_t)sock->syn_count;
		pcb->fin_wait = sock->linger2_s > 0 ? (uint32_t)sock->linger2_s * MS_PER_SECOND : 0;
		if (inet_state(sock) == INET_CONNECTED)
			path_mtu_use(sock);
		/* What is timed may come earlier now. */
		tcp_timer_needed();
	}
	if (socket_has(&sock->socket, SOCKET_KEEPALIVE))
		ip_set_option(pcb, SOF_KEEPALIVE);
	else
		ip_reset_option(pcb, SOF_KEEPALIVE);
	pcb->tos = sock->tos;
	if (sock->ttl)
		pcb->ttl = sock->ttl;
	if (sock->hops > 0 && !IP_IS_V4_VAL(pcb->local_ip))
		pcb->ttl = (u8_t)sock->hops;
}

/* What an option changes at once. The stack is entered. */
static void option_act(struct inet_socket *sock, int name)
{
	tcp_options_apply(sock);
	if (!sock->tcp || inet_state(sock) != INET_CONNECTED)
		return;
	if ((name == TCP_NODELAY && sock->tcp_flags & TCP_NO_DELAY) ||
	    (name == TCP_CORK && !(sock->tcp_flags & TCP_CORKED))) {
		/* What waited for more goes now, whatever Nagle says. */
		tcp_set_flags(sock->tcp, TF_NAGLEMEMERR);
		tcp_output(sock->tcp);
	}
}

static int congestion_set(user_t value, unsigned bytes)
{
	char name[16] = "";

	if (!bytes)
		return -EINVAL;
	if (copy_from_user(name, value, bytes < sizeof(name) - 1 ? bytes : sizeof(name) - 1))
		return -EFAULT;
	return strcmp(name, CONGESTION_NAME) ? -ENOENT : 0;
}

int tcp_option_set(struct inet_socket *sock, int name, user_t value, unsigned bytes)
{
	uint32_t number;
	int error;

	if (name == TCP_CONGESTION)
		return congestion_set(value, bytes);
	if (bytes < sizeof(number))
		return -EINVAL;
	if (get_user_u32(&number, value))
		return -EFAULT;
	if (name == TCP_FASTOPEN_CONNECT)
		return number > 1 ? -EINVAL : -EOPNOTSUPP;
	if (name == TCP_FASTOPEN && inet_state(sock) != INET_CLOSED && inet_state(sock) != INET_LISTENING)
		return -EINVAL;
	/* Receive windows are not an application's to clamp here: the wish is heard. */
	if (name == TCP_WINDOW_CLAMP)
		return 0;
	stack_enter();
	error = inet_field_set(sock, fields, FIELD_COUNT, name, (int)number);
	if (!error)
		option_act(sock, name);
	stack_leave();
	return error;
}

static uint8_t state_number(const struct inet_socket *sock)
{
	/* By lwIP's states: those of <netinet/tcp.h>. */
	static const uint8_t numbers[] = {
		[CLOSED] = 7,     [LISTEN] = 10,    [SYN_SENT] = 2, [SYN_RCVD] = 3, [ESTABLISHED] = 1, [FIN_WAIT_1] = 4,
		[FIN_WAIT_2] = 5, [CLOSE_WAIT] = 8, [CLOSING] = 11, [LAST_ACK] = 9, [TIME_WAIT] = 6};

	return sock->tcp ? numbers[sock->tcp->state] : numbers[CLOSED];
}

static int info_get(struct inet_socket *sock, user_t value, unsigned *bytes)
{
	struct tcp_info info = {0};
	const struct tcp_pcb *pcb;

	stack_enter();
	pcb = sock->tcp;
	info.tcpi_state = state_number(sock);
	info.tcpi_snd_mss = SEGMENT_DEFAULT;
	info.tcpi_rcv_mss = SEGMENT_DEFAULT;
	if (inet_state(sock) == INET_LISTENING) {
		info.tcpi_unacked = sock->pending_count;
		info.tcpi_sacked = sock->backlog;
	} else if (pcb) {
		info.tcpi_rto = (uint32_t)pcb->rto * TCP_TMR_INTERVAL * 2 * MS_PER_SECOND;
		info.tcpi_rtt = pcb->rtt_us;
		info.tcpi_rttvar = pcb->rtt_variance_us;
		info.tcpi_total_retrans = pcb->retransmitted;
		info.tcpi_pmtu = path_mtu(&pcb->local_ip, &pcb->remote_ip);
		info.tcpi_advmss = pcb->mss;
		info.tcpi_reordering = DUPLICATES_OF_LOSS;
		info.tcpi_snd_mss = pcb->mss;
		info.tcpi_rcv_mss = pcb->mss;
		info.tcpi_snd_cwnd = pcb->cwnd / pcb->mss;
		info.tcpi_snd_ssthresh = pcb->ssthresh / pcb->mss;
		info.tcpi_unacked = (pcb->snd_nxt - pcb->lastack + pcb->mss - 1) / pcb->mss;
		info.tcpi_notsent_bytes = pcb->snd_lbb - pcb->snd_nxt;
		info.tcpi_rcv_space = pcb->rcv_wnd;
		info.tcpi_retransmits = pcb->nrtx;
		info.tcpi_options = TCPI_OPT_SACK | (pcb->flags & TF_WND_SCALE ? TCPI_OPT_WSCALE : 0);
		info.tcpi_snd_wscale = pcb->snd_scale & 15u;
		info.tcpi_rcv_wscale = pcb->rcv_scale & 15u;
	}
	stack_leave();
	return socket_option_put(value, bytes, &info, sizeof(info));
}

/* A value that is not simply what was set. */
static int number_get(struct inet_socket *sock, int name, int *value)
{
	int error;

	switch (name) {
	case TCP_QUICKACK:
		*value = 1;
		return 0;
	case TCP_WINDOW_CLAMP:
		*value = 0;
		return 0;
	case TCP_MAXSEG:
		stack_enter();
		*value = sock->tcp && inet_state(sock) == INET_CONNECTED ? sock->tcp->mss : 0;
		stack_leave();
		if (*value)
			return 0;
		break;
	}
	stack_enter();
	error = inet_field_get(sock, fields, FIELD_COUNT, name, value);
	stack_leave();
	return error;
}

int tcp_option_get(struct inet_socket *sock, int name, user_t value, unsigned *bytes)
{
	static const char congestion[16] = CONGESTION_NAME;
	int number, error;

	if (name == TCP_INFO)
		return info_get(sock, value, bytes);
	if (name == TCP_CONGESTION)
		return socket_option_put(value, bytes, congestion, sizeof(congestion));
	error = number_get(sock, name, &number);
	return error ? error : socket_option_put(value, bytes, &number, sizeof(number));
}
