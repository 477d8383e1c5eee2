/*
 * Lists of sockets over netlink: see netlink_diag.h. Of the other domains' sockets Linux without their modules says
 * -ENOENT, and who asks looks into /proc. Programs that a request brings for choosing sockets are not run: who sends
 * one chooses among what comes, too.
 */
#include "kernel/net/netlink_diag.h"

#include <linux/errno.h>
#include <linux/in.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "kernel/lib/string.h"
#include "kernel/net/socket.h"
#include "kernel/net/view.h"

#define BATCH 32
#define STATE_LISTEN 10

static uint16_t swapped(uint16_t port)
{
	return __builtin_bswap16(port);
}

static void socket_put(struct netlink_reply *reply, const struct net_socket_view *view, uint8_t family)
{
	size_t bytes = family == AF_INET ? 4 : 16;
	struct inet_diag_msg body = {
		.idiag_family = family,
		.idiag_state = view->state,
		.idiag_retrans = (uint8_t)view->retransmits,
		.id = {.idiag_sport = swapped(view->local_port),
		       .idiag_dport = swapped(view->remote_port),
		       .idiag_cookie = {(uint32_t)view->inode, (uint32_t)(view->inode >> 32)}},
		.idiag_rqueue = view->receive_queue,
		.idiag_wqueue = view->state == STATE_LISTEN ? view->backlog : view->transmit_queue,
		.idiag_uid = view->user_id,
		.idiag_inode = (uint32_t)view->inode,
	};

	memcpy(body.id.idiag_src, view->local, bytes);
	memcpy(body.id.idiag_dst, view->remote, bytes);
	netlink_begin(reply, SOCK_DIAG_BY_FAMILY, &body, sizeof(body));
	netlink_put_u8(reply, INET_DIAG_SHUTDOWN, 0);
	netlink_end(reply);
}

static void table_put(struct netlink_reply *reply, enum net_socket_table table, uint8_t family, uint32_t states)
{
	struct net_socket_view views[BATCH];
	size_t done = 0, count;

	while ((count = net_sockets_get(table, done, views, BATCH)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (states >> views[i].state & 1)
				socket_put(reply, &views[i], family);
		}
		done += count;
	}
}

static int inet_put(const struct netlink_request *request, struct netlink_reply *reply)
{
	struct inet_diag_req_v2 asked;
	uint32_t protocol;
	bool is_6, is_tcp;
	int error = 0;

	if (request->bytes < sizeof(asked))
		return -EINVAL;
	netlink_body(request, &asked, sizeof(asked));
	is_6 = asked.sdiag_family == AF_INET6;
	/* Those that have no room in the body: multipath TCP's looks like TCP's there. */
	if (!netlink_attribute_u32(request, sizeof(asked), INET_DIAG_REQ_PROTOCOL, &protocol))
		protocol = asked.sdiag_protocol;
	is_tcp = protocol == IPPROTO_TCP;
	/* The one socket that is asked for without NLM_F_DUMP is never found. */
	if (!(request->header.nlmsg_flags & NLM_F_DUMP))
		return -ENOENT;
	reply->flags = NLM_F_MULTI;
	if (!is_tcp && protocol != IPPROTO_UDP)
		error = -ENOENT;
	else if (is_tcp)
		table_put(reply, is_6 ? NET_SOCKETS_TCP6 : NET_SOCKETS_TCP, asked.sdiag_family, asked.idiag_states);
	else
		table_put(reply, is_6 ? NET_SOCKETS_UDP6 : NET_SOCKETS_UDP, asked.sdiag_family, asked.idiag_states);
	netlink_done(reply, error);
	return 1;
}

static int request_serve(const struct netlink_request *request, struct netlink_reply *reply)
{
	struct sock_diag_req asked;

	reply->flags = 0;
	if (request->header.nlmsg_type == SOCK_DESTROY)
		return -EPERM;
	if (request->header.nlmsg_type == TCPDIAG_GETSOCK || request->header.nlmsg_type == DCCPDIAG_GETSOCK)
		return -ENOENT;
	if (request->header.nlmsg_type != SOCK_DIAG_BY_FAMILY || request->bytes < sizeof(asked))
		return -EINVAL;
	netlink_body(request, &asked, sizeof(asked));
	if (asked.sdiag_family >= AF_MAX)
		return -EINVAL;
	return asked.sdiag_family == AF_INET || asked.sdiag_family == AF_INET6 ? inet_put(request, reply) : -ENOENT;
}

void netlink_diag_serve(const uint8_t *data, size_t bytes, struct netlink_reply *reply)
{
	netlink_serve(data, bytes, reply, request_serve);
}
