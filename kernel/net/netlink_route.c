/* NETLINK_ROUTE: which request is for what. See netlink_route.h. */
#include "kernel/net/netlink_route.h"

#include <linux/errno.h>
#include <linux/rtnetlink.h>

/* Types come in fours: new, delete, get, set. */
#define KIND_MASK 3u
#define KIND_GET 2u

static int get(const struct netlink_request *request, struct netlink_reply *reply)
{
	bool dump = (request->header.nlmsg_flags & NLM_F_DUMP) != 0;

	switch (request->header.nlmsg_type) {
	case RTM_GETLINK:
		return netlink_links_get(request, dump, reply);
	case RTM_GETADDR:
		return netlink_addresses_get(request, dump, reply);
	case RTM_GETROUTE:
		return netlink_routes_get(request, dump, reply);
	case RTM_GETRULE:
		return netlink_rules_get(request, dump, reply);
	case RTM_GETNEIGH:
		return netlink_neighbours_get(request, dump, reply);
	default:
		return -EOPNOTSUPP;
	}
}

/* 1: it was a dump, whose end is its acknowledgement. */
static int request_serve(const struct netlink_request *request, struct netlink_reply *reply)
{
	unsigned type = request->header.nlmsg_type;
	int error;

	if (type > RTM_MAX)
		return -EOPNOTSUPP;
	/* As short as that is no question, nor an error. */
	if (request->bytes < sizeof(struct rtgenmsg))
		return 0;
	/* What a container without CAP_NET_ADMIN is told. */
	if (((type - RTM_BASE) & KIND_MASK) != KIND_GET)
		return -EPERM;
	reply->flags = (request->header.nlmsg_flags & NLM_F_DUMP) != 0 ? NLM_F_MULTI : 0;
	error = get(request, reply);
	if (error || !reply->flags)
		return error;
	netlink_done(reply, 0);
	return 1;
}

void netlink_route_serve(const uint8_t *data, size_t bytes, struct netlink_reply *reply)
{
	netlink_serve(data, bytes, reply, request_serve);
}
