/*
 * AF_INET and AF_INET6 sockets from the inside, for net/inet_*.c, tcp_*.c, udp.c and raw.c. Fields are guarded by the
 * stack's lock unless said otherwise.
 */
#ifndef KERNEL_NET_INET_SOCKET_H
#define KERNEL_NET_INET_SOCKET_H

#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "kernel/lib/list.h"
#include "kernel/net/inet.h"
#include "kernel/net/socket.h"
#include "kernel/net/stack.h"
#include "lwip/ip_addr.h"

struct pbuf;
struct tcp_pcb;
struct tcp_pcb_listen;
struct udp_pcb;
struct raw_pcb;

enum inet_state {
	INET_CLOSED,
	INET_LISTENING,
	INET_CONNECTING,
	INET_CONNECTED, /* also while it is being closed */
};
enum { INET_NO_RECEIVE = 1, INET_NO_SEND = 2, INET_ENDED = 3 };

/* An end of a connection. Ports in host order. */
struct inet_name {
	ip_addr_t ip;
	uint16_t port;
};

/* sock->wants: control messages, one bit each; those of datagrams (see inet_control.c). */
enum {
	INET_WANTS_PKTINFO = 1,
	INET_WANTS_TTL = 2,
	INET_WANTS_TOS = 4,
	INET_WANTS_PKTINFO6 = 8,
	INET_WANTS_HOPLIMIT6 = 16,
	INET_WANTS_TCLASS6 = 32,
	INET_WANTS_ORIGDSTADDR = 64,
};

/* sock->urgent: net/tcp_urgent.c */
enum {
	TCP_URGENT_NONE,
	TCP_URGENT_AHEAD, /* the marked byte has not arrived */
	TCP_URGENT_HERE,
	TCP_URGENT_TAKEN, /* by MSG_OOB; it still is where it was in the queue, to be skipped */
};

/* sock->tcp_flags */
enum { TCP_NO_DELAY = 1, TCP_CORKED = 2, TCP_QUICK = 4 };

struct inet_socket {
	struct socket socket;
	uint32_t references;  /* of its file; of the list of those that are told */
	uint32_t told_events; /* atomically; not 0: is in the list */
	struct list told;
	struct lock read_lock; /* who takes from the receive queue; comes before the stack's lock; held while copying */
	uint32_t state;        /* enum inet_state; read without the lock */
	uint32_t ended;        /* INET_NO_*; likewise */
	bool is_trying;        /* TCP: connect began an attempt, and has not said how it ended */
	bool is_told;          /* TCP: connect has said that the connection stands */
	bool has_ended_once;   /* TCP: there was a connection: not "not connected" any more */
	bool v6_only;

	struct inet_name local;
	struct inet_name remote;
	struct list in_port; /* of net/inet_port.c */
	bool has_port;       /* is in there */
	bool is_bound;       /* by bind; else it is for one connection */
	bool keeps_port;     /* bind named its number: a connection that ends leaves it */
	bool is_address_bound;
	uint32_t uid; /* who made it */

	union {
		struct tcp_pcb *tcp; /* NULL: none (yet, or any more) */
		struct tcp_pcb_listen *listener;
		struct udp_pcb *udp;
		struct raw_pcb *raw;
	};

	/* TCP. The received bytes: a chain of pbufs that is not one packet, its tot_len means nothing. */
	struct pbuf *first;
	struct pbuf *last;
	uint32_t skip;           /* bytes of the first that were read */
	uint32_t received_bytes; /* unread in the chain; read without the lock */
	uint32_t urgent;         /* TCP_URGENT_*; read without the lock for TCP_URGENT_NONE */
	uint32_t urgent_at;      /* how far the marked byte is from where the next read begins */
	uint64_t urgent_owner;   /* F_OWNER_* << 32 | id: whom to signal; atomically */
	bool urgent_lost;        /* the next byte to read was marked, and is not to be read any more */
	struct list pending;     /* listening: connections to accept; connection: its place there */
	uint32_t pending_count;
	uint32_t backlog;
	bool is_pending;
	uint32_t tcp_flags;
	uint32_t keep_idle_s, keep_interval_s, keep_count;
	uint32_t user_timeout_ms;
	uint32_t defer_accept_s;
	uint32_t fast_open;
	uint32_t segment_max;
	int32_t linger2_s;
	uint32_t syn_count;
	uint32_t not_sent_low;
	uint32_t retransmits;
	char congestion[16];

	/* Datagrams */
	struct list datagrams;
	bool wants_coverage;   /* UDP-Lite: UDPLITE_RECV_CSCOV was set */
	uint32_t queued_bytes; /* what they cost */
	uint32_t drops;
	struct list reports; /* of net/inet_report.c */
	uint32_t reports_bytes;
	uint32_t icmp_filter;
	uint32_t icmp6_filter[8];
	int32_t checksum_offset;

	/* Options of IP */
	uint32_t wants;
	uint8_t tos, ttl;
	uint8_t multicast_ttl;
	int16_t hops, multicast_hops; /* IPv6; -1: the default */
	uint8_t traffic_class;
	bool multicast_loop;
	bool header_included;
	bool is_free_bind;
	bool no_port_at_bind;
	bool all_groups;
	bool wants_errors, wants_errors6;
	bool is_transparent;
	uint8_t mtu_discover, mtu_discover6;
	uint32_t multicast_interface;
	struct list groups; /* of net/inet_group.c */
};

static inline struct inet_socket *inet_of(struct socket *socket)
{
	return container_of(socket, struct inet_socket, socket);
}

static inline uint32_t inet_state(const struct inet_socket *sock)
{
	return __atomic_load_n(&sock->state, __ATOMIC_ACQUIRE);
}

static inline void inet_state_set(struct inet_socket *sock, enum inet_state state)
{
	__atomic_store_n(&sock->state, state, __ATOMIC_RELEASE);
}

static inline uint32_t inet_ended(const struct inet_socket *sock)
{
	return __atomic_load_n(&sock->ended, __ATOMIC_ACQUIRE);
}

/* --- net/inet.c --- */

/* With one reference. NULL: no memory. */
struct inet_socket *inet_new(const struct socket_ops *ops, int domain, int type, uint32_t protocol);
static inline void inet_get(struct inet_socket *sock)
{
	__atomic_fetch_add(&sock->references, 1, __ATOMIC_RELAXED);
}
/* Any thread, any locks. */
void inet_put(struct inet_socket *sock);
/* An errno for who looks next. */
void inet_error_set(struct inet_socket *sock, int error);
int inet_name_get(struct socket *socket, bool of_peer, struct socket_address *out);
bool inet_is_listening(const struct socket *socket);
/* Of lwIP, as -errno. */
int inet_errno(int lwip_error);

/* --- net/inet_address.c --- */

/*
 * What an address that an application names means. -EINVAL: too short. -EAFNOSUPPORT. For IPv6 sockets IPv4 may come as
 * mapped.
 */
int inet_name_decode(const struct inet_socket *sock, const struct socket_address *address, struct inet_name *out);
int inet_name_decode4(const struct socket_address *address, struct inet_name *out);
/* As the socket's family writes it. */
void inet_name_encode(const struct inet_socket *sock, const struct inet_name *name, struct socket_address *out);
/* 16 bytes, IPv4 as mapped. */
void inet_bytes_of(const ip_addr_t *ip, uint8_t bytes[16]);
/* Whether it is one of ours. The stack is entered. */
bool inet_is_local(const ip_addr_t *ip);
bool inet_is_broadcast(const ip_addr_t *ip);
/* A connection to "any" is one to ourselves. */
void inet_any_is_loopback(ip_addr_t *ip);
/* The interface of that index, or NULL. The stack is entered. */
struct netif *inet_interface(uint32_t index);
/* Which of our addresses speaks to `remote`: 0, -ENETUNREACH. The stack is entered. */
int inet_source(const ip_addr_t *local, const ip_addr_t *remote, ip_addr_t *out);
/* Of the way there: bytes, 0: there is none. The stack is entered. */
int inet_mtu(const ip_addr_t *local, const ip_addr_t *remote);
/* Nothing yet: any address of the socket's family or, if it takes both, families. */
void inet_any(const struct inet_socket *sock, ip_addr_t *out);

/* --- net/inet_port.c --- */

int inet_bind(struct socket *socket, const struct socket_address *address);
/* Chooses a port for a socket that has none: 0, -EAGAIN. The stack is entered. */
int inet_port_choose(struct inet_socket *sock, const struct inet_name *remote);
/* A connection shares its listener's port. The stack is entered. */
void inet_port_join(struct inet_socket *sock);
void inet_port_leave(struct inet_socket *sock);
/* May it listen where it is bound? 0, -EADDRINUSE. The stack is entered. */
int inet_port_listen(struct inet_socket *sock);

/* IPPROTO_UDP, _UDPLITE: who is connected so, or who else sent a datagram from there; or NULL. The stack is entered. */
struct inet_socket *inet_port_find(int protocol, const struct inet_name *local, const struct inet_name *remote);

/* The device is gone: sockets that used it get the error. The stack is entered. */
void inet_ports_end(int error);

/* --- net/tcp_connect.c, tcp_accept.c, tcp_stream.c, tcp_receive.c, tcp_poll.c, tcp_close.c --- */

extern const struct socket_ops tcp_ops;
int tcp_socket_connect(struct socket *socket, const struct socket_address *address, bool wait);
int tcp_socket_listen(struct socket *socket, int backlog);
int tcp_socket_accept(struct socket *socket, bool wait, struct socket **out);
long tcp_socket_send(struct socket *socket, struct socket_message *message);
long tcp_socket_receive(struct socket *socket, struct socket_message *message);
unsigned tcp_socket_poll(struct socket *socket, struct poll_entry *entry);
long tcp_socket_ioctl(struct socket *socket, unsigned request, uint64_t argument);
int tcp_socket_shutdown(struct socket *socket, int how);
void tcp_socket_release(struct socket *socket);
/* The pcb is the socket's from here on, with its options. The stack is entered. */
void tcp_attach(struct inet_socket *sock, struct tcp_pcb *pcb);
/* And no longer: it does not call back. */
void tcp_detach(struct inet_socket *sock);
/* No connection any more; the reason was `error`, or 0. */
void tcp_end(struct inet_socket *sock, int error);
/* A listener is a socket like others again. */
void tcp_listen_end(struct inet_socket *sock);
/* Back to a socket that was never connected. */
void tcp_reset_to_closed(struct inet_socket *sock);
/* Options of the socket become the pcb's. */
void tcp_options_apply(struct inet_socket *sock);
/* Bytes that send would take now. */
uint32_t tcp_room(const struct inet_socket *sock);
bool tcp_is_writable(const struct inet_socket *sock);
void tcp_queue_free(struct inet_socket *sock);
/* What the buffer options stand for. */
uint32_t tcp_send_limit(const struct inet_socket *sock);
/* Bytes, a FIN among them, that the other side has not acknowledged. The stack is entered. */
uint32_t tcp_queued_bytes(const struct tcp_pcb *pcb);

/* --- net/tcp_option.c, net/inet_option.c --- */

int inet_option_set(struct socket *socket, int level, int name, user_t value, unsigned bytes);
int inet_option_get(struct socket *socket, int level, int name, user_t value, unsigned *bytes);
int tcp_option_set(struct inet_socket *sock, int name, user_t value, unsigned bytes);
int tcp_option_get(struct inet_socket *sock, int name, user_t value, unsigned *bytes);

/* --- net/udp.c, net/raw.c --- */

extern const struct socket_ops udp_ops;
extern const struct socket_ops raw_ops;
int udp_socket_make(struct inet_socket *sock);
int raw_socket_make(struct inet_socket *sock);

#endif
